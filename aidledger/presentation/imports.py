"""The outcome of imported files, as JSON and as a table."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING

from aidledger.domain.money import yuan_text
from aidledger.domain.table import Answer, Cell, Column
from aidledger.i18n import N_, Language
from aidledger.presentation.columns import (
    AMOUNT,
    BATCH,
    FILE,
    PERIOD,
    PERSON_TIMES,
    PROGRAM,
    SCHOOL,
    SHEET,
    Shape,
    counted,
)
from aidledger.presentation.result import Result, table
from aidledger.presentation.wording import problem_text

if TYPE_CHECKING:
    from aidledger.catalogue.catalogue import Catalogue
    from aidledger.domain.problem import Problem
    from aidledger.domain.roster import Declared
    from aidledger.operations.results import FileResult, ImportResult, ListResult, RosterResult


ProblemText = Callable[["Problem"], str]


def import_result(
    result: ImportResult, remedies: Mapping[str, str], catalogue: Catalogue, language: Language
) -> Result:
    """``import`` and ``check``, except on a terminal, which shows each file as it finishes."""
    return Result(
        lambda: _shape(result, lambda problem: problem_text(problem, remedies, catalogue.programs, language)),
        table(_files(result, catalogue, language)),
    )


def _files(result: ImportResult, catalogue: Catalogue, language: Language) -> Answer:
    """The outcome of every file: one row per roster in it, or one for the file."""
    rows: list[Sequence[Cell]] = []
    for file in result.files:
        for roster in file.rosters or (None,):
            program = roster.program if roster else None
            rows.append(
                (
                    file.path,
                    file.outcome,
                    file.batch,
                    roster.sheet if roster else None,
                    catalogue.programs[program].name(language) if program else None,
                    roster.period if roster else None,
                    roster.school if roster else None,
                    roster.person_times if roster else 0,
                    roster.amount_fen if roster else 0,
                    len(file.problems),
                )
            )
    columns = (
        FILE,
        Column("outcome", N_("Outcome"), "word"),
        BATCH,
        SHEET,
        PROGRAM,
        PERIOD,
        SCHOOL,
        PERSON_TIMES,
        AMOUNT,
        Column("problems", N_("Problems"), "count"),
    )
    return Answer(N_("Imported files"), columns, rows)


def _shape(result: ImportResult, text: ProblemText) -> Shape:
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


def _list(listing: ListResult) -> Shape:
    amount = {} if listing.amount_fen is None else {"amount": yuan_text(listing.amount_fen)}
    return {
        "sheet": listing.sheet,
        "kind": listing.kind,
        "period": listing.period,
        "school": listing.school,
        "header_row": listing.header_row,
        "records": listing.records,
        **amount,
    }


def _declared(declared: Declared | None) -> Shape | None:
    return None if declared is None else counted(declared.person_times, declared.amount_fen)


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
