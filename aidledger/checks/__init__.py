"""Pure checks of one roster file, one module per subject; each check yields the problems it finds."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from aidledger.catalogue.catalogue import Catalogue
from aidledger.checks import accounts, duplicates, eligibility, identity, running, standards, totals
from aidledger.domain.problem import Problem
from aidledger.domain.roster import RosterFile

Check = Callable[[RosterFile, Catalogue], Iterator[Problem]]

CHECKS: tuple[Check, ...] = (
    running.check,
    identity.check,
    accounts.check,
    standards.check,
    eligibility.check,
    duplicates.check_names,
    duplicates.check,
    duplicates.check_lists,
    totals.check,
)


def problems_of(file: RosterFile, catalogue: Catalogue) -> Iterator[Problem]:
    """The problems of a file, from all checks."""
    for check in CHECKS:
        yield from check(file, catalogue)
