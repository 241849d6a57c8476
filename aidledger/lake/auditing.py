"""The audit of a lake: the ledger's rules on its tables, with each finding's evidence by district."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date

from sqlalchemy import func, select

from aidledger.audit.across import IDS_PER_DISTRICT, district_of
from aidledger.audit.rule import OF_A_LEDGER, Case, Rule, Scope
from aidledger.audit.running import Audit, run
from aidledger.catalogue.catalogue import Catalogue
from aidledger.domain.finding import Evidence, Need
from aidledger.errors import LakeCollision
from aidledger.lake.query import PAYMENTS, Engine, Tables
from aidledger.lake.reading import Lake
from aidledger.lake.tables import COLLISIONS
from aidledger.store.model.tables import BatchTotal, ProgramRow

# A district, a program and a period.
Term = tuple[str, str, str]


def audit(
    lake: Lake,
    engine: Engine,
    catalogue: Catalogue,
    today: date,
    rules: Sequence[Rule],
    program: str | None,
    period: str | None,
) -> Audit:
    """What the rules find over all districts; raises LakeCollision, LakeEngineFailed."""
    _, collisions = engine.rows(COLLISIONS, {})
    for (person,) in collisions:
        raise LakeCollision(person=person)
    scope = Scope(Tables(engine), catalogue, today, program, period, _holds(lake), PAYMENTS)
    terms = _terms(scope)
    found = run(scope, [_by_own_terms(rule, terms) for rule in rules], {})
    findings = [
        replace(finding, evidence=[_by_district(row) for row in finding.evidence]) for finding in found.findings
    ]
    return replace(found, findings=findings)


def _holds(lake: Lake) -> frozenset[Need]:
    held = set(OF_A_LEDGER) - {"payment-orders"}
    if lake.people != "full":
        held.discard("people-in-full")
    if len(lake.districts) > 1:
        held ^= {"one-district", "several-districts"}
    return frozenset(held)


def _terms(scope: Scope) -> set[Term]:
    """The districts, programs and periods with payments."""
    cuts = (BatchTotal.c.batch_id - BatchTotal.c.batch_id % IDS_PER_DISTRICT, ProgramRow.c.code, BatchTotal.c.period)
    query = (
        select(*cuts)
        .join(ProgramRow, ProgramRow.c.id == BatchTotal.c.program_id)
        .group_by(*cuts)
        .having(func.sum(BatchTotal.c.payments) > 0)
    )
    return {(district_of(first), code, period) for first, code, period in scope.books.execute(query)}


def _by_own_terms(rule: Rule, terms: set[Term]) -> Rule:
    """A rule that judges the periods an office paid for, limited to those of the case's own office."""
    if not rule.by_term:
        return rule
    ever = {(district, program) for district, program, _ in terms}

    def find(scope: Scope) -> Iterator[Case]:
        for case in rule.find(scope):
            districts = {district_of(number) for number in (*case.entries, *(record for _, record in case.records))}
            # A period named in the scope is judged even if it was not paid.
            if any(
                (district, case.program) in ever if scope.period else (district, case.program, case.period) in terms
                for district in districts
            ):
                yield case

    return replace(rule, find=find)


def _by_district(row: Evidence) -> Evidence:
    """Evidence with its district, and the ids of that district's ledger."""
    entry = None if row.entry is None else row.entry % IDS_PER_DISTRICT
    return replace(row, entry=entry, batch=row.batch % IDS_PER_DISTRICT, district=district_of(row.batch))
