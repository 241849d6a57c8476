"""Column mappings that somebody made by hand, by school, kept in the chain of events."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, select

from aidledger.domain.succession import rules_of, successor
from aidledger.store.chain import events
from aidledger.store.chain.successions import successions
from aidledger.store.model.tables import Event

_REMEMBER, _FORGET = "remember-columns", "forget-columns"


@dataclass(frozen=True, slots=True)
class Remembered:
    """A header (folded, or a column's letter) in a school's files, the field it maps to, and who mapped it when."""

    school: str
    header: str
    field: str
    at: str
    by: str


def remembered(books: Connection) -> list[Remembered]:
    """The mappings in force, in the order of school and header."""
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
    """Fields by header, by every name of a school: those that it had, and those of schools merged into it."""
    rules = rules_of(successions(books))
    names = {name for name, _ in rules} | set(rules.values())
    found: dict[str, dict[str, str]] = {}
    for mapping in remembered(books):
        now = successor(rules, mapping.school)
        for name in {mapping.school, *(name for name in names if successor(rules, name) == now)}:
            found.setdefault(name, {})[mapping.header] = mapping.field
    return found


def remember(books: Connection, moment: str, actor: str, school: str, columns: Mapping[str, str]) -> None:
    """Record fields by header for a school."""
    events.record(books, moment, actor, _REMEMBER, {"school": school, "columns": dict(columns)})


def forget(books: Connection, moment: str, actor: str, mappings: list[Remembered]) -> None:
    """Withdraw mappings."""
    for school in dict.fromkeys(mapping.school for mapping in mappings):
        headers = [mapping.header for mapping in mappings if mapping.school == school]
        events.record(books, moment, actor, _FORGET, {"school": school, "headers": headers})
