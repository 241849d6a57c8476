"""Person-times times the standards in force against the amount."""

from __future__ import annotations

from itertools import groupby

from sqlalchemy import Connection, func, select

from aidledger.catalogue.catalogue import Catalogue
from aidledger.domain.program import Program, nearest_fen
from aidledger.domain.term import Period
from aidledger.reconcile.line import Figures, Line
from aidledger.store.entries import in_force
from aidledger.store.tables import Entry, ProgramRow, School


def standard_lines(books: Connection, catalogue: Catalogue) -> list[Line]:
    """One line per program, period and school. Expected is what the nearest allowed rates would have come to.

    It is right where every amount is one that the standard of its period allows for that pupil (level, boarding,
    the school's fee); then the average per person-time lies within the standard's span, too.
    """
    keys = (ProgramRow.c.id, ProgramRow.c.code, Entry.c.period, School.c.name)
    query = (
        select(
            ProgramRow.c.code,
            Entry.c.period,
            School.c.name.label("school"),
            Entry.c.level,
            Entry.c.boarding,
            Entry.c.amount_fen,
            func.count().label("person_times"),
        )
        .select_from(Entry)
        .join(ProgramRow, ProgramRow.c.id == Entry.c.program_id)
        .outerjoin(School, School.c.id == Entry.c.school_id)
        .where(in_force(Entry))
        .group_by(*keys, Entry.c.level, Entry.c.boarding, Entry.c.amount_fen)
        .order_by(*keys)
    )
    lines = []
    for (code, period, school), rows in groupby(books.execute(query), key=lambda row: (row[0], row[1], row[2])):
        program = catalogue.program(code)
        expected = actual = person_times = 0
        ok = program.standard_for(Period.parse(period)) is not None
        for row in rows:
            near = _nearest(program, period, school, row.level, row.boarding, row.amount_fen)
            ok &= near == row.amount_fen
            person_times += row.person_times
            expected += near * row.person_times
            actual += row.amount_fen * row.person_times
        figures = Figures(person_times, expected), Figures(person_times, actual)
        lines.append(Line("standard", code, period, school, ok, *figures))
    return lines


def _nearest(
    program: Program, period: str, school: str | None, level: str | None, boarding: str | None, amount_fen: int
) -> int:
    return nearest_fen(program.rates(Period.parse(period), level, boarding, school), amount_fen)
