"""Bringing a ledger that an older version made up to this one's tables, after a copy was put aside."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import text

from aidledger.errors import BackupFirst, LedgerForeign, LedgerNewer
from aidledger.store import engine as engines
from aidledger.store import events
from aidledger.store.ledger import REVISION, Ledger, revision_of

if TYPE_CHECKING:
    from sqlalchemy.engine import URL


@dataclass(frozen=True, slots=True)
class Upgraded:
    """From which version of the tables, and where the copy of before is (None: none was made)."""

    place: str
    found: str
    backup: Path | None

    @property
    def changed(self) -> bool:
        """Whether there was anything to do."""
        return self.found != REVISION


def upgrade_ledger(place: str, actor: str, clock: Callable[[], datetime], *, backup: bool) -> Upgraded:
    """Upgrade a ledger in one transaction; nothing happens to one that is up to date.

    Raises NotNamed, OtherRole, LedgerNewer, LedgerForeign; BackupFirst where a copy cannot be made from here;
    LedgerExists where the copy would overwrite something.
    """
    from aidledger.store.migrate import upgrade  # noqa: PLC0415 - alembic is slow to load and only needed here

    url = engines.ledger_url(place)
    engines.require_file(url)
    shown = engines.shown(url)
    if url.get_backend_name() == "sqlite" and not engines.looks_like_sqlite(url):
        raise LedgerForeign(path=shown)
    ledger = Ledger(engines.connect(url), shown, actor, clock)
    try:
        with ledger.reading("open") as books:
            found = revision_of(books, shown)
        if found == REVISION:
            return Upgraded(shown, found, None)
        if not found.isdigit() or int(found) > int(REVISION):
            raise LedgerNewer(path=shown, found=found, wanted=REVISION)
        with ledger.reading("upgrade"):
            copy = _put_aside(url, found) if backup else None
        with ledger.writing("upgrade") as books:
            if str(books.execute(text("SELECT version_num FROM alembic_version")).scalar_one()) == found:
                upgrade(books)
                facts = {"from": found, "to": REVISION}
                events.record(books, ledger.moment(), actor, "upgrade", facts)
    finally:
        ledger.close()
    return Upgraded(shown, found, copy)


def _put_aside(url: URL, found: str) -> Path:
    """A copy beside the ledger, made by SQLite's own online backup."""
    if url.get_backend_name() != "sqlite":
        raise BackupFirst(path=engines.shown(url))
    ledger = Path(str(url.database))
    copy = ledger.with_name(f"{ledger.name}.version-{found}")
    engines.create_file(url.set(database=str(copy)))
    with closing(sqlite3.connect(ledger)) as source, closing(sqlite3.connect(copy)) as target:
        source.backup(target)
        if target.execute("PRAGMA integrity_check").fetchone() != ("ok",):
            raise LedgerForeign(path=engines.shown(url))
    return copy
