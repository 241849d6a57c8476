"""Doubts about bank returns and recoveries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from aidledger.domain.listing import ListTable, Recoveries
from aidledger.domain.money import yuan_text
from aidledger.domain.place import Place
from aidledger.domain.problem import Problem
from aidledger.domain.roster import RosterFile
from aidledger.store.ledger import Books
from aidledger.store.payables.claims import owed_before
from aidledger.store.payables.matching import Match, match
from aidledger.store.postings.listings import Answered

Matches = Mapping[int, Sequence[Match]]


def matched(books: Books, file: RosterFile) -> Matches:
    """The payments that a file's bank returns answer; looked up before the file is posted."""
    return match(books, file.listings)


def answered(matches: Matches) -> Answered:
    """The same, as stored in the ledger."""
    return {
        at: [(one.payment.entry, one.payment.order) if one.payment else (None, None) for one in of_listing]
        for at, of_listing in matches.items()
    }


def doubts_of(file: RosterFile, matches: Matches) -> Iterator[Problem]:
    """Doubts about bank returns: a payment that is unknown, differs, or is ambiguous."""
    for at, of_listing in matches.items():
        listing = file.listings[at]
        for row, one in zip(listing.lines.rows, of_listing, strict=True):
            if one.fault is not None:
                yield Problem(one.fault, Place(listing.sheet, row), one.facts)


def recovery_doubts(books: Books, batch: int, file: RosterFile) -> Iterator[Problem]:
    """recovery-unmatched, recovery-exceeds: of a posted batch, claim by claim."""
    came_back: defaultdict[tuple[str, str, str], int] = defaultdict(int)
    for listing, facts in _recoveries(file):
        for key, fen in zip(_claims(listing, facts), facts.amounts_fen, strict=True):
            came_back[key] += fen or 0
    if not came_back:
        return
    owed = owed_before(books, batch)
    for listing, facts in _recoveries(file):
        for row, key in zip(listing.lines.rows, _claims(listing, facts), strict=True):
            paid_fen, owed_fen = owed[key]
            reported = {"program": key[1], "period": key[2]}
            if not paid_fen:
                yield Problem("recovery-unmatched", Place(listing.sheet, row), reported)
            elif came_back[key] > owed_fen:
                amounts = {"amount": yuan_text(came_back[key]), "owed": yuan_text(owed_fen)}
                yield Problem("recovery-exceeds", Place(listing.sheet, row), {**reported, **amounts})


def _recoveries(file: RosterFile) -> Iterator[tuple[ListTable, Recoveries]]:
    for listing in file.listings:
        if isinstance(listing.facts, Recoveries):
            yield listing, listing.facts


def _claims(listing: ListTable, facts: Recoveries) -> Iterator[tuple[str, str, str]]:
    """The claim of each line: by ID number, program, period."""
    for number, program, period in zip(listing.lines.numbers, facts.programs, facts.periods, strict=True):
        yield number, str(program), str(period)
