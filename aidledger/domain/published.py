"""Published reports: totals that somebody printed, at the precision they were printed with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from aidledger.domain.money import wan_to_fen
from aidledger.domain.term import Period


@dataclass(frozen=True, slots=True)
class PublishedLine:
    """One program's count (in the program's unit) and amount; ``amount_wan`` is the text as printed."""

    program: str
    count: int
    amount_wan: str

    @property
    def amount_fen(self) -> int:
        """The printed figure in 分."""
        return wan_to_fen(self.amount_wan)


@dataclass(frozen=True, slots=True)
class PublishedReport:
    """The figures of one report, for the periods that begin from ``start`` to ``end``."""

    code: str
    names: Mapping[str, str]
    district: str | None
    start: Period
    end: Period
    reference: str
    lines: tuple[PublishedLine, ...]
