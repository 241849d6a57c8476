"""The catalogue: all that is data about programs, rosters' words and published reports."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from aidledger.domain.layout import Layout
from aidledger.domain.program import Program
from aidledger.domain.published import PublishedReport
from aidledger.domain.school import school_name
from aidledger.errors import UnknownProgram, UnknownReport


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Programs in their order, the words of rosters, published reports, the schools' other names.

    ``schools`` leads from every name that a roster may use to the name that the ledger prints, for schools that the
    office lists. ``digest`` stands for what judges entries.
    """

    programs: Mapping[str, Program]
    layout: Layout
    reports: Mapping[str, PublishedReport]
    district: str
    schools: Mapping[str, str]
    digest: str

    def program(self, code: str) -> Program:
        """A program by its code; raises UnknownProgram."""
        try:
            return self.programs[code]
        except KeyError:
            raise UnknownProgram(code=code) from None

    def school(self, name: str | None) -> str | None:
        """A school's name as the ledger prints it."""
        folded = school_name(name) if name else ""
        return self.schools.get(folded, folded) or None

    def report(self, code: str) -> PublishedReport:
        """A published report by its code; raises UnknownReport."""
        try:
            return self.reports[code]
        except KeyError:
            raise UnknownReport(name=code, known=", ".join(self.reports) or "-") from None
