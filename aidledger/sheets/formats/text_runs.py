"""Texts of which a part is crossed out, raised or lowered: no value, for nobody can tell what of it counts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from aidledger.sheets.formats.sheet import STRUCK_PART, SheetFacts


@dataclass(slots=True)
class MarkedFonts:
    """The numbers of a workbook's fonts that cross out, and of those that raise or lower."""

    struck: set[int] = field(default_factory=set)
    raised: set[int] = field(default_factory=set)

    def __bool__(self) -> bool:
        """Whether there are any."""
        return bool(self.struck or self.raised)

    def crossed(self, text: str, runs: Sequence[tuple[int, int]]) -> bool | None:
        """Whether all of a text is crossed out; None where nothing of it is.

        ``runs``: where a part begins, counted as UTF-16 does, and its font; what stands before has the cell's.
        """
        units = text.encode("utf-16-le", "surrogatepass")
        parts = [(0, None), *runs, (len(units) // 2, None)]
        shown = [
            font
            for (begin, font), (end, _) in pairwise(parts)
            if units[2 * begin : 2 * end].decode("utf-16-le", "replace").strip()
        ]
        raised = any(font in self.raised for font in shown)
        struck = [font in self.struck for font in shown]
        return all(struck) and not raised if any(struck) or raised else None


def cross_out(facts: SheetFacts, place: tuple[int, int], *, whole: bool) -> None:
    """Note that a cell is crossed out, or a part of it."""
    if whole:
        facts.struck.add(place)
    else:
        facts.faults[place] = STRUCK_PART
