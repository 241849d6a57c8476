"""What the office calls itself and its district, kept in the chain of events."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from aidledger.store.chain import events

if TYPE_CHECKING:
    from sqlalchemy import Connection

_NAME = "name-office"


@dataclass(frozen=True, slots=True)
class OfficeNames:
    """The district as papers print it, and the office's own name, if it gave one."""

    district: str
    office: str | None = None


def names(books: Connection) -> OfficeNames | None:
    """The names in force; None if none were given."""
    found = [facts for _, facts in events.recorded(books, _NAME) if isinstance(facts.get("district"), str)]
    return OfficeNames(found[-1]["district"], found[-1].get("office")) if found else None


def name(books: Connection, moment: str, by: str, names: OfficeNames) -> None:
    """Record names, in place of any earlier ones."""
    facts = {"district": names.district} | ({"office": names.office} if names.office else {})
    events.record(books, moment, by, _NAME, facts)
