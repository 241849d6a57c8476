"""Certifications against the lists that prove them: certified and on no list, or on one that says it is over."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from datetime import date
from typing import Any

from dateutil.relativedelta import relativedelta
from sqlalchemy import Select, and_, literal, or_, select

from aidledger.audit.across import IDS_PER_DISTRICT
from aidledger.audit.certified import school_year
from aidledger.audit.populations import ENDED, LISTED, is_entitled, members
from aidledger.audit.rule import Case, Kind, Rule, Scope
from aidledger.audit.totals import totals
from aidledger.domain.hardship import categories_in
from aidledger.domain.term import Period
from aidledger.i18n import N_
from aidledger.store.database.bulk import chunks
from aidledger.store.model.tables import Beneficiary, Certification, School
from aidledger.store.postings.entries import current

# Lists keep nobody older.
_AGE_MAX = 25
# For how long after its first day a term may be judged by a list: what ends later ends for the next one.
_IN_TIME = relativedelta(months=3)


def _unlisted(scope: Scope) -> Iterator[Case]:
    """One case per person and school year."""
    years = select(Certification.c.period).where(current(Certification)).distinct().order_by(Certification.c.period)
    for year in scope.books.execute(years).scalars():
        if scope.period is None or school_year(scope.period) == year:
            yield from _unlisted_in(scope, year)


def _unlisted_in(scope: Scope, year: str) -> Iterator[Case]:
    start, until = date(int(year), 8, 1), date(int(year) + 1, 7, 31)
    proven = _categories_with_list(scope, start, until)
    absent: dict[int, set[str]] = defaultdict(set)
    rows: dict[int, Any] = {}
    for category in sorted({category for _, category in proven}):
        for row in scope.books.execute(_absent(year, category, start, until)):
            if (row.id // IDS_PER_DISTRICT, category) in proven:
                absent[row.id].add(category)
                rows[row.id] = row
    # Whoever is on the list of one of the stated categories, or may be on one that is not there, is left out.
    found = {number: row for number, row in rows.items() if absent[number] == _provable(row.categories)}
    paid = _paid(scope, year, {row.beneficiary_id for row in found.values()})
    for number, row in sorted(found.items()):
        payments = paid.get(row.beneficiary_id, [])
        if payments or scope.program is None:
            yield Case(
                about=(row.beneficiary_id, year),
                entries=tuple(payment.id for payment in payments),
                period=year,
                amount_fen=sum(payment.amount_fen for payment in payments),
                standard="教财〔2018〕16号",
                facts={"categories": tuple(sorted(absent[number])), "year": year, "school": row.school or "—"},
                records=(("certification", number),),
            )


def _provable(categories: str) -> set[str]:
    return {category for category in categories.split() if category in LISTED}


def _categories_with_list(scope: Scope, start: date, until: date) -> set[tuple[int, str]]:
    """Districts (0 in a ledger of one) and categories of which there is a list of households that get aid."""
    member = members(start, until)
    found = scope.books.execute(select(member.c.district, member.c.category).where(is_entitled(member)).distinct())
    return {(int(district) // IDS_PER_DISTRICT, category) for district, category in found if category in LISTED}


def _absent(year: str, category: str, start: date, until: date) -> Select[Any]:
    """Certifications with a category whose person is on no list of it."""
    member, certified = members(start, until), Certification.alias("certified")
    listed = select(member.c.id).where(
        member.c.beneficiary_id == certified.c.beneficiary_id, member.c.category == category
    )
    padded = literal(" ").concat(certified.c.categories).concat(" ")
    young = or_(Beneficiary.c.birth_date.is_(None), Beneficiary.c.birth_date > start - relativedelta(years=_AGE_MAX))
    return (
        select(certified.c.id, certified.c.beneficiary_id, certified.c.categories, School.c.name.label("school"))
        .join(Beneficiary, Beneficiary.c.id == certified.c.beneficiary_id)
        .outerjoin(School, School.c.id == certified.c.school_id)
        .where(certified.c.period == year, current(certified), padded.like(f"% {category} %"), young, ~listed.exists())
        .order_by(certified.c.id)
    )


def _paid(scope: Scope, year: str, people: Collection[int]) -> Mapping[int, list[Any]]:
    """Payments of a school year, of the scope, under certified programs to these people, by person."""
    periods = sorted({total.period for total in totals(scope) if school_year(total.period) == year})
    codes = [code for code, program in scope.catalogue.programs.items() if program.certified]
    paid = scope.payments()
    query = select(paid).where(paid.c.period.in_(periods), paid.c.program.in_(codes)).order_by(paid.c.id)
    found: dict[int, list[Any]] = defaultdict(list)
    for ids in chunks(sorted(people), scope.keys_at_once) if periods else ():
        for row in scope.books.execute(query.where(paid.c.beneficiary_id.in_(ids))):
            found[row.beneficiary_id].append(row)
    return found


def _ended(scope: Scope) -> Iterator[Case]:
    """Cases per person and school year: those of a year's terms are merged."""
    for period in sorted({total.period for total in totals(scope)}):
        term = Period.parse(period)
        if term.semester:
            yield from _ended_in(scope, term)


def _ended_in(scope: Scope, term: Period) -> Iterator[Case]:
    words, year = scope.catalogue.layout.values["category"], str(term.school_year)
    found: dict[int, list[Any]] = defaultdict(list)
    for row in scope.books.execute(_paid_and_ended(scope, term, year)):
        claimed = set((row.certified or "").split()) | categories_in(row.category or "", words)
        if row.listed in claimed:
            found[row.beneficiary_id].append(row)
    for person, rows in found.items():
        payments = {row.id: row for row in rows}
        records: list[tuple[Kind, int]] = [("population", row.record) for row in rows]
        records += [("certification", row.certification) for row in rows if row.certification]
        yield Case(
            about=(person, year),
            entries=tuple(payments),
            period=year,
            amount_fen=sum(row.amount_fen for row in payments.values()),
            standard="教财〔2018〕16号",
            facts={
                "categories": tuple(sorted({row.listed for row in rows})),
                "status": tuple(sorted({row.status for row in rows})),
                "as_of": max(row.as_of for row in rows),
                "year": year,
            },
            records=tuple(dict.fromkeys(records)),
        )


def _paid_and_ended(scope: Scope, term: Period, year: str) -> Select[Any]:
    """Payments of a term to people whom the newest list has as entitled no more, with what they are certified as."""
    until = term.start + _IN_TIME
    member, other, paid = members(term.start, until), members(term.start, until, "other"), scope.payments()
    still = select(other.c.id).where(other.c.beneficiary_id == member.c.beneficiary_id, is_entitled(other))
    certified = Certification.alias("certified")
    codes = [code for code, program in scope.catalogue.programs.items() if program.certified]
    of_year = and_(certified.c.beneficiary_id == paid.c.beneficiary_id, certified.c.period == year, current(certified))
    return (
        select(*(paid.c[name] for name in ("id", "beneficiary_id", "amount_fen", "category")))
        .add_columns(
            *(member.c.id.label("record"), member.c.category.label("listed"), member.c.status, member.c.as_of),
            *(certified.c.id.label("certification"), certified.c.categories.label("certified")),
        )
        .join(member, member.c.beneficiary_id == paid.c.beneficiary_id)
        .outerjoin(certified, of_year)
        .where(
            *(paid.c.period == term.code, paid.c.program.in_(codes)),
            *(member.c.status.in_(ENDED), ~still.exists()),
        )
        .order_by(paid.c.id, member.c.id)
    )


RULES = (
    Rule(
        code="certified-not-listed",
        severity="warning",
        message=N_("Certified at {school} for {year} as {categories}, but on no list of that population."),
        explanation=N_(
            "脱贫户, 监测对象, 低保, 特困, 孤儿 and 残疾 are proven by the list of the authority that keeps it. "
            "Judged: certifications of a school year for categories of which a list of that year or the year before "
            "was imported; of several categories, one on a list is enough. A household that is registered in another "
            "district is on the list there: ask for its proof."
        ),
        reference="教财〔2018〕16号",
        find=_unlisted,
        needs=("certification", "population"),
    ),
    Rule(
        code="status-ended",
        severity="warning",
        message=N_("Paid in the school year {year} as {categories}, but the list of {as_of} says: {status}."),
        explanation=N_(
            "A household that is out of poverty without aid (脱贫不享受政策), or whose risk is removed (风险已消除), "
            "is hardship for reasons of its own or not at all. Judged: payments under certified programs to people "
            "whom the newest list of the term has as such and no list as entitled, and who are certified, or named by "
            "the roster, in the category that ended. A list that is made more than three months into a term counts "
            "from the next one. Certify anew; claim back what is only for the category."
        ),
        reference="教财〔2018〕16号",
        find=_ended,
        needs=("population",),
    ),
)
