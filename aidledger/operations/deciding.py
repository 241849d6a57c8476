"""Several decisions at once, each on a finding as it was shown: all are recorded, or none."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from aidledger.audit.rule import Scope
from aidledger.audit.rules import rule
from aidledger.audit.running import Audit, run
from aidledger.catalogue.catalogue import Catalogue
from aidledger.domain.finding import Decision, Finding, State
from aidledger.domain.identity import masked_words
from aidledger.domain.table import time_text
from aidledger.domain.visible import says_something
from aidledger.errors import (
    DecidedMeanwhile,
    DecisionUnexplained,
    FindingsChanged,
    NothingChosen,
    OneDecision,
    UnknownFinding,
    UntilPast,
)
from aidledger.operations.auditing import today_of
from aidledger.operations.views import Viewed
from aidledger.store.chain import events
from aidledger.store.chain.decisions import decide, decisions
from aidledger.store.ledger import Books, Ledger

# What changes neither entries nor lists: after it, findings rest on the same facts.
_HARMLESS = frozenset({"decide-finding", "reveal", "name-actor", "dismiss-actor"})
_NAMED_MAX = 20


@dataclass(frozen=True, slots=True)
class Proposal:
    """A decision to record. ``shown``: what was seen of the finding (Finding.shown)."""

    id: str
    shown: str
    state: State
    text: str
    until: date | None = None

    def require(self, today: date) -> None:
        """Check that it makes sense by itself; raises DecisionUnexplained, OneDecision, UntilPast."""
        if not says_something(self.text):
            raise DecisionUnexplained
        if (self.until is not None) != (self.state == "accepted"):
            raise OneDecision
        if self.until is not None and self.until < today:
            raise UntilPast(day=self.until.isoformat())


@dataclass(frozen=True, slots=True)
class Decided:
    """What was recorded: the findings as they were, and the ledger's head afterwards. ``amount_fen``: in question."""

    findings: Sequence[Finding]
    head: str

    @property
    def amount_fen(self) -> int:
        """The money in question, in 分."""
        return sum(one.amount_fen for one in self.findings)


def digest_of(head: str | None, findings: Iterable[Finding]) -> str:
    """What a button is bound to that decides on a whole list: the audit's head, each finding, the last decision."""
    told = [(one.id, one.decision) for one in findings]
    return hashlib.sha256(repr((head, told)).encode("utf-8", "replace")).hexdigest()


def chosen(audited: Audit, ids: Iterable[str]) -> list[Finding]:
    """The findings of an audit with these ids, each once, in the order given; raises UnknownFinding."""
    known = {one.id: one for one in audited.findings}
    found = []
    for number in dict.fromkeys(ids):
        if number not in known:
            raise UnknownFinding(id=number)
        found.append(known[number])
    return found


def as_shown(audited: Audit, shown: Mapping[str, str]) -> list[Finding]:
    """The findings of an audit with these ids, if each is as it was shown (Finding.shown).

    Raises NothingChosen, UnknownFinding, FindingsChanged, DecidedMeanwhile.
    """
    if not shown:
        raise NothingChosen
    found = chosen(audited, shown)
    _require_unchanged(shown, {one.id: one for one in found})
    return found


def may_decide(ledger: Ledger) -> None:
    """Check that the office lets the actor decide; raises NotNamed, OtherRole."""
    ledger.require("decide")


def decide_together(
    ledger: Ledger, catalogue: Catalogue, audited: Viewed[Audit], proposals: Sequence[Proposal]
) -> Decided:
    """Record decisions on findings of an audit that has run, in one transaction: all or none.

    Raises NothingChosen, UnknownFinding, FindingsChanged (by name: what they rest on is different now),
    DecidedMeanwhile, and what Proposal.require raises; NotNamed, OtherRole.
    """
    with ledger.writing("decide") as books:
        wanted = {one.id: one for one in proposals}
        if not wanted:
            raise NothingChosen
        for proposal in proposals:
            proposal.require(today_of(ledger))
        present = _present(books, ledger, catalogue, audited, chosen(audited.found, wanted))
        _require_unchanged({number: one.shown for number, one in wanted.items()}, present)
        for number, proposal in wanted.items():
            decide(books, number, _decision(ledger, proposal, present[number]))
        return Decided(list(present.values()), events.head(books))


def _decision(ledger: Ledger, proposal: Proposal, finding: Finding) -> Decision:
    """What is kept for good: the numbers of people that somebody wrote into the reason are not."""
    text = masked_words(proposal.text)
    return Decision(proposal.state, text, ledger.moment(), ledger.actor, finding.facts_digest, proposal.until)


def _present(
    books: Books, ledger: Ledger, catalogue: Catalogue, audited: Viewed[Audit], findings: Sequence[Finding]
) -> Mapping[str, Finding]:
    """The findings as they are now, with the last decisions; of rules, only those concerned run again.

    Raises FindingsChanged for what is found no more.
    """
    done = None if audited.head is None else events.actions_since(books, audited.head)
    decided = decisions(books)
    now: dict[str, Finding] = {one.id: one for one in findings}
    if done is None or not _HARMLESS.issuperset(done):
        rules = [rule(code) for code in dict.fromkeys(one.rule for one in findings)]
        now = {one.id: one for one in run(Scope(books, catalogue, today_of(ledger)), rules, decided).findings}
        _require_none([one.id for one in findings if one.id not in now])
    return {one.id: replace(now[one.id], decision=decided.get(one.id)) for one in findings}


def _require_unchanged(shown: Mapping[str, str], present: Mapping[str, Finding]) -> None:
    _require_none([number for number, one in present.items() if not shown[number].startswith(one.facts_digest)])
    for number, finding in present.items():
        if shown[number] != finding.shown:
            raise meanwhile(finding)


def meanwhile(finding: Finding) -> DecidedMeanwhile:
    """What to say of a finding on which somebody decided since it was shown."""
    made = finding.decision
    if made is None:
        return DecidedMeanwhile(id=finding.id, state="open", by="—", at="—")
    return DecidedMeanwhile(id=finding.id, state=made.state, by=made.by, at=time_text(made.at))


def _require_none(changed: Sequence[str]) -> None:
    if changed:
        more = f" +{len(changed) - _NAMED_MAX}" if len(changed) > _NAMED_MAX else ""
        raise FindingsChanged(ids=", ".join(changed[:_NAMED_MAX]) + more)
