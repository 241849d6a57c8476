"""Beneficiaries and schools: found where they are known, added where they are not."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import ARRAY, BindParameter, Connection, Select, String, any_, bindparam, select, union_all

from aidledger.domain.identity import RESIDENT_RULES, birth_of, sex_of
from aidledger.domain.roster import Lines
from aidledger.store.database.bulk import chunks, next_id
from aidledger.store.master.master_data import Added
from aidledger.store.model.tables import Beneficiary, School, SchoolAlias

Document = tuple[str, str]


@dataclass(slots=True)
class Known:
    """Beneficiaries by document (type, number): their ids and names, and which of them are new."""

    ids: dict[Document, int]
    names: dict[Document, str]
    new: set[int]


@cache
def _known_people(dialect: str) -> Select[Any]:
    """The people with some ``numbers``."""
    number = Beneficiary.c.number
    people = select(Beneficiary.c.id, Beneficiary.c.document_type, number, Beneficiary.c.name)
    if dialect == "sqlite":
        return people.where(number.in_(bindparam("numbers", expanding=True)))
    # It takes PostgreSQL longer to read a statement of hundreds of parameters than to run it: so they are one array.
    return people.where(number == any_(bindparam("numbers", type_=ARRAY(String))))


def ensure_people(books: Connection, tables: Sequence[Lines], added: Added) -> Known:
    """The beneficiaries of all lines; who is new is added with what the line says."""
    wanted: dict[Document, tuple[Lines, int]] = {}
    for lines in tables:
        for i, document in enumerate(zip(lines.document_types, lines.numbers, strict=True)):
            if document not in wanted:
                wanted[document] = lines, i
    known = Known({}, {}, set())
    numbers = sorted({number for _, number in wanted})
    for some in chunks(numbers):
        for person, kind, number, name in books.execute(_known_people(books.dialect.name), {"numbers": some}):
            known.ids[kind, number] = person
            known.names[kind, number] = name
    missing = {document: at for document, at in wanted.items() if document not in known.ids}
    added.insert(books, Beneficiary, list(_new_people(books, missing, known)))
    return known


def _new_people(
    books: Connection, missing: Mapping[Document, tuple[Lines, int]], known: Known
) -> Iterator[tuple[Any, ...]]:
    """The rows of people, with what the line says of each."""
    for person, (document, (lines, i)) in enumerate(missing.items(), next_id(books, Beneficiary)):
        kind, number = document
        # The checks let no resident number pass whose date or check digit is wrong.
        born = birth_of(number) if kind in RESIDENT_RULES else None
        sex = sex_of(number) if born else lines.sexes[i]
        known.ids[document] = person
        known.names[document] = lines.names[i]
        known.new.add(person)
        yield person, kind, number, lines.names[i], born and str(born), sex, lines.student_numbers[i]


_NAMED: BindParameter[str] = bindparam("names", expanding=True)
_KNOWN_SCHOOLS = union_all(
    select(School.c.name, School.c.id, School.c.name).where(School.c.name.in_(_NAMED)),
    select(SchoolAlias.c.name, School.c.id, School.c.name)
    .join(School, School.c.id == SchoolAlias.c.school_id)
    .where(SchoolAlias.c.name.in_(_NAMED)),
)


def ensure_schools(books: Connection, names: set[str], added: Added) -> dict[str, tuple[int, str]]:
    """For every name that rosters use: the school's id and the name that the ledger prints."""
    found: dict[str, tuple[int, str]] = {}
    for some in chunks(sorted(names)):
        for used, school, name in books.execute(_KNOWN_SCHOOLS, {"names": some}):
            found[used] = school, name
    missing = sorted(names - found.keys())
    if missing:
        rows = list(enumerate(missing, next_id(books, School)))
        added.insert(books, School, rows)
        found |= {name: (number, name) for number, name in rows}
    return found
