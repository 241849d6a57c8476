"""What begins as a formula is text in every file that any command writes."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from openpyxl import load_workbook

from aidledger.domain.outgoing import guarded, unguarded, xml_text
from tests.builders.hostile import FORMULAS, SCHOOL, write_all
from tests.cli.harness import aidledger
from tests.store.ledgers import no_ledger_yet

# What is shown and written is the same whatever engine the ledger is on.
pytestmark = pytest.mark.sqlite_only

PAID = ("--program", "high-school-grant", "--period", "2021-autumn")
TERM = ("--from", "2022-03-01", "--to", "2022-03-31")
# Every command that writes a table into a file, as CSV and as a workbook.
TABLES = [
    ("batches",),
    ("batch", "1"),
    ("reconcile", "--all"),
    ("reconcile", "--details"),
    ("audit",),
    ("findings",),
    ("person", FORMULAS[0]),
    ("person", FORMULAS[2]),
    ("trace", "1"),
    ("report", "summary"),
    ("report", "summary", "--by", "program,school,period,grade,category"),
    ("report", "entries", "kind=aid"),
    ("report", "returns", "--year", "2021"),
    ("report", "compare", "gaoping-2021-2022h1"),
    ("report", "bridge", "--from-cut", "calendar-year:2021", "--to-cut", "school-year:2021"),
    ("report", "notice", *PAID, *TERM, "--preview"),
    ("sample", "--seed", "=1", "--size", "100"),
    ("pay", "orders"),
    ("pay", "order", "1"),
    ("mappings",),
    ("access-log",),
    ("programs",),
    ("program", "high-school-grant"),
    ("check", "="),
]
_BEGINNINGS = ("=", "+", "-", "@", "＝", "＋", "－", "＠")


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a ledger in which everything is called like a formula, and what is written of it."""
    folder = tmp_path_factory.mktemp("office")
    write_all(folder / "=rosters")
    (folder / "=").mkdir()
    (folder / "=" / "=bad.xlsx").write_bytes((folder / "=rosters" / "+1.xlsx").read_bytes())
    return folder


@pytest.fixture(scope="module")
def ledger(office: Path) -> str:
    place = no_ledger_yet(office)
    assert aidledger("--actor", "=1+1", "init", ledger=place).exit_code == 0
    mapping = ("--map", "备注=account", "--school", SCHOOL, "--remember")
    posted = ("--actor", "=1+1", "import", office / "=rosters" / "=1+1.xlsx", *mapping[2:4], "--workers", "1")
    assert aidledger(*posted, ledger=place).exit_code == 0
    rest = ("import", office / "=rosters", "--feedback", office / "=feedback", "--workers", "1")
    assert aidledger("--actor", "@x", *rest, ledger=place).exit_code == 1
    export = ("pay", "export", *PAID, "--reason", "=1+1", "-o", office / "=bank")
    assert aidledger("--actor", "-1", *export, ledger=place).exit_code == 1  # some have no card
    assert aidledger("person", FORMULAS[0], "--reveal", "--reason", "=1+1", ledger=place).exit_code == 0
    return place


def written(office: Path) -> Iterator[Path]:
    yield from (
        path for path in office.rglob("*") if path.suffix in {".xlsx", ".xlsm", ".csv"} and "=rosters" not in path.parts
    )


def formulas_in(path: Path) -> list[str]:
    """The cells that a spreadsheet program would calculate, or take for a link to somewhere."""
    if path.suffix == ".csv":
        text = path.read_bytes().decode("utf-8-sig")
        rows = csv.reader(io.StringIO(text, newline=""))
        return [cell for row in rows for cell in row if not _is_number(cell) and cell.lstrip().startswith(_BEGINNINGS)]
    found = []
    book = load_workbook(path)
    for sheet in book:
        for row in sheet.iter_rows():
            found += [f"{sheet.title} {cell.coordinate}" for cell in row if cell.data_type == "f"]
            found += [cell.hyperlink.target for cell in row if cell.hyperlink and cell.hyperlink.target]
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    assert not any("externalLink" in name for name in parts)
    found += [name for name, part in parts.items() if name.startswith("xl/worksheets/") and b"<f>" in part]
    return found + [name for name, part in parts.items() if b'TargetMode="External"' in part]


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True


@pytest.mark.parametrize("form", ["csv", "xlsx"])
@pytest.mark.parametrize("command", TABLES, ids=" ".join)
def test_no_table_that_is_written_holds_a_formula(
    office: Path, ledger: str, command: tuple[str, ...], form: str
) -> None:
    target = office / f"{'-'.join(command[:2]).replace('/', '')[:40]}-{TABLES.index(command)}.{form}"
    arguments = [office / word if word == "=" and command[0] == "check" else word for word in command]
    run = aidledger(*arguments, "--format", form, "-o", target, ledger=ledger)
    if run.exit_code == 2 and "--format" in run.stderr and "xlsx" in run.stderr:
        return  # not every list is a workbook
    assert (run.exit_code, run.stderr) in {(0, ""), (1, "")}
    assert formulas_in(target) == []


def test_the_files_for_the_bank_hold_no_formula_and_are_known_again(office: Path, ledger: str) -> None:
    for ending in ("xlsx", "csv"):
        assert formulas_in(office / f"=bank.{ending}") == []
    sheet = load_workbook(office / "=bank.xlsx").worksheets[0]
    assert {cell.value for cell in sheet["B"]} >= set(FORMULAS[:2])
    run = aidledger("--actor", "somebody", "pay", "release", "1", "--file", office / "=bank.csv", ledger=ledger)
    assert (run.exit_code, run.stderr) == (0, "")


def test_the_copies_for_schools_hold_no_formula(office: Path, ledger: str) -> None:
    copies = list((office / "=feedback").iterdir())
    assert len(copies) > 4
    assert {path.name: found for path in copies if (found := formulas_in(path))} == {}


def test_a_template_for_a_school_of_such_a_name_holds_none_but_our_own(office: Path) -> None:
    for ending in ("金溪中学", SCHOOL):
        target = office / "template.xlsx"
        run = aidledger("template", "high-school-grant", "--school", ending, "-o", target)
        assert run.exit_code in {0, 2}
        if run.exit_code == 0:
            sheets = load_workbook(target).worksheets
            cells = [cell for sheet in sheets for row in sheet.iter_rows() for cell in row if cell.data_type == "f"]
            assert not any("1+1" in str(cell.value) for cell in cells)
            target.unlink()


@pytest.mark.parametrize("text", [*FORMULAS, "\t=1", "\r=1", "\n=1", " =1", "　=1", "'+1", "''=1"])
def test_what_would_be_a_formula_is_guarded_and_the_guard_can_be_taken_off(text: str) -> None:
    assert guarded(text) == f"'{text}"
    assert unguarded(guarded(text)) == text


@pytest.mark.parametrize("text", ["", "王雨桐", "'", "O'Neil", "1,000.00", "高一(1)班", "a=b", "1-2", "'王"])
def test_what_is_no_formula_is_left_as_it_is(text: str) -> None:
    assert guarded(text) == text == unguarded(text) == xml_text(text)


@pytest.mark.parametrize("sign", ["\0", "\x0b", "\x1b", "\ud800", "\ufffe", "\uffff"])
def test_what_no_xml_can_hold_is_left_out(sign: str) -> None:
    assert xml_text(f"王{sign}雨桐\t𠮷") == "王雨桐\t𠮷"
