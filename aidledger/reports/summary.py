"""Person-times, persons and money: per program, and by what else is asked for. Always net of reversals."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Select, distinct, func, select

from aidledger.catalogue.catalogue import Catalogue
from aidledger.domain.program import Program
from aidledger.domain.term import Period
from aidledger.reports.cuts import Count, Dimension, entries_cut, periods_within, rank
from aidledger.reports.sources import ALL_SOURCES, shares, split
from aidledger.store import totals
from aidledger.store.totals import Figures


@dataclass(frozen=True, slots=True)
class Group:
    """The figures of one combination of what was asked by; ``repaid``: it is lent, and stands apart from aid.

    By source, a group either counts people (of all sources) or money (of one): see ``counts`` and ``pays``.
    """

    by: Mapping[str, str | None]
    repaid: bool
    figures: Figures

    @property
    def counts(self) -> bool:
        """Whether its people are counted here: they are not split by source."""
        return self.by.get("source") in {None, ALL_SOURCES}

    @property
    def pays(self) -> bool:
        """Whether its money is stated here: where sources are known, it is stated source by source."""
        return self.by.get("source") != ALL_SOURCES


@dataclass(frozen=True, slots=True)
class Summary:
    """The ledger's figures: of every program of the catalogue, of aid and of loans, and of each group."""

    first: str | None
    last: str | None
    programs: Mapping[str, Figures]
    aid: Figures
    loans: Figures
    by: Sequence[Dimension]
    groups: Sequence[Group]
    count: Count = "posted"


def summary(
    books: Connection,
    catalogue: Catalogue,
    first: Period | None,
    last: Period | None,
    by: Sequence[Dimension] = (),
    count: Count = "posted",
) -> Summary:
    """The figures of the periods that begin in the span from ``first`` to ``last``; open ends take in everything.

    ``count``: all that was posted, or only what was paid, that is, what the bank confirmed or nobody had to pay out.
    """
    periods = periods_within(books, first, last)
    programs, kinds = (_posted if count == "posted" else _arrived)(books, periods)
    return Summary(
        first=first.code if first else periods[0] if periods else None,
        last=last.code if last else periods[-1] if periods else None,
        programs={code: programs.get(code, Figures()) for code in catalogue.programs},
        aid=kinds.get("aid", Figures()),
        loans=kinds.get("loan", Figures()),
        by=by,
        groups=_groups(books, catalogue, periods, by, count) if by else (),
        count=count,
    )


def _posted(books: Connection, periods: Sequence[str]) -> tuple[dict[str, Figures], dict[str, Figures]]:
    """By program, and by kind (aid or loan): from the ledger's running totals."""
    paid = totals.paid(books, periods)
    return paid.programs, {"aid": paid.aid, "loan": paid.loans}


def _arrived(books: Connection, periods: Sequence[str]) -> tuple[dict[str, Figures], dict[str, Figures]]:
    """The same of what was paid, which is asked of every entry."""
    programs = books.execute(counted(periods, "program", count="paid"))
    kinds = books.execute(counted(periods, "kind", count="paid"))
    return {row.program: figures_of(row) for row in programs}, {row.kind: figures_of(row) for row in kinds}


def counted(periods: Iterable[str], *by: str, count: Count = "posted") -> Select[Any]:
    """Person-times, persons and money in force of some periods, by cuts, whose values come first in a row."""
    entries = entries_cut(periods, *by, count=count).subquery()
    cuts = [entries.c[name] for name in by]
    return select(
        *cuts,
        func.count().label("person_times"),
        func.count(distinct(entries.c.beneficiary_id)).label("persons"),
        func.sum(entries.c.amount_fen).label("amount_fen"),
    ).group_by(*cuts)


def figures_of(row: Any) -> Figures:  # noqa: ANN401 - a row of a query
    """The figures of a row of ``counted``."""
    return Figures(int(row.person_times), int(row.persons), int(row.amount_fen))


def _groups(
    books: Connection, catalogue: Catalogue, periods: Sequence[str], by: Sequence[Dimension], count: Count
) -> Sequence[Group]:
    groups = []
    for row in books.execute(counted(periods, *by, "kind", count=count)):
        values = row._mapping  # noqa: SLF001 - its public name, see SQLAlchemy: names of cuts have hyphens
        groups.append(Group({name: values[name] for name in by}, row.kind == "loan", figures_of(row)))
    if "source" in by:
        groups = [_without_money(group) for group in groups] + _by_source(books, periods, by, count)
    return sorted(groups, key=lambda group: _sort_key(group, catalogue.programs))


def _without_money(group: Group) -> Group:
    if group.pays:
        return group
    return Group(group.by, group.repaid, Figures(group.figures.person_times, group.figures.persons))


def _by_source(books: Connection, periods: Sequence[str], by: Sequence[Dimension], count: Count) -> list[Group]:
    return [
        Group(dict(zip(by, values, strict=True)), kind == "loan", Figures(amount_fen=fen))
        for (kind, values), fen in amounts_by_source(books, periods, by, count).items()
    ]


def amounts_by_source(
    books: Connection, periods: Sequence[str], by: Sequence[str], count: Count = "posted"
) -> dict[tuple[str, tuple[str | None, ...]], int]:
    """The money whose sources are known in 分, source by source: by kind (aid or loan) and the values of cuts.

    It is split for every combination of a group with a program and a period, because shares are those of a program
    and a period; so a group's sources add up to the group exactly. ``by`` has ``source`` among the cuts.
    """
    known = shares(books)
    others = [name for name in by if name not in {"source", "program", "period"}]
    amounts: dict[tuple[str, tuple[str | None, ...]], int] = defaultdict(int)
    for row in books.execute(counted(periods, *others, "program", "period", "source", "kind", count=count)):
        if row.source is None:
            continue
        values = row._mapping  # noqa: SLF001 - as above
        for source, fen in split(int(row.amount_fen), known[row.program, row.period]).items():
            key = tuple(source if name == "source" else values[name] for name in by)
            amounts[row.kind, key] += fen
    return amounts


def _sort_key(group: Group, programs: Mapping[str, Program]) -> tuple[object, ...]:
    return group.repaid, *(rank(name, value, programs) for name, value in group.by.items())
