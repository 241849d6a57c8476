"""ID numbers against GB 11643, and against sex and birth date in the same row."""

from __future__ import annotations

from collections.abc import Iterator

from aidledger.catalogue.catalogue import Catalogue
from aidledger.domain.identity import (
    PERMANENT_RESIDENCE,
    RESIDENT_LENGTH,
    RESIDENT_RULES,
    birth_of,
    check_digit,
    format_fault,
    mask_number,
    resident_fault,
    sex_of,
)
from aidledger.domain.listing import ListTable
from aidledger.domain.place import Place
from aidledger.domain.problem import Problem
from aidledger.domain.roster import RosterFile, Table


def check(file: RosterFile, _catalogue: Catalogue) -> Iterator[Problem]:
    """id-format, id-checksum, id-birthdate, sex-id-mismatch, birth-id-mismatch; reading reports missing numbers."""
    for table in file.of_people():
        yield from _table(table)


def _table(table: Table | ListTable) -> Iterator[Problem]:
    lines = table.lines
    people = zip(lines.rows, lines.numbers, lines.document_types, lines.sexes, lines.births, strict=True)
    for row, number, document_type, sex, born in people:
        of_foreigner = document_type not in RESIDENT_RULES
        if not number or (of_foreigner and not _is_permanent_residence(number)):
            continue
        fault = resident_fault(number)
        if fault is not None:
            yield Problem(fault, Place(table.sheet, row, table.columns.get("number")), _facts(fault, number))
            continue
        if sex is not None and not of_foreigner and sex != sex_of(number):
            facts = {"stated": sex, "actual": sex_of(number)}
            yield Problem("sex-id-mismatch", Place(table.sheet, row, table.columns.get("sex")), facts)
        if born is not None and not str(birth_of(number)).startswith(born):
            yield Problem("birth-id-mismatch", Place(table.sheet, row, table.columns.get("birth")))


def _is_permanent_residence(number: str) -> bool:
    return len(number) == RESIDENT_LENGTH and number.startswith(PERMANENT_RESIDENCE)


def _facts(fault: str, number: str) -> dict[str, object]:
    facts: dict[str, object] = {"value": mask_number(number)}
    if fault == "id-format":
        facts["why"] = format_fault(number)
    elif fault == "id-checksum":
        facts["expected"] = check_digit(number[:17])
    return facts
