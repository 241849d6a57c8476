"""Schools of a lake by the names they go by in it."""

from __future__ import annotations

from sqlalchemy import select

from aidledger.domain.school import school_name
from aidledger.errors import UnknownLakeSchool
from aidledger.lake.query import Tables
from aidledger.store.master.schools import close_schools
from aidledger.store.model.tables import School


def schools_named(tables: Tables, name: str) -> frozenset[str]:
    """The schools that are called so, in whichever district; raises UnknownLakeSchool, with close names."""
    wanted = school_name(name)
    known = [str(known) for (known,) in tables.execute(select(School.c.name).order_by(School.c.name))]
    # Where several districts have one of the name, each is called by its district as well.
    found = frozenset(one for one in known if one == wanted or one.startswith(f"{wanted} ("))
    if not found:
        raise UnknownLakeSchool(name=name, close=close_schools(wanted, known))
    return found
