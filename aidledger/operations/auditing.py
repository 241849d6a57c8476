"""The audit over the whole ledger, and working through its findings."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, cast

from aidledger.audit.keeping import heard, said
from aidledger.audit.rule import Rule, Scope
from aidledger.audit.rules import RULES, rule
from aidledger.audit.running import Audit, run
from aidledger.audit.sampling import GroupedBy, Sample, draw
from aidledger.catalogue.catalogue import Catalogue
from aidledger.domain.finding import Decision, Finding, Severity, State, at_least
from aidledger.errors import UnknownFinding
from aidledger.operations.sides import kept_of
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


@dataclass(frozen=True, slots=True)
class KeptAudit:
    """An audit as it ran, and the ids of the findings of the one that was kept before it; None if there was none."""

    audited: Viewed[Audit]
    earlier: frozenset[str] | None


def audit_and_keep(ledger: Ledger, catalogue: Catalogue, progress: Callable[[int, int], None]) -> KeptAudit:
    """Run all rules over everything, and keep what they found beside the ledger instead of the audit before.

    ``progress`` gets the number of rules done, and of all; what it raises ends the run.
    """
    audited = view(
        ledger, lambda books: run(Scope(books, catalogue, today_of(ledger)), RULES, decisions(books), progress)
    )
    before = kept(ledger)
    earlier = None if before is None else frozenset(one.id for one in before.audited.found.findings)
    content = said(audited.found) | {"earlier": None if earlier is None else sorted(earlier)}
    kept_of(ledger).put("audit", audited.head, content)
    return KeptAudit(audited, earlier)


def kept(ledger: Ledger) -> KeptAudit | None:
    """The last audit that was kept, as of its head and without decisions; None if there is none."""
    found = kept_of(ledger).get("audit")
    if found is None:
        return None
    told = cast("dict[str, Any]", found[1])
    earlier = told["earlier"]
    return KeptAudit(Viewed(heard(told), found[0]), None if earlier is None else frozenset(earlier))


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


def history_of(ledger: Ledger, found: Finding, reveal: Reveal | None = None) -> Viewed[FindingHistory]:
    """A finding of an audit that has run, with all decisions on it up to now."""

    def read(books: Books) -> FindingHistory:
        decided = history(books, found.id).get(found.id, [])
        return FindingHistory(replace(found, decision=decisions(books).get(found.id)), decided)

    return view(ledger, read, reveal, lambda _: f"finding {found.id}")


def decided_since(ledger: Ledger, found: Audit) -> Viewed[Audit]:
    """An audit that has run, with the decisions up to now; the head is the ledger's now, not the audit's."""

    def read(books: Books) -> Audit:
        decided = decisions(books)
        return replace(found, findings=[replace(one, decision=decided.get(one.id)) for one in found.findings])

    return view(ledger, read)


def decide_on(ledger: Ledger, found: Finding, state: State, text: str, until: date | None = None) -> str:
    """Record a decision on a finding as it was shown, and return the head; it lapses where the facts have changed."""
    with ledger.writing("decide") as books:
        decide(books, found.id, Decision(state, text, ledger.moment(), ledger.actor, found.facts_digest, until))
        return events.head(books)


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
    head = decide_on(ledger, before.found.finding, state, text, until)
    return replace(history_of(ledger, before.found.finding), head=head, revealed=before.revealed)


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
