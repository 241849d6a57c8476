"""``--feedback DIR``: what a school gets back, where it lies, and that it can be corrected and imported as it is."""

from __future__ import annotations

import shutil
import stat
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from aidledger.i18n import translator
from aidledger.sheets.feedback.column import FEEDBACK_COLUMNS, FEEDBACK_TITLES
from tests.builders import csv_bytes, ods_bytes, people, roster_grid, with_cells, xls_bytes, xlsx_bytes
from tests.builders.books import Page, html_book
from tests.builders.feedback import CONFLICT, LIST_HEADS, bad_grid, calculated, commented
from tests.builders.xlsb import xlsb_bytes
from tests.cli.harness import aidledger
from tests.imports.make_samples import FOLDER as SAMPLES

pytestmark = pytest.mark.sqlite_only

CONTENTS = {
    "xlsx": xlsx_bytes(bad_grid()),
    "xls": xls_bytes(bad_grid()),
    "ods": ods_bytes(bad_grid()),
    "xlsb": xlsb_bytes(bad_grid()),
    "csv": csv_bytes(bad_grid()),
    "tsv": csv_bytes(bad_grid(), encoding="gb18030", separator="\t"),
    "web.xls": html_book([Page("CSV", bad_grid())]),
}


@pytest.fixture
def ledger(tmp_path: Path) -> Path:
    path = tmp_path / "aidledger.db"
    assert aidledger("init", ledger=path).exit_code == 0
    return path


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "sent").mkdir()
    return tmp_path / "sent"


def _feedback(
    ledger: Path, *paths: Path, command: str = "check", lang: str = "zh"
) -> tuple[list[dict[str, Any]], Path]:
    target = ledger.with_name("feedback")
    run = aidledger("--lang", lang, command, *paths, "--feedback", target, "--format", "json", ledger=ledger)
    assert run.exit_code == 1
    return run.json["files"], target


def _correct(path: Path) -> None:
    """What the school does: it types the right values into the marked cells, and saves."""
    book = load_workbook(path)
    sheet = book.worksheets[1]
    sheet["C4"], sheet["B5"], sheet["F5"] = people(2)[1].number, people(3)[2].name, 1000
    book.save(path)


def _put(path: Path, content: bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def _written(target: Path) -> list[str]:
    return sorted(str(path.relative_to(target)) for path in target.rglob("*") if path.is_file())


# --- corrected and imported --------------------------------------------------------------------------------------


@pytest.mark.parametrize("suffix", CONTENTS)
@pytest.mark.parametrize("command", ["check", "import"])
def test_a_corrected_copy_is_imported_as_it_is(ledger: Path, folder: Path, suffix: str, command: str) -> None:
    _put(folder / f"名册.{suffix}", CONTENTS[suffix])
    (file,), _ = _feedback(ledger, folder, command=command)
    copy = Path(file["feedback"])
    assert copy.name == f"名册.{suffix}".rsplit(".", 1)[0] + ".xlsx"
    _correct(copy)
    run = aidledger("import", copy, "--format", "json", ledger=ledger)
    (imported,) = run.json["files"]
    assert (run.exit_code, imported["outcome"], imported["problems"], imported["notes"]) == (0, "posted", [], [])
    assert [(one["person_times"], one["amount"]) for one in imported["rosters"]] == [(5, "5000.00")]


def test_a_total_that_does_not_agree_is_corrected_in_the_copy(ledger: Path, folder: Path) -> None:
    _put(folder / "名册.xlsx", xlsx_bytes(with_cells(roster_grid(3), {"F6": 4000})))
    (file,), _ = _feedback(ledger, folder)
    book = load_workbook(file["feedback"])
    sheet = book.worksheets[1]
    assert sheet["F6"].fill.fgColor.rgb == CONFLICT
    sheet["F6"] = 3000
    book.save(file["feedback"])
    run = aidledger("import", file["feedback"], "--format", "json", ledger=ledger)
    assert (run.exit_code, run.json["files"][0]["problems"]) == (0, [])


def test_amounts_that_were_formulas_are_imported_from_the_copy(ledger: Path, folder: Path) -> None:
    content = xlsx_bytes(with_cells(bad_grid(), {"F3": "=500+500"}))
    _put(folder / "名册.xlsx", calculated(content, {"F3": "1000"}))
    (file,), _ = _feedback(ledger, folder)
    _correct(Path(file["feedback"]))
    run = aidledger("import", file["feedback"], "--format", "json", ledger=ledger)
    assert run.json["files"][0]["outcome"] == "posted"


def test_what_the_ledger_contradicts_is_marked(ledger: Path, folder: Path) -> None:
    assert aidledger("import", _put(folder / "早.xlsx", xlsx_bytes(roster_grid(2))), ledger=ledger).exit_code == 0
    (file,), _ = _feedback(ledger, _put(folder / "迟.xlsx", xlsx_bytes(roster_grid(3, amount=1500))), command="import")
    assert {problem["code"] for problem in file["problems"]} == {"duplicate-in-ledger"}
    assert commented(load_workbook(file["feedback"]).worksheets[1]) == {"C3", "C4"}


def test_feedback_on_corrected_feedback(ledger: Path, folder: Path) -> None:
    _put(folder / "名册.xlsx", xlsx_bytes(bad_grid()))
    (first,), _ = _feedback(ledger, folder)
    book = load_workbook(first["feedback"])
    book.worksheets[1]["C4"] = people(2)[1].number
    book.save(folder / "名册.xlsx")
    (second,), target = _feedback(ledger, folder, lang="en")
    assert {problem["row"] for problem in second["problems"]} == {5}
    sheet = load_workbook(second["feedback"]).worksheets[1]
    assert [cell.value for cell in sheet[2]][6:] == ["Problems found"]
    assert commented(sheet) == {"B5", "F5"}
    assert _written(target) == ["名册 (2).xlsx", "名册.xlsx"]


# --- languages ---------------------------------------------------------------------------------------------------


def test_it_is_written_in_the_language_of_the_command(ledger: Path, folder: Path) -> None:
    _put(folder / "名册.xlsx", xlsx_bytes(bad_grid()))
    (file,), _ = _feedback(ledger, folder, lang="zh")
    book = load_workbook(file["feedback"])
    listed, sheet = book.worksheets
    assert (listed.title, listed["A1"].value, sheet["G2"].value) == ("错误清单", FEEDBACK_TITLES[0], "错误信息")
    assert listed["B6"].value == "错误"
    codes = [listed.cell(row, 6).value for row in range(6, listed.max_row + 1)]
    assert "缺姓名（name-missing）" in codes
    assert all(str(code).endswith("）") for code in codes)
    assert "户口簿" in str(sheet["C4"].comment.text)
    run = aidledger("--lang", "zh", "check", folder, "--feedback", ledger.with_name("feedback"), ledger=ledger)
    assert file["feedback"] in run.stdout


@pytest.mark.parametrize("known", [FEEDBACK_COLUMNS, FEEDBACK_TITLES])
def test_the_reader_knows_what_feedback_adds_in_every_language(known: tuple[str, str]) -> None:
    assert {translator(language)(known[1]) for language in ("en", "zh")} == set(known)


# --- files that cannot be read -----------------------------------------------------------------------------------


@pytest.mark.parametrize("content", [b"", b"%PDF-1.4 nothing", b"PK\x03\x04 broken"])
def test_of_what_cannot_be_read_the_list_is_left(ledger: Path, folder: Path, content: bytes) -> None:
    _put(folder / "名册.xlsx", content)
    (file,), _ = _feedback(ledger, folder)
    (listed,) = load_workbook(file["feedback"]).worksheets
    assert (listed["F6"].value, listed.max_row) == ("文件无法读取（unreadable-file）", LIST_HEADS + 1)


def test_of_what_is_under_a_password_the_list_is_left(ledger: Path, folder: Path) -> None:
    shutil.copy(SAMPLES / "30-bad-password.xlsx", folder)
    (file,), _ = _feedback(ledger, folder)
    (listed,) = load_workbook(file["feedback"]).worksheets
    assert listed["F6"].value.endswith("（encrypted-file）")


def test_every_rejected_sample_has_its_copy(ledger: Path) -> None:
    files, target = _feedback(ledger, SAMPLES, command="import")
    rejected = [file for file in files if file["outcome"] == "rejected"]
    assert len(rejected) > 10
    assert sorted(file["feedback"] for file in rejected) == sorted(str(target / name) for name in _written(target))
    for file in rejected:
        listed = load_workbook(file["feedback"]).worksheets[0]
        assert listed.max_row == LIST_HEADS + len(file["problems"])
    assert not any("feedback" in file for file in files if file["outcome"] != "rejected")


# --- where it lies -----------------------------------------------------------------------------------------------


def test_folders_keep_their_names_apart(ledger: Path, folder: Path) -> None:
    for school in ("甲", "乙"):
        _put(folder / school / "名册.xlsx", xlsx_bytes([[school], *bad_grid()]))
    _put(folder / "名册.xlsx", xlsx_bytes(bad_grid()))
    _put(folder / "名册.csv", csv_bytes(bad_grid()))
    _, target = _feedback(ledger, folder)
    assert _written(target) == ["乙/名册.xlsx", "名册 (2).xlsx", "名册.xlsx", "甲/名册.xlsx"]
    assert {stat.S_IMODE(path.stat().st_mode) for path in target.rglob("*.xlsx")} == {0o600}
    assert {stat.S_IMODE(path.stat().st_mode) for path in (target, target / "甲")} == {0o700}


def test_files_named_one_by_one_keep_their_folders(ledger: Path, folder: Path) -> None:
    paths = [_put(folder / school / "2021.9名册.xls", xls_bytes(bad_grid())) for school in ("甲", "乙")]
    _, target = _feedback(ledger, *paths)
    assert _written(target) == ["乙/2021.9名册.xlsx", "甲/2021.9名册.xlsx"]


def test_the_same_feedback_is_written_once_and_corrections_in_it_stay(ledger: Path, folder: Path) -> None:
    _put(folder / "名册.xlsx", xlsx_bytes(bad_grid()))
    (first,), target = _feedback(ledger, folder)
    _correct(Path(first["feedback"]))
    corrected = Path(first["feedback"]).read_bytes()
    (second,), _ = _feedback(ledger, folder)
    assert (second["feedback"], _written(target)) == (first["feedback"], ["名册.xlsx"])
    assert Path(first["feedback"]).read_bytes() == corrected


def test_nothing_that_is_there_is_overwritten(ledger: Path, folder: Path) -> None:
    _put(folder / "名册.xlsx", xlsx_bytes(bad_grid()))
    other = _put(ledger.with_name("feedback") / "名册.xlsx", b"another school's")
    (file,), target = _feedback(ledger, folder)
    assert (other.read_bytes(), file["feedback"]) == (b"another school's", str(target / "名册 (2).xlsx"))


def test_feedback_never_goes_where_the_rosters_are(ledger: Path, folder: Path) -> None:
    path = _put(folder / "名册.xlsx", xlsx_bytes(bad_grid()))
    before = path.read_bytes()
    for target in (folder, folder / "back", folder / ".." / "sent"):
        run = aidledger("import", folder, "--feedback", target, ledger=ledger)
        assert (run.exit_code, run.stdout) == (2, "")
    assert _written(folder) == ["名册.xlsx"]
    run = aidledger("import", path, "--feedback", folder, ledger=ledger)
    assert (run.exit_code, path.read_bytes(), _written(folder)) == (1, before, ["名册 (2).xlsx", "名册.xlsx"])


def test_feedback_above_the_rosters_does_not_come_down_among_them(ledger: Path, folder: Path) -> None:
    _put(folder / "sent" / "名册.xlsx", xlsx_bytes(bad_grid()))
    run = aidledger("check", folder, "--feedback", folder.parent, "--format", "json", ledger=ledger)
    assert _written(folder) == ["sent/名册.xlsx"]
    assert run.json["files"][0]["feedback"] == str(folder.parent / "名册.xlsx")


def test_a_folder_that_cannot_be_written_is_refused_before_anything_is_imported(ledger: Path, folder: Path) -> None:
    _put(folder / "a.xlsx", xlsx_bytes(roster_grid(3)))
    _put(folder / "b.xlsx", xlsx_bytes(bad_grid()))
    run = aidledger("import", folder, "--feedback", ledger / "below a file", ledger=ledger)
    assert (run.exit_code, run.stdout) == (3, "")
    assert aidledger("batches", "--format", "json", ledger=ledger).json["batches"] == []


def test_a_long_name_of_a_file_is_no_hindrance(ledger: Path, folder: Path) -> None:
    _put(folder / ("金溪中学" * 20 + "名册.xls"), xls_bytes(bad_grid()))
    (file,), _ = _feedback(ledger, folder)
    assert Path(file["feedback"]).exists()


def test_numbers_of_people_are_masked_in_names_comments_and_the_list(ledger: Path, folder: Path) -> None:
    number = people(2)[1].number
    _put(folder / f"{number}名册.xlsx", xlsx_bytes(bad_grid()))
    (file,), _ = _feedback(ledger, folder)
    copy = Path(file["feedback"])
    assert copy.name == f"{number[:6]}xxxxxxxx{number[-4:]}名册.xlsx"
    listed, sheet = load_workbook(copy).worksheets
    said = [str(cell.value) for row in listed.iter_rows() for cell in row]
    said += [str(cell.value) for cell in sheet["G"]]
    said += [cell.comment.text for row in sheet.iter_rows() for cell in row if cell.comment]
    assert not any(number[6:14] in text for text in said)
    assert sheet["C5"].value == people(3)[2].number


def test_a_file_that_is_posted_gives_no_feedback(ledger: Path, folder: Path) -> None:
    _put(folder / "名册.xlsx", xlsx_bytes(roster_grid(3)))
    target = ledger.with_name("feedback")
    run = aidledger("import", folder, "--feedback", target, "--format", "json", ledger=ledger)
    assert (run.exit_code, _written(target)) == (0, [])
