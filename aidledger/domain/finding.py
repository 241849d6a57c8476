"""Audit findings: a case, its evidence and the decision about it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import pairwise
from typing import Literal, get_args

from aidledger.domain.identity import DocumentType
from aidledger.i18n import N_

_DOCUMENT_TYPES = frozenset(get_args(DocumentType))
Severity = Literal["info", "warning", "error"]
SEVERITIES: tuple[Severity, ...] = get_args(Severity)
State = Literal["open", "explained", "recovered", "accepted"]
STATES: tuple[State, ...] = get_args(State)
# What somebody does who decides on a state.
DEEDS: Mapping[State, str] = {
    "explained": N_("Justify"),
    "recovered": N_("Money came back"),
    "accepted": N_("Accept until a date"),
    "open": N_("Open again"),
}
# The columns of a working paper that are filled in, or hold what a decision rests on.
PAPER_TITLES: Mapping[str, str] = {
    "id": N_("Finding"),
    "decision": N_("Decision"),
    "until": N_("Until"),
    "reason": N_("Reason"),
    "digest": N_("Basis (leave as it is)"),
}
# What a rule may need beside payments: imported lists, posted notices, payment orders; or a single district's ledger
# rather than several combined, in which people may be pseudonymous.
Need = Literal[
    "certification",
    "register",
    "allotment",
    "bank-return",
    "recovery",
    "population",
    "fee-receipt",
    "staff",
    "death",
    "national-export",
    "quota",
    "notice",
    "shares",
    "public-fees",
    "people-in-full",
    "one-district",
    "several-districts",
    "payment-orders",
]
# Only marks the words for translation.
_NEED_WORDS = (
    N_("notice"),
    N_("shares"),
    N_("public-fees"),
    N_("people-in-full"),
    N_("one-district"),
    N_("several-districts"),
    N_("payment-orders"),
)


@dataclass(frozen=True, slots=True)
class Evidence:
    """A row of an imported file: that of an entry, or (``entry`` None) a row of another list.

    ``amount_fen`` is in 分. ``district``: whose ledger ``entry`` and ``batch`` belong to, where several are audited
    together. ``posted_as``: the school as the roster named it, if it has another name now or counts as another.
    """

    entry: int | None
    batch: int
    file: str | None
    sheet: str
    row: int
    name: str
    number: str | None
    school: str | None
    program: str | None
    period: str | None
    amount_fen: int | None
    district: str | None = None
    posted_as: str | None = None


@dataclass(frozen=True, slots=True)
class Decision:
    """What somebody decided about a finding; ``facts``: the digest of the facts it rests on."""

    state: State
    text: str
    at: str
    by: str
    facts: str
    until: date | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """One case that a rule found. ``amount_fen``: the money in question (分); ``facts``: the values of its sentence.

    Where its payments differ in a fact, the fact is a tuple.
    """

    rule: str
    severity: Severity
    about: tuple[str, ...]
    program: str | None
    period: str | None
    persons: int
    amount_fen: int
    evidence: Sequence[Evidence]
    standard: str | None
    facts: Mapping[str, object] = field(default_factory=dict)
    decision: Decision | None = None

    @property
    def id(self) -> str:
        """Stable across runs, independent of the order of imports."""
        return _digest([self.rule, *self.about])[:12]

    @property
    def numbers(self) -> list[str]:
        """The document numbers of the people whom it is about; empty if it is about a school, a card or a program."""
        return [number for kind, number in pairwise(self.about) if kind in _DOCUMENT_TYPES]

    @property
    def schools(self) -> list[str]:
        """The distinct schools that its evidence or its facts name."""
        school = self.facts.get("school")
        named = school if isinstance(school, tuple) else (school,)
        return list(dict.fromkeys(filter(None, [*(row.school for row in self.evidence), *named])))

    @property
    def facts_digest(self) -> str:
        """Digest of what a decision rests on: subject, money, and the content of the rows but not their position.

        The rows' schools are as their rosters name them: a school's new name is no reason to decide again.
        """
        rows = sorted(
            json.dumps([row.number, row.posted_as or row.school, row.program, row.period, row.amount_fen])
            for row in self.evidence
        )
        return _digest([self.rule, self.about, self.persons, self.amount_fen, self.standard, rows])[:16]

    @property
    def shown(self) -> str:
        """What a reader sees of it: the digest of its facts, and that of the last decision, ``-`` between."""
        made = self.decision
        decided = "" if made is None else [made.state, made.text, made.at, made.by, made.facts, str(made.until)]
        return f"{self.facts_digest}-{_digest(decided)[:8]}"

    def state(self, today: date) -> State:
        """The state decided on, unless the facts have changed since or the decision has expired."""
        decision = self.decision
        if decision is None or decision.facts != self.facts_digest:
            return "open"
        return "open" if decision.until is not None and decision.until < today else decision.state


def at_least(severity: Severity, least: Severity) -> bool:
    """Whether a severity is ``least`` or graver."""
    return SEVERITIES.index(severity) >= SEVERITIES.index(least)


def _digest(content: object) -> str:
    return hashlib.sha256(json.dumps(content, ensure_ascii=True, default=str).encode("ascii")).hexdigest()
