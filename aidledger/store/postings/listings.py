"""Lists other than rosters, written to their tables. A list is in force while its batch is."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, partial
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Select, bindparam, select

from aidledger.domain.listing import (
    Allotments,
    Certifications,
    Deaths,
    Enrolments,
    FeeReceipts,
    ListKind,
    ListTable,
    NationalPayments,
    Populations,
    Recoveries,
    Returns,
    SchoolSums,
    StaffCards,
)
from aidledger.store.chain.digests import entry_digest
from aidledger.store.database.bulk import insert_rows, next_id
from aidledger.store.model.tables import (
    Allotment,
    BankReturn,
    Beneficiary,
    Certification,
    Death,
    Enrolment,
    FeeReceipt,
    NationalPayment,
    PopulationMember,
    ProgramRow,
    Quota,
    Recovery,
    School,
    SchoolAmount,
    StaffCard,
)
from aidledger.store.model.tables import Listing as ListingRow

if TYPE_CHECKING:
    from sqlalchemy import Table

    from aidledger.store.master.people import Known

PERSON = ("document_type", "number", "name")
_OF_SCHOOL = ("id", "batch_id", "listing_id", "row", "program", "period", "school")
# What a record's digest covers, in this order; written out for the same reasons as ENTRY_FIELDS.
RECORD_FIELDS: Mapping[ListKind, tuple[str, ...]] = {
    "certification": (
        *("id", "batch_id", "listing_id", "row", *PERSON, "period", "school", "level", "categories"),
        *("category_stated", "grade", "class_name", "name_stated", "boarding", "certified_on"),
    ),
    "register": (
        *("id", "batch_id", "listing_id", "row", *PERSON, "period", "school", "student_number", "status"),
        *("status_stated", "left_on", "level", "grade", "class_name", "boarding", "entry_year"),
        *("change", "changed_on", "major", "name_stated"),
    ),
    "allotment": (
        *("id", "batch_id", "listing_id", "row", "document", "issued_on", "program", "period", "source"),
        "amount_fen",
    ),
    "bank-return": (
        *("id", "batch_id", "listing_id", "row", "entry_id", "number", "name", "account", "amount_fen", "outcome"),
        *("reason", "paid_on", "serial_no", "order_id"),
    ),
    "recovery": (
        *("id", "batch_id", "listing_id", "row", *PERSON, "program", "period", "school", "amount_fen"),
        *("recovered_on", "document", "reason", "name_stated"),
    ),
    "population": (
        *("id", "batch_id", "listing_id", "row", *PERSON, "source", "category", "status", "as_of", "household"),
        *("relation", "name_stated"),
    ),
    "school-amounts": (*_OF_SCHOOL, "persons", "amount_fen", "document", "issued_on"),
    "quota": (*_OF_SCHOOL, "persons", "amount_fen", "document", "issued_on"),
    "fee-receipt": (
        *("id", "batch_id", "listing_id", "row", *PERSON, "period", "school", "item", "amount_fen", "received_on"),
        *("receipt", "refunded_fen", "refunded_on", "grade", "class_name", "name_stated"),
    ),
    "staff": ("id", "batch_id", "listing_id", "row", "school", "name", "account"),
    "death": ("id", "batch_id", "listing_id", "row", *PERSON, "school", "died_on", "name_stated"),
    "national-export": (
        *("id", "batch_id", "listing_id", "row", *PERSON, "program", "period", "part", "school", "amount_fen"),
        "name_stated",
    ),
}
TABLES: Mapping[ListKind, Table] = {
    "certification": Certification,
    "register": Enrolment,
    "allotment": Allotment,
    "bank-return": BankReturn,
    "recovery": Recovery,
    "population": PopulationMember,
    "school-amounts": SchoolAmount,
    "quota": Quota,
    "fee-receipt": FeeReceipt,
    "staff": StaffCard,
    "death": Death,
    "national-export": NationalPayment,
}
_ELSEWHERE = {
    "document_type": Beneficiary.c.document_type,
    "number": Beneficiary.c.number,
    "name": Beneficiary.c.name,
    "school": School.c.name,
    "program": ProgramRow.c.code,
}
_PLACE = frozenset({"id", "batch_id", "listing_id", "row"})
# The subject of a record, by which two versions of a list are compared.
_SUBJECTS: Mapping[ListKind, tuple[str, ...]] = {
    "certification": ("document_type", "number"),
    "register": ("document_type", "number"),
    "allotment": ("document", "program", "period", "source"),
    "bank-return": ("number", "name", "account", "serial_no"),
    "recovery": ("document_type", "number", "program", "period", "recovered_on"),
    "population": ("document_type", "number", "source", "as_of"),
    "school-amounts": ("document", "program", "period", "school"),
    "quota": ("document", "program", "period", "school"),
    "fee-receipt": ("document_type", "number", "period", "item", "received_on", "receipt"),
    "staff": ("account",),
    "death": ("document_type", "number"),
    "national-export": ("document_type", "number", "program", "period", "part", "school"),
}


@dataclass(slots=True)
class Records:
    """The rows of a file's lists before they are written; ``digests``: kind by kind, in the order of TABLES."""

    listings: list[dict[str, Any]] = field(default_factory=list)
    rows: dict[ListKind, list[dict[str, Any]]] = field(default_factory=dict)
    digests: list[bytes] = field(default_factory=list)

    def write(self, books: Connection) -> None:
        """Insert all rows."""
        columns = ListingRow.c.keys()
        insert_rows(books, ListingRow, columns, [tuple(row[name] for name in columns) for row in self.listings])
        for kind, rows in self.rows.items():
            names = TABLES[kind].c.keys()
            insert_rows(books, TABLES[kind], names, [tuple(row[name] for name in names) for row in rows])


@dataclass(frozen=True, slots=True)
class Pointers:
    """What rows of lists reference: the new batch, people, schools by name, programs by code."""

    batch: int
    people: Known
    schools: Mapping[str, tuple[int, str]]
    programs: Mapping[str, int]


# For each line of a file's bank returns, by the list's place in the file: the entry and the order that it answers.
Answered = Mapping[int, Sequence[tuple[int | None, int | None]]]
NOTHING_ANSWERED: Answered = MappingProxyType({})


def records_of(books: Connection, listings: Iterable[ListTable], pointers: Pointers, answered: Answered) -> Records:
    """The rows for a file's lists."""
    found = Records()
    next_ids = {kind: next_id(books, table) for kind, table in TABLES.items()}
    for at, listing in enumerate(listings):
        number = next_id(books, ListingRow) + at
        found.listings.append(_listing_row(number, listing, pointers))
        rows = found.rows.setdefault(listing.kind, [])
        for facts in _facts(listing, pointers, answered.get(at, [])):
            row = {"id": next_ids[listing.kind] + len(rows), "batch_id": pointers.batch, "listing_id": number, **facts}
            row["digest"] = entry_digest(row[name] for name in RECORD_FIELDS[listing.kind])
            rows.append(row)
    found.digests = [row["digest"] for kind in TABLES for row in found.rows.get(kind, [])]
    return found


@cache
def covered(kind: ListKind) -> Select[Any]:
    """The fields of a ``batch``'s records in the order of RECORD_FIELDS, then the digest."""
    table = TABLES[kind]
    names = RECORD_FIELDS[kind]
    person = "beneficiary_id" in table.c
    columns = [
        _ELSEWHERE[name] if name in _ELSEWHERE and (person or name not in PERSON) else table.c[name] for name in names
    ]
    of_batch = table.c.batch_id == bindparam("batch")
    query = select(*columns, table.c.digest).select_from(table).where(of_batch).order_by(table.c.id)
    if person:
        query = query.outerjoin(Beneficiary, Beneficiary.c.id == table.c.beneficiary_id)
    if "school_id" in table.c:
        query = query.outerjoin(School, School.c.id == table.c.school_id)
    if "program_id" in table.c:
        query = query.outerjoin(ProgramRow, ProgramRow.c.id == table.c.program_id)
    return query


# Batches with records of each kind.
Listed = Mapping[ListKind, set[int]]


def batches_listed(books: Connection) -> Listed:
    """The batches with records of each kind, by the records themselves and not by their listings."""
    return {kind: set(books.execute(select(table.c.batch_id).distinct()).scalars()) for kind, table in TABLES.items()}


def contents(books: Connection, batch: int) -> Iterator[tuple[object, tuple[object, ...]]]:
    """The records of a batch: the subject, and all other fields but the place in the file."""
    for kind in TABLES:
        names = RECORD_FIELDS[kind]
        subject = [names.index(name) for name in _SUBJECTS[kind]]
        others = [i for i, name in enumerate(names) if name not in _PLACE and name not in _SUBJECTS[kind]]
        for row in books.execute(covered(kind), {"batch": batch}):
            yield (kind, *(row[i] for i in subject)), tuple(row[i] for i in others)


def _listing_row(number: int, listing: ListTable, pointers: Pointers) -> dict[str, Any]:
    return {
        "id": number,
        "batch_id": pointers.batch,
        "kind": listing.kind,
        "sheet": listing.sheet,
        "header_row": listing.header_row,
        "period": listing.period.code if listing.period else None,
        "school_id": pointers.schools[listing.school][0] if listing.school else None,
        "records": listing.records,
        "amount_fen": listing.amount_fen,
    }


def _facts(
    listing: ListTable, pointers: Pointers, answered: Sequence[tuple[int | None, int | None]]
) -> Iterator[dict[str, Any]]:
    facts = listing.facts
    if isinstance(facts, Allotments):
        yield from _allotments(facts, pointers)
    elif isinstance(facts, SchoolSums):
        yield from _sums(facts, pointers)
    elif isinstance(facts, Returns):
        yield from _returns(listing, facts, answered)
    elif isinstance(facts, StaffCards):
        yield from _cards(listing, facts, pointers)
    else:
        said = partial(_SAID[type(facts)], listing, facts, pointers)
        yield from (person | said(i) for i, person in enumerate(_people(listing, pointers)))


def _people(listing: ListTable, pointers: Pointers) -> Iterator[dict[str, Any]]:
    lines = listing.lines
    for i, document in enumerate(zip(lines.document_types, lines.numbers, strict=True)):
        name = pointers.people.names[document]
        school = lines.schools[i]
        school_id, school_name = pointers.schools[school] if school else (None, None)
        yield {
            "row": lines.rows[i],
            "beneficiary_id": pointers.people.ids[document],
            "document_type": document[0],
            "number": document[1],
            "name": name,
            "period": str(listing.period),
            "school_id": school_id,
            "school": school_name,
            "grade": lines.grades[i],
            "class_name": lines.classes[i],
            "name_stated": None if lines.names[i] == name else lines.names[i],
        }


def _certified(listing: ListTable, facts: Certifications, _pointers: Pointers, i: int) -> dict[str, Any]:
    return {
        "level": facts.levels[i],
        "categories": " ".join(facts.categories[i]),
        "category_stated": listing.lines.categories[i],
        "boarding": listing.lines.boardings[i],
        "certified_on": facts.certified_on[i],
    }


def _enrolled(listing: ListTable, facts: Enrolments, _pointers: Pointers, i: int) -> dict[str, Any]:
    lines = listing.lines
    return {
        "student_number": lines.student_numbers[i],
        "status": facts.statuses[i],
        "status_stated": facts.stated[i],
        "left_on": facts.left_on[i],
        "change": facts.changes[i],
        "changed_on": facts.changed_on[i],
        "major": lines.majors[i],
        "level": lines.levels[i],
        "boarding": lines.boardings[i],
        "entry_year": lines.entry_years[i],
    }


def _recovered(_listing: ListTable, facts: Recoveries, pointers: Pointers, i: int) -> dict[str, Any]:
    return {
        "program": facts.programs[i],
        "program_id": pointers.programs[str(facts.programs[i])],
        "period": str(facts.periods[i]),
        "amount_fen": facts.amounts_fen[i],
        "recovered_on": facts.recovered_on[i],
        "document": facts.documents[i],
        "reason": facts.reasons[i],
    }


def _of_population(_listing: ListTable, facts: Populations, _pointers: Pointers, i: int) -> dict[str, Any]:
    return {
        "source": facts.sources[i],
        "category": facts.categories[i],
        "status": facts.statuses[i],
        "as_of": facts.days[i],
        "household": facts.households[i],
        "relation": facts.relations[i],
    }


def _charged(_listing: ListTable, facts: FeeReceipts, _pointers: Pointers, i: int) -> dict[str, Any]:
    return {
        "item": facts.items[i],
        "amount_fen": facts.amounts_fen[i],
        "received_on": facts.received_on[i],
        "receipt": facts.receipts[i],
        "refunded_fen": facts.refunded_fen[i],
        "refunded_on": facts.refunded_on[i],
    }


def _died(_listing: ListTable, facts: Deaths, _pointers: Pointers, i: int) -> dict[str, Any]:
    return {"died_on": facts.died_on[i]}


def _paid_nationally(_listing: ListTable, facts: NationalPayments, pointers: Pointers, i: int) -> dict[str, Any]:
    return {
        "program": facts.programs[i],
        "program_id": pointers.programs[str(facts.programs[i])],
        "period": str(facts.periods[i]),
        "part": facts.parts[i],
        "amount_fen": facts.amounts_fen[i],
    }


# What a line says of its person, by kind of list.
_SAID: Mapping[type[Any], Callable[[ListTable, Any, Pointers, int], dict[str, Any]]] = {
    Certifications: _certified,
    Enrolments: _enrolled,
    Recoveries: _recovered,
    Populations: _of_population,
    FeeReceipts: _charged,
    Deaths: _died,
    NationalPayments: _paid_nationally,
}


def _sums(facts: SchoolSums, pointers: Pointers) -> Iterator[dict[str, Any]]:
    for i, program in enumerate(facts.programs):
        stated = facts.schools[i]
        school_id, school = pointers.schools[stated] if stated else (None, None)
        yield {
            "row": facts.rows[i],
            "program_id": pointers.programs[program],
            "program": program,
            "period": facts.periods[i].code,
            "school_id": school_id,
            "school": school,
            "persons": facts.persons[i],
            "amount_fen": facts.amounts_fen[i],
            "document": facts.documents[i],
            "issued_on": facts.issued_on[i],
        }


def _cards(listing: ListTable, facts: StaffCards, pointers: Pointers) -> Iterator[dict[str, Any]]:
    lines = listing.lines
    for i, account in enumerate(lines.accounts):
        stated = lines.schools[i]
        school_id, school = pointers.schools[stated] if stated else (None, None)
        yield {
            "row": lines.rows[i],
            "school_id": school_id,
            "school": school,
            "name": facts.names[i],
            "account": account,
        }


def _allotments(facts: Allotments, pointers: Pointers) -> Iterator[dict[str, Any]]:
    for i, program in enumerate(facts.programs):
        yield {
            "row": facts.rows[i],
            "document": facts.documents[i],
            "issued_on": facts.issued_on[i],
            "program_id": pointers.programs[program],
            "program": program,
            "period": facts.periods[i].code,
            "source": facts.sources[i],
            "amount_fen": facts.amounts_fen[i],
        }


def _returns(
    listing: ListTable, facts: Returns, answered: Sequence[tuple[int | None, int | None]]
) -> Iterator[dict[str, Any]]:
    lines = listing.lines
    for i, (row, (entry, order)) in enumerate(zip(lines.rows, answered, strict=True)):
        yield {
            "row": row,
            "entry_id": entry,
            "order_id": order,
            "number": lines.numbers[i] or None,
            "name": lines.names[i],
            "account": lines.accounts[i],
            "amount_fen": facts.amounts_fen[i],
            "outcome": facts.outcomes[i],
            "reason": facts.reasons[i],
            "paid_on": facts.paid_on[i],
            "serial_no": facts.serials[i],
        }
