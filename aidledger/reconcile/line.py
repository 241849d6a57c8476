"""One comparison's line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from aidledger.domain.cut import YearCut
    from aidledger.reconcile.behind import Behind

Comparison = Literal["declared", "standard", "allotment", "payment", "report"]


@dataclass(frozen=True, slots=True)
class Figures:
    """Person-times (persons, where a program is counted so) and 分; None where that side says nothing."""

    person_times: int | None
    amount_fen: int | None

    def minus(self, other: Figures) -> Figures:
        """The difference, None where either side says nothing."""
        return Figures(_minus(self.person_times, other.person_times), _minus(self.amount_fen, other.amount_fen))


@dataclass(frozen=True, slots=True)
class Line:
    """What was expected of a program, a period and, where it applies, a school, and what the ledger holds.

    ``printed_wan`` is a published figure as printed; ``source``: the documents that allot, or the report. ``entries``:
    the rows behind a difference, where they were asked for. Of allotted money that was asked for by ``document`` or
    by its source (``funding``), ``left_fen`` is what is left of it in 分. ``cut``: the line stands for
    all periods of a year, ``period`` being that year.
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
