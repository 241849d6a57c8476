"""Two versions of a roster compared payment by payment."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import zip_longest

from sqlalchemy import Connection, select

from aidledger.domain.changes import PaymentChange
from aidledger.store.database.bulk import chunks
from aidledger.store.model.tables import Beneficiary, ProgramRow, School
from aidledger.store.postings.versions import PAYMENT_FIELDS, Payment

# People and other subjects of lists, each with its payments or records.
Counted = Mapping[object, Counter[Payment]]


def payment_changes(books: Connection, before: Counted, after: Counted) -> list[PaymentChange]:
    """What differs between two versions' payments, by name; other lists have records, which are not compared."""
    people = [one for one in {**before, **after} if isinstance(one, int) and before.get(one) != after.get(one)]
    known = _people(books, people)
    codes = {one: str(code) for one, code in books.execute(select(ProgramRow.c.id, ProgramRow.c.code))}
    schools = {one: str(name) for one, name in books.execute(select(School.c.id, School.c.name))}

    def fields(payment: Payment | None) -> Mapping[str, object] | None:
        if payment is None:
            return None
        stated = dict(zip(PAYMENT_FIELDS, payment, strict=True))
        program, school = stated.pop("program_id"), stated.pop("school_id")
        return {"program": codes[program], "school": schools.get(school), **stated}

    found = [
        PaymentChange(*known[person], fields(was), fields(now))
        for person in people
        for was, now in _pairs(before.get(person, Counter()), after.get(person, Counter()))
    ]
    return sorted(found, key=lambda change: (change.name, change.number))


def _pairs(before: Counter[Payment], after: Counter[Payment]) -> Iterator[tuple[Payment | None, Payment | None]]:
    """A person's payments that differ, of one program and period beside each other as far as there are two."""
    removed, added = list((before - after).elements()), list((after - before).elements())
    for claim in dict.fromkeys(payment[:2] for payment in [*removed, *added]):
        yield from zip_longest(_of(claim, removed), _of(claim, added))


def _of(claim: Payment, payments: Sequence[Payment]) -> list[Payment]:
    return [payment for payment in payments if payment[:2] == claim]


def _people(books: Connection, people: Sequence[int]) -> dict[int, tuple[str, str]]:
    """The name and number of each person."""
    found: dict[int, tuple[str, str]] = {}
    columns = (Beneficiary.c.id, Beneficiary.c.name, Beneficiary.c.number)
    for ids in chunks(sorted(people)):
        for one, name, number in books.execute(select(*columns).where(Beneficiary.c.id.in_(ids))):
            found[one] = (name, number)
    return found
