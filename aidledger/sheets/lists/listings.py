"""Reads lists other than rosters, by their kind."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from aidledger.domain.hardship import categories_in, worded
from aidledger.domain.layout import Layout, fold
from aidledger.domain.lines import Lines
from aidledger.domain.listing import (
    CHANGES,
    HARDSHIP_CATEGORIES,
    OTHER_CHANGE,
    STATUSES,
    Certifications,
    Enrolments,
    ListKind,
    ListTable,
    NationalPayments,
)
from aidledger.domain.place import Place
from aidledger.domain.problem import Problem
from aidledger.domain.roster import Note, Table
from aidledger.domain.term import Period
from aidledger.sheets.lists.allotments import read_allotments
from aidledger.sheets.lists.households import HouseholdRows
from aidledger.sheets.lists.pupil_lists import FeeRows, deaths, staff_cards
from aidledger.sheets.lists.recoveries import RecoveryRows
from aidledger.sheets.lists.returns import ReturnRows
from aidledger.sheets.lists.school_sums import SumRows
from aidledger.sheets.recognition.cells import YES, is_blank, optional_text, text_of
from aidledger.sheets.recognition.columns import shortened
from aidledger.sheets.recognition.terms import school_years, semesters, semesters_exported

if TYPE_CHECKING:
    from aidledger.catalogue.catalogue import Catalogue
    from aidledger.sheets.recognition.blocks import Block
    from aidledger.sheets.recognition.columns import StudentRows
    from aidledger.sheets.recognition.hints import Hints
    from aidledger.sheets.recognition.titles import Surroundings

Value = TypeVar("Value")
# The columns that a list needs, by kind.
REQUIRED: Mapping[ListKind, tuple[str, ...]] = {
    "certification": ("name", "number"),
    "register": ("name", "number"),
    "bank-return": ("name",),
    "allotment": (),
    "recovery": ("name", "number"),
    "population": (),
    "school-amounts": (),
    "quota": (),
    "fee-receipt": ("name", "number"),
    "staff": (),
    "death": ("name", "number"),
    "national-export": ("name", "number"),
}
# The status after a change of enrolment; after any other the pupil is where they were.
_STATUS_AFTER: Mapping[str, str] = {
    **dict.fromkeys(("entered", "transferred-in", "resumed"), "enrolled"),
    **{change: change for change in CHANGES if change in STATUSES},
}
_LEAVING = frozenset(change for change, status in _STATUS_AFTER.items() if status != "enrolled")
_FLAG, _MASK = "是否", "*"


class ReadListing(NamedTuple):
    """A listing, problems other than those of its cells, and notes."""

    listing: ListTable
    problems: list[Problem]
    notes: Sequence[Note] = ()


def read_listing(
    kind: ListKind,
    block: Block,
    students: StudentRows,
    listing_place: Place,
    around: Surroundings,
    catalogue: Catalogue,
    hints: Hints,
    columns: Mapping[str, str | None],
) -> ReadListing:
    """Read a listing."""
    if kind == "allotment":
        return ReadListing(*read_allotments(students, listing_place, around, catalogue, hints, columns))
    if kind == "bank-return" and "name" not in students.header.fields and "payee" in students.header.fields:
        students.header.fields["name"] = students.header.fields["payee"]
    lines = students.lines() if kind not in _PARTS_READ else Lines(rows=students.numbers)
    listing = ListTable(
        kind=kind,
        sheet=students.sheet.name,
        header_row=listing_place.row or 1,
        school=catalogue.school(hints.school or _only(lines.schools) or around.school),
        period=None,
        columns=columns,
        lines=lines,
        facts=Certifications([], [], []),
    )
    if kind in _PARTS_READ:
        return _read_in_part(listing, block, students, around, catalogue, hints)
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
        listing.period, problems = _semester(around, hints, listing_place)
        if kind == "fee-receipt":
            listing.facts, faults = FeeRows(students, listing_place, around, catalogue).facts()
            problems += faults
        else:
            listing.facts = _enrolments(students, catalogue.layout)
    return ReadListing(listing, problems)


# Lists of which not every row, or not all of a row, is kept; and sums, which have no people in their rows.
_PARTS_READ: tuple[ListKind, ...] = ("population", "death", "staff", "school-amounts", "quota")


def _read_in_part(
    listing: ListTable,
    block: Block,
    students: StudentRows,
    around: Surroundings,
    catalogue: Catalogue,
    hints: Hints,
) -> ReadListing:
    place = Place(listing.sheet, listing.header_row)
    notes: Sequence[Note] = ()
    if listing.kind == "population":
        rows = HouseholdRows(students, place, around, catalogue, hints)
        listing.facts, listing.lines, problems, notes = rows.facts()
        listing.school = None
    elif listing.kind == "death":
        listing.facts, listing.lines, problems, notes = deaths(students, place)
    elif listing.kind == "staff":
        listing.facts, listing.lines, problems = staff_cards(students, place)
    else:
        sums = SumRows(listing.kind, block, students, place, around, catalogue, hints)
        listing.facts, problems = sums.facts()
        listing.period = _only(listing.facts.periods)
        listing.school = _only(listing.facts.schools)
    return ReadListing(listing, problems, notes)


def national_payments(table: Table) -> ListTable:
    """What a table read as a roster pays, as a list that pays nobody."""
    facts = NationalPayments([], [], [], [])
    picked: list[int] = []
    for roster in table.rosters:
        for line, amount in enumerate(roster.amounts_fen):
            if amount is not None:
                picked.append(line)
                facts.amounts_fen.append(amount)
                facts.programs.append(roster.program)
                facts.periods.append(roster.period)
                facts.parts.append(roster.part(line))
    return ListTable(
        kind="national-export",
        sheet=table.sheet,
        header_row=table.header_row,
        school=table.school,
        period=_only(facts.periods),
        columns=table.columns,
        lines=table.lines.picked(picked),
        facts=facts,
    )


def _semester(around: Surroundings, hints: Hints, place: Place) -> tuple[Period | None, list[Problem]]:
    periods = semesters(around.terms()) or semesters_exported(around.sources[-1].text)
    return _period(periods, "semester", hints, place)


def _admit_masked_numbers(students: StudentRows, lines: Lines) -> None:
    """Banks identify payees by card and name: the ID number may be missing or masked."""
    students.problems[:] = [problem for problem in students.problems if problem.code != "id-missing"]
    lines.numbers = ["" if _MASK in number else number for number in lines.numbers]


def _period_of_returns(around: Surroundings, hints: Hints) -> Period | None:
    periods = list(dict.fromkeys(around.terms() or around.terms_of_parts()))
    return hints.period or (periods[0] if len(periods) == 1 else None)


def _certifications(students: StudentRows, layout: Layout) -> Certifications:
    levels = _worded(students, "hardship_level", layout.values["hardship_level"])
    return Certifications(levels, _categories(students, layout), students.dates("certified_on"))


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
        values |= {category for index, category in flags if fold(text_of(row[index])) in YES}
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
    statuses = _worded(students, "status", layout.values["status"])
    changes = _changes(students, layout)
    changed_on, left_on = students.dates("changed_on"), students.dates("left_on")
    dated_alone = "change" not in students.header.fields
    index = students.header.index("status")
    resolved = []
    for line, own_status in enumerate(statuses):
        change = changes[line]
        status = own_status or (_STATUS_AFTER.get(change) if change else None)
        if left_on[line] is None and (dated_alone or change in _LEAVING):
            left_on[line] = changed_on[line]
        if status in {None, "enrolled"} and left_on[line]:
            status = "left"
        resolved.append(status or "enrolled")
    stated = [None if index is None else optional_text(row[index]) for row in students.rows]
    return Enrolments(resolved, stated, left_on, changes, changed_on)


def _changes(students: StudentRows, layout: Layout) -> list[str | None]:
    """By line the change of enrolment (学籍变动情况); one that no word matches is another change."""
    index = students.header.index("change")
    if index is None:
        return [None] * len(students.rows)
    table, none = layout.values["change"], layout.values["status"]
    texts = [optional_text(row[index]) for row in students.rows]
    return [
        None
        if text is None or (none.get(fold(text)) == "enrolled" and fold(text) not in table)
        else worded(text, table) or OTHER_CHANGE
        for text in texts
    ]


def _only(values: Sequence[Value | None]) -> Value | None:
    distinct = set(values)
    return distinct.pop() if len(distinct) == 1 else None
