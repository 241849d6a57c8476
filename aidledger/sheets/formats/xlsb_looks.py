"""Relevant styles and text runs of an .xlsb."""

from __future__ import annotations

import struct

from aidledger.sheets.formats.looks import Look, Looks
from aidledger.sheets.formats.number_formats import BUILT_IN
from aidledger.sheets.formats.text_runs import MarkedFonts
from aidledger.sheets.formats.xlsb_records import records, wide_text

_FONT, _FORMAT, _STYLE, _STYLES_BEGIN, _STYLES_END = 43, 44, 47, 617, 618
_FONT_STRUCK = 0x08
_WHITE_RGB, _WHITE_INDEXED, _WHITE_THEMED = b"\xff\xff\xff", (1, 9), 0
_SHARED, _IN_RUNS = 19, 0x01


def looks_of(styles: bytes) -> tuple[Looks, MarkedFonts]:
    """The relevant styles, and the fonts with strikethrough, superscript or subscript."""
    codes = dict(BUILT_IN)
    fonts: list[tuple[bool, bool]] = []  # strikethrough, white
    marked = MarkedFonts()
    found: list[Look] = []
    of_cells = False
    for record, data in records(styles):
        if record == _FORMAT:
            codes[struct.unpack_from("<H", data)[0]] = wide_text(data, 2)[0]
        elif record == _FONT:
            struck = bool(data[2] & _FONT_STRUCK)
            if struck:
                marked.struck.add(len(fonts))
            if any(data[6:8]):
                marked.raised.add(len(fonts))
            fonts.append((struck, _is_white(data[12:20])))
        elif record in {_STYLES_BEGIN, _STYLES_END}:
            of_cells = record == _STYLES_BEGIN
        elif record == _STYLE and of_cells:
            _, code, font, fill = struct.unpack_from("<HHHH", data)
            struck, white = fonts[font] if font < len(fonts) else (False, False)
            found.append(Look(codes.get(code, "General"), struck, white and fill == 0))
    return Looks.of(found), marked


def _is_white(colour: bytes) -> bool:
    kind, index = colour[0] >> 1, colour[1]
    if kind == 1:
        return index in _WHITE_INDEXED
    if kind == 3:  # noqa: PLR2004 - a theme colour
        return index == _WHITE_THEMED and colour[2:4] == b"\0\0"
    return kind == 2 and colour[4:7] == _WHITE_RGB  # noqa: PLR2004 - red, green and blue


def crossed_texts(strings: bytes, fonts: MarkedFonts) -> dict[int, bool]:
    """By index the shared strings with marked runs: whether all of each is struck through."""
    crossed: dict[int, bool] = {}
    index = -1
    for record, data in records(strings) if fonts else ():
        if record == _SHARED:
            index += 1
            whole = crossed_text(data, fonts)
            if whole is not None:
                crossed[index] = whole
    return crossed


def crossed_text(data: bytes, fonts: MarkedFonts) -> bool | None:
    """Whether all of a text is struck through; None where no run of it is marked."""
    if not data[0] & _IN_RUNS:
        return None
    text, at = wide_text(data, 1)
    (count,) = struct.unpack_from("<I", data, at)
    runs = data[at + 4 : at + 4 + 4 * count]
    return fonts.crossed(text, list(struct.iter_unpack("<HH", runs[: len(runs) // 4 * 4])))
