"""The audit over the whole ledger, and working through its findings."""

from __future__ import annotations

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from datetime import date

from aidledger.audit.rule import Rule, Scope
from aidledger.audit.rules import RULES, rule
from aidledger.audit.running import Audit, run
from aidledger.audit.sampling import GroupedBy, Sample, draw
from aidledger.catalogue.catalogue import Catalogue
from aidledger.domain.finding import Decision, Finding, Severity, State, at_least
from aidledger.errors import UnknownFinding
from aidledger.operations.views import Reveal, Viewed, view
from aidledger.store.chain import events
from aidledger.store.chain.decisions import decide, decisions, history
from aidledger.store.ledger import Books, Ledger
from aidledger.store.master.schools import school_named


def audit(
    ledger: Ledger,
    catalogue: Catalogue,
    codes: Sequence[str] = (),
    program: str | None = None,
    period: str | None = None,
    school: str | None = None,
    reveal: Reveal | None = None,
    seen: str = "audit",
) -> Viewed[Audit]:
    """Run all rules or some, over everything or one program, period or school.

    ``seen``: what the access log calls it. Raises UnknownRule, UnknownProgram, UnknownSchool (with close names).
    """
    rules: Sequence[Rule] = [rule(code) for code in codes] or RULES
    code = None if program is None else catalogue.program(program).code

    def read(books: Books) -> Audit:
        called = None if school is None else school_named(books, catalogue.school(school) or school)[1]
        found = run(Scope(books, catalogue, today_of(ledger), code, period), rules, decisions(books))
        return found if called is None else naming(found, {called})

    return view(ledger, read, reveal, lambda _: seen)


def naming(found: Audit, schools: AbstractSet[str]) -> Audit:
    """Only the findings about certain schools."""
    return replace(found, findings=[one for one in found.findings if not schools.isdisjoint(one.schools)])


def today_of(ledger: Ledger) -> date:
    """The date that decides which terms have ended."""
    return ledger.clock().date()


def to_look_at(found: Audit, least: Severity, today: date) -> list[Finding]:
    """The open findings at or above a severity."""
    return [one for one in found.findings if one.state(today) == "open" and at_least(one.severity, least)]


@dataclass(frozen=True, slots=True)
class FindingHistory:
    """A finding and all decisions on it."""

    finding: Finding
    decisions: Sequence[Decision]


def finding(ledger: Ledger, catalogue: Catalogue, number: str, reveal: Reveal | None = None) -> Viewed[FindingHistory]:
    """One finding, by its id or a prefix of it; raises UnknownFinding."""

    def read(books: Books) -> FindingHistory:
        found = run(Scope(books, catalogue, today_of(ledger)), RULES, decisions(books)).findings
        matching = [one for one in found if number and one.id.startswith(number)]
        if len(matching) != 1:
            raise UnknownFinding(id=number)
        return FindingHistory(matching[0], history(books, matching[0].id).get(matching[0].id, []))

    return view(ledger, read, reveal, lambda found: f"finding {found.finding.id}")


def settle(
    ledger: Ledger,
    catalogue: Catalogue,
    number: str,
    state: State,
    text: str,
    until: date | None = None,
    reveal: Reveal | None = None,
) -> Viewed[FindingHistory]:
    """Record a decision on a finding, given its present facts; raises UnknownFinding."""
    before = finding(ledger, catalogue, number, reveal)
    open_one = before.found.finding
    decision = Decision(state, text, ledger.moment(), ledger.actor, open_one.facts_digest, until)
    with ledger.writing("decide") as books:
        decide(books, open_one.id, decision)
        head = events.head(books)
    decided = FindingHistory(replace(open_one, decision=decision), [*before.found.decisions, decision])
    return Viewed(decided, head, before.revealed)


def sample(
    ledger: Ledger,
    catalogue: Catalogue,
    seed: str,
    size: int,
    by: Sequence[GroupedBy] = (),
    program: str | None = None,
    period: str | None = None,
    reveal: Reveal | None = None,
) -> Viewed[Sample]:
    """A reproducible sample of the entries in force, see audit.sampling; raises UnknownProgram."""
    code = None if program is None else catalogue.program(program).code
    return view(ledger, lambda books: draw(books, seed, size, by, code, period), reveal, lambda _: f"sample {seed}")
