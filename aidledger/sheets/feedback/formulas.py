"""Formulas in a workbook that openpyxl saves anew, which knows a formula or its value but never both.

A cell with a formula and no value is one that nobody calculated, and the importer does not take it. So a formula gives
way to the value it had, unless that value hangs on what the school is to correct: then the formula stays, and its value
is put beside it in the saved XML. Excel and WPS calculate it anew as soon as the cell it hangs on is corrected.
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
"""A sheet, a row and a column; column 0 is the whole row."""
Area = tuple[str, int, int, int, int]
"""A sheet, first and last row, first and last column."""
Kept = dict[Spot, tuple[str, str]]
"""For each formula that stayed and has a value: its type and its text, as XML names them."""

_ROWS_MAX, _COLUMNS_MAX = 1_048_576, 16_384
_SHEET = r"(?:(?:'((?:[^']|''){1,255})'|([^\s'!(),;:=<>&+*/^{}\"\[\]-]{1,255}))!)?"
_REFERENCE = re.compile(
    rf"{_SHEET}\$?([A-Z]{{1,3}})\$?(\d{{1,7}})(?::\$?([A-Z]{{1,3}})\$?(\d{{1,7}}))?(?![\w(!])"
    rf"|{_SHEET}\$?([A-Z]{{1,3}}):\$?([A-Z]{{1,3}})(?![\w(!])"
    rf"|{_SHEET}\$?(\d{{1,7}}):\$?(\d{{1,7}})(?![\w(!])"
)
# What asks another program, another file or the network: DDE, other workbooks, links, queries.
_REACHES_OUT = re.compile(
    r"\||\[[0-9]+\]|\.xl\w{1,2}\]|(?:WEBSERVICE|HYPERLINK|CALL|EXEC|REGISTER(?:\.ID)?|RTD|IMAGE|SQL\.REQUEST|"
    r"FILTERXML|DDE|IMPORT[A-Z]{2,9})\s{0,9}\(",
    re.IGNORECASE,
)
_WRITTEN = re.compile(rb'<c r="([A-Z]+)(\d+)"([^>]*)>(<f[^>]*/>|<f.*?</f>)<v\s*(?:/>|></v>)</c>', re.DOTALL)


def settle_formulas(book: Workbook, content: bytes, marked: Iterable[Spot]) -> Kept:
    """Put values in the place of formulas that hang on no marked cell or row; the values of the others.

    A formula that asks anybody outside of its workbook goes in any case, and leaves a blank where it has no value.
    """
    formulas: dict[Spot, Any] = {
        (sheet.title, *at): cell
        for sheet in book.worksheets
        for at, cell in sheet._cells.items()  # noqa: SLF001 - iter_rows would make a cell of every blank between
        if cell.data_type == "f"
    }
    if not formulas:
        return {}
    values = load_workbook(BytesIO(content), data_only=True)
    staying = _hanging_on(set(marked), {spot: _formula(cell.value) for spot, cell in formulas.items()})
    kept: Kept = {}
    for spot, cell in formulas.items():
        title, row, column = spot
        known = values[title].cell(row, column)
        if _REACHES_OUT.search(_formula(cell.value)):
            cell.value, cell.data_type = known.value, known.data_type
            continue
        if known.value is None:
            continue
        if spot in staying:
            kept[spot] = _as_xml(known.value, known.data_type, book.epoch)
        else:
            cell.value = known.value
            if known.data_type == "s":
                cell.data_type = "s"  # also where the text begins with =
    return kept


def _formula(value: Any) -> str:  # noqa: ANN401 - a text, or what openpyxl makes of the rarer kinds
    return (value.text or "") if isinstance(value, ArrayFormula) else str(value)


def _hanging_on(marked: set[Spot], formulas: Mapping[Spot, str]) -> set[Spot]:
    """The formulas that are marked themselves or refer to what is marked, directly or by way of other formulas."""
    refers = {spot: list(_areas(formula, spot[0])) for spot, formula in formulas.items()}
    staying = {spot for spot in formulas if spot in marked}
    waiting, fresh = set(formulas) - staying, marked
    while fresh:
        rows = _rows_by_column(fresh)
        fresh = {spot for spot in waiting if any(_touches(area, rows.get(area[0], {})) for area in refers[spot])}
        waiting -= fresh
        staying |= fresh
    return staying


def _rows_by_column(spots: Iterable[Spot]) -> dict[str, dict[int, list[int]]]:
    """By sheet and column the rows, sorted."""
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
    """The cells that a formula refers to, as far as it names them; names and other workbooks it may leave out."""
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
    """The saved workbook, with the values of the formulas that it keeps."""
    if not kept:
        return saved
    # openpyxl numbers the parts of sheets in their order.
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
