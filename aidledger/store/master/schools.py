"""Schools by the names they go by."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, select

from aidledger.domain.school import school_name
from aidledger.errors import UnknownSchool
from aidledger.store.model.tables import School, SchoolAlias

_CLOSE_MAX = 5
_CLOSE_SCORE = 60


def school_named(books: Connection, name: str) -> tuple[int, str]:
    """The id and name of a school that is called so, here or in rosters; raises UnknownSchool, with close names."""
    wanted = school_name(name)
    called = select(SchoolAlias.c.school_id).where(SchoolAlias.c.name == wanted)
    rows = books.execute(
        select(School.c.id, School.c.name).where((School.c.name == wanted) | School.c.id.in_(called))
    ).all()
    exact = [row for row in rows if row.name == wanted] or rows
    if exact:
        return int(exact[0].id), str(exact[0].name)
    names = list(books.execute(select(School.c.name).order_by(School.c.name)).scalars())
    raise UnknownSchool(name=name, close=close_schools(wanted, names))


def close_schools(wanted: str, names: Sequence[str]) -> str:
    """The names that are most like what was asked for; a dash where none is."""
    from rapidfuzz import fuzz, process  # noqa: PLC0415 - only where a name was not found

    found = process.extract(wanted, names, scorer=fuzz.WRatio, limit=_CLOSE_MAX, score_cutoff=_CLOSE_SCORE)
    return "、".join(close for close, _, _ in found) or "—"
