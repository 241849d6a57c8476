"""``audit``, ``explain``, ``findings``, ``finding``."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from aidledger.cli.localized import Command
from aidledger.cli.office import Office, pass_office
from aidledger.cli.options import (
    DAY,
    PERIOD,
    SENTENCE,
    ChoiceType,
    WordType,
    option,
    result_options,
    reveal_options,
)
from aidledger.cli.paths import NameToRead
from aidledger.domain.finding import SEVERITIES, STATES
from aidledger.i18n import N_

if TYPE_CHECKING:
    from datetime import date

    from aidledger.audit.running import Audit
    from aidledger.catalogue.catalogue import Catalogue
    from aidledger.domain.finding import Severity, State
    from aidledger.domain.term import Period
    from aidledger.operations.lakes import EngineName, LakeAsked

# Rules, a program, a period: what is asked about.
Narrowed = tuple[tuple[str, ...], str | None, str | None]


def _audit_options(function: Callable[..., Any]) -> Callable[..., Any]:
    decorators = (
        option("--rule", "rules", multiple=True, metavar="RULE", help=N_("Only this rule; may be repeated.")),
        option("--program", metavar="CODE", help=N_("Only this program.")),
        option("--period", type=PERIOD, help=N_("Only this semester or year.")),
        option("--school", type=SENTENCE, metavar="NAME", help=N_("Only findings that name this school.")),
        option(
            "--at-least",
            "least",
            type=WordType(SEVERITIES),
            default="warning",
            help=N_("What counts as something to look at; default: warning."),
        ),
        reveal_options,
        result_options("table", "json", "csv", "xlsx"),
        pass_office,
    )
    for decorate in reversed(decorators):
        function = decorate(function)
    return function


@click.command(cls=Command)
@_audit_options
@option(
    "--lake",
    type=NameToRead(),
    metavar="DIR|URL",
    help=N_("Over the districts of a lake (`export parquet`) instead of the ledger."),
)
@option(
    "--district",
    "districts",
    multiple=True,
    metavar="CODE",
    help=N_("Only this district of the lake; may be repeated."),
)
@option("--engine", type=ChoiceType(("duckdb", "spark")), help=N_("What runs the rules over a lake; default: duckdb."))
@option("--memory", metavar="SIZE", help=N_("How much memory that may take, as 500MB or 4GB; default: 1GB."))
def audit(
    office: Office,
    lake: str | None,
    districts: tuple[str, ...],
    engine: EngineName | None,
    memory: str | None,
    **options: Any,  # noqa: ANN401 - Click's options
) -> int:
    """The audit rules over the whole ledger: what contradicts, what is missing, what no standard allows."""
    from aidledger.errors import LakeOptionAlone, NotOfALake
    from aidledger.operations.lakes import LakeAsked

    if lake is None:
        for name, value in (("--district", districts), ("--engine", engine), ("--memory", memory)):
            if value:
                raise LakeOptionAlone(option=name)
        return _run(office, "audit", state=None, **options)
    if options["reveal"]:
        raise NotOfALake(option="--reveal")
    asked = LakeAsked(lake, engine or "duckdb", memory or "1GB", districts, options["school"])
    return _run(office, "audit", state=None, lake=asked, **options)


@click.command(cls=Command)
@option("--state", type=WordType(STATES), help=N_("Only findings in this state."))
@_audit_options
def findings(office: Office, **options: Any) -> int:  # noqa: ANN401
    """The findings with what was decided about each: state, reason, who, when."""
    return _run(office, "findings", **options)


def _run(
    office: Office,
    name: str,
    *,
    state: State | None,
    lake: LakeAsked | None = None,
    rules: tuple[str, ...],
    program: str | None,
    period: Period | None,
    school: str | None,
    least: Severity,
    reveal: bool,
    reason: str | None,
    form: str,
    output: Path | None,
) -> int:
    from aidledger.cli import audits
    from aidledger.cli.output import emit, finished
    from aidledger.cli.revealing import require_reason
    from aidledger.operations import auditing

    require_reason(reveal=reveal, reason=reason)
    catalogue = office.catalogue()
    if program is not None:
        program = catalogue.program(program).code
    narrowed = rules, program, period.code if period else None
    today = office.clock().date()
    head: str | None = None
    if lake is None:
        found, head, schools = _of_ledger(office, catalogue, name, narrowed, school, reason if reveal else None)
    else:
        found, reveal, schools = _of_lake(catalogue, lake, today, narrowed)
    if schools is not None:
        found = replace(found, findings=[one for one in found.findings if not schools.isdisjoint(one.schools)])
    shown = [one for one in found.findings if state in {None, one.state(today)}]
    say = audits.sayer(catalogue, office.language)

    def workbook() -> bytes:
        from aidledger.reports.workbook import answers_workbook

        paper = audits.working_paper(found, shown, say, catalogue, today, office.language, reveal=reveal)
        return answers_workbook([(sheet, finished(one, head, reveal=reveal)) for sheet, one in paper], office._)

    emit(
        office,
        form,
        output,
        answer=lambda: audits.findings_answer(found, shown, say, catalogue, today, office.language),
        value=lambda: audits.audit_shape(found, shown, say, today, reveal=reveal),
        workbook=workbook,
        head=head,
        reveal=reveal,
    )
    return 1 if auditing.to_look_at(found, least, today) else 0


def _of_ledger(
    office: Office, catalogue: Catalogue, name: str, narrowed: Narrowed, school: str | None, reason: str | None
) -> tuple[Audit, str, frozenset[str] | None]:
    """What the rules find in the ledger, its head, and what the ledger calls the school that was named, if one was.

    ``reason``: why full numbers are shown, kept if they are.
    """
    from aidledger.cli.revealing import log
    from aidledger.operations import auditing

    ledger = office.ledger_with(catalogue)
    with ledger.view() as (view, head):
        known = None if school is None else frozenset({auditing.school_of(view, catalogue, school)})
        found = auditing.audit(view, catalogue, *narrowed)
    log(ledger, name, reveal=reason is not None, reason=reason)
    return found, head, known


def _of_lake(
    catalogue: Catalogue, lake: LakeAsked, today: date, narrowed: Narrowed
) -> tuple[Audit, bool, frozenset[str] | None]:
    """What the rules find in a lake, whether it is shown as it is, and what the lake calls the school that was named.

    Of pseudonyms there is nothing to mask.
    """
    from aidledger.operations import lakes

    answered = lakes.audit(lake, catalogue, today, *narrowed)
    return answered.found, answered.people != "full", answered.schools


@click.command(cls=Command)
@click.argument("rule", required=False)
@result_options("table", "json", "csv", "xlsx")
@pass_office
def explain(office: Office, rule: str | None, form: str, output: Path | None) -> None:
    """What a rule of the audit is for, what it rests on, what to do; without a name, all rules."""
    from aidledger.audit import rules
    from aidledger.cli import audits
    from aidledger.cli.output import emit_answer

    chosen = [rules.rule(rule)] if rule else [*rules.RULES, *rules.ACROSS]
    shapes = [audits.rule_shape(one, office.language) for one in chosen]
    emit_answer(
        office,
        form,
        output,
        audits.rules_answer(chosen, office.language),
        lambda: shapes[0] if rule else {"rules": shapes},
    )


def _day(_context: click.Context, _parameter: click.Parameter, value: datetime | None) -> date | None:
    return value.date() if value else None


@click.command(cls=Command)
@click.argument("number", metavar="ID")
@option("--explain", "explained", type=SENTENCE, metavar="TEXT", help=N_("It is as it should be, because …"))
@option("--close", "recovered", type=SENTENCE, metavar="TEXT", help=N_("It was put right: the money came back, …"))
@option(
    "--accept", "accepted", type=SENTENCE, metavar="TEXT", help=N_("It may stay so until a day (--until), because …")
)
@option("--reopen", "reopened", type=SENTENCE, metavar="TEXT", help=N_("It is open again, because …"))
@option("--until", type=DAY, callback=_day, metavar="DATE", help=N_("The day for --accept."))
@reveal_options
@result_options("table", "json", "csv", "xlsx")
@pass_office
def finding(
    office: Office,
    number: str,
    explained: str | None,
    recovered: str | None,
    accepted: str | None,
    reopened: str | None,
    until: date | None,
    reveal: bool,
    reason: str | None,
    form: str,
    output: Path | None,
) -> None:
    """One finding with its evidence; or what was decided about it, kept with who and when."""
    from aidledger.cli import audits
    from aidledger.cli.output import emit_answer
    from aidledger.cli.revealing import log, require_reason
    from aidledger.errors import OneDecision
    from aidledger.operations import auditing

    require_reason(reveal=reveal, reason=reason)
    texts: dict[State, str | None] = {
        "explained": explained,
        "recovered": recovered,
        "accepted": accepted,
        "open": reopened,
    }
    said = [(state, text) for state, text in texts.items() if text]
    if len(said) > 1 or (until is not None) != (accepted is not None):
        raise OneDecision
    catalogue = office.catalogue()
    ledger = office.ledger_with(catalogue)
    if said:
        history = auditing.settle(ledger, catalogue, number, *said[0], until=until)
    else:
        history = auditing.finding(ledger, catalogue, number)
    log(ledger, f"finding {history.finding.id}", reveal=reveal, reason=reason)
    say, today = audits.sayer(catalogue, office.language), office.clock().date()
    emit_answer(
        office,
        form,
        output,
        audits.finding_answer(history, say, catalogue, today, office.language, reveal=reveal),
        lambda: audits.history_shape(history, say, today, reveal=reveal),
        head=history.head,
        reveal=reveal,
    )
