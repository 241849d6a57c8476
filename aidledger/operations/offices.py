"""The office's own settings: its names on papers, whose standards it follows, and the programs that it runs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from aidledger.catalogue.catalogue import Catalogue
from aidledger.domain.program import Fee, Program
from aidledger.domain.succession import SuccessionRules, rules_of, successor
from aidledger.errors import DistrictMissing, SwitchedBothWays
from aidledger.store.chain import events, offices
from aidledger.store.chain.offices import OfficeNames
from aidledger.store.chain.successions import successions
from aidledger.store.ledger import Books, Ledger

__all__ = ["OfficeNames", "OfficeSettings", "change", "for_ledger", "record_plain_http", "settings", "switch"]


@dataclass(frozen=True, slots=True)
class OfficeSettings:
    """What an office set in its ledger: its names, the code of its region (None: not set), programs on and off.

    ``schools``: which of them count as another, or under another name.
    """

    names: OfficeNames | None
    region: str | None
    switched: Mapping[str, bool]
    schools: SuccessionRules = field(default_factory=dict)

    def applied(self, catalogue: Catalogue) -> Catalogue:
        """The catalogue as the office uses it; raises UnknownRegion. Without a region, that of office.yaml holds."""
        used = catalogue.of_region(self.region) if self.region else catalogue
        district = self.names.district if self.names else catalogue.district
        running = used.switching(self.switched)
        programs = {code: _with_all_names(program, self.schools) for code, program in running.programs.items()}
        return replace(running, district=district, programs=programs)


def settings(ledger: Ledger) -> OfficeSettings:
    """What the office set."""
    with ledger.reading("open") as books:
        return _settings(books)


def for_ledger(ledger: Ledger, catalogue: Catalogue) -> Catalogue:
    """The catalogue as the ledger's office uses it; raises UnknownRegion."""
    return settings(ledger).applied(catalogue)


def change(
    ledger: Ledger, catalogue: Catalogue, district: str | None, office: str | None, region: str | None
) -> OfficeSettings:
    """Record names and region, as far as they are given and new; raises DistrictMissing, UnknownRegion."""
    code = catalogue.region_named(region).code if region else None
    with ledger.writing("office") as books:
        before = _settings(books)
        named = district or (before.names.district if before.names else None)
        if office and not named:
            raise DistrictMissing
        if named and (district or office):
            names = OfficeNames(named, office or (before.names.office if before.names else None))
            if names != before.names:
                offices.name(books, ledger.moment(), ledger.actor, names)
        if code and code != before.region:
            offices.set_region(books, ledger.moment(), ledger.actor, code)
        return _settings(books)


def switch(ledger: Ledger, catalogue: Catalogue, on: Sequence[str], off: Sequence[str]) -> tuple[Catalogue, str]:
    """Switch programs on and off, by code or name; the catalogue as the office then uses it, and the new head.

    Nothing is recorded if nothing changes. What was posted under a program stays in all figures. Raises UnknownProgram,
    SwitchedBothWays.
    """
    wanted = {catalogue.program(name).code: True for name in on}
    without = {catalogue.program(name).code: False for name in off}
    if both := wanted.keys() & without.keys():
        raise SwitchedBothWays(codes=", ".join(sorted(both)))
    with ledger.writing("office") as books:
        running = _settings(books).applied(catalogue).in_force
        changed = {code: state for code, state in (wanted | without).items() if state != (code in running)}
        if changed:
            offices.switch(books, ledger.moment(), ledger.actor, changed)
        return _settings(books).applied(catalogue), events.head(books)


def record_plain_http(ledger: Ledger, host: str) -> None:
    """Record that the page is served to other computers without encryption; raises NotNamed, OtherRole."""
    with ledger.writing("office") as books:
        offices.serve_plainly(books, ledger.moment(), ledger.actor, host)


def _settings(books: Books) -> OfficeSettings:
    rules = rules_of(successions(books))
    return OfficeSettings(offices.names(books), offices.region(books), offices.switched(books), rules)


def _with_all_names(program: Program, rules: SuccessionRules) -> Program:
    """A program whose listed fees of a school hold under every name that the school had or has.

    Where several hold from the same period, a school's own, listed by that name, counts.
    """
    if not rules or not program.fees:
        return program
    names = sorted({*(name for name, _ in rules), *rules.values(), *(fee.school for fee in program.fees)})
    fees: list[Fee] = []
    for name in names:
        of_school = [fee for fee in program.fees if successor(rules, fee.school) == successor(rules, name)]
        of_school.sort(key=lambda fee: (fee.start.sort_key if fee.start else (), fee.school == name))
        fees += [replace(fee, school=name) for fee in of_school]
    return replace(program, fees=tuple(fees))
