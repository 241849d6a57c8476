"""Money of a source that is less than its share; more or fewer pupils than places."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import func, select

from aidledger.audit.rule import Case, Rule, Scope
from aidledger.domain.listing import TOTAL
from aidledger.domain.money import yuan_text
from aidledger.domain.program import Share
from aidledger.domain.term import Period
from aidledger.i18n import N_
from aidledger.store.model.tables import Allotment, ProgramRow, Quota, School
from aidledger.store.postings.entries import current

# Allotments are whole yuan, or whole thousands: a share may be short by so many hundredths of the total.
_ROUNDING_PERCENT = 0.1
# Fewer places than these may be left over: pupils leave.
_LEFT_SHARE = 0.1
_LEFT_MIN = 3


def _short(scope: Scope) -> Iterator[Case]:
    """One case per program, period and source."""
    allotted: dict[tuple[str, str], list[Any]] = defaultdict(list)
    query = (
        select(Allotment.c.id, ProgramRow.c.code, Allotment.c.period, Allotment.c.source, Allotment.c.amount_fen)
        .join(ProgramRow, ProgramRow.c.id == Allotment.c.program_id)
        .where(current(Allotment), *scope.narrowed(ProgramRow.c.code, Allotment.c.period))
        .order_by(Allotment.c.id)
    )
    for row in scope.books.execute(query):
        allotted[row.code, row.period].append(row)
    for (code, period), rows in sorted(allotted.items()):
        share = scope.catalogue.programs[code].share_for(Period.parse(period))
        # A document that does not break its money down says nothing of sources.
        if share is not None and all(row.source != TOTAL for row in rows):
            yield from _of_sources(code, period, rows, share)


def _of_sources(code: str, period: str, rows: list[Any], share: Share) -> Iterator[Case]:
    by_source: Counter[str] = Counter()
    for row in rows:
        by_source[row.source] += row.amount_fen
    total = by_source.total()
    for source, percent in share.percents:
        missing = total * percent // 100 - by_source[source]
        if missing > total * _ROUNDING_PERCENT / 100:
            yield Case(
                about=(code, period, source),
                entries=(),
                program=code,
                period=period,
                persons=0,
                amount_fen=missing,
                standard=share.reference,
                facts={
                    "program": code,
                    "period": period,
                    "sources": (source,),
                    "percent": percent,
                    "given": yuan_text(by_source[source]),
                    "total": yuan_text(total),
                },
                records=tuple(("allotment", row.id) for row in rows),
            )


def _off_quota(scope: Scope) -> Iterator[Case]:
    """One case per program, period and school; a quota of a year holds for each of its terms."""
    places: dict[tuple[str, str, str | None], list[Any]] = defaultdict(list)
    query = (
        select(Quota.c.id, ProgramRow.c.code, Quota.c.period, Quota.c.persons, School.c.name.label("school"))
        .join(ProgramRow, ProgramRow.c.id == Quota.c.program_id)
        .outerjoin(School, School.c.id == Quota.c.school_id)
        .where(current(Quota))
        .order_by(Quota.c.id)
    )
    for row in scope.books.execute(query):
        places[row.code, row.period, row.school].append(row)
    of_schools, of_district = _persons(scope, by_school=True), _persons(scope, by_school=False)
    for (code, term, school), rows in sorted(places.items(), key=str):
        paid = of_district if school is None else of_schools
        for period in _terms(term, scope):
            persons, fen = paid.get((code, period, school), (0, 0))
            case = _case(code, period, school, rows, persons, fen)
            if case is not None and scope.program in {None, code} and (code, period) in _paid_terms(of_district):
                yield case


def _terms(term: str, scope: Scope) -> list[str]:
    """The periods that a quota is for: of a year, the year itself and its semesters."""
    period = Period.parse(term)
    terms = (
        [term]
        if period.semester
        else [term, Period(period.year, "autumn").code, Period(period.year + 1, "spring").code]
    )
    return [one for one in terms if scope.period in {None, one}]


def _paid_terms(paid: Mapping[tuple[str, str, str | None], tuple[int, int]]) -> set[tuple[str, str]]:
    return {(code, period) for code, period, _ in paid}


def _persons(scope: Scope, *, by_school: bool) -> dict[tuple[str, str, str | None], tuple[int, int]]:
    """The people paid and the amount (分), by program, period and school or all schools (None)."""
    paid = scope.payments()
    keys = (paid.c.program, paid.c.period, *((paid.c.school,) if by_school else ()))
    sums = (func.count(paid.c.beneficiary_id.distinct()), func.sum(paid.c.amount_fen))
    query = select(*keys, *sums).group_by(*keys)
    found = {}
    for *key, persons, fen in scope.books.execute(query):
        code, period, school = key if by_school else (*key, None)
        found[code, period, school] = int(persons), int(fen)
    return found


def _case(code: str, period: str, school: str | None, rows: list[Any], persons: int, fen: int) -> Case | None:
    places = sum(row.persons for row in rows)
    left = places - persons
    if left == 0 or 0 < left < max(_LEFT_MIN, places * _LEFT_SHARE):
        return None
    return Case(
        about=(code, period, school or ""),
        entries=(),
        program=code,
        period=period,
        persons=abs(left),
        # What the places too many, or left over, cost on average.
        amount_fen=fen * abs(left) // persons if persons else 0,
        facts={"school": school or "—", "program": code, "period": period, "paid": persons, "places": places},
        records=tuple(("quota", row.id) for row in rows),
    )


RULES = (
    Rule(
        code="local-share-short",
        severity="warning",
        message=N_(
            "{program}, {period}: {given} of {total} yuan come from {sources}, less than the share of {percent} "
            "percent."
        ),
        explanation=N_(
            "Central, provincial, city and county budgets share the cost of a program. The office's own data say how "
            "(shares of a program). Judged: programs and periods whose allotments are all broken down by source. Ask "
            "the budget that is short for the rest."
        ),
        reference=N_("the shares in the catalogue"),
        find=_short,
        needs=("allotment", "shares", "one-district"),
    ),
    Rule(
        code="coverage-off-quota",
        severity="warning",
        message=N_("{school}, {period}: {paid} pupils are paid under {program}; it has {places} places."),
        explanation=N_(
            "The number of pupils that a school may aid is set from above. More than that have no money; places that "
            "are left over, a tenth or more, mean that pupils in hardship were passed over. Judged: programs and "
            "periods that are paid at all; a number for the school year holds for each of its terms. Shown: the "
            "average amount of the places in question."
        ),
        reference=N_("the distribution of places (名额)"),
        find=_off_quota,
        needs=("quota", "one-district"),
    ),
)
