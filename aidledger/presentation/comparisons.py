"""Comparisons as JSON and as tables."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, get_args

from aidledger.domain.money import yuan_text
from aidledger.domain.table import Answer, Column
from aidledger.i18n import N_, Language
from aidledger.presentation.columns import (
    AMOUNT,
    BATCH,
    ENTRY,
    FILE,
    NAME,
    NUMBER,
    PERIOD,
    PERSON_TIMES,
    PROGRAM,
    ROW,
    SCHOOL,
    SHEET,
    Shape,
)
from aidledger.presentation.result import Result, table
from aidledger.reconcile.line import Comparison

if TYPE_CHECKING:
    from aidledger.catalogue.catalogue import Catalogue
    from aidledger.domain.published import PublishedReport
    from aidledger.operations.views import Viewed
    from aidledger.reconcile.behind import Behind
    from aidledger.reconcile.line import Figures, Line

_OK = Column("ok", N_("OK"), "mark")
_CUT = Column("cut", N_("Combined by"), "word")
_PARTS = (
    Column("document", N_("Document")),
    Column("source_of_funds", N_("Funding source"), "word"),
    Column("left", N_("Left (yuan)"), "yuan"),
)


def compared_result(
    viewed: Viewed[list[Line]], report: PublishedReport, catalogue: Catalogue, language: Language
) -> Result:
    """``report compare``."""
    answer = comparison(viewed.found, report, catalogue, language)
    return Result(lambda: _shape(viewed.found), table(answer), head=viewed.head)


def reconciled_result(
    viewed: Viewed[list[Line]], catalogue: Catalogue, language: Language, *, everything: bool, details: bool
) -> Result:
    """``reconcile``: the lines that differ, or ``everything``; with ``details``, the rows behind each."""
    lines = viewed.found

    answer = reconciliation(lines, catalogue, language, everything=everything)
    if not details:
        return Result(lambda: _shape(lines), table(answer), head=viewed.head)
    behind = _behind_answer(lines, catalogue, language)
    return Result(
        lambda: _shape(lines),
        lambda: [(N_("Reconciliation"), answer), (N_("Rows behind the differences"), behind)],
        rows=lambda: behind,
        head=viewed.head,
        reveal=viewed.revealed,
    )


def _shape(lines: Sequence[Line]) -> Shape:
    """``reconcile`` and ``report compare``; ID numbers behind a difference are masked unless revealed."""
    return {"lines": [_line(line) for line in lines]}


def _line(line: Line) -> Shape:
    shape: Shape = {
        "check": line.check,
        "program": line.program,
        "period": line.period,
        "school": line.school,
        "ok": line.ok,
        "expected": _side(line.expected),
        "actual": _side(line.actual),
        "difference": _side(line.difference),
    }
    if line.check == "allotment":
        shape["documents"] = line.source
    if line.cut is not None:
        shape["cut"] = line.cut
    if line.left_fen is not None:
        shape |= {"document": line.document, "source_of_funds": line.funding, "left": _yuan(line.left_fen)}
    if line.printed_wan is not None:
        shape |= {"report": line.source, "printed_wan": line.printed_wan}
    if line.entries is not None:
        shape["entries"] = [_behind(row) for row in line.entries]
    return shape


def _behind(row: Behind) -> Shape:
    """A row behind a difference; keys that only some kinds of rows have follow the contract's."""
    shape: Shape = {
        "entry": row.entry,
        "batch": row.batch,
        "file": row.file,
        "sheet": row.sheet,
        "row": row.row,
        "name": row.name,
        "number": row.number,
        "amount": _yuan(row.amount_fen),
        "expected": _yuan(row.expected_fen),
        "why": row.why,
        "period": row.period,
        "school": row.school,
    }
    more = {
        "person_times": row.person_times,
        "expected_person_times": row.expected_person_times,
        "remark": row.remark,
        "source_of_funds": row.source,
    }
    return shape | {name: value for name, value in more.items() if value is not None}


def _side(figures: Figures) -> Shape:
    return {"person_times": figures.person_times, "amount": _yuan(figures.amount_fen)}


def comparison(lines: Sequence[Line], report: PublishedReport, catalogue: Catalogue, language: Language) -> Answer:
    """Published figures next to the ledger's."""
    columns = (
        PROGRAM,
        Column("published_count", N_("Published"), "count"),
        Column("ledger_count", N_("Ledger"), "count"),
        Column("published_wan", N_("Published (10k yuan)"), "wan"),
        Column("ledger_wan", N_("Ledger (10k yuan)"), "wan"),
        Column("difference_count", N_("Difference"), "count"),
        Column("difference_wan", N_("Difference (10k yuan)"), "wan"),
        _OK,
    )
    rows = [
        (
            catalogue.programs[line.program].name(language),
            line.expected.person_times,
            line.actual.person_times,
            line.expected.amount_fen,
            line.actual.amount_fen,
            line.difference.person_times,
            line.difference.amount_fen,
            line.ok,
        )
        for line in lines
    ]
    facts = {
        "report": report.names[language],
        "first": report.start,
        "last": report.end,
        "equal": sum(line.ok for line in lines),
        "count": len(lines),
    }
    notes = (N_("{equal} of {count} published figures agree with the ledger, {first} to {last}."),)
    return Answer("{report}", columns, rows, notes=notes, facts=facts)


def _sides(lines: Sequence[Line]) -> tuple[Column, ...]:
    """The columns of both sides; if only payments are compared, titles say whose figures they are."""
    if lines and all(line.check == "payment" for line in lines):
        titles = (N_("Ledger"), N_("Bank"), N_("Ledger (yuan)"), N_("Bank (yuan)"))
    else:
        titles = (N_("Expected"), N_("Actual"), N_("Expected (yuan)"), N_("Actual (yuan)"))
    return (
        Column("expected_person_times", titles[0], "count"),
        Column("actual_person_times", titles[1], "count"),
        Column("expected_amount", titles[2], "yuan"),
        Column("actual_amount", titles[3], "yuan"),
    )


def reconciliation(lines: Sequence[Line], catalogue: Catalogue, language: Language, *, everything: bool) -> Answer:
    """Comparisons: ``everything``, or only those that differ."""
    parted = any(line.left_fen is not None for line in lines)
    cut = any(line.cut is not None for line in lines)
    columns = (
        Column("check", N_("Check"), "word"),
        PROGRAM,
        PERIOD,
        *((_CUT,) if cut else ()),
        SCHOOL,
        *_sides(lines),
        Column("difference_amount", N_("Difference (yuan)"), "yuan"),
        _OK,
        *(_PARTS if parted else ()),
    )
    rows = [
        (
            line.check,
            catalogue.programs[line.program].name(language),
            line.period,
            *((line.cut,) if cut else ()),
            line.school,
            line.expected.person_times,
            line.actual.person_times,
            line.expected.amount_fen,
            line.actual.amount_fen,
            line.difference.amount_fen,
            line.ok,
            *((line.document, line.funding, line.left_fen) if parted else ()),
        )
        for line in lines
        if everything or not line.ok
    ]
    right = sum(line.ok for line in lines)
    facts = {"count": len(lines), "right": right, "wrong": len(lines) - right}
    counted = {name: sum(line.check == name for line in lines) for name in get_args(Comparison)}
    notes = [
        N_(
            "Compared: {declared} declared, {standard} by the standard, {allotment} with allotments, "
            "{payment} with bank returns, {report} published."
        )
    ]
    if counted["payment"] not in {0, len(lines)}:
        notes.append(N_("For bank returns, expected is what the ledger claims and actual is what the bank paid."))
    title = N_("{count} comparisons: {right} agree, {wrong} do not")
    return Answer(title, columns if rows else (), rows, notes=notes, facts=facts | counted)


_BEHIND_COLUMNS = (
    Column("check", N_("Check"), "word"),
    PROGRAM,
    PERIOD,
    SCHOOL,
    ENTRY,
    BATCH,
    FILE,
    SHEET,
    ROW,
    NAME,
    NUMBER,
    PERSON_TIMES,
    Column("expected_person_times", N_("Expected"), "count"),
    AMOUNT,
    Column("expected", N_("Expected (yuan)"), "yuan"),
    Column("why", N_("Why"), "word"),
    Column("remark", N_("Remark in the source")),
    Column("source_of_funds", N_("Funding source"), "word"),
)


def _behind_answer(lines: Sequence[Line], catalogue: Catalogue, language: Language) -> Answer:
    """The rows behind the lines that differ, line by line."""
    rows = [
        (
            line.check,
            catalogue.programs[line.program].name(language),
            row.period,
            row.school,
            row.entry,
            row.batch,
            row.file,
            row.sheet,
            row.row,
            row.name,
            row.number,
            row.person_times,
            row.expected_person_times,
            row.amount_fen,
            row.expected_fen,
            row.why,
            row.remark,
            row.source,
        )
        for line in lines
        for row in line.entries or ()
    ]
    return Answer(N_("Rows behind the differences: {count}"), _BEHIND_COLUMNS, rows, facts={"count": len(rows)})


def _yuan(amount_fen: int | None) -> str | None:
    return None if amount_fen is None else yuan_text(amount_fen)
