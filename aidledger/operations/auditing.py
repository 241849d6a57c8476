"""The audit over the whole ledger, and working through its findings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from aidledger.audit.rule import Rule, Scope
from aidledger.audit.rules import RULES, rule
from aidledger.audit.running import Audit, run
from aidledger.catalogue.catalogue import Catalogue
from aidledger.domain.finding import Decision, Finding, Severity, State, at_least
from aidledger.errors import UnknownFinding
from aidledger.store.chain import events
from aidledger.store.chain.decisions import decide, decisions, history
from aidledger.store.ledger import Ledger
from aidledger.store.master.schools import school_named


def audit(
    ledger: Ledger,
    catalogue: Catalogue,
    codes: Sequence[str] = (),
    program: str | None = None,
    period: str | None = None,
) -> Audit:
    """Run all rules, or those named, over everything or one program and period. Raises UnknownRule."""
    rules: Sequence[Rule] = [rule(code) for code in codes] or RULES
    with ledger.reading() as books:
        return run(Scope(books, catalogue, today_of(ledger), program, period), rules, decisions(books))


def school_of(ledger: Ledger, catalogue: Catalogue, name: str) -> str:
    """A school as findings call it; raises UnknownSchool, with close names."""
    with ledger.reading() as books:
        return school_named(books, catalogue.school(name) or name)[1]


def today_of(ledger: Ledger) -> date:
    """The day by which it is told which terms have ended."""
    return ledger.clock().date()


def to_look_at(found: Audit, least: Severity, today: date) -> list[Finding]:
    """The open findings at or above a severity."""
    return [one for one in found.findings if one.state(today) == "open" and at_least(one.severity, least)]


@dataclass(frozen=True, slots=True)
class FindingHistory:
    """A finding, all that was decided about it, and the ledger's head after that."""

    finding: Finding
    decisions: Sequence[Decision]
    head: str


def finding(ledger: Ledger, catalogue: Catalogue, number: str) -> FindingHistory:
    """One finding, by its id or the beginning of it; raises UnknownFinding."""
    with ledger.reading() as books:
        found = run(Scope(books, catalogue, today_of(ledger)), RULES, decisions(books)).findings
        matching = [one for one in found if number and one.id.startswith(number)]
        if len(matching) != 1:
            raise UnknownFinding(id=number)
        decided = history(books, matching[0].id).get(matching[0].id, [])
        return FindingHistory(matching[0], decided, events.head(books))


def settle(
    ledger: Ledger, catalogue: Catalogue, number: str, state: State, text: str, until: date | None = None
) -> FindingHistory:
    """Record what was decided about a finding, on the facts as they are now; raises UnknownFinding."""
    before = finding(ledger, catalogue, number)
    facts = before.finding.facts_digest
    decision = Decision(state, text, ledger.moment(), ledger.actor, facts, until)
    with ledger.writing("decide") as books:
        decide(books, before.finding.id, decision)
        head = events.head(books)
    return FindingHistory(replace(before.finding, decision=decision), [*before.decisions, decision], head)
