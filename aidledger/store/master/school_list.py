"""The schools of a ledger: their names, and what they were paid under."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlalchemy import Connection, Table, select

from aidledger.domain.succession import SuccessionRules, successor
from aidledger.store.master.survivors import as_posted
from aidledger.store.model import tables
from aidledger.store.model.tables import BatchTotal, ProgramRow, School, SchoolAlias

_WITH_SCHOOLS = [
    table
    for table in vars(tables).values()
    if isinstance(table, Table) and "school_id" in table.c and table is not SchoolAlias
]


@dataclass(slots=True)
class ListedSchool:
    """A school by the name that it has now.

    ``stages``: those of the programs under which it was ever paid. ``aliases``: its other names in rosters. ``former``:
    the names of schools that count as this one in full or (``partly``) for one stage.
    """

    name: str
    stages: list[str] = field(default_factory=list)
    aliases: list[str] = field(default_factory=list)
    former: list[str] = field(default_factory=list)
    partly: list[str] = field(default_factory=list)


def listed(books: Connection, rules: SuccessionRules, others: Mapping[str, str]) -> list[ListedSchool]:
    """The schools by name; ``others``: further names that the office lists, with the school of each."""
    with as_posted(books):
        names = list(books.execute(select(School.c.name).order_by(School.c.name)).scalars())
        aliases = dict(map(tuple, books.execute(_ALIASES)))
    found = {name: ListedSchool(name) for name in sorted({successor(rules, name) for name in names})}
    for name in sorted({*names, *(name for name, _ in rules)}):
        final = successor(rules, name)
        if name != final and final in found:
            found[final].former.append(name)
    for name, stage in sorted((name, stage) for name, stage in rules if stage is not None):
        final = successor(rules, name, stage)
        if final in found and final != successor(rules, name):
            found[final].partly.append(name)
    for name, school in sorted({**aliases, **others}.items()):
        final = successor(rules, school)
        if final in found and name not in {final, *found[final].former} and name not in found:
            found[final].aliases.append(name)
    for school, stages in _stages(books).items():
        if school in found:
            found[school].stages = sorted(stages)
    return list(found.values())


_ALIASES = select(SchoolAlias.c.name, School.c.name).join(School, School.c.id == SchoolAlias.c.school_id)


def _stages(books: Connection) -> Mapping[str, set[str]]:
    query = (
        select(School.c.name, ProgramRow.c.stage)
        .select_from(BatchTotal)
        .join(ProgramRow, ProgramRow.c.id == BatchTotal.c.program_id)
        .join(School, School.c.id == BatchTotal.c.school_id)
        .distinct()
    )
    found: defaultdict[str, set[str]] = defaultdict(set)
    for school, stage in books.execute(query):
        found[school].add(stage)
    return found


def posted_id(books: Connection, name: str) -> int | None:
    """The id under which rosters that use just this name are posted; None if none did, and nobody lists it."""
    with as_posted(books):
        return books.execute(select(School.c.id).where(School.c.name == name)).scalar_one_or_none()


def named_by_alias(books: Connection, name: str) -> str | None:
    """The school, by its name as posted, of which this is another name in rosters."""
    with as_posted(books):
        return books.execute(_ALIASES.with_only_columns(School.c.name).where(SchoolAlias.c.name == name)).scalar()


def is_used(books: Connection, name: str) -> bool:
    """Whether anything in the ledger was posted under just this name."""
    school = posted_id(books, name)
    if school is None:
        return False
    with as_posted(books):
        return any(
            books.execute(select(table.c.school_id).where(table.c.school_id == school).limit(1)).first() is not None
            for table in _WITH_SCHOOLS
        )
