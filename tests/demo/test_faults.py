"""The district with faults before anybody imports it."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from aidledger.catalogue.catalogue import Catalogue
from aidledger.demo.faults.district import FaultyDistrict, faulty_district
from aidledger.demo.faults.key import Expected, read_key, write_key
from aidledger.demo.faults.papers import CERTIFIED, REGISTERS
from aidledger.domain.published import PublishedReport
from aidledger.errors import CannotWrite

# Consequences of faults of other rules, or findings of the whole district, come on top.
_OF_SCHOOLS = frozenset(
    {
        *("average-impossible", "tier-average", "mixed-rates", "unit-suspect", "more-paid-than-enrolled"),
        *("late-payment", "same-count-two-programs", "paid-without-allotment", "over-allotment"),
        *("allotted-not-paid", "paid-after-term", "certified-after-payment", "coverage-off-quota", "rotating-aid"),
        *("notice-after-payment", "notice-too-short", "notice-differs-from-payment", "meals-exceed-days"),
    }
)


@pytest.fixture(scope="module")
def faulty(catalogue: Catalogue, report: PublishedReport) -> FaultyDistrict:
    return faulty_district(catalogue, report)


def test_it_is_the_same_on_every_run(faulty: FaultyDistrict, catalogue: Catalogue, report: PublishedReport) -> None:
    assert faulty_district(catalogue, report) == faulty


def test_there_are_some_hundred_faults_and_some_of_each_rule(faulty: FaultyDistrict) -> None:
    of_rule = Counter(one.rule for one in faulty.key)

    assert 400 <= len(faulty.key) <= 700
    assert all(n >= 2 if rule in _OF_SCHOOLS else n >= 5 for rule, n in of_rule.items()), of_rule
    assert len(of_rule) == 53


def test_files_of_the_key_are_there(faulty: FaultyDistrict) -> None:
    paths = {str(roster.path) for roster in faulty.rosters}

    assert {one.file for one in faulty.key if one.file} <= paths


def test_every_school_has_certifications_and_registers(faulty: FaultyDistrict) -> None:
    of_folder = Counter(one.path.parts[0] for one in faulty.lists)

    assert of_folder[CERTIFIED] == of_folder[REGISTERS] > 100
    assert [sheet.name for one in faulty.lists if one.path.parts[0] == REGISTERS for sheet in one.sheets][:3] == [
        "2021-spring",
        "2021-autumn",
        "2022-spring",
    ]


def test_rosters_that_were_paid_are_corrected_and_only_some_of_the_money_comes_back(faulty: FaultyDistrict) -> None:
    paths = {roster.path for roster in faulty.rosters}
    listed = {row[1] for one in faulty.recovered for row in one.sheets[0].rows}
    still_open = {one.subject for one in faulty.key if one.rule == "to-be-recovered"}

    assert len(faulty.corrected) > len(faulty.recovered) > 1
    assert all(one.of in paths for one in faulty.corrected)
    assert len(listed & still_open) == 1, "a part of it came back"
    assert len(listed - still_open) > 1, "all of it came back"


def test_without_faults_there_is_no_key(catalogue: Catalogue, report: PublishedReport) -> None:
    clean = faulty_district(catalogue, report, faults=False)

    assert (clean.key, clean.notices, clean.corrected, clean.recovered) == ([], [], [], [])


def test_a_key_is_read_as_it_was_written(tmp_path: Path) -> None:
    one = Expected("account-shared", "6217001234567890", note="the card of 2, or 3")

    assert read_key(write_key([one, one], tmp_path)) == [one]
    assert (tmp_path / "key.csv").stat().st_mode & 0o077 == 0


def test_a_key_that_cannot_be_written_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(CannotWrite, match=r"key\.csv"):
        write_key([], tmp_path / "missing")
