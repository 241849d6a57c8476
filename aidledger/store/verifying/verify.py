"""Recompute every digest and total of the ledger, and report what does not agree."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from operator import itemgetter
from typing import Any

from sqlalchemy import BindParameter, Connection, Select, bindparam, func, or_, select
from sqlalchemy.exc import DBAPIError

from aidledger.errors import UnknownHead
from aidledger.i18n import N_
from aidledger.store.chain.digests import ENTRY_FIELDS, GENESIS, batch_digest, entry_digest, event_digest
from aidledger.store.chain.seals import SealKey
from aidledger.store.database.bulk import chunks, streamed
from aidledger.store.master import catalogues, master_data
from aidledger.store.master.survivors import as_posted
from aidledger.store.model.tables import (
    Batch,
    CatalogueVersion,
    Entry,
    Event,
    KeptEntry,
    Listing,
    NumberCorrection,
    RosterRow,
    SourceFile,
)
from aidledger.store.payables import payments
from aidledger.store.postings import notices, totals
from aidledger.store.postings.entries import covered_by_digest
from aidledger.store.postings.journal import corrected_part, kept_part, person_times_net
from aidledger.store.postings.listings import Listed, batches_listed, covered
from aidledger.store.verifying import schema, strays
from aidledger.store.verifying.guards import breaches
from aidledger.store.verifying.seal_watch import SealWatch

_DAMAGE_SHOWN = 5
# The most missing entries that are reported per gap; a batch may claim any number of them.
_MISSING_SHOWN = 1_000
_CHANGED = N_("batch {batch}, or one of its entries, rosters or lists, was changed")
_ORDER_CHANGED = N_("payment order {order}, or one of its lines, was changed")
_NOTICE_CHANGED = N_("notice {notice}, or one of its lines, was changed")
_CATALOGUE_CHANGED = N_("catalogue {catalogue}, or one of its rates, was changed")
_NO_BATCH = N_("entry {entry} belongs to no batch")
_STRAY = N_("row {row} of {table} belongs to nothing recorded")
_ROW_CHANGED = N_("row {row} of {table} is not as recorded, or was never recorded")
_ROWS_CHANGED = N_("rows {row} to {last} of {table} are not as recorded")
_BREACHES = {
    "missing": N_("the trigger {guard}, which protects {table} from changes, is missing"),
    "changed": N_("the trigger {guard}, which protects {table} from changes, was altered or disabled"),
    "foreign": N_("the trigger {guard} on {table} does not belong to the ledger"),
}
_DIFFERENCES = {
    "missing": N_("the {kind} {name} of the ledger is missing"),
    "changed": N_("the {kind} {name} was altered"),
    "foreign": N_("the {kind} {name} does not belong to the ledger"),
}
_AT = {name: i for i, name in enumerate(ENTRY_FIELDS)}
_AMOUNT_AT, _REVERSAL_AT, _PART_AT = _AT["amount_fen"], _AT["reversal_of"], _AT["part"]
# Built once, because they run for every batch.
_BATCH: BindParameter[int] = bindparam("batch")
_PARTS = [select(table).where(table.c.batch_id == _BATCH).order_by(table.c.id) for table in (RosterRow, Listing)]
_KEPT = select(KeptEntry.c.roster_id, KeptEntry.c.entry_id).where(KeptEntry.c.batch_id == _BATCH)
_IN_PARTS = select(
    Entry.c.program_id, Entry.c.period, Entry.c.beneficiary_id, Entry.c.part, Entry.c.amount_fen
).order_by(Entry.c.id)
_CORRECTED = select(NumberCorrection.c.earlier_id, NumberCorrection.c.beneficiary_id).where(
    NumberCorrection.c.batch_id == _BATCH
)
_CORRECTING = select(NumberCorrection.c.batch_id).distinct()
_CATALOGUE = select(CatalogueVersion.c.digest).where(CatalogueVersion.c.id == bindparam("catalogue"))
_cut_of = itemgetter(_AT["program"], _AT["period"], _AT["school"])


@dataclass(frozen=True, slots=True)
class Fault:
    """A difference from what was recorded (an English sentence with facts), and where."""

    what: str
    batch: int | None = None
    entry: int | None = None
    facts: dict[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Verdict:
    """The ledger's size, its head and its faults; the first ``passed`` batches were not recomputed.

    ``sealed_by``: the key whose seals are all valid; ``unjudged``: seals that only another key can check.
    """

    batches: int
    entries: int
    head: str
    faults: list[Fault]
    sealed_by: str | None = None
    unjudged: tuple[Fault, ...] = ()
    passed: int = 0


def verify(
    books: Connection,
    expect: str | None = None,
    key: SealKey | None = None,
    since: str | None = None,
    progress: Callable[[int, int], None] = lambda _done, _total: None,
) -> Verdict:
    """Recompute everything in one consistent snapshot; a damaged file, as far as it is readable.

    ``expect``: a head that the chain must contain. ``key``: the seal key. ``since``: the head of an earlier full
    verification, after which only the chain, not the batches up to that head, is recomputed; raises UnknownHead.
    ``progress`` gets the number of entries done, and of all.
    """
    verified = 0 if since is None else _recorded_up_to(books, since)
    faults = [] if verified else list(_damage(books))
    try:
        with as_posted(books):
            return _verify_rows(books, faults, expect, SealWatch(key), verified, progress)
    except (DBAPIError, ArithmeticError, LookupError, TypeError, ValueError):
        if not faults:
            raise
        return Verdict(0, 0, "", [*faults, Fault(N_("the rest cannot be read"))])


def faults_behind(
    books: Connection, entries: Sequence[int], progress: Callable[[int, int], None] = lambda _done, _total: None
) -> list[Fault]:
    """The faults in everything that the payment of these entries depends on.

    The batches that posted them, and all batches that reverse, supersede, correct numbers, or hold bank returns or
    recoveries, with their digests and events; orphans; master data; earlier orders; the schema. ``progress`` gets the
    number of batches done, and of all.
    """
    with as_posted(books):
        return _faults_behind(books, entries, progress)


def _faults_behind(books: Connection, entries: Sequence[int], progress: Callable[[int, int], None]) -> list[Fault]:
    faults = [*structure(books), *_astray(books, strays.entries(books))]
    batches = set(_batches_of(books, entries))
    replacing = select(Batch.c.id).where(or_(Batch.c.reverses.is_not(None), Batch.c.supersedes.is_not(None)))
    batches.update(books.execute(replacing).scalars())
    batches.update(books.execute(_CORRECTING).scalars())
    listed = batches_listed(books)
    batches |= listed["bank-return"] | listed["recovery"]
    done = 0
    for ids in chunks(sorted(batches)):
        for row in books.execute(select(Batch).where(Batch.c.id.in_(ids)).order_by(Batch.c.id)).mappings().all():
            progress(done, len(batches))
            done += 1
            counted = all(isinstance(row[name], int) for name in ("first_entry", "entries"))
            passed, count = (row["first_entry"] - 1, row["entries"]) if counted else (0, 0)
            with streamed(books, _entries_after(passed, count)) as of_batch:
                faults += _batch_faults(books, dict(row), _Entries(of_batch, passed), listed)
    faults += _recorded_beside(books)
    faults += _chain(books, None, SealWatch(None))[1]
    progress(done, len(batches))
    return faults


def _batches_of(books: Connection, entries: Sequence[int]) -> Iterator[int]:
    for ids in chunks(sorted(entries)):
        yield from books.execute(select(Entry.c.batch_id).where(Entry.c.id.in_(ids)).distinct()).scalars()


def _astray(books: Connection, found: strays.Counted) -> Iterator[Fault]:
    """Orphans, and entries that the batches do not count."""
    for batch, entry in found.outside:
        yield Fault(_NO_BATCH, batch, entry)
    if not found.agrees:
        facts: dict[str, object] = {"counted": found.counted, "there": found.actual}
        yield Fault(N_("the batches count {counted} entries, but there are {there}"), facts=facts)
    for stray in strays.strays(books):
        yield Fault(_STRAY, facts={"row": stray.row, "table": stray.table})


def _recorded_beside(books: Connection) -> Iterator[Fault]:
    """Faults of rows outside batches that events record: master data, catalogues, payment orders, notices."""
    for table, first, last in master_data.altered(books):
        facts: dict[str, object] = {"row": first, "table": table}
        yield Fault(_ROW_CHANGED, facts=facts) if first == last else Fault(_ROWS_CHANGED, facts=facts | {"last": last})
    for what, name, altered in (
        (_CATALOGUE_CHANGED, "catalogue", catalogues.altered),
        (_ORDER_CHANGED, "order", payments.altered),
        (_NOTICE_CHANGED, "notice", notices.altered),
    ):
        yield from (Fault(what, facts={name: number}) for number in altered(books))


def structure(books: Connection) -> Iterator[Fault]:
    """Differences of tables, keys, indexes and triggers from what the migrations make."""
    for difference in schema.differences(books):
        yield Fault(_DIFFERENCES[difference.what], facts=dict(zip(("kind", "name"), difference.part, strict=True)))
    for breach in breaches(books):
        yield Fault(_BREACHES[breach.what], facts=dict(zip(("guard", "table"), breach.part, strict=True)))


def _recorded_up_to(books: Connection, head: str) -> int:
    """The last batch recorded up to a head; raises UnknownHead."""
    event = books.execute(select(Event.c.id).where(Event.c.digest == head)).scalar_one_or_none()
    if event is None and head != GENESIS:
        raise UnknownHead(head=head)
    last = select(func.max(Event.c.batch_id)).where(Event.c.id <= (event or 0))
    return int(books.execute(last).scalar_one() or 0)


def _verify_rows(
    books: Connection,
    faults: list[Fault],
    expect: str | None,
    watch: SealWatch,
    verified: int,
    progress: Callable[[int, int], None],
) -> Verdict:
    total = int(books.execute(select(func.coalesce(func.max(Entry.c.id), 0))).scalar_one())
    batches, gap, listed = 0, None, batches_listed(books)
    passed = min(_last_entry_of(books, verified), total)
    by_id = select(Batch).order_by(Batch.c.id)
    with streamed(books, _entries_after(passed)) as posted, streamed(books, by_id) as rows:
        entries = _Entries(posted, passed)
        for row in rows.mappings():
            batches += 1
            gap = gap or (batches if row["id"] != batches else None)
            if row["id"] > verified:
                faults += _batch_faults(books, dict(row), entries, listed)
                progress(entries.counted, total)
    if gap is not None:
        faults.append(Fault(N_("batch {batch} is missing"), gap))
    faults += _source_faults(books, verified)
    faults += _recorded_beside(books)
    counted = strays.entries(books)
    faults += _astray(books, counted)
    faults += structure(books)
    head, chain_faults = _chain(books, expect, watch)
    unjudged = tuple(Fault(what, facts=facts) for what, facts in watch.unjudged())
    return Verdict(batches, counted.actual, head, faults + chain_faults, watch.proved_by, unjudged, verified)


def _last_entry_of(books: Connection, batch: int) -> int:
    """The last entry of a batch by its own columns; 0 if there is no such batch, or the columns hold no numbers."""
    run = books.execute(select(Batch.c.first_entry, Batch.c.entries).where(Batch.c.id == batch)).first()
    return sum(run) - 1 if run is not None and all(isinstance(number, int) for number in run) else 0


def _damage(books: Connection) -> Iterator[Fault]:
    """The findings of SQLite's integrity check; a server looks after its own files."""
    if books.dialect.name == "sqlite":
        for (line,) in books.exec_driver_sql(f"PRAGMA integrity_check({_DAMAGE_SHOWN})"):
            if line != "ok":
                yield Fault(N_("the file is damaged: {said}"), facts={"said": "; ".join(line.splitlines())})


def _entries_after(passed: int, count: int | None = None) -> Select[Any]:
    """Entries in the order of ids, without the first ``passed``, ``count`` at most."""
    query = covered_by_digest().add_columns(Entry.c.digest).where(Entry.c.id > passed).order_by(Entry.c.id)
    return query if count is None else query.where(Entry.c.id <= passed + count)


class _Entries:
    """Entries in the order of ids, read once and handed out batch by batch."""

    def __init__(self, rows: Iterator[Any], passed: int) -> None:
        """``rows``: the entries after the first ``passed``."""
        self._rows = rows
        self._next: Any = next(rows, None)
        self.counted = passed

    def up_to(self, last: int) -> Iterator[Any]:
        """The next entries, with ids up to ``last``."""
        while self._next is not None and self._next[0] <= last:
            row, self._next = self._next, next(self._rows, None)
            self.counted += 1
            yield row


def _batch_faults(books: Connection, batch: dict[str, Any], entries: _Entries, listed: Listed) -> Iterator[Fault]:
    number, first = batch["id"], batch["first_entry"]
    if not (isinstance(first, int) and isinstance(batch["entries"], int)):
        yield Fault(_CHANGED, number)
        return
    counted = _Counted()
    yield from _entry_faults(batch, entries, counted)
    payments, amount = tuple(map(sum, zip(*counted.sums.values(), strict=True))) or (0, 0)
    times = _person_times(books, batch) if counted.in_parts else payments
    if (times, amount) != (batch["person_times"], batch["amount_fen"]):
        yield Fault(N_("the control totals of batch {batch} do not match its entries"), number)
    if not totals.agree(books, number, {cut: (times, fen) for cut, (times, fen) in counted.sums.items()}):
        yield Fault(N_("the running totals of batch {batch} do not match its entries"), number)
    yield from _digest_faults(books, batch, counted.digests, listed)


@dataclass(slots=True)
class _Counted:
    """What a batch's entries add up to: their digests, payments and 分 by cut, and whether any is a part."""

    digests: list[bytes] = field(default_factory=list)
    sums: dict[tuple[str, str, str | None], list[int]] = field(default_factory=dict)
    in_parts: bool = False


def _entry_faults(batch: dict[str, Any], entries: _Entries, counted: _Counted) -> Iterator[Fault]:
    """Entries of a batch that are missing, of another batch, or changed; the others are added to ``counted``."""
    number, first, end = batch["id"], batch["first_entry"], batch["first_entry"] + batch["entries"]
    expected_id = first
    for *fields, stored in entries.up_to(end - 1):
        entry = fields[0]
        yield from _missing(number, expected_id, min(entry, end))
        expected_id = max(expected_id, entry + 1)
        if entry < first or fields[_AT["batch_id"]] != number:
            yield Fault(N_("entry {entry} was moved to another batch"), fields[_AT["batch_id"]], entry)
            continue
        counted.digests.append(stored if isinstance(stored, bytes) else b"")
        if _recomputed(fields) != stored:
            yield Fault(N_("entry {entry} was changed"), number, entry)
            continue
        counted.in_parts |= fields[_PART_AT] is not None
        paid = counted.sums.setdefault(_cut_of(fields), [0, 0])
        paid[0] += -1 if fields[_REVERSAL_AT] else 1
        paid[1] += fields[_AMOUNT_AT]
    yield from _missing(number, expected_id, end)


def _missing(batch: int, first: int, end: int) -> Iterator[Fault]:
    for entry in islice(range(first, end), _MISSING_SHOWN):
        yield Fault(N_("entry {entry} is missing"), batch, entry)


def _person_times(books: Connection, batch: dict[str, Any]) -> int:
    """The person-times of a batch with parts: a second query, because few batches have any."""
    rows = books.execute(_IN_PARTS.where(Entry.c.id >= batch["first_entry"]).limit(batch["entries"]))
    return person_times_net((row[:3], row.part, row.amount_fen) for row in rows)


def _digest_faults(books: Connection, batch: dict[str, Any], digests: list[bytes], listed: Listed) -> Iterator[Fault]:
    """Faults of a batch's digest: over itself, its rosters and lists, and the digests of its entries and records."""
    number = batch["id"]
    head = {name: value for name, value in batch.items() if name != "digest"}
    head["catalogue"] = books.execute(_CATALOGUE, {"catalogue": batch["catalogue_id"]}).scalar_one_or_none()
    of_batch = {"batch": number}
    rosters, listings = ([dict(row) for row in books.execute(query, of_batch).mappings()] for query in _PARTS)
    kept, corrected = (books.execute(query, of_batch).all() for query in (_KEPT, _CORRECTED))
    for kind, batches in listed.items():
        if number in batches:
            for *fields, stored in books.execute(covered(kind), of_batch):
                digests.append(stored if isinstance(stored, bytes) else b"")
                if _recomputed(fields) != stored:
                    facts = {"record": fields[0], "list": kind}
                    yield Fault(N_("record {record} of the {list} in batch {batch} was changed"), number, facts=facts)
    parts = [*rosters, *kept_part(kept), *corrected_part(corrected), *listings]
    if batch_digest(head, parts, digests) != batch["digest"]:
        yield Fault(_CHANGED, number)


def _recomputed(fields: list[Any]) -> bytes | None:
    """An entry's or record's digest; None where direct SQL put into a column something that is not of its kind."""
    try:
        return entry_digest(fields)
    except (TypeError, ValueError):
        return None


def _source_faults(books: Connection, verified: int) -> Iterator[Fault]:
    """Source files that were changed or are missing, but for those of batches up to ``verified`` only."""
    last = func.max(Batch.c.id)
    sources = (
        select(SourceFile.c.sha256, SourceFile.c.size_bytes, last.label("batch"))
        .outerjoin(Batch, Batch.c.source_sha256 == SourceFile.c.sha256)
        .group_by(SourceFile.c.sha256, SourceFile.c.size_bytes)
        .having(func.coalesce(last, verified + 1) > verified)
        .order_by(SourceFile.c.sha256)
    )
    with streamed(books, sources) as rows:
        for *recorded, batch in rows:
            of_source = SourceFile.c.sha256 == recorded[0]
            content = books.execute(select(SourceFile.c.content).where(of_source)).scalar_one()
            if not isinstance(content, bytes) or [hashlib.sha256(content).hexdigest(), len(content)] != recorded:
                yield Fault(N_("the source file of batch {batch} was changed"), batch)
    stored = select(SourceFile.c.sha256).where(SourceFile.c.sha256 == Batch.c.source_sha256)
    without = select(Batch.c.id).where(Batch.c.id > verified, Batch.c.source_sha256.is_not(None), ~stored.exists())
    with streamed(books, without.order_by(Batch.c.id)) as rows:
        for batch in rows.scalars():
            yield Fault(N_("the source file of batch {batch} is missing"), batch)


def _chain(books: Connection, expect: str | None, watch: SealWatch) -> tuple[str, list[Fault]]:
    """The chain's head and the faults of its events; each batch must be recorded by one event, in order."""
    faults: list[Fault] = []
    head, expected_id, recorded = GENESIS, 1, 0
    met = expect in {None, GENESIS}
    events = select(Event, Batch.c.digest.label("stored")).outerjoin(Batch, Batch.c.id == Event.c.batch_id)
    with streamed(books, events.order_by(Event.c.id)) as rows:
        for event in rows:
            fields = (event.id, event.at, event.actor, event.action, event.batch_id, event.facts)
            if event.id != expected_id:
                faults.append(Fault(N_("event {event} is missing"), facts={"event": expected_id}))
            elif event_digest(head, fields) != event.digest:
                faults.append(Fault(N_("event {event} was changed"), event.batch_id, facts={"event": event.id}))
            faults += [Fault(what, event.batch_id, facts=facts) for what, facts in watch.faults(head, fields)]
            head, expected_id = event.digest, event.id + 1
            met = met or head == expect
            if event.batch_id is not None:
                is_stored = event.stored is not None and f'"digest":"{event.stored}"' in event.facts
                if event.batch_id <= recorded or not is_stored:
                    faults.append(Fault(N_("batch {batch} is not the recorded one"), event.batch_id))
                recorded = max(recorded, event.batch_id)
    links = select(Event.c.batch_id).where(Event.c.batch_id.is_not(None))
    unrecorded = select(Batch.c.id).where(Batch.c.id.not_in(links)).order_by(Batch.c.id)
    with streamed(books, unrecorded) as rows:
        for batch in rows.scalars():
            faults.append(Fault(N_("batch {batch} was never recorded in the chain of events"), batch))
    faults += [Fault(what, facts=facts) for what, facts in watch.faults_at_the_end()]
    if not met:
        faults.append(Fault(N_("the head {expected} is not in this ledger's history"), facts={"expected": expect}))
    return head, faults
