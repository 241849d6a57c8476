"""Approvals and payments in the wrong order, and public notices that were posted for too few working days."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from sqlalchemy import Select, Subquery, and_, case, func, select

from aidledger.audit.answers import answers
from aidledger.audit.certified import years_paid
from aidledger.audit.rule import Case, Kind, Rule, Scope
from aidledger.domain.notice import WORKING_DAYS_MIN, NoticeTerm
from aidledger.i18n import N_
from aidledger.store.database.bulk import chunks
from aidledger.store.model.tables import Certification, Entry, Notice, NoticeLine, ProgramRow, School
from aidledger.store.postings.entries import current

# The length of a month without a day: 2022-01.
_MONTH = 7


def confirmed(scope: Scope) -> Subquery:
    """Payments that a bank confirmed: the entry, the answer, and the last day on which it can have been.

    A month without a day is its last day, so that nothing counts as too early that may not have been.
    """
    answer = answers(scope)
    latest = case(
        (func.length(answer.c.paid_on) == _MONTH, answer.c.paid_on.concat("-31")),
        else_=func.substr(answer.c.paid_on, 1, 10),
    )
    return (
        select(
            answer.c.id.label("record"),
            answer.c.entry_id,
            answer.c.amount_fen,
            answer.c.paid_on,
            latest.label("latest"),
            Entry.c.program_id,
            Entry.c.beneficiary_id,
            Entry.c.period,
            Entry.c.school_id,
            ProgramRow.c.code.label("program"),
            School.c.name.label("school"),
        )
        .join(Entry, Entry.c.id == answer.c.entry_id)
        .join(ProgramRow, ProgramRow.c.id == Entry.c.program_id)
        .outerjoin(School, School.c.id == Entry.c.school_id)
        .where(answer.c.outcome == "paid", answer.c.place == 1, answer.c.paid_on.is_not(None))
        .where(*scope.narrowed(ProgramRow.c.code, Entry.c.period))
        .subquery("confirmed")
    )


def _announced_late(scope: Scope) -> Iterator[Case]:
    """One case per program, period and school with payments before the end of the first notice that names them."""
    paid, first = confirmed(scope), _first_notices()
    same = and_(*(first.c[name] == paid.c[name] for name in ("program_id", "period", "beneficiary_id")))
    query = select(paid, first.c.until).join(first, same).where(paid.c.latest <= first.c.until)
    for key, rows in _by_school(scope, query, paid):
        yield _case(key, rows, until=min(row.until for row in rows))


def _certified_late(scope: Scope) -> Iterator[Case]:
    """One case per program, period and school with payments before the first certification of the school year."""
    programs = {code for code, program in scope.catalogue.programs.items() if program.certified}
    paid, certified = confirmed(scope), Certification.alias("certified")
    for year, of_year in years_paid(scope, programs, paid):
        since = func.min(certified.c.certified_on)
        first = (
            select(certified.c.beneficiary_id, since.label("since"), func.max(certified.c.id).label("certification"))
            .where(certified.c.period == year, current(certified))
            .group_by(certified.c.beneficiary_id)
            # A certification without a day may have been the first.
            .having(func.count() == func.count(certified.c.certified_on))
            .subquery("first_certified")
        )
        query = select(paid, first.c.since, first.c.certification)
        query = query.join(first, first.c.beneficiary_id == paid.c.beneficiary_id)
        for key, rows in _by_school(scope, query.where(of_year, first.c.since > paid.c.latest), paid):
            found = _case(key, rows, since=min(row.since for row in rows))
            lists: tuple[tuple[Kind, int], ...] = tuple(("certification", row.certification) for row in rows)
            yield replace(found, records=tuple(dict.fromkeys((*found.records, *lists))))


def _first_notices() -> Subquery:
    """People, programs and periods, with the last day of the notice that named them first."""
    own = (Entry.c.program_id, Entry.c.period, Entry.c.beneficiary_id)
    return (
        select(*own, func.min(Notice.c.posted_until).label("until"))
        .select_from(NoticeLine)
        .join(Notice, Notice.c.id == NoticeLine.c.notice_id)
        .join(Entry, Entry.c.id == NoticeLine.c.entry_id)
        .group_by(*own)
        .subquery("first_notice")
    )


def _by_school(
    scope: Scope, query: Select[Any], paid: Subquery
) -> Iterator[tuple[tuple[str, str, str | None], list[Any]]]:
    """Rows of confirmed payments by program, period and school."""
    found: dict[tuple[str, str, str | None], list[Any]] = defaultdict(list)
    for row in scope.books.execute(query.order_by(paid.c.program, paid.c.period, paid.c.school, paid.c.entry_id)):
        found[row.program, row.period, row.school].append(row)
    yield from found.items()


def _case(key: tuple[str, str, str | None], rows: Sequence[Any], **facts: object) -> Case:
    program, period, school = key
    return Case(
        about=(program, period, school or ""),
        entries=tuple(row.entry_id for row in rows),
        program=program,
        period=period,
        persons=len({row.beneficiary_id for row in rows}),
        amount_fen=sum(row.amount_fen for row in rows),
        facts={"school": school or "—", "count": len(rows), "on": min(row.paid_on for row in rows), **facts},
        records=tuple(("bank-return", row.record) for row in rows),
    )


def _too_short(scope: Scope) -> Iterator[Case]:
    """One case per notice, with those whom no other notice named for long enough."""
    query = (
        select(*(Notice.c[name] for name in ("id", "program_id", "period", "posted_from", "posted_until")))
        .add_columns(ProgramRow.c.code, School.c.name.label("school"))
        .join(ProgramRow, ProgramRow.c.id == Notice.c.program_id)
        .outerjoin(School, School.c.id == Notice.c.school_id)
        .where(*scope.narrowed(ProgramRow.c.code, Notice.c.period))
        .order_by(Notice.c.id)
    )
    found = [(notice, _working_days(scope, notice)) for notice in scope.books.execute(query)]
    short = [(notice, days) for notice, days in found if days < WORKING_DAYS_MIN]
    terms = {(notice.program_id, notice.period) for notice, _ in short}
    named = _named(scope, [notice.id for notice, _ in found if (notice.program_id, notice.period) in terms])
    enough = {_claim(row) for notice, days in found if days >= WORKING_DAYS_MIN for row in named[notice.id]}
    for notice, days in short:
        rows = [row for row in named[notice.id] if _claim(row) not in enough]
        if rows:
            yield _case_of_notice(notice, days, rows)


def _working_days(scope: Scope, notice: Any) -> int:  # noqa: ANN401 - a row
    first, last = date.fromisoformat(notice.posted_from), date.fromisoformat(notice.posted_until)
    return NoticeTerm(first, last).working_days(scope.catalogue.holidays)


def _claim(row: Any) -> tuple[int, str, int]:  # noqa: ANN401 - a row
    return row.program_id, row.period, row.beneficiary_id


def _case_of_notice(notice: Any, days: int, rows: Sequence[Any]) -> Case:  # noqa: ANN401 - rows
    return Case(
        about=(notice.code, notice.period, notice.school or "", notice.posted_from, notice.posted_until),
        entries=tuple(row.id for row in rows),
        program=notice.code,
        period=notice.period,
        persons=len({row.beneficiary_id for row in rows}),
        amount_fen=sum(row.amount_fen for row in rows),
        facts={
            "school": notice.school or "—",
            "first": notice.posted_from,
            "last": notice.posted_until,
            "count": days,
            "wanted": WORKING_DAYS_MIN,
        },
    )


def _named(scope: Scope, notices: Sequence[int]) -> Mapping[int, list[Any]]:
    """The entries that notices name, by notice."""
    query = (
        select(NoticeLine.c.notice_id, Entry.c.id, Entry.c.amount_fen)
        .add_columns(Entry.c.program_id, Entry.c.period, Entry.c.beneficiary_id)
        .join(Entry, Entry.c.id == NoticeLine.c.entry_id)
        .order_by(NoticeLine.c.notice_id, Entry.c.id)
    )
    found: dict[int, list[Any]] = defaultdict(list)
    for chunk in chunks(list(notices), scope.keys_at_once):
        for row in scope.books.execute(query.where(NoticeLine.c.notice_id.in_(chunk))):
            found[row.notice_id].append(row)
    return found


RULES = (
    Rule(
        code="notice-after-payment",
        severity="warning",
        message=N_("{school}: {count} payments from {on}, before the end of the public notice on {until}."),
        explanation=N_(
            "The names are posted first, so that anybody can object before money is paid. Judged: payments that the "
            "bank confirmed, to people whom a notice for the program and period names; the first such notice counts. A "
            "payment on the last day of the notice is too early. Explain the order; nothing is to be claimed back."
        ),
        reference=N_("common audit practice"),
        find=_announced_late,
        needs=("notice", "bank-return"),
    ),
    Rule(
        code="certified-after-payment",
        severity="warning",
        message=N_("{school}: {count} payments from {on}, before the pupils were certified, the first on {since}."),
        explanation=N_(
            "Hardship is certified first, and then paid for. Judged: payments that the bank confirmed under programs "
            "that require a certification, where the school year's lists say on which day it was made (认定日期). Ask "
            "the school for the certification that it paid by; one that was written afterwards proves nothing."
        ),
        reference="教财〔2018〕16号",
        find=_certified_late,
        needs=("certification", "bank-return"),
    ),
    Rule(
        code="notice-too-short",
        severity="warning",
        message=N_(
            "{school}: the public notice from {first} to {last} was posted for {count} working days, not {wanted}."
        ),
        explanation=N_(
            "Notices are posted for at least five working days. Public holidays are none, and weekend days that are "
            "worked instead (调休) are. Judged by the holidays in the catalogue; in a year that it does not know, "
            "Mondays to Fridays count. Post the notice again."
        ),
        reference=N_("common audit practice"),
        find=_too_short,
        needs=("notice", "one-district"),
    ),
)
