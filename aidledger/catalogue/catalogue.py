"""The catalogue: all that is data about programs, rosters' words and published reports."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from aidledger.domain.layout import Layout, fold
from aidledger.domain.naming import closest
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

    def program(self, said: str) -> Program:
        """A program by its code, by a name that we print, or as titles call it; raises UnknownProgram."""
        if said in self.programs:
            return self.programs[said]
        wanted = fold(said)
        named = [one for one in self.programs.values() if wanted in map(fold, (one.code, *one.names.values()))]
        titled = named or [one for one in self.programs.values() if one.words.named_in(wanted)]
        if len(titled) != 1:
            raise UnknownProgram(code=said, close=self._close_to(wanted, titled))
        return titled[0]

    def _close_to(self, wanted: str, candidates: Iterable[Program]) -> str:
        """The programs that may be meant, each with its code."""
        called = {fold(name): one for one in self.programs.values() for name in (one.code, *one.names.values())}
        close = [*candidates, *(called[name] for name in closest(wanted, called))]
        return "、".join(dict.fromkeys(f"{one.name('zh')} ({one.code})" for one in close)) or "—"

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
