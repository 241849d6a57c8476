"""Formats that depend on what a cell holds and make it show nothing: of which cells that may be so."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

Area = tuple[tuple[int, int], tuple[int, int]]
_COMPARED: Mapping[str, Callable[[float, float], bool]] = {
    "equal": operator.eq,
    "notEqual": operator.ne,
    "lessThan": operator.lt,
    "lessThanOrEqual": operator.le,
    "greaterThan": operator.gt,
    "greaterThanOrEqual": operator.ge,
}
_OF_TWO = {"between": True, "notBetween": False}
# A text is more than any number.
_OF_TEXTS = {"notEqual", "greaterThan", "greaterThanOrEqual", "notBetween"}


@dataclass(frozen=True, slots=True)
class Condition:
    """Areas (top left, bottom right; 0-based) whose cells show nothing under a condition.

    ``compared`` with some figures; None where only a spreadsheet program can tell whether the condition holds.
    """

    areas: Sequence[Area]
    compared: str | None = None
    figures: Sequence[float] = ()

    def may_hide(self, value: object) -> bool:
        """Whether a cell with this value may show nothing of it; nothing and 0 are nothing anyway."""
        if value in {"", 0}:
            return False
        if self.compared is None:
            return True
        if not isinstance(value, int | float):
            return self.compared in _OF_TEXTS
        if self.compared in _OF_TWO:
            low, high = sorted(self.figures)
            return (low <= value <= high) is _OF_TWO[self.compared]
        return _COMPARED[self.compared](value, self.figures[0])


def condition(areas: Sequence[Area], compared: str, figures: Sequence[str]) -> Condition:
    """A condition of a comparison that a file names, with the formulas that it compares with."""
    try:
        numbers = [float(figure) for figure in figures]
    except ValueError:
        return Condition(areas)
    expected = 2 if compared in _OF_TWO else int(compared in _COMPARED)
    return Condition(areas, compared, numbers) if expected and len(numbers) == expected else Condition(areas)


def hidden_by(rows: Sequence[Sequence[object]], first: tuple[int, int], conditions: Sequence[Condition]) -> int:
    """How many cells may show nothing; ``first``: the row and column at which the rows begin."""
    places = set()
    for one in conditions:
        for (top, left), (bottom, right) in one.areas:
            for at in range(max(0, top - first[0]), min(len(rows), bottom - first[0] + 1)):
                row = rows[at]
                columns = range(max(0, left - first[1]), min(len(row), right - first[1] + 1))
                places |= {(at, column) for column in columns if one.may_hide(row[column])}
    return len(places)
