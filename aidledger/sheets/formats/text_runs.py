"""Texts struck through, superscript or subscript in part: a fault, as it is unclear which part counts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from aidledger.sheets.formats.sheet import STRUCK_PART, SheetFacts


@dataclass(slots=True)
class MarkedFonts:
    """The indexes of fonts with strikethrough, and of those in superscript or subscript."""

    struck: set[int] = field(default_factory=set)
    raised: set[int] = field(default_factory=set)

    def __bool__(self) -> bool:
        """Whether there are any such fonts."""
        return bool(self.struck or self.raised)

    def crossed(self, text: str, runs: Sequence[tuple[int, int]]) -> bool | None:
        """Whether all of a text is struck through; None where no run of it is marked.

        ``runs``: the start of each run in UTF-16 code units, and its font; text before the first run has the cell's.
        """
        units = text.encode("utf-16-le", "surrogatepass")
        parts = [(0, None), *runs, (len(units) // 2, None)]
        fonts = [
            font
            for (begin, font), (end, _) in pairwise(parts)
            if units[2 * begin : 2 * end].decode("utf-16-le", "replace").strip()
        ]
        raised = any(font in self.raised for font in fonts)
        struck = [font in self.struck for font in fonts]
        return all(struck) and not raised if any(struck) or raised else None


def cross_out(facts: SheetFacts, place: tuple[int, int], *, whole: bool) -> None:
    """Add a cell that is struck through, in whole or in part."""
    if whole:
        facts.struck.add(place)
    else:
        facts.faults[place] = STRUCK_PART
