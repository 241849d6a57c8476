"""``audit``, ``rules``, ``findings``, ``finding``, ``answers``."""

from __future__ import annotations

from collections.abc import Callable
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
from aidledger.cli.paths import NameToRead, ToRead
from aidledger.domain.finding import SEVERITIES, STATES
from aidledger.i18n import N_

if TYPE_CHECKING:
    from datetime import date

    from aidledger.domain.finding import Severity, State
    from aidledger.domain.term import Period
    from aidledger.operations.lakes import EngineName, LakeAsked
    from aidledger.operations.views import Reveal

# Rules, a program, a period: what to narrow the audit to.
Narrowed = tuple[tuple[str, ...], str | None, str | None]


def _audit_options(function: Callable[..., Any]) -> Callable[..., Any]:
    decorators = (
        option("--rule", "rules", multiple=True, metavar="RULE", help=N_("Only this rule; repeatable.")),
        option("--program", metavar="CODE", help=N_("Only this program.")),
        option("--period", type=PERIOD, help=N_("Only this semester or year.")),
        option("--school", type=SENTENCE, metavar="NAME", help=N_("Only findings about this school.")),
        option(
            "--at-least",
            "least",
            type=WordType(SEVERITIES),
            default="warning",
            help=N_("Lowest severity that makes the exit code 1. Default: warning."),
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
    help=N_("Audit the districts of a lake (`export parquet`) instead of the ledger."),
)
@option(
    "--district",
    "districts",
    multiple=True,
    metavar="CODE",
    help=N_("Only this district of the lake; repeatable."),
)
@option(
    "--engine", type=ChoiceType(("duckdb", "spark", "sail")), help=N_("Query engine for the lake. Default: duckdb.")
)
@option("--memory", metavar="SIZE", help=N_("Memory limit of the query engine, such as 500MB or 4GB. Default: 1GB."))
@option("--list", "listed", is_flag=True, help=N_("Also list the findings; implied by --rule."))
def audit(
    office: Office,
    lake: str | None,
    districts: tuple[str, ...],
    engine: EngineName | None,
    memory: str | None,
    listed: bool,
    **options: Any,  # noqa: ANN401 - Click's options
) -> int:
    """Run the audit rules over the whole ledger. They find contradictions, omissions and breaches of standards."""
    from aidledger.errors import LakeOptionAlone, NotOfALake
    from aidledger.operations.lakes import LakeAsked

    if lake is None:
        for name, value in (("--district", districts), ("--engine", engine), ("--memory", memory)):
            if value:
                raise LakeOptionAlone(option=name)
        return _run(office, "audit", state=None, listed=listed or bool(options["rules"]), **options)
    if options["reveal"]:
        raise NotOfALake(option="--reveal")
    asked = LakeAsked(lake, engine or "duckdb", memory or "1GB", districts, options["school"])
    return _run(office, "audit", state=None, listed=listed or bool(options["rules"]), lake=asked, **options)


@click.command(cls=Command)
@option("--state", type=WordType(STATES), help=N_("Only findings in this state."))
@_audit_options
def findings(office: Office, **options: Any) -> int:  # noqa: ANN401
    """List findings with what was decided: state, reason, by whom."""
    return _run(office, "findings", counted=False, **options)


def _run(
    office: Office,
    name: str,
    *,
    state: State | None,
    lake: LakeAsked | None = None,
    counted: bool = True,
    listed: bool = True,
    rules: tuple[str, ...],
    program: str | None,
    period: Period | None,
    school: str | None,
    least: Severity,
    reveal: Reveal | None,
    form: str,
    output: Path | None,
) -> int:
    from aidledger.cli.output import emit
    from aidledger.operations import auditing, lakes
    from aidledger.presentation.audits import audit_result

    catalogue, today = office.catalogue(), office.clock().date()
    term = period.code if period else None
    if lake is None:
        ledger, catalogue = office.opened(catalogue)
        viewed = auditing.audit(ledger, catalogue, rules, program, term, school, reveal, seen=name)
    else:
        viewed = lakes.audit(lake, catalogue, today, rules, program, term)
    result = audit_result(viewed, state, catalogue, today, office.language, counted=counted, listed=listed)
    emit(office, form, output, result)
    if form == "table" and viewed.found.findings and not listed:
        click.echo(office._(N_("`audit --list` lists all findings, `audit --rule RULE` those of one rule.")), err=True)
    return 1 if auditing.to_look_at(viewed.found, least, today) else 0


@click.command(cls=Command)
@click.argument("rule", required=False)
@result_options("table", "json", "csv", "xlsx")
@pass_office
def rules(office: Office, rule: str | None, form: str, output: Path | None) -> None:
    """Explain the audit rules: purpose, basis, what to do. Without a name, all of them."""
    from aidledger.audit.rules import ACROSS, RULES
    from aidledger.audit.rules import rule as rule_of
    from aidledger.cli.output import emit
    from aidledger.presentation.audits import rule_result, rules_result

    result = rule_result(rule_of(rule), office.language) if rule else rules_result([*RULES, *ACROSS], office.language)
    emit(office, form, output, result)


def _day(_context: click.Context, _parameter: click.Parameter, value: datetime | None) -> date | None:
    return value.date() if value else None


@click.command(cls=Command)
@click.argument("number", metavar="ID")
@option(
    "--justify", "justified", type=SENTENCE, metavar="TEXT", help=N_("Explained: everything is in order, because …")
)
@option(
    "--close",
    "recovered",
    type=SENTENCE,
    metavar="TEXT",
    help=N_("Recovered: it was put right, the money came back, …"),
)
@option("--accept", "accepted", type=SENTENCE, metavar="TEXT", help=N_("Accepted until a date (--until), because …"))
@option("--reopen", "reopened", type=SENTENCE, metavar="TEXT", help=N_("Reopen it, because …"))
@option("--until", type=DAY, callback=_day, metavar="DATE", help=N_("Date until which --accept holds."))
@reveal_options
@result_options("table", "json", "csv", "xlsx")
@pass_office
def finding(
    office: Office,
    number: str,
    justified: str | None,
    recovered: str | None,
    accepted: str | None,
    reopened: str | None,
    until: date | None,
    reveal: Reveal | None,
    form: str,
    output: Path | None,
) -> None:
    """Show a finding with its evidence, or record a decision on it."""
    from aidledger.cli.output import emit
    from aidledger.errors import OneDecision
    from aidledger.operations import auditing
    from aidledger.presentation.audits import finding_result

    texts: dict[State, str | None] = {
        "explained": justified,
        "recovered": recovered,
        "accepted": accepted,
        "open": reopened,
    }
    decided = [(state, text) for state, text in texts.items() if text]
    if len(decided) > 1 or (until is not None) != (accepted is not None):
        raise OneDecision
    ledger, catalogue = office.opened(office.catalogue())
    if decided:
        found = auditing.settle(ledger, catalogue, number, *decided[0], until=until, reveal=reveal)
    else:
        found = auditing.finding(ledger, catalogue, number, reveal)
    emit(office, form, output, finding_result(found, catalogue, office.clock().date(), office.language))


@click.command(cls=Command)
@click.argument("path", metavar="FILE", type=ToRead())
@option("--dry-run", is_flag=True, help=N_("Only show what would be recorded."))
@result_options("table", "json", "csv", "xlsx")
@pass_office
def answers(office: Office, path: Path, *, dry_run: bool, form: str, output: Path | None) -> int:
    """Record the decisions in a filled-in working paper."""
    from aidledger.cli.output import emit
    from aidledger.operations import answering
    from aidledger.presentation.answers import answers_result

    catalogue = office.catalogue()
    answered = answering.answer(office.ledger_with(catalogue), catalogue, path, dry_run=dry_run)
    result = answers_result(answered.found, office.language, recorded=not dry_run, head=answered.head)
    emit(office, form, output, result)
    return 1 if answered.found.refused else 0
