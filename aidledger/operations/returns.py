"""What is doubtful about a bank's return: lines that no payment is known for, or several, or another amount."""

from __future__ import annotations

from collections.abc import Iterator

from aidledger.domain.listing import Listing, Returns
from aidledger.domain.money import yuan_text
from aidledger.domain.place import Place
from aidledger.domain.problem import Problem
from aidledger.store.ledger import Books
from aidledger.store.matching import candidates_of


def doubts_of(books: Books, listing: Listing) -> Iterator[Problem]:
    """payment-unmatched, payment-differs, payment-ambiguous; asked before the list is posted."""
    facts = listing.facts
    if not isinstance(facts, Returns):
        return
    for line, payments in enumerate(candidates_of(books, listing)):
        amount = facts.amounts_fen[line]
        place = Place(listing.sheet, listing.lines.rows[line])
        exact = {(one.program, one.period) for one in payments if one.amount_fen == amount}
        if not payments:
            yield Problem("payment-unmatched", place)
        elif not exact:
            paid = ", ".join(yuan_text(one.amount_fen) for one in payments)
            yield Problem("payment-differs", place, {"amount": yuan_text(amount or 0), "paid": paid})
        elif len(exact) > 1:
            said = ", ".join(f"{program} {period}" for program, period in sorted(exact))
            yield Problem("payment-ambiguous", place, {"payments": said})
