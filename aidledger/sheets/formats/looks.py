"""Cell styles that change the meaning of a value: number formats, strikethrough, invisible fonts."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from aidledger.sheets.formats.number_formats import decimals_of, is_odd, shows_otherwise
from aidledger.sheets.formats.sheet import SheetFacts

WHITE = "FFFFFF"


@dataclass(frozen=True, slots=True)
class Look:
    """A cell style reduced to its number format, strikethrough, and a font in the colour of its background."""

    code: str = "General"
    struck: bool = False
    unseen: bool = False


@dataclass(slots=True)
class Looks:
    """The relevant styles of a workbook by their indexes; most workbooks have none.

    ``marked``: styles that affect every cell. ``plain``: number formats with a fixed number of decimals and nothing
    else, which affect numbers with more or fewer decimals.
    """

    marked: dict[int, Look] = field(default_factory=dict)
    plain: dict[int, str] = field(default_factory=dict)

    @classmethod
    def of(cls, styles: Iterable[Look]) -> Looks:
        """Select the relevant ones of all styles, given in the order of their indexes."""
        looks = cls()
        for number, look in enumerate(styles):
            if look.struck or look.unseen or is_odd(look.code):
                looks.marked[number] = look
            elif decimals_of(look.code) is not None:
                looks.plain[number] = look.code
        return looks

    @property
    def rounding(self) -> bool:
        """Whether any plain format displays fewer than two decimals."""
        return any((decimals_of(code) or 0) < 2 for code in self.plain.values())  # noqa: PLR2004 - 角 and 分

    def mark(self, facts: SheetFacts, place: tuple[int, int], style: int) -> None:
        """Add the effect of a style on a cell with a value."""
        look = self.marked.get(style)
        if look is None:
            return
        if is_odd(look.code):
            facts.formats[place] = look.code
        if look.struck:
            facts.struck.add(place)
        if look.unseen:
            facts.unseen.add(place)

    def mark_number(self, facts: SheetFacts, place: tuple[int, int], style: int, number: float) -> None:
        """The same for a number, whose decimals the format may drop or pad."""
        code = self.plain.get(style)
        if code is None:
            self.mark(facts, place, style)
        elif shows_otherwise(code, number):
            facts.formats[place] = code
