"""Who saw full numbers, and who signed in to the page, as JSON and as tables."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from aidledger.domain.identity import masked_text, masked_words
from aidledger.domain.table import Answer, Column
from aidledger.i18n import N_, Translate
from aidledger.presentation.result import Result, table

if TYPE_CHECKING:
    from aidledger.store.accounts import SignIn
    from aidledger.store.privacy.accesses import Access

_SEEN = {
    "pay export": N_("the payment file of order {which}"),
    "pay order": N_("payment order {which}"),
    "sample": N_("sample {which}"),
    "audit": N_("all findings"),
    "finding": N_("finding {which}"),
    "findings": N_("all findings"),
    "reconcile": N_("comparison with other lists"),
    "batch": N_("batch {which}"),
    "delivery": N_("a file of delivery {which}, not posted yet"),
    "person": N_("person {which}"),
    "export parquet": N_("everybody, as district {which} of a lake"),
    "export": N_("a copy of everything held about person {which}"),
    "forget": N_("nothing: a request to remove the data of person {which}"),
    "entry": N_("entry {which}"),
    "figure": N_("the entries behind the figure {which}"),
}


def accesses_result(found: Sequence[Access], translate: Translate) -> Result:
    """``access-log``."""
    return Result(lambda: _shape(found), table(_answer(found, translate)))


def _shape(found: Sequence[Access]) -> dict[str, Any]:
    """``access-log``. Numbers written into a reason are masked."""
    return {"accesses": [asdict(one) | {"reason": masked_text(one.reason)} for one in found]}


def _answer(found: Sequence[Access], translate: Translate) -> Answer:
    """One row per request."""
    columns = (
        Column("at", N_("When"), "time"),
        Column("actor", N_("Who")),
        Column("seen", N_("What was shown")),
        Column("reason", N_("Reason given")),
    )
    rows = [(one.at, one.actor, _seen(one, translate), masked_text(one.reason)) for one in found]
    facts = {"count": sum(one.subject[0] != "forget" for one in found)}
    return Answer(N_("Full ID and card numbers shown: {count} times"), columns if rows else (), rows, facts=facts)


def _seen(one: Access, translate: Translate) -> str:
    kind, which = one.subject
    return translate(_SEEN[kind]).format(which=which) if kind else which


def sign_ins_result(found: Sequence[SignIn]) -> Result:
    """The page's list of tries to sign in."""
    columns = (
        Column("at", N_("When"), "time"),
        Column("name", N_("Who")),
        Column("computer", N_("Computer")),
        Column("outcome", N_("Outcome"), "word"),
    )
    rows = [
        (one.at, one.name and masked_words(one.name), one.computer, N_("signed in") if one.let_in else N_("refused"))
        for one in found
    ]
    facts = {"count": len(rows), "refused": sum(not one.let_in for one in found)}
    answer = Answer(
        N_("{count} tries to sign in, {refused} of them refused"), columns if rows else (), rows, facts=facts
    )
    names = [column.key for column in columns]
    return Result(lambda: {"sign_ins": [dict(zip(names, row, strict=True)) for row in rows]}, table(answer))
