"""Schools that were renamed or merged are one in a lake too, in files of before and after."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from aidledger.operations import auditing, schools
from tests.lake.lakes import DISTRICT, OTHER, audited, certified, exported, grant, ledger_of, post
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
