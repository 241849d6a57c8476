"""A public notice as a table and as JSON: name, school, grade, class, and nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aidledger.domain.table import Answer, Column
from aidledger.i18n import N_, Language
from aidledger.presentation.columns import NAME, SCHOOL
from aidledger.presentation.result import Result, table

if TYPE_CHECKING:
    from aidledger.catalogue.catalogue import Catalogue
    from aidledger.operations.announcing import Announcement


def notice_result(made: Announcement, catalogue: Catalogue, language: Language) -> Result:
    """``report notice``."""
    return Result(lambda: _shape(made), table(_answer(made, catalogue, language)), head=made.head)


def _shape(announcement: Announcement) -> dict[str, Any]:
    """``report notice``."""
    return {
        "notice": announcement.number,
        "program": announcement.program,
        "period": announcement.period.code,
        "school": announcement.school,
        "from": announcement.term.first.isoformat(),
        "to": announcement.term.last.isoformat(),
        "working_days": announcement.working_days,
        "persons": len(announcement.named),
        "rows": [
            {"name": one.name, "school": one.school, "grade": one.grade, "class": one.class_name}
            for one in announcement.named
        ],
    }


def _answer(announcement: Announcement, catalogue: Catalogue, language: Language) -> Answer:
    """The notice as posted: only the columns that the law allows."""
    columns = (
        Column("serial", N_("No."), "count"),
        NAME,
        SCHOOL,
        Column("grade", N_("Grade")),
        Column("class", N_("Class")),
    )
    rows = [
        (serial, one.name, one.school, one.grade, one.class_name) for serial, one in enumerate(announcement.named, 1)
    ]
    facts = {
        "district": catalogue.district,
        "program": catalogue.programs[announcement.program].name(language),
        "period": announcement.period,
        "first": announcement.term.first.isoformat(),
        "last": announcement.term.last.isoformat(),
        "count": len(rows),
        "number": announcement.number or "—",
    }
    notes = [
        N_("Posted from {first} to {last}. {count} pupils. Send objections to the student aid office."),
        N_("Notice no. {number}"),
    ]
    return Answer(N_("{district}, {period}, {program}: public notice"), columns, rows, notes=notes, facts=facts)
