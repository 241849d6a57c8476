"""The findings of the last audit, by facets; each with its evidence; deciding on one or on several at once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from http import HTTPStatus
from threading import Lock
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from starlette.responses import RedirectResponse, Response

from aidledger.domain.finding import DEEDS, SEVERITIES, STATES
from aidledger.domain.money import grouped_yuan
from aidledger.domain.table import Answer, named_code, period_text
from aidledger.errors import (
    AuditWanted,
    DecidedMeanwhile,
    DecisionUnexplained,
    ListMoved,
    OneDecision,
    UnknownFinding,
)
from aidledger.i18n import N_, Language, translator
from aidledger.operations import auditing, deciding
from aidledger.operations.deciding import Proposal
from aidledger.operations.views import Viewed
from aidledger.presentation.audits import audit_result, finding_result
from aidledger.presentation.failures import error_text
from aidledger.web.answering import answered, language_of, page, site_of
from aidledger.web.asked import Asked
from aidledger.web.endpoint import endpoint
from aidledger.web.jobs import Job
from aidledger.web.remedies import ERRORS
from aidledger.web.tables import draw

if TYPE_CHECKING:
    from starlette.requests import Request

    from aidledger.audit.running import Audit
    from aidledger.domain.finding import Finding
    from aidledger.operations.auditing import KeptAudit
    from aidledger.web.site import Site

_KEEPING = Lock()
AUDITING = N_("Audit")
# Only marks the words for translation.
_NEWS = (N_("new"), N_("known"))
_REASON_MAX = 500
# What a small screen shows of a finding, in this order; an export has all.
_LISTED = ("id", "severity", "rule", "message", "name", "number", "school", "period", "program", "amount", "state")
Values = Callable[["Finding"], Iterable[str | None]]
Ways = Sequence[tuple[str, str, Values]]


@dataclass(frozen=True, slots=True)
class Facet:
    """A way to narrow the list: its field, its label, and each value with its label and how many findings have it."""

    name: str
    label: str
    values: Sequence[tuple[str, str, int]]


@dataclass(frozen=True, slots=True)
class Narrowed:
    """The last audit with the decisions up to now, and its findings that a reader's filter leaves.

    ``audited``: as it ran. ``earlier``: the ids of the findings of the audit before; None if there is none.
    """

    audited: Viewed[Audit]
    now: Viewed[Audit]
    earlier: frozenset[str] | None
    ways: Ways
    picked: Mapping[str, str | None]
    findings: Sequence[Finding]

    @property
    def query(self) -> str:
        """The filter for a URL, with its question mark; empty if there is none."""
        kept = {name: value for name, value in self.picked.items() if value is not None}
        return f"?{urlencode(kept)}" if kept else ""

    @property
    def gone(self) -> int:
        """How many findings of the audit before are found no more."""
        return len((self.earlier or frozenset()) - {one.id for one in self.now.found.findings})

    def is_new(self, finding: Finding) -> bool:
        """Whether the audit before did not have it."""
        return self.earlier is not None and finding.id not in self.earlier

    def beside(self, number: str) -> tuple[str | None, int, str | None]:
        """The findings before and after one in the filter, and its place (from 1), whether it is in it or not."""
        wanted = {one.id for one in self.findings}
        every = [one.id for one in self.now.found.findings]
        at = every.index(number) if number in every else 0
        before = [one for one in every[:at] if one in wanted]
        after = next((one for one in every[at + 1 :] if one in wanted), None)
        return before[-1] if before else None, len(before) + 1, after


@endpoint
def findings(request: Request, asked: Asked) -> Response:
    """The list, narrowed by what was chosen; before the first audit, how to run it."""
    site, language = site_of(request), language_of(request)
    job = site.jobs.last(AUDITING)
    found = narrowed(site, asked)
    if found is None:
        return page(request, "audit.html", heading=N_("Findings"), job=job)
    audited = Viewed(replace(found.now.found, findings=found.findings), found.audited.head)
    result = audit_result(audited, None, site.catalogue, site.today, language, counted=False)
    return answered(
        request,
        result,
        "findings",
        template="findings.html",
        heading=N_("Findings"),
        tables=[draw(_arranged(answer), asked.number("page", 1), translator(language)) for answer in result.answers()],
        facets=[Facet(name, label, _counted(found, name, site, language)) for name, label, _ in found.ways],
        picked=found.picked,
        job=job,
        moved_on=found.now.head != found.audited.head,
        gone=found.gone,
        query=found.query,
        rows={one.id: one for one in found.findings},
        news={one.id for one in found.findings if found.is_new(one)},
        digest=deciding.digest_of(found.audited.head, found.findings),
        everything=len(found.findings),
        amount=grouped_yuan(sum(one.amount_fen for one in found.findings)),
        decisions=DEEDS,
        today=site.today.isoformat(),
    )


@endpoint
def run(request: Request, _asked: Asked) -> Response:
    """Begin an audit."""
    site = site_of(request)
    site.require("read")
    job = Job(AUDITING, site.ledger.actor, site.ledger.moment())
    site.jobs.start(job, lambda one: _keep(site, one.progress))
    return RedirectResponse("/findings", HTTPStatus.SEE_OTHER)


@endpoint
def finding(request: Request, asked: Asked) -> Response:
    """One finding: evidence, decisions, what can be decided, and the ones beside it in the filter."""
    return _shown(request, asked, HTTPStatus.OK, None)


def _arranged(answer: Answer) -> Answer:
    """The list with the columns that a small screen has room for."""
    at = {column.key: i for i, column in enumerate(answer.columns)}
    places = [at[key] for key in _LISTED]
    return replace(
        answer,
        columns=[answer.columns[i] for i in places],
        rows=[[row[i] for i in places] for row in answer.rows],
    )


def _shown(request: Request, asked: Asked, status: HTTPStatus, failure: str | None) -> Response:
    site, language = site_of(request), language_of(request)
    within = _wanted(site, request)
    one = _one(within.audited.found, request.path_params["number"])
    found = auditing.history_of(site.ledger, one, asked.reveal())
    previous, place, following = within.beside(one.id)
    return answered(
        request,
        finding_result(found, site.catalogue, site.today, language),
        f"finding-{one.id}",
        template="finding.html",
        status=status,
        heading=N_("Finding"),
        failure=failure,
        decisions=DEEDS,
        number=one.id,
        shown_as=found.found.finding.shown,
        is_new=within.is_new(one),
        today=site.today.isoformat(),
        query=within.query,
        previous=previous,
        following=following,
        place=place if one.id in {each.id for each in within.findings} else None,
        everything=len(within.findings),
        reveals=True,
    )


@endpoint
def decide(request: Request, asked: Asked) -> Response:
    """Decide on a finding as it was shown; if somebody decided meanwhile, show it as it is now."""
    site, number = site_of(request), request.path_params["number"]
    within = _wanted(site, request)
    one = _one(within.audited.found, number)
    proposals = _proposals(asked, {one.id: asked.text("shown") or ""})
    try:
        deciding.decide_together(site.ledger, site.catalogue, within.audited, proposals)
    except DecidedMeanwhile as error:
        failure = error_text(error, ERRORS, language_of(request))
        return _shown(request, Asked(request.query_params), HTTPStatus.CONFLICT, failure)
    return RedirectResponse(f"/findings/{one.id}{within.query}", HTTPStatus.SEE_OTHER)


@endpoint
def decide_several(request: Request, asked: Asked) -> Response:
    """Decide on the findings that were chosen, or on all of the list; unless their number came too, ask first."""
    site, language = site_of(request), language_of(request)
    deciding.may_decide(site.ledger)
    within = _wanted(site, request)
    marks = _marks(asked, within)
    chosen = deciding.as_shown(within.now.found, marks)
    proposals = _proposals(asked, marks)
    facts: dict[str, Any] = {
        "count": f"{len(chosen):,}",
        "amount": grouped_yuan(sum(one.amount_fen for one in chosen)),
        "deed": DEEDS[proposals[0].state],
        "until": proposals[0].until,
        "why": proposals[0].text,
        "query": within.query,
    }
    if asked.number("confirmed", 0) != len(chosen):
        listed = Viewed(replace(within.now.found, findings=chosen), within.now.head)
        answers = audit_result(listed, None, site.catalogue, site.today, language, counted=False).answers()
        heading = N_("Decide on several findings")
        tables = [draw(answer, 1, translator(language)) for answer in answers]
        return page(
            request, "deciding.html", heading=heading, asked_for=asked, size=len(chosen), tables=tables, **facts
        )
    decided = deciding.decide_together(site.ledger, site.catalogue, within.audited, proposals)
    return page(request, "decided.html", heading=N_("Decisions recorded"), head=decided.head, left=0, **facts)


def _marks(asked: Asked, within: Narrowed) -> dict[str, str]:
    """What was seen of each finding that is decided on, by id; raises ListMoved."""
    whole = asked.text("all")
    if whole is not None:
        if whole != deciding.digest_of(within.audited.head, within.findings):
            raise ListMoved
        return {one.id: one.shown for one in within.findings}
    pairs = (one.partition(".") for one in asked.fields.getlist("finding"))
    return {number: shown for number, _, shown in pairs}


def _proposals(asked: Asked, marks: Mapping[str, str]) -> list[Proposal]:
    """One decision on each of these findings; raises OneDecision, DecisionUnexplained, UnknownDay."""
    state, text, until = asked.word("decision", STATES), asked.text("why"), asked.day("until")
    if state is None:
        raise OneDecision
    if text is None or len(text) > _REASON_MAX:
        raise DecisionUnexplained
    return [Proposal(number, shown, state, text, until) for number, shown in marks.items()]


def _keep(site: Site, progress: Callable[[int, int], None]) -> KeptAudit:
    found = auditing.audit_and_keep(site.ledger, site.catalogue, progress)
    with _KEEPING:
        site.audits[:] = [found]
    return found


def _kept(site: Site) -> KeptAudit | None:
    """The last audit, of this server or an earlier one; it holds for its head."""
    with _KEEPING:
        if not site.audits:
            found = auditing.kept(site.ledger)
            site.audits.extend([found] if found else [])
        return site.audits[0] if site.audits else None


def narrowed(site: Site, asked: Asked) -> Narrowed | None:
    """The last audit as a filter leaves it; None before the first."""
    kept = _kept(site)
    if kept is None:
        return None
    earlier = kept.earlier
    now = auditing.decided_since(site.ledger, kept.audited.found)
    ways = _ways(site.today, earlier)
    picked = {name: asked.text(name) for name, _, _ in ways}
    left = [
        one
        for one in now.found.findings
        if all(picked[name] is None or picked[name] in values(one) for name, _, values in ways)
    ]
    return Narrowed(kept.audited, now, earlier, ways, picked, left)


def _wanted(site: Site, request: Request) -> Narrowed:
    """The last audit as the filter in the URL leaves it; a form has fields of the same names. Raises AuditWanted."""
    found = narrowed(site, Asked(request.query_params))
    if found is None:
        raise AuditWanted
    return found


def _one(audit: Audit, number: str) -> Finding:
    found = [one for one in audit.findings if one.id == number]
    if not found:
        raise UnknownFinding(id=number)
    return found[0]


def _ways(today: date, earlier: frozenset[str] | None) -> Ways:
    since: Ways = (
        (("since", N_("Since the previous audit"), lambda one: ["known" if one.id in earlier else "new"]),)
        if (earlier is not None)
        else ()
    )
    return (
        ("state", N_("State"), lambda one: [one.state(today)]),
        ("severity", N_("Severity"), lambda one: [one.severity]),
        *since,
        ("rule", N_("Rule"), lambda one: [one.rule]),
        ("program", N_("Program"), lambda one: [one.program]),
        ("period", N_("Period"), lambda one: [one.period]),
        ("school", N_("School"), lambda one: one.schools),
    )


def _counted(found: Narrowed, name: str, site: Site, language: Language) -> list[tuple[str, str, int]]:
    """Each value of one facet, with how many findings have it of those that the other facets leave."""
    own = next(values for one, _, values in found.ways if one == name)
    picked = found.picked
    counts: Counter[str] = Counter()
    for finding in found.now.found.findings:
        if all(picked[one] is None or one == name or picked[one] in values(finding) for one, _, values in found.ways):
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
