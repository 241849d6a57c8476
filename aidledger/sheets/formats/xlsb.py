"""What calamine omits from an .xlsb: error cells, uncalculated formulas, merged cells, hidden rows, styles.

Record types and layouts are those of [MS-XLSB].
"""

from __future__ import annotations

import struct
from collections.abc import Mapping
from dataclasses import dataclass, field

from aidledger.sheets.formats.failures import FileRefused
from aidledger.sheets.formats.limits import Limits
from aidledger.sheets.formats.looks import Looks
from aidledger.sheets.formats.package import Package, related, relations
from aidledger.sheets.formats.sheet import FORMULA, BookFacts, SheetFacts, check_far
from aidledger.sheets.formats.text_runs import MarkedFonts, cross_out
from aidledger.sheets.formats.xlsb_looks import crossed_text, crossed_texts, looks_of
from aidledger.sheets.formats.xlsb_records import records, short_number, wide_text

_WORKBOOK = "xl/workbook.bin"
_ROW, _BLANK, _ERROR, _FORMULA_ERROR = 0, 1, 3, 11  # the records from 1 to 11 are cells
_SHORT_NUMBER, _LONG_NUMBER, _SHARED_TEXT, _FORMULA_TEXT, _FORMULA_NUMBER = 2, 5, 7, 8, 9
_TEXT_IN_RUNS = 62  # an inline text with formatted runs, which calamine skips
_COLUMNS, _PROPERTIES, _SHEET, _CALCULATION, _MERGE = 60, 153, 156, 157, 176
_ERRORS = {0x00: "#NULL!", 0x07: "#DIV/0!", 0x0F: "#VALUE!", 0x17: "#REF!", 0x1D: "#NAME?", 0x24: "#NUM!", 0x2A: "#N/A"}
_DEFAULTS, _NO_WIDTH = 485, b"\0" * 4
_NO_HEIGHT = b"\0\0"
_ROW_HIDDEN, _COLUMNS_HIDDEN, _DATE_1904 = 0x10, 0x01, 0x01
_ALL_ON_OPENING, _THIS_ON_OPENING = 0x01, 0x02
_NO_VALUES = {_FORMULA_TEXT: b"\0" * 4, _FORMULA_NUMBER: b"\0" * 8}


@dataclass(frozen=True, slots=True)
class _XlsbStyles:
    """The relevant styles and fonts of a workbook, and its shared strings with marked runs."""

    looks: Looks
    fonts: MarkedFonts
    crossed: Mapping[int, bool]


@dataclass(slots=True)
class _Formulas:
    """A sheet's formulas that hold 0 or an empty text, each with its calculate-on-load flag.

    ``calculated``: some other formula has a value.
    """

    empty: dict[tuple[int, int], bool] = field(default_factory=dict)
    calculated: bool = False

    def add(self, place: tuple[int, int], record: int, data: bytes) -> None:
        """Add a formula."""
        nothing = _NO_VALUES.get(record)
        if nothing is not None and data[8 : 8 + len(nothing)] == nothing:
            self.empty[place] = bool(data[8 + len(nothing)] & _THIS_ON_OPENING)
        else:
            self.calculated = True


def xlsb_facts(package: Package, limits: Limits) -> BookFacts:
    """The facts about an .xlsb beside its values; raises FileRefused."""
    parts = relations(package, _WORKBOOK)
    book = BookFacts()
    formulas: dict[str, _Formulas] = {}
    calculation = b""
    try:
        looks, fonts = looks_of(related(package, _WORKBOOK, "styles") or b"")
        styles = _XlsbStyles(looks, fonts, crossed_texts(related(package, _WORKBOOK, "sharedStrings") or b"", fonts))
        for record, data in records(package.parts[_WORKBOOK]):
            if record == _PROPERTIES:
                book.date_1904 = bool(data[0] & _DATE_1904)
            elif record == _CALCULATION:
                calculation = data
            elif record == _SHEET:
                relation, at = wide_text(data, 8)
                part = parts.get(relation)
                if part is not None:
                    name = wide_text(data, at)[0]
                    formulas[name] = _Formulas()
                    book.sheets[name] = _facts(part, limits, styles, formulas[name])
    except (struct.error, IndexError, UnicodeDecodeError) as error:
        raise FileRefused("unreadable-file", why="the workbook is damaged") from error
    _add_uncalculated(book, formulas, calculation)
    return book


def _add_uncalculated(book: BookFacts, formulas: dict[str, _Formulas], calculation: bytes) -> None:
    """Add uncalculated formulas: a program that calculates records its id; others leave it to the next one."""
    calculated_by_program = any(calculation[:4])
    everything = not any(of_sheet.calculated for of_sheet in formulas.values())
    everything &= not calculated_by_program or bool(calculation[24:25] and calculation[24] & _ALL_ON_OPENING)
    for name, of_sheet in formulas.items():
        lacking = (
            place for place, alone in of_sheet.empty.items() if everything or (alone and not calculated_by_program)
        )
        book.sheets[name].faults.update(dict.fromkeys(lacking, FORMULA))


def _facts(part: bytes, limits: Limits, styles: _XlsbStyles, formulas: _Formulas) -> SheetFacts:
    facts = SheetFacts()
    row = columns = 0
    for record, data in records(part):
        if record == _ROW:
            row = int.from_bytes(data[:4], "little")
            if data[11] & _ROW_HIDDEN or data[8:10] == _NO_HEIGHT:
                facts.hidden_rows.append(row)
        elif _BLANK < record <= _FORMULA_ERROR or record == _TEXT_IN_RUNS:
            place = row, int.from_bytes(data[:4], "little")
            columns = max(columns, place[1] + 1)
            _add_cell(facts, place, record, data, styles)
            if _FORMULA_TEXT <= record <= _FORMULA_ERROR:
                formulas.add(place, record, data)
        else:
            _add_shape(facts, record, data)
    check_far(row + 1, columns, limits)
    return facts


def _add_cell(facts: SheetFacts, place: tuple[int, int], record: int, data: bytes, styles: _XlsbStyles) -> None:
    """Add an error, a text with formatted runs, or the effect of the style."""
    whole: bool | None = None
    if record in {_ERROR, _FORMULA_ERROR}:
        facts.faults[place] = _ERRORS.get(data[8], "#ERROR")
        return
    if record == _TEXT_IN_RUNS:
        facts.texts[place] = wide_text(data, 9)[0]
        whole = crossed_text(data[8:], styles.fonts)
    elif record == _SHARED_TEXT:
        whole = styles.crossed.get(int.from_bytes(data[8:12], "little"))
    if whole is not None:
        cross_out(facts, place, whole=whole)
    _add_look(facts, place, record, data, styles.looks)


def _add_shape(facts: SheetFacts, record: int, data: bytes) -> None:
    """Add hidden columns, and merged cells."""
    if record == _DEFAULTS:
        facts.narrow = data[:4] == _NO_WIDTH
    elif record == _COLUMNS:
        first, last, width = struct.unpack_from("<III", data)
        facts.sized_columns.append((first, last))
        if data[16] & _COLUMNS_HIDDEN or width == 0:
            facts.hidden_columns.append((first, last))
    elif record == _MERGE:
        top, bottom, left, right = struct.unpack_from("<IIII", data)
        facts.merges.append(((top, left), (bottom, right)))


def _add_look(facts: SheetFacts, place: tuple[int, int], record: int, data: bytes, looks: Looks) -> None:
    if not (looks.marked or looks.plain):
        return
    style = int.from_bytes(data[4:7], "little")
    if record in {_LONG_NUMBER, _FORMULA_NUMBER}:
        looks.mark_number(facts, place, style, struct.unpack_from("<d", data, 8)[0])
    elif record == _SHORT_NUMBER:
        looks.mark_number(facts, place, style, short_number(struct.unpack_from("<I", data, 8)[0]))
    else:
        looks.mark(facts, place, style)
