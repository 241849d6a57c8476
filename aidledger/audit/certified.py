"""Hardship: people paid without a certification, or under a program for other categories."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any, cast

from sqlalchemy import ColumnElement, Row, Select, Subquery, and_, literal, or_, select

from aidledger.audit.claims import entries_of
from aidledger.audit.judging import Combination, against, alike, claims_by_fee
from aidledger.audit.rule import Case, Kind, Rule, Scope
from aidledger.audit.totals import totals
from aidledger.domain.hardship import categories_in
from aidledger.domain.layout import fold
from aidledger.domain.program import Program, Rate
from aidledger.domain.term import Period
from aidledger.i18n import N_
from aidledger.store.database.bulk import chunks
from aidledger.store.model.tables import Certification
from aidledger.store.postings.entries import current


def school_year(period: str) -> str:
    """The school year of a period, as certifications name it."""
    return str(Period.parse(period).school_year)


def years_paid(scope: Scope, programs: Collection[str], paid: Subquery) -> Iterator[tuple[str, ColumnElement[bool]]]:
    """The school years for which programs were paid, each with the condition that selects its payments.

    One query per year instead of one per program and period, because an engine without indexes scans the lists each
    time.
    """
    terms: dict[str, set[tuple[str, str]]] = defaultdict(set)
    for total in totals(scope):
        if total.program in programs:
            terms[school_year(total.period)].add((total.program, total.period))
    for year, pairs in sorted(terms.items()):
        codes, periods = (sorted(set(names)) for names in zip(*pairs, strict=True))
        yield year, and_(paid.c.program.in_(codes), paid.c.period.in_(periods))


def with_list(year: str) -> Select[Any]:
    """The schools (ids) with a certification list for a school year."""
    listed = Certification.alias()
    return select(listed.c.school_id).where(listed.c.period == year, current(listed), listed.c.school_id.is_not(None))


def is_certified(beneficiary: ColumnElement[int], year: str) -> ColumnElement[bool]:
    """Whether a beneficiary is certified for a school year."""
    certified = Certification.alias()
    query = select(certified.c.id).where(certified.c.beneficiary_id == beneficiary, current(certified))
    return query.where(certified.c.period == year).exists()


def _uncertified(scope: Scope, *, other_year: bool) -> Iterator[Case]:
    """Payments to pupils whom their school's list for the year leaves out; ``other_year``: who are on another list."""
    lists = scope.once(_lists_of_unlisted)
    for row in scope.once(_unlisted):
        if other_year == (row.beneficiary_id in lists):
            known = lists.get(row.beneficiary_id, ())
            years = {"certified": tuple(sorted({one.period for one in known}))} if known else {}
            yield Case.of(
                row,
                standard="教财〔2018〕16号",
                facts={"period": row.period, "year": school_year(row.period), **years},
                records=_records(known),
            )


def _unlisted(scope: Scope) -> Sequence[Row[Any]]:
    """Payments by schools with a list for the school year that leaves out the pupil."""
    programs = {code for code, program in scope.catalogue.programs.items() if program.certified}
    paid = scope.payments()
    found: list[Row[Any]] = []
    for year, of_year in years_paid(scope, programs, paid):
        schools = scope.among(with_list(year))
        if schools != []:
            here = paid.c.school_id.in_(schools)
            query = select(paid).where(of_year, here, ~is_certified(paid.c.beneficiary_id, year))
            found += scope.books.execute(query.order_by(paid.c.id))
    return found


def _lists_of_unlisted(scope: Scope) -> Mapping[int, Sequence[Row[Any]]]:
    """Those pupils' certifications for any year."""
    return _certifications(scope, (row.beneficiary_id for row in scope.once(_unlisted)))


def _certifications(scope: Scope, people: Iterable[int]) -> Mapping[int, Sequence[Row[Any]]]:
    """The certifications in force of these people, by person: id, school year, and the categories, as stated too."""
    found: defaultdict[int, list[Row[Any]]] = defaultdict(list)
    columns = ("id", "beneficiary_id", "period", "categories", "category_stated")
    query = select(*(Certification.c[name] for name in columns)).where(current(Certification))
    for ids in chunks(sorted(set(people)), scope.keys_at_once):
        for row in scope.books.execute(
            query.where(Certification.c.beneficiary_id.in_(ids)).order_by(Certification.c.id)
        ):
            found[row.beneficiary_id].append(row)
    return dict(found)


def _records(certifications: Iterable[Row[Any]]) -> tuple[tuple[Kind, int], ...]:
    return tuple(("certification", row.id) for row in certifications)


def eligible_categories(rates: tuple[Rate, ...]) -> frozenset[str] | None:
    """The categories that rates are for; None if any of them is for everybody."""
    if not rates or any(not rate.categories for rate in rates):
        return None
    return frozenset(category for rate in rates for category in rate.categories)


def has_category(beneficiary: ColumnElement[int], year: str, categories: frozenset[str]) -> ColumnElement[bool]:
    """Whether a beneficiary is certified for a school year with one of these categories."""
    certified = Certification.alias()
    padded = literal(" ").concat(certified.c.categories).concat(" ")
    one_of = or_(*(padded.like(f"% {category} %") for category in sorted(categories)))
    return (
        select(certified.c.id)
        .where(certified.c.beneficiary_id == beneficiary, certified.c.period == year, current(certified), one_of)
        .exists()
    )


def _other_category(scope: Scope) -> Iterator[Case]:
    """Payments whose roster or, failing that, certification states categories, but none that the rate is for."""
    restricted = {
        code: program
        for code, program in scope.catalogue.programs.items()
        if any(rate.categories for standard in program.standards for rate in standard.rates)
    }
    keys = ("program", "period", "level", "boarding", "fee_school", "amount_fen", "category")
    by_year: dict[str, dict[tuple[str, ...], dict[Combination, Mapping[str, object]]]]
    by_year = defaultdict(lambda: defaultdict(dict))
    for combination, facts in against(scope, keys, partial(_wrong_category, scope, restricted)).items():
        by_year[school_year(combination[1])][cast("tuple[str, ...]", facts["wanted"])][combination] = facts
    paid, every = claims_by_fee(scope), frozenset(scope.catalogue.layout.values["category"].values())
    for year, of_year in years_paid(scope, restricted, paid):
        stated = or_(paid.c.category.is_not(None), has_category(paid.c.beneficiary_id, year, every))
        for eligible, combinations in by_year[year].items():
            fits = has_category(paid.c.beneficiary_id, year, frozenset(eligible))
            yield from _unfit(scope, alike(scope, paid, keys, combinations, of_year, stated, ~fits))


def _wrong_category(
    scope: Scope,
    restricted: Mapping[str, Program],
    claim: Any,  # noqa: ANN401 - a row of ``claims``
) -> Mapping[str, object] | None:
    """The eligible categories, and the one that the roster states, unless that is eligible."""
    if claim.program not in restricted:
        return None
    categories, levels = (scope.catalogue.layout.values[name] for name in ("category", "hardship_level"))
    rates = restricted[claim.program].rates(Period.parse(claim.period), claim.level, claim.boarding, claim.fee_school)
    eligible = eligible_categories(tuple(rate for rate in rates if rate.allows(claim.amount_fen)) or rates)
    stated = (claim.category or "").strip()
    if eligible is None or (stated and eligible & categories_in(stated, categories)):
        return None
    # 困难 and 家庭经济困难 state a level of hardship, not a category.
    known = bool(stated) and fold(stated).removeprefix("家庭经济") not in levels
    return {"wanted": tuple(sorted(eligible)), "category": stated if known else ""}


def _unfit(scope: Scope, unfit: Sequence[tuple[Any, Mapping[str, object]]]) -> Iterator[Case]:
    """Cases for payments in whose roster or certification a category is known, and none fits."""
    lists = _certifications(scope, [row.beneficiary_id for row, _ in unfit])
    entries = entries_of(scope, [row for row, _ in unfit])
    for row, facts in unfit:
        of_year = [one for one in lists.get(row.beneficiary_id, ()) if one.period == school_year(row.period)]
        if not facts["category"] and not of_year:
            continue
        category = facts["category"] or _stated(of_year)
        whose = _BY_ROSTER if facts["category"] else _BY_CERTIFICATION
        case = Case.of(
            row,
            standard=scope.catalogue.programs[row.program].document,
            facts={"program": row.program, "category": category, "whose": whose, "wanted": facts["wanted"]},
            records=_records(of_year),
        )
        yield replace(case, entries=entries[row.id])


def _stated(certifications: Iterable[Row[Any]]) -> tuple[str, ...]:
    """The categories as certification lists word them, else their codes."""
    words = (
        (one.category_stated.strip(),) if one.category_stated else tuple(one.categories.split())
        for one in certifications
    )
    return tuple(sorted({word for some in words for word in some}))


_BY_ROSTER, _BY_CERTIFICATION = N_("by the roster"), N_("by the certification list")
RULES = (
    Rule(
        code="not-certified",
        severity="error",
        message=N_("Paid for {period}, but in no certification list for the school year {year}."),
        explanation=N_(
            "Aid for hardship requires a certification for the school year (教财〔2018〕16号). Judged: pupils of "
            "schools whose list for that year was imported. Ask the school for the certification; without one, claim "
            "the payment back."
        ),
        reference="教财〔2018〕16号",
        find=lambda scope: _uncertified(scope, other_year=False),
        needs=("certification",),
    ),
    Rule(
        code="certified-for-another-year",
        severity="warning",
        message=N_("Paid for {period}, but certified for the school year {certified}, not for {year}."),
        explanation=N_(
            "Hardship is certified anew every school year. A pupil certified only for an earlier or later year was "
            "paid from an old list, or the new certification was forgotten."
        ),
        reference="教财〔2018〕16号",
        find=lambda scope: _uncertified(scope, other_year=True),
        needs=("certification",),
    ),
    Rule(
        code="category-not-eligible",
        severity="error",
        message=N_("At this rate {program} is for {wanted}; {whose}, the pupil's category is {category}."),
        explanation=N_(
            "Some programs and rates are only for certain categories of hardship: the high-school tuition waiver, "
            "and the rates for day pupils in compulsory education, are for 脱贫户, 残疾, 低保, 特困. Judged: what "
            "the roster says and, if there is one, the school year's certification. Pupils of unknown category are not "
            "judged."
        ),
        reference="财教〔2021〕310号",
        find=_other_category,
    ),
)
