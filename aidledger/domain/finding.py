"""Findings of the audit: a case, its evidence, and what was decided about it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Literal, get_args

from aidledger.i18n import N_

Severity = Literal["info", "warning", "error"]
SEVERITIES: tuple[Severity, ...] = get_args(Severity)
State = Literal["open", "explained", "recovered", "accepted"]
STATES: tuple[State, ...] = get_args(State)
# Data that a rule may need beside payments: lists that were imported, notices that were posted. The last three tell a
# ledger from the ledgers of many districts together, whose people may be pseudonyms.
Need = Literal[
    "certification",
    "register",
    "allotment",
    "bank-return",
    "recovery",
    "notice",
    "people-in-full",
    "one-district",
    "several-districts",
    "payment-orders",
]
_SAID = (
    N_("notice"),
    N_("people-in-full"),
    N_("one-district"),
    N_("several-districts"),
    N_("payment-orders"),
)


@dataclass(frozen=True, slots=True)
class Evidence:
    """A row of a school's (or a bank's) file: an entry's, or (``entry`` None) that of another list.

    ``district``: whose ledger counts entry and batch, where several are audited together.
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


@dataclass(frozen=True, slots=True)
class Decision:
    """What somebody decided about a finding, and the facts on which (a digest)."""

    state: State
    text: str
    at: str
    by: str
    facts: str
    until: date | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """One case that a rule found. ``amount_fen``: the money in question; ``facts``: what its sentence needs.

    A fact of which there are several, because its payments differ in it, is a tuple.
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
        """The same from run to run, whatever the order in which files were imported."""
        return _digest([self.rule, *self.about])[:12]

    @property
    def schools(self) -> list[str]:
        """The schools that its evidence or what it is about names, each once."""
        school = self.facts.get("school")
        about = school if isinstance(school, tuple) else (school,)
        return list(dict.fromkeys(filter(None, [*(row.school for row in self.evidence), *about])))

    @property
    def facts_digest(self) -> str:
        """What a decision rests on: who is meant, the money, and the rows by what they say, not by where they stand."""
        rows = sorted(
            json.dumps([row.number, row.school, row.program, row.period, row.amount_fen]) for row in self.evidence
        )
        return _digest([self.rule, self.about, self.persons, self.amount_fen, self.standard, rows])[:16]

    def state(self, today: date) -> State:
        """What was decided, as long as the facts are the same and a term that was set has not run out."""
        decided = self.decision
        if decided is None or decided.facts != self.facts_digest:
            return "open"
        return "open" if decided.until is not None and decided.until < today else decided.state


def at_least(severity: Severity, least: Severity) -> bool:
    """Whether a severity is as grave as another, or graver."""
    return SEVERITIES.index(severity) >= SEVERITIES.index(least)


def _digest(content: object) -> str:
    return hashlib.sha256(json.dumps(content, ensure_ascii=True, default=str).encode("ascii")).hexdigest()
