"""Categories of hardship as lists word them: what is only like the national ones has a value of its own."""

from __future__ import annotations

import pytest

from aidledger.domain.hardship import categories_in, category_name
from aidledger.domain.listing import HARDSHIP_CATEGORIES, Certifications
from tests.builders import examined, roster_grid, shipped

# For whom the tuition waiver of high schools is nationally, and the living subsidy of day pupils.
ELIGIBLE = {"poverty-household", "disabled", "low-income", "destitute"}


@pytest.mark.parametrize(
    ("said", "category"),
    [
        ("脱贫户", "poverty-household"),
        ("脱贫户(享受政策)", "poverty-household"),
        ("脱贫户（不享受政策）", "poverty-household-unaided"),
        ("脱贫不享受政策", "poverty-household-unaided"),
        ("监测对象", "monitored"),
        ("监测对象（风险未消除）", "monitored"),
        ("监测对象（风险已消除）", "risk-removed"),
        ("低保", "low-income"),
        ("农村低保户", "low-income"),
        ("低保边缘", "near-low-income"),
        ("低保边缘家庭", "near-low-income"),
        ("特困", "destitute"),
        ("残疾学生", "disabled"),
        ("残疾人子女", "disabled-family"),
        ("一般农户", "farm-household"),
        ("支出型困难", "other-hardship"),
        ("农村学生", "other-hardship"),
        ("1（2018）", "poverty-household"),
        ("6(2021)", "low-income"),
        ("16（2018）", "near-low-income"),
        ("12（2018）", "other-hardship"),
        ("1", "other-hardship"),
    ],
)
def test_a_category_is_the_one_that_is_said(said: str, category: str) -> None:
    found = categories_in(said, shipped().layout.values["category"])
    assert found == {category}
    assert found <= set(HARDSHIP_CATEGORIES)


def test_no_rate_is_for_what_is_only_like_an_eligible_category() -> None:
    rates = [rate for one in shipped().programs.values() for standard in one.standards for rate in standard.rates]
    # Yulu is for monitored households, too.
    assert {category for rate in rates for category in rate.categories} == {*ELIGIBLE, "monitored"}


def test_a_certification_keeps_them_apart() -> None:
    headers = ("序号", "姓名", "身份证号", "年级", "困难等级", "困难类型")
    grid = roster_grid(3, headers=headers, title="金溪中学2021年秋季学期家庭经济困难学生认定名册", total=False)
    for row, said in zip(grid[2:], ("低保边缘家庭", "低保", "残疾人子女、脱贫户(不享受政策)"), strict=True):
        row[4:6] = ["困难", said]
    (listing,) = examined(grid).listings
    assert isinstance(listing.facts, Certifications)
    assert listing.facts.categories == [
        ("near-low-income",),
        ("low-income",),
        ("poverty-household-unaided", "disabled-family"),
    ]


@pytest.mark.parametrize(
    ("stated", "name"),
    [
        ("残疾", "残疾学生"),
        ("残疾学生", "残疾学生"),
        ("持证残疾人", "残疾学生"),
        ("建档立卡", "脱贫户"),
        ("农村低保", "低保"),
        ("9（2018）", "残疾学生"),
        ("残疾、农村低保", "低保、残疾学生"),
        ("残疾人子女", "残疾人子女"),
        ("单亲", "单亲"),
        ("单亲、残疾", "残疾学生、单亲"),
        ("特别困难", "特别困难"),
    ],
)
def test_synonyms_of_a_category_have_one_name(stated: str, name: str) -> None:
    assert category_name(stated, shipped().layout.values["category"]) == name
