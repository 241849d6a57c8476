"""Formulas of an .xlsx: their positions, and those uncalculated despite a value, or without one of their own."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from io import BytesIO
from itertools import islice
from xml.etree import ElementTree as ET

from aidledger.sheets.formats.failures import FileRefused
from aidledger.sheets.formats.package import XML_DAMAGES

_FORMULA_BEGINS, _FORMULA_GOES_ON = frozenset(b"<:"), frozenset(b"> /")
_ATTRIBUTES = ord(" ")
_GLANCE_BYTES = 400
_TAG_BEGINS = ord("<")
_TEXT_REFERENCE = re.compile(r"([A-Z]{1,3})([0-9]+)")
_ZEROS = {b"", b"0", b"0.0"}
_VALUE = re.compile(rb"(?:>[^<]*</(?:\w+:)?f>|/>)\s*<(?:\w+:)?v>([^<]*)<")
_REACHES = re.compile(rb"""f [^<>]*?\bt=["'](?:array|dataTable)["']""")
_CELL = re.compile(rb"""<(?:\w+:)?c\s[^<>]*?\br=["']([A-Z]{1,3})([0-9]{1,7})["'][^<>]*(?<!/)>""")
_RANGE = re.compile(rb"""\bref=["']([A-Z]{1,3})([0-9]{1,7}):([A-Z]{1,3})([0-9]{1,7})["']""")
_CELL_BYTES = 10_000
_MEMBERS_MAX = 100_000


def column_index(letters: str) -> int:
    """The 0-based index of a column: A is 0."""
    index = 0
    for letter in letters:
        index = index * 26 + ord(letter) - ord("A") + 1
    return index - 1


def formulas_of(part: bytes) -> list[int]:
    """The offsets of formulas, found by the letter f, which is rare otherwise."""
    begin, end = part.find(b"sheetData"), part.rfind(b"sheetData")
    return [
        at
        for at in occurrences(part, b"f", begin, end)
        if part[at - 1] in _FORMULA_BEGINS and part[at + 1] in _FORMULA_GOES_ON
    ]


def occurrences(part: bytes, needle: bytes, begin: int, end: int) -> Iterator[int]:
    """The offsets of a byte string."""
    at = part.find(needle, begin, end)
    while at >= 0:
        yield at
        at = part.find(needle, at + 1, end)


def has_value(part: bytes, at: int) -> bool:
    """Fast check for the usual case: a value follows the formula in the same cell."""
    value = part.find(b"<v>", at, at + _GLANCE_BYTES)
    return value >= 0 and part[value + 3] != _TAG_BEGINS and part.find(b"</c>", at, value) < 0


def parsed_cells(part: bytes) -> Iterator[tuple[int, int, ET.Element]]:
    """The cells of a sheet with row and column, by parsing, for writers that omit references; raises FileRefused."""
    row = column = -1
    try:
        for event, element in ET.iterparse(BytesIO(part), events=("start", "end")):  # noqa: S314 - a DOCTYPE was refused
            tag = element.tag.rpartition("}")[2]
            if tag == "row" and event == "start":
                row, column = int(element.get("r") or row + 2) - 1, -1
            elif tag == "row":
                element.clear()
            elif tag == "c" and event == "end":
                reference = _TEXT_REFERENCE.fullmatch(element.get("r", ""))
                column = column_index(reference[1]) if reference else column + 1
                yield row, column, element
    except XML_DAMAGES as error:
        raise FileRefused("unreadable-file", why="the workbook is damaged") from error


def zero_formulas(part: bytes, formulas: Sequence[int]) -> list[tuple[int, int]] | None:
    """The cells of formulas that hold 0; None where any holds another value, so that they were calculated."""
    places = []
    for at in formulas:
        tag = part.find(b">", at)
        value = _VALUE.match(part, tag - 1 if part[tag - 1 : tag] == b"/" else tag)
        if value is None:
            continue
        if value[1].strip() not in _ZEROS:
            return None
        cell = _CELL.match(part, max(0, part.rfind(b"<c ", max(0, at - _CELL_BYTES), at)))
        if cell is not None:
            places.append(_place(cell))
    return places


def uncalculated_members(part: bytes, begin: int, end: int, formulas: Sequence[int]) -> set[tuple[int, int]]:
    """The cells within the range of an array formula or data table that hold no value."""
    reaching = (at for at in formulas if part[at + 1] == _ATTRIBUTES and _REACHES.match(part, at))
    reaches = (_RANGE.search(part, at, part.find(b">", at, end)) for at in reaching)
    places = (place for reach in reaches if reach is not None for place in _range(reach))
    members = set(islice(places, _MEMBERS_MAX))
    if members:
        members -= {_place(cell) for cell in _CELL.finditer(part, begin, end) if not _is_empty(part, cell.end())}
    return members


def _range(reach: re.Match[bytes]) -> Iterator[tuple[int, int]]:
    rows = range(int(reach[2]) - 1, int(reach[4]))
    columns = range(column_index(reach[1].decode()), column_index(reach[3].decode()) + 1)
    return ((row, column) for row in rows for column in columns)


def _place(cell: re.Match[bytes]) -> tuple[int, int]:
    return int(cell[2]) - 1, column_index(cell[1].decode())


def _is_empty(part: bytes, inside: int) -> bool:
    """Whether a cell element is empty; an uncalculated formula is not."""
    return part[inside : inside + 2] == b"</"
