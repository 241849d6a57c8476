"""A table that pays nobody into a listing: certifications, a school register, bank returns, allotments."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from aidledger.domain.hardship import categories_in, worded
from aidledger.domain.layout import Layout, fold
from aidledger.domain.listing import HARDSHIP_CATEGORIES, Certifications, Enrolments, Listing, ListKind, Returns
from aidledger.domain.problem import Problem
from aidledger.domain.term import Period
from aidledger.sheets.allotments import read_allotments
from aidledger.sheets.cells import date_of, is_blank, optional_text, text_of
from aidledger.sheets.columns import shortened
from aidledger.sheets.money_headings import ROLE_RANK, MoneyColumn
from aidledger.sheets.terms import school_years, semesters

if TYPE_CHECKING:
    from aidledger.catalogue.catalogue import Catalogue
    from aidledger.domain.place import Place
    from aidledger.sheets.columns import StudentRows
    from aidledger.sheets.hints import Hints
    from aidledger.sheets.titles import Surroundings

# What a list of a kind must say of everybody in it.
REQUIRED: Mapping[ListKind, tuple[str, ...]] = {
    "certification": ("name", "number"),
    "register": ("name", "number"),
    "bank-return": ("name",),
    "allotment": (),
}
_FLAG = "是否"
_YES = frozenset({"是", "√", "✓", "y", "yes", "1", "有"})


def read_listing(
    kind: ListKind,
    students: StudentRows,
    listing_place: Place,
    around: Surroundings,
    catalogue: Catalogue,
    hints: Hints,
    columns: Mapping[str, str | None],
) -> tuple[Listing, list[Problem]]:
    """The listing, and what is wrong with it beside its cells."""
    if kind == "allotment":
        return read_allotments(students, listing_place, around, catalogue, hints, columns)
    if kind == "bank-return" and "name" not in students.header.fields and "payee" in students.header.fields:
        students.header.fields["name"] = students.header.fields["payee"]
    lines = students.lines()
    listing = Listing(
        kind=kind,
        sheet=students.sheet.name,
        header_row=listing_place.row or 1,
        school=catalogue.school(hints.school or _only(lines.schools) or around.school),
        period=None,
        columns=columns,
        lines=lines,
        facts=Certifications([], []),
    )
    problems: list[Problem] = []
    if kind == "bank-return":
        # A bank pays cards: who has no ID number in its file is known by card and name.
        students.problems[:] = [problem for problem in students.problems if problem.code != "id-missing"]
        facts, problems = _returns(students, around, catalogue, hints, listing_place)
        listing.facts = facts
        named = list(dict.fromkeys(around.terms()))
        listing.period = hints.period or (named[0] if len(named) == 1 else None)
        return listing, problems
    layout = catalogue.layout
    if kind == "certification":
        listing.facts = Certifications(_worded(students, "hardship_level", layout), _categories(students, layout))
        listing.period, problems = _period(school_years(around.terms()), "year", hints, listing_place)
    else:
        listing.facts = _enrolments(students, layout)
        listing.period, problems = _period(semesters(around.terms()), "semester", hints, listing_place)
    return listing, problems


def _period(named: Sequence[Period], cadence: str, hints: Hints, place: Place) -> tuple[Period | None, list[Problem]]:
    if hints.period is not None:
        period = hints.period
        return (Period(period.school_year) if cadence == "year" else period), []
    distinct = list(dict.fromkeys(named))
    if len(distinct) == 1:
        return distinct[0], []
    found = " / ".join(period.code for period in distinct)
    facts = {"cadence": cadence, "found": f" ({found})" if found else ""}
    return None, [Problem("period-unknown", place, facts)]


def _worded(students: StudentRows, name: str, layout: Layout) -> list[str | None]:
    """The values of a field; what is not understood is reported."""
    index = students.header.index(name)
    if index is None:
        return [None] * len(students.rows)
    found = []
    for line, row in enumerate(students.rows):
        text = text_of(row[index])
        value = None if is_blank(text) else worded(text, layout.values[name])
        if value is None and not is_blank(text):
            students.report("value-unknown", line, index, value=shortened(text))
        found.append(value)
    return found


def _categories(students: StudentRows, layout: Layout) -> list[tuple[str, ...]]:
    """The categories of each line: out of the column for them, and out of columns that ask 是否残疾生."""
    table = layout.values["category"]
    told = students.header.fields.get("category", ())
    flags = list(_flags(students, table))
    known: dict[str, set[str]] = {}
    found = []
    for row in students.rows:
        values: set[str] = set()
        for index in told:
            text = text_of(row[index])
            if text not in known:
                known[text] = set() if is_blank(text) else categories_in(text, table)
            values |= known[text]
        values |= {category for index, category in flags if fold(text_of(row[index])) in _YES}
        found.append(tuple(category for category in HARDSHIP_CATEGORIES if category in values))
    return found


def _flags(students: StudentRows, table: Mapping[str, str]) -> Iterator[tuple[int, str]]:
    for index, text in enumerate(students.header.texts):
        folded = fold(text)
        if folded.startswith(_FLAG):
            category = worded(folded.removeprefix(_FLAG), table)
            if category is not None:
                yield index, category


def _enrolments(students: StudentRows, layout: Layout) -> Enrolments:
    changes = _worded(students, "change", layout) if "change" in students.header.fields else None
    statuses = _worded(students, "status", layout)
    left_on = _dates(students, "left_on")
    index = students.header.index("status")
    found = []
    for line, status in enumerate(statuses):
        told = status or (changes[line] if changes else None)
        if told in {None, "enrolled"} and left_on[line]:
            told = "left"
        found.append(told or "enrolled")
    stated = [None if index is None else optional_text(row[index]) for row in students.rows]
    return Enrolments(found, stated, left_on)


def _dates(students: StudentRows, name: str) -> list[str | None]:
    index = students.header.index(name)
    counted = students.sheet.date_1904
    return [None if index is None else date_of(row[index], date_1904=counted) for row in students.rows]


def _texts(students: StudentRows, name: str) -> list[str | None]:
    index = students.header.index(name)
    return [None if index is None else optional_text(row[index]) for row in students.rows]


def _returns(
    students: StudentRows, around: Surroundings, catalogue: Catalogue, hints: Hints, place: Place
) -> tuple[Returns, list[Problem]]:
    problems: list[Problem] = []
    column = money_column(students)
    amounts: list[int | None] = [None] * len(students.rows)
    if column is None:
        headers = ", ".join(text for text in students.header.texts if text)
        problems.append(Problem("missing-column", place, {"field": "amount", "headers": headers}))
    else:
        amounts, _ = students.amounts(column, wan=around.wan, may_be_empty=False)
    reasons = _texts(students, "reason")
    outcomes = _outcomes(students, catalogue.layout, reasons)
    named = [hints.program] if hints.program else around.programs(catalogue.programs) or []
    facts = Returns(
        amounts_fen=amounts,
        outcomes=outcomes,
        reasons=reasons,
        paid_on=_dates(students, "paid_on"),
        serials=_texts(students, "serial_no"),
        program=named[0] if len(named) == 1 else None,
    )
    return facts, problems


def _outcomes(students: StudentRows, layout: Layout, reasons: Sequence[str | None]) -> list[str | None]:
    """Paid or failed; where a bank gives reasons only, who has one failed."""
    index = students.header.index("outcome")
    table = layout.values["outcome"]
    known: dict[str, str | None] = {}
    found: list[str | None] = []
    for line, row in enumerate(students.rows):
        text = "" if index is None else text_of(row[index])
        if text not in known:
            known[text] = None if is_blank(text) else worded(text, table)
        outcome = known[text]
        if is_blank(text):
            reason = reasons[line]
            outcome = (worded(reason, table) or "failed") if reason else "paid" if index is None else None
        if outcome is None:
            students.report("outcome-unknown", line, index, value=shortened(text))
        found.append(outcome)
    return found


def money_column(students: StudentRows) -> MoneyColumn | None:
    """The column of the amounts, the best where there are several."""
    return min(students.header.money, key=lambda column: ROLE_RANK[column.role], default=None)


def _only(values: Sequence[str | None]) -> str | None:
    distinct = set(values)
    return distinct.pop() if len(distinct) == 1 else None
