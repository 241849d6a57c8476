"""How well an audit finds what a key says: recall and precision, rule by rule."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from itertools import pairwise
from typing import Protocol

from aidledger.domain.finding import Finding

Fault = tuple[str, str, str]
"""Subject, program, period; empty where a rule names none."""
_DOCUMENTS = frozenset({"resident-id", "residence-permit", "passport", "other"})
_OF_PROGRAMS = "same-count-two-programs"
_KINDS = frozenset({"card", "school", "program"})


class Expected(Protocol):
    """A row of a key."""

    @property
    def rule(self) -> str: ...
    @property
    def subject(self) -> str: ...
    @property
    def program(self) -> str: ...
    @property
    def period(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Score:
    """One rule: what was missed, and what was found that is no fault."""

    rule: str
    expected: int
    found: int
    missed: tuple[Fault, ...]
    extra: tuple[Fault, ...]

    @property
    def recall(self) -> float:
        """The share of the faults that was found."""
        return 1 - len(self.missed) / self.expected if self.expected else 1.0

    @property
    def precision(self) -> float:
        """The share of the findings that are faults."""
        return 1 - len(self.extra) / self.found if self.found else 1.0

    def __str__(self) -> str:
        shares = f"recall {self.recall:.3f}, precision {self.precision:.3f}"
        return f"{self.rule}: {self.expected} expected, {self.found} found, {shares}"


def scores(findings: Iterable[Finding], key: Iterable[Expected], rules: Collection[str]) -> list[Score]:
    """A score for each rule that ran, in the order of ``rules``."""
    found: dict[str, set[Fault]] = {rule: set() for rule in rules}
    expected: dict[str, set[Fault]] = {rule: set() for rule in rules}
    for finding in findings:
        found[finding.rule].add((subject_of(finding), finding.program or "", finding.period or ""))
    for one in key:
        if one.rule in expected:
            expected[one.rule].add((one.subject, one.program, one.period))
    return [
        Score(
            rule,
            len(expected[rule]),
            len(found[rule]),
            tuple(sorted(expected[rule] - found[rule])),
            tuple(sorted(found[rule] - expected[rule])),
        )
        for rule in rules
    ]


def subject_of(finding: Finding) -> str:
    """Whom a finding is about, as keys say it: numbers or programs joined by +, a card, a school, else the program."""
    about = finding.about
    if finding.rule == _OF_PROGRAMS:
        return "+".join(about[1:])
    numbers = [number for kind, number in pairwise(about) if kind in _DOCUMENTS]
    if numbers:
        return "+".join(sorted(numbers))
    others = [text for text in about if text and text not in {*_KINDS, finding.program, finding.period}]
    return others[0] if others else finding.program or ""
