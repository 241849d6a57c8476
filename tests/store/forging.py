"""What somebody who can write to the database, can program and knows this program can do to a ledger.

A payment of one batch is made larger, and every digest that anybody can compute is computed anew: of the entry, of
the batch, of the whole chain of events.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from sqlalchemy import Connection, select

from aidledger.store.chain.digests import GENESIS, batch_digest, entry_digest, event_digest
from aidledger.store.model.tables import Batch, CatalogueVersion, Entry, Event, KeptEntry, Listing, RosterRow
from aidledger.store.postings.entries import covered_by_digest
from aidledger.store.postings.journal import kept_part
from tests.store.ledgers import Place, plain, tamper

_batch, _catalogue, _entry, _event, _kept, _listing, _roster = (
    Batch,
    CatalogueVersion,
    Entry,
    Event,
    KeptEntry,
    Listing,
    RosterRow,
)
MORE_FEN = 100_000
BATCH = 1
Link = dict[str, Any]
# What is done to the events before their digests are made anew.
Change = Callable[[list[Link]], list[Link]]


Finish = Callable[[str, Link], None]


def _as_it_is(links: list[Link]) -> list[Link]:
    return links


def _unsealed(_before: str, _link: Link) -> None: ...


def forge(place: Place, change: Change = _as_it_is, finish: Finish = _unsealed) -> None:
    """Pay more in BATCH, and make a chain that is right in itself; ``finish`` may seal each link after its head."""
    _pay_more(place)
    with plain(place) as books:
        digest = _batch_digest(books)
    tamper(place, f"UPDATE batch SET digest = '{digest}' WHERE id = {BATCH}")  # noqa: S608

    def corrected(links: list[Link]) -> list[Link]:
        for link in links:
            if link["batch_id"] == BATCH:
                link["facts"] = _corrected(link["facts"], digest)
        return change(links)

    chain_anew(place, corrected, finish)


def chain_anew(place: Place, change: Change, finish: Finish = _unsealed) -> None:
    """Change the events, and compute every link anew."""
    with plain(place) as books:
        links = [dict(row) for row in books.execute(select(_event).order_by(_event.c.id)).mappings()]
    head, statements = GENESIS, ["DELETE FROM event"]
    for number, link in enumerate(change(links), 1):
        link["id"] = number
        finish(head, link)
        fields = (number, link["at"], link["actor"], link["action"], link["batch_id"], link["facts"])
        head = event_digest(head, fields)
        values = ", ".join(_in_sql(value) for value in (*fields, head))
        insert = "INSERT INTO event (id, at, actor, action, batch_id, facts, digest)"
        statements.append(f"{insert} VALUES ({values})")
    tamper(place, *statements)


def _in_sql(value: object) -> str:
    if value is None or isinstance(value, int):
        return "NULL" if value is None else str(value)
    return "'" + str(value).replace("'", "''") + "'"


def _pay_more(place: Place) -> None:
    covered = covered_by_digest()
    names = [column.name for column in covered.selected_columns]
    with plain(place) as books:
        fields = list(books.execute(covered.where(_entry.c.batch_id == BATCH).order_by(_entry.c.id)).first() or ())
    fields[names.index("amount_fen")] += MORE_FEN
    digest = entry_digest(tuple(fields)).hex()
    more = f"SET amount_fen = amount_fen + {MORE_FEN}"
    tamper(
        place,
        f"UPDATE entry {more}, digest = x'{digest}' WHERE id = {fields[0]}",
        f"UPDATE roster {more} WHERE batch_id = {BATCH}",
        f"UPDATE batch {more} WHERE id = {BATCH}",
        f"UPDATE batch_total {more} WHERE batch_id = {BATCH} AND number = 1",
    )


def _batch_digest(books: Connection) -> str:
    head = dict(books.execute(select(_batch).where(_batch.c.id == BATCH)).mappings().one())
    del head["digest"]
    head["catalogue"] = books.execute(
        select(_catalogue.c.digest).where(_catalogue.c.id == head["catalogue_id"])
    ).scalar_one()
    own = [select(table).where(table.c.batch_id == BATCH).order_by(table.c.id) for table in (_roster, _listing)]
    parts = [[dict(row) for row in books.execute(query).mappings()] for query in own]
    kept = books.execute(select(_kept.c.roster_id, _kept.c.entry_id).where(_kept.c.batch_id == BATCH)).all()
    digests = books.execute(select(_entry.c.digest).where(_entry.c.batch_id == BATCH).order_by(_entry.c.id)).scalars()
    return batch_digest(head, [*parts[0], *kept_part(kept), *parts[1]], digests)


def _corrected(facts: str, digest: str) -> str:
    """The facts with the batch's new digest and total, the seal left at their end."""
    said = json.loads(facts)
    return facts.replace(said["digest"], digest).replace(
        f'"amount_fen":{said["amount_fen"]}', f'"amount_fen":{said["amount_fen"] + MORE_FEN}'
    )
