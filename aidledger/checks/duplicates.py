"""The same person twice in one file; both rows are named, nothing is dropped."""

from __future__ import annotations

from collections.abc import Iterator

from aidledger.catalogue.catalogue import Catalogue
from aidledger.domain.listing import Allotments, Listing, Recoveries
from aidledger.domain.place import Place
from aidledger.domain.problem import Problem
from aidledger.domain.roster import RosterFile

Paid = tuple[str, str]
# Whom a line pays, and for which part of the term.
Payee = tuple[str, str | None]


def check(file: RosterFile, _catalogue: Catalogue) -> Iterator[Problem]:
    """duplicate-in-file: one ID number paid twice under one program for one period, or for one part of it."""
    paid: dict[Paid, dict[Payee, tuple[str, int]]] = {}
    for table in file.tables:
        lines = table.lines
        for roster in table.rosters:
            key = (roster.program or "", roster.period.code if roster.period else "")
            seen = paid.setdefault(key, {})
            for i, (number, amount) in enumerate(zip(lines.numbers, roster.amounts_fen, strict=True)):
                if not number or amount is None:
                    continue
                here = (table.sheet, lines.rows[i])
                first_here = seen.setdefault((number, roster.part(i)), here)
                # Columns of months whose term nobody knows pay one line several times.
                if first_here is not here and (roster.period is not None or first_here != here):
                    sheet = "" if first_here[0] == table.sheet else Place(first_here[0])
                    yield Problem(
                        "duplicate-in-file",
                        Place(table.sheet, lines.rows[i], table.columns.get("number")),
                        {"program": key[0], "period": key[1], "first_row": first_here[1], "first_sheet": sheet},
                    )


def check_names(file: RosterFile, _catalogue: Catalogue) -> Iterator[Problem]:
    """name-id-mismatch: one ID number beside two names."""
    names: dict[str, tuple[str, str, int]] = {}
    for table in file.of_people():
        if isinstance(table, Listing) and table.kind == "bank-return":
            continue  # a bank calls payees as its orders did, before a correction and after it
        lines = table.lines
        for number, name, row in zip(lines.numbers, lines.names, lines.rows, strict=True):
            if not number:
                continue
            first = names.setdefault(number, (name, table.sheet, row))
            if first[2] == row and first[1] == table.sheet:
                continue
            if name and first[0] and first[0] != name:
                where = Place(None if first[1] == table.sheet else first[1], first[2])
                place = Place(table.sheet, row, table.columns.get("name"))
                yield Problem("name-id-mismatch", place, {"name": name, "other": first[0], "file": "", "where": where})


def check_lists(file: RosterFile, _catalogue: Catalogue) -> Iterator[Problem]:
    """duplicate-in-file of lists that pay nobody: somebody listed twice, money allotted twice."""
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


def _subjects(listing: Listing) -> Iterator[tuple[int, tuple[object, ...]]]:
    """Of each row what may stand in the list only once.

    A bank may be asked to pay somebody several times, and money may come back from somebody several times.
    """
    facts = listing.facts
    if isinstance(facts, Allotments):
        yield from zip(
            facts.rows, zip(facts.documents, facts.programs, facts.periods, facts.sources, strict=True), strict=True
        )
    elif isinstance(facts, Recoveries):
        of_what = zip(facts.programs, facts.periods, facts.recovered_on, facts.documents, strict=True)
        for row, number, subject in zip(listing.lines.rows, listing.lines.numbers, of_what, strict=True):
            if number:
                yield row, (number, *subject)
    elif listing.of_people:
        lines = listing.lines
        for row, number, school in zip(lines.rows, lines.numbers, lines.schools, strict=True):
            if number:
                yield row, (number, school, listing.period)
