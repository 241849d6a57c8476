"""A clean district of seven schools and three terms, written as workbooks, imported and audited: nothing is found."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

import pytest

from aidledger.catalogue.catalogue import Catalogue
from aidledger.demo import compulsory, high_school, preschool, vocational, write_rosters
from aidledger.demo.district import district_listings
from aidledger.demo.faults.district import faulty_district
from aidledger.domain.finding import at_least
from aidledger.domain.published import PublishedReport
from aidledger.operations import auditing
from aidledger.operations.importing import ImportRequest, import_files
from tests.store.ledgers import catalogue as shipped
from tests.store.ledgers import new_ledger

# Of each kind of school so many; the smallest.
_SCHOOLS = {preschool.PROGRAM: 1, compulsory.PROGRAM: 2, high_school.GRANT: 3, vocational.GRANT: 1}


def _schools(known: Catalogue, report: PublishedReport) -> Iterable[str]:
    """The smallest schools of each kind that send a roster in every term."""
    terms: dict[tuple[str, str], list[int]] = defaultdict(list)
    for listing in district_listings(known, report, 2021):
        for code in _SCHOOLS:
            if code in {program.code for program in listing.programs}:
                terms[code, listing.sender].append(len(listing.lines))
    for code, count in _SCHOOLS.items():
        of_kind = [(sum(sizes), school) for (of, school), sizes in terms.items() if of == code and len(sizes) >= 3]
        yield from (school for _, school in sorted(of_kind)[:count])


@pytest.mark.sqlite_only
def test_nothing_is_found_in_a_clean_district(tmp_path: Path) -> None:
    known = shipped()
    report = next(iter(known.reports.values()))
    known = known.of_region(report.region)
    schools = frozenset(_schools(known, report))
    assert len(schools) == sum(_SCHOOLS.values())
    district = faulty_district(known, report, faults=False, schools=schools)
    known = known.switching(dict.fromkeys(district.running, True))
    ledger = new_ledger(tmp_path)

    for books in (district.rosters, district.lists):
        paths = write_rosters(books, tmp_path / "district", workers=1)
        result = import_files(ledger, known, ImportRequest(paths, workers=1))
        assert result.files
        assert [(file.path, file.problems) for file in result.files if file.outcome != "posted"] == []
    found = auditing.audit(ledger, known).found

    assert [(one.rule, one.about, dict(one.facts)) for one in found.findings if at_least(one.severity, "warning")] == []
    assert len(found.ran) > 50
    assert sum(len(sheet.rows) for books in district.rosters for sheet in books.sheets) > 3000
