"""A line of a comparison."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, get_args

if TYPE_CHECKING:
    from aidledger.domain.cut import YearCut
    from aidledger.reconcile.behind import Behind

Comparison = Literal["declared", "standard", "allotment", "payment", "report"]
COMPARISONS: Sequence[Comparison] = get_args(Comparison)


@dataclass(frozen=True, slots=True)
class Figures:
    """Person-times (or persons, if the program counts them) and 分; None if that side states nothing."""

    person_times: int | None
    amount_fen: int | None

    def minus(self, other: Figures) -> Figures:
        """The difference; None if either side states nothing."""
        return Figures(_minus(self.person_times, other.person_times), _minus(self.amount_fen, other.amount_fen))


@dataclass(frozen=True, slots=True)
class Line:
    """Expected and actual figures for a program, a period and, where it applies, a school.

    ``printed_wan``: a published figure as printed. ``source``: the allotting documents, or the report. ``entries``: the
    rows behind a difference, if requested. ``left_fen``: the remainder (分) of allotments by ``document`` or by source
    (``funding``). ``cut``: the line sums up a year, which is its ``period``.
    """

    check: Comparison
    program: str
    period: str
    school: str | None
    ok: bool
    expected: Figures
    actual: Figures
    printed_wan: str | None = None
    source: str | None = None
    entries: Sequence[Behind] | None = None
    left_fen: int | None = None
    document: str | None = None
    funding: str | None = None
    cut: YearCut | None = None

    @property
    def difference(self) -> Figures:
        """Actual minus expected."""
        return self.actual.minus(self.expected)


def _minus(left: int | None, right: int | None) -> int | None:
    return None if left is None or right is None else left - right
