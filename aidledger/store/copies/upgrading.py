"""Bringing a ledger that an older version made up to this one's tables, after a copy was put aside."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import text

from aidledger import private
from aidledger.errors import BackupFirst, LedgerForeign, LedgerNewer
from aidledger.store.chain import events
from aidledger.store.copies.snapshots import copy_pages
from aidledger.store.database import files
from aidledger.store.database.keys import NO_KEYS, Keys
from aidledger.store.database.waiting import Waits
from aidledger.store.ledger import REVISION, Ledger, revision_of, unchecked


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


def upgrade_ledger(
    place: str,
    actor: str,
    clock: Callable[[], datetime],
    keys: Keys = NO_KEYS,
    waits: Waits = lambda: None,
    *,
    backup: bool,
) -> Upgraded:
    """Upgrade a ledger in one transaction; nothing happens to one that is up to date.

    Raises NotNamed, OtherRole, LedgerNewer, LedgerForeign; BackupFirst where a copy cannot be made from here. Whoever
    lacks the key of the seals is refused before there is a copy: SealKeyWanted, SealKeyWrong, NotSealed.
    """
    from aidledger.store.model.migrate import knows, upgrade  # noqa: PLC0415 - alembic is slow to load and only needed here

    ledger = unchecked(place, actor, clock, waits, keys)
    shown = ledger.place
    try:
        with ledger.reading("open") as books:
            found = revision_of(books, shown)
        if found == REVISION:
            return Upgraded(shown, found, None)
        if not found.isdigit() or int(found) > int(REVISION):
            raise LedgerNewer(path=shown, found=found, wanted=REVISION)
        if not knows(found):
            raise LedgerForeign(path=shown)
        with ledger.reading("upgrade") as books:
            events.require_seal_key(books)
            copy = _put_aside(ledger, found) if backup else None
        with ledger.writing("upgrade") as books:
            if str(books.execute(text("SELECT version_num FROM alembic_version")).scalar_one()) == found:
                upgrade(books)
                facts = {"from": found, "to": REVISION}
                events.record(books, ledger.moment(), ledger.actor, "upgrade", facts)
    finally:
        ledger.close()
    return Upgraded(shown, found, copy)


def _put_aside(ledger: Ledger, found: str) -> Path:
    """A copy beside the ledger, made by SQLite's own online backup; encrypted as the ledger is."""
    if ledger.engine.dialect.name != "sqlite":
        raise BackupFirst(path=ledger.place)
    place, secret = Path(ledger.place), ledger.secret
    copy = _free(place.with_name(f"{place.name}.version-{found}"))
    with private.unfinished(copy) as part:
        with closing(files.connected(place, secret)) as source:
            copy_pages(source, part, secret, copy)
        with closing(files.connected(part, secret)) as target:
            if target.execute("PRAGMA integrity_check").fetchone() != ("ok",):
                raise LedgerForeign(path=place)
        private.publish(part, copy)
    return copy


def _free(wanted: Path) -> Path:
    """A name that nothing has: an upgrade that was stopped has left its copy, which is as good as another."""
    number, free = 2, wanted
    while os.path.lexists(free):
        number, free = number + 1, wanted.with_name(f"{wanted.name}-{number}")
    return free
