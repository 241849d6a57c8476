"""Payment orders on the page: drafted, made as drafted, released as shown, taken out for the bank, issued again.

The terminal writes the bank's file when an order is made. Here an order is made first, and its file is written anew
from the ledger whenever somebody gives a reason: a download that breaks off loses nothing, and each one is logged.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from aidledger.catalogue.catalogue import Catalogue
from aidledger.domain.money import grouped_yuan
from aidledger.domain.role import Action, same_name
from aidledger.domain.term import Period
from aidledger.errors import DraftOutdated, NotNamed, OrderOutdated, OrderSettled, OtherRole
from aidledger.i18n import N_
from aidledger.operations.bank_files import BankFormat, bank_file
from aidledger.operations.paying import guarded_lines, order_record, releasable, released, require_unaltered
from aidledger.operations.views import Reveal, Viewed, record_reveal, view
from aidledger.reports.dues import Dues, dues
from aidledger.store.database.bulk import KEYS_PER_QUERY
from aidledger.store.jobs import Said
from aidledger.store.ledger import Books, Ledger
from aidledger.store.master.schools import school_named
from aidledger.store.payables import payments, reissues
from aidledger.store.payables.claims import ClaimScope, claims
from aidledger.store.payables.due import Due, ToPay, to_pay
from aidledger.store.payables.payments import OrderRecord
from aidledger.store.payables.reissues import OrderAnswer, OrderPart, SentBack
from aidledger.store.payables.settlements import reason_of

# Work on an order, as it is written down.
MAKING, RELEASING, FILING = N_("Making of an order"), N_("Release of an order"), N_("File for the bank")
ABOUT_ORDERS = frozenset({MAKING, RELEASING, FILING})
_OUTCOMES: Mapping[str, str] = {
    MAKING: N_("Order {order} is made: {lines} payments, {amount} yuan."),
    RELEASING: N_("Order {order} is released: {lines} payments, {amount} yuan."),
}


@dataclass(frozen=True, slots=True)
class OrderScope:
    """What an order is to pay: what is due for a period, or (``again``) what a bank sent back of an earlier order."""

    programs: Sequence[str] = ()
    period: Period | None = None
    school: str | None = None
    again: int | None = None


@dataclass(frozen=True, slots=True)
class OrderDraft:
    """An order as it would be made now, under the number that it would get.

    ``without_account``: people due without a card. ``waiting``: people with another unanswered order. ``digest``: of
    the lines, as the order will have it. ``tried``: lines to a card from which the bank has sent the money back.
    """

    order: int
    period: Period
    programs: Sequence[str]
    school: str | None
    payable: Sequence[Due]
    without_account: Sequence[Due]
    waiting: Sequence[Due]
    digest: str
    tried: int

    @property
    def amount_fen(self) -> int:
        """What it would pay."""
        return sum(one.amount_fen for one in self.payable)


def draft(ledger: Ledger, catalogue: Catalogue, scope: OrderScope) -> Viewed[OrderDraft]:
    """An order as it would be made now; nothing is kept.

    ``scope`` names a period or an earlier order. Raises UnknownProgram, UnknownSchool, UnknownOrder.
    """
    return view(ledger, lambda books: _drafted(books, catalogue, scope)[1])


def _untold(_done: int, _total: int) -> None:
    """Nobody wants to know how far it is."""


def make(
    ledger: Ledger,
    catalogue: Catalogue,
    scope: OrderScope,
    number: int,
    digest: str,
    progress: Callable[[int, int], None] = _untold,
) -> int:
    """Make the order that a draft showed, under its number; returns the number.

    Asked again by the same person, it has been made already. ``progress``: as of ``require_unaltered``; what it raises
    ends the making. Raises DraftOutdated, PaysFromAltered, UnknownProgram, UnknownSchool, UnknownOrder.
    """
    with ledger.writing("export") as books:
        for earlier in payments.orders(books, number):
            if earlier.digest != digest or same_name(earlier.exported_by) != same_name(ledger.actor):
                raise DraftOutdated
            return number
        claimed, drafted = _drafted(books, catalogue, scope)
        if (drafted.order, drafted.digest) != (number, digest) or not drafted.payable:
            raise DraftOutdated
        require_unaltered(books, [one.entry for one in drafted.payable], progress)
        period, at, moment = drafted.period.code, drafted.school, ledger.moment()
        order, _, _ = payments.export(books, claimed, period, at, drafted.payable, moment, ledger.actor)
    return order


def _drafted(books: Books, catalogue: Catalogue, scope: OrderScope) -> tuple[ClaimScope, OrderDraft]:
    if scope.again is not None:
        return _drafted_again(books, scope.again)
    assert scope.period is not None  # noqa: S101 - what a scope holds
    programs = sorted({catalogue.program(code).code for code in scope.programs})
    claimed = ClaimScope(frozenset(programs), {scope.period.code})
    at = None if scope.school is None else school_named(books, catalogue.school(scope.school) or scope.school)[1]
    return claimed, _draft_of(books, to_pay(books, claimed, at), scope.period, programs, at)


def _drafted_again(books: Books, number: int) -> tuple[ClaimScope, OrderDraft]:
    earlier = order_record(books, number)
    period = Period.parse(earlier.period)
    returned = reissues.sent_back(books).get(number)
    if returned is None:
        return ClaimScope(), _draft_of(books, ToPay((), ()), period, [], None)
    claimed = ClaimScope(returned.programs, {returned.period}, _few(returned))
    found = to_pay(books, claimed, keys=returned.keys)
    at = earlier.school if all(one.school == earlier.school for one in found.due) else None
    return claimed, _draft_of(books, found, period, sorted(returned.programs), at, returned.cards)


def _few(returned: SentBack) -> frozenset[int]:
    """The people to ask the database for; none: too many to name, so all are read and the claims picked out."""
    return returned.persons if len(returned.persons) <= KEYS_PER_QUERY else frozenset()


def _draft_of(
    books: Books,
    found: ToPay,
    period: Period,
    programs: Sequence[str],
    at: str | None,
    cards: frozenset[str] = frozenset(),
) -> OrderDraft:
    number = payments.next_order(books)
    payable = [one for one in found.due if one.account]
    return OrderDraft(
        order=number,
        period=period,
        programs=programs,
        school=at,
        payable=payable,
        without_account=[one for one in found.due if not one.account],
        waiting=found.waiting,
        digest=payments.lines_digest(payments.lines_for(number, payable)),
        tried=sum(one.account in cards for one in payable),
    )


def release_shown(
    ledger: Ledger, number: int, digest: str, progress: Callable[[int, int], None] = _untold
) -> OrderRecord:
    """Release an order whose lines were shown under a digest; by ``release``'s rules, with the ledger's own lines.

    What they rest on is verified first. The bank must get the file that ``taken_out`` writes of them. ``progress``: as
    of ``require_unaltered``. Raises
    UnknownOrder, OrderSettled, ReleasedByExporter, ReleasedByImporter, OrderOutdated, PaysFromAltered, OrderStale.
    """
    with ledger.writing("release") as books:
        record = releasable(books, ledger, number)
        if digest != record.digest:
            raise OrderOutdated(order=number)
        require_unaltered(books, [one.entry for one in payments.lines_of(books, record)], progress)
        return released(books, ledger, record)


def told(what: str, ledger: Ledger, number: int) -> Said:
    """What came of the making or release of an order, in words; raises UnknownOrder."""
    with ledger.reading() as books:
        return _said(what, order_record(books, number))


def _said(what: str, record: OrderRecord) -> Said:
    facts = {"order": record.order, "lines": f"{record.lines:,}", "amount": grouped_yuan(record.amount_fen)}
    return _OUTCOMES[what], facts


def stands(books: Books, what: str, number: int, actor: str) -> Said | None:
    """What came of work on an order that was broken off, if it stands in the ledger as this person's."""
    for record in payments.orders(books, number):
        by = {MAKING: record.exported_by, RELEASING: record.settled_by if record.state == "released" else None}.get(
            what
        )
        if by is not None and same_name(by) == same_name(actor):
            return _said(what, record)
    return None


def taken_out(
    ledger: Ledger,
    catalogue: Catalogue,
    number: int,
    form: BankFormat,
    reveal: Reveal,
    progress: Callable[[int, int], None] = _untold,
) -> bytes:
    """The bank's file of an order, with full numbers, which is logged before the file is written.

    ``progress``: as of ``require_unaltered``. Raises UnknownOrder, OrderSettled of a withdrawn one, PaysFromAltered.
    """
    with ledger.writing("reveal") as books:
        record = _not_withdrawn(books, number)
        lines = payments.lines_of(books, record)
        require_unaltered(books, [one.entry for one in lines], progress)
        head = record_reveal(books, ledger, reveal, _seen(number))
    paying = [(one.line, one.program, one.part) for one in lines]  # nobody has to wait while it is written
    return bank_file(catalogue, number, Period.parse(record.period), paying, head, [form])[form]


def taken_again(ledger: Ledger, number: int, reveal: Reveal | None) -> None:
    """Somebody takes a file that ``taken_out`` wrote: ``reveal`` logs that it is not for the first time.

    Raises UnknownOrder, OrderSettled of an order that was withdrawn meanwhile.
    """
    with ledger.writing("reveal") as books:
        _not_withdrawn(books, number)
        if reveal is not None:
            record_reveal(books, ledger, reveal, _seen(number))


def _seen(number: int) -> str:
    """What the access log calls an order's file."""
    return f"pay export {number}"


def _not_withdrawn(books: Books, number: int) -> OrderRecord:
    record = order_record(books, number)
    if record.state == "withdrawn":
        raise OrderSettled(order=number, state=record.state, by=record.settled_by)
    return record


@dataclass(frozen=True, slots=True)
class Deviations:
    """How a file for the bank differs from its order: the serial numbers of lines, each once."""

    lines: int
    changed: Sequence[str]
    missing: Sequence[str]
    added: Sequence[str]

    @property
    def agrees(self) -> bool:
        """Whether the file is line by line what was ordered."""
        return not (self.changed or self.missing or self.added)


def compared(ledger: Ledger, number: int, content: bytes, name: str, shown: str) -> Deviations:
    """Hold a file against an order; nothing of it is kept.

    ``name``: with the suffix of its format; ``shown``: what a refusal calls it. Raises UnknownOrder, NoBankFile.
    """
    with ledger.reading() as books:
        ordered = {one.line.serial: one.line for one in payments.lines_of(books, order_record(books, number))}
    lines = guarded_lines(content, name, shown)
    there = {line.serial: line for line in lines}
    twice = [serial for serial, count in Counter(line.serial for line in lines).items() if count > 1]
    return Deviations(
        lines=len(lines),
        changed=[serial for serial, line in there.items() if serial in ordered and line != ordered[serial]],
        missing=[serial for serial in ordered if serial not in there],
        added=[*(serial for serial in there if serial not in ordered), *twice],
    )


def unmatched(ledger: Ledger) -> Viewed[Sequence[Any]]:
    """The lines of bank returns in force that match no payment."""
    return view(ledger, payments.unmatched)


@dataclass(frozen=True, slots=True)
class OrderWay:
    """What became of an order: the bank's answers, later orders for what it sent back, and what is due again.

    ``reason``: why it was withdrawn.
    """

    answers: Sequence[OrderAnswer]
    again: Sequence[OrderPart]
    left: OrderPart | None
    reason: str | None


def way(ledger: Ledger, number: int) -> OrderWay:
    """What became of an order."""
    with ledger.reading() as books:
        returned = reissues.sent_back(books)
        again = reissues.ordered_again(books, number, returned[number]) if number in returned else ()
        left = [one for one in reissues.due_again(books, returned) if one.order == number]
        why = reason_of(books, number)
        return OrderWay(reissues.answers_to(books, number), again, left[0] if left else None, why)


@dataclass(frozen=True, slots=True)
class PayingState:
    """All that is open: orders; balances by program and period; what came back by order.

    ``owing``: people of whom money is to be claimed back. ``unmatched``: lines of bank returns that match no payment.
    """

    orders: Sequence[OrderRecord]
    dues: Dues
    again: Mapping[int, OrderPart]
    owing: int
    unmatched: int


def state(ledger: Ledger, catalogue: Catalogue) -> Viewed[PayingState]:
    """What is open of all claims and orders."""

    def read(books: Books) -> PayingState:
        found = dues(books, catalogue, ClaimScope(), ("program", "period"))
        again = {one.order: one for one in reissues.due_again(books, reissues.sent_back(books))}
        stray = len(payments.unmatched(books))
        return PayingState(payments.orders(books), found, again, _owing(books, found), stray)

    return view(ledger, read)


def _owing(books: Books, found: Dues) -> int:
    """The people of whom money is to be claimed back: only programs and periods with such money are read."""
    owed = [row for row in found.rows if row.balance.to_claim_back_fen]
    if not owed:
        return 0
    scope = ClaimScope({str(row.program) for row in owed}, {str(row.period) for row in owed})
    people = {
        claim.person
        for claim in claims(books, scope, paid_only=True)
        if any(sums.rest_fen < 0 for sums in claim.schools.values())
    }
    return len(people)


def may(ledger: Ledger, action: Action) -> bool:
    """Whether the actor's role permits an action."""
    try:
        with ledger.reading(action):
            return True
    except (NotNamed, OtherRole):
        return False
