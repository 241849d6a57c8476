"""Hardship: who was paid without being certified, or under a program that is for other categories."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, cast

from sqlalchemy import ColumnElement, Row, Subquery, and_, literal, or_, select

from aidledger.audit.claims import entries_of
from aidledger.audit.judging import Combination, against, alike, claims_by_fee
from aidledger.audit.rule import Case, Ids, Kind, Rule, Scope
from aidledger.audit.totals import totals
from aidledger.domain.hardship import categories_in
from aidledger.domain.layout import fold
from aidledger.domain.program import Rate
from aidledger.domain.term import Period
from aidledger.i18n import N_
from aidledger.store.database.bulk import chunks
from aidledger.store.model.tables import Certification
from aidledger.store.postings.entries import current


def school_year(period: str) -> str:
    """The school year, as certifications name it, of a period."""
    return str(Period.parse(period).school_year)


def years_paid(scope: Scope, programs: Collection[str], paid: Subquery) -> Iterator[tuple[str, ColumnElement[bool]]]:
    """The school years for which some programs were paid, and which of the payments are theirs.

    A question for each year, and not for each program and term: an engine without an index reads its lists each time.
    """
    terms: dict[str, set[tuple[str, str]]] = defaultdict(set)
    for total in totals(scope):
        if total.program in programs:
            terms[school_year(total.period)].add((total.program, total.period))
    for year, pairs in sorted(terms.items()):
        codes, periods = (sorted(set(names)) for names in zip(*pairs, strict=True))
        yield year, and_(paid.c.program.in_(codes), paid.c.period.in_(periods))


def lists_of(scope: Scope, year: str) -> Ids:
    """The schools (ids) of whose certifications for a school year there is a list."""
    listed = Certification.alias()
    query = select(listed.c.school_id).where(listed.c.period == year, current(listed), listed.c.school_id.is_not(None))
    return scope.among(query)


def is_certified(beneficiary: ColumnElement[int], year: str) -> ColumnElement[bool]:
    """Whether somebody is certified for a school year."""
    certified = Certification.alias()
    query = select(certified.c.id).where(certified.c.beneficiary_id == beneficiary, current(certified))
    return query.where(certified.c.period == year).exists()


def _uncertified(scope: Scope, *, other_year: bool) -> Iterator[Case]:
    """Payments to pupils whom their school's list for the year leaves out, and who are (or not) on another list."""
    lists = scope.once(_lists_of_unlisted)
    for row in scope.once(_unlisted):
        if other_year == (row.beneficiary_id in lists):
            yield Case.of(
                row,
                standard="教财〔2018〕16号",
                facts={"period": row.period, "year": school_year(row.period)},
                records=lists.get(row.beneficiary_id, ()),
            )


def _unlisted(scope: Scope) -> Sequence[Row[Any]]:
    """Payments whose school has a list for the school year, on which the pupil is not."""
    programs = {code for code, program in scope.catalogue.programs.items() if program.certified}
    paid = scope.payments()
    found: list[Row[Any]] = []
    for year, of_year in years_paid(scope, programs, paid):
        schools = lists_of(scope, year)
        if schools != []:
            here = paid.c.school_id.in_(schools)
            query = select(paid).where(of_year, here, ~is_certified(paid.c.beneficiary_id, year))
            found += scope.books.execute(query.order_by(paid.c.id))
    return found


def _lists_of_unlisted(scope: Scope) -> Mapping[int, tuple[tuple[Kind, int], ...]]:
    """The certifications that their pupils have, for whatever year."""
    return _certifications(scope, (row.beneficiary_id for row in scope.once(_unlisted)))


def _certifications(scope: Scope, people: Iterable[int]) -> Mapping[int, tuple[tuple[Kind, int], ...]]:
    """Of each of some people the certifications in force, in their order."""
    found: dict[int, tuple[tuple[Kind, int], ...]] = {}
    query = select(Certification.c.beneficiary_id, Certification.c.id).where(current(Certification))
    for some in chunks(sorted(set(people)), scope.keys_at_once):
        listed = query.where(Certification.c.beneficiary_id.in_(some)).order_by(Certification.c.id)
        for person, number in scope.books.execute(listed):
            found[person] = (*found.get(person, ()), ("certification", number))
    return found


def eligible_categories(rates: tuple[Rate, ...]) -> frozenset[str] | None:
    """The categories that some rates are for; None where one of them is for everybody."""
    if not rates or any(not rate.categories for rate in rates):
        return None
    return frozenset(category for rate in rates for category in rate.categories)


def has_category(beneficiary: ColumnElement[int], year: str, categories: frozenset[str]) -> ColumnElement[bool]:
    """Whether somebody is certified for a school year with one of some categories."""
    certified = Certification.alias()
    padded = literal(" ").concat(certified.c.categories).concat(" ")
    one_of = or_(*(padded.like(f"% {category} %") for category in sorted(categories)))
    return (
        select(certified.c.id)
        .where(certified.c.beneficiary_id == beneficiary, certified.c.period == year, current(certified), one_of)
        .exists()
    )


def _other_category(scope: Scope) -> Iterator[Case]:
    """Payments for which the roster, or else the certification, names categories, and none that the rate is for."""
    table, levels = (scope.catalogue.layout.values[name] for name in ("category", "hardship_level"))
    every = frozenset(table.values())
    restricted = {
        code: program
        for code, program in scope.catalogue.programs.items()
        if any(rate.categories for standard in program.standards for rate in standard.rates)
    }

    keys = ("program", "period", "level", "boarding", "fee_school", "amount_fen", "category")

    def judge(paid: Any) -> Mapping[str, object] | None:  # noqa: ANN401 - a row
        if paid.program not in restricted:
            return None
        rates = restricted[paid.program].rates(Period.parse(paid.period), paid.level, paid.boarding, paid.fee_school)
        wanted = eligible_categories(tuple(rate for rate in rates if rate.allows(paid.amount_fen)) or rates)
        stated = (paid.category or "").strip()
        if wanted is None or (stated and wanted & categories_in(stated, table)):
            return None
        # 困难 and 家庭经济困难 say how much, not why.
        known = bool(stated) and fold(stated).removeprefix("家庭经济") not in levels
        return {"wanted": tuple(sorted(wanted)), "category": stated if known else ""}

    by_year: dict[str, dict[tuple[str, ...], dict[Combination, Mapping[str, object]]]]
    by_year = defaultdict(lambda: defaultdict(dict))
    for combination, facts in against(scope, keys, judge).items():
        by_year[school_year(combination[1])][cast("tuple[str, ...]", facts["wanted"])][combination] = facts
    paid = claims_by_fee(scope)
    for year, of_year in years_paid(scope, restricted, paid):
        stated = or_(paid.c.category.is_not(None), has_category(paid.c.beneficiary_id, year, every))
        for wanted, combinations in by_year[year].items():
            fits = has_category(paid.c.beneficiary_id, year, frozenset(wanted))
            yield from _unfit(scope, alike(scope, paid, keys, combinations, of_year, stated, ~fits))


def _unfit(scope: Scope, unfit: Sequence[tuple[Any, Mapping[str, object]]]) -> Iterator[Case]:
    """Payments whose roster names no fitting category, and whose certification, if there is one, names none either."""
    lists = _certifications(scope, [row.beneficiary_id for row, _ in unfit])
    entries = entries_of(scope, [row for row, _ in unfit])
    for row, facts in unfit:
        records = lists.get(row.beneficiary_id, ())
        if not facts["category"] and not records:
            continue
        case = Case.of(
            row,
            standard=scope.catalogue.programs[row.program].reference,
            facts={"program": row.program, "category": facts["category"] or "—", "wanted": facts["wanted"]},
            records=records,
        )
        yield replace(case, entries=entries[row.id])


RULES = (
    Rule(
        code="not-certified",
        severity="error",
        message=N_("Paid for {period}, and in no certification list for the school year {year}."),
        explanation=N_(
            "Aid that is given for hardship needs a certification of the school year (教财〔2018〕16号). Judged are "
            "pupils of schools whose list for that year was imported. Ask the school for the certification; without "
            "one, claim the payment back."
        ),
        reference="教财〔2018〕16号",
        find=lambda scope: _uncertified(scope, other_year=False),
        needs=("certification",),
    ),
    Rule(
        code="certified-for-another-year",
        severity="warning",
        message=N_("Paid for {period}, and certified for another school year than {year}."),
        explanation=N_(
            "Hardship is certified anew every school year. Somebody certified before or afterwards only was paid "
            "on an old list, or the new certification was forgotten."
        ),
        reference="教财〔2018〕16号",
        find=lambda scope: _uncertified(scope, other_year=True),
        needs=("certification",),
    ),
    Rule(
        code="category-not-eligible",
        severity="error",
        message=N_("{program} is for {wanted} at this rate; known of the pupil is: {category}."),
        explanation=N_(
            "Some programs and rates are for certain categories of hardship only: the tuition waiver of high schools, "
            "and day pupils of compulsory education, for 脱贫户, 残疾, 低保, 特困. Looked at is what the roster says "
            "and, where there is one, the certification of the school year. Nothing is said of pupils of whom none "
            "is known."
        ),
        reference="财教〔2021〕310号",
        find=_other_category,
    ),
)
