"""Rows whose facts an event records, such as payment orders and notices, compared with that event."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Table, select

from aidledger.store.chain import events
from aidledger.store.model.tables import ProgramRow, School


@dataclass(frozen=True, slots=True)
class Recorded:
    """A table with an event per row.

    ``action``: the event's; ``key``: its fact that holds the row's id. ``facts``: columns that the event records as
    facts, with program and school by code and name; ``of_lines``: facts of the row's lines that no column holds.
    ``stamps``: the columns that hold the event's time and actor.
    """

    table: Table
    action: str
    key: str
    facts: tuple[str, ...]
    stamps: tuple[str, str]
    of_lines: tuple[str, ...] = ()

    def in_events(self, books: Connection) -> dict[int, dict[str, Any]]:
        """What the chain records of each row, by id."""
        found = {}
        for event, facts in events.recorded(books, self.action):
            with suppress(LookupError, TypeError, ValueError):
                recorded = {name: facts[name] for name in (*self.facts, *self.of_lines)}
                found[int(facts[self.key])] = recorded | dict(zip(self.stamps, (event.at, event.actor), strict=True))
        return found

    def altered(self, books: Connection, recounted: Callable[[int], Mapping[str, Any]]) -> list[int]:
        """Ids of rows that differ from their event, or have none, or whose event has no row.

        ``recounted``: the facts of a row's lines, computed from the lines themselves.
        """
        recorded, stored = self.in_events(books), self._stored(books)
        return [
            number
            for number in sorted(recorded.keys() | stored.keys())
            if not _agree(recorded.get(number), stored.get(number, {}), recounted(number))
        ]

    def _stored(self, books: Connection) -> dict[int, dict[str, Any]]:
        query = select(self.table, ProgramRow.c.code.label("program"), School.c.name.label("school"))
        query = query.outerjoin(ProgramRow, ProgramRow.c.id == self.table.c.program_id)
        rows = books.execute(query.outerjoin(School, School.c.id == self.table.c.school_id)).mappings()
        return {row["id"]: {name: row[name] for name in (*self.facts, *self.stamps)} for row in rows}


def _agree(recorded: Mapping[str, Any] | None, stored: Mapping[str, Any], recounted: Mapping[str, Any]) -> bool:
    return recorded == {**stored, **recounted} == {**recounted, **stored}
