"""Whether the office runs the programs that a file pays under, and whether those are paid to pupils at all."""

from __future__ import annotations

from collections.abc import Iterator

from aidledger.catalogue.catalogue import Catalogue
from aidledger.domain.place import Place
from aidledger.domain.problem import Problem
from aidledger.domain.roster import RosterFile


def check(file: RosterFile, catalogue: Catalogue) -> Iterator[Problem]:
    """program-not-in-force, program-without-pupils."""
    for table in file.tables:
        for roster in table.rosters:
            program = catalogue.programs.get(roster.program) if roster.program else None
            if program is None:
                continue
            place, facts = Place(table.sheet, table.header_row, roster.amount_column), {"program": program.code}
            if not program.in_force:
                yield Problem("program-not-in-force", place, facts)
            elif program.by_school:
                yield Problem("program-without-pupils", place, facts)
