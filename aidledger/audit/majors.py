"""major-not-waived: tuition waived for a major that the program leaves out."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import Subquery, and_, func, select

from aidledger.audit.rule import Case, Rule, Scope, reference_for
from aidledger.domain.program import Program
from aidledger.domain.term import Period
from aidledger.i18n import N_
from aidledger.store.model.tables import Enrolment, Entry
from aidledger.store.postings.entries import current


def _find(scope: Scope) -> Iterator[Case]:
    """One case per person, program and period; by the roster, or where it states no major, the school's register."""
    programs = {code: program for code, program in scope.catalogue.programs.items() if program.majors}
    if not programs:
        return
    stated = _with_major(scope, sorted(programs))
    majors = scope.books.execute(select(stated.c.program, stated.c.major).distinct()).all()
    wrong = sorted({row.major for row in majors if leaves_out(programs[row.program], row.major)})
    if not wrong:
        return
    for row in scope.books.execute(select(stated).where(stated.c.major.in_(wrong)).order_by(stated.c.id)):
        program, period = programs[row.program], Period.parse(row.period)
        if leaves_out(program, row.major):
            records = (("register", row.record),) if row.record is not None else ()
            facts = {"major": row.major, "program": row.program, "period": row.period, "school": row.school or "—"}
            yield Case.of(row, facts, reference_for(program, period), records)  # type: ignore[arg-type]


def leaves_out(program: Program, major: str) -> bool:
    """Whether a program leaves out a major."""
    return program.majors is not None and program.majors.leave_out(major)


def _with_major(scope: Scope, programs: list[str]) -> Subquery:
    """Payments with the major that the roster states, else the school's register for the term (``record``)."""
    paid, register = scope.payments(), Enrolment.alias("register")
    own = (register.c.beneficiary_id, register.c.period, register.c.school_id)
    lines = (
        select(*own, func.max(register.c.major).label("major"), func.max(register.c.id).label("record"))
        .where(current(register), register.c.major.is_not(None))
        .group_by(*own)
        .subquery("line")
    )
    same = and_(*(lines.c[name] == paid.c[name] for name in ("beneficiary_id", "period", "school_id")))
    return (
        select(paid, func.coalesce(Entry.c.major, lines.c.major).label("major"), lines.c.record)
        .join(Entry, Entry.c.id == paid.c.id)
        .outerjoin(lines, same)
        .where(paid.c.program.in_(programs), func.coalesce(Entry.c.major, lines.c.major).is_not(None))
        .subquery("stated")
    )


RULE = Rule(
    code="major-not-waived",
    severity="error",
    message=N_("Tuition waived under {program} for {period} at {school}, but the major is {major}."),
    explanation=N_(
        "Pupils of performance majors pay their tuition; only 戏曲表演 (traditional opera) is waived like other "
        "majors. Judged: pupils whose major the roster or, failing that, the school's register for the term states. "
        "Claim the waiver back, or correct the major."
    ),
    reference="财教〔2012〕376号",
    find=_find,
)
