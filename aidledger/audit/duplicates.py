"""duplicate-disbursement: more than one entry in force for one person, program, period and part."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import cache
from itertools import groupby
from typing import Any, cast

from sqlalchemy import ColumnElement, Connection, Integer, Select, bindparam, or_, select

from aidledger.audit.rule import Case, Contradiction, Rule, Scope
from aidledger.domain.place import Place
from aidledger.i18n import N_
from aidledger.store.database.bulk import chunks
from aidledger.store.model.tables import Entry, ProgramRow, RosterRow, School
from aidledger.store.payables.claims import LinkedBeneficiaries
from aidledger.store.postings.entries import in_batch, in_force

_first = Entry.alias("first")


def _pairs() -> Select[Any]:
    """Every payment with an earlier one of the same person, program, period and part (or both without part).

    Fast, because few entries have an occurrence above 1.
    """
    return (
        select(
            Entry.c.id,
            Entry.c.row,
            Entry.c.amount_fen,
            RosterRow.c.sheet,
            Entry.c.program_id,
            ProgramRow.c.code,
            Entry.c.period,
            Entry.c.beneficiary_id,
            _first.c.batch_id,
            _first.c.id.label("first"),
            _first.c.row.label("first_row"),
            _first.c.amount_fen.label("first_fen"),
            School.c.name.label("school"),
        )
        .join(RosterRow, RosterRow.c.id == Entry.c.roster_id)
        .join(ProgramRow, ProgramRow.c.id == Entry.c.program_id)
        .join(
            _first,
            (_first.c.program_id == Entry.c.program_id)
            & (_first.c.period == Entry.c.period)
            & (_first.c.beneficiary_id == Entry.c.beneficiary_id)
            & (_first.c.occurrence < Entry.c.occurrence)
            & _first.c.part.is_not_distinct_from(Entry.c.part),
        )
        .outerjoin(School, School.c.id == _first.c.school_id)
        .where(Entry.c.occurrence > 1, in_force(Entry), in_force(_first))
    )


@cache
def _pairs_of_batch() -> Select[Any]:
    batch = bindparam("batch", type_=Integer)
    return _pairs().where(in_batch(Entry, batch), _first.c.batch_id < batch).order_by(Entry.c.id, _first.c.id)


def duplicates(books: Connection, batch: int) -> Iterator[Contradiction]:
    """Entries of a batch that repeat an earlier payment: one contradiction each, with the first payment."""
    for _, pairs in groupby(books.execute(_pairs_of_batch(), {"batch": batch}), key=lambda pair: pair.id):
        pair, *others = pairs
        earlier = (pair.first, *(other.first for other in others))
        facts = {"batch": pair.batch_id, "first_row": pair.first_row, "school": pair.school or "-"}
        yield _contradiction(pair, earlier, facts)


def under_other_numbers(books: Connection, batch: int) -> Iterator[Contradiction]:
    """Entries of a batch that repeat a payment to the same person under another number, corrected at any time.

    The other payment may be in the batch itself.
    """
    people = LinkedBeneficiaries(books)
    if not people.corrected:
        return
    query = select(Entry.c.beneficiary_id).where(in_batch(Entry, batch), Entry.c.reversal_of.is_(None)).distinct()
    here = people.corrected.intersection(books.execute(query).scalars())
    persons = frozenset().union(*map(people.same, here))
    for rows in _under_several_numbers(books, people, persons):
        first = rows[0]
        facts = {"batch": first.batch_id, "first_row": first.row, "school": first.school or "-"}
        for row in rows[1:]:
            if row.batch_id == batch and row.beneficiary_id != first.beneficiary_id:
                sheet = "" if row.sheet == first.sheet else Place(first.sheet)
                yield _contradiction(row, (first.id,), facts | {"first_sheet": sheet})


def _contradiction(paid: Any, earlier: tuple[int, ...], facts: dict[str, object]) -> Contradiction:  # noqa: ANN401 - a row
    facts = {"program": paid.code, "period": paid.period, **facts}
    return Contradiction("duplicate-disbursement", paid.sheet, paid.row, facts, earlier)


def _under_several_numbers(
    books: Connection, people: LinkedBeneficiaries, persons: Iterable[int], *narrowed: ColumnElement[bool]
) -> Iterator[list[Any]]:
    """Payments for the same program, period and part to one person under several numbers, in the order of posting."""
    found: defaultdict[tuple[object, ...], list[Any]] = defaultdict(list)
    columns = ("id", "row", "amount_fen", "period", "beneficiary_id", "batch_id", "program_id", "part")
    query = (
        select(
            *(Entry.c[name] for name in columns), RosterRow.c.sheet, ProgramRow.c.code, School.c.name.label("school")
        )
        .join(RosterRow, RosterRow.c.id == Entry.c.roster_id)
        .join(ProgramRow, ProgramRow.c.id == Entry.c.program_id)
        .outerjoin(School, School.c.id == Entry.c.school_id)
        .where(in_force(Entry), *narrowed)
    )
    for ids in chunks(sorted(persons)):
        for row in books.execute(query.where(Entry.c.beneficiary_id.in_(ids))):
            found[row.program_id, row.period, people.first(row.beneficiary_id), row.part].append(row)
    for rows in found.values():
        if len({row.beneficiary_id for row in rows}) > 1:
            yield sorted(rows, key=lambda row: row.id)


def _find(scope: Scope) -> Iterator[Case]:
    """One case per claim, with all of its payments that another one repeats."""
    found: defaultdict[tuple[int, str, int], dict[int, int]] = defaultdict(dict)
    codes: dict[int, str] = {}
    # Of a boarder's and a day pupil's payment, boarder-and-day tells.
    alike = or_(Entry.c.boarding.is_(None), _first.c.boarding.is_(None), Entry.c.boarding == _first.c.boarding)
    narrowed = scope.narrowed(ProgramRow.c.code, Entry.c.period)
    # A lake knows no corrected numbers.
    people = LinkedBeneficiaries(cast("Connection", scope.books)) if "payment-orders" in scope.holds else None
    for pair in scope.books.execute(_pairs().where(alike, *narrowed)):
        person = people.first(pair.beneficiary_id) if people else pair.beneficiary_id
        codes[pair.program_id] = pair.code
        found[pair.program_id, pair.period, person] |= {pair.first: pair.first_fen, pair.id: pair.amount_fen}
    if people and people.corrected:
        for rows in _under_several_numbers(cast("Connection", scope.books), people, people.corrected, *narrowed):
            first = rows[0]
            codes[first.program_id] = first.code
            key = (first.program_id, first.period, people.first(first.beneficiary_id))
            found[key] |= {row.id: row.amount_fen for row in rows}
    for (program, period, person), amounts in sorted(found.items()):
        yield Case(
            about=(person, codes[program], period),
            entries=tuple(sorted(amounts)),
            program=codes[program],
            period=period,
            # It is not known which payment was right: count the largest one as right, whatever the order.
            amount_fen=sum(amounts.values()) - max(amounts.values()),
            facts={"program": codes[program], "period": period, "count": len(amounts)},
        )


RULE = Rule(
    code="duplicate-disbursement",
    severity="error",
    message=N_("Paid {count} times under {program} for {period}."),
    explanation=N_(
        "A person may be paid once under a program for a period, or once for each part of it (a month, an "
        "instalment), no matter how many schools list the person. Find out which payment is right, reverse or "
        "supersede the other's roster, and claim the money back. A payment as a boarder and one as a day pupil are "
        "boarder-and-day."
    ),
    reference="财教〔2021〕310号",
    find=_find,
)
