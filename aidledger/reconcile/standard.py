"""Amounts against person-times multiplied by the standard in force."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import chain, groupby
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    FromClause,
    Integer,
    Select,
    case,
    cast,
    func,
    literal_column,
    select,
)

from aidledger.catalogue.catalogue import Catalogue
from aidledger.domain.program import Program, nearest_fen
from aidledger.domain.term import Period
from aidledger.reconcile.line import Figures, Line
from aidledger.store.model.tables import Entry, ProgramRow, School
from aidledger.store.postings.entries import in_force
from aidledger.store.postings.person_times import CLAIM, NAMES_PARTS, in_parts, is_in_parts


@dataclass(frozen=True, slots=True)
class Judge:
    """Judges amounts by a catalogue's standards; ``today`` decides which periods have ended."""

    catalogue: Catalogue
    today: date

    def off_fen(self, claim: Any, *, in_parts: bool) -> int:  # noqa: ANN401 - see _of_payments
        """The nearest allowed amount minus the claim's, in 分.

        While a period is running, a claim in parts may still reach a rate: only an excess counts.
        """
        program, period = self.catalogue.program(claim.code), Period.parse(claim.period)
        rates = program.rates(period, claim.level, claim.boarding, claim.school)
        highest = max((rate.high_fen for rate in rates), default=0)
        if in_parts and period.end >= self.today and claim.whole_fen <= highest:
            return 0
        return nearest_fen(rates, claim.whole_fen) - int(claim.whole_fen)

    def knows(self, code: str, period: str) -> bool:
        """Whether a program has a standard for a period."""
        program: Program = self.catalogue.program(code)
        return program.standard_for(Period.parse(period)) is not None


def standard_lines(books: Connection, judge: Judge) -> list[Line]:
    """One line per program, period and school; expected is the sum of the nearest allowed amounts.

    A line is right if the standard allows every amount for its pupil (level, boarding, the school's fee); then the
    average per person-time is within the standard's span, too. Parts of a claim are judged by their sum, and the
    difference counts at the school that paid last.
    """
    rows = books.execute(_of_payments()) if not _names_parts(books) else _of_claims(books)
    lines = []
    for (code, period, school), kinds in groupby(rows, key=lambda row: (row.code, row.period, row.school)):
        ok, expected, actual, times = _summed_up(judge, kinds)
        ok &= judge.knows(code, period)
        lines.append(Line("standard", code, period, school, ok, Figures(times, expected), Figures(times, actual)))
    return lines


def _summed_up(judge: Judge, kinds: Iterable[Any]) -> tuple[bool, int, int, int]:
    """Whether all amounts are right, the amounts expected and paid (分), and the person-times."""
    ok, expected, actual, times = True, 0, 0, 0
    for kind in kinds:
        off = judge.off_fen(kind, in_parts=bool(kind.in_parts)) if kind.is_last else 0
        ok &= off == 0
        times += kind.times * kind.number
        expected += (kind.fen + off) * kind.number
        actual += kind.fen * kind.number
    return ok, expected, actual, times


def _names_parts(books: Connection) -> bool:
    return books.execute(NAMES_PARTS).first() is not None


def _of_claims(books: Connection) -> Sequence[Any]:
    rows = chain(books.execute(_of_payments(~is_in_parts(Entry))), books.execute(_of_parts()))
    return sorted(rows, key=lambda row: (row.program_id, row.period, row.school or ""))


_ONE: ColumnElement[int] = literal_column("1", Integer)
_NUMBER = func.count().label("number")


def _of_payments(*further: ColumnElement[bool]) -> Select[Any]:
    """Payments grouped by everything that their standard depends on; ``number``: how many are alike.

    ``fen``: a payment's amount at its school. ``whole_fen``: its claim's at all schools. ``is_last``: whether the claim
    is judged at this school.
    """
    keys = (Entry.c.program_id, ProgramRow.c.code, Entry.c.period, School.c.name.label("school"))
    alike = (Entry.c.level, Entry.c.boarding, Entry.c.amount_fen.label("fen"), Entry.c.amount_fen.label("whole_fen"))
    return (
        select(
            *keys,
            *alike,
            _ONE.label("times"),
            _ONE.label("is_last"),
            literal_column("0", Integer).label("in_parts"),
            _NUMBER,
        )
        .select_from(Entry)
        .join(ProgramRow, ProgramRow.c.id == Entry.c.program_id)
        .outerjoin(School, School.c.id == Entry.c.school_id)
        .where(in_force(Entry), *further)
        .group_by(Entry.c.program_id, ProgramRow.c.code, Entry.c.period, School.c.name)
        .group_by(Entry.c.level, Entry.c.boarding, Entry.c.amount_fen)
        .order_by(Entry.c.program_id, Entry.c.period, School.c.name)
    )


def _of_parts() -> Select[Any]:
    """The same for claims in parts, by school."""
    here = claims_at_schools(select(Entry).where(in_force(Entry), in_parts(Entry)).subquery("paid"))
    keys = (here.c.program_id, ProgramRow.c.code, here.c.period, School.c.name.label("school"))
    alike = [here.c[name] for name in ("level", "boarding", "fen", "whole_fen", "times", "is_last")]
    return (
        select(*keys, *alike, _ONE.label("in_parts"), _NUMBER)
        .join(ProgramRow, ProgramRow.c.id == here.c.program_id)
        .outerjoin(School, School.c.id == here.c.school_id)
        .group_by(here.c.program_id, ProgramRow.c.code, here.c.period, School.c.name, *alike)
    )


def claims_at_schools(paid: FromClause) -> FromClause:
    """The sums of claims in parts, with a row per school of a claim.

    Columns: those of the claim, school_id, ``level`` and ``boarding`` (NULL if its payments differ), ``fen`` and
    ``times`` (person-times) at the school, ``whole_fen`` at all schools, ``is_last``: whether this school paid last.
    """
    claim = [paid.c[name] for name in CLAIM]
    alike = func.count().over(partition_by=(*claim, paid.c.school_id, paid.c.part)).label("alike")
    columns = [paid.c[name] for name in ("school_id", "level", "boarding", "amount_fen", "id")]
    payment = select(*claim, *columns, alike).subquery("payment")
    of_claim = [payment.c[name] for name in CLAIM]
    here = (
        select(
            *of_claim,
            payment.c.school_id,
            _agreed(payment.c.level),
            _agreed(payment.c.boarding),
            cast(func.sum(payment.c.amount_fen), BigInteger).label("fen"),
            func.max(payment.c.alike).label("times"),
            func.max(payment.c.id).label("last"),
        )
        .group_by(*of_claim, payment.c.school_id)
        .subquery("here")
    )
    whole = [here.c[name] for name in CLAIM]
    last = func.max(here.c.last).over(partition_by=whole)
    return select(
        here,
        cast(func.sum(here.c.fen).over(partition_by=whole), BigInteger).label("whole_fen"),
        case((here.c.last == last, 1), else_=0).label("is_last"),
    ).subquery("claimed")


def _agreed(column: ColumnElement[Any]) -> ColumnElement[Any]:
    return case((func.min(column) == func.max(column), func.min(column))).label(column.name)
