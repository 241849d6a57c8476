"""The only reader of files: bytes to sheets of plain cells, for all formats."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from io import BytesIO

from aidledger.sheets.formats.delimited import text_sheets
from aidledger.sheets.formats.failures import FileRefused
from aidledger.sheets.formats.limits import Limits
from aidledger.sheets.formats.markup import web_archive_sheets, web_page_sheets, xml_sheets
from aidledger.sheets.formats.mending import mended
from aidledger.sheets.formats.ooxml import xlsx_facts
from aidledger.sheets.formats.opendocument import ods_facts
from aidledger.sheets.formats.package import Package, open_package
from aidledger.sheets.formats.sheet import (
    CSV_SHEET,
    BookFacts,
    Cell,
    Merge,
    Sheet,
    check_sheets,
    check_size,
    check_texts,
    with_facts,
)
from aidledger.sheets.formats.sniff import Format, sniff
from aidledger.sheets.formats.xls import xls_sheets
from aidledger.sheets.formats.xlsb import xlsb_facts

__all__ = ["CSV_SHEET", "Cell", "Merge", "Sheet", "read_grid"]


def read_grid(content: bytes, limits: Limits) -> list[Sheet]:
    """Read the sheets of a file, in order; raises FileRefused."""
    if len(content) > limits.file_size_max_bytes:
        raise FileRefused("file-too-large", what="the size", limit=f"{limits.file_size_max_bytes >> 20} MiB")
    sheets = []
    cells = 0
    for sheet in _READERS[sniff(content)](content, limits):
        cells += len(sheet.rows) * (len(sheet.rows[0]) if sheet.rows else 0)
        check_size(cells, 1, limits)
        check_texts(sheet.rows, limits)
        sheets.append(sheet)
        check_sheets(len(sheets), limits)
    return sheets


def _zipped(content: bytes, limits: Limits) -> Iterator[Sheet]:
    package = open_package(content, limits)
    facts = _facts(package, limits)
    for sheet in _by_calamine(mended(content, package.mended) if package.mended else content, limits):
        sheet.date_1904 = facts.date_1904
        yield with_facts(sheet, facts.of(sheet.name))


def _by_calamine(content: bytes, limits: Limits) -> Iterator[Sheet]:
    import python_calamine  # noqa: PLC0415 - only where a workbook is read

    try:
        book = python_calamine.CalamineWorkbook.from_filelike(BytesIO(content))
        check_sheets(len(book.sheets_metadata), limits)
        for i, metadata in enumerate(book.sheets_metadata):
            if metadata.typ is not python_calamine.SheetTypeEnum.WorkSheet:
                continue
            sheet = book.get_sheet_by_index(i)
            start = sheet.start or (0, 0)
            check_size(sheet.height, sheet.width, limits)
            yield Sheet(
                name=metadata.name,
                rows=sheet.to_python(skip_empty_area=True),
                first_row=start[0],
                first_column=start[1],
                visible=metadata.visible is python_calamine.SheetVisibleEnum.Visible,
                merges=sheet.merged_cell_ranges or [],
            )
    except python_calamine.PasswordError as error:
        raise FileRefused("encrypted-file") from error
    except (FileRefused, MemoryError):
        raise
    except Exception as error:  # a CalamineError, an OSError for a truncated part, and others
        raise FileRefused("unreadable-file", why="the workbook is damaged") from error
    except BaseException as panic:
        if type(panic).__name__ != "PanicException":  # Rust's panics; there is no class to import
            raise
        raise FileRefused("unreadable-file", why="it causes a reading error") from None


def _facts(package: Package, limits: Limits) -> BookFacts:
    if package.container == "ods":
        return ods_facts(package)
    return xlsb_facts(package, limits) if package.container == "xlsb" else xlsx_facts(package, limits)


_READERS: Mapping[Format, Callable[[bytes, Limits], Iterable[Sheet]]] = {
    "zip": _zipped,
    "xls": xls_sheets,
    "text": text_sheets,
    "web-page": web_page_sheets,
    "web-archive": web_archive_sheets,
    "xml": xml_sheets,
}
