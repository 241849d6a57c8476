"""The findings of the last audit, by facets; each with its evidence and the decisions on it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from http import HTTPStatus
from typing import TYPE_CHECKING

from starlette.responses import RedirectResponse, Response

from aidledger.domain.finding import SEVERITIES, STATES
from aidledger.domain.table import named_code, period_text
from aidledger.errors import OneDecision, UnknownFinding
from aidledger.i18n import N_, Language, translator
from aidledger.operations import auditing
from aidledger.operations.views import Viewed
from aidledger.presentation.audits import audit_result, finding_result
from aidledger.web.answering import answered, language_of, page, site_of
from aidledger.web.asked import Asked
from aidledger.web.endpoint import endpoint
from aidledger.web.jobs import Job

if TYPE_CHECKING:
    from starlette.requests import Request

    from aidledger.audit.running import Audit
    from aidledger.domain.finding import Finding, State
    from aidledger.web.site import Site

AUDITING = N_("Audit")
DECISIONS: dict[State, str] = {
    "explained": N_("Justify"),
    "recovered": N_("Money came back"),
    "accepted": N_("Accept until a date"),
    "open": N_("Open again"),
}


@dataclass(frozen=True, slots=True)
class Facet:
    """A way to narrow the list: its field, its label, and each value with its label and how many findings have it."""

    name: str
    label: str
    values: Sequence[tuple[str, str, int]]


@endpoint
def findings(request: Request, asked: Asked) -> Response:
    """The list, narrowed by what was chosen; before the first audit, how to run it."""
    site, language = site_of(request), language_of(request)
    job = site.jobs.last(AUDITING)
    kept = _kept(site)
    if kept is None:
        return page(request, "audit.html", heading=N_("Findings"), job=job)
    now = auditing.decided_since(site.ledger, kept.found)
    ways = _ways(site.today)
    chosen = {name: asked.text(name) for name, _, _ in ways}
    narrowed = [
        one
        for one in now.found.findings
        if all(chosen[name] is None or chosen[name] in values(one) for name, _, values in ways)
    ]
    facets = [
        Facet(name, label, _counted(now.found.findings, chosen, ways, name, site, language)) for name, label, _ in ways
    ]
    audited = Viewed(replace(now.found, findings=narrowed), kept.head)
    result = audit_result(audited, None, site.catalogue, site.today, language, counted=False)
    return answered(
        request,
        result,
        "findings",
        template="findings.html",
        heading=N_("Findings"),
        facets=facets,
        picked=chosen,
        job=job,
        moved_on=now.head != kept.head,
    )


@endpoint
def run(request: Request, _asked: Asked) -> Response:
    """Begin an audit."""
    site = site_of(request)
    job = Job(AUDITING, site.ledger.actor, site.ledger.moment())
    site.jobs.start(job, lambda one: _keep(site, one.progress))
    return RedirectResponse("/findings", HTTPStatus.SEE_OTHER)


@endpoint
def finding(request: Request, asked: Asked) -> Response:
    """One finding: evidence, decisions, and what can be decided."""
    site, language = site_of(request), language_of(request)
    one = _finding(site, request.path_params["number"])
    found = auditing.history_of(site.ledger, one, asked.reveal())
    result = finding_result(found, site.catalogue, site.today, language)
    return answered(
        request,
        result,
        f"finding-{one.id}",
        template="finding.html",
        heading=N_("Finding"),
        decisions=DECISIONS,
        number=one.id,
        reveals=True,
    )


@endpoint
def decide(request: Request, asked: Asked) -> Response:
    """Decide on a finding as it was shown: where its facts have changed since, the decision does not hold."""
    site = site_of(request)
    one = _finding(site, request.path_params["number"])
    state, text, until = asked.word("state", STATES), asked.reason(), asked.day("until")
    if state is None or (until is not None) != (state == "accepted"):
        raise OneDecision
    auditing.decide_on(site.ledger, one, state, text, until)
    return RedirectResponse(f"/findings/{one.id}", HTTPStatus.SEE_OTHER)


def _keep(site: Site, progress: Callable[[int, int], None]) -> Viewed[Audit]:
    found = auditing.audit_and_keep(site.ledger, site.catalogue, progress)
    site.audits.append(found)
    del site.audits[:-1]
    return found


def _kept(site: Site) -> Viewed[Audit] | None:
    if not site.audits:  # the server has run none: the last of an earlier one holds for its head all the same
        found = auditing.kept(site.ledger)
        site.audits.extend([found] if found else [])
    return site.audits[-1] if site.audits else None


def _finding(site: Site, number: str) -> Finding:
    kept = _kept(site)
    found = [one for one in kept.found.findings if one.id == number] if kept else []
    if not found:
        raise UnknownFinding(id=number)
    return found[0]


Values = Callable[["Finding"], Iterable[str | None]]


def _ways(today: date) -> Sequence[tuple[str, str, Values]]:
    return (
        ("state", N_("State"), lambda one: [one.state(today)]),
        ("severity", N_("Severity"), lambda one: [one.severity]),
        ("rule", N_("Rule"), lambda one: [one.rule]),
        ("program", N_("Program"), lambda one: [one.program]),
        ("period", N_("Period"), lambda one: [one.period]),
        ("school", N_("School"), lambda one: one.schools),
    )


def _counted(
    findings: Sequence[Finding],
    chosen: dict[str, str | None],
    ways: Sequence[tuple[str, str, Values]],
    name: str,
    site: Site,
    language: Language,
) -> list[tuple[str, str, int]]:
    """Each value of one facet, with how many findings have it of those that the other facets leave."""
    own = next(values for one, _, values in ways if one == name)
    counts: Counter[str] = Counter()
    for finding in findings:
        if all(chosen[one] is None or one == name or chosen[one] in values(finding) for one, _, values in ways):
            counts.update(value for value in own(finding) if value is not None)
    words = [(value, _label(name, value, site, language), count) for value, count in counts.items()]
    if name == "severity":
        return sorted(words, key=lambda word: SEVERITIES.index(word[0]), reverse=True)
    return sorted(words, key=lambda word: (-word[2], word[1]))


def _label(name: str, value: str, site: Site, language: Language) -> str:
    translate = translator(language)
    if name == "program":
        return site.catalogue.programs[value].name(language)
    if name == "period":
        return period_text(value, translate)
    return named_code(value, translate) if name == "rule" else translate(value) if name != "school" else value
