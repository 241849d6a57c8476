"""Schools that were renamed or merged are one in a lake too, in files of before and after."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from aidledger.errors import UnknownLakeSchool
from aidledger.operations import auditing, lakes, schools
from tests.lake.lakes import DISTRICT, OTHER, TODAY, asked_of, audited, certified, exported, grant, ledger_of, post
from tests.store.ledgers import catalogue

DAY = date(2022, 2, 1)
RULE = ["not-certified"]


def test_a_merger_after_an_export_joins_what_was_exported(tmp_path: Path) -> None:
    ledger = ledger_of(tmp_path, "a", grant("ab", "金溪中学"), certified("a", "金溪实验中学"))
    lake = exported(ledger, tmp_path, "full", DISTRICT)
    assert audited(lake, RULE).findings == []  # the school that pays has no list of its own

    schools.merge(ledger, "金溪中学", "金溪实验中学", None, DAY, "one school")
    exported(ledger, tmp_path, "full", DISTRICT)

    here, there = auditing.audit(ledger, catalogue(), RULE).found.findings, audited(lake, RULE).findings
    assert [(one.persons, one.schools) for one in there] == [(one.persons, one.schools) for one in here]
    assert [one.schools for one in there] == [["金溪实验中学"]]

    schools.part(ledger, "金溪中学", None, "two schools")
    exported(ledger, tmp_path, "full", DISTRICT)
    assert audited(lake, RULE).findings == []


@pytest.mark.parametrize("name", ["金溪'新'中学", "金溪中学\\", "{base}中学"])
def test_a_new_name_is_the_lakes_and_another_districts_school_keeps_its_own(tmp_path: Path, name: str) -> None:
    for district, who in ((DISTRICT, "ab"), (OTHER, "cd")):
        ledger = ledger_of(tmp_path, district, grant(who, "金溪中学"), certified(who[0], "金溪中学"))
        if district == DISTRICT:
            schools.rename(ledger, "金溪中学", name, DAY, "renamed")
            post(ledger, grant("e", "东山中学"))
        lake = exported(ledger, tmp_path, "full", district)
    found = audited(lake, RULE).findings
    assert sorted(school for one in found for school in one.schools) == sorted([name, "金溪中学"])


def test_a_lake_is_asked_for_a_school_by_its_old_name_as_well(tmp_path: Path) -> None:
    ledger = ledger_of(tmp_path, "a", grant("ab", "金溪中学"), grant("cd", "东山中学"), certified("a", "金溪中学"))
    schools.rename(ledger, "金溪中学", "金溪实验中学", DAY, "renamed")
    schools.merge(ledger, "东山中学", "金溪实验中学", None, DAY, "merged")
    lake = exported(ledger, tmp_path, "full", DISTRICT)
    for name in ("金溪中学", "东山中学", "金溪实验中学"):
        found = lakes.audit(replace(asked_of(lake), school=name), catalogue(), TODAY, RULE).found.findings
        assert {school for one in found for school in one.schools} == {"金溪实验中学"}
    with pytest.raises(UnknownLakeSchool):
        lakes.audit(replace(asked_of(lake), school="无此校"), catalogue(), TODAY, RULE)
