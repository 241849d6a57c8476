"""What verify found, as JSON and as a table."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from aidledger.domain.table import Answer, Column
from aidledger.i18n import N_, Translate
from aidledger.presentation.columns import BATCH, ENTRY, Shape
from aidledger.presentation.result import Result, table

if TYPE_CHECKING:
    from aidledger.store.verifying.verify import Verdict


def verdict_result(found: Verdict, translate: Translate) -> Result:
    """``verify``."""
    return Result(
        lambda: _shape(found, lambda what, facts: translate(what).format(**facts)), table(_answer(found, translate))
    )


def verdict_words(found: Verdict) -> tuple[str, Mapping[str, object]]:
    """What verify found in one sentence: an English template and its facts."""
    answer = _answer(found, lambda words: words)
    return answer.title, answer.facts


def _answer(found: Verdict, translate: Translate) -> Answer:
    """What verify found."""
    columns = (BATCH, ENTRY, Column("what", N_("What"), "message"))
    rows = [
        (
            fault.batch,
            fault.entry,
            translate(fault.what).format(**{"batch": fault.batch, "entry": fault.entry, **fault.facts}),
        )
        for fault in (*found.faults, *found.unjudged)
    ]
    facts = {
        "batches": found.batches,
        "entries": found.entries,
        "faults": len(found.faults),
        "head": found.head,
        "passed": found.passed,
        "seal_key": found.sealed_by or "",
    }
    title = N_("{batches} batches, {entries} entries: every digest and total agrees")
    if found.faults:
        title = N_("{batches} batches, {entries} entries; faults: {faults}")
    elif found.unjudged:
        title = N_("{batches} batches, {entries} entries: every digest and total agrees; seals were not verified")
    elif found.passed:
        title = N_("{batches} batches, {entries} entries: everything that was verified agrees")
    notes = [N_("Head: {head}")]
    if found.sealed_by and not rows:
        notes.insert(
            0,
            N_(
                "Sealed with the key {seal_key}: nothing recorded here was changed or added without it. "
                "To see that nothing is missing at the end, compare the head with one that was kept elsewhere."
            ),
        )
    if found.passed:
        notes.insert(0, N_("The first {passed} batches, up to the head given, were verified before."))
    return Answer(title, columns if rows else (), rows, notes=notes, facts=facts)


def _shape(verdict: Verdict, text: Callable[[str, Mapping[str, object]], str]) -> Shape:
    """``verify``."""
    return {
        "ok": not (verdict.faults or verdict.unjudged),
        "batches": verdict.batches,
        "entries": verdict.entries,
        "head": verdict.head,
        "passed": verdict.passed,
        "faults": [
            {
                "batch": fault.batch,
                "entry": fault.entry,
                "what": text(fault.what, {"batch": fault.batch, "entry": fault.entry, **fault.facts}),
            }
            for fault in (*verdict.faults, *verdict.unjudged)
        ],
    } | ({"sealed_by": verdict.sealed_by} if verdict.sealed_by else {})
