"""What a person is due under a program for a period: the account of a claim, the one place that knows it.

Claimed is what the entries in force add up to; paid is what a bank confirmed, less what came back, and what needs no
bank: set off against fees, or lent. Under way is what a bank was asked for and has not answered. The rest is due, or
is to be claimed back. All of this belongs to the claim (person, program, period), not to an entry: entries are
reversed and entered anew as rosters are corrected, and payments stay.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Integer,
    Select,
    Subquery,
    and_,
    case,
    cast,
    func,
    literal,
    null,
    or_,
    select,
    union_all,
)

from aidledger.store.database.bulk import chunks
from aidledger.store.model.tables import (
    BankReturn,
    Beneficiary,
    Entry,
    NumberCorrection,
    PaymentOrderLine,
    ProgramRow,
    Recovery,
)
from aidledger.store.payables.settlements import withdrawn
from aidledger.store.postings.entries import current

# Of answers with the same date the later in this order counts: a bank sends back only what it had paid.
_RANKS = {"failed": 0, "paid": 1, "returned": 2}
# What needs no bank: a fee that is not collected, a loan that a bank lends.
_NO_BANK = ("waiver", "loan")


@dataclass(frozen=True, slots=True)
class Scope:
    """Of which claims; empty: of all. ``persons`` are ids of beneficiaries, with those who are the same people."""

    programs: Collection[str] = ()
    periods: Collection[str] = ()
    persons: Collection[int] = ()

    def narrowed(self, program: Any, period: Any, person: Any) -> list[ColumnElement[bool]]:  # noqa: ANN401 - columns
        """Conditions on a row's program (id), period and person (id)."""
        asked = []
        if self.programs:
            ids = select(ProgramRow.c.id).where(ProgramRow.c.code.in_(sorted(self.programs)))
            asked.append(program.in_(ids))
        if self.periods:
            asked.append(period.in_(sorted(self.periods)))
        if self.persons:
            asked.append(person.in_(sorted(self.persons)))
        return asked


EVERYTHING = Scope()


@dataclass(slots=True)
class Sums:
    """Claimed, paid and under way, in 分."""

    claimed_fen: int = 0
    paid_fen: int = 0
    under_way_fen: int = 0

    @property
    def rest_fen(self) -> int:
        """What is due; below zero, what is to be claimed back."""
        return self.claimed_fen - self.paid_fen - self.under_way_fen

    def add(self, other: Sums) -> None:
        """Add other sums to these."""
        self.claimed_fen += other.claimed_fen
        self.paid_fen += other.paid_fen
        self.under_way_fen += other.under_way_fen


@dataclass(frozen=True, slots=True)
class Claim:
    """One person's claim under a program for a period.

    ``person`` is the beneficiary as first recorded, ``persons`` all numbers under which he was. ``schools``: the sums
    by school (id); what was paid at a school that no longer claims it counts where it is claimed now.
    """

    program_id: int
    period: str
    person: int
    persons: frozenset[int]
    schools: Mapping[int | None, Sums]

    @property
    def key(self) -> Key:
        """What tells it from other claims."""
        return self.program_id, self.period, self.person

    @property
    def sums(self) -> Sums:
        """Of all schools together."""
        total = Sums()
        for one in self.schools.values():
            total.add(one)
        return total

    @property
    def due_fen(self) -> int:
        """What a bank is still to be asked for."""
        return max(0, self.sums.rest_fen)

    @property
    def to_claim_back_fen(self) -> int:
        """What was paid, or is under way, beyond what is claimed."""
        return max(0, -self.sums.rest_fen)

    @property
    def overpaid_fen(self) -> int:
        """What was paid beyond what is claimed; below zero, what is claimed and not paid."""
        sums = self.sums
        return sums.paid_fen - sums.claimed_fen


class People:
    """Who is the same person under several numbers, as new versions of rosters corrected them."""

    def __init__(self, books: Connection) -> None:
        query = select(NumberCorrection.c.earlier_id, NumberCorrection.c.beneficiary_id)
        self._first: dict[int, int] = {}
        for earlier, later in books.execute(query.order_by(NumberCorrection.c.batch_id, NumberCorrection.c.earlier_id)):
            one, other = sorted((self.first(earlier), self.first(later)))
            if one != other:  # a correction that was taken back again links the same two
                self._first[other] = one
        self.corrected = frozenset({*self._first, *(self.first(person) for person in self._first)})

    def first(self, person: int) -> int:
        """The beneficiary as whom somebody was first recorded."""
        while person in self._first:
            person = self._first[person]
        return person

    def same(self, person: int) -> frozenset[int]:
        """All beneficiaries who are one person, this one among them."""
        first = self.first(person)
        return frozenset({person, *(one for one in self.corrected if self.first(one) == first)})


def answers(scope: Scope = EVERYTHING, *narrowed: ColumnElement[bool]) -> Subquery:
    """What bank returns in force say of payments, each named by order_id (None: no order asked for it) and entry_id.

    Besides: id, batch_id, outcome, amount_fen, reason, paid_on, serial_no, and the place (see ``placed``).
    """
    columns = ("order_id", "id", "batch_id", "entry_id", "outcome", "amount_fen", "reason", "paid_on", "serial_no")
    query = select(*(BankReturn.c[name] for name in columns)).where(current(BankReturn), *narrowed)
    return placed(_of_entries(query, BankReturn.c.entry_id, scope))


def placed(answers_given: Select[Any]) -> Subquery:
    """Answers with their ``place`` among those to the same payment: 1 is the one that counts.

    The latest by the bank's date; at the same date a failure comes before a success before what was sent back.
    """
    said = answers_given.subquery("said")
    latest_first = (
        func.coalesce(said.c.paid_on, "").desc(),
        case(_RANKS, value=said.c.outcome, else_=0).desc(),
        said.c.id.desc(),
    )
    place = func.row_number().over(partition_by=(said.c.order_id, said.c.entry_id), order_by=latest_first)
    return select(said, place.label("place")).subquery("answer")


def _of_entries(query: Select[Any], entry: ColumnElement[Any], scope: Scope) -> Select[Any]:
    """A query narrowed to the entries of a scope."""
    of_claim = (Entry.c.program_id, Entry.c.period, Entry.c.beneficiary_id)
    narrowed = scope.narrowed(*of_claim)
    if not narrowed:
        return query.where(entry.is_not(None))
    return query.join(Entry, Entry.c.id == entry).where(*narrowed)


def payments(books: Connection, scope: Scope = EVERYTHING) -> Subquery:
    """Every payment that an order asked for, or that a bank answered without one.

    ``order_id`` and ``serial`` (None without an order), ``entry_id``, ``asked_fen``, ``paid_fen``, ``under_way_fen``,
    and of the answer that counts ``outcome`` (None: none), ``reason``, ``answer_id``, ``paid_on``. A withdrawn line
    that no bank answered is none.
    """
    said, line, gone = answers(scope), PaymentOrderLine, withdrawn(books)
    counts = said.c.place == 1
    under_way = case((said.c.outcome.is_(None), line.c.amount_fen), else_=0)
    confirmed = case((said.c.outcome == "paid", said.c.amount_fen), else_=0)
    told = (said.c.outcome, said.c.reason, said.c.id.label("answer_id"), said.c.paid_on)
    of_orders = (
        select(
            line.c.order_id,
            line.c.serial,
            line.c.entry_id,
            line.c.amount_fen.label("asked_fen"),
            confirmed.label("paid_fen"),
            under_way.label("under_way_fen"),
            *told,
        )
        .outerjoin(said, and_(said.c.order_id == line.c.order_id, said.c.entry_id == line.c.entry_id, counts))
        .where(or_(line.c.order_id.not_in(gone), said.c.id.is_not(None)))
    )
    of_orders = _of_entries(of_orders, line.c.entry_id, scope)
    of_none = answers(scope, BankReturn.c.order_id.is_(None))
    nothing = cast(null(), Integer)
    paid = case((of_none.c.outcome == "paid", of_none.c.amount_fen), else_=0)
    its_words = (of_none.c.outcome, of_none.c.reason, of_none.c.id, of_none.c.paid_on)
    without_order = select(
        nothing, nothing, of_none.c.entry_id, of_none.c.amount_fen, paid, literal(0, Integer), *its_words
    ).where(of_none.c.place == 1)
    return union_all(of_orders, without_order).subquery("payment")


def movements(books: Connection, scope: Scope = EVERYTHING) -> Select[Any]:
    """What was paid, is under way and came back, entry by entry and recovery by recovery.

    Columns: program_id, period, beneficiary_id, school_id, paid_fen, under_way_fen.
    """
    payment = payments(books, scope)
    paid = select(
        Entry.c.program_id,
        Entry.c.period,
        Entry.c.beneficiary_id,
        Entry.c.school_id,
        payment.c.paid_fen,
        payment.c.under_way_fen,
    ).join(Entry, Entry.c.id == payment.c.entry_id)
    came_back = select(
        Recovery.c.program_id,
        Recovery.c.period,
        Recovery.c.beneficiary_id,
        Recovery.c.school_id,
        (-Recovery.c.amount_fen).label("paid_fen"),
        literal(0, Integer).label("under_way_fen"),
    ).where(current(Recovery), *scope.narrowed(Recovery.c.program_id, Recovery.c.period, Recovery.c.beneficiary_id))
    moved = union_all(paid, came_back).subquery("moved")
    return select(moved)


# Program (id), period, the person as first recorded.
Key = tuple[int, str, int]
_ENTERED = (Entry.c.program_id, Entry.c.period, Entry.c.beneficiary_id, Entry.c.school_id)


def claims(books: Connection, scope: Scope = EVERYTHING, *, paid_only: bool = False) -> Iterator[Claim]:
    """The claims of a scope, in the order of programs, periods and people.

    ``paid_only``: those alone of which something was paid, is under way or came back.
    """
    people = People(books)
    if scope.persons:
        scope = replace(scope, persons=frozenset().union(*map(people.same, scope.persons)))
    found: defaultdict[Key, dict[int | None, Sums]] = defaultdict(dict)
    for program, period, person, school, paid, under_way in books.execute(movements(books, scope)):
        sums = found[program, period, people.first(person)].setdefault(school, Sums())
        sums.paid_fen += paid
        sums.under_way_fen += under_way
    query = _claimed_where_paid(books, scope, people) if paid_only else _claimed(scope)
    for program, period, person, school, fen in books.execute(query):
        key = program, period, people.first(person)
        if key in found or not paid_only:
            found[key].setdefault(school, Sums()).claimed_fen += int(fen)
    no_bank = needing_no_bank(books)
    for key, schools in sorted(found.items()):
        left = _settled(schools, no_bank=key[0] in no_bank)
        if left:
            yield Claim(*key, people.same(key[2]), left)


def _claimed(scope: Scope) -> Select[Any]:
    return select(*_ENTERED, func.sum(Entry.c.amount_fen)).where(*scope.narrowed(*_ENTERED[:3])).group_by(*_ENTERED)


def _claimed_where_paid(books: Connection, scope: Scope, people: People) -> Select[Any]:
    moved = movements(books, scope).subquery("moved_at_all")
    there = select(moved.c.program_id, moved.c.period, moved.c.beneficiary_id).distinct().subquery("there")
    same = and_(*(column == there.c[column.name] for column in _ENTERED[:3]))
    return _claimed(scope).where(
        or_(select(there.c.program_id).where(same).exists(), Entry.c.beneficiary_id.in_(sorted(people.corrected)))
    )


def _settled(schools: dict[int | None, Sums], *, no_bank: bool) -> dict[int | None, Sums]:
    """The sums of a claim by school, evened out; ``no_bank``: what no bank paid needs none."""
    _even_out(schools)
    for sums in schools.values() if no_bank else ():
        sums.paid_fen += max(0, sums.rest_fen)
    return {school: sums for school, sums in schools.items() if sums != Sums()}


def needing_no_bank(books: Connection) -> frozenset[int]:
    query = select(ProgramRow.c.id).where(ProgramRow.c.nature.in_(_NO_BANK))
    return frozenset(books.execute(query).scalars())


def _even_out(schools: dict[int | None, Sums]) -> None:
    """What was paid at a school that does not claim it, or no longer does, counts where the claim is now.

    So does what came back, whichever school its list names, or none.
    """
    home = max(schools.values(), key=lambda sums: (sums.claimed_fen, sums.paid_fen))
    for sums in [sums for sums in schools.values() if sums.paid_fen < 0]:
        came_back, sums.paid_fen = sums.paid_fen, 0
        home.paid_fen += came_back
    for over in [sums for sums in schools.values() if sums.rest_fen < 0]:
        for short in [sums for sums in schools.values() if sums.rest_fen > 0]:
            moved = min(-over.rest_fen, short.rest_fen)
            paid = min(moved, max(0, over.paid_fen))
            over.paid_fen -= paid
            short.paid_fen += paid
            over.under_way_fen -= moved - paid
            short.under_way_fen += moved - paid


def owed_before(books: Connection, batch: int) -> dict[tuple[str, str, str], tuple[int, int]]:
    """What was paid, and what was to be claimed back (分), of the claims that a batch's recoveries are of, before it.

    By the ID number that the list names, program and period.
    """
    query = (
        select(Recovery.c.beneficiary_id, Beneficiary.c.number, Recovery.c.program_id, ProgramRow.c.code)
        .add_columns(Recovery.c.period, func.sum(Recovery.c.amount_fen).label("fen"))
        .join(Beneficiary, Beneficiary.c.id == Recovery.c.beneficiary_id)
        .join(ProgramRow, ProgramRow.c.id == Recovery.c.program_id)
        .where(Recovery.c.batch_id == batch)
        .group_by(*(Recovery.c[name] for name in ("beneficiary_id", "program_id", "period")))
        .group_by(Beneficiary.c.number, ProgramRow.c.code)
    )
    rows = books.execute(query).all()
    people = People(books)
    came_back: defaultdict[Key, int] = defaultdict(int)
    for row in rows:
        came_back[row.program_id, row.period, people.first(row.beneficiary_id)] += int(row.fen)
    # Of a claim without an account nothing is left: all that came back had been paid, and nothing is claimed.
    owed = {key: (fen, fen) for key, fen in came_back.items()}
    no_bank = needing_no_bank(books)
    for some in chunks(sorted({row.beneficiary_id for row in rows})):
        for claim in claims(books, Scope(persons=some)):
            fen = came_back.get(claim.key, 0)
            sums = claim.sums
            owed_fen = 0 if claim.program_id in no_bank else max(0, fen - sums.rest_fen)
            owed[claim.key] = sums.paid_fen + fen, owed_fen
    first = people.first
    return {
        (row.number, row.code, row.period): owed[row.program_id, row.period, first(row.beneficiary_id)] for row in rows
    }
