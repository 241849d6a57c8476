"""part-missing: people paid by the month who lack months for which others at their school were paid."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from sqlalchemy import Select, and_, func, select

from aidledger.audit.claims import is_running, names_parts
from aidledger.audit.enrolled import AWAY
from aidledger.audit.rule import Case, Rule, Scope, reference_for
from aidledger.domain.part import Part
from aidledger.domain.term import Period
from aidledger.i18n import N_
from aidledger.store.database.bulk import chunks
from aidledger.store.model.tables import Enrolment
from aidledger.store.postings.entries import current
from aidledger.store.postings.person_times import CLAIM

# A program (its code), a period, a school (id).
School = tuple[str, str, int]
Months = frozenset[str]
_NONE: Months = frozenset()


@dataclass(frozen=True, slots=True)
class _Paid:
    """The months (``2021-09``) that parts pay, by period and part; and the months that schools were paid for."""

    of_parts: Mapping[tuple[str, str], Months]
    at_schools: Mapping[School, Months]


def _find(scope: Scope) -> Iterator[Case]:
    """One case per person, program and period."""
    if not scope.once(names_parts):
        return
    paid = _paid(scope)
    codes = sorted({part for (_, part), months in paid.of_parts.items() if months})
    rows = scope.books.execute(_lacking(scope, codes)).all() if codes else []
    claims = [list(group) for _, group in groupby(rows, key=lambda row: tuple(getattr(row, name) for name in CLAIM))]
    incomplete = [claim for claim in claims if _missing(claim, paid, None)]
    register = _Register(scope, [row for claim in incomplete for row in claim])
    for claim in incomplete:
        missing = _missing(claim, paid, register)
        amount = _owed(claim, paid, len(missing))
        if amount:
            yield _case(scope, claim, missing, amount)


def _paid(scope: Scope) -> _Paid:
    paid = scope.payments()
    query = select(paid.c.program, paid.c.period, paid.c.school_id, paid.c.part).where(paid.c.part.is_not(None))
    of_parts: dict[tuple[str, str], Months] = {}
    at_schools: dict[School, Months] = defaultdict(frozenset)
    for program, period, school, part in scope.books.execute(query.distinct()):
        months = of_parts.setdefault((period, part), _months(period, part))
        if school is not None:
            at_schools[program, period, school] |= months
    # While a period is running, its last month may not have been paid to everybody yet.
    return _Paid(
        of_parts,
        {
            school: months - {max(months, default="")} if is_running(scope, school[1]) else months
            for school, months in at_schools.items()
        },
    )


def _months(period: str, part: str) -> Months:
    """The months of a period from the first to the last that a part names."""
    named = Part.parse(part).of(Period.parse(period)).months
    if not named:
        return _NONE
    numbers = [int(month[:4]) * 12 + int(month[5:]) - 1 for month in (named[0], named[-1])]
    return frozenset(f"{number // 12}-{number % 12 + 1:02d}" for number in range(numbers[0], numbers[1] + 1))


def _lacking(scope: Scope, codes: Sequence[str]) -> Select[Any]:
    """All payments of claims that lack one of the parts in months (``codes``) paid at one of their schools."""
    paid = scope.payments()
    school = (paid.c.program_id, paid.c.period, paid.c.school_id)
    parts = func.count(paid.c.part.distinct()).label("parts")
    by_months = (paid.c.part.in_(codes), paid.c.school_id.is_not(None))
    own = select(*school, paid.c.beneficiary_id, parts).where(*by_months).group_by(*school, paid.c.beneficiary_id)
    every = select(*school, parts).where(*by_months).group_by(*school).subquery("every")
    of_one = own.subquery("of_one")
    same = and_(*(of_one.c[column.name] == every.c[column.name] for column in school))
    fewer = select(*(of_one.c[name] for name in CLAIM)).join(every, same).where(of_one.c.parts < every.c.parts)
    claim = fewer.distinct().subquery("fewer")
    payment = scope.payments("payment")
    return (
        select(payment)
        .join(claim, and_(*(claim.c[name] == payment.c[name] for name in CLAIM)))
        .order_by(*(payment.c[name] for name in CLAIM), payment.c.id)
    )


class _Register:
    """Who was at which school in which month, by the imported registers."""

    def __init__(self, scope: Scope, rows: Collection[Any]) -> None:
        self._schools: set[tuple[int, str]] = set()
        self._lines: dict[tuple[int, int, str], list[Any]] = defaultdict(list)
        register = Enrolment.alias()
        of_periods = current(register), register.c.period.in_(sorted({row.period for row in rows}))
        columns = ("school_id", "period", "beneficiary_id", "status", "left_on")
        if rows:
            listed = select(register.c.school_id, register.c.period).where(*of_periods).distinct()
            self._schools = {(school, period) for school, period in scope.books.execute(listed)}
        query = select(*(register.c[name] for name in columns)).where(*of_periods)
        people = sorted({row.beneficiary_id for row in rows}) if self._schools else []
        for ids in chunks(people, scope.keys_at_once):
            for line in scope.books.execute(query.where(register.c.beneficiary_id.in_(ids))):
                self._lines[line.beneficiary_id, line.school_id, line.period].append(line)

    def has(self, person: int, school: int, period: str, month: str) -> bool:
        """Whether no register contradicts that a person was at a school in a month."""
        if (school, period) not in self._schools:
            return True
        lines = self._lines.get((person, school, period), [])
        return bool(lines) and not any(_had_left(line, month) for line in lines)


def _had_left(line: Any, month: str) -> bool:  # noqa: ANN401 - a row
    """Whether a pupil had left or was suspended before the end of a month; without a date, at any time."""
    return line.status in AWAY and (line.left_on is None or line.left_on[: len(month)] <= month)


def _missing(claim: Sequence[Any], paid: _Paid, register: _Register | None) -> list[str]:
    """The months paid at a person's school while they were there, but not paid to them anywhere."""
    first = claim[0]
    own = frozenset[str]().union(*(_of(row, paid) for row in claim))
    schools = {row.school_id for row in claim if row.school_id is not None and _of(row, paid)}
    missing = (
        month
        for school in schools
        for month in paid.at_schools[first.program, first.period, school] - own
        if register is None or register.has(first.beneficiary_id, school, first.period, month)
    )
    return sorted(set(missing))


def _of(row: Any, paid: _Paid) -> Months:  # noqa: ANN401
    return paid.of_parts[row.period, row.part] if row.part is not None else _NONE


def _owed(claim: Sequence[Any], paid: _Paid, missing: int) -> int:
    """The usual monthly amount times the missing months (分); 0 if payments without a month may cover them."""
    amounts: Counter[int] = Counter()
    for row in claim:
        months = _of(row, paid)
        if months:
            amounts[row.amount_fen // len(months)] += len(months)
    usual = min(amounts, key=lambda fen: (-amounts[fen], fen))
    of_no_month = sum(row.amount_fen for row in claim if not _of(row, paid))
    owed = usual * missing
    return owed if of_no_month < owed else 0


def _case(scope: Scope, claim: Iterable[Any], missing: Sequence[str], amount_fen: int) -> Case:
    rows = list(claim)
    first = rows[0]
    return Case(
        about=(first.beneficiary_id, first.program, first.period),
        entries=tuple(row.id for row in rows),
        program=first.program,
        period=first.period,
        amount_fen=amount_fen,
        standard=reference_for(scope.catalogue.programs[first.program], Period.parse(first.period)),
        facts={"program": first.program, "period": first.period, "months": tuple(missing)},
    )


RULE = Rule(
    code="part-missing",
    severity="warning",
    message=N_("Paid by month for {period}, but not for {months}, for which others at the school were paid."),
    explanation=N_(
        "A pupil on some of a term's monthly lists and not on others was forgotten, or was not there. Judged: the "
        "months for which the school was paid; during the term, up to the latest one. Not shown: pupils who were "
        "not enrolled in the month, and pupils with a payment without a month, which may be for it. Ask the school; "
        "pay what is due as a back payment (补发)."
    ),
    reference=N_("common audit practice"),
    find=_find,
)
