"""Comparisons as JSON and as tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, get_args

from aidledger.domain.money import yuan_text
from aidledger.domain.table import Answer, Cell, Column, Question
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
from aidledger.reports.figures import figure_text

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
        Column("ledger_count", N_("Ledger"), "count", narrows=""),
        Column("published_wan", N_("Published (10k yuan)"), "wan"),
        Column("ledger_wan", N_("Ledger (10k yuan)"), "wan", narrows=""),
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
    traces = [figure_text({"program": line.program, **_span(line)}) for line in lines]
    return Answer("{report}", columns, rows, notes=notes, facts=facts, traces=traces)


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
    listed = [line for line in lines if everything or not line.ok]
    rows = [_compared(line, catalogue, language, cut=cut, parted=parted) for line in listed]
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
    questions = [_questions(line) for line in listed]
    return Answer(title, columns if rows else (), rows, notes=notes, facts=facts | counted, questions=questions)


def _compared(line: Line, catalogue: Catalogue, language: Language, *, cut: bool, parted: bool) -> Sequence[Cell]:
    """A line's cells: with its cut, and with the document and source of an allotment, where there are such columns."""
    return (
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


def _span(line: Line) -> Mapping[str, str]:
    """A line's period, year or span as keys of a figure."""
    first, slash, last = line.period.partition("/")
    if slash:
        return {"from": first, "to": last}
    return {line.cut if line.cut in {"calendar-year", "school-year"} else "period": line.period}


# Comparisons whose lines are of one school each.
_BY_SCHOOL = frozenset({"declared", "standard", "payment"})


def _questions(line: Line) -> Mapping[str, Question]:
    """What stands behind the figures of a line.

    Nothing behind what others state (a printed figure), nor behind payments that are attributed to one document: they
    belong to none. What stands behind a difference is not told by a figure without a school, or of a whole year.
    """
    by_school = line.check in _BY_SCHOOL
    place = {"school": line.school} if by_school else {}
    stated = {"declared": "yes"} if line.check == "declared" else {}
    figure = figure_text({"program": line.program, **_span(line), **place, **stated})
    entries = Question("entries", figure)
    traceable = line.cut is None and not (by_school and line.school is None)
    differs = Question("difference", figure, line.check) if traceable and not line.ok else None
    if line.check == "allotment":
        return _of_allotment(line, entries, Question("allotments", figure), differs)
    actual = {"person_times": entries, "amount": entries}
    if line.check == "payment":
        claims = Question("claims", figure) if traceable else None
        return _told({"expected": actual, "actual": {"person_times": claims, "amount": claims}}, differs)
    if line.check == "report":
        return _told({"actual": actual}, differs)
    same = line.difference
    expected = {
        "person_times": entries if same.person_times == 0 else differs,
        "amount": entries if same.amount_fen == 0 else differs,
    }
    return _told({"expected": expected, "actual": actual}, differs)


def _of_allotment(
    line: Line, entries: Question, allotments: Question, differs: Question | None
) -> Mapping[str, Question]:
    if line.left_fen is not None:
        return {}
    sides = {"expected": {"amount": allotments}, "actual": {"person_times": entries, "amount": entries}}
    # What is left of allotments stands beside each of them.
    return _told(sides, allotments if line.ok and line.cut is None else differs)


def _told(sides: Mapping[str, Mapping[str, Question | None]], differs: Question | None) -> Mapping[str, Question]:
    found = {f"{side}_{figure}": asked for side, figures in sides.items() for figure, asked in figures.items()}
    return {key: asked for key, asked in (*found.items(), ("difference_amount", differs)) if asked is not None}


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
    traces = [_trace(line, row) for line in lines for row in line.entries or ()]
    facts = {"count": len(rows)}
    return Answer(N_("Rows behind the differences: {count}"), _BEHIND_COLUMNS, rows, facts=facts, traces=traces)


def _trace(line: Line, row: Behind) -> str:
    """The entries of a row that stands for many; a row of a file is its own evidence."""
    if row.why != "makes-up-figure":
        return ""
    return figure_text({"program": line.program, "period": row.period, "school": row.school})


def _yuan(amount_fen: int | None) -> str | None:
    return None if amount_fen is None else yuan_text(amount_fen)
