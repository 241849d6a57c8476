"""The catalogue: programs, the words of rosters, published reports and schools' names as data."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from aidledger.domain.holidays import Holidays
from aidledger.domain.layout import Layout, fold
from aidledger.domain.naming import closest
from aidledger.domain.program import Program, meant
from aidledger.domain.published import PublishedReport
from aidledger.domain.region import NATIONAL, Region
from aidledger.domain.school import school_name
from aidledger.errors import UnknownProgram, UnknownRegion, UnknownReport


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Programs in report order, the words of rosters, published reports, and the names of schools.

    ``schools``: for schools that the office lists, from every name in rosters to the name that the ledger prints.
    ``digest``: of all data that entries are checked against. ``regions``: by code, the national standards first;
    ``region``: whose standards the programs have. ``holidays``: by year, for public notices. ``days_to_pay``: after the
    document that allots it, by the office's setting.
    """

    programs: Mapping[str, Program]
    layout: Layout
    reports: Mapping[str, PublishedReport]
    district: str
    schools: Mapping[str, str]
    digest: str
    holidays: Holidays
    days_to_pay: int
    regions: Mapping[str, Region]
    region: str

    @property
    def in_force(self) -> Mapping[str, Program]:
        """The programs that the office runs."""
        return {code: program for code, program in self.programs.items() if program.in_force}

    def of_region(self, code: str) -> Catalogue:
        """The same with the standards of a region; raises UnknownRegion."""
        if code not in self.regions:
            raise UnknownRegion(code=code, known=", ".join(self.regions))
        region = self.regions[code]
        variants = {**self.regions[NATIONAL].programs, **region.programs}
        programs = {
            name: replace(variants.get(name, program), in_force=program.in_force)
            for name, program in self.programs.items()
        }
        return replace(self, programs=programs, region=code, digest=region.digest)

    def region_named(self, typed: str) -> Region:
        """Find a region by code or name in either language; raises UnknownRegion."""
        for region in self.regions.values():
            if fold(typed) in map(fold, (region.code, *region.names.values())):
                return region
        raise UnknownRegion(code=typed, known=", ".join(self.regions))

    def switching(self, switched: Mapping[str, bool]) -> Catalogue:
        """The same with programs switched on and off, by code; codes that it lacks are passed over."""
        programs = {
            code: replace(program, in_force=switched.get(code, program.in_force))
            for code, program in self.programs.items()
        }
        return replace(self, programs=programs)

    def program(self, typed: str) -> Program:
        """Find a program by code, by name, or as titles call it; raises UnknownProgram."""
        if typed in self.programs:
            return self.programs[typed]
        folded = fold(typed)
        programs = self.programs.values()
        named = [program for program in programs if folded in map(fold, (program.code, *program.names.values()))]
        candidates = named or self._called(folded)
        if len(candidates) != 1:
            raise UnknownProgram(code=typed, close=self._suggestions(folded, candidates))
        return candidates[0]

    def _called(self, title: str) -> list[Program]:
        """The programs that a folded title names: those in force, or else the others."""
        return meant([program for program in self.programs.values() if program.words.named_in(title)])

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
