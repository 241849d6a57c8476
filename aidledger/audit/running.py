"""Running rules over the ledger: cases become findings with their evidence."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import select

from aidledger.audit.evidence import Key, evidence_of
from aidledger.audit.people import people
from aidledger.audit.rule import Books, Case, Rule, Scope
from aidledger.domain.finding import Decision, Evidence, Finding, Need
from aidledger.store.model.tables import Listing, Notice
from aidledger.store.postings.entries import current


@dataclass(frozen=True, slots=True)
class Audit:
    """What was found, and which rules did not run for want of what data."""

    findings: Sequence[Finding]
    ran: Sequence[str]
    not_run: Mapping[str, Sequence[Need]]


def run(scope: Scope, rules: Iterable[Rule], decisions: Mapping[str, Decision]) -> Audit:
    """Ask every rule; findings come rule by rule, each rule's in the order of their ids."""
    there = _data_there(scope.books) | scope.holds
    cases: list[tuple[Rule, Sequence[Case]]] = []
    not_run: dict[str, Sequence[Need]] = {}
    for rule in rules:
        missing = [need for need in rule.needs if need not in there]
        if missing:
            not_run[rule.code] = missing
        else:
            cases.append((rule, list(rule.find(scope))))
    return Audit(_findings(scope, cases, decisions), [rule.code for rule, _ in cases], not_run)


def _data_there(books: Books) -> set[str]:
    query = select(Listing.c.kind).where(current(Listing))
    there = set(books.execute(query.distinct()).scalars())
    return there | {"notice"} if books.execute(select(Notice.c.id).limit(1)).first() else there


def _findings(
    scope: Scope, found: Sequence[tuple[Rule, Sequence[Case]]], decisions: Mapping[str, Decision]
) -> list[Finding]:
    """The cases of all rules as findings: where they stand and who they are about is asked for all of them at once."""
    cases = [case for _, of_rule in found for case in of_rule]
    evidence = evidence_of(scope, cases)
    known = people(scope, (part for case in cases for part in case.about if isinstance(part, int)))
    findings: list[Finding] = []
    for rule, of_rule in found:
        own = (_finding(rule, about, case, evidence) for about, case in _one_each(of_rule, known).items())
        decided = (replace(finding, decision=decisions.get(finding.id)) for finding in own)
        findings += sorted(decided, key=lambda finding: (finding.program or "", finding.period or "", finding.id))
    return findings


def _one_each(cases: Iterable[Case], known: Mapping[int, Any]) -> Mapping[tuple[str, ...], Case]:
    """By what it is about, each case of a rule once: who was paid twice, or by two offices, makes one finding."""
    found: dict[tuple[str, ...], Case] = {}
    for case in cases:
        about = tuple(_named(case.about, known))
        found[about] = found[about].with_also(case) if about in found else case
    return found


def _finding(rule: Rule, about: tuple[str, ...], case: Case, evidence: Mapping[Key, Evidence]) -> Finding:
    return Finding(
        rule=rule.code,
        severity=rule.severity,
        about=about,
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


def _named(about: Iterable[str | int], known: Mapping[int, Any]) -> Iterator[str]:
    """What a case is about, its people by their documents."""
    for part in about:
        if isinstance(part, int):
            yield known[part].document_type
            yield known[part].number
        else:
            yield part
