"""What the office calls itself and its district, whose standards it follows, which programs it runs: as events."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from aidledger.store.chain import events

if TYPE_CHECKING:
    from sqlalchemy import Connection

_NAME, _REGION, _SWITCH = "name-office", "set-region", "switch-programs"
_SERVE_PLAINLY = "serve-plain-http"


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


def region(books: Connection) -> str | None:
    """The code of the region whose standards hold; None if none was set."""
    found = [facts["region"] for _, facts in events.recorded(books, _REGION) if isinstance(facts.get("region"), str)]
    return found[-1] if found else None


def set_region(books: Connection, moment: str, by: str, code: str) -> None:
    """Record a region, in place of any earlier one."""
    events.record(books, moment, by, _REGION, {"region": code})


def switched(books: Connection) -> dict[str, bool]:
    """Whether programs were last switched on or off, by code."""
    found: dict[str, bool] = {}
    for _, facts in events.recorded(books, _SWITCH):
        programs = facts.get("programs")
        found |= {code: on is True for code, on in programs.items()} if isinstance(programs, dict) else {}
    return found


def switch(books: Connection, moment: str, by: str, programs: Mapping[str, bool]) -> None:
    """Record that programs are switched on or off."""
    events.record(books, moment, by, _SWITCH, {"programs": dict(programs)})


def serve_plainly(books: Connection, moment: str, by: str, host: str) -> None:
    """Record that the page is served at a host to other computers over plain HTTP."""
    events.record(books, moment, by, _SERVE_PLAINLY, {"host": host})
