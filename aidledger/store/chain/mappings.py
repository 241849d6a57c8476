"""Columns that were named by hand, remembered by school. They live in the chain of events, and so does forgetting."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, select

from aidledger.store.chain import events
from aidledger.store.model.tables import Event

_REMEMBER, _FORGET = "remember-columns", "forget-columns"


@dataclass(frozen=True, slots=True)
class Remembered:
    """A header (folded, or a column's letter) that means a field in a school's files, and who said so when."""

    school: str
    header: str
    field: str
    at: str
    by: str


def remembered(books: Connection) -> list[Remembered]:
    """What is remembered now, by school and header."""
    query = select(Event.c.at, Event.c.actor, Event.c.action, Event.c.facts).order_by(Event.c.id)
    known: dict[tuple[str, str], Remembered] = {}
    for row in books.execute(query.where(Event.c.action.in_([_REMEMBER, _FORGET]))):
        facts = json.loads(row.facts)
        school = str(facts["school"])
        if row.action == _REMEMBER:
            for header, name in facts["columns"].items():
                known[school, header] = Remembered(school, header, name, row.at, row.actor)
        else:
            for header in facts["headers"]:
                known.pop((school, header), None)
    return [known[key] for key in sorted(known)]


def by_school(books: Connection) -> dict[str, dict[str, str]]:
    """Of each school the remembered headers and their fields."""
    found: dict[str, dict[str, str]] = {}
    for one in remembered(books):
        found.setdefault(one.school, {})[one.header] = one.field
    return found


def remember(books: Connection, moment: str, actor: str, school: str, columns: Mapping[str, str]) -> None:
    """Remember columns for a school."""
    events.record(books, moment, actor, _REMEMBER, {"school": school, "columns": dict(columns)})


def forget(books: Connection, moment: str, actor: str, some: list[Remembered]) -> None:
    """Forget some of what is remembered."""
    for school in dict.fromkeys(one.school for one in some):
        headers = [one.header for one in some if one.school == school]
        events.record(books, moment, actor, _FORGET, {"school": school, "headers": headers})
