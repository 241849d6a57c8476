"""Matching bank returns to the payments that they answer.

A line with one of our serial numbers answers that payment or none. Without one, released payments with no answer come
first; then returned ones; then what is due without an order (an office may pay elsewhere); last, payments that were
answered before, if the list leaves no doubt. Of several equal candidates none is chosen.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import Any

from sqlalchemy import Connection, Select, func, select

from aidledger.domain.account import same_account
from aidledger.domain.listing import ListTable, Returns
from aidledger.domain.money import yuan_text
from aidledger.domain.payment import serial_of, serial_text
from aidledger.domain.term import Period
from aidledger.i18n import N_
from aidledger.store.database.bulk import chunks
from aidledger.store.master.survivors import Survivors, survivors
from aidledger.store.model.tables import Beneficiary, Entry, PaymentOrderLine, ProgramRow, School
from aidledger.store.payables.claims import OUTCOME_RANKS, ClaimScope, LinkedBeneficiaries, answers
from aidledger.store.payables.due import to_pay
from aidledger.store.payables.settlements import settlements

# The list's place in the file, the line's in the list.
Place = tuple[int, int]


@dataclass(frozen=True, slots=True)
class EarlierAnswer:
    """An earlier file's answer to a payment; ``serial_no`` is the bank's own."""

    outcome: str
    amount_fen: int
    paid_on: str | None
    serial_no: str | None

    def is_repeated_by(self, line: BankReturnLine, *, loosely: bool) -> bool:
        """Whether a line repeats this answer; ``loosely``: one of them may lack the date."""
        if (self.outcome, self.amount_fen) != (line.outcome, line.amount_fen):
            return False
        if self.serial_no and line.serial:
            return self.serial_no == line.serial
        return self.paid_on == line.paid_on or (loosely and None in {self.paid_on, line.paid_on})


@dataclass(slots=True)
class Payment:
    """A payment that a line may answer: a line of an order, or (``order`` None) what is due of an entry.

    ``state``: the order's. ``outcome`` and ``paid_on``: those of the answer that counts. ``here``: a line of this file
    has answered it. ``answers``: those of earlier files.
    """

    order: int | None
    serial: int | None
    entry: int
    person: int
    program: str
    period: str
    school: str | None
    part: str | None
    amount_fen: int
    number: str
    name: str
    account: str | None
    state: str = "released"
    outcome: str | None = None
    paid_on: str | None = None
    here: bool = False
    answers: list[EarlierAnswer] = field(default_factory=list)

    @property
    def claim(self) -> tuple[str, str]:
        """Program and period."""
        return self.program, self.period

    def answer(self, outcome: str, paid_on: str | None) -> None:
        """Record another answer; the latest counts."""
        if self.outcome is None or _time(paid_on, outcome) >= _time(self.paid_on, self.outcome):
            self.outcome, self.paid_on = outcome, paid_on
        self.here = True


@dataclass(slots=True)
class Match:
    """The payment that a line answers, and a problem with it: its code and facts."""

    payment: Payment | None
    fault: str | None = None
    facts: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class BankReturnLine:
    """A line of a bank return, with the program, period, part and school that its list names."""

    number: str
    name: str
    account: str | None
    amount_fen: int
    outcome: str
    paid_on: str | None
    serial: str | None
    school: str | None
    program: str | None
    period: Period | None
    part: str | None

    @property
    def time(self) -> tuple[str, int]:
        """The line's place in the order of a bank's answers."""
        return _time(self.paid_on, self.outcome)


def _time(paid_on: str | None, outcome: str) -> tuple[str, int]:
    return paid_on or "", OUTCOME_RANKS[outcome]


def match(books: Connection, listings: Sequence[ListTable]) -> dict[int, list[Match]]:
    """The payment that each line answers, for the bank returns among a file's lists, by their place in the file."""
    lines: dict[Place, BankReturnLine] = {
        (at, i): line
        for at, listing in enumerate(listings)
        if isinstance(listing.facts, Returns)
        for i, line in enumerate(_lines(listing, listing.facts, survivors(books)))
    }
    if not lines:
        return {}
    matcher = _Matcher(books, lines.values())
    # By the bank's dates, so that the order of lines makes no difference.
    found = {
        place: matcher.match(lines[place]) for place in sorted(lines, key=lambda place: (lines[place].time, place))
    }
    by_listing: defaultdict[int, list[Match]] = defaultdict(list)
    for place in sorted(found):
        by_listing[place[0]].append(found[place])
    return by_listing


def _lines(listing: ListTable, facts: Returns, told: Survivors) -> Iterator[BankReturnLine]:
    lines = listing.lines
    for i in range(len(lines)):
        yield BankReturnLine(
            number=lines.numbers[i],
            name=lines.names[i],
            account=lines.accounts[i],
            amount_fen=facts.amounts_fen[i] or 0,
            outcome=facts.outcomes[i] or "failed",
            paid_on=facts.paid_on[i],
            serial=facts.serials[i],
            school=told.called(lines.schools[i] or listing.school),
            program=facts.program,
            period=listing.period,
            part=facts.part,
        )


class _Matcher:
    """The payments of all people whom a file's lines name."""

    def __init__(self, books: Connection, lines: Iterable[BankReturnLine]) -> None:
        known = list(lines)
        self._by_serial: dict[tuple[int, int], Payment] = {}
        self._by_number: defaultdict[str, list[Payment]] = defaultdict(list)
        self._by_name: defaultdict[str, list[Payment]] = defaultdict(list)
        self._numbers: defaultdict[int, set[str]] = defaultdict(set)
        self._people = LinkedBeneficiaries(books)
        orders = {serial[0] for line in known if (serial := serial_of(line.serial))}
        named = {*_people_named(books, known), *_people_in_orders(books, orders)}
        for first_ids in chunks(sorted({self._people.first(person) for person in named})):
            persons = frozenset(chain.from_iterable(map(self._people.same, first_ids)))
            self._load_numbers(books, persons)
            self._load_payments(books, ClaimScope(persons=persons))

    def match(self, line: BankReturnLine) -> Match:
        """The payment that a line answers. It records the answer, so call this in the order of time."""
        serial = serial_of(line.serial)
        found = self._by_our_serial(serial, line) if serial is not None else self._by_particulars(line)
        if found.payment is not None:
            found.payment.answer(line.outcome, line.paid_on)
        return found

    def _load_numbers(self, books: Connection, persons: Iterable[int]) -> None:
        query = select(Beneficiary.c.id, Beneficiary.c.number).where(Beneficiary.c.id.in_(sorted(persons)))
        for person, number in books.execute(query):
            self._numbers[self._people.first(person)].add(number)

    def _load_payments(self, books: Connection, scope: ClaimScope) -> None:
        """Load these people's payments: lines of orders, answered payments without an order, and what is due."""
        found: dict[tuple[int | None, int], Payment] = {}
        self._load_orders(books, scope, found)
        _load_answers(books, scope, found)
        _load_due(books, scope, found)
        for payment in found.values():
            for number in self._numbers[self._people.first(payment.person)]:
                self._by_number[number].append(payment)
            self._by_name[payment.name].append(payment)

    def _load_orders(self, books: Connection, scope: ClaimScope, found: dict[tuple[int | None, int], Payment]) -> None:
        states = {order: state for order, (state, _, _) in settlements(books).items()}
        for row in books.execute(_ordered(scope)):
            state = states.get(row.order_id, "exported")
            payment = _payment(row, row.order_id, row.serial, row.ordered_fen, state)
            found[row.order_id, row.id] = self._by_serial[row.order_id, row.serial] = payment

    def _by_our_serial(self, serial: tuple[int, int], line: BankReturnLine) -> Match:
        """The payment with our serial number; the line's other fields are only compared."""
        payment = self._by_serial.get(serial)
        if payment is None:
            return Match(None, "payment-unmatched")
        if payment.state != "released":
            return Match(payment, "payment-not-released", {"order": payment.order, "state": payment.state})
        differs = _other_payee(line, payment, self._numbers[self._people.first(payment.person)])
        if differs is not None:
            return Match(payment, "payment-other-payee", {"serial": serial_text(*serial), "what": differs})
        if line.amount_fen != payment.amount_fen:
            return Match(payment, "payment-differs", _amounts(line, [payment]))
        return Match(payment)

    def _by_particulars(self, line: BankReturnLine) -> Match:
        """The payment with the line's person, card and amount, and the program, period and school that its list names.

        The first of these that finds any decides.
        """
        candidates = list(_fitting(line, self._by_number[line.number] if line.number else self._by_name[line.name]))
        tiers = [[payment for payment in candidates if fits(payment)] for fits in _tiers(line)]
        return (
            _repeated(line, candidates, loosely=False)
            or _of_same_amount(line, tiers)
            or _repeated(line, candidates, loosely=True)
            or _of_other_amount(line, tiers)
            or _unreleased(line, candidates)
            or Match(None, "payment-unmatched")
        )


def _load_answers(books: Connection, scope: ClaimScope, found: dict[tuple[int | None, int], Payment]) -> None:
    """Add the answers of earlier files to the payments found, and the payments without an order that they answer."""
    answer = answers(scope)
    query = _entries().add_columns(*(column for column in answer.c if column.name not in {"id", "amount_fen"}))
    query = query.add_columns(answer.c.amount_fen.label("answered_fen")).join(answer, answer.c.entry_id == Entry.c.id)
    for row in books.execute(query.order_by(answer.c.id)):
        key = row.order_id, row.id
        if key not in found:
            found[key] = _payment(row, None, None, row.answered_fen, "released")
        found[key].answers.append(EarlierAnswer(row.outcome, row.answered_fen, row.paid_on, row.serial_no))
        if row.place == 1:
            found[key].outcome, found[key].paid_on = row.outcome, row.paid_on


def _load_due(books: Connection, scope: ClaimScope, found: dict[tuple[int | None, int], Payment]) -> None:
    """Add what is due without an order to the payments found."""
    due = {payable.entry: payable.amount_fen for payable in to_pay(books, scope).due}
    for entries in chunks(sorted(due)):
        for row in books.execute(_entries().where(Entry.c.id.in_(entries))):
            found.setdefault((None, row.id), _payment(row, None, None, due[row.id], "released"))


def _other_payee(line: BankReturnLine, payment: Payment, numbers: Container[str]) -> str | None:
    """The field in which a line names another payee than the payment's, if any; ``numbers``: the payee's."""
    if line.name and _bare(line.name) != _bare(payment.name):
        return N_("the name")
    if line.number and line.number not in numbers:
        return N_("the ID number")
    if line.account and not same_account(line.account, payment.account):
        return N_("the account")
    return None


def _tiers(line: BankReturnLine) -> list[Callable[[Payment], bool]]:
    """The kinds of payments that a line may answer, the likeliest first."""

    def open_(payment: Payment) -> bool:
        return payment.order is not None and payment.state == "released" and payment.outcome is None

    def without_order(payment: Payment) -> bool:
        return payment.order is None and payment.outcome is None

    def sent_back(payment: Payment) -> bool:
        return payment.outcome in {"failed", "returned"}

    def answered(payment: Payment) -> bool:
        # If the list names no period, the line may answer another period's payment.
        return payment.outcome is not None and (payment.here or line.period is not None)

    def paid(payment: Payment) -> bool:
        return payment.outcome == "paid"

    if line.outcome == "paid":
        return [open_, sent_back, without_order, answered]
    if line.outcome == "failed":
        return [open_, without_order, answered]
    return [paid, open_, without_order, answered]


def _fitting(line: BankReturnLine, payments: Iterable[Payment]) -> Sequence[Payment]:
    """The payments that agree with a line and its list in program, period, card, school and part.

    A card that no payment has excludes none of a person whom the line names by number; a school or part, none at all.
    """
    fitting: Sequence[Payment] = [payment for payment in payments if _is_of_list(line, payment)]
    if line.account:
        with_card = [payment for payment in fitting if same_account(line.account, payment.account)]
        fitting = with_card or (fitting if line.number else [])
    if line.school:
        fitting = _preferred(fitting, lambda payment: payment.school == line.school)
    if line.part:
        fitting = _preferred(fitting, lambda payment: payment.part == line.part)
    return fitting


def _preferred(payments: Sequence[Payment], fits: Callable[[Payment], bool]) -> Sequence[Payment]:
    """The payments that fit, or all of them if none does."""
    return [payment for payment in payments if fits(payment)] or payments


def _repeated(line: BankReturnLine, candidates: Iterable[Payment], *, loosely: bool) -> Match | None:
    """The payment to which an earlier file gave the same answer; each answer can be repeated once."""
    for payment in candidates:
        for answer in payment.answers:
            if answer.is_repeated_by(line, loosely=loosely):
                payment.answers.remove(answer)
                return Match(payment)
    return None


def _of_same_amount(line: BankReturnLine, tiers: Iterable[Sequence[Payment]]) -> Match | None:
    """The payment of the line's amount in the first tier with any: none of them if periods or schools differ."""
    for tier in tiers:
        exact = [payment for payment in tier if payment.amount_fen == line.amount_fen]
        kinds = {(*payment.claim, payment.school) for payment in exact}
        if len(kinds) > 1:
            payments = ", ".join(" ".join(filter(None, kind)) for kind in sorted(kinds, key=str))
            return Match(None, "payment-ambiguous", {"payments": payments})
        if exact:
            return Match(min(exact, key=lambda payment: (payment.order or 0, payment.serial or 0, payment.entry)))
    return None


def _of_other_amount(line: BankReturnLine, tiers: Iterable[Sequence[Payment]]) -> Match | None:
    """The payment of another amount, if it is the only one in the first tier with any."""
    tier = next(filter(None, tiers), None)
    if tier is None:
        return None
    return Match(tier[0] if len(tier) == 1 else None, "payment-differs", _amounts(line, tier))


def _unreleased(line: BankReturnLine, candidates: Iterable[Payment]) -> Match | None:
    """The payment of the line's amount in an order that was not released."""
    for payment in candidates:
        if payment.state != "released" and payment.outcome is None and payment.amount_fen == line.amount_fen:
            return Match(payment, "payment-not-released", {"order": payment.order, "state": payment.state})
    return None


def _amounts(line: BankReturnLine, payments: Iterable[Payment]) -> dict[str, object]:
    paid = ", ".join(dict.fromkeys(yuan_text(payment.amount_fen) for payment in payments))
    return {"amount": yuan_text(line.amount_fen), "paid": paid}


def _bare(name: str) -> str:
    return "".join(sign for sign in name if sign.isalnum())


def _is_of_list(line: BankReturnLine, payment: Payment) -> bool:
    return line.program in {None, payment.program} and _is_for(line.period, payment)


def _is_for(named: Period | None, payment: Payment) -> bool:
    """Whether a payment is for the period that a list names; for an annual program, its school year is enough."""
    paid_for = Period.parse(payment.period)
    if named is None or named == paid_for:
        return True
    return not (named.semester and paid_for.semester) and named.school_year == paid_for.school_year


def _people_named(books: Connection, lines: Iterable[BankReturnLine]) -> Iterator[int]:
    """People (ids) whom lines name by number or, without one, by name."""
    numbers: set[str] = set()
    names: set[str] = set()
    for line in lines:
        (numbers if line.number else names).add(line.number or line.name)
    for chunk in chunks(sorted(numbers)):
        yield from books.execute(select(Beneficiary.c.id).where(Beneficiary.c.number.in_(chunk))).scalars()
    for chunk in chunks(sorted(names)):
        yield from books.execute(select(Beneficiary.c.id).where(Beneficiary.c.name.in_(chunk))).scalars()
        yield from books.execute(select(Entry.c.beneficiary_id).where(Entry.c.name_stated.in_(chunk))).scalars()


def _people_in_orders(books: Connection, orders: Iterable[int]) -> Iterator[int]:
    for chunk in chunks(sorted(orders)):
        query = select(Entry.c.beneficiary_id).join(PaymentOrderLine, PaymentOrderLine.c.entry_id == Entry.c.id)
        yield from books.execute(query.where(PaymentOrderLine.c.order_id.in_(chunk)).distinct()).scalars()


def _entries() -> Select[Any]:
    return (
        select(
            Entry.c.id,
            Entry.c.beneficiary_id,
            ProgramRow.c.code.label("program"),
            Entry.c.period,
            School.c.name.label("school"),
            Entry.c.part,
            Beneficiary.c.number,
            func.coalesce(Entry.c.name_stated, Beneficiary.c.name).label("name"),
            Entry.c.account,
        )
        .select_from(Entry)
        .join(Beneficiary, Beneficiary.c.id == Entry.c.beneficiary_id)
        .join(ProgramRow, ProgramRow.c.id == Entry.c.program_id)
        .outerjoin(School, School.c.id == Entry.c.school_id)
    )


def _ordered(scope: ClaimScope) -> Select[Any]:
    """Lines of orders, withdrawn ones included, so that a return for one can be reported."""
    line = PaymentOrderLine
    query = _entries().add_columns(line.c.order_id, line.c.serial, line.c.amount_fen.label("ordered_fen"))
    query = query.join(line, line.c.entry_id == Entry.c.id).order_by(line.c.order_id, line.c.serial)
    return query.where(*scope.narrowed(Entry.c.program_id, Entry.c.period, Entry.c.beneficiary_id))


def _payment(row: Any, order: int | None, serial: int | None, amount_fen: int, state: str) -> Payment:  # noqa: ANN401
    return Payment(
        order,
        serial,
        row.id,
        row.beneficiary_id,
        row.program,
        row.period,
        row.school,
        row.part,
        amount_fen,
        row.number,
        row.name,
        row.account,
        state,
    )
