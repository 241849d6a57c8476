"""Bank returns to the payments that they are of, one to one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, Select, select

from aidledger.domain.listing import Listing, Returns
from aidledger.domain.payment import serial_of
from aidledger.domain.term import Period
from aidledger.store.bulk import chunks
from aidledger.store.entries import batch_in_force, in_force
from aidledger.store.payments import entries_by_serial
from aidledger.store.tables import BankReturn, Batch, Beneficiary, Entry, ProgramRow


@dataclass(frozen=True, slots=True)
class Payment:
    """A payment that a bank may have been asked to make, and that no bank has yet said to be paid."""

    entry: int
    program: str
    period: str
    amount_fen: int
    number: str
    name: str
    account: str | None


@dataclass(slots=True)
class _Open:
    """Payments by who is paid: by ID number, by card and name."""

    by_number: dict[str, list[Payment]] = field(default_factory=lambda: defaultdict(list))
    by_account: dict[tuple[str, str], list[Payment]] = field(default_factory=lambda: defaultdict(list))


def match(books: Connection, listings: Sequence[Listing]) -> dict[int, list[int | None]]:
    """For the bank returns among listings, by their place: the entry of each line, None where none is certain.

    A payment is recognised by the person (ID number, else card and name), its amount, and what the list names of
    program and period; of several for the same the oldest comes first.
    """
    found: dict[int, list[int | None]] = {}
    taken: set[int] = set()
    for at, listing in enumerate(listings):
        if isinstance(listing.facts, Returns):
            candidates = candidates_of(books, listing)
            chosen = []
            for line, payments in enumerate(candidates):
                exact = [
                    one
                    for one in payments
                    if one.entry not in taken and one.amount_fen == listing.facts.amounts_fen[line]
                ]
                entry = exact[0].entry if exact and len({(one.program, one.period) for one in exact}) == 1 else None
                if entry is not None:
                    taken.add(entry)
                chosen.append(entry)
            found[at] = chosen
    return found


def candidates_of(books: Connection, listing: Listing) -> list[list[Payment]]:
    """For each line of a bank return the payments of that person that are open, the oldest first.

    Only one, where the line has the serial number of an order that asked for it.
    """
    open_ = _Open()
    lines = listing.lines
    for payment in _payments(books, {number for number in lines.numbers if number}, _entry_of_numbers):
        open_.by_number[payment.number].append(payment)
    unnumbered = {
        account for account, number in zip(lines.accounts, lines.numbers, strict=True) if account and not number
    }
    for payment in _payments(books, unnumbered, _entry_of_accounts):
        open_.by_account[str(payment.account), payment.name].append(payment)
    program = listing.facts.program if isinstance(listing.facts, Returns) else None
    by_serial = _by_serial(books, listing.facts.serials if isinstance(listing.facts, Returns) else [])
    candidates = []
    for at, (number, name, account) in enumerate(zip(lines.numbers, lines.names, lines.accounts, strict=True)):
        payments = open_.by_number[number] if number else open_.by_account[str(account), name]
        if at in by_serial and any(one.entry == by_serial[at] for one in payments):
            candidates.append([one for one in payments if one.entry == by_serial[at]])
            continue
        candidates.append([one for one in payments if program in {None, one.program} and _is_for(listing.period, one)])
    return candidates


def _by_serial(books: Connection, serials: Sequence[str | None]) -> dict[int, int]:
    """The entries that lines of a return name by the serial number of a payment order, by their place."""
    named = {at: serial for at, serial in enumerate(map(serial_of, serials)) if serial is not None}
    entries = entries_by_serial(books, named.values())
    return {at: entries[serial] for at, serial in named.items() if serial in entries}


def _is_for(named: Period | None, payment: Payment) -> bool:
    """Whether a payment is for the term that a list names; an annual program's, for the school year of it."""
    paid_for = Period.parse(payment.period)
    if named is None or named == paid_for:
        return True
    return not (named.semester and paid_for.semester) and named.school_year == paid_for.school_year


def _entry_of_numbers(some: Sequence[str]) -> Any:  # noqa: ANN401 - a column's condition
    return Beneficiary.c.number.in_(some)


def _entry_of_accounts(some: Sequence[str]) -> Any:  # noqa: ANN401
    return Entry.c.account.in_(some)


def _payments(books: Connection, keys: set[str], condition: Any) -> Iterator[Payment]:  # noqa: ANN401
    for some in chunks(sorted(keys)):
        for row in books.execute(_open_payments().where(condition(some)).order_by(Entry.c.id)):
            yield Payment(*row)


def _open_payments() -> Select[Any]:
    said = (
        select(BankReturn.c.id)
        .join(Batch, Batch.c.id == BankReturn.c.batch_id)
        .where(BankReturn.c.entry_id == Entry.c.id, BankReturn.c.outcome == "paid", batch_in_force(Batch))
    )
    return (
        select(
            Entry.c.id,
            ProgramRow.c.code,
            Entry.c.period,
            Entry.c.amount_fen,
            Beneficiary.c.number,
            Beneficiary.c.name,
            Entry.c.account,
        )
        .join(Beneficiary, Beneficiary.c.id == Entry.c.beneficiary_id)
        .join(ProgramRow, ProgramRow.c.id == Entry.c.program_id)
        .where(in_force(Entry), ~said.exists())
    )
