"""Schools by name."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, select

from aidledger.domain.school import school_name
from aidledger.errors import UnknownSchool
from aidledger.store.master.survivors import as_posted, survivors
from aidledger.store.model.tables import School, SchoolAlias

_CLOSE_MAX = 5
_CLOSE_SCORE = 60


def school_named(books: Connection, name: str) -> tuple[int, str]:
    """The id and printed name of the school with this name, former name or alias.

    A school that was renamed or merged is the one that it counts as. Raises UnknownSchool with close names.
    """
    normal, told = school_name(name), survivors(books)
    if normal in told.by_name:
        return told.by_name[normal]
    by_alias = select(SchoolAlias.c.school_id).where(SchoolAlias.c.name == normal)
    rows = books.execute(
        select(School.c.id, School.c.name).where((School.c.name == normal) | School.c.id.in_(by_alias))
    ).all()
    exact = [row for row in rows if row.name == normal] or rows
    if exact:
        school = told.of(int(exact[0].id))
        return _named(books, school) if school != exact[0].id else (int(exact[0].id), str(exact[0].name))
    names = list(books.execute(select(School.c.name).order_by(School.c.name)).scalars())
    raise UnknownSchool(name=name, close=close_schools(normal, names))


def _named(books: Connection, school: int | None) -> tuple[int, str]:
    row = books.execute(select(School.c.id, School.c.name).where(School.c.id == school)).one()
    return int(row.id), str(row.name)


def posted_name(books: Connection, school: int | None) -> str | None:
    """The name of a school (id) as digests and events have it, which a new name does not change."""
    with as_posted(books):
        return books.execute(select(School.c.name).where(School.c.id == school)).scalar_one_or_none()


def close_schools(name: str, names: Sequence[str]) -> str:
    """The names most like one that was not found; a dash if there are none."""
    from rapidfuzz import fuzz, process  # noqa: PLC0415 - only after a failed look-up

    found = process.extract(name, names, scorer=fuzz.WRatio, limit=_CLOSE_MAX, score_cutoff=_CLOSE_SCORE)
    return "、".join(close for close, _, _ in found) or "—"
