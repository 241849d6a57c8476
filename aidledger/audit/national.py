"""national-system-differs: the national system's export against the ledger, pupil by pupil."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import Integer, Select, func, literal_column, or_, select, union_all

from aidledger.audit.rule import Case, Rule, Scope
from aidledger.domain.money import yuan_text
from aidledger.i18n import N_
from aidledger.store.database.bulk import chunks
from aidledger.store.model.tables import NationalPayment, ProgramRow, School
from aidledger.store.postings.entries import current


def _find(scope: Scope) -> Iterator[Case]:
    """One case per person, program and period."""
    for program, period, parts in _exported(scope):
        apart = _apart(scope, program, period, parts)
        rows = _rows(scope, program, period, parts, [row.beneficiary_id for row in apart])
        for row in apart:
            yield _case(program, period, row, *rows[row.beneficiary_id])


def _exported(scope: Scope) -> list[tuple[str, str, frozenset[str]]]:
    """The programs and periods of exports, each with the parts that it names, empty if it names the whole."""
    export = NationalPayment.alias()
    query = (
        select(ProgramRow.c.code, export.c.period, export.c.part)
        .join(ProgramRow, ProgramRow.c.id == export.c.program_id)
        .where(current(export), *scope.narrowed(ProgramRow.c.code, export.c.period))
        .distinct()
    )
    found: dict[tuple[str, str], set[str | None]] = defaultdict(set)
    for program, period, part in scope.books.execute(query):
        found[program, period].add(part)
    return [
        (program, period, frozenset() if None in parts else frozenset(filter(None, parts)))
        for (program, period), parts in sorted(found.items())
    ]


def _schools(program: str, period: str) -> Select[Any]:
    """The schools (ids) that an export of a program and period names."""
    export = NationalPayment.alias()
    return (
        select(export.c.school_id)
        .join(ProgramRow, ProgramRow.c.id == export.c.program_id)
        .where(ProgramRow.c.code == program, export.c.period == period, current(export))
    )


def _payments(scope: Scope, program: str, period: str, parts: frozenset[str]) -> tuple[Any, list[Any]]:
    """The ledger's payments at the schools of the export, or at all if it names none; of its parts, if it has any."""
    paid = scope.payments()
    conditions = [paid.c.program == program, paid.c.period == period]
    schools = _schools(program, period)
    without = scope.books.execute(schools.where(schools.selected_columns[0].is_(None)).limit(1)).first()
    if without is None:
        conditions.append(paid.c.school_id.in_(scope.among(schools)))
    if parts:
        conditions.append(or_(paid.c.part.is_(None), paid.c.part.in_(sorted(parts))))
    return paid, conditions


def _apart(scope: Scope, program: str, period: str, parts: frozenset[str]) -> Sequence[Any]:
    """The people for whom both differ, with both sums (分)."""
    paid, conditions = _payments(scope, program, period, parts)
    export, nothing = NationalPayment.alias(), literal_column("0", Integer)
    of_export = (
        select(export.c.beneficiary_id, export.c.amount_fen.label("exported"), nothing.label("booked"))
        .join(ProgramRow, ProgramRow.c.id == export.c.program_id)
        .where(ProgramRow.c.code == program, export.c.period == period, current(export))
    )
    of_ledger = select(paid.c.beneficiary_id, nothing, paid.c.amount_fen).where(*conditions)
    both = union_all(of_export, of_ledger).subquery("both")
    exported, booked = func.sum(both.c.exported), func.sum(both.c.booked)
    query = select(both.c.beneficiary_id, exported.label("exported"), booked.label("booked"))
    grouped = query.group_by(both.c.beneficiary_id).having(exported != booked)
    return scope.books.execute(grouped.order_by(both.c.beneficiary_id)).all()


def _rows(
    scope: Scope, program: str, period: str, parts: frozenset[str], people: list[int]
) -> Mapping[int, tuple[list[Any], list[Any]]]:
    """The rows behind both, by person: of the ledger, of the export."""
    paid, conditions = _payments(scope, program, period, parts)
    of_ledger = select(paid.c.id, paid.c.beneficiary_id, paid.c.school).where(*conditions).order_by(paid.c.id)
    export = NationalPayment.alias()
    of_export = (
        select(export.c.id, export.c.beneficiary_id, School.c.name.label("school"))
        .join(ProgramRow, ProgramRow.c.id == export.c.program_id)
        .outerjoin(School, School.c.id == export.c.school_id)
        .where(ProgramRow.c.code == program, export.c.period == period, current(export))
        .order_by(export.c.id)
    )
    found: dict[int, tuple[list[Any], list[Any]]] = defaultdict(lambda: ([], []))
    for ids in chunks(sorted(people), scope.keys_at_once):
        for row in scope.books.execute(of_ledger.where(paid.c.beneficiary_id.in_(ids))):
            found[row.beneficiary_id][0].append(row)
        for row in scope.books.execute(of_export.where(export.c.beneficiary_id.in_(ids))):
            found[row.beneficiary_id][1].append(row)
    return found


def _case(program: str, period: str, apart: Any, paid: list[Any], exported: list[Any]) -> Case:  # noqa: ANN401 - a row
    return Case(
        about=(apart.beneficiary_id, program, period),
        entries=tuple(row.id for row in paid),
        program=program,
        period=period,
        amount_fen=abs(int(apart.exported) - int(apart.booked)),
        facts={
            "program": program,
            "period": period,
            "school": next((row.school for row in (*paid, *exported) if row.school), "—"),
            "exported": yuan_text(int(apart.exported)),
            "booked": yuan_text(int(apart.booked)),
        },
        records=tuple(("national-export", row.id) for row in exported),
    )


RULE = Rule(
    code="national-system-differs",
    severity="warning",
    message=N_(
        "{school}, {period}: {booked} yuan in the ledger under {program}, {exported} yuan in the national system."
    ),
    explanation=N_(
        "Inspections compare the national system with what was paid. Judged: programs and periods of which an export "
        "of the national system was imported; at the schools that it names, or everywhere if it names none; for the "
        "months or instalments that it names. A pupil who is in one of the two only counts with 0 in the other. "
        "Correct the national system, or reverse what was not paid."
    ),
    reference=N_("common audit practice"),
    find=_find,
    needs=("national-export", "one-district"),
)
