"""What calamine does not tell of an .xlsb: error cells, merged cells, what is hidden, what its formats show.

The parts are records as of [MS-XLSB]: a number and a length, both with seven bits to a byte, then the data.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

from aidledger.sheets.failures import FileRefused
from aidledger.sheets.limits import Limits
from aidledger.sheets.looks import Look, Looks
from aidledger.sheets.number_formats import BUILT_IN
from aidledger.sheets.package import Package, related, relations
from aidledger.sheets.sheet import BookFacts, SheetFacts, check_far

_WORKBOOK = "xl/workbook.bin"
_ROW, _BLANK, _ERROR, _FORMULA_ERROR = 0, 1, 3, 11  # the records from 1 to 11 are cells
_SHORT_NUMBER, _LONG_NUMBER, _FORMULA_NUMBER = 2, 5, 9
_FONT, _FORMAT, _STYLE, _STYLES_BEGIN, _STYLES_END = 43, 44, 47, 617, 618
_FONT_STRUCK = 0x08
_WHITE_RGB, _WHITE_INDEXED, _WHITE_THEMED = b"\xff\xff\xff", (1, 9), 0
_COLUMNS, _PROPERTIES, _SHEET, _MERGE = 60, 153, 156, 176
_ERRORS = {0x00: "#NULL!", 0x07: "#DIV/0!", 0x0F: "#VALUE!", 0x17: "#REF!", 0x1D: "#NAME?", 0x24: "#NUM!", 0x2A: "#N/A"}
_NO_HEIGHT = b"\0\0"
_ROW_HIDDEN, _COLUMNS_HIDDEN, _DATE_1904 = 0x10, 0x01, 0x01


def xlsb_facts(package: Package, limits: Limits) -> BookFacts:
    """What the cells of an .xlsb do not tell; raises FileRefused."""
    parts = relations(package, _WORKBOOK)
    book = BookFacts()
    try:
        looks = _looks(related(package, _WORKBOOK, "styles") or b"")
        for record, data in _records(package.parts[_WORKBOOK]):
            if record == _PROPERTIES:
                book.date_1904 = bool(data[0] & _DATE_1904)
            elif record == _SHEET:
                relation, at = _wide_text(data, 8)
                part = parts.get(relation)
                if part is not None:
                    book.sheets[_wide_text(data, at)[0]] = _facts(part, limits, looks)
    except (struct.error, IndexError, UnicodeDecodeError) as error:
        raise FileRefused("unreadable-file", why="the workbook is damaged") from error
    return book


def _facts(part: bytes, limits: Limits, looks: Looks) -> SheetFacts:
    facts = SheetFacts()
    row = column = columns = 0
    matter = bool(looks.marked or looks.plain)
    for record, data in _records(part):
        if record == _ROW:
            row = int.from_bytes(data[:4], "little")
            if data[11] & _ROW_HIDDEN or data[8:10] == _NO_HEIGHT:
                facts.hidden_rows.append(row)
        elif _BLANK < record <= _FORMULA_ERROR:
            column = int.from_bytes(data[:4], "little")
            columns = max(columns, column + 1)
            if record in {_ERROR, _FORMULA_ERROR}:
                facts.faults[row, column] = _ERRORS.get(data[8], "#ERROR")
            elif matter:
                _add_look(facts, (row, column), record, data, looks)
        elif record == _COLUMNS:
            first, last, width = struct.unpack_from("<III", data)
            if data[16] & _COLUMNS_HIDDEN or width == 0:
                facts.hidden_columns.append((first, last))
        elif record == _MERGE:
            top, bottom, left, right = struct.unpack_from("<IIII", data)
            facts.merges.append(((top, left), (bottom, right)))
    check_far(row + 1, columns, limits)
    return facts


def _add_look(facts: SheetFacts, place: tuple[int, int], record: int, data: bytes, looks: Looks) -> None:
    style = int.from_bytes(data[4:7], "little")
    if record in {_LONG_NUMBER, _FORMULA_NUMBER}:
        looks.mark_number(facts, place, style, struct.unpack_from("<d", data, 8)[0])
    elif record == _SHORT_NUMBER:
        looks.mark_number(facts, place, style, short_number(struct.unpack_from("<I", data, 8)[0]))
    else:
        looks.mark(facts, place, style)


def short_number(bits: int) -> float:
    """A number of 30 bits and two marks: whether it is a whole one, and whether it is hundredfold."""
    if bits & 0x02:
        value: float = (bits >> 2) - ((bits & 0x80000000) >> 1)
    else:
        (value,) = struct.unpack("<d", struct.pack("<Q", (bits & 0xFFFFFFFC) << 32))
    return value / 100 if bits & 0x01 else value


def _looks(styles: bytes) -> Looks:
    """What the styles say of cells."""
    codes = dict(BUILT_IN)
    fonts: list[tuple[bool, bool]] = []  # whether they are struck out, and white
    found: list[Look] = []
    of_cells = False
    for record, data in _records(styles):
        if record == _FORMAT:
            codes[struct.unpack_from("<H", data)[0]] = _wide_text(data, 2)[0]
        elif record == _FONT:
            fonts.append((bool(data[2] & _FONT_STRUCK), _is_white(data[12:20])))
        elif record in {_STYLES_BEGIN, _STYLES_END}:
            of_cells = record == _STYLES_BEGIN
        elif record == _STYLE and of_cells:
            _, code, font, fill = struct.unpack_from("<HHHH", data)
            struck, white = fonts[font] if font < len(fonts) else (False, False)
            found.append(Look(codes.get(code, "General"), struck, white and fill == 0))
    return Looks.of(found)


def _is_white(colour: bytes) -> bool:
    kind, index = colour[0] >> 1, colour[1]
    if kind == 1:
        return index in _WHITE_INDEXED
    if kind == 3:  # noqa: PLR2004 - a colour of the theme
        return index == _WHITE_THEMED and colour[2:4] == b"\0\0"
    return kind == 2 and colour[4:7] == _WHITE_RGB  # noqa: PLR2004 - red, green and blue


def _records(part: bytes) -> Iterator[tuple[int, bytes]]:
    at, end = 0, len(part)
    while at < end:
        record, at = part[at], at + 1
        if record & 0x80:
            record, at = (record & 0x7F) | part[at] << 7, at + 1
        length = 0
        for shift in (0, 7, 14, 21):
            byte, at = part[at], at + 1
            length |= (byte & 0x7F) << shift
            if not byte & 0x80:
                break
        yield record, part[at : at + length]
        at += length


def _wide_text(data: bytes, at: int) -> tuple[str, int]:
    """A text of UTF-16 after its length, and where it ends."""
    (length,) = struct.unpack_from("<I", data, at)
    end = at + 4 + 2 * length
    return data[at + 4 : end].decode("utf-16-le"), end
