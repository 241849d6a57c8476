"""Ledgers of several sizes, on SQLite and on PostgreSQL."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from sqlalchemy import create_engine, text
from sqlalchemy.pool import NullPool

from tests import postgresql
from tools.bench import province
from tools.bench.kept import kept
from tools.bench.measure import Failed, Measured, job

_SOMEBODY = """
    SELECT number FROM beneficiary WHERE id =
    (SELECT beneficiary_id FROM entry GROUP BY beneficiary_id ORDER BY count(*) DESC, beneficiary_id LIMIT 1)
"""


@dataclass(slots=True)
class Place:
    """A ledger: how many entries, where; ``copied``: what it took to copy it from SQLite to the server."""

    entries: int
    who: str
    places: dict[str, str] = field(default_factory=dict)
    copied: Measured | None = None


def made(work: Path, sizes: Sequence[int], tell: Callable[[str], None]) -> list[Place]:
    """A ledger on SQLite for each number of entries, kept for later runs."""
    found = []
    for size in sizes:
        tell(f"a ledger of {size:,} entries")
        path = kept(work, f"province-{size}", partial(_make, size))
        with create_engine(f"sqlite:///{path}", poolclass=NullPool).connect() as books:
            entries = books.execute(text("SELECT max(id) FROM entry")).scalar_one()
            who = books.execute(text(_SOMEBODY)).scalar_one()
        found.append(Place(int(entries), str(who), {"SQLite": str(path)}))
    return found


def copy_to_server(places: Sequence[Place], folder: Path, tell: Callable[[str], None]) -> None:
    """The same ledgers on PostgreSQL, where there is one, by ``copy``."""
    if postgresql.programs() or postgresql.GIVEN:
        for place in places:
            tell(f"the same on PostgreSQL, by `copy`: {place.entries:,} entries")
            _copy(place, folder)


def _make(entries: int, path: Path) -> None:
    province.make(str(path), entries).close()


def _copy(place: Place, folder: Path) -> None:
    url = postgresql.new_database(folder)
    target = url.render_as_string(hide_password=False)
    try:
        place.copied = ask(place, "SQLite", "copy", target)
    except Failed:
        return
    place.places["PostgreSQL"] = target
    with create_engine(url, poolclass=NullPool).connect().execution_options(isolation_level="AUTOCOMMIT") as books:
        books.execute(text("VACUUM ANALYZE"))  # what a server does by itself after a while


def ask(place: Place, engine: str, question: str, target: str) -> Measured:
    """Put a question in a process of its own; its times are those of one answer. Raises Failed."""
    said = job("question", place=place.places[engine], ask=question, who=place.who, target=target)
    took = json.loads(said.answer)
    return Measured(took["wall"], took["cpu"], said.own_mib, said.all_mib, "")
