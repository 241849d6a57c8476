"""Batches as JSON and as tables."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from aidledger.domain.money import yuan_text
from aidledger.domain.table import Answer, Column, time_text
from aidledger.i18n import N_, Language
from aidledger.presentation.columns import AMOUNT, BATCH, FILE, PERSON_TIMES, STATE, Shape, counted, total_of
from aidledger.presentation.entries import ENTRY_COLUMNS, entry_cells, entry_shape
from aidledger.presentation.result import Result, table

if TYPE_CHECKING:
    from aidledger.catalogue.catalogue import Catalogue
    from aidledger.operations.ledgers import BatchContent
    from aidledger.operations.views import Viewed
    from aidledger.store.postings.lookups import BatchRecord


def batches_result(records: Sequence[BatchRecord]) -> Result:
    """``batches``."""
    return Result(lambda: {"batches": [batch_shape(record) for record in records]}, table(_batches(records)))


def batch_result(viewed: Viewed[BatchContent], catalogue: Catalogue, language: Language) -> Result:
    """``batch N``."""
    content = viewed.found
    return Result(lambda: _content_shape(content), table(_batch(content, catalogue, language)), reveal=viewed.revealed)


def _batches(records: Sequence[BatchRecord]) -> Answer:
    """The list of batches."""
    columns = (
        BATCH,
        Column("posted_at", N_("Posted"), "time"),
        Column("posted_by", N_("By")),
        Column("kind", N_("Kind"), "word"),
        FILE,
        PERSON_TIMES,
        AMOUNT,
        STATE,
    )
    rows = [
        (
            record.batch,
            record.posted_at,
            record.posted_by,
            record.kind,
            record.file or (f"→ {record.reverses}" if record.reverses else None),
            record.person_times,
            record.amount_fen,
            record.state,
        )
        for record in records
    ]
    return Answer(N_("Batches"), columns, rows)


def _batch(content: BatchContent, catalogue: Catalogue, language: Language) -> Answer:
    """One batch's entries."""
    record = content.record
    rows = [entry_cells(entry, catalogue, language) for entry in content.entries]
    facts = {
        "batch": record.batch,
        "file": record.file or record.kind,
        "at": time_text(record.posted_at),
        "by": record.posted_by,
        "count": record.person_times,
        "amount": yuan_text(record.amount_fen),
    }
    title = N_("Batch {batch}: {file}, posted {at} by {by}, {count} person-times, {amount} yuan")
    totals = [total_of(ENTRY_COLUMNS, record.amount_fen)] if rows else ()
    return Answer(title, ENTRY_COLUMNS, rows, totals=totals, facts=facts)


def batch_shape(record: BatchRecord) -> Shape:
    """One line of ``batches``."""
    return {
        "batch": record.batch,
        "kind": record.kind,
        "file": record.file,
        "sha256": record.sha256,
        "posted_at": record.posted_at,
        "posted_by": record.posted_by,
        "state": record.state,
        "entries": record.entries,
        **counted(record.person_times, record.amount_fen),
        "reverses": record.reverses,
        "reversed_by": record.reversed_by,
        "supersedes": record.supersedes,
        "superseded_by": record.superseded_by,
        "reason": record.reason,
        "catalogue": record.catalogue,
        "digest": record.digest,
    }


def _content_shape(content: BatchContent) -> Shape:
    """``batch N``."""
    rosters = [
        {
            "sheet": roster.sheet,
            "program": roster.program,
            "period": roster.period,
            "school": roster.school,
            "header_row": roster.header_row,
            **counted(roster.person_times, roster.amount_fen),
            "declared": counted(roster.declared_person_times, roster.declared_amount_fen),
        }
        for roster in content.rosters
    ]
    entries = [entry_shape(entry) for entry in content.entries]
    return batch_shape(content.record) | {"rosters": rosters, "rows": entries}
