"""Schools of a lake, by name."""

from __future__ import annotations

from sqlalchemy import BigInteger, Text, column, select, table

from aidledger.domain.school import school_name
from aidledger.errors import UnknownLakeSchool
from aidledger.lake.query import Tables
from aidledger.store.master.schools import close_schools
from aidledger.store.model.tables import School

# Names as they were posted (tables.py).
_POSTED = table("school_name", column("id", BigInteger), column("name", Text))


def schools_named(tables: Tables, name: str) -> frozenset[str]:
    """The schools that have this name in any district, or had it before they were renamed or merged.

    Raises UnknownLakeSchool with close names.
    """
    normal = school_name(name)
    query = select(School.c.name, _POSTED.c.name.label("posted")).join(_POSTED, _POSTED.c.id == School.c.id)
    names = [(str(now), str(posted)) for now, posted in tables.execute(query.order_by(School.c.name))]
    known = list(dict.fromkeys(now for now, _ in names))
    # Names that several districts use have the district in brackets (tables.py).
    found = frozenset(now for now, posted in names if normal in {now, posted} or now.startswith(f"{normal} ("))
    if not found:
        raise UnknownLakeSchool(name=name, close=close_schools(normal, known))
    return found
