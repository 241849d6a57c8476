"""Feedback: what a school gets back, and that it can be corrected and imported as it is."""

from __future__ import annotations

import stat
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook
from openpyxl.comments import Comment
from openpyxl.styles import Font, PatternFill

from aidledger.i18n import translator
from aidledger.sheets.feedback_column import FEEDBACK_COLUMNS
from tests.builders import Grid, csv_bytes, edited_package, people, roster_grid, with_cells, xls_bytes, xlsx_bytes
from tests.cli.harness import aidledger

ERROR, CONFLICT, WARNING = "00FFC7CE", "00FFD9A8", "00FFF2B3"


@pytest.fixture
def ledger(tmp_path: Path) -> Path:
    path = tmp_path / "aidledger.db"
    assert aidledger("init", ledger=path).exit_code == 0
    return path


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "sent").mkdir()
    return tmp_path / "sent"


def _bad_grid(rows: int = 5) -> Grid:
    """Row 4 has a wrong ID, row 5 no name and no amount."""
    number = people(2)[1].number
    wrong = number[:-1] + ("0" if number[-1] != "0" else "1")
    return with_cells(roster_grid(rows, total=False), {"C4": wrong, "B5": None, "F5": None})


def _feedback(ledger: Path, *paths: Path, lang: str = "zh") -> tuple[dict[str, Any], Path]:
    target = ledger.with_name("feedback")
    run = aidledger("--lang", lang, "check", *paths, "--feedback", target, "--format", "json", ledger=ledger)
    assert run.exit_code == 1
    return run.json["files"][0], target


def _correct(path: Path) -> None:
    """What the school does: it types the right values into the marked cells, and saves."""
    book = load_workbook(path)
    sheet = book.worksheets[1]
    sheet["C4"], sheet["B5"], sheet["F5"] = people(2)[1].number, people(3)[2].name, 1000
    book.save(path)


@pytest.mark.parametrize("suffix", [".xlsx", ".xls", ".csv"])
def test_a_corrected_copy_is_imported_as_it_is(ledger: Path, folder: Path, suffix: str) -> None:
    grid = _bad_grid()
    contents = {".xlsx": xlsx_bytes(grid), ".xls": xls_bytes(grid), ".csv": csv_bytes(grid)}
    (folder / f"名册{suffix}").write_bytes(contents[suffix])
    file, target = _feedback(ledger, folder)
    copy = target / "名册.xlsx"
    assert file["feedback"] == str(copy)
    _correct(copy)
    run = aidledger("import", copy, "--format", "json", ledger=ledger)
    (imported,) = run.json["files"]
    assert (run.exit_code, imported["outcome"], imported["problems"], imported["notes"]) == (0, "posted", [], [])
    assert imported["rosters"][0]["person_times"] == 5


def test_bad_cells_are_coloured_and_say_what_to_do(ledger: Path, folder: Path) -> None:
    (folder / "名册.xlsx").write_bytes(xlsx_bytes(_bad_grid()))
    _, target = _feedback(ledger, folder)
    sheet = load_workbook(target / "名册.xlsx").worksheets[1]
    assert {cell.coordinate for row in sheet.iter_rows() for cell in row if cell.comment} == {"C4", "B5", "F5"}
    assert {sheet[at].fill.fgColor.rgb for at in ("C4", "B5", "F5")} == {ERROR}
    assert sheet["C5"].fill.fill_type is None
    comment = sheet["C4"].comment
    assert comment is not None
    assert "录入错误" in comment.text or "校验" in comment.text
    assert people(2)[1].number[6:14] not in comment.text
    assert sheet["G2"].value == "错误信息"
    assert [bool(sheet.cell(row, 7).value) for row in range(3, 8)] == [False, True, True, False, False]
    assert str(sheet["G5"].value).count("\n") == 1


def test_the_first_sheet_lists_every_problem_with_a_link(ledger: Path, folder: Path) -> None:
    grid = roster_grid(1_500, total=False)
    for row in grid[2:]:
        row[5] = "?"
    (folder / "名册.xlsx").write_bytes(xlsx_bytes({"高一's (1)班": grid}))
    file, target = _feedback(ledger, folder, lang="en")
    book = load_workbook(target / "名册.xlsx")
    listed = book.worksheets[0]
    assert book.sheetnames == ["List of problems", "高一's (1)班"]
    assert len(file["problems"]) == 1_500 == listed.max_row - 4
    assert [cell.value for cell in listed[5]][:6] == ["1", "error", "高一's (1)班", "F3", "3", "amount-format"]
    link = listed["D5"].hyperlink
    assert link is not None
    assert link.location == "'高一''s (1)班'!F3"
    assert book.active is listed


def test_formats_merged_cells_formulas_and_the_schools_own_comments_stay(ledger: Path, folder: Path) -> None:
    book = Workbook()
    sheet = book.worksheets[0]
    for r, row in enumerate(_bad_grid(), 1):
        for c, value in enumerate(row, 1):
            sheet.cell(r, c).value = value  # type: ignore[assignment]
    sheet.merge_cells("A1:F1")
    sheet["A1"].font = Font(name="宋体", size=20, bold=True)
    sheet["B3"].fill = PatternFill("solid", fgColor="00FF00")
    sheet["C4"].comment = Comment("校对过", "王老师")
    sheet["F3"] = "=500+500"
    sheet.column_dimensions["C"].width = 33
    sheet.row_dimensions[6].hidden = True
    sheet.freeze_panes = "A3"
    saved = BytesIO()
    book.save(saved)
    calculated = edited_package(
        saved.getvalue(),
        {
            "xl/worksheets/sheet1.xml": lambda part: (
                part.replace(b"<v/>", b"<v>1000</v>")
                .replace(b"<v></v>", b"<v>1000</v>")
                .replace(b"<v />", b"<v>1000</v>")
            )
        },
    )
    (folder / "名册.xlsx").write_bytes(calculated)
    _, target = _feedback(ledger, folder)
    copy = load_workbook(target / "名册.xlsx").worksheets[1]
    assert (copy["A1"].font.size, copy["B3"].fill.fgColor.rgb, copy.column_dimensions["C"].width) == (
        20,
        "0000FF00",
        33,
    )
    assert (str(copy.merged_cells), copy.row_dimensions[6].hidden, copy.freeze_panes) == ("A1:F1", True, "A3")
    assert copy["F3"].value == 1000
    comment = copy["C4"].comment
    assert comment is not None
    assert comment.text.startswith("校对过")
    _correct(target / "名册.xlsx")
    run = aidledger("import", target, "--format", "json", ledger=ledger)
    assert run.json["files"][0]["outcome"] == "posted"


def test_feedback_on_corrected_feedback_starts_anew(ledger: Path, folder: Path) -> None:
    (folder / "名册.xlsx").write_bytes(xlsx_bytes(_bad_grid()))
    _, target = _feedback(ledger, folder)
    sent_again = folder / "名册.xlsx"
    (target / "名册.xlsx").replace(sent_again)
    book = load_workbook(sent_again)
    book.worksheets[1]["C4"] = people(2)[1].number
    book.save(sent_again)
    file, target = _feedback(ledger, folder, lang="en")
    assert {problem["row"] for problem in file["problems"]} == {5}
    book = load_workbook(target / "名册.xlsx")
    sheet = book.worksheets[1]
    assert len(book.worksheets) == 2
    assert (sheet["C4"].comment, sheet["C4"].fill.fill_type) == (None, None)
    assert [cell.value for cell in sheet[2]][6:] == ["Problems found"]
    assert sheet["G4"].value is None


def test_a_total_that_does_not_agree_says_so_without_counting(ledger: Path, folder: Path) -> None:
    grid = with_cells(roster_grid(3), {"F6": 4000})
    (folder / "名册.xlsx").write_bytes(xlsx_bytes(grid))
    _, target = _feedback(ledger, folder)
    sheet = load_workbook(target / "名册.xlsx").worksheets[1]
    assert sheet["F6"].fill.fgColor.rgb == CONFLICT
    book = load_workbook(target / "名册.xlsx")
    book.worksheets[1]["F6"] = 3000
    book.save(target / "名册.xlsx")
    run = aidledger("import", target, "--format", "json", ledger=ledger)
    assert (run.exit_code, run.json["files"][0]["problems"]) == (0, [])


@pytest.mark.parametrize("content", [b"", b"%PDF-1.4 nothing", b"PK\x03\x04 broken"])
def test_of_what_cannot_be_read_the_list_is_left(ledger: Path, folder: Path, content: bytes) -> None:
    (folder / "名册.xlsx").write_bytes(content)
    _, target = _feedback(ledger, folder)
    book = load_workbook(target / "名册.xlsx")
    assert len(book.worksheets) == 1
    assert book.worksheets[0]["F5"].value == "unreadable-file"


def test_a_table_elsewhere_and_a_merged_cell(ledger: Path, folder: Path) -> None:
    grid: Grid = [[], [], *([None, None, *row] for row in _bad_grid())]
    (folder / "名册.xlsx").write_bytes(xlsx_bytes(grid))
    _, target = _feedback(ledger, folder)
    sheet = load_workbook(target / "名册.xlsx").worksheets[1]
    assert {cell.coordinate for row in sheet.iter_rows() for cell in row if cell.comment} == {"E6", "D7", "H7"}
    assert sheet["I4"].value == "错误信息"


def test_the_same_name_in_two_folders_gives_two_files(ledger: Path, folder: Path) -> None:
    for school in ("甲", "乙"):
        (folder / school).mkdir()
        (folder / school / "名册.xlsx").write_bytes(xlsx_bytes([[school], *_bad_grid()]))
    (folder / "名册.xlsx").write_bytes(xlsx_bytes(_bad_grid()))
    (folder / "名册.csv").write_bytes(csv_bytes(_bad_grid()))
    _, target = _feedback(ledger, folder)
    written = sorted(str(path.relative_to(target)) for path in target.rglob("*.xlsx"))
    assert written == sorted(["名册.xlsx", "名册 (2).xlsx", "甲/名册.xlsx", "乙/名册.xlsx"])
    assert {stat.S_IMODE(path.stat().st_mode) for path in target.rglob("*.xlsx")} == {0o600}


def test_feedback_never_goes_where_the_rosters_are(ledger: Path, folder: Path) -> None:
    (folder / "名册.xlsx").write_bytes(xlsx_bytes(_bad_grid()))
    before = (folder / "名册.xlsx").read_bytes()
    for target in (folder, folder / "back"):
        run = aidledger("import", folder, "--feedback", target, ledger=ledger)
        assert run.exit_code == 2
    assert [path.name for path in folder.iterdir()] == ["名册.xlsx"]
    assert (folder / "名册.xlsx").read_bytes() == before
    run = aidledger("import", folder / "名册.xlsx", "--feedback", folder, ledger=ledger)
    assert run.exit_code == 1
    assert (folder / "名册.xlsx").read_bytes() == before
    assert (folder / "名册 (2).xlsx").exists()


def test_a_file_that_is_posted_gives_no_feedback(ledger: Path, folder: Path) -> None:
    (folder / "名册.xlsx").write_bytes(xlsx_bytes(roster_grid(3)))
    run = aidledger("import", folder, "--feedback", ledger.with_name("feedback"), "--format", "json", ledger=ledger)
    assert "feedback" not in run.json["files"][0]
    assert list(ledger.with_name("feedback").iterdir()) == []


def test_the_reader_knows_the_column_in_every_language() -> None:
    assert {translator(language)("Problems found") for language in ("en", "zh")} == set(FEEDBACK_COLUMNS)
