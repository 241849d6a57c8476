"""The chain of events: who did what, when; each digest covers the one before, sealed once a key is set."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Any

from sqlalchemy import Connection, select

from aidledger.errors import AlreadySealed, NotSealed
from aidledger.store.chain.digests import GENESIS, event_digest, facts_text
from aidledger.store.chain.seals import ACTION, Seal, SealKey, key_for, require, seal_in
from aidledger.store.database.bulk import insert_row
from aidledger.store.model.tables import Event

_LAST = select(Event.c.id, Event.c.digest, Event.c.facts).order_by(Event.c.id.desc()).limit(1)


def head(books: Connection) -> str:
    """The digest of the last event, which covers the whole ledger."""
    last = books.execute(_LAST).first()
    return last.digest if last else GENESIS


def actions_since(books: Connection, before: str) -> list[str] | None:
    """What was done since an event, in order, given its digest; None if the chain does not hold it."""
    event = books.execute(select(Event.c.id).where(Event.c.digest == before)).first()
    if event is None:
        return None
    return list(books.execute(select(Event.c.action).where(Event.c.id > event.id).order_by(Event.c.id)).scalars())


def last_seal(books: Connection) -> Seal | None:
    """The seal of the last event; None if the ledger is not sealed."""
    last = books.execute(_LAST).first()
    return seal_in(last.facts) if last else None


def require_seal_key(books: Connection) -> None:
    """Check beforehand that ``record`` will get its seal key; raises what ``record`` raises."""
    last = books.execute(_LAST).first()
    key_for(books, last.facts if last else None)


def sealers(books: Connection) -> set[str]:
    """The fingerprints of all keys that have ever sealed the ledger: each starts with an event of its own."""
    starts = books.execute(select(Event.c.facts).where(Event.c.action == ACTION)).scalars()
    return {seal.fingerprint for seal in map(seal_in, starts) if seal}


def recorded(books: Connection, action: str) -> Iterator[tuple[Any, dict[str, Any]]]:
    """The events of an action in order, with their facts; skips unreadable facts, which verify reports."""
    for event in books.execute(select(Event).where(Event.c.action == action).order_by(Event.c.id)):
        with suppress(ValueError, TypeError):
            yield event, dict(json.loads(event.facts))


def record(
    books: Connection, moment: str, actor: str, action: str, facts: Mapping[str, object], batch_id: int | None = None
) -> str:
    """Append an event, sealed if the ledger is; returns the new head.

    Raises SealKeyWanted, SealKeyWrong, NotSealed.
    """
    last = books.execute(_LAST).first()
    number, before = (last.id + 1, last.digest) if last else (1, GENESIS)
    key = key_for(books, last.facts if last else None)
    return _append(books, before, (number, moment, actor, action, batch_id), facts, key)


def seal(books: Connection, moment: str, actor: str, key: SealKey, *, instead: SealKey | None = None) -> str:
    """Append the event from which a key seals the chain, ``instead`` of the previous key; returns the new head.

    Raises AlreadySealed, NotSealed, SealKeyWrong.
    """
    last = books.execute(_LAST).first()
    number, before = (last.id + 1, last.digest) if last else (1, GENESIS)
    found = seal_in(last.facts) if last else None
    facts = {"key": key.fingerprint}
    if found is not None:
        if found.fingerprint == key.fingerprint:
            raise AlreadySealed
        old = require(instead or key, found)
        facts |= {"before": old.fingerprint, "handover": old.handover(before, key.fingerprint)}
    elif instead is not None:
        raise NotSealed
    return _append(books, before, (number, moment, actor, ACTION, None), facts, key)


def _append(
    books: Connection,
    before: str,
    fields: tuple[int, str, str, str, int | None],
    facts: Mapping[str, object],
    key: SealKey | None,
) -> str:
    text = facts_text(facts)
    if key is not None:
        text = key.sealed(before, fields, text)
    digest = event_digest(before, (*fields, text))
    number, moment, actor, action, batch_id = fields
    insert_row(
        books, Event, id=number, at=moment, actor=actor, action=action, batch_id=batch_id, facts=text, digest=digest
    )
    return digest
