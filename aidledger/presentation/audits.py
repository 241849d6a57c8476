"""The audit's findings as JSON, as tables, and as the working paper of an inspection."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import groupby
from typing import TYPE_CHECKING

from aidledger.audit.rules import rule as rule_of
from aidledger.domain.finding import DEEDS, PAPER_TITLES, SEVERITIES
from aidledger.domain.identity import mask_number
from aidledger.domain.money import yuan_text
from aidledger.domain.table import Answer, Cell, Column, named_code, time_text
from aidledger.i18n import N_, Language, translator
from aidledger.presentation.columns import (
    AMOUNT,
    ENTRY,
    NAME,
    NUMBER,
    PERIOD,
    PERSONS,
    PLACE,
    PROGRAM,
    RULE,
    SCHOOL,
    SEVERITY,
    STATE,
    Shape,
    as_json,
)
from aidledger.presentation.result import Result, Tables, table
from aidledger.presentation.wording import said_facts

if TYPE_CHECKING:
    from datetime import date

    from aidledger.audit.rule import Rule
    from aidledger.audit.running import Audit
    from aidledger.catalogue.catalogue import Catalogue
    from aidledger.domain.finding import Decision, Evidence, Finding, State
    from aidledger.operations.auditing import FindingHistory
    from aidledger.operations.views import Viewed

_TITLE = N_("Audit: {count} findings")
_RAN = N_("{ran} rules ran. Not run for lack of data: {idle}.")
Say = Callable[["Finding"], str]


def audit_result(
    viewed: Viewed[Audit],
    state: State | None,
    catalogue: Catalogue,
    today: date,
    language: Language,
    *,
    counted: bool = True,
    listed: bool = True,
) -> Result:
    """``audit`` and ``findings``: all, or those in a state; on screen ``counted`` by rule, ``listed``, or both."""
    found, say = viewed.found, _sayer(catalogue, language)
    findings = [one for one in found.findings if state in {None, one.state(today)}]

    def listing() -> Answer:
        return _findings(found, findings, say, catalogue, today, language)

    def tables() -> Tables:
        by_rule = _by_rule(found, findings, today, language)
        if not listed:
            return [("", by_rule)]
        return [("", replace(by_rule, notes=())), ("", listing())] if counted else [("", listing())]

    return Result(
        lambda: _audit_shape(found, findings, say, today),
        tables,
        sheets=lambda: _working_paper(found, findings, say, catalogue, today, language),
        rows=listing,
        head=viewed.head,
        reveal=viewed.revealed,
    )


def finding_result(viewed: Viewed[FindingHistory], catalogue: Catalogue, today: date, language: Language) -> Result:
    """``finding ID``."""
    say = _sayer(catalogue, language)
    return Result(
        lambda: _history_shape(viewed.found, say, today),
        table(_finding(viewed.found, say, catalogue, today, language)),
        head=viewed.head,
        reveal=viewed.revealed,
    )


def rule_result(rule: Rule, language: Language) -> Result:
    """``rules RULE``."""
    return Result(lambda: _rule_shape(rule, language), table(_rules([rule], language)))


def rules_result(rules: Sequence[Rule], language: Language) -> Result:
    """``rules``."""
    return Result(lambda: {"rules": [_rule_shape(one, language) for one in rules]}, table(_rules(rules, language)))


def _sayer(catalogue: Catalogue, language: Language) -> Say:
    """The function that words a finding in a language: whom it is about, and what was found."""
    translate = translator(language)

    def say(finding: Finding) -> str:
        facts = said_facts(finding.facts, catalogue.programs, language)
        message = translate(rule_of(finding.rule).message).format_map(facts)
        people = _people(finding, catalogue, language)
        return f"{people}{'：' if language == 'zh' else ': '}{message}" if people else message

    return say


def _people(finding: Finding, catalogue: Catalogue, language: Language) -> str:
    """The people whom a finding is about, with masked numbers; what its own sentence says is left out."""
    if "numbers" in finding.facts:
        return ""
    names = {} if "names" in finding.facts else _names(finding)
    people = (_person(names.get(number), mask_number(number), catalogue, language) for number in finding.numbers)
    return ("、" if language == "zh" else ", ").join(people)


def _person(name: str | None, number: str, catalogue: Catalogue, language: Language) -> str:
    if not name:
        return number
    translate = translator(language)
    facts = said_facts({"name": name, "number": number}, catalogue.programs, language)
    return translate("{name} ({number})").format_map(facts)


def _names(finding: Finding) -> dict[str, str]:
    """The names of the people in a finding's evidence by document number."""
    return {row.number: row.name for row in finding.evidence if row.number}


def _audit_shape(found: Audit, findings: Sequence[Finding], say: Say, today: date) -> Shape:
    """``audit`` and ``findings``."""
    return {
        "findings": [_finding_shape(one, say, today) for one in findings],
        "ran": list(found.ran),
        "not_run": [{"rule": code, "needs": list(needs)} for code, needs in found.not_run.items()],
    }


def _finding_shape(finding: Finding, say: Say, today: date) -> Shape:
    """One finding: the contract's keys, and also whom it is about (numbers masked), its evidence and the decision."""
    people = _names(finding)
    return {
        "id": finding.id,
        "rule": finding.rule,
        "severity": finding.severity,
        "program": finding.program,
        "period": finding.period,
        "persons": finding.persons,
        "people": [{"name": name, "number": number} for number, name in people.items()],
        "amount": yuan_text(finding.amount_fen),
        "evidence": [_evidence(row) for row in finding.evidence],
        "standard": finding.standard,
        "message": say(finding),
        "state": finding.state(today),
        "decided": None if finding.decision is None else _decision(finding.decision),
    }


def _decision(decision: Decision) -> Shape:
    return {
        "state": decision.state,
        "text": decision.text,
        "at": decision.at,
        "by": decision.by,
        "until": decision.until.isoformat() if decision.until else None,
    }


def _history_shape(history: FindingHistory, say: Say, today: date) -> Shape:
    """``finding ID``: the finding and all decisions on it."""
    decisions = [_decision(made) for made in history.decisions]
    return _finding_shape(history.finding, say, today) | {"decisions": decisions}


def _evidence(row: Evidence) -> Shape:
    shape = as_json(_EVIDENCE_COLUMNS, _evidence_cells(row, row.file, row.program))
    return shape | {"district": row.district} if row.district else shape


def _findings(
    found: Audit, findings: Sequence[Finding], say: Say, catalogue: Catalogue, today: date, language: Language
) -> Answer:
    """One row per finding."""
    columns = (
        Column("id", N_("Finding")),
        SEVERITY,
        RULE,
        PROGRAM,
        PERIOD,
        SCHOOL,
        NAME,
        NUMBER,
        PERSONS,
        AMOUNT,
        Column("rows", N_("Rows"), "count", narrows=""),
        Column("message", N_("What was found"), "message"),
        STATE,
    )
    rows = [
        (
            finding.id,
            finding.severity,
            finding.rule,
            catalogue.programs[finding.program].name(language) if finding.program else None,
            finding.period,
            _schools(finding),
            *_who(finding),
            finding.persons,
            finding.amount_fen,
            len(finding.evidence),
            say(finding),
            finding.state(today),
        )
        for finding in findings
    ]
    return Answer(_TITLE, columns, rows, notes=[_RAN], facts=_facts(found, findings, language))


def _by_rule(found: Audit, listed: Sequence[Finding], today: date, language: Language) -> Answer:
    """One row per rule with findings, most severe first."""
    columns = (
        RULE,
        SEVERITY,
        Column("findings", N_("Findings"), "count"),
        Column("open", N_("Open"), "count"),
        AMOUNT,
    )
    rules: dict[str, list[Finding]] = {}
    for finding in listed:
        rules.setdefault(finding.rule, []).append(finding)
    rows = [
        (
            code,
            findings[0].severity,
            len(findings),
            sum(one.state(today) == "open" for one in findings),
            sum(one.amount_fen for one in findings),
        )
        for code, findings in sorted(
            rules.items(), key=lambda rule: SEVERITIES.index(rule[1][0].severity), reverse=True
        )
    ]
    return Answer(_TITLE, columns, rows, notes=[_RAN], facts=_facts(found, listed, language))


def _facts(found: Audit, listed: Sequence[Finding], language: Language) -> dict[str, object]:
    return {"count": len(listed), "ran": len(found.ran), "idle": "; ".join(_idle(found, language)) or "—"}


def _who(finding: Finding) -> tuple[str | None, str | None]:
    """The first person in the evidence, with document number, and how many more there are."""
    people = _names(finding)
    if not people:
        return None, None
    number, name = next(iter(people.items()))
    return f"{name or ''} +{len(people) - 1}" if len(people) > 1 else name, number


def _schools(finding: Finding) -> str | None:
    """The first school, and how many more there are."""
    schools = finding.schools
    return f"{schools[0]} +{len(schools) - 1}" if len(schools) > 1 else schools[0] if schools else None


def _idle(found: Audit, language: Language) -> list[str]:
    translate = translator(language)
    return [
        f"{named_code(code, translate)} ({', '.join(translate(need) for need in needs)})"
        for code, needs in found.not_run.items()
    ]


_EVIDENCE_COLUMNS = (ENTRY, *PLACE, NAME, NUMBER, SCHOOL, PROGRAM, PERIOD, AMOUNT)


def _evidence_cells(row: Evidence, file: str | None, program: str | None) -> tuple[Cell, ...]:
    place = (row.entry, row.batch, file, row.sheet, row.row)
    return (*place, row.name, row.number, row.school, program, row.period, row.amount_fen)


def _evidence_row(row: Evidence, catalogue: Catalogue, language: Language) -> tuple[Cell, ...]:
    """The same for a reader: the program's name, and the district beside the file."""
    file = f"{row.district}/{row.file}" if row.district else row.file
    return _evidence_cells(row, file, catalogue.programs[row.program].name(language) if row.program else None)


def _working_paper(
    found: Audit, findings: Sequence[Finding], say: Say, catalogue: Catalogue, today: date, language: Language
) -> list[tuple[str, Answer]]:
    """A sheet for all findings, with space for decisions; then one per rule: evidence, and space for the answer."""
    sheets = [
        (N_("Audit"), _to_decide(_findings(found, findings, say, catalogue, today, language), findings, language))
    ]
    columns = (
        Column("finding", N_("Finding")),
        *_EVIDENCE_COLUMNS,
        Column("message", N_("What was found"), "message"),
        Column("standard", N_("Standard")),
        Column("answer", N_("School's answer")),
        Column("checked", N_("Checked by, on")),
    )
    for code, group in groupby(findings, key=lambda finding: finding.rule):
        rows = [
            (finding.id, *_evidence_row(row, catalogue, language), say(finding), finding.standard, None, None)
            for finding in group
            for row in finding.evidence
        ]
        translate = translator(language)
        facts = {"rule": named_code(code, translate), "why": translate(rule_of(code).explanation)}
        sheets.append((code, Answer("{rule}", columns, rows, notes=["{why}"], facts=facts)))
    return sheets


def _to_decide(listed: Answer, findings: Sequence[Finding], language: Language) -> Answer:
    """The list with columns to fill in; page Findings takes them back (operations.answering)."""
    blank, digest = ("decision", "until", "reason"), "digest"
    return replace(
        listed,
        columns=[*listed.columns, *(Column(name, PAPER_TITLES[name]) for name in (*blank, digest))],
        rows=[(*row, None, None, None, one.shown) for row, one in zip(listed.rows, findings, strict=True)],
        notes=[*listed.notes, N_("To decide, write one of these in column Decision, and the reason: {deeds}.")],
        facts={**listed.facts, "deeds": tuple(map(translator(language), DEEDS.values()))},
    )


def _finding(history: FindingHistory, say: Say, catalogue: Catalogue, today: date, language: Language) -> Answer:
    """One finding: its evidence and the decisions."""
    finding = history.finding
    translate = translator(language)
    rows = [_evidence_row(row, catalogue, language) for row in finding.evidence]
    facts = {
        "id": finding.id,
        "rule": named_code(finding.rule, translate),
        "message": say(finding),
        "state": translate(finding.state(today)),
        "standard": finding.standard or "—",
        "amount": yuan_text(finding.amount_fen),
        "why": translate(rule_of(finding.rule).explanation),
    }
    notes = [
        "{message}",
        "{why}",
        N_("Amount in question: {amount} yuan. Basis: {standard}. State: {state}."),
    ]
    for i, decision in enumerate(history.decisions):
        until = f" – {decision.until}" if decision.until else ""
        facts[f"decision{i}"] = (
            f"{time_text(decision.at)} {decision.by}: {translate(decision.state)}{until}. {decision.text}"
        )
        notes.append(f"{{decision{i}}}")
    return Answer("{id}: {rule}", _EVIDENCE_COLUMNS, rows, notes=notes, facts=facts)


def _rule_shape(rule: Rule, language: Language) -> Shape:
    """``rules RULE``."""
    translate = translator(language)
    return {
        "rule": rule.code,
        "severity": rule.severity,
        "message": translate(rule.message),
        "explanation": translate(rule.explanation),
        "reference": translate(rule.reference),
        "needs": list(rule.needs),
    }


def _rules(rules: Sequence[Rule], language: Language) -> Answer:
    """Rules with their purpose."""
    translate = translator(language)
    columns = (
        RULE,
        SEVERITY,
        Column("explanation", N_("Purpose"), "message"),
        Column("reference", N_("Basis")),
        Column("needs", N_("Data needed")),
    )
    rows = [
        (
            rule.code,
            rule.severity,
            translate(rule.explanation),
            translate(rule.reference),
            ", ".join(translate(need) for need in rule.needs) or None,
        )
        for rule in rules
    ]
    return Answer(N_("Audit rules"), columns, rows)
