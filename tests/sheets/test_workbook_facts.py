"""What a sheet's values do not tell, in every format that has it: merges, what is hidden, 1904, failed formulas."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from io import BytesIO

import pytest
import xlwt
from openpyxl import Workbook
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from aidledger.sheets.formats.grid import read_grid
from aidledger.sheets.formats.limits import DEFAULT_LIMITS
from aidledger.sheets.formats.sheet import FORMULA
from tests.builders import (
    HEADERS,
    TITLE,
    ErrorCell,
    Grid,
    examined,
    found,
    ods_bytes,
    people,
    roster_grid,
    with_cells,
    xls_bytes,
    xlsx_bytes,
)
from tests.builders.books import WORKBOOKS, Page
from tests.builders.packages import archive, ods_parts
from tests.builders.spreadsheetml import spreadsheetml_book
from tests.builders.xlsb import xlsb_book, xlsb_bytes

CLASSES = {"E3": "1班", "E4": None, "E5": None, "E6": "2班", "E7": None}


def xml_bytes(grid: Grid) -> bytes:
    return spreadsheetml_book([Page("Sheet1", grid)])


def class_grid() -> Grid:
    headers = ("序号", "姓名", "身份证号", "性别", "班级", "发放金额")
    return with_cells(roster_grid(5, headers=headers, total=False), CLASSES)


@pytest.mark.parametrize("file_format", WORKBOOKS)
def test_what_is_merged_and_hidden_is_seen_in_every_format(file_format: str) -> None:
    ending, to_bytes = WORKBOOKS[file_format]
    grid = class_grid()
    pages = [
        Page("甲", grid, [((0, 0), (0, 5)), ((2, 4), (4, 4)), ((5, 4), (6, 4))], {3, 4, 30}, {3, 40}),
        Page("乙", roster_grid(first=10), state="hidden"),
        Page("丙", roster_grid(first=20), hidden_rows={2}, state="veryHidden"),
    ]
    content = to_bytes(pages)
    one, two, three = read_grid(content, DEFAULT_LIMITS)
    assert sorted(one.merges) == [((0, 0), (0, 5)), ((2, 4), (4, 4)), ((5, 4), (6, 4))]
    assert [(sheet.visible, sheet.hidden_rows, sheet.hidden_columns) for sheet in (one, two, three)] == [
        *[(True, 2, 1), (False, 0, 0), (False, 1, 0)]
    ]
    file = examined(content, f"名册.{ending}")
    assert file.problems == []
    assert [len(table.lines) for table in file.tables] == [5, 3, 3]
    assert file.tables[0].lines.classes == ["1班", "1班", "1班", "2班", "2班"]
    assert [(note.code, note.sheet, note.count) for note in file.notes] == [
        ("hidden-rows", "甲", 2),
        ("hidden-columns", "甲", 1),
        ("hidden-sheet", "乙", None),
        ("hidden-sheet", "丙", None),
        ("hidden-rows", "丙", 1),
    ]


@pytest.mark.parametrize("to_bytes", [xlsx_bytes, xls_bytes, ods_bytes, xlsb_bytes, xml_bytes])
@pytest.mark.parametrize("error", ["#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?"])
def test_a_failed_formula_is_seen_in_every_format(to_bytes: Callable[[Grid], bytes], error: str) -> None:
    file = examined(
        to_bytes(with_cells(roster_grid(), {"C4": ErrorCell(error), "A1": ErrorCell(error)})), "2021秋普高助学金.xls"
    )
    assert found(file) == [("cell-error", "Sheet1", 4, "C")]
    assert file.problems[0].facts == {"value": error}


# --- days ------------------------------------------------------------------------------------------------------------

BORN = date(2006, 3, 15)
SERIAL_1904 = (BORN - date(1904, 1, 1)).days


def dated_grid() -> Grid:
    return roster_grid(headers=(*HEADERS, "出生日期"), fill={"出生日期": BORN}, total=False)


def xlsx_1904() -> bytes:
    book = Workbook()
    book.epoch = CALENDAR_MAC_1904
    for row in dated_grid():
        book.worksheets[0].append(row)
    target = BytesIO()
    book.save(target)
    return target.getvalue()


def xls_1904() -> bytes:
    book = xlwt.Workbook()
    book.dates_1904 = True
    sheet = book.add_sheet("Sheet1")
    day = xlwt.easyxf(num_format_str="yyyy-mm-dd")
    for r, row in enumerate(dated_grid()):
        for c, value in enumerate(row):
            sheet.write(
                r, c, SERIAL_1904 if isinstance(value, date) else value, *([day] if isinstance(value, date) else [])
            )
    target = BytesIO()
    book.save(target)
    return target.getvalue()


@pytest.mark.parametrize("content", [xlsx_1904(), xls_1904()], ids=["xlsx", "xls"])
def test_a_day_is_the_same_where_days_count_from_1904(content: bytes) -> None:
    (sheet,) = read_grid(content, DEFAULT_LIMITS)
    assert sheet.date_1904
    file = examined(content)
    assert file.problems == []
    assert file.tables[0].lines.births == ["2006-03-15"] * 3


@pytest.mark.parametrize(
    "content",
    [
        xlsb_book([Page("a", [["x"]])], date_1904=True),
        spreadsheetml_book([Page("a", [["x"]])], date_1904=True),
        archive(
            ods_parts(
                '<table:calculation-settings><table:null-date table:date-value="1904-01-01"/>'
                '</table:calculation-settings><table:table table:name="a"/>'
            )
        ),
    ],
    ids=["xlsb", "xml", "ods"],
)
def test_every_workbook_tells_whether_its_days_count_from_1904(content: bytes) -> None:
    assert [sheet.date_1904 for sheet in read_grid(content, DEFAULT_LIMITS)] == [True]


@pytest.mark.parametrize("to_bytes", [xlsx_bytes, xls_bytes, ods_bytes, xlsb_bytes, xml_bytes])
def test_elsewhere_days_count_from_1900(to_bytes: Callable[[Grid], bytes]) -> None:
    assert [sheet.date_1904 for sheet in read_grid(to_bytes(roster_grid()), DEFAULT_LIMITS)] == [False]


# --- .ods and .xls by hand --------------------------------------------------------------------------------------------

CELL = '<table:table-cell office:value-type="string"><text:p>x</text:p></table:table-cell>'
FORMULA_CELL = '<table:table-cell table:formula="of:=A1" {}>{}</table:table-cell>'


@pytest.mark.parametrize(
    ("cell", "fault"),
    [
        (FORMULA_CELL.format("", ""), FORMULA),
        (FORMULA_CELL.format("", "<text:p/>"), None),  # an empty text, as LibreOffice writes it
        (FORMULA_CELL.format('office:value-type="string"', "<text:p/>"), None),
        (FORMULA_CELL.format('office:value-type="float" office:value="7"', "<text:p>7</text:p>"), None),
        (FORMULA_CELL.format('calcext:value-type="error"', "<text:p>#N/A</text:p>"), "#N/A"),
        (FORMULA_CELL.format('calcext:value-type="error"', "<text:p>Err:502</text:p>"), "Err:502"),
        (FORMULA_CELL.format('calcext:value-type="error"', ""), "#ERROR"),
        (FORMULA_CELL.format('office:value-type="string" office:string-value=""', "<text:p>#N/A</text:p>"), "#N/A"),
        (FORMULA_CELL.format('office:value-type="float" office:value="0"', "<text:p>#DIV/0!</text:p>"), "#DIV/0!"),
        (
            FORMULA_CELL.format(
                'calcext:value-type="error"',
                "<office:annotation><text:p>注</text:p></office:annotation><text:p>#N/A</text:p>",
            ),
            "#N/A",
        ),
    ],
)
def test_a_formula_in_ods_is_failed_uncalculated_or_neither(cell: str, fault: str | None) -> None:
    rows = f'<table:table-row table:number-rows-repeated="2">{CELL}</table:table-row><table:table-row>{CELL}'
    rows += f'<table:table-cell table:number-columns-repeated="2"/>{cell}{CELL}</table:table-row>'
    header = f"<table:table-header-rows><table:table-row>{CELL}</table:table-row></table:table-header-rows>"
    (sheet,) = read_grid(
        archive(ods_parts(f'<table:table table:name="a">{header}{rows}</table:table>')), DEFAULT_LIMITS
    )
    assert sheet.faults == ({(3, 3): fault} if fault else {})
    assert (len(sheet.rows), sheet.rows[3][4], sheet.rows[3][3] == "") == (
        4,
        "x",
        "value=" not in cell or fault is not None,
    )


def test_empty_rows_and_columns_of_ods_repeat_without_end_and_cost_nothing() -> None:
    blank = '<table:table-cell table:number-columns-repeated="16384"/>'
    content = (
        '<table:table-column table:number-columns-repeated="16384" table:visibility="collapse"/>'
        f"<table:table-row>{CELL}</table:table-row>"
        f'<table:table-row table:number-rows-repeated="1048575" table:visibility="filter">{blank}</table:table-row>'
    )
    table = f'<table:table table:name="a">{content}</table:table>'
    (sheet,) = read_grid(archive(ods_parts(table)), DEFAULT_LIMITS)
    assert (sheet.rows, sheet.hidden_rows, sheet.hidden_columns) == ([["x"]], 0, 1)


def test_a_formula_of_xls_that_no_program_calculated_is_a_problem_and_not_0() -> None:
    book = xlwt.Workbook()
    sheet = book.add_sheet("Sheet1")
    for r, row in enumerate(roster_grid(total=False)):
        for c, value in enumerate(row):
            sheet.write(r, c, xlwt.Formula("500*2") if (r, c) == (3, 5) else value)
    target = BytesIO()
    book.save(target)
    written = b"\x03\0\0\0\0\0\xff\xff" + b"\0\0"  # xlwt: an empty text; POI: 0, to be calculated on opening
    assert target.getvalue().count(written) == 1
    content = target.getvalue().replace(written, b"\0" * 8 + b"\x02\0")
    assert found(examined(content, "名册.xls")) == [("formula-without-value", "Sheet1", 4, "F")]


def test_formatted_empty_rows_of_xls_are_no_rows() -> None:
    book = xlwt.Workbook()
    sheet = book.add_sheet("Sheet1")
    style = xlwt.easyxf("font: bold on")
    for r in range(20_000):
        for c in range(6):
            sheet.write(r, c, 1 if r < 5 else None, style)
    sheet.row(60_000).hidden = True
    target = BytesIO()
    book.save(target)
    (read,) = read_grid(target.getvalue(), DEFAULT_LIMITS)
    assert (len(read.rows), len(read.rows[0]), read.hidden_rows) == (5, 6, 0)


def test_moments_and_days_of_every_format_are_the_same_day() -> None:
    grid = roster_grid(headers=(*HEADERS, "出生日期"), fill={"出生日期": datetime(2006, 3, 15, 8, 30)}, total=False)  # noqa: DTZ001
    for to_bytes in (xlsx_bytes, xls_bytes, xml_bytes):
        assert examined(to_bytes(grid), "名册.xls").tables[0].lines.births == ["2006-03-15"] * 3


def test_days_that_are_counted_from_1904_are_the_same_days() -> None:
    book = Workbook()
    book.epoch = CALENDAR_MAC_1904
    sheet = book.worksheets[0]
    person = people(1)[0]
    for row in ([TITLE], ["姓名", "身份证号", "出生日期", "金额"]):
        sheet.append(row)
    sheet.append([person.name, person.number, (person.born - date(1904, 1, 1)).days, 1000])
    target = BytesIO()
    book.save(target)
    file = examined(target.getvalue())
    assert (file.problems, file.tables[0].lines.births) == ([], [person.born.isoformat()])
