"""The programs beside the nine: shipped, but in force only once an office switches them on."""

from __future__ import annotations

import pytest

from aidledger.catalogue.catalogue import Catalogue
from aidledger.catalogue.loading import load
from aidledger.domain.layout import fold
from aidledger.domain.term import Period
from aidledger.sheets.recognition.titles import source_of

TITLES = {
    "preschool-free-care": "金溪幼儿园2025年秋季学期学前一年免保育教育费花名册",
    "nutrition-improvement": "金溪小学2025年秋季学期义务教育学生营养改善计划补助花名册",
    "college-entry-aid": "2025年家庭经济困难大学新生入学资助花名册",
    "vocational-scholarship": "江北职业中学2025年中职国家奖学金花名册",
    "yulu": "2025年秋季学期雨露计划职业教育生活补助花名册",
    "special-education-aid": "金溪特殊教育学校2025年秋季学期义务教育特教补助花名册",
    "county-relief-fund": "2025年教育扶贫救助基金资助大学生花名册",
    "social-aid": "2025年社会资助普通高中学生助学金花名册",
    "school-aid": "金溪中学2025年秋季学期校内助学金花名册",
    "free-textbooks": "金溪小学2025年秋季学期免费教科书汇总表",
    "fee-exemption": "2025年秋季学期义务教育免学杂费汇总表",
    "loan-interest": "2025年生源地信用助学贷款贴息汇总表",
}
# Titles of the nine that have words of others.
OF_THE_NINE = {
    "金溪特殊教育学校2025年秋季学期义务教育家庭经济困难学生生活补助花名册": "compulsory-living-subsidy",
    "金溪幼儿园2025年秋季学期家庭经济困难幼儿免保教费花名册": "preschool-fee-waiver",
    "金溪幼儿园2025年春季学期家庭经济困难大班幼儿保教费减免花名册": "preschool-fee-waiver",
    "2025年脱贫户大学新生学费资助和生活补助花名册": "college-poverty-aid",
    "2025年生源地信用助学贷款花名册": "origin-based-loan",
    "金溪中学2025年秋季学期普通高中免学杂费花名册": "high-school-tuition-waiver",
    "江北职业中学2025年秋季学期中职国家助学金花名册": "vocational-grant",
    "金溪中学学生资助中心2025年秋季学期普通高中国家助学金花名册": "high-school-grant",
}


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return load()


def running(catalogue: Catalogue) -> Catalogue:
    return catalogue.switching(dict.fromkeys(TITLES, True))


def test_none_is_in_force_until_it_is_switched_on(catalogue: Catalogue) -> None:
    assert not set(catalogue.in_force) & set(TITLES)
    assert set(running(catalogue).in_force) == set(catalogue.programs) == {*catalogue.in_force, *TITLES}


@pytest.mark.parametrize("code", TITLES)
def test_a_title_names_it_alone_whether_it_is_in_force_or_not(catalogue: Catalogue, code: str) -> None:
    for used in (catalogue, running(catalogue)):
        assert source_of(TITLES[code], used.programs.values()).programs == [code]
        assert used.program(used.programs[code].name("zh")).code == code


@pytest.mark.parametrize("title", OF_THE_NINE)
def test_titles_of_the_nine_stay_theirs(catalogue: Catalogue, title: str) -> None:
    for used in (catalogue, running(catalogue)):
        assert source_of(title, used.programs.values()).programs == [OF_THE_NINE[title]]


@pytest.mark.parametrize("code", TITLES)
def test_each_has_a_phrase_and_says_what_is_known(catalogue: Catalogue, code: str) -> None:
    program = catalogue.programs[code]
    assert "{count}" in program.wording
    assert "{amount}" in program.wording
    assert program.order > max(one.order for one in catalogue.in_force.values())
    assert program.note


def test_three_are_kept_by_school(catalogue: Catalogue) -> None:
    by_school = [code for code, program in catalogue.programs.items() if program.by_school]
    assert by_school == ["free-textbooks", "fee-exemption", "loan-interest"]


def test_a_document_that_is_only_believed_is_cited_nowhere(catalogue: Catalogue) -> None:
    loan = catalogue.program("origin-based-loan")
    believed, found = (loan.standard_for(Period.parse(year)) for year in ("2021", "2023"))
    assert believed is not None
    assert found is not None
    assert (believed.reference, believed.document) == ("财教〔2021〕164号", None)
    assert (found.reference, found.document) == ("教财〔2023〕4号", "教财〔2023〕4号")
    compulsory = catalogue.program("compulsory-living-subsidy")
    assert (compulsory.reference, compulsory.document) == ("财教〔2021〕56号", None)


def test_the_document_of_upper_schools_stands_at_no_other_stage(catalogue: Catalogue) -> None:
    for program in catalogue.programs.values():
        cited = {program.reference, *(standard.reference for standard in program.standards)}
        assert "财教〔2021〕310号" not in cited or program.stage not in {"preschool", "compulsory"}


def test_every_program_excludes_those_that_exclude_it(catalogue: Catalogue) -> None:
    assert "preschool-free-care" in catalogue.program("preschool-fee-waiver").excludes
    assert catalogue.program("yulu").excludes == ()


def test_a_program_is_found_by_its_title_words_too(catalogue: Catalogue) -> None:
    assert catalogue.program(fold("雨露计划")).code == "yulu"
