"""The catalogue: programs, the words of rosters, published reports and schools' names as data."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from aidledger.domain.holidays import Holidays
from aidledger.domain.layout import Layout, fold
from aidledger.domain.naming import closest
from aidledger.domain.program import Program
from aidledger.domain.published import PublishedReport
from aidledger.domain.school import school_name
from aidledger.errors import UnknownProgram, UnknownReport


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Programs in report order, the words of rosters, published reports, and the names of schools.

    ``schools``: for schools that the office lists, from every name in rosters to the name that the ledger prints.
    ``digest``: of all data that entries are checked against. ``holidays``: by year, for public notices.
    ``days_to_pay``: after the document that allots it, by the office's setting.
    """

    programs: Mapping[str, Program]
    layout: Layout
    reports: Mapping[str, PublishedReport]
    district: str
    schools: Mapping[str, str]
    digest: str
    holidays: Holidays
    days_to_pay: int

    def program(self, typed: str) -> Program:
        """Find a program by code, by name, or as titles call it; raises UnknownProgram."""
        if typed in self.programs:
            return self.programs[typed]
        folded = fold(typed)
        programs = self.programs.values()
        named = [program for program in programs if folded in map(fold, (program.code, *program.names.values()))]
        candidates = named or [program for program in programs if program.words.named_in(folded)]
        if len(candidates) != 1:
            raise UnknownProgram(code=typed, close=self._suggestions(folded, candidates))
        return candidates[0]

    def _suggestions(self, folded: str, candidates: Iterable[Program]) -> str:
        """The programs that may be meant, by Chinese name and code."""
        programs = self.programs.values()
        by_name = {fold(name): program for program in programs for name in (program.code, *program.names.values())}
        close = [*candidates, *(by_name[name] for name in closest(folded, by_name))]
        return "、".join(dict.fromkeys(f"{program.name('zh')} ({program.code})" for program in close)) or "—"

    def school(self, name: str | None) -> str | None:
        """A school's name as the ledger prints it; None where there is none."""
        folded = school_name(name) if name else ""
        return self.schools.get(folded, folded) or None

    def report(self, code: str) -> PublishedReport:
        """Find a published report by code; raises UnknownReport."""
        try:
            return self.reports[code]
        except KeyError:
            raise UnknownReport(name=code, known=", ".join(self.reports) or "-") from None
