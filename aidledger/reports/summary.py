"""Person-times, persons and money: per program, and by what else is asked for. Always net of reversals."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import ColumnElement, Connection, Select, Text, cast, distinct, func, null, select

from aidledger.catalogue.catalogue import Catalogue
from aidledger.domain.program import Program
from aidledger.domain.term import Period, within
from aidledger.store.bulk import table_of
from aidledger.store.entries import in_force
from aidledger.store.tables import Entry, ProgramRow, School

Dimension = Literal["program", "school", "period", "stage", "category", "source"]
_entry, _program, _school = table_of(Entry), table_of(ProgramRow), table_of(School)
_COLUMNS: Mapping[str, ColumnElement[Any]] = {
    "program": _program.c.code,
    "school": _school.c.name,
    "period": _entry.c.period,
    "stage": _program.c.stage,
    "category": _entry.c.category,
    # Which source paid is known from allotments; until some are imported it is nobody's to say.
    "source": cast(null(), Text),
}


@dataclass(frozen=True, slots=True)
class Figures:
    """How many person-times, of how many persons, and how much in 分."""

    person_times: int = 0
    persons: int = 0
    amount_fen: int = 0


@dataclass(frozen=True, slots=True)
class Group:
    """The figures of one combination of what was asked by; ``repaid``: it is lent, and stands apart from aid."""

    by: Mapping[str, str | None]
    repaid: bool
    figures: Figures


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


def summary(
    books: Connection, catalogue: Catalogue, first: Period | None, last: Period | None, by: Sequence[Dimension] = ()
) -> Summary:
    """The figures of the periods that begin in the span from ``first`` to ``last``; open ends take in everything."""
    periods = periods_within(books, first, last)
    programs = {row.code: _figures(row) for row in books.execute(_counted(periods, _program.c.code))}
    kinds = {row.repaid: _figures(row) for row in books.execute(_counted(periods, _repaid().label("repaid")))}
    return Summary(
        first=first.code if first else periods[0] if periods else None,
        last=last.code if last else periods[-1] if periods else None,
        programs={code: programs.get(code, Figures()) for code in catalogue.programs},
        aid=kinds.get(False, Figures()),
        loans=kinds.get(True, Figures()),
        by=by,
        groups=_groups(books, catalogue, periods, by) if by else (),
    )


def periods_within(books: Connection, first: Period | None, last: Period | None) -> list[str]:
    """The periods of the ledger's entries that begin in a span, in their order."""
    codes = books.execute(select(_entry.c.period).distinct()).scalars()
    periods = sorted((Period.parse(code) for code in codes), key=lambda period: period.sort_key)
    return [period.code for period in periods if within(period, first, last)]


def _repaid() -> ColumnElement[bool]:
    return _program.c.nature == "loan"


def _counted(periods: Iterable[str], *by: ColumnElement[Any]) -> Select[Any]:
    return (
        select(
            *by,
            func.count().label("person_times"),
            func.count(distinct(_entry.c.beneficiary_id)).label("persons"),
            func.sum(_entry.c.amount_fen).label("amount_fen"),
        )
        .select_from(_entry)
        .join(_program, _program.c.id == _entry.c.program_id)
        .where(in_force(_entry), _entry.c.period.in_(list(periods)))
        .group_by(*by)
    )


def _figures(row: Any) -> Figures:  # noqa: ANN401 - a row of a query
    return Figures(int(row.person_times), int(row.persons), int(row.amount_fen))


def _groups(
    books: Connection, catalogue: Catalogue, periods: Iterable[str], by: Sequence[Dimension]
) -> Sequence[Group]:
    columns = [_COLUMNS[name].label(name) for name in by]
    query = _counted(periods, *columns, _repaid().label("repaid"))
    if "school" in by:
        query = query.outerjoin(_school, _school.c.id == _entry.c.school_id)
    groups = [
        Group({name: getattr(row, name) for name in by}, bool(row.repaid), _figures(row))
        for row in books.execute(query)
    ]
    return sorted(groups, key=lambda group: _sort_key(group, catalogue.programs))


def _sort_key(group: Group, programs: Mapping[str, Program]) -> tuple[object, ...]:
    return group.repaid, *(_rank(name, value, programs) for name, value in group.by.items())


def _rank(name: str, value: str | None, programs: Mapping[str, Program]) -> tuple[object, ...]:
    if value is None:
        return (1, "")
    if name == "program":
        return (0, programs[value].order, value)
    if name == "stage":
        return (0, min(program.order for program in programs.values() if program.stage == value))
    if name == "period":
        return (0, *Period.parse(value).sort_key)
    return (0, value)
