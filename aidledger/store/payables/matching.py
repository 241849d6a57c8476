"""Bank returns to the payments that they answer.

A line with a serial number of ours answers that payment or none. Without one, what was released and not answered
comes first; then what a bank sent back, then what is due and no order asked for (an office may pay elsewhere), and
last what was answered already, where the list leaves no doubt. Of several that fit alike none is chosen.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import Any

from sqlalchemy import Connection, Select, func, select

from aidledger.domain.account import same_account
from aidledger.domain.listing import Listing, Returns
from aidledger.domain.money import yuan_text
from aidledger.domain.payment import serial_of, serial_text
from aidledger.domain.term import Period
from aidledger.i18n import N_
from aidledger.store.database.bulk import chunks
from aidledger.store.model.tables import Beneficiary, Entry, PaymentOrderLine, ProgramRow, School
from aidledger.store.payables.claims import People, Scope, answers
from aidledger.store.payables.due import to_pay
from aidledger.store.payables.settlements import settlements

# As a bank's answers come in time: at the same date it fails before it succeeds, and is sent back last.
_RANKS = {"failed": 0, "paid": 1, "returned": 2}
Place = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Answer:
    """What an earlier file said of a payment; ``serial_no`` is the bank's own."""

    outcome: str
    amount_fen: int
    paid_on: str | None
    serial_no: str | None

    def is_repeated_by(self, line: Line, *, loosely: bool) -> bool:
        """Whether a line says the same again; ``loosely``: one of them without the day."""
        if (self.outcome, self.amount_fen) != (line.outcome, line.amount_fen):
            return False
        if self.serial_no and line.serial:
            return self.serial_no == line.serial
        return self.paid_on == line.paid_on or (loosely and None in {self.paid_on, line.paid_on})


@dataclass(slots=True)
class Payment:
    """A payment that a line may answer: a line of an order or (``order`` None) what is due of an entry.

    ``state``: of the order. ``outcome`` and ``paid_on`` are those of the answer that counts; ``here``: a line of this
    very file answered it.
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
    told: list[Answer] = field(default_factory=list)

    @property
    def claim(self) -> tuple[str, str]:
        """Of which program and period."""
        return self.program, self.period

    def answer(self, outcome: str, paid_on: str | None) -> None:
        """Take in another answer: the latest counts."""
        if self.outcome is None or _time(paid_on, outcome) >= _time(self.paid_on, self.outcome):
            self.outcome, self.paid_on = outcome, paid_on
        self.here = True


@dataclass(slots=True)
class Match:
    """What a line answers, and what is doubtful about it: a code of a problem, with its facts."""

    payment: Payment | None
    fault: str | None = None
    facts: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a return, with what its list names of program, term, part and school."""

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
        """When, in the order in which a bank's answers follow each other."""
        return _time(self.paid_on, self.outcome)


def _time(paid_on: str | None, outcome: str) -> tuple[str, int]:
    return paid_on or "", _RANKS[outcome]


def match(books: Connection, listings: Sequence[Listing]) -> dict[int, list[Match]]:
    """For the bank returns among listings, by their place: what each line answers."""
    lines: dict[Place, Line] = {
        (at, i): line
        for at, listing in enumerate(listings)
        if isinstance(listing.facts, Returns)
        for i, line in enumerate(_lines(listing, listing.facts))
    }
    if not lines:
        return {}
    matcher = _Matcher(books, lines.values())
    # In the order of the bank's dates, so that the order of lines makes no difference.
    found = {
        place: matcher.match(lines[place]) for place in sorted(lines, key=lambda place: (lines[place].time, place))
    }
    by_listing: defaultdict[int, list[Match]] = defaultdict(list)
    for place in sorted(found):
        by_listing[place[0]].append(found[place])
    return by_listing


def _lines(listing: Listing, facts: Returns) -> Iterator[Line]:
    lines = listing.lines
    for i in range(len(lines)):
        yield Line(
            number=lines.numbers[i],
            name=lines.names[i],
            account=lines.accounts[i],
            amount_fen=facts.amounts_fen[i] or 0,
            outcome=facts.outcomes[i] or "failed",
            paid_on=facts.paid_on[i],
            serial=facts.serials[i],
            school=lines.schools[i] or listing.school,
            program=facts.program,
            period=listing.period,
            part=facts.part,
        )


class _Matcher:
    """The payments of everybody whom a file's lines name."""

    def __init__(self, books: Connection, lines: Iterable[Line]) -> None:
        known = list(lines)
        self._of_serial: dict[tuple[int, int], Payment] = {}
        self._by_number: defaultdict[str, list[Payment]] = defaultdict(list)
        self._by_name: defaultdict[str, list[Payment]] = defaultdict(list)
        self._numbers: defaultdict[int, set[str]] = defaultdict(set)
        self._people = People(books)
        orders = {serial[0] for line in known if (serial := serial_of(line.serial))}
        named = {*_people_named(books, known), *_people_asked_for(books, orders)}
        for some in chunks(sorted({self._people.first(person) for person in named})):
            persons = frozenset(chain.from_iterable(map(self._people.same, some)))
            self._take_numbers(books, persons)
            self._take(books, Scope(persons=persons))

    def match(self, line: Line) -> Match:
        """What a line answers. The payments know of it afterwards, so lines come in the order of time."""
        serial = serial_of(line.serial)
        found = self._named_by(serial, line) if serial is not None else self._looked_for(line)
        if found.payment is not None:
            found.payment.answer(line.outcome, line.paid_on)
        return found

    def _take_numbers(self, books: Connection, persons: Iterable[int]) -> None:
        query = select(Beneficiary.c.id, Beneficiary.c.number).where(Beneficiary.c.id.in_(sorted(persons)))
        for person, number in books.execute(query):
            self._numbers[self._people.first(person)].add(number)

    def _take(self, books: Connection, scope: Scope) -> None:
        """The payments of some people: what orders asked for, what was answered without one, what is due."""
        states = {order: state for order, (state, _, _) in settlements(books).items()}
        found: dict[tuple[int | None, int], Payment] = {}
        for row in books.execute(_asked(scope)):
            state = states.get(row.order_id, "exported")
            payment = found[row.order_id, row.id] = _payment(row, row.order_id, row.serial, row.asked_fen, state)
            self._of_serial[row.order_id, row.serial] = payment
        said = answers(scope)
        query = _entries().add_columns(*(column for column in said.c if column.name not in {"id", "amount_fen"}))
        query = query.add_columns(said.c.amount_fen.label("said_fen")).join(said, said.c.entry_id == Entry.c.id)
        for row in books.execute(query.order_by(said.c.id)):
            key = row.order_id, row.id
            if key not in found:
                found[key] = _payment(row, None, None, row.said_fen, "released")
            found[key].told.append(Answer(row.outcome, row.said_fen, row.paid_on, row.serial_no))
            if row.place == 1:
                found[key].outcome, found[key].paid_on = row.outcome, row.paid_on
        due = {one.entry: one.amount_fen for one in to_pay(books, scope).due}
        for some in chunks(sorted(due)):
            for row in books.execute(_entries().where(Entry.c.id.in_(some))):
                found.setdefault((None, row.id), _payment(row, None, None, due[row.id], "released"))
        for payment in found.values():
            for number in self._numbers[self._people.first(payment.person)]:
                self._by_number[number].append(payment)
            self._by_name[payment.name].append(payment)

    def _named_by(self, serial: tuple[int, int], line: Line) -> Match:
        """The payment that our own serial number names: all else is compared only."""
        payment = self._of_serial.get(serial)
        if payment is None:
            return Match(None, "payment-unmatched")
        if payment.state != "released":
            return Match(payment, "payment-not-released", {"order": payment.order, "state": payment.state})
        numbers = self._numbers[self._people.first(payment.person)]
        differs = (
            N_("the name")
            if line.name and _bare(line.name) != _bare(payment.name)
            else N_("the ID number")
            if line.number and line.number not in numbers
            else N_("the account")
            if line.account and not same_account(line.account, payment.account)
            else None
        )
        if differs is not None:
            return Match(payment, "payment-other-payee", {"serial": serial_text(*serial), "what": differs})
        if line.amount_fen != payment.amount_fen:
            return Match(payment, "payment-differs", _amounts(line, [payment]))
        return Match(payment)

    def _looked_for(self, line: Line) -> Match:
        """The payment that fits person, account and amount, the program, term and school that the list names."""
        candidates = list(_fitting(line, self._by_number[line.number] if line.number else self._by_name[line.name]))
        known = _known(line, candidates, loosely=False)
        if known is not None:
            return Match(known)
        tiers = [[one for one in candidates if fits(one)] for fits in _tiers(line)]
        for tier in tiers:
            exact = [one for one in tier if one.amount_fen == line.amount_fen]
            if exact:
                return _chosen(exact)
        known = _known(line, candidates, loosely=True)
        if known is not None:
            return Match(known)
        open_ = next((tier for tier in tiers if tier), [])
        if open_:
            only = open_[0] if len(open_) == 1 else None
            return Match(only, "payment-differs", _amounts(line, open_))
        for one in candidates:
            if one.state != "released" and one.outcome is None and one.amount_fen == line.amount_fen:
                return Match(one, "payment-not-released", {"order": one.order, "state": one.state})
        return Match(None, "payment-unmatched")


def _tiers(line: Line) -> list[Callable[[Payment], bool]]:
    """Which payments a line may answer, those before others that it answers sooner."""

    def open_(one: Payment) -> bool:
        return one.order is not None and one.state == "released" and one.outcome is None

    def unasked(one: Payment) -> bool:
        return one.order is None and one.outcome is None

    def sent_back(one: Payment) -> bool:
        return one.outcome in {"failed", "returned"}

    def answered(one: Payment) -> bool:
        # Of a term that the list does not name the answer may be another's.
        return one.outcome is not None and (one.here or line.period is not None)

    def paid(one: Payment) -> bool:
        return one.outcome == "paid"

    if line.outcome == "paid":
        return [open_, sent_back, unasked, answered]
    return [open_, unasked, answered] if line.outcome == "failed" else [paid, open_, unasked, answered]


def _fitting(line: Line, payments: Iterable[Payment]) -> Iterator[Payment]:
    """The payments that agree with what a line and its list say of card, school, part, program and term."""
    some = [one for one in payments if line.program in {None, one.program} and _is_for(line.period, one)]
    if line.account:
        with_card = [one for one in some if same_account(line.account, one.account)]
        some = with_card or (some if line.number else [])
    for name, said in (("school", line.school), ("part", line.part)):
        some = [one for one in some if getattr(one, name) == said] or some if said else some
    return iter(some)


def _known(line: Line, candidates: Iterable[Payment], *, loosely: bool) -> Payment | None:
    """The payment of which an earlier file said the same; each such answer is repeated once."""
    for one in candidates:
        for answer in one.told:
            if answer.is_repeated_by(line, loosely=loosely):
                one.told.remove(answer)
                return one
    return None


def _chosen(exact: Sequence[Payment]) -> Match:
    """The payment that is meant: none where they are of several terms, or of several schools."""
    kinds = {(*one.claim, one.school) for one in exact}
    if len(kinds) > 1:
        said = ", ".join(" ".join(filter(None, kind)) for kind in sorted(kinds, key=str))
        return Match(None, "payment-ambiguous", {"payments": said})
    return Match(min(exact, key=lambda one: (one.order or 0, one.serial or 0, one.entry)))


def _amounts(line: Line, payments: Iterable[Payment]) -> dict[str, object]:
    paid = ", ".join(dict.fromkeys(yuan_text(one.amount_fen) for one in payments))
    return {"amount": yuan_text(line.amount_fen), "paid": paid}


def _bare(name: str) -> str:
    return "".join(sign for sign in name if sign.isalnum())


def _is_for(named: Period | None, payment: Payment) -> bool:
    """Whether a payment is for the term that a list names; an annual program's, for the school year of it."""
    paid_for = Period.parse(payment.period)
    if named is None or named == paid_for:
        return True
    return not (named.semester and paid_for.semester) and named.school_year == paid_for.school_year


def _people_named(books: Connection, lines: Iterable[Line]) -> Iterator[int]:
    """Whom lines name by their number or, without one, by name."""
    numbers: set[str] = set()
    names: set[str] = set()
    for line in lines:
        (numbers if line.number else names).add(line.number or line.name)
    for some in chunks(sorted(numbers)):
        yield from books.execute(select(Beneficiary.c.id).where(Beneficiary.c.number.in_(some))).scalars()
    for some in chunks(sorted(names)):
        yield from books.execute(select(Beneficiary.c.id).where(Beneficiary.c.name.in_(some))).scalars()
        yield from books.execute(select(Entry.c.beneficiary_id).where(Entry.c.name_stated.in_(some))).scalars()


def _people_asked_for(books: Connection, orders: Iterable[int]) -> Iterator[int]:
    for some in chunks(sorted(orders)):
        query = select(Entry.c.beneficiary_id).join(PaymentOrderLine, PaymentOrderLine.c.entry_id == Entry.c.id)
        yield from books.execute(query.where(PaymentOrderLine.c.order_id.in_(some)).distinct()).scalars()


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


def _asked(scope: Scope) -> Select[Any]:
    """What orders asked for, of some people; withdrawn ones too, to say so of them."""
    line = PaymentOrderLine
    query = _entries().add_columns(line.c.order_id, line.c.serial, line.c.amount_fen.label("asked_fen"))
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
