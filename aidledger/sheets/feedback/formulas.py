"""Formulas in a workbook that openpyxl saves again: it keeps either a formula or its value, never both.

The importer rejects a formula without a value. So a formula is replaced by its value, unless that depends on a cell
that the school is to correct: then the formula stays, and its cached value is added to the saved XML. Excel and WPS
recalculate it once the cell is corrected.
"""

from __future__ import annotations

import re
import zipfile
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime, time, timedelta
from io import BytesIO
from typing import TYPE_CHECKING, Any
from xml.sax.saxutils import escape

from openpyxl import load_workbook
from openpyxl.utils import column_index_from_string
from openpyxl.utils.datetime import to_excel
from openpyxl.worksheet.formula import ArrayFormula

if TYPE_CHECKING:
    from openpyxl import Workbook

Spot = tuple[str, int, int]
"""Sheet, row and column; column 0 means the whole row."""
Area = tuple[str, int, int, int, int]
"""Sheet, first and last row, first and last column."""
Kept = dict[Spot, tuple[str, str]]
"""Cached values of the formulas that stay: type and text as in the XML."""

_ROWS_MAX, _COLUMNS_MAX = 1_048_576, 16_384
_SHEET = r"(?:(?:'((?:[^']|''){1,255})'|([^\s'!(),;:=<>&+*/^{}\"\[\]-]{1,255}))!)?"
_REFERENCE = re.compile(
    rf"{_SHEET}\$?([A-Z]{{1,3}})\$?(\d{{1,7}})(?::\$?([A-Z]{{1,3}})\$?(\d{{1,7}}))?(?![\w(!])"
    rf"|{_SHEET}\$?([A-Z]{{1,3}}):\$?([A-Z]{{1,3}})(?![\w(!])"
    rf"|{_SHEET}\$?(\d{{1,7}}):\$?(\d{{1,7}})(?![\w(!])"
)
# References to other programs, files or the network: DDE, other workbooks, links, queries.
_EXTERNAL = re.compile(
    r"\||\[[0-9]+\]|\.xl\w{1,2}\]|(?:WEBSERVICE|HYPERLINK|CALL|EXEC|REGISTER(?:\.ID)?|RTD|IMAGE|SQL\.REQUEST|"
    r"FILTERXML|DDE|IMPORT[A-Z]{2,9})\s{0,9}\(",
    re.IGNORECASE,
)
_WRITTEN = re.compile(rb'<c r="([A-Z]+)(\d+)"([^>]*)>(<f[^>]*/>|<f.*?</f>)<v\s*(?:/>|></v>)</c>', re.DOTALL)


def settle_formulas(book: Workbook, content: bytes, marked: Iterable[Spot]) -> Kept:
    """Replace formulas that depend on no marked cell or row by their values; return the values of the others.

    External references are always replaced, by a blank where they have no value.
    """
    formulas: dict[Spot, Any] = {
        (sheet.title, *at): cell
        for sheet in book.worksheets
        for at, cell in sheet._cells.items()  # noqa: SLF001 - iter_rows would create a cell for every blank
        if cell.data_type == "f"
    }
    if not formulas:
        return {}
    values = load_workbook(BytesIO(content), data_only=True)
    staying = _dependent_on(set(marked), {spot: _formula(cell.value) for spot, cell in formulas.items()})
    kept: Kept = {}
    for spot, cell in formulas.items():
        title, row, column = spot
        cached = values[title].cell(row, column)
        if _EXTERNAL.search(_formula(cell.value)):
            cell.value, cell.data_type = cached.value, cached.data_type
            continue
        if cached.value is None:
            continue
        if spot in staying:
            kept[spot] = _as_xml(cached.value, cached.data_type, book.epoch)
        else:
            cell.value = cached.value
            if cached.data_type == "s":
                cell.data_type = "s"  # even if the text begins with =
    return kept


def _formula(value: Any) -> str:  # noqa: ANN401 - a text, or openpyxl's class for array formulas and the like
    return (value.text or "") if isinstance(value, ArrayFormula) else str(value)


def _dependent_on(marked: set[Spot], formulas: Mapping[Spot, str]) -> set[Spot]:
    """The formulas that are marked or depend on a marked cell, directly or through other formulas."""
    references = {spot: list(_areas(formula, spot[0])) for spot, formula in formulas.items()}
    staying = {spot for spot in formulas if spot in marked}
    waiting, fresh = set(formulas) - staying, marked
    while fresh:
        rows = _rows_by_column(fresh)
        fresh = {spot for spot in waiting if any(_touches(area, rows.get(area[0], {})) for area in references[spot])}
        waiting -= fresh
        staying |= fresh
    return staying


def _rows_by_column(spots: Iterable[Spot]) -> dict[str, dict[int, list[int]]]:
    """The rows, sorted, by sheet and column."""
    found: dict[str, dict[int, list[int]]] = {}
    for title, row, column in sorted(spots):
        found.setdefault(title, {}).setdefault(column, []).append(row)
    return found


def _touches(area: Area, rows_by_column: Mapping[int, list[int]]) -> bool:
    _, top, bottom, left, right = area
    for column, rows in rows_by_column.items():
        if column == 0 or left <= column <= right:
            at = bisect_left(rows, top)
            if at < len(rows) and rows[at] <= bottom:
                return True
    return False


def _areas(formula: str, own: str) -> Iterator[Area]:
    """The areas that a formula refers to by address; named ranges and other workbooks are left out."""
    for match in _REFERENCE.finditer(formula):
        quoted, plain, left, top, right, bottom, *rest = match.groups()
        if left:
            columns = sorted(column_index_from_string(letters) for letters in (left, right or left))
            rows = sorted(int(digits) for digits in (top, bottom or top))
        elif rest[2]:
            quoted, plain, *letters = rest[:4]
            columns, rows = sorted(map(column_index_from_string, letters)), [1, _ROWS_MAX]
        else:
            quoted, plain, *digits = rest[4:]
            columns, rows = [1, _COLUMNS_MAX], sorted(map(int, digits))
        sheet = quoted.replace("''", "'") if quoted else plain or own
        yield sheet, rows[0], rows[1], columns[0], columns[1]


def _as_xml(value: object, data_type: str, epoch: datetime) -> tuple[str, str]:
    if isinstance(value, bool):
        return "b", str(int(value))
    if isinstance(value, date | time | timedelta):
        return "n", str(to_excel(value, epoch))  # type: ignore[no-untyped-call]
    return ("e" if data_type == "e" else "n" if data_type == "n" else "str"), escape(str(value))


def with_values(saved: bytes, book: Workbook, kept: Kept) -> bytes:
    """Add the cached values of its formulas to a saved workbook."""
    if not kept:
        return saved
    # openpyxl numbers the parts of sheets in order.
    titles = {f"xl/worksheets/sheet{i}.xml": sheet.title for i, sheet in enumerate(book.worksheets, 1)}
    target = BytesIO()
    with zipfile.ZipFile(BytesIO(saved)) as source, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as copy:
        for info in source.infolist():
            part = source.read(info)
            title = titles.get(info.filename)
            if title is not None and any(spot[0] == title for spot in kept):
                part = _filled(part, title, kept)
            copy.writestr(info, part, zipfile.ZIP_DEFLATED)
    return target.getvalue()


def _filled(part: bytes, title: str, kept: Kept) -> bytes:
    def fill(match: re.Match[bytes]) -> bytes:
        letters, digits, attributes, formula = match.groups()
        known = kept.get((title, int(digits), column_index_from_string(letters.decode())))
        if known is None:
            return match[0]
        kind, text = (item.encode() for item in known)
        return b'<c r="%s%s"%s t="%s">%s<v>%s</v></c>' % (letters, digits, attributes, kind, formula, text)

    return _WRITTEN.sub(fill, part)
