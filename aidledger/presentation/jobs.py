"""The page's long work as tables: what ran, how it ended, and what of it stands in the ledger."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from aidledger.domain.identity import masked_words
from aidledger.domain.table import Answer, Column, sentence
from aidledger.i18n import N_, Language, Translate, translator
from aidledger.operations.jobs import failure_of
from aidledger.operations.ordering import ABOUT_ORDERS
from aidledger.presentation.columns import BATCH, FILE, STATE
from aidledger.presentation.failures import error_text
from aidledger.presentation.result import Result, table

if TYPE_CHECKING:
    from aidledger.operations.jobs import JobRecord, Said


def said_text(said: Said, translate: Translate) -> str:
    """An outcome that was kept, in the reader's language."""
    template, facts = said
    return masked_words(sentence(template, facts, translate))


def job_text(record: JobRecord, language: Language) -> str:
    """How a job ended, in a sentence."""
    translate = translator(language)
    facts = {"by": record.stopped_by or "", "done": record.done, "total": record.total or 0}
    if record.state == "broken-off" and not record.files:
        return translate(N_("It was running when aidledger ended. Nothing of it is kept.")).format(**facts)
    if record.state == "broken-off":
        text = N_("It was running when aidledger ended: {done} of {total} files are posted, each whole.")
        return translate(text).format(**facts)
    if record.state == "cancelled":
        return masked_words(translate(N_("Cancelled by {by} after {done} of {total}.")).format(**facts))
    failure = failure_of(record)
    if failure is not None:
        return error_text(failure, {}, language)
    return said_text(record.said, translate) if record.said else ""


def _order(record: JobRecord) -> int | None:
    """The payment order that a job is about; what is about another thing is about a delivery, or nothing."""
    return record.of if record.what in ABOUT_ORDERS else None


def jobs_result(records: Sequence[JobRecord], language: Language) -> Result:
    """The page's list of jobs."""
    translate = translator(language)
    columns = (
        Column("job", N_("Job")),
        Column("what", N_("What"), "word"),
        Column("delivery", N_("Delivery")),
        Column("order", N_("Order"), "count"),
        Column("by", N_("By")),
        Column("since", N_("Begun"), "time"),
        Column("ended", N_("Ended"), "time"),
        Column("done", N_("Done"), "count"),
        Column("total", N_("Of"), "count"),
        STATE,
        Column("outcome", N_("Outcome"), "message"),
    )
    rows = [
        (
            str(one.id),
            one.what,
            None if _order(one) or not one.of else str(one.of),
            _order(one),
            masked_words(one.by),
            one.since,
            one.ended,
            one.done,
            one.total,
            one.state,
            job_text(one, language),
        )
        for one in records
    ]
    answer = Answer(N_("Jobs"), columns, rows)
    return Result(lambda: {"jobs": [_shape(one, translate) for one in records]}, table(answer))


def job_result(record: JobRecord, language: Language) -> Result:
    """One job, with what became of each of its files."""
    columns = (FILE, STATE, BATCH)
    counts = Counter(one.state for one in record.files)
    facts = {
        "job": record.id,
        "posted": counts["posted"],
        "waiting": counts["waiting"],
        "outcome": job_text(record, language),
    }
    rows = [(one.path, one.state, one.batch) for one in record.files]
    title = N_("Job {job}: {outcome}")
    notes = [N_("Posted: {posted} files; not posted and still in the inbox: {waiting}.")] if rows else []
    answer = Answer(title, columns if rows else (), rows, notes=notes, facts=facts)
    return Result(lambda: _shape(record, translator(language)), table(answer))


def _shape(record: JobRecord, translate: Translate) -> dict[str, Any]:
    return {
        "job": record.id,
        "what": record.what,
        "delivery": None if _order(record) else record.of or None,
        "order": _order(record),
        "by": masked_words(record.by),
        "since": record.since,
        "ended": record.ended,
        "done": record.done,
        "total": record.total,
        "state": record.state,
        "cancelled_by": record.stopped_by and masked_words(record.stopped_by),
        "said": said_text(record.said, translate) if record.said else None,
        "head": record.head,
        "files": [asdict(one) | {"path": masked_words(one.path)} for one in record.files],
    }
