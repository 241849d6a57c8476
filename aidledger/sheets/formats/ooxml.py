"""What calamine omits from an .xlsx: error cells, uncalculated formulas, hidden rows and columns.

It returns error cells and formulas without a value as blanks (python-calamine#105), so both are looked up in the XML of
the sheets. As most sheets have few of them, the XML is searched as bytes rather than parsed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain
from xml.etree import ElementTree as ET

from aidledger.sheets.formats.failures import FileRefused
from aidledger.sheets.formats.limits import Limits
from aidledger.sheets.formats.looks import Looks
from aidledger.sheets.formats.ooxml_conditions import conditions_of, hiding_styles
from aidledger.sheets.formats.ooxml_formulas import (
    column_index,
    formulas_of,
    has_value,
    occurrences,
    parsed_cells,
    uncalculated_members,
    zero_formulas,
)
from aidledger.sheets.formats.ooxml_looks import add_crossed_texts, add_looks, crossed_texts, looks_of
from aidledger.sheets.formats.package import XML_DAMAGES, Package, related, relations
from aidledger.sheets.formats.sheet import (
    CELLS_BETWEEN_MAX,
    COLUMNS_IN_EXCEL,
    FORMULA,
    BookFacts,
    CellFaults,
    SheetFacts,
    check_far,
)

# Excludes self-closing rows: a sheet may have a million empty hidden ones. [^<>] stops at the next tag, so that
# unclosed tags do not make the search quadratic.
_ROW = re.compile(rb"<(?:\w+:)?row\b([^<>]*)(?<!/)>")
_COLUMN = re.compile(rb"<(?:\w+:)?col\b[^<>]*>")
_HIDDEN = re.compile(rb"""\b(?:hidden=["'](?:1|true)|(?:ht|width)=["']0+(?:\.0*)?)["']""")
_DEFAULTS = re.compile(rb"<(?:\w+:)?sheetFormatPr\b[^<>]*>")
_NO_WIDTH = re.compile(rb"""\bdefaultColWidth=["']0+(?:\.0*)?["']""")
# A default height of 0 applies only with customHeight; otherwise rows adjust to their content. zeroHeight hides only
# rows that are not in the XML.
_NO_HEIGHT = (
    re.compile(rb"""\bdefaultRowHeight=["']0+(?:\.0*)?["']"""),
    re.compile(rb"""\bcustomHeight=["'](?:1|true)"""),
)
_HEIGHT = re.compile(rb"\bht=")
_ROW_NUMBER = re.compile(rb"""\br=["']([0-9]+)["']""")
_FIRST = re.compile(rb"""\bmin=["']([0-9]+)["']""")
_LAST = re.compile(rb"""\bmax=["']([0-9]+)["']""")
_VALUE = re.compile(rb"<(?:\w+:)?v[\s/>]")
_CELL_END = re.compile(rb"</(?:\w+:)?c>")
_REFERENCE = re.compile(rb'\br="([A-Z]{1,3})([0-9]+)"')
_ERRORS = (b't="e"', b"t='e'")
_FIRST_CELLS_BYTES = 4_096
_TRUE = {"1", "true", "on"}
_DIMENSION = re.compile(rb"""<dimension ref=["'][A-Z]+[0-9]+:([A-Z]{1,3})[0-9]+["']""")
_DIMENSION_BYTES = 4_096  # it precedes columns and rows


def xlsx_facts(package: Package, limits: Limits) -> BookFacts:
    """The facts about an .xlsx beside its values; raises FileRefused."""
    name = "xl/workbook.xml"
    if name not in package.parts:
        name = next(name for name in package.parts if name.endswith("workbook.xml"))
    parts = relations(package, name)
    styles = related(package, name, "styles")
    looks, hiding = looks_of(styles), hiding_styles(styles)
    shared = crossed_texts(related(package, name, "sharedStrings"))
    try:
        workbook = ET.fromstring(package.parts[name])  # noqa: S314 - a DOCTYPE was refused
    except XML_DAMAGES as error:
        raise FileRefused("unreadable-file", why="the workbook is damaged") from error
    book = BookFacts()
    written: dict[str, list[tuple[int, int]] | None] = {}
    for element in workbook.iter():
        if element.tag.endswith("}workbookPr"):
            book.date_1904 = element.get("date1904", "") in _TRUE
        elif element.tag.endswith("}sheet"):
            part = parts.get(_relation_id(element))
            if part is not None:
                if not any(word in part for word in (b"sheetData", b"chartsheet", b"dialogsheet")):
                    raise FileRefused("unreadable-file", why="the workbook is damaged")  # calamine: an empty sheet
                _refuse_far_cells(part, limits)
                formulas = formulas_of(part)
                facts = book.sheets[element.get("name", "")] = _facts(part, formulas, looks, shared)
                facts.conditions = list(conditions_of(part, part.rfind(b"sheetData"), hiding))
                written[element.get("name", "")] = zero_formulas(part, formulas)
        elif element.tag.endswith("}calcPr") and element.get("fullCalcOnLoad") in _TRUE:
            _add_uncalculated(book, written)
    return book


def _add_uncalculated(book: BookFacts, written: Mapping[str, list[tuple[int, int]] | None]) -> None:
    """With fullCalcOnLoad, formulas that all hold 0 were never calculated: 0 is what the program wrote."""
    if not any(places is None for places in written.values()):
        for name, places in written.items():
            book.sheets[name].faults.update(dict.fromkeys(places or (), FORMULA))


def _relation_id(element: ET.Element) -> str | None:
    """The attribute ``r:id``, in the transitional or the strict namespace."""
    return next((value for key, value in element.items() if key.endswith("/relationships}id")), None)


def _facts(part: bytes, formulas: list[int], looks: Looks, shared: dict[int, bool]) -> SheetFacts:
    begin, end = part.find(b"sheetData"), part.rfind(b"sheetData")
    facts = SheetFacts(faults=xlsx_faults(part, begin, end, formulas))
    add_looks(facts, part, begin, end, looks)
    add_crossed_texts(facts, part, begin, end, shared)
    found = _DEFAULTS.search(part, 0, begin)
    defaults = found[0] if found else b""
    _add_hidden_columns(facts, part, begin, defaults)
    _add_hidden_rows(facts, part, begin, end, defaults)
    return facts


def _add_hidden_columns(facts: SheetFacts, part: bytes, begin: int, defaults: bytes) -> None:
    """Add columns that are hidden, explicitly or by a width of 0; ``defaults``: the sheet's tag of default sizes."""
    if part.find(b"hidden=", 0, begin) >= 0 or part.find(b' width="0', 0, begin) >= 0:
        columns = (column[0] for column in _COLUMN.finditer(part, 0, begin))
        facts.hidden_columns = [run for tag in columns if _HIDDEN.search(tag) and (run := _run(tag)) is not None]
    if _NO_WIDTH.search(defaults):
        runs = (_run(column[0]) for column in _COLUMN.finditer(part, 0, begin))
        facts.narrow, facts.sized_columns = True, [run for run in runs if run is not None]


def _add_hidden_rows(facts: SheetFacts, part: bytes, begin: int, end: int, defaults: bytes) -> None:
    """Add rows that are hidden, explicitly or by a height of 0."""
    flat = all(pattern.search(defaults) for pattern in _NO_HEIGHT)
    if flat or part.find(b"hidden=", begin, end) >= 0 or part.find(b' ht="0', begin, end) >= 0:
        facts.hidden_rows = list(_hidden_rows(part, begin, end, flat=flat))


def _hidden_rows(part: bytes, begin: int, end: int, *, flat: bool) -> Iterator[int]:
    """The hidden rows, 0-based; ``flat``: rows without a height of their own are hidden."""
    for row in _ROW.finditer(part, begin, end):
        tag = row[1]
        if _HIDDEN.search(tag) or (flat and not _HEIGHT.search(tag)):
            number = _ROW_NUMBER.search(tag)
            if number:
                yield int(number[1]) - 1


def _run(column: bytes) -> tuple[int, int] | None:
    first, last = _FIRST.search(column), _LAST.search(column)
    return (int(first[1]) - 1, int(last[1]) - 1) if first and last else None


def xlsx_faults(part: bytes, begin: int, end: int, formulas: Sequence[int]) -> CellFaults:
    """The cells with an error or an uncalculated formula in a sheet's XML; ``formulas``: offsets of all formulas."""
    faults: CellFaults = {}
    # A writer quotes all attributes alike, as its first cells show.
    needles = _ERRORS if part.find(b"='", begin, begin + _FIRST_CELLS_BYTES) >= 0 else _ERRORS[:1]
    errors = (at for needle in needles for at in occurrences(part, needle, begin, end))
    for at in chain(errors, (at for at in formulas if not has_value(part, at))):
        cell = _cell_around(part, at)
        reference = _REFERENCE.search(cell)
        if reference is None:
            return _faults_slowly(part)
        fault = _fault_of(cell)
        if fault is not None:
            faults[int(reference[2]) - 1, column_index(reference[1].decode())] = fault
    faults.update(dict.fromkeys(uncalculated_members(part, begin, end, formulas), FORMULA))
    return faults


def _cell_around(part: bytes, at: int) -> bytes:
    # Search within the row first: a prefix that the sheet never uses would be searched for in all of it, per cell.
    row = max(0, part.rfind(b"row", 0, at))
    start = _cell_begin(part, row, at)
    if start < 0:
        start = _cell_begin(part, 0, at)
    stop = _CELL_END.search(part, at)
    return part[start : stop.start() if stop else len(part)]


def _cell_begin(part: bytes, first: int, at: int) -> int:
    return max(part.rfind(begin, first, at) for begin in (b"<c ", b"<c>", b":c "))


def _fault_of(cell: bytes) -> str | None:
    head = cell[: cell.find(b">") + 1]
    value = re.search(rb"<(?:\w+:)?v[^<>/]*>([^<]*)<", cell)
    if b't="e"' in head or b"t='e'" in head:
        return value[1].decode("ascii", "replace") if value and value[1] else "#ERROR"
    has_formula = re.search(rb"<(?:\w+:)?f[\s>/]", cell) is not None
    # An empty text has an empty value element; without any, the formula was never calculated.
    has_text = (b't="str"' in head or b't="s"' in head) and _VALUE.search(cell) is not None
    has_text |= b"inlineStr" in head
    return FORMULA if has_formula and not has_text and not (value and value[1].strip()) else None


def _faults_slowly(part: bytes) -> CellFaults:
    """The same by parsing, for the rare writers that omit cell references or write them differently."""
    faults = ((row, column, _fault_of_element(cell)) for row, column, cell in parsed_cells(part))
    return {(row, column): fault for row, column, fault in faults if fault is not None}


def _fault_of_element(cell: ET.Element) -> str | None:
    value = next((child.text for child in cell if child.tag.endswith("}v")), None)
    if cell.get("t") == "e":
        return value or "#ERROR"
    has_formula = any(child.tag.endswith("}f") for child in cell)
    has_text = cell.get("t") == "inlineStr"
    has_text |= cell.get("t") in {"str", "s"} and any(child.tag.endswith("}v") for child in cell)
    return FORMULA if has_formula and not has_text and not value else None


def _refuse_far_cells(part: bytes, limits: Limits) -> None:
    last = _ROW_NUMBER.search(part, max(0, part.rfind(b"<row ")))
    rows = int(last[1]) if last else 0
    if rows * COLUMNS_IN_EXCEL <= CELLS_BETWEEN_MAX:
        return
    # Check row by row only if the declared dimension is that large, or rows are sparse.
    declared = _DIMENSION.search(part, 0, _DIMENSION_BYTES)
    columns = column_index(declared[1].decode()) + 1 if declared else 0
    if rows * columns <= CELLS_BETWEEN_MAX and 2 * part.count(b"<row ") > rows:
        return
    rows = columns = 0
    for cell in _last_cells(part):
        rows, columns = int(cell[2]), max(columns, column_index(cell[1].decode()) + 1)
    check_far(rows, columns, limits)


def _last_cells(part: bytes) -> Iterator[re.Match[bytes]]:
    """By row the reference of the last cell with a value; nothing where cells are written differently."""
    begin = 0
    while (end := part.find(b"</row>", begin)) >= 0:
        closed = part.rfind(b"</c>", begin, end)
        opened = part.rfind(b"<c ", begin, closed) if closed >= 0 else -1
        if opened >= 0 and (part.find(b"<v", opened, closed) >= 0 or part.find(b"<is", opened, closed) >= 0):
            reference = _REFERENCE.search(part, opened, closed)
            if reference is not None:
                yield reference
        begin = end + 1
