"""Schools of a lake, by name."""

from __future__ import annotations

from sqlalchemy import select

from aidledger.domain.school import school_name
from aidledger.errors import UnknownLakeSchool
from aidledger.lake.query import Tables
from aidledger.store.master.schools import close_schools
from aidledger.store.model.tables import School


def schools_named(tables: Tables, name: str) -> frozenset[str]:
    """The schools with this name in any district; raises UnknownLakeSchool with close names."""
    normal = school_name(name)
    known = [str(known) for (known,) in tables.execute(select(School.c.name).order_by(School.c.name))]
    # Names that several districts use have the district in brackets (tables.py).
    found = frozenset(school for school in known if school == normal or school.startswith(f"{normal} ("))
    if not found:
        raise UnknownLakeSchool(name=name, close=close_schools(normal, known))
    return found
