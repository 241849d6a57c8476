"""The page's long work as it is kept: what ran, what was broken off, and what of it stands in the ledger."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, timedelta

from aidledger import errors
from aidledger.errors import AidLedgerError, UnknownJob
from aidledger.operations import ordering
from aidledger.operations.inbox import DAYS_KEPT, inbox_of, take_posted
from aidledger.store.chain import events
from aidledger.store.jobs import JobFile, JobLog, JobRecord, JobState, Said
from aidledger.store.ledger import Ledger
from aidledger.store.postings import lookups

__all__ = [
    "JobFile",
    "JobLog",
    "JobRecord",
    "JobState",
    "Said",
    "begin",
    "break_off",
    "failure_of",
    "job",
    "jobs",
    "jobs_of",
    "told",
]


def jobs_of(ledger: Ledger) -> JobLog:
    """Where the jobs of a ledger are written down: with its inbox."""
    box = inbox_of(ledger)
    return JobLog(box.path, box.secret)


def begin(ledger: Ledger, record: JobRecord) -> JobRecord:
    """Write down that work begins, with the ledger as it is then; returns it with its number."""
    with ledger.reading("open") as books:
        record = replace(record, batches=len(lookups.batches(books)), before=events.head(books))
    return replace(record, id=jobs_of(ledger).begin(record))


def break_off(ledger: Ledger) -> list[JobRecord]:
    """All jobs; those that were running when the last server ended are broken off: nobody else runs any.

    What such a job had posted is looked up in the ledger, and leaves the inbox. Jobs of DAYS_KEPT days ago go.
    """
    log = jobs_of(ledger)
    before = ledger.clock().astimezone(UTC) - timedelta(days=DAYS_KEPT)
    log.clear(before.strftime("%Y-%m-%dT%H:%M:%SZ"))
    records = []
    for record in log.records():
        if record.state == "running":
            record = _broken_off(ledger, record)  # noqa: PLW2901 - the same record, as it is now
            log.end(record)
        records.append(record)
    return records


def _broken_off(ledger: Ledger, record: JobRecord) -> JobRecord:
    with ledger.reading("open") as books:
        head = events.head(books)
        stands = ordering.stands(books, record.what, record.of, record.by)
        if stands is not None:
            return replace(record, state="done", ended=ledger.moment(), head=head, said=stands)
        posted = {
            str(one.sha256): one.batch
            for one in lookups.batches(books)
            if one.batch > record.batches and one.posted_by == record.by
        }
    files = [
        replace(one, state="posted", batch=posted[one.sha256])
        if one.state == "waiting" and one.sha256 in posted
        else one
        for one in record.files
    ]
    if files:
        take_posted(ledger, record.of, files)
    wanted = sum(one.state == "waiting" for one in record.files)
    done = wanted - sum(one.state == "waiting" for one in files)
    counts = {"done": done, "total": wanted} if wanted else {}
    return replace(record, state="broken-off", ended=ledger.moment(), head=head, files=files, **counts)  # type: ignore[arg-type]


def job(ledger: Ledger, number: int) -> JobRecord:
    """One job; raises UnknownJob, and NotNamed or OtherRole if the actor may not read."""
    found = next((one for one in jobs(ledger) if one.id == number), None)
    if found is None:
        raise UnknownJob(number=number)
    return found


def jobs(ledger: Ledger) -> list[JobRecord]:
    """All recorded jobs, newest first; raises NotNamed, OtherRole if the actor may not read."""
    with ledger.reading():
        return sorted(jobs_of(ledger).records(), key=lambda one: one.id, reverse=True)


def told(error: AidLedgerError) -> Said:
    """An error as it is kept: its class, and its facts."""
    return type(error).__name__, error.facts


def failure_of(record: JobRecord) -> AidLedgerError | None:
    """The error with which a job ended."""
    if record.failure is None:
        return None
    name, facts = record.failure
    kinds: Mapping[str, type[AidLedgerError]] = {
        one.__name__: one for one in vars(errors).values() if isinstance(one, type) and issubclass(one, AidLedgerError)
    }
    return kinds.get(name, AidLedgerError)(**facts)
