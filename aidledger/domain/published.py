"""Published reports: totals at the precision with which they were printed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from aidledger.domain.money import wan_to_fen
from aidledger.domain.region import NATIONAL
from aidledger.domain.term import Period


@dataclass(frozen=True, slots=True)
class PublishedLine:
    """One program's count (in the program's unit) and amount (万元), the latter as printed."""

    program: str
    count: int
    amount_wan: str

    @property
    def amount_fen(self) -> int:
        """The amount in 分."""
        return wan_to_fen(self.amount_wan)


@dataclass(frozen=True, slots=True)
class PublishedReport:
    """One report on the periods that begin from ``start`` to ``end``, both included.

    ``region``: whose standards hold in the district.
    """

    code: str
    names: Mapping[str, str]
    district: str | None
    start: Period
    end: Period
    reference: str
    lines: tuple[PublishedLine, ...]
    region: str = NATIONAL
