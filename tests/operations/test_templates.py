"""Which roster a template is made for, and that the importer would know it again."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from aidledger.errors import TitleNotUnderstood
from aidledger.operations.templates import blank_roster
from aidledger.sheets.template.roster import BlankRoster, titles
from tests.builders import shipped

TODAY = date(2021, 12, 3)


def _blank(code: str, *, school: str | None = None, today: date = TODAY) -> BlankRoster:
    return blank_roster(shipped(), code, None, school, 10, "zh", today)


@pytest.mark.parametrize(
    ("day", "semester", "year"),
    [
        (date(2021, 8, 1), "2021-autumn", "2021"),
        (date(2022, 1, 31), "2021-autumn", "2021"),
        (date(2022, 2, 1), "2022-spring", "2021"),
        (date(2022, 7, 31), "2022-spring", "2021"),
        (date(2022, 8, 1), "2022-autumn", "2022"),
    ],
)
def test_without_a_period_it_is_for_the_present_one(day: date, semester: str, year: str) -> None:
    assert _blank("high-school-grant", today=day).period.code == semester
    assert _blank("origin-based-loan", today=day).period.code == year


def test_the_title_names_school_term_and_program() -> None:
    assert titles(_blank("high-school-grant", school="金溪中学")) == ["金溪中学2021年秋季学期普高国家助学金发放名册"]
    assert titles(_blank("origin-based-loan")) == ["2021-2022学年生源地信用助学贷款名册"]


@pytest.mark.parametrize(
    ("code", "school"),
    [
        ("high-school-grant", "金溪职业高级中学"),  # 职业 is a word of other programs
        ("high-school-tuition-waiver", "金溪职业中学"),
        ("vocational-grant", "金溪普通高中附属中等职业学校"),
        ("compulsory-living-subsidy", "大学城小学"),
        ("compulsory-living-subsidy", "金溪小学附属幼儿园"),
        ("preschool-fee-waiver", "金溪第一小学附设幼儿园"),
        ("college-poverty-aid", "金溪高级中学"),
        ("origin-based-loan", "金溪 中学"),
    ],
)
def test_a_schools_name_does_not_cloud_the_program(code: str, school: str) -> None:
    assert _blank(code, school=school).school == school.replace(" ", "")


@pytest.mark.parametrize("school", ["甲乙丙", "高坪区普通高中", "=HYPERLINK(1)"])
def test_a_school_that_would_not_be_recognised_is_refused(school: str) -> None:
    with pytest.raises(TitleNotUnderstood):
        _blank("high-school-grant", school=school)


def test_a_program_that_would_not_be_recognised_is_refused() -> None:
    own = replace(shipped().programs["high-school-grant"], code="reading-prize", names={"zh": "读书奖", "en": "Prize"})
    catalogue = replace(shipped(), programs={**shipped().programs, own.code: own})
    with pytest.raises(TitleNotUnderstood):
        blank_roster(catalogue, own.code, None, None, 10, "zh", TODAY)
