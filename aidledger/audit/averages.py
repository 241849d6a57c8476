"""Amounts per person-time: impossible averages, averages off the standard, mixed rates, mistaken units."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, partial
from typing import Any

from sqlalchemy import Subquery, and_, func, or_, select

from aidledger.audit.claims import claims, entries_of, is_running, names_parts
from aidledger.audit.judging import alike, claim_kinds, fee_school
from aidledger.audit.odd_amounts import mistaken_units, off_by_entry
from aidledger.audit.rule import Case, Rule, Scope, reference_for
from aidledger.audit.totals import totals, totals_of_schools
from aidledger.domain.money import yuan_text
from aidledger.domain.term import Period
from aidledger.i18n import N_
from aidledger.store.database.bulk import chunks
from aidledger.store.model.tables import Entry, ProgramRow, RosterRow, School
from aidledger.store.postings.entries import current

# The tolerance between a program's average and the standard's.
_TIER_TOLERANCE_PERCENT = 1


# Program, period, school.
Group = tuple[str, str, str | None]
# The lowest and highest amount allowed (分), and the document that sets them.
Span = tuple[int, int, str | None]
# Groups per statement: with five parameters each, well below the limit.
_SPANS_AT_ONCE = 100


def _spans(scope: Scope) -> Callable[[Group], Span | None]:
    """A function from a group to the span of its rates; None if it has no standard or rate."""

    @cache
    def of_fee(code: str, period: str, school: str | None) -> Span | None:
        program, term = scope.catalogue.programs[code], Period.parse(period)
        rates = program.rates(term, school=school)
        if program.standard_for(term) is None or not rates:
            return None
        low, high = min(rate.low_fen for rate in rates), max(rate.high_fen for rate in rates)
        return low, high, reference_for(program, term)

    fee = fee_school(scope)
    return lambda group: of_fee(group[0], group[1], fee(group[2]))


def _impossible(scope: Scope) -> Iterator[Case]:
    """One case per program, period and school whose average, paid or declared by its rosters, no rate allows.

    Not the averages that odd amounts explain, each of which is a finding already.
    """
    span_of = _spans(scope)
    averages = {
        key: (average, span)
        for key, average in _averages(scope, span_of).items()
        if (span := span_of(key)) is not None and not span[0] * average[0] <= average[1] <= span[1] * average[0]
    }
    outside = _outside(scope, {key: span for key, ((_, _, declared, _), span) in averages.items() if not declared})
    explained = scope.once(off_by_entry)
    for (code, period, school), ((count, amount, declared, sheets), (low, high, reference)) in averages.items():
        beyond = outside.get((code, period, school), [])
        if beyond and all(entry in explained for entry in beyond):
            continue
        facts = {
            "where": " / ".join(filter(None, [school, ", ".join(sheets)])) or "—",
            "average": yuan_text(round(amount / count)),
            "low": yuan_text(low),
            "high": yuan_text(high),
            "count": count,
            "whose": N_("as declared by the roster") if declared else N_("as paid"),
        }
        yield Case(
            about=(code, period, school or ""),
            entries=tuple(beyond),
            program=code,
            period=period,
            persons=count,
            amount_fen=amount,
            standard=reference,
            facts=facts,
            records=tuple(("declared", roster) for roster in declared),
        )


def _outside(scope: Scope, spans: Mapping[Group, Span]) -> Mapping[Group, list[int]]:
    """The payments (ids) outside each group's span, parts of a claim added up."""
    found: dict[Group, list[int]] = defaultdict(list)
    paid = claims(scope)
    for chunk in chunks(list(spans.items()), _SPANS_AT_ONCE):
        either = [
            and_(
                paid.c.program == code,
                paid.c.period == period,
                paid.c.school.is_(None) if school is None else paid.c.school == school,
                or_(paid.c.amount_fen < low, paid.c.amount_fen > high),
            )
            for (code, period, school), (low, high, _) in chunk
        ]
        rows = scope.books.execute(select(paid).where(or_(*either)).order_by(paid.c.id)).all()
        entries = entries_of(scope, rows)
        for row in rows:
            found[row.program, row.period, row.school] += entries[row.id]
    return found


# Person-times, 分, the rosters (ids) that declare them, and their sheets; no rosters: as paid.
Average = tuple[int, int, tuple[int, ...], tuple[str, ...]]


def _averages(scope: Scope, span_of: Callable[[Group], Span | None]) -> Mapping[Group, Average]:
    """The odd averages: as paid or, if only what rosters declare is odd, as declared."""
    found: dict[Group, Average] = {}
    in_parts = scope.once(_in_parts)
    for row in scope.books.execute(_declared(scope)):
        key, count, amount = (row.program, row.period, row.school), row.declared_person_times, row.declared_amount_fen
        span = span_of(key)
        # A roster of one part declares only a part of the amount.
        if span is not None and _is_odd(span, count, amount, at_least=not in_parts.rosters.intersection({row.id})):
            before = found.get(key, (0, 0, (), ()))
            found[key] = before[0] + count, before[1] + amount, (*before[2], row.id), (*before[3], row.sheet)
    for paid in totals_of_schools(scope):
        key, count, amount = (paid.program, paid.period, paid.school), paid.person_times, paid.amount_fen
        span, growing = span_of(key), key in in_parts.groups and is_running(scope, paid.period)
        if span is not None and _is_odd(span, count, amount, at_least=not growing):
            found[key] = count, amount, (), ()
    return found


def _is_odd(span: Span, count: int, amount_fen: int, *, at_least: bool) -> bool:
    """Whether an average is above the highest rate, or (``at_least``) below the lowest."""
    return amount_fen > span[1] * count or (at_least and amount_fen < span[0] * count)


@dataclass(frozen=True, slots=True)
class _InParts:
    """Rosters (ids) and groups that pay parts of a period."""

    rosters: frozenset[int] = frozenset()
    groups: frozenset[Group] = frozenset()


def _in_parts(scope: Scope) -> _InParts:
    if not scope.once(names_parts):
        return _InParts()
    rosters = select(Entry.c.roster_id).where(Entry.c.part.is_not(None)).distinct()
    paid = scope.payments()
    groups = select(paid.c.program, paid.c.period, paid.c.school).where(paid.c.part.is_not(None)).distinct()
    return _InParts(
        frozenset(scope.books.execute(rosters).scalars()), frozenset(map(tuple, scope.books.execute(groups)))
    )


def _declared(scope: Scope) -> Any:  # noqa: ANN401 - a select
    """What rosters declare otherwise than their lines say."""
    differs = or_(
        RosterRow.c.declared_person_times != RosterRow.c.person_times,
        RosterRow.c.declared_amount_fen != RosterRow.c.amount_fen,
    )
    query = (
        select(
            RosterRow.c.id,
            RosterRow.c.sheet,
            ProgramRow.c.code.label("program"),
            RosterRow.c.period,
            School.c.name.label("school"),
            RosterRow.c.declared_person_times,
            RosterRow.c.declared_amount_fen,
        )
        .join(ProgramRow, ProgramRow.c.id == RosterRow.c.program_id)
        .outerjoin(School, School.c.id == RosterRow.c.school_id)
        .where(RosterRow.c.declared_person_times > 0, RosterRow.c.declared_amount_fen.is_not(None), differs)
        .where(current(RosterRow))
        .order_by(RosterRow.c.id)
    )
    return query.where(*scope.narrowed(ProgramRow.c.code, RosterRow.c.period))


def _off_average(scope: Scope) -> Iterator[Case]:
    """One case per program and period whose payments miss the average that the standard sets.

    Odd amounts aside: each is a finding already, and says nothing about tiers.
    """
    odd: dict[tuple[str, str], list[Any]] = defaultdict(list)
    for row in {row.id: row for row in scope.once(off_by_entry).values()}.values():
        odd[row.program, row.period].append(row)
    growing = {(code, period) for code, period, _ in scope.once(_in_parts).groups if is_running(scope, period)}
    for paid in totals(scope):
        program, period = scope.catalogue.programs[paid.program], Period.parse(paid.period)
        aside = odd[paid.program, paid.period]
        count, amount = paid.person_times - len(aside), paid.amount_fen - sum(row.amount_fen for row in aside)
        standard = program.standard_for(period)
        expected = standard.average_fen if standard else None
        if not expected or count <= 0:
            continue
        off = abs(amount - expected * count)
        less = amount < expected * count and (paid.program, paid.period) in growing
        if less or off * 100 <= _TIER_TOLERANCE_PERCENT * expected * count:
            continue
        average = yuan_text(round(amount / count))
        yield Case(
            about=(paid.program, paid.period),
            entries=(),
            program=paid.program,
            period=paid.period,
            persons=count,
            amount_fen=off,
            standard=reference_for(program, period),
            facts={"average": average, "wanted": yuan_text(expected), "period": paid.period},
        )


def _mixed(scope: Scope) -> Iterator[Case]:
    """One case per school, program and period in which pupils of one kind were paid different amounts.

    Of amounts that the standard allows: any other is a finding of its own.
    """
    kind = ("program", "period", "school", "level", "boarding")
    fee, one_amount, odd = fee_school(scope), cache(partial(_one_amount, scope)), cache(partial(_is_off, scope))
    paid = _of_one_amount(scope, one_amount)
    groups: dict[Group, set[int]] = defaultdict(set)
    fewer: dict[tuple[Any, ...], Group] = {}
    for one, every in _several_amounts(scope, paid, kind).items():
        code, period, school, level, boarding = one
        times = {fen: count for fen, count in every.items() if not odd(code, period, level, boarding, fee(school), fen)}
        several = len(times) > 1 and not _are_norms(scope, one, fee(school), times)
        if several and one_amount(code, period, level, boarding, fee(school)):
            # Of equally frequent amounts the lower counts as usual.
            usual = min(times, key=lambda amount: (-times[amount], amount))
            groups[code, period, school] |= times.keys()
            fewer |= {(*one, amount): (code, period, school) for amount in times if amount != usual}
    found: dict[Group, list[Any]] = defaultdict(list)
    for row, group in alike(scope, paid, (*kind, "amount_fen"), fewer):
        found[group].append(row)
    entries = entries_of(scope, [row for rows in found.values() for row in rows])
    for group, amounts in sorted(groups.items(), key=lambda item: str(item[0])):
        code, period, school = group
        rows = found[group]
        yield Case(
            about=(code, period, school or ""),
            entries=tuple(entry for row in rows for entry in entries[row.id]),
            program=code,
            period=period,
            persons=len({row.beneficiary_id for row in rows}),
            amount_fen=sum(row.amount_fen for row in rows),
            standard=scope.catalogue.programs[code].document,
            facts={"amounts": " / ".join(map(yuan_text, sorted(amounts))), "period": period, "program": code},
        )


def _of_one_amount(scope: Scope, one_amount: Callable[..., bool]) -> Subquery:
    """Claims under programs in which some kind of pupil can get only one amount; claims in parts, of past periods."""
    found = scope.once(claim_kinds)
    fixed = {
        kind.program
        for kind in found
        if one_amount(kind.program, kind.period, kind.level, kind.boarding, kind.fee_school)
    }
    growing = {kind.period for kind in found if kind.in_parts and is_running(scope, kind.period)}
    paid = claims(scope)
    past = [or_(paid.c.in_parts == 0, paid.c.period.not_in(sorted(growing)))] if growing else []
    return select(paid).where(paid.c.program.in_(sorted(fixed)), *past).subquery("of_one_amount")


def _several_amounts(scope: Scope, paid: Subquery, kind: Sequence[str]) -> Mapping[tuple[Any, ...], dict[int, int]]:
    """The kinds of pupils who got more than one amount, each with its amounts (分) and how often each was paid."""
    columns = [paid.c[name] for name in kind]
    amounts = func.count().over(partition_by=columns).label("amounts")
    counted = (
        select(*columns, paid.c.amount_fen, func.count().label("times"), amounts)
        .group_by(*columns, paid.c.amount_fen)
        .subquery("counted")
    )
    found: dict[tuple[Any, ...], dict[int, int]] = defaultdict(dict)
    for *one, amount, times, _ in scope.books.execute(select(counted).where(counted.c.amounts > 1)):
        found[tuple(one)][amount] = times
    return found


def _one_amount(scope: Scope, code: str, period: str, level: str | None, boarding: str | None, fee: str | None) -> bool:
    """Whether a kind of pupil can get only one amount at a school: a norm, or the school's own fee."""
    rates = scope.catalogue.programs[code].rates(Period.parse(period), level, boarding, fee)
    norms = {(rate.low_fen, rate.high_fen) for rate in rates if rate.basis == "norm"}
    # Whatever norms a waiver knows for groups of pupils: what a school waives is its fee.
    one_norm = len(norms) <= 1 or scope.catalogue.programs[code].nature == "waiver"
    fixed = all(low == high for low, high in norms) and one_norm
    return bool(rates) and fixed and all(rate.basis != "cap" for rate in rates)


def _are_norms(scope: Scope, kind: Sequence[Any], fee: str | None, amounts: Iterable[int]) -> bool:
    """Whether each amount is one of several that a program knows exactly, for different groups of pupils."""
    code, period, _, level, boarding = kind
    rates = scope.catalogue.programs[code].rates(Period.parse(period), level, boarding, fee)
    exact = {rate.low_fen for rate in rates if rate.low_fen == rate.high_fen}
    return sum(rate.basis == "norm" for rate in rates) > 1 and exact.issuperset(amounts)


def _is_off(
    scope: Scope, code: str, period: str, level: str | None, boarding: str | None, fee: str | None, amount_fen: int
) -> bool:
    """Whether no rate allows an amount."""
    rates = scope.catalogue.programs[code].rates(Period.parse(period), level, boarding, fee)
    return not any(rate.allows(amount_fen) for rate in rates)


def _other_unit(scope: Scope) -> Iterator[Case]:
    """One case per school, program, period and mistake."""
    groups: dict[tuple[str, str, str | None, object], list[tuple[Any, Mapping[str, object]]]] = defaultdict(list)
    found = scope.once(mistaken_units)
    entries = entries_of(scope, [row for row, _ in found])
    for row, facts in found:
        groups[row.program, row.period, row.school, facts["factor"]].append((row, facts))
    for (code, period, school, factor), rows in groups.items():
        yield Case(
            about=(code, period, school or "", str(factor)),
            entries=tuple(entry for row, _ in rows for entry in entries[row.id]),
            program=code,
            period=period,
            persons=len({row.beneficiary_id for row, _ in rows}),
            amount_fen=sum(row.amount_fen for row, _ in rows),
            standard=scope.catalogue.programs[code].document,
            facts={**rows[0][1], "count": len(rows)},
        )


RULES = (
    Rule(
        code="average-impossible",
        severity="warning",
        message=N_("{where}: on average {average} for {count} person-times, {whose}; possible is {low} to {high}."),
        explanation=N_(
            "The amount per person-time must lie between the lowest and the highest rate of the standard. Otherwise "
            "persons were confused with person-times, or 元 with 万元, or rows are missing. Judged: what rosters "
            "declare in their total lines otherwise than their rows say, and each school's payments, unless "
            "amount-off-standard or unit-suspect shows the amounts one by one."
        ),
        reference=N_("common audit practice"),
        find=_impossible,
    ),
    Rule(
        code="tier-average",
        severity="info",
        message=N_("On average {average} were paid for {period}; the standard's average is {wanted}."),
        explanation=N_(
            "Where a program has tiers, money is allotted by an average per pupil. If the district is off by more "
            "than 1%, its tiers were assigned unevenly, and its payments will not match the allotment. Amounts that "
            "are no tier are left out."
        ),
        reference="财教〔2021〕310号",
        find=_off_average,
        needs=("one-district",),
    ),
    Rule(
        code="mixed-rates",
        severity="warning",
        message=N_("Comparable pupils got different amounts in {period}: {amounts}."),
        explanation=N_(
            "Within a school and term, pupils of one level and boarding status get one rate; a waiver is the "
            "school's fee, or in kindergartens one of the norms for groups of pupils. Two amounts mean that an old "
            "standard was copied, or a fee was raised for some. Vocational schools may have a fee per major. Shown: "
            "the rows with the less frequent amounts. Amounts that the standard does not allow are amount-off-standard "
            "or unit-suspect."
        ),
        reference="财教〔2021〕310号",
        find=_mixed,
    ),
    Rule(
        code="unit-suspect",
        severity="warning",
        message=N_("{count} amounts such as {amount} look like {factor}."),
        explanation=N_(
            "No standard allows the amount, but one allows exactly 10,000 times, a 10,000th, twice or half of it: "
            "the unit or the term is wrong. All of a school's amounts with one such mistake are one finding. Check the "
            "unit in the title and what was really paid."
        ),
        reference=N_("common audit practice"),
        find=_other_unit,
    ),
)
