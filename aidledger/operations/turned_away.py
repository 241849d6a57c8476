"""The claims of a run's rejected files: they are not in the ledger, but a later file may contradict them.

Reporting this at once saves the school a second round.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from aidledger.domain.place import Place
from aidledger.domain.problem import Problem
from aidledger.domain.roster import RosterFile, Table

# Person (document, number), program, period and part that a line pays.
_Claim = tuple[str, str, str, str, str | None]
_DUPLICATES = frozenset({"duplicate-in-file", "duplicate-in-ledger"})


@dataclass(frozen=True, slots=True)
class _Stands:
    """Where a claim is: file (by its bytes), sheet and row."""

    file: str
    sha256: str
    sheet: str
    row: int


@dataclass(slots=True)
class TurnedAway:
    """The claims of one run's rejected files; the first file to make a claim is remembered."""

    _claims: dict[_Claim, _Stands] = field(default_factory=dict)

    def add(self, name: str, sha256: str, file: RosterFile) -> None:
        """Remember the claims of a rejected file."""
        for table, claim, row in _claims_of(file):
            self._claims.setdefault(claim, _Stands(name, sha256, table.sheet, row))

    def contradicted(self, sha256: str, file: RosterFile) -> Iterator[Problem]:
        """Rows that are also in a rejected file: each once, unless already reported as a duplicate.

        A copied file contradicts nothing: the same bytes are one file.
        """
        known = {(one.place.sheet, one.place.row) for one in file.problems if one.code in _DUPLICATES}
        for table, claim, row in _claims_of(file) if self._claims else ():
            stands = self._claims.get(claim)
            if stands is None or stands.sha256 == sha256 or (table.sheet, row) in known:
                continue
            known.add((table.sheet, row))
            facts = {"file": stands.file, "first_row": stands.row, "first_sheet": Place(stands.sheet)}
            yield Problem("duplicate-in-run", Place(table.sheet, row, table.columns.get("number")), facts)


def _claims_of(file: RosterFile) -> Iterator[tuple[Table, _Claim, int]]:
    for table in file.tables:
        lines = table.lines
        for roster in table.rosters:
            if roster.program is None or roster.period is None:
                continue
            what = roster.program, roster.period.code
            for line, (number, amount) in enumerate(zip(lines.numbers, roster.amounts_fen, strict=True)):
                if number and amount is not None:
                    who = lines.document_types[line], number
                    yield table, (*who, *what, roster.part(line)), lines.rows[line]
