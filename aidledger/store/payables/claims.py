"""The account of a claim: what is claimed, paid, under way and due for a person, program and period.

Claimed is the sum of the entries in force. Paid is what a bank confirmed, less recoveries, and what needs no bank: fees
waived and loans. Under way is what a payment order asks for and the bank has not answered. The rest is due, or to be
claimed back. All of this belongs to the claim, not to entries: corrections of rosters reverse entries and post new
ones, while payments stay.
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
    true,
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
    School,
)
from aidledger.store.payables.settlements import withdrawn
from aidledger.store.postings.entries import current
from aidledger.store.postings.totals import in_runs_at

# The order of a bank's answers with the same date: it returns only what it has paid.
OUTCOME_RANKS = {"failed": 0, "paid": 1, "returned": 2}
# Natures of programs that need no bank: a waiver is not collected, a loan is paid out by its lender.
_NO_BANK = ("waiver", "loan")


@dataclass(frozen=True, slots=True)
class ClaimScope:
    """A selection of claims; empty: all. ``persons``: ids of beneficiaries, including all ids of the same person."""

    programs: Collection[str] = ()
    periods: Collection[str] = ()
    persons: Collection[int] = ()

    def narrowed(self, program: Any, period: Any, person: Any) -> list[ColumnElement[bool]]:  # noqa: ANN401 - columns
        """Conditions on a row's program (id), period and person (id)."""
        conditions = []
        if self.programs:
            ids = select(ProgramRow.c.id).where(ProgramRow.c.code.in_(sorted(self.programs)))
            conditions.append(program.in_(ids))
        if self.periods:
            conditions.append(period.in_(sorted(self.periods)))
        if self.persons:
            conditions.append(person.in_(sorted(self.persons)))
        return conditions


EVERYTHING = ClaimScope()


@dataclass(slots=True)
class Sums:
    """Claimed, paid and under way, in 分."""

    claimed_fen: int = 0
    paid_fen: int = 0
    under_way_fen: int = 0

    @property
    def rest_fen(self) -> int:
        """What is due; negative: to be claimed back."""
        return self.claimed_fen - self.paid_fen - self.under_way_fen

    def add(self, other: Sums) -> None:
        """Add other sums to these."""
        self.claimed_fen += other.claimed_fen
        self.paid_fen += other.paid_fen
        self.under_way_fen += other.under_way_fen


@dataclass(frozen=True, slots=True)
class Claim:
    """One person's claim under a program for a period.

    ``person`` is the beneficiary first recorded, ``persons`` all beneficiaries who are the same person. ``schools``:
    sums by school (id); payments at a school that no longer claims them count where the claim is now.
    """

    program_id: int
    period: str
    person: int
    persons: frozenset[int]
    schools: Mapping[int | None, Sums]

    @property
    def key(self) -> Key:
        """What identifies the claim."""
        return self.program_id, self.period, self.person

    @property
    def sums(self) -> Sums:
        """The sums of all schools."""
        total = Sums()
        for sums in self.schools.values():
            total.add(sums)
        return total

    @property
    def due_fen(self) -> int:
        """What the next payment order may ask for."""
        return max(0, self.sums.rest_fen)

    @property
    def to_claim_back_fen(self) -> int:
        """What is paid or under way beyond the claim."""
        return max(0, -self.sums.rest_fen)

    @property
    def overpaid_fen(self) -> int:
        """What is paid beyond the claim; negative: claimed and not paid."""
        sums = self.sums
        return sums.paid_fen - sums.claimed_fen


class LinkedBeneficiaries:
    """Beneficiaries who are one person, because new versions of rosters corrected ID numbers."""

    def __init__(self, books: Connection) -> None:
        query = select(NumberCorrection.c.earlier_id, NumberCorrection.c.beneficiary_id)
        self._first: dict[int, int] = {}
        for earlier, later in books.execute(query.order_by(NumberCorrection.c.batch_id, NumberCorrection.c.earlier_id)):
            one, other = sorted((self.first(earlier), self.first(later)))
            if one != other:  # correcting back links the same two again
                self._first[other] = one
        self.corrected = frozenset({*self._first, *(self.first(person) for person in self._first)})

    def first(self, person: int) -> int:
        """The first recorded beneficiary of the same person."""
        while person in self._first:
            person = self._first[person]
        return person

    def same(self, person: int) -> frozenset[int]:
        """All beneficiaries of the same person, this one included."""
        first = self.first(person)
        if first not in self.corrected:
            return frozenset({person})
        return frozenset({person, *(other for other in self.corrected if self.first(other) == first)})


def answers(scope: ClaimScope = EVERYTHING, *narrowed: ColumnElement[bool]) -> Subquery:
    """Bank returns in force that answer payments, identified by order_id (None: a payment without order) and entry_id.

    Further columns: id, batch_id, outcome, amount_fen, reason, paid_on, serial_no, place (see ``placed``).
    """
    columns = ("order_id", "id", "batch_id", "entry_id", "outcome", "amount_fen", "reason", "paid_on", "serial_no")
    query = select(*(BankReturn.c[name] for name in columns)).where(current(BankReturn), *narrowed)
    return placed(_of_entries(query, BankReturn.c.entry_id, scope))


def placed(answers_given: Select[Any]) -> Subquery:
    """Answers with their ``place`` among those to the same payment; the answer in place 1 counts.

    It is the latest by the bank's date; on the same date, by outcome (OUTCOME_RANKS).
    """
    answer = answers_given.subquery("given")
    latest_first = (
        func.coalesce(answer.c.paid_on, "").desc(),
        case(OUTCOME_RANKS, value=answer.c.outcome, else_=0).desc(),
        answer.c.id.desc(),
    )
    place = func.row_number().over(partition_by=(answer.c.order_id, answer.c.entry_id), order_by=latest_first)
    return select(answer, place.label("place")).subquery("answer")


def _of_entries(query: Select[Any], entry: ColumnElement[Any], scope: ClaimScope) -> Select[Any]:
    """A query narrowed to the entries of a scope."""
    of_claim = (Entry.c.program_id, Entry.c.period, Entry.c.beneficiary_id)
    narrowed = scope.narrowed(*of_claim)
    if not narrowed:
        return query.where(entry.is_not(None))
    return query.join(Entry, Entry.c.id == entry).where(*narrowed)


def payments(books: Connection, scope: ClaimScope = EVERYTHING) -> Subquery:
    """Every payment: the lines of orders, and payments without an order that a bank return answers.

    Columns: ``order_id`` and ``serial`` (None without an order), ``entry_id``, ``ordered_fen``, ``paid_fen``,
    ``under_way_fen``; ``outcome`` (None: no answer), ``reason``, ``answer_id`` and ``paid_on`` of the answer that
    counts. Leaves out withdrawn lines without an answer.
    """
    answer, line, gone = answers(scope), PaymentOrderLine, withdrawn(books)
    counts = answer.c.place == 1
    under_way = case((answer.c.outcome.is_(None), line.c.amount_fen), else_=0)
    confirmed = case((answer.c.outcome == "paid", answer.c.amount_fen), else_=0)
    with_order = (
        select(
            line.c.order_id,
            line.c.serial,
            line.c.entry_id,
            line.c.amount_fen.label("ordered_fen"),
            confirmed.label("paid_fen"),
            under_way.label("under_way_fen"),
            answer.c.outcome,
            answer.c.reason,
            answer.c.id.label("answer_id"),
            answer.c.paid_on,
        )
        .outerjoin(answer, and_(answer.c.order_id == line.c.order_id, answer.c.entry_id == line.c.entry_id, counts))
        .where(or_(line.c.order_id.not_in(gone), answer.c.id.is_not(None)))
    )
    with_order = _of_entries(with_order, line.c.entry_id, scope)
    other = answers(scope, BankReturn.c.order_id.is_(None))
    no_number = cast(null(), Integer)
    paid = case((other.c.outcome == "paid", other.c.amount_fen), else_=0)
    answer_columns = (other.c.outcome, other.c.reason, other.c.id, other.c.paid_on)
    without_order = select(
        no_number, no_number, other.c.entry_id, other.c.amount_fen, paid, literal(0, Integer), *answer_columns
    ).where(other.c.place == 1)
    return union_all(with_order, without_order).subquery("payment")


def movements(books: Connection, scope: ClaimScope = EVERYTHING) -> Select[Any]:
    """What was paid, is under way, and was recovered (negative ``paid_fen``): a row per payment and per recovery.

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
    recovered = select(
        Recovery.c.program_id,
        Recovery.c.period,
        Recovery.c.beneficiary_id,
        Recovery.c.school_id,
        (-Recovery.c.amount_fen).label("paid_fen"),
        literal(0, Integer).label("under_way_fen"),
    ).where(current(Recovery), *scope.narrowed(Recovery.c.program_id, Recovery.c.period, Recovery.c.beneficiary_id))
    moved = union_all(paid, recovered).subquery("moved")
    return select(moved)


# Program (id), period, person (the first recorded beneficiary).
Key = tuple[int, str, int]
_ENTERED = (Entry.c.program_id, Entry.c.period, Entry.c.beneficiary_id, Entry.c.school_id)


def claims(books: Connection, scope: ClaimScope = EVERYTHING, *, paid_only: bool = False) -> Iterator[Claim]:
    """The claims of a scope, in the order of programs, periods and people.

    ``paid_only``: only claims with something paid, under way or recovered.
    """
    people = LinkedBeneficiaries(books)
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
            at = found[key]
            if school in at:
                at[school].claimed_fen += int(fen)
            else:
                at[school] = Sums(int(fen))
    no_bank = needing_no_bank(books)
    for key, schools in sorted(found.items()):
        settled = _settled(schools, no_bank=key[0] in no_bank)
        if settled:
            yield Claim(*key, people.same(key[2]), settled)


def at_school(books: Connection, scope: ClaimScope, school: str) -> Iterator[ClaimScope]:
    """A scope in parts that hold all claims with sums at a school: of the people who were entered there, or recovered.

    Each claim is in one part.
    """
    there = books.execute(select(School.c.id).where(School.c.name == school)).scalar()
    if there is None:
        return
    people = LinkedBeneficiaries(books)
    persons = {
        people.first(person)
        for rows, near in ((Entry, in_runs_at(books, there)), (Recovery, true()))
        for person in books.execute(
            select(rows.c.beneficiary_id)
            .where(rows.c.school_id == there, near)
            .where(*scope.narrowed(rows.c.program_id, rows.c.period, rows.c.beneficiary_id))
        ).scalars()
    }
    for some in chunks(sorted(persons)):
        yield replace(scope, persons=frozenset().union(*map(people.same, some)))


def _claimed(scope: ClaimScope) -> Select[Any]:
    return select(*_ENTERED, func.sum(Entry.c.amount_fen)).where(*scope.narrowed(*_ENTERED[:3])).group_by(*_ENTERED)


def _claimed_where_paid(books: Connection, scope: ClaimScope, people: LinkedBeneficiaries) -> Select[Any]:
    moved = movements(books, scope).subquery("moved_at_all")
    paid = select(moved.c.program_id, moved.c.period, moved.c.beneficiary_id).distinct().subquery("paid_claims")
    same = and_(*(column == paid.c[column.name] for column in _ENTERED[:3]))
    return _claimed(scope).where(
        or_(select(paid.c.program_id).where(same).exists(), Entry.c.beneficiary_id.in_(sorted(people.corrected)))
    )


def _settled(schools: dict[int | None, Sums], *, no_bank: bool) -> dict[int | None, Sums]:
    """A claim's non-zero sums by school, evened out; ``no_bank``: the rest counts as paid without a bank."""
    if len(schools) > 1:
        _even_out(schools)
    for sums in schools.values() if no_bank else ():
        sums.paid_fen += max(0, sums.rest_fen)
    return {school: sums for school, sums in schools.items() if sums != Sums()}


def needing_no_bank(books: Connection) -> frozenset[int]:
    """The programs (ids) whose payments need no bank."""
    query = select(ProgramRow.c.id).where(ProgramRow.c.nature.in_(_NO_BANK))
    return frozenset(books.execute(query).scalars())


def _even_out(schools: dict[int | None, Sums]) -> None:
    """Move payments from schools that do not, or no longer, claim them to where the claim is now.

    Recoveries count where most is claimed, whichever school their list names.
    """
    home = max(schools.values(), key=lambda sums: (sums.claimed_fen, sums.paid_fen))
    for sums in [sums for sums in schools.values() if sums.paid_fen < 0]:
        recovered, sums.paid_fen = sums.paid_fen, 0
        home.paid_fen += recovered
    for over in [sums for sums in schools.values() if sums.rest_fen < 0]:
        for short in [sums for sums in schools.values() if sums.rest_fen > 0]:
            moved = min(-over.rest_fen, short.rest_fen)
            paid = min(moved, max(0, over.paid_fen))
            over.paid_fen -= paid
            short.paid_fen += paid
            over.under_way_fen -= moved - paid
            short.under_way_fen += moved - paid


def owed_before(books: Connection, batch: int) -> dict[tuple[str, str, str], tuple[int, int]]:
    """Paid and to be claimed back (分) before a batch of recoveries, for the claims that these concern.

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
    people = LinkedBeneficiaries(books)
    recovered: defaultdict[Key, int] = defaultdict(int)
    for row in rows:
        recovered[row.program_id, row.period, people.first(row.beneficiary_id)] += int(row.fen)
    # A claim that ``claims`` leaves out has zero sums now: what was recovered had been paid, and nothing is claimed.
    owed = {key: (fen, fen) for key, fen in recovered.items()}
    no_bank = needing_no_bank(books)
    for persons in chunks(sorted({row.beneficiary_id for row in rows})):
        for claim in claims(books, ClaimScope(persons=persons)):
            fen = recovered.get(claim.key, 0)
            sums = claim.sums
            owed_fen = 0 if claim.program_id in no_bank else max(0, fen - sums.rest_fen)
            owed[claim.key] = sums.paid_fen + fen, owed_fen
    first = people.first
    return {
        (row.number, row.code, row.period): owed[row.program_id, row.period, first(row.beneficiary_id)] for row in rows
    }
