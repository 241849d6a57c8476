"""Relevant styles of cells in an .xlsx, searched for as bytes, and only if its styles and texts require it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TypeVar
from xml.etree import ElementTree as ET

from aidledger.sheets.formats.looks import WHITE, Look, Looks
from aidledger.sheets.formats.number_formats import BUILT_IN
from aidledger.sheets.formats.ooxml_formulas import parsed_cells
from aidledger.sheets.formats.package import XML_DAMAGES
from aidledger.sheets.formats.sheet import SheetFacts
from aidledger.sheets.formats.text_runs import cross_out

Value = TypeVar("Value")
_TAG_BYTES = 400  # upper bound of a cell's start tag
_CELL_BYTES = 10_000  # upper bound of a formula or a text of many runs
_CELL_TAG = re.compile(rb"""<(?:\w+:)?c\s[^<>]*?\br=["']([A-Z]{1,3})([0-9]{1,7})["'][^<>]*>""")
_ANY_CELL = re.compile(rb"<(?:\w+:)?c(?=[\s/>])")
_STYLE = re.compile(rb"""\ss=["']([0-9]{1,6})["']""")
_LONG_DECIMALS = re.compile(rb"\.[0-9]+(?:[eE][-+]?[0-9]+)?\s*</(?:\w+:)?v>")
_ONE_DECIMAL = re.compile(rb"\.[0-9]\s*</(?:\w+:)?v>")
_NUMBER = re.compile(rb"[-+0-9.eE]+")
_RUN = re.compile(rb"<(?:\w+:)?r>")
_RUN_TEXT = re.compile(rb"<(?:\w+:)?t(?:\s[^<>]*)?>([^<]*)<")
_STRIKE = re.compile(rb"""<(?:\w+:)?strike(?:\s+val=["'](?:1|true|on)["'])?\s*/?>""")
_RAISED = re.compile(rb"""vertAlign\s+val=["'](?:super|sub)script["']""")
_MARKED_RUN = re.compile(rb"strike[\s/>]|vertAlign\s")
_IS_SHARED = re.compile(rb"""\st=["']s["']""")
_SHARED = re.compile(rb"<(?:\w+:)?si(?=[\s/>])")
_INDEX = re.compile(rb"<(?:\w+:)?v>([0-9]+)<")
_NO_FILL = {None, "none"}
_INDEXED = {"0": "000000", "1": WHITE, "8": "000000", "9": WHITE}
_THEMED = {"0": WHITE, "1": "000000"}
_OFF = {"0", "false", "off"}


# --- styles ----------------------------------------------------------------------------------------------------------


def looks_of(styles: bytes | None) -> Looks:
    """The relevant styles in styles.xml. Spreadsheet programs ignore a damaged one altogether."""
    if styles is None:
        return Looks()
    try:
        root = ET.fromstring(styles)  # noqa: S314 - a DOCTYPE was refused
        codes = {**BUILT_IN, **dict(_codes(root))}
        struck = [_is_struck(font) for font in inside(root, "fonts")]
        font_colours = [colour(child(font, "color")) for font in inside(root, "fonts")]
        backgrounds = [_background(fill) for fill in inside(root, "fills")]
        return Looks.of(
            Look(
                code=codes.get(int(style.get("numFmtId", 0)), "General"),
                struck=_at(struck, style.get("fontId")) or False,
                unseen=_is_unseen(_at(font_colours, style.get("fontId")), _at(backgrounds, style.get("fillId"))),
            )
            for style in inside(root, "cellXfs")
        )
    except XML_DAMAGES:
        return Looks()


def inside(root: ET.Element, name: str) -> list[ET.Element]:
    """The elements of a group of styles, in the order of their indexes."""
    group = child(root, name)
    return [] if group is None else list(group)


def child(element: ET.Element, name: str) -> ET.Element | None:
    """The first child element of this name."""
    return next((child for child in element if child.tag.rpartition("}")[2] == name), None)


def _at(values: Sequence[Value], index: str | None) -> Value | None:
    at = int(index or 0)
    return values[at] if 0 <= at < len(values) else None


def _codes(root: ET.Element) -> Iterator[tuple[int, str]]:
    for number_format in inside(root, "numFmts"):
        yield int(number_format.get("numFmtId", 0)), number_format.get("formatCode", "General")


def _is_struck(font: ET.Element) -> bool:
    strike = child(font, "strike")
    return strike is not None and strike.get("val", "1") not in _OFF


def colour(element: ET.Element | None) -> str | None:
    """A colour as six hexadecimal digits where known; None for the default."""
    if element is None or element.get("auto") in {"1", "true"}:
        return None
    rgb = element.get("rgb")
    if rgb is not None:
        return rgb[-6:].upper()
    if abs(float(element.get("tint", 0))) > 0.05:  # noqa: PLR2004 - a smaller tint is invisible
        return "shaded"
    return _THEMED.get(element.get("theme", "")) or _INDEXED.get(element.get("indexed", ""))


def _background(fill: ET.Element) -> str | None:
    """The background colour: white without a fill, None where unknown."""
    pattern = child(fill, "patternFill")
    if pattern is None:
        return None
    if pattern.get("patternType") in _NO_FILL:
        return WHITE
    return colour(child(pattern, "fgColor")) if pattern.get("patternType") == "solid" else None


def _is_unseen(font: str | None, background: str | None) -> bool:
    return font is not None and font == background and font != "shaded"


# --- cells -----------------------------------------------------------------------------------------------------------


def add_looks(facts: SheetFacts, part: bytes, begin: int, end: int, looks: Looks) -> None:
    """Add the effects of styles on cells to the facts of a sheet; raises FileRefused."""
    first = _ANY_CELL.search(part, begin, end) if looks.marked or looks.plain else None
    if first is not None and not _CELL_TAG.match(part, first.start()):
        for row, column, element in parsed_cells(part):
            _add_parsed(facts, (row, column), element, looks)
        return
    for start in _marked_cells(part, begin, end, looks):
        cell = _CELL_TAG.match(part, start)
        if cell is not None and not cell[0].endswith(b"/>"):  # the match may belong to another attribute
            looks.mark(facts, _place(cell), _style(cell[0]))
    if looks.plain:
        decimals = _LONG_DECIMALS if looks.rounding else _ONE_DECIMAL
        point = part.find(b".", begin, end)  # decimal points are far rarer than anything else
        while point >= 0:
            if decimals.match(part, point):
                _add_number(facts, part, point, looks)
            point = part.find(b".", point + 1, end)


def _add_parsed(facts: SheetFacts, place: tuple[int, int], cell: ET.Element, looks: Looks) -> None:
    value, style = child(cell, "v"), cell.get("s", "0")
    if not style.isdecimal() or not len(cell):
        return
    try:
        number = float(value.text or "") if value is not None and cell.get("t", "n") == "n" else None
    except ValueError:
        number = None
    if number is None:
        looks.mark(facts, place, int(style))
    else:
        looks.mark_number(facts, place, int(style), number)


def _marked_cells(part: bytes, begin: int, end: int, looks: Looks) -> Iterator[int]:
    """The offsets of cells with a marked style."""
    if not looks.marked:
        return
    if 0 in looks.marked:  # the style of cells that name none
        yield from (match.start() for match in _ANY_CELL.finditer(part, begin, end))
        return
    numbers = b"|".join(str(number).encode() for number in looks.marked)
    for match in re.compile(rb"""s=["'](?:%b)["']""" % numbers).finditer(part, begin, end):
        yield part.rfind(b"<", max(begin, match.start() - _TAG_BYTES), match.start())


def _place(cell: re.Match[bytes]) -> tuple[int, int]:
    column = 0
    for letter in cell[1]:
        column = column * 26 + letter - 64
    return int(cell[2]) - 1, column - 1


def _style(tag: bytes) -> int:
    style = _STYLE.search(tag)
    return int(style[1]) if style else 0


def _add_number(facts: SheetFacts, part: bytes, point: int, looks: Looks) -> None:
    """Add the effect of the number format on a number; ``point``: the offset of its decimal point."""
    cell = _CELL_TAG.match(part, _cell_before(part, point))
    if cell is None or _style(cell[0]) not in looks.plain:
        return
    number = _NUMBER.match(part, part.rfind(b">", 0, point) + 1)
    if number is not None:
        looks.mark_number(facts, _place(cell), _style(cell[0]), float(number[0]))


def _cell_before(part: bytes, at: int) -> int:
    """The offset of the cell around a position; the end of the part where none is found."""
    first = max(0, at - _CELL_BYTES)
    start = part.rfind(b"<c ", first, at)
    if start < 0:
        prefixed = part.rfind(b":c ", first, at)
        start = part.rfind(b"<", first, prefixed) if prefixed >= 0 else -1
    return start if start >= 0 else len(part)


# --- text with struck-through runs -----------------------------------------------------------------------------------


def crossed_texts(strings: bytes | None) -> dict[int, bool]:
    """By index the shared strings with struck-through, superscript or subscript runs: whether all is struck through."""
    if strings is None:
        return {}
    crossed = {}
    for index, text in enumerate(_SHARED.split(strings)[1:]):
        whole = _crossed(text)
        if whole is not None:
            crossed[index] = whole
    return crossed


def _crossed(text: bytes) -> bool | None:
    """Whether all of a text is struck through; None where no run of it is marked."""
    runs = [run for run in _RUN.split(text)[1:] if b"".join(_RUN_TEXT.findall(run)).strip()]
    struck = [_STRIKE.search(run) is not None for run in runs]
    raised = any(_RAISED.search(run) for run in runs)
    if not any(struck) and not raised:
        return None
    return all(struck) and not raised


def add_crossed_texts(facts: SheetFacts, part: bytes, begin: int, end: int, shared: dict[int, bool]) -> None:
    """Add cells with text that is struck through, or marked in part, to the facts of a sheet."""
    for match in _INDEX.finditer(part, begin, end) if shared else ():
        whole = shared.get(int(match[1]))
        cell = None if whole is None else _CELL_TAG.match(part, _cell_before(part, match.start()))
        if whole is not None and cell is not None and _IS_SHARED.search(cell[0]):
            cross_out(facts, _place(cell), whole=whole)
    if part.find(b"rPr", begin, end) < 0:  # no inline text has formatted runs
        return
    for match in _MARKED_RUN.finditer(part, begin, end):
        start = _cell_before(part, match.start())
        cell = _CELL_TAG.match(part, start)
        if cell is not None:
            stop = part.find(b"is>", match.start(), end)
            whole = _crossed(part[start : stop if stop >= 0 else end])
            if whole is not None:
                cross_out(facts, _place(cell), whole=whole)
