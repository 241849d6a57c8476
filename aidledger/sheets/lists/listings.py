"""Reads lists other than rosters: certifications, school registers, bank returns, allotments, recoveries."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from aidledger.domain.hardship import categories_in, worded
from aidledger.domain.layout import Layout, fold
from aidledger.domain.lines import Lines
from aidledger.domain.listing import HARDSHIP_CATEGORIES, Certifications, Enrolments, ListKind, ListTable
from aidledger.domain.problem import Problem
from aidledger.domain.term import Period
from aidledger.sheets.lists.allotments import read_allotments
from aidledger.sheets.lists.recoveries import RecoveryRows
from aidledger.sheets.lists.returns import ReturnRows
from aidledger.sheets.recognition.cells import is_blank, optional_text, text_of
from aidledger.sheets.recognition.columns import shortened
from aidledger.sheets.recognition.terms import school_years, semesters, semesters_exported

if TYPE_CHECKING:
    from aidledger.catalogue.catalogue import Catalogue
    from aidledger.domain.place import Place
    from aidledger.sheets.recognition.blocks import Block
    from aidledger.sheets.recognition.columns import StudentRows
    from aidledger.sheets.recognition.hints import Hints
    from aidledger.sheets.recognition.titles import Surroundings

# The columns that a list needs, by kind.
REQUIRED: Mapping[ListKind, tuple[str, ...]] = {
    "certification": ("name", "number"),
    "register": ("name", "number"),
    "bank-return": ("name",),
    "allotment": (),
    "recovery": ("name", "number"),
}
_FLAG, _MASK = "是否", "*"
_YES = frozenset({"是", "√", "✓", "y", "yes", "1", "有"})


def read_listing(
    kind: ListKind,
    block: Block,
    students: StudentRows,
    listing_place: Place,
    around: Surroundings,
    catalogue: Catalogue,
    hints: Hints,
    columns: Mapping[str, str | None],
) -> tuple[ListTable, list[Problem]]:
    """Read a listing; problems other than those of its cells."""
    if kind == "allotment":
        return read_allotments(students, listing_place, around, catalogue, hints, columns)
    if kind == "bank-return" and "name" not in students.header.fields and "payee" in students.header.fields:
        students.header.fields["name"] = students.header.fields["payee"]
    lines = students.lines()
    listing = ListTable(
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
        _admit_masked_numbers(students, lines)
        listing.period = _period_of_returns(around, hints)
        returns = ReturnRows(block, students, listing_place, around, catalogue, hints)
        listing.facts, problems = returns.facts(listing.period)
    elif kind == "recovery":
        recoveries = RecoveryRows(block, students, listing_place, around, catalogue, hints)
        listing.facts, listing.period, problems = recoveries.facts()
    elif kind == "certification":
        listing.facts = _certifications(students, catalogue.layout)
        listing.period, problems = _period(school_years(around.terms()), "year", hints, listing_place)
    else:
        listing.facts = _enrolments(students, catalogue.layout)
        periods = semesters(around.terms()) or semesters_exported(around.sources[-1].text)
        listing.period, problems = _period(periods, "semester", hints, listing_place)
    return listing, problems


def _admit_masked_numbers(students: StudentRows, lines: Lines) -> None:
    """Banks identify payees by card and name: the ID number may be missing or masked."""
    students.problems[:] = [problem for problem in students.problems if problem.code != "id-missing"]
    lines.numbers = ["" if _MASK in number else number for number in lines.numbers]


def _period_of_returns(around: Surroundings, hints: Hints) -> Period | None:
    periods = list(dict.fromkeys(around.terms() or around.terms_of_parts()))
    return hints.period or (periods[0] if len(periods) == 1 else None)


def _certifications(students: StudentRows, layout: Layout) -> Certifications:
    levels = _worded(students, "hardship_level", layout.values["hardship_level"])
    return Certifications(levels, _categories(students, layout))


def _period(periods: Sequence[Period], cadence: str, hints: Hints, place: Place) -> tuple[Period | None, list[Problem]]:
    if hints.period is not None:
        period = hints.period
        return (Period(period.school_year) if cadence == "year" else period), []
    distinct = list(dict.fromkeys(periods))
    if len(distinct) == 1:
        return distinct[0], []
    found = " / ".join(period.code for period in distinct)
    facts = {"cadence": cadence, "found": f" ({found})" if found else ""}
    return None, [Problem("period-unknown", place, facts)]


def _worded(students: StudentRows, name: str, table: Mapping[str, str]) -> list[str | None]:
    """By line the value of a field, by its words; unknown words are reported."""
    index = students.header.index(name)
    if index is None:
        return [None] * len(students.rows)
    values = []
    for line, row in enumerate(students.rows):
        text = text_of(row[index])
        value = None if is_blank(text) else worded(text, table)
        if value is None and not is_blank(text):
            students.report("value-unknown", line, index, value=shortened(text))
        values.append(value)
    return values


def _categories(students: StudentRows, layout: Layout) -> list[tuple[str, ...]]:
    """By line the categories, from their own columns and from yes/no columns (是否残疾生)."""
    table = layout.values["category"]
    columns = students.header.fields.get("category", ())
    flags = list(_flags(students, table))
    known: dict[str, set[str]] = {}
    categories = []
    for row in students.rows:
        values: set[str] = set()
        for index in columns:
            text = text_of(row[index])
            if text not in known:
                known[text] = set() if is_blank(text) else categories_in(text, table)
            values |= known[text]
        values |= {category for index, category in flags if fold(text_of(row[index])) in _YES}
        categories.append(tuple(category for category in HARDSHIP_CATEGORIES if category in values))
    return categories


def _flags(students: StudentRows, table: Mapping[str, str]) -> Iterator[tuple[int, str]]:
    """The yes/no columns by index, each with its category."""
    for index, text in enumerate(students.header.texts):
        folded = fold(text)
        if folded.startswith(_FLAG):
            category = worded(folded.removeprefix(_FLAG), table)
            if category is not None:
                yield index, category


def _enrolments(students: StudentRows, layout: Layout) -> Enrolments:
    # 学籍变动情况 stands in for 学籍状态 where the status changed.
    table = layout.values["status"]
    changes = _worded(students, "change", table) if "change" in students.header.fields else None
    statuses = _worded(students, "status", table)
    left_on = students.dates("left_on")
    index = students.header.index("status")
    resolved = []
    for line, own_status in enumerate(statuses):
        status = own_status or (changes[line] if changes else None)
        if status in {None, "enrolled"} and left_on[line]:
            status = "left"
        resolved.append(status or "enrolled")
    stated = [None if index is None else optional_text(row[index]) for row in students.rows]
    return Enrolments(resolved, stated, left_on)


def _only(values: Sequence[str | None]) -> str | None:
    distinct = set(values)
    return distinct.pop() if len(distinct) == 1 else None
