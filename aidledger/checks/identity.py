"""ID numbers against their own rules, and against sex and date of birth in the same row."""

from __future__ import annotations

from collections.abc import Iterator

from aidledger.catalogue.catalogue import Catalogue
from aidledger.domain.identity import RESIDENT_RULES, birth_of, check_digit, mask_number, resident_fault, sex_of
from aidledger.domain.listing import Listing
from aidledger.domain.place import Place
from aidledger.domain.problem import Problem
from aidledger.domain.roster import RosterFile, Table


def check(file: RosterFile, _catalogue: Catalogue) -> Iterator[Problem]:
    """id-format, id-checksum, id-birthdate, sex-id-mismatch, birth-id-mismatch. Missing cells were reported before."""
    for table in file.of_people():
        yield from _table(table)


def _table(table: Table | Listing) -> Iterator[Problem]:
    lines = table.lines
    for i, (number, kind) in enumerate(zip(lines.numbers, lines.document_types, strict=True)):
        if not number or kind not in RESIDENT_RULES:
            continue
        fault = resident_fault(number)
        if fault is not None:
            place = Place(table.sheet, lines.rows[i], table.columns.get("number"))
            yield Problem(fault, place, _facts(fault, number))
            continue
        sex, born = lines.sexes[i], lines.births[i]
        if sex is not None and sex != sex_of(number):
            place = Place(table.sheet, lines.rows[i], table.columns.get("sex"))
            yield Problem("sex-id-mismatch", place, {"stated": sex, "actual": sex_of(number)})
        if born is not None and not str(birth_of(number)).startswith(born):
            yield Problem("birth-id-mismatch", Place(table.sheet, lines.rows[i], table.columns.get("birth")))


def _facts(fault: str, number: str) -> dict[str, object]:
    facts: dict[str, object] = {"value": mask_number(number), "length": len(number)}
    if fault == "id-checksum":
        facts["expected"] = check_digit(number[:17])
    return facts
