"""Running rules over the ledger, and turning their cases into findings with evidence."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Connection, select

from aidledger.audit.evidence import Key, evidence_of
from aidledger.audit.people import people
from aidledger.audit.rule import Case, Rule, Scope
from aidledger.catalogue.catalogue import Catalogue
from aidledger.domain.finding import Decision, Evidence, Finding, Need
from aidledger.store.database.queryable import Queryable
from aidledger.store.master.survivors import survivors
from aidledger.store.model.tables import Listing, Notice
from aidledger.store.postings.entries import current


@dataclass(frozen=True, slots=True)
class Audit:
    """The findings, the rules that ran, and the unmet needs of those that did not."""

    findings: Sequence[Finding]
    ran: Sequence[str]
    not_run: Mapping[str, Sequence[Need]]


def run(
    scope: Scope,
    rules: Sequence[Rule],
    decisions: Mapping[str, Decision],
    progress: Callable[[int, int], None] = lambda _done, _total: None,
) -> Audit:
    """Run every rule whose needs are met; findings are ordered by rule, program, period and id.

    ``progress`` gets the number of rules done, and of all; what it raises ends the run.
    """
    available = _available(scope.books) | _stated(scope.catalogue) | scope.holds
    cases: list[tuple[Rule, Sequence[Case]]] = []
    not_run: dict[str, Sequence[Need]] = {}
    for done, rule in enumerate(rules):
        progress(done, len(rules))
        missing = [need for need in rule.needs if need not in available]
        if missing:
            not_run[rule.code] = missing
        else:
            cases.append((rule, list(rule.find(scope))))
    progress(len(rules), len(rules))
    return Audit(_findings(scope, cases, decisions), [rule.code for rule, _ in cases], not_run)


def _available(books: Queryable) -> set[str]:
    """The kinds of lists in force, and ``notice`` if there is one."""
    query = select(Listing.c.kind).where(current(Listing))
    kinds = set(books.execute(query.distinct()).scalars())
    return kinds | {"notice"} if books.execute(select(Notice.c.id).limit(1)).first() else kinds


def _stated(catalogue: Catalogue) -> set[str]:
    """What an office states in its own folder: the shares of sources, the fees of public schools."""
    programs = catalogue.programs.values()
    shares = {"shares"} if any(program.shares for program in programs) else set()
    return shares | ({"public-fees"} if any(program.public_fee and program.fees for program in programs) else set())


def _findings(
    scope: Scope, found: Sequence[tuple[Rule, Sequence[Case]]], decisions: Mapping[str, Decision]
) -> list[Finding]:
    """The cases of all rules as findings; evidence and people are looked up for all of them at once."""
    cases = [case for _, of_rule in found for case in of_rule]
    evidence = evidence_of(scope, cases)
    known = people(scope, (part for case in cases for part in case.about if isinstance(part, int)))
    findings: list[Finding] = []
    first = survivors(scope.books).first_names if isinstance(scope.books, Connection) else {}
    for rule, of_rule in found:
        own = (_finding(rule, about, case, evidence) for about, case in _merged(of_rule, known, first).items())
        decided = (replace(finding, decision=decisions.get(finding.id)) for finding in own)
        findings += sorted(decided, key=lambda finding: (finding.program or "", finding.period or "", finding.id))
    return findings


def _merged(
    cases: Iterable[Case], known: Mapping[int, Any], first: Mapping[str, str]
) -> Mapping[tuple[str, ...], Case]:
    """A rule's cases by what they are about: a person paid twice, or by two offices, makes one finding."""
    found: dict[tuple[str, ...], Case] = {}
    for case in cases:
        about = tuple(_named(case.about, known, first))
        found[about] = found[about].with_also(case) if about in found else case
    return found


def _finding(rule: Rule, about: tuple[str, ...], case: Case, evidence: Mapping[Key, Evidence]) -> Finding:
    return Finding(
        rule=rule.code,
        severity=case.severity or rule.severity,
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


def _named(about: Iterable[str | int], known: Mapping[int, Any], first: Mapping[str, str]) -> Iterator[str]:
    """What a case is about, with people by their documents, and schools by their first names (``first``)."""
    for part in about:
        if isinstance(part, int):
            yield known[part].document_type
            yield known[part].number
        else:
            yield first.get(part, part)
