"""Person-times, persons and money, per program and by further dimensions; always net of reversals."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from aidledger.catalogue.catalogue import Catalogue
from aidledger.domain.program import Program
from aidledger.domain.term import Period
from aidledger.reports.cuts import (
    Count,
    Dimension,
    entries_cut,
    follow_from_claims,
    periods_within,
    rank,
    values_of_claims,
)
from aidledger.reports.sources import ALL_SOURCES, shares, split
from aidledger.reports.stated import StatedSum, stated_sums
from aidledger.store.model.tables import BatchTotal, ProgramRow, School
from aidledger.store.postings import totals
from aidledger.store.postings.person_times import surpluses
from aidledger.store.postings.totals import LedgerFigures, PaidUnder

if TYPE_CHECKING:
    from sqlalchemy import Connection


@dataclass(frozen=True, slots=True)
class SummaryGroup:
    """The figures of one group; ``repaid``: lent, and so kept apart from aid.

    By source, a group counts either people (of all sources) or money (of one): see ``counts`` and ``pays``.
    """

    by: Mapping[str, str | None]
    repaid: bool
    figures: LedgerFigures

    @property
    def counts(self) -> bool:
        """Whether it counts people, who are not split by source."""
        return self.by.get("source") in {None, ALL_SOURCES}

    @property
    def pays(self) -> bool:
        """Whether it states money, which is split by source where sources are known."""
        return self.by.get("source") != ALL_SOURCES


@dataclass(frozen=True, slots=True)
class Summary:
    """The ledger's figures: of each program that the office runs or that has any, of aid, loans, and each group.

    ``stated``: by program, what documents state without a list of pupils, which is in no other figure.
    """

    first: str | None
    last: str | None
    programs: Mapping[str, LedgerFigures]
    aid: LedgerFigures
    loans: LedgerFigures
    by: Sequence[Dimension]
    groups: Sequence[SummaryGroup]
    count: Count = "posted"
    stated: Mapping[str, StatedSum] = field(default_factory=dict)


def summary(
    books: Connection,
    catalogue: Catalogue,
    first: Period | None,
    last: Period | None,
    by: Sequence[Dimension] = (),
    count: Count = "posted",
) -> Summary:
    """The figures of the periods that begin between ``first`` and ``last``; an open end has no limit.

    ``count``: all that was posted, or only what was paid: confirmed by the bank, or needing no payment.
    """
    periods = periods_within(books, first, last)
    under = totals.paid_under(books, periods) if count == "posted" else None
    programs, kinds = _arrived(books, periods) if under is None else _posted(books, under)
    stated = {} if by or count == "paid" else stated_sums(books, first, last)
    return Summary(
        first=first.code if first else periods[0] if periods else None,
        last=last.code if last else periods[-1] if periods else None,
        programs={
            code: programs.get(code, LedgerFigures())
            for code, program in catalogue.programs.items()
            if program.in_force or code in programs or code in stated
        },
        aid=kinds.get("aid", LedgerFigures()),
        loans=kinds.get("loan", LedgerFigures()),
        by=by,
        groups=_groups(books, catalogue, periods, by, count, under) if by else (),
        count=count,
        stated=stated,
    )


def _posted(books: Connection, under: PaidUnder) -> tuple[dict[str, LedgerFigures], dict[str, LedgerFigures]]:
    """By program, and by kind (aid or loan)."""
    paid = totals.paid_by(books, under)
    return paid.programs, {"aid": paid.aid, "loan": paid.loans}


def _arrived(books: Connection, periods: Sequence[str]) -> tuple[dict[str, LedgerFigures], dict[str, LedgerFigures]]:
    """The same for what was paid, which depends on each entry."""
    programs = counted(books, periods, "program", count="paid")
    kinds = counted(books, periods, "kind", count="paid")
    return {str(code): one for (code,), one in programs.items()}, {str(kind): one for (kind,), one in kinds.items()}


def counted(
    books: Connection,
    periods: Sequence[str],
    *by: str,
    count: Count = "posted",
    catalogue: Catalogue | None = None,
    under: PaidUnder | None = None,
) -> dict[tuple[str | None, ...], LedgerFigures]:
    """Person-times, persons and money in force of some periods, by the values of cuts.

    With a ``catalogue``, synonyms of a category are one. ``under``: what was posted for these periods, if it was read.
    ``count`` paid: what has arrived; payments beyond a claim are in no figure.
    """
    if count == "posted" and follow_from_claims(by):
        found = (under or totals.paid_under(books, periods)).by(values_of_claims(books, *by))
        # An entry in force is at least one person-time of its group: the rest was reversed completely.
        return {values: figures for values, figures in found.items() if figures.person_times}
    entries = entries_cut(books, periods, *by, count=count, catalogue=catalogue)
    return totals.figures_by(books, entries, *by, periods=periods)


def amounts(
    books: Connection,
    periods: Sequence[str],
    *by: str,
    count: Count = "posted",
    catalogue: Catalogue | None = None,
) -> dict[tuple[str | None, ...], int]:
    """The money in 分, by the values of cuts; ``count``, ``catalogue``: as in ``counted``."""
    return totals.amounts_by(books, entries_cut(books, periods, *by, count=count, catalogue=catalogue), *by)


def posted_at_schools(books: Connection, periods: Sequence[str]) -> dict[tuple[str | None, str], LedgerFigures]:
    """Person-times and money in force of some periods by school and program, without persons: from running totals."""
    cuts = School.c.name, ProgramRow.c.code
    query = (
        select(*cuts, func.sum(BatchTotal.c.payments), func.sum(BatchTotal.c.amount_fen))
        .select_from(BatchTotal)
        .join(ProgramRow, ProgramRow.c.id == BatchTotal.c.program_id)
        .outerjoin(School, School.c.id == BatchTotal.c.school_id)
        .where(BatchTotal.c.period.in_(list(periods)))
        .group_by(*cuts)
    )
    entries = entries_cut(books, periods, "school", "program")
    further = surpluses(books, entries, "school", "program", periods=periods)
    return {
        (school, program): LedgerFigures(int(payments) - further.get((school, program), 0), 0, int(fen))
        for school, program, payments, fen in books.execute(query)
        if payments
    }


def _groups(
    books: Connection,
    catalogue: Catalogue,
    periods: Sequence[str],
    by: Sequence[Dimension],
    count: Count,
    under: PaidUnder | None,
) -> Sequence[SummaryGroup]:
    found = counted(books, periods, *by, "kind", count=count, catalogue=catalogue, under=under)
    groups = [
        SummaryGroup(dict(zip(by, values, strict=True)), kind == "loan", figures)
        for (*values, kind), figures in found.items()
    ]
    if "source" in by:
        groups = [_without_money(group) for group in groups] + _by_source(books, catalogue, periods, by, count)
    return sorted(groups, key=lambda group: _sort_key(group, catalogue.programs))


def _without_money(group: SummaryGroup) -> SummaryGroup:
    if group.pays:
        return group
    return SummaryGroup(group.by, group.repaid, LedgerFigures(group.figures.person_times, group.figures.persons))


def _by_source(
    books: Connection, catalogue: Catalogue, periods: Sequence[str], by: Sequence[Dimension], count: Count
) -> list[SummaryGroup]:
    return [
        SummaryGroup(dict(zip(by, values, strict=True)), kind == "loan", LedgerFigures(amount_fen=fen))
        for (kind, values), fen in amounts_by_source(books, catalogue, periods, by, count).items()
    ]


def amounts_by_source(
    books: Connection, catalogue: Catalogue, periods: Sequence[str], by: Sequence[str], count: Count = "posted"
) -> dict[tuple[str, tuple[str | None, ...]], int]:
    """The money of known sources in 分, by source, kind (aid or loan) and the values of cuts.

    Split for every combination of group, program and period, because shares are per program and period; so a group's
    sources add up to it exactly. ``by`` includes ``source``.
    """
    known = shares(books)
    others = [name for name in by if name not in {"source", "program", "period"}]
    found: dict[tuple[str, tuple[str | None, ...]], int] = defaultdict(int)
    cuts = (*others, "program", "period", "source", "kind")
    for row, amount in amounts(books, periods, *cuts, count=count, catalogue=catalogue).items():
        values = dict(zip(cuts, row, strict=True))
        if values["source"] is None:
            continue
        for source, fen in split(amount, known[str(values["program"]), str(values["period"])]).items():
            key = tuple(source if name == "source" else values[name] for name in by)
            found[str(values["kind"]), key] += fen
    return found


def _sort_key(group: SummaryGroup, programs: Mapping[str, Program]) -> tuple[object, ...]:
    return group.repaid, *(rank(name, value, programs) for name, value in group.by.items())
