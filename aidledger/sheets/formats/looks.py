"""What a workbook's styles make of its cells: another text than their value, one crossed out, or nothing to see."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from aidledger.sheets.formats.number_formats import decimals_of, is_odd, shows_otherwise
from aidledger.sheets.formats.sheet import SheetFacts

WHITE = "FFFFFF"


@dataclass(frozen=True, slots=True)
class Look:
    """A style, as far as it matters: the code of its number format, a font that is struck out or as white as paper."""

    code: str = "General"
    struck: bool = False
    unseen: bool = False


@dataclass(slots=True)
class Looks:
    """The styles of a workbook by their numbers, as far as they matter; nearly all workbooks have none that do.

    ``marked``: what every cell with them has to be looked at for. ``plain``: the formats that show the number alone
    and a fixed number of decimals, which matters for numbers that have others.
    """

    marked: dict[int, Look] = field(default_factory=dict)
    plain: dict[int, str] = field(default_factory=dict)

    @classmethod
    def of(cls, styles: Iterable[Look]) -> Looks:
        """The styles in the order of their numbers."""
        looks = cls()
        for number, look in enumerate(styles):
            if look.struck or look.unseen or is_odd(look.code):
                looks.marked[number] = look
            elif decimals_of(look.code) is not None:
                looks.plain[number] = look.code
        return looks

    @property
    def rounding(self) -> bool:
        """Whether any of the plain formats shows less than 分."""
        return any((decimals_of(code) or 0) < 2 for code in self.plain.values())  # noqa: PLR2004 - 角 and 分

    def mark(self, facts: SheetFacts, place: tuple[int, int], style: int) -> None:
        """Note what a style makes of a cell with a value."""
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
        """The same of a number, whose decimals its format may leave out or fill up."""
        code = self.plain.get(style)
        if code is None:
            self.mark(facts, place, style)
        elif shows_otherwise(code, number):
            facts.formats[place] = code
