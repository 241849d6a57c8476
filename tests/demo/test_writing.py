from __future__ import annotations

import os
import stat
import time
import zipfile
from pathlib import Path

import openpyxl
import pytest
import python_calamine

from aidledger.demo import DemoRoster, write_rosters
from aidledger.demo.faults.key import Expected, write_key
from aidledger.errors import CannotWrite


@pytest.fixture(scope="module")
def few(rosters: list[DemoRoster]) -> list[DemoRoster]:
    """The shortest roster of each stage, and one with halves of 元."""
    by_stage: dict[str, DemoRoster] = {}
    for roster in sorted(rosters, key=lambda roster: sum(len(sheet.rows) for sheet in roster.sheets)):
        by_stage.setdefault(roster.path.parts[1], roster)
    return list(by_stage.values())


def test_the_bytes_are_the_same_by_however_many_they_are_written(few: list[DemoRoster], tmp_path: Path) -> None:
    alone = write_rosters(few, tmp_path / "alone", workers=1)
    together = write_rosters(list(reversed(few)), tmp_path / "together", workers=2)

    assert [path.relative_to(tmp_path / "alone") for path in alone] == [
        path.relative_to(tmp_path / "together") for path in together
    ]
    assert [path.read_bytes() for path in alone] == [path.read_bytes() for path in together]


@pytest.mark.skipif(os.name == "nt", reason="a mode says nothing on Windows")
@pytest.mark.parametrize("workers", [1, 2])
def test_rosters_and_key_are_the_owners_alone(few: list[DemoRoster], tmp_path: Path, workers: int) -> None:
    before = os.umask(0)
    try:
        write_rosters(few, tmp_path / "demo", workers=workers)
        write_key([Expected("account-shared", "6217001234567890123")], tmp_path / "demo")
    finally:
        os.umask(before)
    made = [tmp_path / "demo", *(tmp_path / "demo").rglob("*")]
    assert {stat.S_IMODE(path.stat().st_mode) for path in made if path.is_dir()} == {0o700}
    assert {stat.S_IMODE(path.stat().st_mode) for path in made if path.is_file()} == {0o600}


def test_the_bytes_are_the_same_on_another_day(
    few: list[DemoRoster], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (today,) = write_rosters(few[:1], tmp_path / "today", workers=1)
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now + 86_400)
    (tomorrow,) = write_rosters(few[:1], tmp_path / "tomorrow", workers=1)

    assert today.read_bytes() == tomorrow.read_bytes()
    with zipfile.ZipFile(today) as archive:
        assert archive.read("docProps/core.xml").count(b"2022-07-01T00:00:00Z") == 2


def test_paths_come_in_name_order_and_progress_hears_of_each(few: list[DemoRoster], tmp_path: Path) -> None:
    heard: list[Path] = []

    paths = write_rosters(list(reversed(few)), tmp_path, workers=1, progress=heard.append)

    assert paths == heard == sorted(tmp_path / roster.path for roster in few)
    assert all(path.is_file() for path in paths)


def test_what_is_read_back_is_what_was_written(few: list[DemoRoster], tmp_path: Path) -> None:
    for roster in few:
        (path,) = write_rosters([roster], tmp_path, workers=1)
        book = python_calamine.CalamineWorkbook.from_path(path)
        assert book.sheet_names == [sheet.name for sheet in roster.sheets]
        for sheet in roster.sheets:
            rows = book.get_sheet_by_name(sheet.name).to_python()
            top = 2 if sheet.note is None else 3
            assert rows[0][0] == sheet.title
            assert tuple(rows[top - 1]) == sheet.header
            body = [["" if cell is None else cell for cell in row] for row in (*sheet.rows, sheet.total, *sheet.foot)]
            assert rows[top:] == body


def test_a_spreadsheet_program_shows_it_as_a_school_would(few: list[DemoRoster], tmp_path: Path) -> None:
    (path,) = write_rosters(few[:1], tmp_path, workers=1)

    book = openpyxl.load_workbook(path)

    sheet = book.worksheets[0]
    assert [str(merged).startswith("A1:") for merged in sheet.merged_cells.ranges] == [True]
    assert sheet["A1"].font.bold
    assert sheet.column_dimensions["B"].width > 10
    book.close()


def test_parts_have_no_dates_of_their_own(few: list[DemoRoster], tmp_path: Path) -> None:
    (path,) = write_rosters(few[:1], tmp_path, workers=1)

    with zipfile.ZipFile(path) as archive:
        assert {info.date_time for info in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}


@pytest.mark.parametrize("workers", [1, 2])
def test_a_folder_that_cannot_be_made_is_said_so(few: list[DemoRoster], tmp_path: Path, workers: int) -> None:
    in_the_way = tmp_path / "file"
    in_the_way.write_text("x", encoding="utf-8")

    with pytest.raises(CannotWrite, match="file"):
        write_rosters(few[:2], in_the_way, workers=workers)
