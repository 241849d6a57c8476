"""Conditional formats that hide values, and the cells that they may apply to."""

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
# In comparisons a text is greater than any number.
_OF_TEXTS = {"notEqual", "greaterThan", "greaterThanOrEqual", "notBetween"}


@dataclass(frozen=True, slots=True)
class Condition:
    """A condition that hides the cells of areas (top left, bottom right; 0-based).

    ``compared``: the operator, applied to ``figures``; None where only a spreadsheet program can evaluate it.
    """

    areas: Sequence[Area]
    compared: str | None = None
    figures: Sequence[float] = ()

    def may_hide(self, value: object) -> bool:
        """Whether a cell with this value may be hidden; blank and 0 do not matter."""
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
    """Build a condition from an operator and its operands as a file states them."""
    try:
        numbers = [float(figure) for figure in figures]
    except ValueError:
        return Condition(areas)
    expected = 2 if compared in _OF_TWO else int(compared in _COMPARED)
    return Condition(areas, compared, numbers) if expected and len(numbers) == expected else Condition(areas)


def hidden_by(rows: Sequence[Sequence[object]], first: tuple[int, int], conditions: Sequence[Condition]) -> int:
    """Number of cells that may be hidden; ``first``: sheet row and column of the first cell in ``rows``."""
    places = set()
    for hiding in conditions:
        for (top, left), (bottom, right) in hiding.areas:
            for at in range(max(0, top - first[0]), min(len(rows), bottom - first[0] + 1)):
                row = rows[at]
                columns = range(max(0, left - first[1]), min(len(row), right - first[1] + 1))
                places |= {(at, column) for column in columns if hiding.may_hide(row[column])}
    return len(places)
