"""What calamine does not tell of an .xlsb: error cells, merged cells, what is hidden.

The parts are records as of [MS-XLSB]: a number and a length, both with seven bits to a byte, then the data.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

from aidledger.sheets.failures import FileRefused
from aidledger.sheets.limits import Limits
from aidledger.sheets.package import Package, relations
from aidledger.sheets.sheet import BookFacts, SheetFacts, check_far

_WORKBOOK = "xl/workbook.bin"
_ROW, _BLANK, _ERROR, _FORMULA_ERROR = 0, 1, 3, 11  # the records from 1 to 11 are cells
_COLUMNS, _PROPERTIES, _SHEET, _MERGE = 60, 153, 156, 176
_ERRORS = {0x00: "#NULL!", 0x07: "#DIV/0!", 0x0F: "#VALUE!", 0x17: "#REF!", 0x1D: "#NAME?", 0x24: "#NUM!", 0x2A: "#N/A"}
_ROW_HIDDEN, _COLUMNS_HIDDEN, _DATE_1904 = 0x10, 0x01, 0x01


def xlsb_facts(package: Package, limits: Limits) -> BookFacts:
    """What the cells of an .xlsb do not tell; raises FileRefused."""
    parts = relations(package, _WORKBOOK)
    book = BookFacts()
    try:
        for record, data in _records(package.parts[_WORKBOOK]):
            if record == _PROPERTIES:
                book.date_1904 = bool(data[0] & _DATE_1904)
            elif record == _SHEET:
                relation, at = _wide_text(data, 8)
                part = parts.get(relation)
                if part is not None:
                    book.sheets[_wide_text(data, at)[0]] = _facts(part, limits)
    except (struct.error, IndexError, UnicodeDecodeError) as error:
        raise FileRefused("unreadable-file", why="the workbook is damaged") from error
    return book


def _facts(part: bytes, limits: Limits) -> SheetFacts:
    facts = SheetFacts()
    row = column = columns = 0
    for record, data in _records(part):
        if record == _ROW:
            row = int.from_bytes(data[:4], "little")
            if data[11] & _ROW_HIDDEN:
                facts.hidden_rows.append(row)
        elif _BLANK < record <= _FORMULA_ERROR:
            column = int.from_bytes(data[:4], "little")
            columns = max(columns, column + 1)
            if record in {_ERROR, _FORMULA_ERROR}:
                facts.faults[row, column] = _ERRORS.get(data[8], "#ERROR")
        elif record == _COLUMNS:
            first, last = struct.unpack_from("<II", data)
            if data[16] & _COLUMNS_HIDDEN:
                facts.hidden_columns.append((first, last))
        elif record == _MERGE:
            top, bottom, left, right = struct.unpack_from("<IIII", data)
            facts.merges.append(((top, left), (bottom, right)))
    check_far(row + 1, columns, limits)
    return facts


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
