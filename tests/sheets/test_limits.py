"""Every limit in every format: a workbook at the limit is read, one beyond it is too large."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

import pytest

from aidledger.domain.roster import RosterFile
from aidledger.sheets.formats.grid import read_grid
from aidledger.sheets.formats.limits import DEFAULT_LIMITS, Limits
from tests.builders import Grid, csv_bytes, edited_package, examined, roster_csv, roster_grid
from tests.builders.books import Book, Page, html_book, ods_book, xls_book, xlsm_book, xlsx_book
from tests.builders.packages import archive, workbook_parts
from tests.builders.spreadsheetml import spreadsheetml_book
from tests.builders.webarchive import web_archive_book
from tests.builders.xlsb import xlsb_book

HTML_ANCHORS = '<hr><a name="table{0}"><h1>Sheet {0}: <em>{1}</em></h1></a>'


def html_pages(book: Book) -> bytes:
    """Several sheets on one page, as LibreOffice puts them there."""
    bodies = (
        HTML_ANCHORS.format(i, page.name) + html_book([page]).decode().partition("<body>")[2].removesuffix("</html>")
        for i, page in enumerate(book)
    )
    return f"<html><body>{''.join(bodies)}</body></html>".encode()


def csv_book(book: Book) -> bytes:
    return csv_bytes(book[0].grid)


# .et is WPS' name for what is an .xls or an .xlsx inside.
FORMATS: Mapping[str, Callable[[Book], bytes]] = {
    "xlsx": xlsx_book,
    "xlsm": xlsm_book,
    "xlsb": xlsb_book,
    "xls": xls_book,
    "et": xls_book,
    "ods": ods_book,
    "csv": csv_book,
    "html": html_pages,
    "xml": spreadsheetml_book,
    "mht": web_archive_book,
}
every_format = pytest.mark.parametrize("ending", FORMATS)
of_several_sheets = pytest.mark.parametrize("ending", [ending for ending in FORMATS if ending != "csv"])
# An .xls keeps no longer texts, and xlwt writes none.
LENGTH = 30_000
SHORT = replace(DEFAULT_LIMITS, text_length_max=LENGTH)


def refusal(content: bytes, ending: str, limits: Limits) -> tuple[str, object, object]:
    file = examined(content, f"名册.{ending}", limits=limits)
    (problem,) = file.problems
    assert (file.tables, file.blocked(record_conflicts=True)) == ([], True)
    return problem.code, problem.facts["what"], problem.facts["limit"]


def read(content: bytes, ending: str, limits: Limits) -> RosterFile:
    file = examined(content, f"名册.{ending}", limits=limits)
    assert file.problems == []
    return file


def with_remark(text: str) -> Grid:
    headers = ("序号", "姓名", "身份证号", "年级", "备注", "发放金额", "银行卡号")
    grid = roster_grid(headers=headers)
    grid[3][4] = text
    return grid


@every_format
def test_a_text_as_long_as_the_limit_is_read_and_a_longer_one_is_too_large(ending: str) -> None:
    whole = FORMATS[ending]([Page("高一", with_remark("x" * LENGTH))])
    assert len(read(whole, ending, SHORT).tables[0].lines) == 3
    longer = FORMATS[ending]([Page("高一", with_remark("x" * (LENGTH + 1)))])
    assert refusal(longer, ending, SHORT) == ("file-too-large", "the length of a cell", LENGTH)


def with_long_remark(ending: str, length: int) -> bytes:
    """openpyxl cuts what is longer than Excel has it, so the mark is made longer in its XML."""
    mark = "long-remark"
    content = FORMATS[ending]([Page("高一", with_remark(mark if ending in {"xlsx", "xlsm"} else "备" * length))])
    if ending not in {"xlsx", "xlsm"}:
        return content
    part = "xl/worksheets/sheet1.xml"
    return edited_package(content, {part: lambda text: text.replace(mark.encode(), ("备" * length).encode())})


@pytest.mark.parametrize("ending", [ending for ending in FORMATS if ending not in {"xls", "et"}])
def test_no_text_is_longer_than_excel_lets_into_a_cell(ending: str) -> None:
    whole = with_long_remark(ending, 32_767)
    assert len(read(whole, ending, DEFAULT_LIMITS).tables[0].lines) == 3
    longer = with_long_remark(ending, 32_768)
    assert refusal(longer, ending, DEFAULT_LIMITS) == ("file-too-large", "the length of a cell", 32_767)


@of_several_sheets
def test_as_many_sheets_as_the_limit_are_read_and_more_are_too_large(ending: str) -> None:
    few = replace(DEFAULT_LIMITS, sheets_max=3)
    book = [Page(f"{i}班", roster_grid(first=i * 10)) for i in range(1, 5)]
    assert [one.sheet for one in read(FORMATS[ending](book[:3]), ending, few).tables] == ["1班", "2班", "3班"]
    assert refusal(FORMATS[ending](book), ending, few) == ("file-too-large", "the number of sheets", 3)


@every_format
def test_as_many_columns_as_the_limit_are_read_and_more_are_too_large(ending: str) -> None:
    content = FORMATS[ending]([Page("高一", roster_grid())])
    width = len(roster_grid()[1])
    assert read(content, ending, replace(DEFAULT_LIMITS, columns_max=width)).tables
    beyond = replace(DEFAULT_LIMITS, columns_max=width - 1)
    assert refusal(content, ending, beyond) == ("file-too-large", "the number of columns", width - 1)


@every_format
def test_as_many_cells_as_the_limit_are_read_and_more_are_too_large(ending: str) -> None:
    content = FORMATS[ending]([Page("高一", roster_grid(50))])
    (sheet,) = read_grid(content, DEFAULT_LIMITS)
    cells = len(sheet.rows) * len(sheet.rows[0])
    assert read(content, ending, replace(DEFAULT_LIMITS, cells_max=cells)).tables
    beyond = replace(DEFAULT_LIMITS, cells_max=cells - 1)
    assert refusal(content, ending, beyond) == ("file-too-large", "the number of cells", cells - 1)


@of_several_sheets
def test_the_cells_of_all_sheets_are_counted_together(ending: str) -> None:
    content = FORMATS[ending]([Page(f"{i}班", roster_grid(first=i * 10)) for i in range(1, 4)])
    one = max(len(sheet.rows) * len(sheet.rows[0]) for sheet in read_grid(content, DEFAULT_LIMITS))
    limits = replace(DEFAULT_LIMITS, cells_max=2 * one)
    assert refusal(content, ending, limits) == ("file-too-large", "the number of cells", 2 * one)


@every_format
def test_a_file_beyond_the_size_is_not_opened(ending: str) -> None:
    limits = replace(DEFAULT_LIMITS, file_size_max_bytes=2**20)
    content = FORMATS[ending]([Page("高一", roster_grid())]) + b" " * 2**20
    assert refusal(content, ending, limits) == ("file-too-large", "the size", "1 MiB")


@pytest.mark.parametrize("ending", ["xlsx", "xlsm", "xlsb", "ods"])
def test_what_is_unpacked_is_counted_in_every_kind_of_archive(ending: str) -> None:
    content = FORMATS[ending]([Page("高一", roster_grid(200))])
    limits = replace(DEFAULT_LIMITS, inflated_size_max_bytes=10_000)
    assert refusal(content, ending, limits)[:2] == ("file-too-large", "the unpacked size")


def test_a_hundred_megabytes_without_a_line_end_are_refused_by_their_size_alone() -> None:
    assert refusal(b"1" * 100_000_000, "csv", DEFAULT_LIMITS) == ("file-too-large", "the size", "20 MiB")


@pytest.mark.parametrize("unit", ["1", "姓", '"', "1,", '",', "\t", "a b", "=", "'"])
def test_a_text_of_one_line_up_to_the_size_is_no_trouble(unit: str) -> None:
    content = (unit * (19 * 2**20 // len(unit.encode()))).encode()
    (problem,) = examined(content, "名册.csv").problems
    assert problem.code in {"file-too-large", "unreadable-file", "no-header"}


def test_one_long_string_that_a_million_cells_refer_to_is_no_workbook() -> None:
    """Little to unpack, and much in memory: each cell is a string of its own for the reader."""
    rows = "".join(f'<row r="{r}"><c r="A{r}" t="s"><v>0</v></c></row>' for r in range(1, 3_001))
    content = archive(workbook_parts(rows, strings=f"<si><t>{'长' * 40_000}</t></si>"))
    assert refusal(content, "xlsx", DEFAULT_LIMITS)[:2] == ("file-too-large", "the length of a cell")


def test_the_csv_of_a_school_is_nowhere_near_the_limits() -> None:
    assert len(read(roster_csv(2_000), "csv", DEFAULT_LIMITS).tables[0].lines) == 2_000
