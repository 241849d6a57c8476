"""Duplicates within one file: the problem names both rows, and neither is dropped."""

from __future__ import annotations

from collections.abc import Iterator

from aidledger.catalogue.catalogue import Catalogue
from aidledger.domain.listing import (
    Allotments,
    Certifications,
    Enrolments,
    ListTable,
    NationalPayments,
    Recoveries,
    SchoolSums,
)
from aidledger.domain.place import Place
from aidledger.domain.problem import Problem
from aidledger.domain.roster import RosterFile

# Program code and period code, empty where unknown.
_ProgramPeriod = tuple[str, str]
# ID number, and the part of the period.
_Payee = tuple[str, str | None]


def check(file: RosterFile, _catalogue: Catalogue) -> Iterator[Problem]:
    """duplicate-in-file: an ID number paid twice under one program for one period, or for one part of it."""
    first_places: dict[_ProgramPeriod, dict[_Payee, tuple[str, int]]] = {}
    for table in file.tables:
        lines = table.lines
        for roster in table.rosters:
            key = (roster.program or "", roster.period.code if roster.period else "")
            places = first_places.setdefault(key, {})
            for i, (number, amount) in enumerate(zip(lines.numbers, roster.amounts_fen, strict=True)):
                if not number or amount is None:
                    continue
                here = (table.sheet, lines.rows[i])
                first = places.setdefault((number, roster.part(i)), here)
                # Columns of months with an unknown period pay the same line several times.
                if first is not here and (roster.period is not None or first != here):
                    sheet = "" if first[0] == table.sheet else Place(first[0])
                    yield Problem(
                        "duplicate-in-file",
                        Place(table.sheet, lines.rows[i], table.columns.get("number")),
                        {"program": key[0], "period": key[1], "first_row": first[1], "first_sheet": sheet},
                    )


def check_names(file: RosterFile, _catalogue: Catalogue) -> Iterator[Problem]:
    """name-id-mismatch: an ID number with two names."""
    names: dict[str, tuple[str, str, int]] = {}
    for table in file.of_people():
        if isinstance(table, ListTable) and table.kind == "bank-return":
            continue  # it repeats the names of orders, which a correction may have changed in between
        lines = table.lines
        for number, name, row in zip(lines.numbers, lines.names, lines.rows, strict=True):
            if not number:
                continue
            first_name, first_sheet, first_row = names.setdefault(number, (name, table.sheet, row))
            if first_row == row and first_sheet == table.sheet:
                continue
            if name and first_name and first_name != name:
                where = Place(None if first_sheet == table.sheet else first_sheet, first_row)
                place = Place(table.sheet, row, table.columns.get("name"))
                facts = {"name": name, "other": first_name, "file": "", "where": where}
                yield Problem("name-id-mismatch", place, facts)


def check_lists(file: RosterFile, _catalogue: Catalogue) -> Iterator[Problem]:
    """duplicate-in-file for lists other than rosters: a person listed twice, money allotted twice."""
    first_rows: dict[tuple[object, ...], tuple[str, int]] = {}
    for listing in file.listings:
        for row, subject in _subjects(listing):
            sheet, first = first_rows.setdefault((listing.kind, *subject), (listing.sheet, row))
            if (sheet, first) != (listing.sheet, row):
                facts = {
                    "list": listing.kind,
                    "first_row": first,
                    "first_sheet": "" if sheet == listing.sheet else Place(sheet),
                }
                yield Problem("duplicate-in-file", Place(listing.sheet, row, listing.columns.get("number")), facts)


def _subjects(listing: ListTable) -> Iterator[tuple[int, tuple[object, ...]]]:
    """By row, the key that must be unique within the list.

    Bank returns have none, since a bank may pay a person several times; nor have fees, and members of households. A
    person's recoveries differ in date or document, payments of the national system in program, period or part.
    """
    facts = listing.facts
    if isinstance(facts, Allotments):
        yield from zip(
            facts.rows, zip(facts.documents, facts.programs, facts.periods, facts.sources, strict=True), strict=True
        )
    elif isinstance(facts, Recoveries):
        subjects = zip(facts.programs, facts.periods, facts.recovered_on, facts.documents, strict=True)
        for row, number, subject in zip(listing.lines.rows, listing.lines.numbers, subjects, strict=True):
            if number:
                yield row, (number, *subject)
    elif isinstance(facts, NationalPayments):
        subjects = zip(facts.programs, facts.periods, facts.parts, listing.lines.schools, strict=True)
        yield from zip(listing.lines.rows, zip(listing.lines.numbers, subjects, strict=True), strict=True)
    elif isinstance(facts, SchoolSums):
        # A school may have a row for each of its stages: only the very same sum is one twice.
        sums = zip(facts.programs, facts.periods, facts.schools, facts.documents, strict=True)
        yield from zip(facts.rows, zip(sums, facts.persons, facts.amounts_fen, strict=True), strict=True)
    elif isinstance(facts, Certifications | Enrolments):
        lines = listing.lines
        for row, number, school in zip(lines.rows, lines.numbers, lines.schools, strict=True):
            if number:
                yield row, (number, school, listing.period)
