"""The workbook of a blank roster: its headers, formats, checks and protection, and that its rules say what we say."""

from __future__ import annotations

import csv
import re
import shutil
import subprocess
from datetime import date
from pathlib import Path
from zipfile import ZipFile

import pytest

from aidledger.domain.hardship import CATEGORIES
from aidledger.domain.identity import check_digit, resident_fault
from aidledger.domain.listing import HARDSHIP_CATEGORIES
from aidledger.domain.region import NATIONAL
from aidledger.domain.term import Period
from aidledger.i18n import Language, translator
from aidledger.sheets.recognition.header import HeaderWords, find_header
from aidledger.sheets.template.columns import BOARDINGS, DOCUMENT_TYPES, LEVELS
from aidledger.sheets.template.roster import BlankRoster
from aidledger.sheets.template.workbook import template_workbook
from tests.builders import codes, examined, people, resident_number, shipped
from tests.builders.templates import Template, Value, fill

ROWS = 12
# What is kept by school has no list of pupils.
CASES = [(code, language) for code, one in shipped().programs.items() if not one.by_school for language in ("zh", "en")]
BOTH = pytest.mark.parametrize(("code", "language"), CASES)
OFFICE = shutil.which("soffice")


def made(
    folder: Path,
    code: str,
    language: Language = "zh",
    period: str = "",
    *,
    rows: int = ROWS,
    school: str | None = None,
    region: str = NATIONAL,
) -> Template:
    program = shipped().of_region(region).programs[code]
    period = period or ("2021-autumn" if program.cadence == "semester" else "2021")
    blank = BlankRoster(program, Period.parse(period), school, rows, language, shipped().layout.school_endings)
    (folder / "t.xlsx").write_bytes(template_workbook(blank, shipped().programs, translator(language)))
    return Template(folder / "t.xlsx")


@BOTH
def test_every_header_but_the_remarks_is_recognised(tmp_path: Path, code: str, language: Language) -> None:
    template = made(tmp_path, code, language)
    header = HeaderWords(shipped().layout, shipped().programs).read(0, template.headers)
    assert [column.role for column in header.money] == ["plain"]
    recognised = sum(map(len, header.fields.values())) + len(header.money)
    assert recognised == len(template.headers) - 1
    assert template.headers[-1] in {"备注", "Remarks"}


@BOTH
def test_id_and_card_numbers_stay_text_and_every_cell_can_be_written(
    tmp_path: Path, code: str, language: Language
) -> None:
    template = made(tmp_path, code, language)
    for row in range(template.header + 1, template.header + ROWS + 1):
        for field, column in template.columns.items():
            cell = template.sheet.cell(row, column)
            assert not cell.protection.locked
            assert (cell.number_format == "@") is (field in {"number", "account", "student_number"})
    protection = template.sheet.protection
    assert protection.sheet
    assert protection.password is None
    assert not any((protection.insertRows, protection.deleteRows, protection.formatCells, protection.sort))
    assert protection.deleteColumns
    assert all(cell.protection.locked for cell in template.sheet[template.header] if cell.value)


@BOTH
def test_checks_are_bounded_and_within_what_excel_takes(tmp_path: Path, code: str, language: Language) -> None:
    template = made(tmp_path, code, language)
    last = template.header + ROWS
    for validation in template.sheet.data_validations.dataValidation:
        assert len(validation.formula1) <= 255
        assert not set("{}") & set(validation.formula1)
        assert len(validation.error) <= 225
        assert max(len(validation.errorTitle), len(validation.promptTitle or "")) <= 32
        assert {r.max_row for r in validation.sqref.ranges} <= {last, template.header - 1}
    for ranges in template.sheet.conditional_formatting:
        assert {r.max_row for r in ranges.sqref.ranges} == {last}
        assert all(len(formula) <= 255 for rule in ranges.rules for formula in rule.formula)
    assert template.sheet.max_row == last


@pytest.mark.parametrize("language", ["zh", "en"])
def test_what_lists_offer_is_understood(language: Language) -> None:
    values = shipped().layout.values
    for group, words in (("level", LEVELS), ("boarding", BOARDINGS), ("document_type", DOCUMENT_TYPES)):
        assert {values[group][words[name][language].replace(" ", "").casefold()]: name for name in words} == {
            name: name for name in words
        }
        assert set(words) == set(values[group].values())
    assert tuple(CATEGORIES) == HARDSHIP_CATEGORIES
    for name, word in CATEGORIES.items():
        folded = word[language].replace(" ", "").casefold()
        assert next(value for known, value in values["category"].items() if known in folded) == name


def test_columns_and_lists_are_those_that_the_standard_asks_for(tmp_path: Path) -> None:
    template = made(tmp_path, "compulsory-living-subsidy")
    assert template.choices("level") == ["小学", "初中"]
    assert template.choices("boarding") == ["寄宿", "走读"]
    assert template.choices("category")[0] == "脱贫户"
    assert "tier" not in template.columns
    tiers = made(tmp_path, "high-school-grant", period="2025-autumn", region="sichuan").choices("tier")
    assert tiers == ["三档", "二档", "一档"]
    assert "tier" not in made(tmp_path, "high-school-grant", period="2024-autumn", region="sichuan").columns
    assert "tier" not in made(tmp_path, "high-school-grant", period="2025-autumn").columns
    assert made(tmp_path, "vocational-grant").choices("amount") == ["1000"]
    assert made(tmp_path, "origin-based-loan", "en").choices("level") == ["Undergraduate", "Postgraduate"]
    assert {"entry_year", "school"} <= set(made(tmp_path, "college-poverty-aid").columns)


@BOTH
def test_the_notes_say_the_standard_and_are_no_table(tmp_path: Path, code: str, language: Language) -> None:
    template = made(tmp_path, code, language)
    notes = [[str(cell or "") for cell in row] for row in template.book.worksheets[1].iter_rows(values_only=True)]
    assert find_header(notes, HeaderWords(shipped().layout, shipped().programs)) is None
    text = "\n".join(" ".join(row) for row in notes)
    program = shipped().programs[code]
    standard = program.standard_for(Period.parse("2021-autumn"))
    assert (standard is not None) or not program.in_force
    assert program.name(language) in text
    if standard is not None:
        assert standard.reference is None or standard.reference in text
        assert standard.reference == program.reference or str(program.reference) not in text
        for rate in standard.rates:
            assert f"{rate.high_fen // 100}" in text
    assert all(header in text for header in template.headers)


def test_the_notes_follow_the_standard_of_the_period(tmp_path: Path) -> None:
    def notes(period: str) -> str:
        sheet = made(tmp_path, "compulsory-living-subsidy", "en", period).book.worksheets[1]
        return "\n".join(str(cell) for row in sheet.iter_rows(values_only=True) for cell in row)

    assert "Junior, Day\n312.50 yuan per semester" in notes("2023-autumn")
    assert "Junior, Day\n375 yuan per semester" in notes("2024-spring")
    assert "No standard is known for this period" in notes("2018-autumn")


def test_nobodys_name_and_no_machine_is_in_the_file(tmp_path: Path) -> None:
    made(tmp_path, "high-school-grant")
    with ZipFile(tmp_path / "t.xlsx") as archive:
        properties = archive.read("docProps/core.xml").decode()
        everything = b"".join(archive.read(name) for name in archive.namelist())
    assert "creator" not in properties
    assert "lastModifiedBy" not in properties
    assert str(tmp_path).encode() not in everything


@BOTH
def test_what_is_counted_above_the_header_is_no_total_of_the_roster(
    tmp_path: Path, code: str, language: Language
) -> None:
    template = made(tmp_path, code, language)
    program = shipped().programs[code]
    fill(template, program, Period.parse("2021-autumn" if program.cadence == "semester" else "2021"))
    counted = [cell for cell in template.sheet[template.header - 1] if cell.data_type == "f"]
    assert [str(cell.value).partition("(")[0] for cell in counted] == ["=COUNTA", "=SUM"]
    for cell in counted:
        cell.value = 99  # as a program leaves it that copies values and does not calculate
    template.save()
    file = examined(template.path.read_bytes())
    assert codes(file) == ([] if program.in_force else ["program-not-in-force"])
    assert file.tables[0].rosters[0].declared is None


def test_a_schools_name_is_never_a_formula(tmp_path: Path) -> None:
    template = made(tmp_path, "high-school-grant", school="=1+1学校")
    assert template.sheet.cell(1, 1).data_type == "s"
    assert str(template.sheet.cell(1, 1).value).startswith("=1+1学校")


GOOD = next(person.number for person in people(99) if person.number.isdigit())
ENDS_IN_X = next(person.number for person in people(99) if person.number.endswith("X"))
NO_SUCH_DAY = "51130020061331001"
NUMBERS: list[tuple[Value, str | None]] = [
    *((person.number, None) for person in people(12, born=date(2014, 2, 28))),
    (GOOD, "居民身份证"),
    (ENDS_IN_X, None),
    (ENDS_IN_X.lower(), None),
    (f"{GOOD[:-1]}{(int(GOOD[-1]) + 1) % 10}", None),
    (f"{GOOD[0]}{GOOD[2]}{GOOD[1]}{GOOD[3:]}", None),
    (GOOD[:-1], None),
    (f"{GOOD}1", None),
    (f"{GOOD[:5]}O{GOOD[6:]}", None),
    (f"{GOOD[:5]} {GOOD[6:]}", None),
    (NO_SUCH_DAY + check_digit(NO_SUCH_DAY), None),
    (int(GOOD), None),
    (resident_number(3, region="810000"), "港澳台居民居住证"),
]
OTHER_NUMBERS: list[tuple[Value, str, bool]] = [
    ("EA1234567", "护照", True),
    ("EA1", "护照", False),
    (GOOD, "护照", False),
    (f"J{GOOD}", "其他", True),
]
CARDS: list[tuple[Value, bool]] = [
    ("6217003810012345678", True),
    ("621700381001", True),
    ("62170038100", False),
    ("62170038100123456789", False),
    ("6217 0038 1001 2345", False),
    ("6217003810012345.8", False),
]
AMOUNTS: list[tuple[dict[str, Value], bool]] = [
    ({"level": "小学", "boarding": "寄宿", "amount": 500}, True),
    ({"level": "初中", "boarding": "走读", "amount": 312.5}, True),
    ({"level": "初中", "boarding": "寄宿", "amount": 500}, False),
    ({"amount": 500}, False),
    ({"level": "小学", "boarding": "寄宿", "amount": "500"}, False),
]


@pytest.mark.skipif(OFFICE is None, reason="the rules are evaluated by LibreOffice, which is not installed")
def test_the_rules_say_what_the_importer_says(tmp_path: Path) -> None:
    """Each value in its own cell, the rule of its column beside it, evaluated by a spreadsheet program."""
    right_numbers = [isinstance(n, str) and resident_fault(n.upper()) is None for n, _ in NUMBERS]
    written: list[tuple[str, dict[str, Value], bool]] = [
        *(
            ("number", {"number": number, "document_type": kind}, right)
            for (number, kind), right in zip(NUMBERS, right_numbers, strict=True)
        ),
        *(("number", {"number": number, "document_type": kind}, right) for number, kind, right in OTHER_NUMBERS),
        *(("account", {"account": card}, right) for card, right in CARDS),
        *(("amount", cells, right) for cells, right in AMOUNTS),
    ]
    template = made(tmp_path, "compulsory-living-subsidy", rows=len(written))
    template.write_school("金溪中学")
    first = template.header + 1
    for at, (field, cells, _) in enumerate(written):
        template.write(at, cells)
        validation = template.validation(field)
        assert validation is not None
        assert validation.formula1 is not None
        rule = re.sub(rf"(?<=[A-Z]){first}\b", str(first + at), validation.formula1)
        template.sheet.cell(first + at, 30).value = f"=IFERROR(IF({rule},1,0),0)"
    school = next(v for v in template.sheet.data_validations.dataValidation if f"C{first - 2}" in v.sqref)
    template.sheet.cell(1, 30).value = f"=IF({school.formula1},1,0)"
    template.save()
    said = _evaluated(tmp_path)
    assert said[0] == "1"
    assert [(cells, said[template.header + at] == "1") for at, (_, cells, _) in enumerate(written)] == [
        (cells, right) for _, cells, right in written
    ]


def _evaluated(folder: Path) -> list[str]:
    """The 30th column as LibreOffice calculates it."""
    assert OFFICE is not None
    profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
    command = [OFFICE, profile, "--headless", "--convert-to", "csv:Text - txt - csv (StarCalc):44,34,76"]
    subprocess.run([*command, "--outdir", folder, folder / "t.xlsx"], check=True, capture_output=True, timeout=120)
    with (folder / "t.csv").open(encoding="utf-8", newline="") as file:
        return [row[29] for row in csv.reader(file)]


def test_a_workbook_of_five_thousand_rows_is_small(tmp_path: Path) -> None:
    template = made(tmp_path, "compulsory-living-subsidy", rows=5000)
    assert template.sheet.max_row == template.header + 5000
    assert template.path.stat().st_size < 1 << 20
