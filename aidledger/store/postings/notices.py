"""Public notices (公示): the people they named, kept for comparison with the payments."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from sqlalchemy import Connection, Select, and_, func, select

from aidledger.domain.notice import NoticeTerm
from aidledger.store.chain import events
from aidledger.store.chain.digests import digest_of
from aidledger.store.chain.recorded import Recorded
from aidledger.store.database.bulk import chunks, insert_row, insert_rows, next_id
from aidledger.store.master.schools import posted_name
from aidledger.store.master.survivors import as_posted
from aidledger.store.model.tables import Beneficiary, Entry, Notice, NoticeLine, ProgramRow, School
from aidledger.store.postings.entries import in_force

_RECORDED = Recorded(
    Notice,
    action="notice",
    key="notice",
    facts=("program", "period", "school", "posted_from", "posted_until", "persons", "digest"),
    stamps=("made_at", "made_by"),
)


@dataclass(frozen=True, slots=True)
class NoticePerson:
    """A person as a notice names them: without number, card, birth date or category."""

    entry: int
    name: str
    school: str | None
    grade: str | None
    class_name: str | None


def _rows() -> Select[Any]:
    return (
        select(
            Entry.c.id,
            func.coalesce(Entry.c.name_stated, Beneficiary.c.name),
            School.c.name,
            Entry.c.grade,
            Entry.c.class_name,
        )
        .join(Beneficiary, Beneficiary.c.id == Entry.c.beneficiary_id)
        .join(ProgramRow, ProgramRow.c.id == Entry.c.program_id)
        .outerjoin(School, School.c.id == Entry.c.school_id)
        .order_by(School.c.name, Entry.c.grade, Entry.c.class_name, Beneficiary.c.name, Entry.c.id)
    )


def to_be_named(books: Connection, program: str, period: str, school: str | None) -> list[NoticePerson]:
    """People to be paid under a program for a period, at one school or all, in the order of school, grade and class.

    Each person is named once per school, as in their latest entry there.
    """
    other = Entry.alias("other")
    of_same = and_(
        *(other.c[name] == Entry.c[name] for name in ("program_id", "period", "beneficiary_id")),
        other.c.school_id.is_not_distinct_from(Entry.c.school_id),
        other.c.occurrence > Entry.c.occurrence,
    )
    later = select(other.c.id).where(of_same, in_force(other))
    query = _rows().where(ProgramRow.c.code == program, Entry.c.period == period, in_force(Entry), ~later.exists())
    if school is not None:
        query = query.where(School.c.name == school)
    return [NoticePerson(*row) for row in books.execute(query)]


def announce(
    books: Connection,
    program: str,
    period: str,
    school: str | None,
    term: NoticeTerm,
    named: Sequence[NoticePerson],
    moment: str,
    actor: str,
) -> int:
    """Record a notice with the people it names; returns its number."""
    number = next_id(books, Notice)
    program_id = books.execute(select(ProgramRow.c.id).where(ProgramRow.c.code == program)).scalar_one()
    school_id = None
    if school is not None:
        school_id = books.execute(select(School.c.id).where(School.c.name == school)).scalar_one()
    head = {
        "posted_from": term.first.isoformat(),
        "posted_until": term.last.isoformat(),
        "persons": len(named),
        "digest": _digest(_as_posted(books, named)),
    }
    insert_row(
        books,
        Notice,
        id=number,
        program_id=program_id,
        period=period,
        school_id=school_id,
        made_at=moment,
        made_by=actor,
        **head,
    )
    insert_rows(books, NoticeLine, ("notice_id", "entry_id"), [(number, person.entry) for person in named])
    called = posted_name(books, school_id)
    facts = {"notice": number, "program": program, "period": period, "school": called, **head}
    events.record(books, moment, actor, _RECORDED.action, facts)
    return number


def _as_posted(books: Connection, named: Sequence[NoticePerson]) -> Sequence[NoticePerson]:
    """The same people with the schools that their entries name, which no later renaming or merger changes."""
    found: list[NoticePerson] = []
    with as_posted(books):
        for ids in chunks(sorted(person.entry for person in named)):
            found += [NoticePerson(*row) for row in books.execute(_rows().where(Entry.c.id.in_(ids)))]
    return found


def _digest(named: Iterable[NoticePerson]) -> str:
    return digest_of(
        sorted((person.entry, person.name, person.school, person.grade, person.class_name) for person in named)
    )


def altered(books: Connection) -> list[int]:
    """Notices that differ from their event, or have none."""
    return _RECORDED.altered(books, partial(_recounted, books))


def _recounted(books: Connection, number: int) -> dict[str, Any]:
    """The facts of a notice's lines, from the lines."""
    lines = select(NoticeLine.c.entry_id).where(NoticeLine.c.notice_id == number)
    named = [NoticePerson(*row) for row in books.execute(_rows().where(Entry.c.id.in_(lines)))]
    return {"persons": len(named), "digest": _digest(named)}
