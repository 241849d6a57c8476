"""The access log as JSON and as a table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from aidledger.domain.identity import masked_text
from aidledger.domain.table import Answer, Column
from aidledger.i18n import N_, Translate

if TYPE_CHECKING:
    from aidledger.store.accesses import Access

# What is recorded of what was seen begins with one of these.
_SEEN = {
    "pay export": N_("the payment file of order {which}"),
    "pay order": N_("payment order {which}"),
    "sample": N_("sample {which}"),
    "audit": N_("all findings"),
    "finding": N_("finding {which}"),
    "reconcile": N_("the comparison with other lists"),
    "batch": N_("batch {which}"),
    "person": N_("person {which}"),
    "entry": N_("entry {which}"),
    "figure": N_("the entries behind the figure {which}"),
}


def accesses_shape(found: Sequence[Access]) -> dict[str, Any]:
    """``access-log``. A number that somebody wrote into a reason is masked."""
    return {"accesses": [asdict(one) | {"reason": masked_text(one.reason)} for one in found]}


def accesses_answer(found: Sequence[Access], translate: Translate) -> Answer:
    """One row per request."""
    columns = (
        Column("at", N_("When (UTC)")),
        Column("actor", N_("Who")),
        Column("seen", N_("What was shown")),
        Column("reason", N_("Reason given")),
    )
    rows = [(one.at, one.actor, _seen(one.seen, translate), masked_text(one.reason)) for one in found]
    facts = {"count": len(rows)}
    return Answer(N_("Full ID and card numbers were shown {count} times"), columns if rows else (), rows, facts=facts)


def _seen(seen: str, translate: Translate) -> str:
    for words, said in _SEEN.items():
        if seen == words or seen.startswith(f"{words} "):
            return translate(said).format(which=seen.removeprefix(words).strip())
    return seen
