"""The same person twice in one file; both rows are named, nothing is dropped."""

from __future__ import annotations

from collections.abc import Iterator

from aidledger.catalogue.catalogue import Catalogue
from aidledger.domain.place import Place
from aidledger.domain.problem import Problem
from aidledger.domain.roster import RosterFile

Paid = tuple[str, str]


def check(file: RosterFile, _catalogue: Catalogue) -> Iterator[Problem]:
    """duplicate-in-file and, where one ID number stands beside two names, name-id-mismatch."""
    paid: dict[Paid, dict[str, tuple[str, int]]] = {}
    names: dict[str, tuple[str, str, int]] = {}
    for table in file.tables:
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
                yield Problem("name-id-mismatch", place, {"where": where})
        for roster in table.rosters:
            key = (roster.program or "", roster.period.code if roster.period else "")
            seen = paid.setdefault(key, {})
            for i, (number, amount) in enumerate(zip(lines.numbers, roster.amounts_fen, strict=True)):
                if not number or amount is None:
                    continue
                here = (table.sheet, lines.rows[i])
                first_here = seen.setdefault(number, here)
                if first_here is not here:
                    sheet = "" if first_here[0] == table.sheet else Place(first_here[0])
                    yield Problem(
                        "duplicate-in-file",
                        Place(table.sheet, lines.rows[i], table.columns.get("number")),
                        {"program": key[0], "period": key[1], "first_row": first_here[1], "first_sheet": sheet},
                    )
