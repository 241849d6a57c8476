"""How many of the pupils on registers are aided, by stage of education."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import case, func, select

from aidledger.reports.cuts import rank
from aidledger.store.model.tables import Enrolment, Entry, ProgramRow
from aidledger.store.postings.entries import current, in_force

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from aidledger.domain.term import Period


@dataclass(frozen=True, slots=True)
class Coverage:
    """Pupils enrolled in a term at a stage (None: not stated), by the registers, and how many of them are aided."""

    level: str | None
    enrolled: int
    aided: int


def coverage(books: Connection, period: Period) -> Sequence[Coverage]:
    """The coverage of a term by stage; empty without registers of it.

    Who is aided: a pupil with an entry in force of this term, or of the year that it lies in, that is no loan. Aided
    pupils whom no register names are not counted, so that nothing exceeds the whole.
    """
    years = {str(period.year), str(period.school_year)}
    aided = (
        select(Entry.c.beneficiary_id)
        .join(ProgramRow, ProgramRow.c.id == Entry.c.program_id)
        .where(in_force(Entry), Entry.c.period.in_(sorted({period.code, *years})), ProgramRow.c.nature != "loan")
    )
    pupil = (
        select(Enrolment.c.beneficiary_id, func.min(Enrolment.c.level).label("level"))
        .where(current(Enrolment), Enrolment.c.period == period.code, Enrolment.c.status == "enrolled")
        .group_by(Enrolment.c.beneficiary_id)
        .subquery("pupil")
    )
    is_aided = case((pupil.c.beneficiary_id.in_(aided), 1), else_=0)
    query = select(pupil.c.level, func.count(), func.sum(is_aided)).group_by(pupil.c.level)
    found = [Coverage(level, int(enrolled), int(aided)) for level, enrolled, aided in books.execute(query)]
    return sorted(found, key=lambda one: rank("level", one.level, {}))
