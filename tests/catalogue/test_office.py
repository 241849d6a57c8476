"""An office's own folder: a program, standards, fees and words of its own, with YAML files and no code."""

from __future__ import annotations

from pathlib import Path

import pytest

from aidledger.catalogue.catalogue import Catalogue
from aidledger.catalogue.loading import load
from aidledger.domain.term import Period
from aidledger.errors import CatalogueError
from aidledger.operations.examining import examine
from aidledger.sheets.formats.limits import DEFAULT_LIMITS
from aidledger.sheets.recognition.hints import Hints
from tests.builders import HEADERS, roster_grid, with_cells, xlsx_bytes
from tests.catalogue.test_strictness import PROGRAM

AUTUMN_2021, SPRING_2022 = Period.parse("2021-autumn"), Period.parse("2022-spring")


def office(folder: Path, **files: str) -> Catalogue:
    for name, text in files.items():
        part = "layouts" if name == "roster" else "programs"
        (folder / part).mkdir(exist_ok=True)
        (folder / part / f"{name}.yaml").write_text(text, encoding="utf-8")
    return load(folder)


@pytest.mark.parametrize(
    "title", ["金溪小学2021年秋季学期营养改善计划补助花名册", "金溪小学2021年秋季学期营养餐发放表"]
)
def test_a_program_of_the_offices_own_is_recognised_and_its_amounts_are_judged(tmp_path: Path, title: str) -> None:
    catalogue = office(tmp_path, own=PROGRAM)
    grid = with_cells(roster_grid(title=title, amount=500, total=False), {"F4": 499})
    file = examine(xlsx_bytes(grid), "名册.xlsx", Hints(), catalogue, DEFAULT_LIMITS)
    (roster,) = file.tables[0].rosters
    assert (roster.program, roster.period) == ("nutrition-improvement", AUTUMN_2021)
    assert roster.amounts_fen == [50_000, 49_900, 50_000]
    assert [(p.code, p.place.row, p.place.column) for p in file.problems] == [("amount-off-standard", 4, "F")]


def test_a_money_column_may_name_the_offices_own_program(tmp_path: Path) -> None:
    catalogue = office(tmp_path, own=PROGRAM)
    headers = ("序号", "姓名", "身份证号", "生活补助", "营养膳食补助")
    fill = {"生活补助": 625, "营养膳食补助": 500}
    grid = roster_grid(title="金溪初级中学2021年秋季学期资助花名册", headers=headers, fill=fill, total=False)
    file = examine(xlsx_bytes(grid), "名册.xlsx", Hints(), catalogue, DEFAULT_LIMITS)
    paid = {roster.program: roster.amount_fen for roster in file.tables[0].rosters}
    assert paid == {"compulsory-living-subsidy": 187_500, "nutrition-improvement": 150_000}


def test_the_offices_own_program_comes_in_its_place_of_the_order(tmp_path: Path) -> None:
    codes = list(office(tmp_path, own=PROGRAM.replace("order: 10", "order: 2")).programs)
    assert codes[:4] == [
        *["preschool-fee-waiver", "compulsory-living-subsidy", "nutrition-improvement", "high-school-grant"]
    ]


def test_an_office_adds_a_standard_to_a_shipped_program(tmp_path: Path) -> None:
    own = """\
extends: vocational-poverty-living-subsidy
standards:
  - from: 2022-spring
    per: semester
    reference: 区财教〔2022〕1号
    rates:
      - {amount: 600}
"""
    program = office(tmp_path, own=own).program("vocational-poverty-living-subsidy")
    assert [rate.low_fen for rate in program.rates(AUTUMN_2021)] == [50_000]
    assert [rate.low_fen for rate in program.rates(SPRING_2022)] == [60_000]
    assert [standard.reference for standard in program.standards] == ["川财教〔2015〕230号", "区财教〔2022〕1号"]


def test_an_office_lists_the_fees_of_its_schools(tmp_path: Path) -> None:
    own = """\
extends: high-school-tuition-waiver
fees:
  - {school: 金溪中学, from: 2022-spring, amount: 480, reference: 批复2}
  - {school: 金溪中学, from: always, amount: 460, reference: 批复1}
"""
    catalogue = office(tmp_path, own=own)
    program = catalogue.program("high-school-tuition-waiver")
    assert [rate.low_fen for rate in program.rates(AUTUMN_2021, school="金溪中学")] == [46_000]
    assert [rate.low_fen for rate in program.rates(SPRING_2022, school="金溪中学")] == [48_000]
    assert [rate.low_fen for rate in program.rates(SPRING_2022, school="龙门中学")] == [20_000]
    grid = roster_grid(title="金溪中学2021年秋季学期普通高中免学费花名册", amount=480, total=False)
    file = examine(xlsx_bytes(grid), "名册.xlsx", Hints(), catalogue, DEFAULT_LIMITS)
    assert [p.code for p in file.problems] == ["amount-off-standard"] * 3
    assert file.problems[0].facts["allowed"] == "460.00"


def test_an_office_puts_its_own_standard_in_place_of_a_shipped_one(tmp_path: Path) -> None:
    own = """\
extends: preschool-fee-waiver
standards:
  - from: always
    per: semester
    reference: 区教〔2020〕3号
    rates:
      - {amount: 555.50}
    replaces: true
"""
    program = office(tmp_path, own=own).program("preschool-fee-waiver")
    assert [(rate.low_fen, rate.high_fen) for rate in program.rates(AUTUMN_2021)] == [(55_550, 55_550)]
    assert len(program.standards) == 1


def test_an_office_has_its_own_district_and_phrase(tmp_path: Path) -> None:
    (tmp_path / "office.yaml").write_text("district: 顺庆区\n", encoding="utf-8")
    own = "extends: vocational-grant\nwording: 中职助学金{count}人次{amount}万元\n"
    catalogue = office(tmp_path, own=own)
    assert catalogue.district == "顺庆区"
    assert catalogue.program("vocational-grant").wording == "中职助学金{count}人次{amount}万元"
    assert load().district == "高坪区"


def test_an_office_adds_its_own_header_words(tmp_path: Path) -> None:
    catalogue = office(tmp_path, roster="code: roster\nfields:\n  name: [娃儿名字]\n  amount: [打卡数]\n")
    grid = with_cells(roster_grid(total=False), {"B2": "娃儿名字", "F2": "打卡数"})
    file = examine(xlsx_bytes(grid), "名册.xlsx", Hints(), catalogue, DEFAULT_LIMITS)
    assert file.problems == []
    assert file.tables[0].rosters[0].amount_fen == 300_000


def test_what_judges_entries_changes_the_digest(tmp_path: Path) -> None:
    assert office(tmp_path, own=PROGRAM).digest != load().digest


SCHOOLS = """\
district: 高坪区
schools:
  - {name: 金溪中学, aliases: [南充市高坪区金溪中学, 金溪 初级中学, 金溪中学（东校区）]}
  - {name: 白塔中学}
"""


@pytest.mark.parametrize(
    "called", ["金溪中学", "南充市高坪区金溪中学", "金溪初级中学", "金溪中学(东校区)", "金溪中学（东校区）"]
)
def test_a_school_is_kept_under_one_name_however_rosters_call_it(tmp_path: Path, called: str) -> None:
    (tmp_path / "office.yaml").write_text(SCHOOLS, encoding="utf-8")
    catalogue = load(tmp_path)
    by_title = roster_grid(title=f"{called}2021年秋季学期普高助学金")
    by_column = roster_grid(title="2021年秋季学期普高助学金", headers=(*HEADERS, "学校"), fill={"学校": called})
    for grid, hints in ((by_title, Hints()), (by_column, Hints()), (by_column, Hints(school=called))):
        (table,) = examine(xlsx_bytes(grid), "名册.xlsx", hints, catalogue, DEFAULT_LIMITS).tables
        assert {table.school, *table.lines.schools} == {"金溪中学"}


def test_a_school_that_is_not_listed_keeps_its_name(tmp_path: Path) -> None:
    (tmp_path / "office.yaml").write_text(SCHOOLS, encoding="utf-8")
    assert load(tmp_path).school("龙门中学") == "龙门中学"
    assert load(tmp_path).school(None) is None


@pytest.mark.parametrize(
    "again", ["{name: 龙门中学, aliases: [白塔中学]}", "{name: 白塔中学, aliases: [白中]}", "{name: 金溪初级中学}"]
)
def test_two_schools_of_one_name_are_refused_with_the_line(tmp_path: Path, again: str) -> None:
    (tmp_path / "office.yaml").write_text(f"{SCHOOLS}  - {again}\n", encoding="utf-8")
    with pytest.raises(CatalogueError, match=r"office\.yaml:5: "):
        load(tmp_path)


@pytest.mark.parametrize("listed", ["白塔中学(嘉陵校区)", "白塔中学（嘉陵校区）", "白塔中学 (嘉陵校区)"])
def test_a_fee_is_found_however_its_school_was_typed(tmp_path: Path, listed: str) -> None:
    own = "extends: high-school-tuition-waiver\nfees:\n"
    own += f"  - {{school: {listed}, from: always, amount: 460, reference: 批复}}\n"
    program = office(tmp_path, own=own).program("high-school-tuition-waiver")
    assert [rate.low_fen for rate in program.rates(AUTUMN_2021, school="白塔中学(嘉陵校区)")] == [46_000]


def test_an_empty_folder_changes_nothing(tmp_path: Path) -> None:
    assert load(tmp_path) == load()
