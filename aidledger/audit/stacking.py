"""Payments that exclude each other: of exclusive programs, of two stages, as boarder and day pupil."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import Any, Literal

from sqlalchemy import ColumnElement, Row, Select, and_, case, func, or_, select

from aidledger.audit.rule import Case, Rule, Scope
from aidledger.i18n import N_
from aidledger.store.model.tables import Entry, ProgramRow
from aidledger.store.postings.entries import in_force

# Why two payments do not go together.
_Kind = Literal["exclusive", "one fee", "two stages"]
_SENIOR = ("high-school", "vocational")
_other, _other_program = Entry.alias("other"), ProgramRow.alias("other_program")


def _at_once(scope: Scope, kind: _Kind) -> Iterator[Case]:
    """One case per person and period, whatever the number of programs that exclude each other in this way."""
    pairs = (pair for pair in scope.once(_not_together) if _kind(scope, pair) == kind)
    for about, group in groupby(pairs, key=lambda pair: (pair.beneficiary_id, pair.period)):
        paid: dict[int, tuple[str, str, int]] = {}
        for pair in group:
            paid[pair.id] = pair.stage, pair.program, pair.amount_fen
            paid[pair.other] = pair.other_stage, pair.other_program, pair.other_fen
        by_stage: Counter[str] = Counter()
        for stage, _, amount in paid.values():
            by_stage[stage] += amount
        order = {code: program.order for code, program in scope.catalogue.programs.items()}
        programs = sorted({program for _, program, _ in paid.values()}, key=lambda code: order[code])
        yield Case(
            about=about,
            entries=tuple(sorted(paid)),
            program=programs[0],
            period=about[1],
            amount_fen=sum(by_stage.values()) - max(by_stage.values()) if len(by_stage) > 1 else _least(paid.values()),
            facts={"programs": ", ".join(programs), "period": about[1]},
        )


def _kind(scope: Scope, pair: Any) -> _Kind:  # noqa: ANN401 - a row
    if not pair.same_age:
        return "two stages"
    natures = {scope.catalogue.programs[code].nature for code in (pair.program, pair.other_program)}
    return "one fee" if pair.stage == pair.other_stage and natures == {"waiver"} else "exclusive"


def _least(paid: Iterable[tuple[str, str, int]]) -> int:
    """The sum (分) of the program that paid least."""
    amounts: Counter[str] = Counter()
    for _, program, amount in paid:
        amounts[program] += amount
    return min(amounts.values())


def _not_together(scope: Scope) -> Sequence[Row[Any]]:
    """Pairs of payments of two stages, or under programs that exclude each other."""
    query = _pairs().where(or_(~_same_age(), _excluded(scope)))
    if scope.program is not None:
        query = query.where(or_(ProgramRow.c.code == scope.program, _other_program.c.code == scope.program))
    if scope.period is not None:
        query = query.where(Entry.c.period == scope.period)
    return scope.books.execute(query).all()


def _pairs() -> Select[Any]:
    """Payments to one person for one period under two programs, each pair once; ``same_age`` is 1 or 0.

    Programs for pupils of any stage stack with all. Annual programs are not compared with the semesters of their school
    year: college aid and loans exclude nothing.
    """
    return (
        select(
            Entry.c.id,
            Entry.c.amount_fen,
            Entry.c.period,
            ProgramRow.c.code.label("program"),
            ProgramRow.c.stage,
            _other.c.id.label("other"),
            _other.c.amount_fen.label("other_fen"),
            _other_program.c.code.label("other_program"),
            _other_program.c.stage.label("other_stage"),
            Entry.c.beneficiary_id,
            case((_same_age(), 1), else_=0).label("same_age"),
        )
        .join(
            _other,
            (_other.c.beneficiary_id == Entry.c.beneficiary_id)
            & (_other.c.period == Entry.c.period)
            & (_other.c.program_id > Entry.c.program_id),
        )
        .join(ProgramRow, ProgramRow.c.id == Entry.c.program_id)
        .join(_other_program, _other_program.c.id == _other.c.program_id)
        .where(in_force(Entry), in_force(_other), ProgramRow.c.stage != "any", _other_program.c.stage != "any")
        .order_by(Entry.c.beneficiary_id, Entry.c.period, Entry.c.program_id, _other.c.program_id, Entry.c.id)
    )


def _excluded(scope: Scope) -> ColumnElement[bool]:
    """The pairs of programs that the catalogue says never go together."""
    pairs = {
        tuple(sorted((code, other))) for code, program in scope.catalogue.programs.items() for other in program.excludes
    }
    either = [
        and_(ProgramRow.c.code.in_(pair), _other_program.c.code.in_(pair), ProgramRow.c.code != _other_program.c.code)
        for pair in sorted(pairs)
    ]
    return or_(*either) if either else ProgramRow.c.code != ProgramRow.c.code


def _same_age() -> ColumnElement[bool]:
    """Whether two stages are the same, or for the same ages: high school and vocational school."""
    return or_(
        ProgramRow.c.stage == _other_program.c.stage,
        and_(ProgramRow.c.stage.in_(_SENIOR), _other_program.c.stage.in_(_SENIOR)),
    )


def _exclusive(scope: Scope) -> Iterator[Case]:
    return _at_once(scope, "exclusive")


def _one_fee(scope: Scope) -> Iterator[Case]:
    return _at_once(scope, "one fee")


def _two_stages(scope: Scope) -> Iterator[Case]:
    return _at_once(scope, "two stages")


def _boarder_and_day(scope: Scope) -> Iterator[Case]:
    """People paid as boarder and as day pupil in one period, under any programs."""
    paid = scope.payments()
    both = (
        select(paid.c.beneficiary_id, paid.c.period)
        .where(paid.c.boarding.is_not(None))
        .group_by(paid.c.beneficiary_id, paid.c.period)
        .having(func.min(paid.c.boarding) != func.max(paid.c.boarding))
        .subquery()
    )
    query = (
        select(paid)
        .join(both, (both.c.beneficiary_id == paid.c.beneficiary_id) & (both.c.period == paid.c.period))
        .where(paid.c.boarding.is_not(None))
        .order_by(paid.c.beneficiary_id, paid.c.period, paid.c.id)
    )
    rows = scope.books.execute(query)
    for about, group in groupby(rows, key=lambda row: (row.beneficiary_id, row.period)):
        entries = list(group)
        amounts: Counter[str] = Counter()
        for row in entries:
            amounts[row.boarding] += row.amount_fen
        yield Case(
            about=about,
            entries=tuple(row.id for row in entries),
            program=entries[0].program,
            period=about[1],
            amount_fen=min(amounts.values()),
            facts={"period": about[1]},
        )


_TOGETHER = N_("Paid for {period} under two programs that exclude each other: {programs}.")
RULES = (
    Rule(
        code="exclusive-programs",
        severity="error",
        message=_TOGETHER,
        explanation=N_(
            "The catalogue says which programs exclude each other: nobody attends both high school and vocational "
            "school in the same semester. Find out where the pupil really is, and claim the other payment back."
        ),
        reference="财教〔2021〕310号",
        find=_exclusive,
    ),
    Rule(
        code="two-waivers-of-one-fee",
        severity="error",
        message=N_("One fee was waived twice for {period}: {programs}."),
        explanation=N_(
            "From autumn 2025 the care fee of the last kindergarten year is waived for every child (免保育教育费); the "
            "waiver for hardship then waives nothing that is left. Judged: waivers of one stage of education that the "
            "catalogue says exclude each other. Claim the smaller one back."
        ),
        reference="国办发〔2025〕27号",
        find=_one_fee,
    ),
    Rule(
        code="paid-in-two-stages",
        severity="error",
        message=N_("Paid for {period} in two stages of education at once: {programs}."),
        explanation=N_(
            "Nobody attends both kindergarten and primary school, or both junior and senior high school, in the "
            "same semester. Check both schools' registers, and claim back the payment at the wrong one."
        ),
        reference="财教〔2021〕310号",
        find=_two_stages,
    ),
    Rule(
        code="boarder-and-day",
        severity="error",
        message=N_("Paid for {period} both as a boarder and as a day pupil."),
        explanation=N_(
            "Boarders and day pupils have different rates, and a pupil is one or the other in a semester. Ask the "
            "school which; the other payment is too high or too low."
        ),
        reference="财教〔2021〕310号",
        find=_boarder_and_day,
    ),
)
