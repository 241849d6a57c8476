"""Beneficiaries and schools: looked up, and added if they are new."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import ARRAY, BindParameter, Connection, Select, String, any_, bindparam, select, union_all

from aidledger.domain.identity import RESIDENT_RULES, birth_of, sex_of
from aidledger.domain.lines import Lines
from aidledger.store.database.bulk import chunks, next_id
from aidledger.store.master.master_data import Added
from aidledger.store.master.survivors import as_posted, settle_again
from aidledger.store.model.tables import Beneficiary, School, SchoolAlias

Document = tuple[str, str]


@dataclass(slots=True)
class Known:
    """Beneficiaries by document (type, number): ids, names, 学籍号; and the ids of those who are new."""

    ids: dict[Document, int]
    names: dict[Document, str]
    student_numbers: dict[Document, str | None]
    new: set[int]


@cache
def _known_people(dialect: str) -> Select[Any]:
    """The people who have one of the ``numbers``."""
    number = Beneficiary.c.number
    told = (Beneficiary.c.name, Beneficiary.c.student_number)
    people = select(Beneficiary.c.id, Beneficiary.c.document_type, number, *told)
    if dialect == "sqlite":
        return people.where(number.in_(bindparam("numbers", expanding=True)))
    # PostgreSQL takes longer to parse hundreds of parameters than to run the query: pass them as one array.
    return people.where(number == any_(bindparam("numbers", type_=ARRAY(String))))


def ensure_people(books: Connection, tables: Sequence[Lines], added: Added) -> Known:
    """The beneficiaries of all lines; new ones are added as their first line describes them."""
    first_lines: dict[Document, tuple[Lines, int]] = {}
    for lines in tables:
        for i, document in enumerate(zip(lines.document_types, lines.numbers, strict=True)):
            if document not in first_lines:
                first_lines[document] = lines, i
    known = Known({}, {}, {}, set())
    for numbers in chunks(sorted({number for _, number in first_lines})):
        rows = books.execute(_known_people(books.dialect.name), {"numbers": numbers})
        for person, kind, number, name, student_number in rows:
            known.ids[kind, number] = person
            known.names[kind, number] = name
            known.student_numbers[kind, number] = student_number
    missing = {document: line for document, line in first_lines.items() if document not in known.ids}
    added.insert(books, Beneficiary, list(_new_people(books, missing, known)))
    return known


def _new_people(
    books: Connection, missing: Mapping[Document, tuple[Lines, int]], known: Known
) -> Iterator[tuple[Any, ...]]:
    """Rows for new people, who join ``known``."""
    for person, (document, (lines, i)) in enumerate(missing.items(), next_id(books, Beneficiary)):
        kind, number = document
        # The checks have refused resident ID numbers with a wrong date or check digit.
        born = birth_of(number) if kind in RESIDENT_RULES else None
        sex = sex_of(number) if born else lines.sexes[i]
        known.ids[document] = person
        known.names[document] = lines.names[i]
        known.student_numbers[document] = lines.student_numbers[i]
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
    """The school's id and printed name, by each name that rosters use; unknown schools are added.

    Both as they are posted: a school that was renamed or merged keeps what its roster said (see survivors).
    """
    found: dict[str, tuple[int, str]] = {}
    with as_posted(books):
        for chunk in chunks(sorted(names)):
            for used, school, name in books.execute(_KNOWN_SCHOOLS, {"names": chunk}):
                found[used] = school, name
    missing = sorted(names - found.keys())
    if missing:
        rows = list(enumerate(missing, next_id(books, School)))
        added.insert(books, School, rows)
        found |= {name: (number, name) for number, name in rows}
        settle_again(books)
    return found
