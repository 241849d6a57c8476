"""Results as the contract's JSON: keys never change with the language, money is a text in 元 with two decimals."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from aidledger.domain.identity import mask_account, mask_number, masked_text
from aidledger.domain.money import wan_text, yuan_text
from aidledger.domain.part import person_times
from aidledger.reports.balances import balance_value

if TYPE_CHECKING:
    from aidledger.catalogue.catalogue import Catalogue
    from aidledger.domain.problem import Problem
    from aidledger.domain.program import Program, Standard
    from aidledger.domain.roster import Declared
    from aidledger.operations.ledgers import BatchContent
    from aidledger.operations.people import PersonHistory
    from aidledger.operations.results import FileResult, ImportResult, ListResult, RosterResult
    from aidledger.operations.tracing import Trace
    from aidledger.reports.summary import Group, Summary
    from aidledger.store.postings.lookups import BatchRecord, EntryRecord
    from aidledger.store.postings.totals import Figures
    from aidledger.store.verifying.verify import Verdict

Shape = dict[str, Any]
ProblemText = Callable[["Problem"], str]


def import_shape(result: ImportResult, text: ProblemText) -> Shape:
    """``import`` and ``check``."""
    kept = result.counted("posted", "would-post")
    return {
        "files": [_file(file, text) for file in result.files],
        "totals": {
            "files": len(result.files),
            "posted": len(kept),
            "rejected": len(result.counted("rejected")),
            "person_times": sum(file.person_times for file in kept),
            "amount": yuan_text(sum(file.amount_fen for file in kept)),
        },
        "passed_over": [asdict(one) for one in result.passed_over],
        "head": result.head,
    }


def _file(file: FileResult, text: ProblemText) -> Shape:
    versions: Shape = {}
    lists: Shape = {"lists": [_list(one) for one in file.lists]} if file.lists else {}
    if file.changes is not None:
        versions = {"changes": asdict(file.changes), "supersedes": file.supersedes}
    return {
        "path": file.path,
        "sha256": file.sha256,
        "kind": file.kind,
        "outcome": file.outcome,
        "batch": file.batch,
        "rosters": [_roster(roster) for roster in file.rosters],
        **lists,
        "rows": {"read": file.rows_read, **{fate.value: count for fate, count in file.rows.items()}},
        **versions,
        "problems": [_problem(problem, text) for problem in file.problems],
        **({"feedback": file.feedback} if file.feedback else {}),
        "notes": [
            {"code": note.code, "sheet": note.sheet, "count": note.count, "columns": list(note.columns)}
            for note in file.notes
        ],
    }


def _roster(roster: RosterResult) -> Shape:
    return {
        "sheet": roster.sheet,
        "program": roster.program,
        "period": roster.period,
        "school": roster.school,
        "header_row": roster.header_row,
        "person_times": roster.person_times,
        "amount": yuan_text(roster.amount_fen),
        "declared": _declared(roster.declared),
    }


def _list(one: ListResult) -> Shape:
    amount = {} if one.amount_fen is None else {"amount": yuan_text(one.amount_fen)}
    return {
        "sheet": one.sheet,
        "kind": one.kind,
        "period": one.period,
        "school": one.school,
        "header_row": one.header_row,
        "records": one.records,
        **amount,
    }


def _declared(declared: Declared | None) -> Shape | None:
    return None if declared is None else _counted(declared.person_times, declared.amount_fen)


def _problem(problem: Problem, text: ProblemText) -> Shape:
    place = problem.place
    return {
        "code": problem.code,
        "severity": problem.severity.value,
        "sheet": place.sheet,
        "row": place.row,
        "column": place.column,
        "message": text(problem),
    }


def _counted(person_times: int | None, amount_fen: int | None) -> Shape:
    return {"person_times": person_times, "amount": None if amount_fen is None else yuan_text(amount_fen)}


def summary_shape(summary: Summary, catalogue: Catalogue, language: str) -> Shape:
    """``report summary``."""
    shape: Shape = {
        "from": summary.first,
        "to": summary.last,
        "count": summary.count,
        "programs": [
            {
                "code": code,
                "name": catalogue.programs[code].name(language),
                "unit": catalogue.programs[code].unit,
                **_figures(figures),
            }
            for code, figures in summary.programs.items()
        ],
        "aid": _figures(summary.aid),
        "loans": _figures(summary.loans),
    }
    if summary.by:
        groups = [{**group.by, "loan": group.repaid, **_group_figures(group)} for group in summary.groups]
        shape |= {"by": list(summary.by), "groups": groups}
    return shape


def _figures(figures: Figures) -> Shape:
    return {
        "person_times": figures.person_times,
        "persons": figures.persons,
        "amount": yuan_text(figures.amount_fen),
        "amount_wan": wan_text(figures.amount_fen),
    }


def _group_figures(group: Group) -> Shape:
    counted, paid = {"person_times", "persons"}, {"amount", "amount_wan"}
    unsaid = (set() if group.counts else counted) | (set() if group.pays else paid)
    return {name: None if name in unsaid else value for name, value in _figures(group.figures).items()}


def batch_shape(record: BatchRecord) -> Shape:
    """One line of ``batches``."""
    return {
        "batch": record.batch,
        "kind": record.kind,
        "file": record.file,
        "sha256": record.sha256,
        "posted_at": record.posted_at,
        "posted_by": record.posted_by,
        "state": record.state,
        "entries": record.entries,
        **_counted(record.person_times, record.amount_fen),
        "reverses": record.reverses,
        "reversed_by": record.reversed_by,
        "supersedes": record.supersedes,
        "superseded_by": record.superseded_by,
        "reason": record.reason,
        "catalogue": record.catalogue,
        "digest": record.digest,
    }


def batch_content_shape(content: BatchContent, *, reveal: bool) -> Shape:
    """``batch N``."""
    rosters = [
        {
            "sheet": roster.sheet,
            "program": roster.program,
            "period": roster.period,
            "school": roster.school,
            "header_row": roster.header_row,
            **_counted(roster.person_times, roster.amount_fen),
            "declared": _counted(roster.declared_person_times, roster.declared_amount_fen),
        }
        for roster in content.rosters
    ]
    entries = [entry_shape(entry, reveal=reveal) for entry in content.entries]
    return batch_shape(content.record) | {"rosters": rosters, "rows": entries}


def entry_shape(entry: EntryRecord, *, reveal: bool) -> Shape:
    """An entry with its place; numbers masked unless they were asked for."""
    return {
        "entry": entry.entry,
        "batch": entry.batch,
        "file": entry.file,
        "sheet": entry.sheet,
        "row": entry.row,
        "program": entry.program,
        "period": entry.period,
        "school": entry.school,
        "name": entry.name_stated or entry.name,
        "document_type": entry.document_type,
        "number": entry.number if reveal else mask_number(entry.number),
        "amount": yuan_text(entry.amount_fen),
        "account": entry.account if reveal else mask_account(entry.account),
        "level": entry.level,
        "boarding": entry.boarding,
        "grade": entry.grade,
        "class": entry.class_name,
        "tier": entry.tier,
        "category": entry.category,
        "entry_year": entry.entry_year,
        "part": entry.part,
        "reversal_of": entry.reversal_of,
        "in_force": bool(entry.in_force),
    }


def person_times_of(entries: Iterable[EntryRecord]) -> int:
    """The person-times of some entries of one person each."""
    return person_times(((one.person, one.program, one.period), one.part) for one in entries)


def person_shape(history: PersonHistory, catalogue: Catalogue, *, reveal: bool) -> Shape:
    """One person of ``person``; aid and loans are never added up."""
    who = history.person
    lent = {code for code, program in catalogue.programs.items() if program.nature == "loan"}
    aid, loans = (
        [entry for entry in history.entries if entry.in_force and (entry.program in lent) is of_loans]
        for of_loans in (False, True)
    )
    student_number = who.student_number
    if student_number and not reveal:
        student_number = mask_number(student_number)
    return {
        "document_type": who.document_type,
        "number": who.number if reveal else mask_number(who.number),
        "name": who.name,
        "sex": who.sex,
        "student_number": student_number,
        "also": [one.number if reveal else mask_number(one.number) for one in history.also],
        **_counted(person_times_of(aid), sum(entry.amount_fen for entry in aid)),
        "loans": _counted(person_times_of(loans), sum(entry.amount_fen for entry in loans)),
        "claims": [
            {"program": row.program, "period": row.period, **balance_value(row.balance)} for row in history.claims
        ],
        "entries": [entry_shape(entry, reveal=reveal) for entry in history.entries],
    }


def trace_shape(trace: Trace, *, reveal: bool) -> Shape:
    """``trace ENTRY``."""
    origin = trace.origin
    cells = [
        {"column": cell.column, "header": cell.header, "value": cell.value if reveal else masked_text(cell.value)}
        for cell in trace.cells
    ]
    return {
        "entry": entry_shape(trace.entry, reveal=reveal),
        "batch": batch_shape(trace.batch),
        "file": origin.file,
        "sheet": origin.sheet,
        "row": origin.row,
        "cells": cells,
    }


def verdict_shape(verdict: Verdict, text: Callable[[str, Mapping[str, object]], str]) -> Shape:
    """``verify``."""
    return {
        "ok": not (verdict.faults or verdict.unjudged),
        "batches": verdict.batches,
        "entries": verdict.entries,
        "head": verdict.head,
        "passed": verdict.passed,
        "faults": [
            {
                "batch": fault.batch,
                "entry": fault.entry,
                "what": text(fault.what, {"batch": fault.batch, "entry": fault.entry, **fault.facts}),
            }
            for fault in (*verdict.faults, *verdict.unjudged)
        ],
    } | ({"sealed_by": verdict.sealed_by} if verdict.sealed_by else {})


def program_shape(program: Program, language: str) -> Shape:
    """One program with its standards."""
    return {
        "code": program.code,
        "name": program.name(language),
        "names": dict(program.names),
        "stage": program.stage,
        "nature": program.nature,
        "unit": program.unit,
        "cadence": program.cadence,
        "entry_years": str(program.entry_years) if program.entry_years else None,
        "ages": str(program.ages) if program.ages else None,
        "excludes": list(program.excludes),
        "reference": program.reference,
        "note": program.note,
        "standards": [_standard(standard) for standard in program.standards],
        "fees": [
            {"school": fee.school, "from": fee.start and fee.start.code, "amount": yuan_text(fee.amount_fen)}
            for fee in program.fees
        ],
    }


def _standard(standard: Standard) -> Shape:
    return {
        "from": standard.start.code if standard.start else None,
        "average": None if standard.average_fen is None else yuan_text(standard.average_fen),
        "reference": standard.reference,
        "note": standard.note,
        "rates": [
            {
                "low": yuan_text(rate.low_fen),
                "high": yuan_text(rate.high_fen),
                "basis": rate.basis,
                "level": rate.level,
                "boarding": rate.boarding,
                "label": rate.label,
            }
            for rate in standard.rates
        ],
    }
