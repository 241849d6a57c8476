"""Texts of an .xls with struck-through, superscript or subscript runs."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from typing import Any

from aidledger.sheets.formats.sheet import SheetFacts
from aidledger.sheets.formats.text_runs import MarkedFonts, cross_out

_STRUCK, _POSITION = 0x08, 8


def marked_fonts(fonts: Sequence[bytes]) -> MarkedFonts:
    """Select the fonts with strikethrough, superscript or subscript."""
    struck = {number for number, font in enumerate(fonts) if font[2] & _STRUCK}
    return MarkedFonts(struck, {number for number, font in enumerate(fonts) if any(font[_POSITION : _POSITION + 2])})


def crossed_texts(blocks: list[bytes], fonts: MarkedFonts) -> dict[int, bool]:
    """By index the shared strings with marked runs: whether all of each is struck through.

    ``blocks``: the record and its continuations. xlrd drops the runs unless it is to keep all formatting.
    """
    from xlrd.book import unpack_SST_table  # noqa: PLC0415 - only where an .xls is read

    if not (blocks and fonts):
        return {}
    texts, runs = unpack_SST_table(blocks, struct.unpack_from("<I", blocks[0], 4)[0])
    found = ((index, fonts.crossed(texts[index], runs[index])) for index in runs)
    return {index: whole for index, whole in found if whole is not None}


def add_crossed_texts(facts: SheetFacts, sheet: Any, fonts: MarkedFonts) -> None:  # noqa: ANN401 - xlrd's type
    """Add cells with formatted runs in the sheet itself, as Excel 95 wrote them."""
    for (row, column), runs in sheet.rich_text_runlist_map.items() if fonts else ():
        whole = fonts.crossed(str(sheet.cell_value(row, column)), runs)
        if whole is not None:
            cross_out(facts, (row, column), whole=whole)
