"""The office's own settings: its names on papers, whose standards it follows, and the programs that it runs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from aidledger.catalogue.catalogue import Catalogue
from aidledger.errors import DistrictMissing, SwitchedBothWays
from aidledger.store.chain import events, offices
from aidledger.store.chain.offices import OfficeNames
from aidledger.store.ledger import Books, Ledger

__all__ = ["OfficeNames", "OfficeSettings", "change", "for_ledger", "record_plain_http", "settings", "switch"]


@dataclass(frozen=True, slots=True)
class OfficeSettings:
    """What an office set in its ledger: its names, the code of its region (None: not set), programs on and off."""

    names: OfficeNames | None
    region: str | None
    switched: Mapping[str, bool]

    def applied(self, catalogue: Catalogue) -> Catalogue:
        """The catalogue as the office uses it; raises UnknownRegion. Without a region, that of office.yaml holds."""
        used = catalogue.of_region(self.region) if self.region else catalogue
        district = self.names.district if self.names else catalogue.district
        return replace(used.switching(self.switched), district=district)


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
    return OfficeSettings(offices.names(books), offices.region(books), offices.switched(books))
