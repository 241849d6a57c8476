"""Running rules over the ledger: cases become findings with their evidence."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import select

from aidledger.audit.evidence import evidence_of
from aidledger.audit.rule import Books, Case, Rule, Scope
from aidledger.domain.finding import Decision, Finding, Need
from aidledger.store.entries import current
from aidledger.store.tables import Listing, Notice


@dataclass(frozen=True, slots=True)
class Audit:
    """What was found, and which rules did not run for want of what data."""

    findings: Sequence[Finding]
    ran: Sequence[str]
    not_run: Mapping[str, Sequence[Need]]


def run(scope: Scope, rules: Iterable[Rule], decisions: Mapping[str, Decision]) -> Audit:
    """Ask every rule; findings come rule by rule, each rule's in the order of their ids."""
    there = _data_there(scope.books) | scope.holds
    findings: list[Finding] = []
    ran: list[str] = []
    not_run: dict[str, Sequence[Need]] = {}
    for rule in rules:
        missing = [need for need in rule.needs if need not in there]
        if missing:
            not_run[rule.code] = missing
            continue
        ran.append(rule.code)
        found = _findings(scope, rule, list(rule.find(scope)), decisions)
        findings += sorted(found, key=lambda finding: (finding.program or "", finding.period or "", finding.id))
    return Audit(findings, ran, not_run)


def _data_there(books: Books) -> set[str]:
    query = select(Listing.c.kind).where(current(Listing))
    there = set(books.execute(query.distinct()).scalars())
    return there | {"notice"} if books.execute(select(Notice.c.id).limit(1)).first() else there


def _findings(scope: Scope, rule: Rule, cases: Sequence[Case], decisions: Mapping[str, Decision]) -> Iterable[Finding]:
    evidence = evidence_of(scope, cases)
    for case in cases:
        finding = Finding(
            rule=rule.code,
            severity=rule.severity,
            about=case.about,
            program=case.program,
            period=case.period,
            persons=case.persons,
            amount_fen=case.amount_fen,
            evidence=[
                *(evidence["roster", entry] for entry in case.entries),
                *(evidence[record] for record in case.records),
            ],
            standard=case.standard,
            facts=case.facts,
        )
        yield replace(finding, decision=decisions.get(finding.id))
