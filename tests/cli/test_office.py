"""The office's settings: names, whose standards hold, which programs it runs; and what they change."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from tests.builders import Cell, Grid, roster_grid, xlsx_bytes
from tests.cli.harness import Ran, aidledger
from tests.store.ledgers import no_ledger_yet, plain

NINE = 9
# Of each program a roster of three with its amount, by what a school would send.
ROSTERS: dict[str, tuple[str, Cell, date]] = {
    "preschool-free-care": ("金溪幼儿园2025年秋季学期学前一年免保育教育费花名册", 1800, date(2020, 3, 15)),
    "nutrition-improvement": ("金溪小学2025年秋季学期营养改善计划补助花名册", 500, date(2015, 3, 15)),
    "college-entry-aid": ("2025年大学新生入学资助花名册", 1000, date(2007, 3, 15)),
    "vocational-scholarship": ("江北职业中学2025年中职国家奖学金花名册", 6000, date(2008, 3, 15)),
    "yulu": ("江北职业中学2025年秋季学期雨露计划补助花名册", 1500, date(2008, 3, 15)),
    "special-education-aid": ("金溪小学2025年秋季学期特教补助花名册", 321.5, date(2014, 3, 15)),
    "county-relief-fund": ("2025年教育扶贫救助基金花名册", 2345, date(2010, 3, 15)),
    "social-aid": ("金溪中学2025年社会资助花名册", 3000, date(2009, 3, 15)),
    "school-aid": ("金溪中学2025年秋季学期校内资助花名册", 88.8, date(2009, 3, 15)),
}
PHRASES = (
    "免除3人次学前一年在园幼儿保育教育费0.54万元;为3人次义务教育学生提供营养膳食补助0.15万元;"
    "对3名家庭经济困难大学新生发放入学资助0.3万元;对3名中职学生发放国家奖学金1.8万元;"
    "对3人次脱贫户和监测对象家庭职业教育学生发放雨露计划补助0.45万元;对3人次特殊教育学生发放补助0.09645万元;"
    "用教育扶贫救助基金救助3名学生0.7035万元;社会资助学生3名0.9万元;"
    "学校用事业收入资助学生3人次0.02664万元。"
)


@pytest.fixture
def ledger(tmp_path: Path) -> str:
    path = no_ledger_yet(tmp_path)
    assert aidledger("init", "--district", "顺庆区", ledger=path).exit_code == 0
    return path


def _file(folder: Path, code: str) -> Path:
    title, amount, born = ROSTERS[code]
    grid: Grid = roster_grid(3, title=title, amount=amount, born=born, first=list(ROSTERS).index(code) * 3)
    path = folder / f"{code}.xlsx"
    path.write_bytes(xlsx_bytes(grid))
    return path


def _office(ledger: str, *options: str) -> Ran:
    return aidledger("office", *options, "--format", "json", ledger=ledger)


def test_an_office_that_sets_nothing_has_the_national_standards_and_the_nine(ledger: str) -> None:
    shown = _office(ledger).json
    assert (shown["district"], shown["region"], len(shown["programs"])) == ("顺庆区", "national", NINE)


def test_init_takes_a_region_and_says_whose_standards_hold(tmp_path: Path) -> None:
    path = no_ledger_yet(tmp_path)
    made = aidledger("init", "--region", "四川", "--format", "json", ledger=path)
    assert made.json["region"] == "sichuan"
    assert len(made.json["programs"]) == NINE
    assert _office(path).json["region"] == "sichuan"
    other = aidledger("init", ledger=str(tmp_path / "other.db"))
    assert "Standards: China" in other.stdout


def test_a_wrong_region_makes_no_ledger(tmp_path: Path) -> None:
    path = tmp_path / "new.db"
    refused = aidledger("init", "--region", "云南", ledger=path)
    assert refused.exit_code == 2
    assert "national, sichuan" in refused.stderr
    assert not path.exists()


def test_a_region_is_an_event_and_changes_what_is_judged(ledger: str, tmp_path: Path) -> None:
    grid = roster_grid(3, title="金溪中学2025年秋季学期普通高中国家助学金花名册", amount=1000, born=date(2009, 3, 15))
    file = tmp_path / "名册.xlsx"
    file.write_bytes(xlsx_bytes(grid))

    def problems() -> set[str]:
        checked = aidledger("check", file, "--format", "json", ledger=ledger).json["files"][0]
        return {problem["code"] for problem in checked["problems"]}

    assert problems() == set()
    assert _office(ledger, "--region", "sichuan").json["region"] == "sichuan"
    assert problems() == {"amount-off-standard"}
    again = _office(ledger, "--region", "四川")
    assert again.json["region"] == "sichuan"
    with plain(ledger) as books:
        actions = [row[0] for row in books.exec_driver_sql("SELECT action FROM event ORDER BY id")]
    assert actions.count("set-region") == 1
    assert aidledger("verify", ledger=ledger).exit_code == 0


def test_the_offices_names_are_changed_one_by_one(ledger: str) -> None:
    assert _office(ledger, "--name", "顺庆区学生资助管理中心").json["office"] == "顺庆区学生资助管理中心"
    assert _office(ledger, "--district", "嘉陵区").json["district"] == "嘉陵区"
    shown = _office(ledger).json
    assert (shown["district"], shown["office"]) == ("嘉陵区", "顺庆区学生资助管理中心")


def test_the_offices_own_name_needs_a_district(tmp_path: Path) -> None:
    path = no_ledger_yet(tmp_path)
    aidledger("init", ledger=path)
    assert aidledger("office", "--name", "资助中心", ledger=path).exit_code == 2


@pytest.mark.parametrize("code", ROSTERS)
def test_a_roster_of_a_program_that_is_not_in_force_says_how_to_switch_it_on(
    ledger: str, tmp_path: Path, code: str
) -> None:
    file = _file(tmp_path, code)
    turned_away = aidledger("import", file, "--format", "json", ledger=ledger)
    assert turned_away.exit_code == 1
    (problem,) = turned_away.json["files"][0]["problems"]
    assert problem["code"] == "program-not-in-force"
    assert f"aidledger office programs --on {code}" in problem["message"]

    assert aidledger("office", "programs", "--on", code, ledger=ledger).exit_code == 0
    posted = aidledger("import", file, "--format", "json", ledger=ledger)
    assert posted.json["files"][0]["outcome"] == "posted", posted.json
    assert posted.json["files"][0]["problems"] == []


def test_summaries_show_what_the_office_runs_and_the_paragraph_what_holds_money(ledger: str, tmp_path: Path) -> None:
    on = [part for code in ROSTERS for part in ("--on", code)]
    aidledger("office", "programs", *on, ledger=ledger)
    grid = roster_grid(3, title="金溪中学2025年秋季学期普通高中国家助学金花名册", born=date(2009, 3, 15), first=40)
    (tmp_path / "0.xlsx").write_bytes(xlsx_bytes(grid))
    imported = aidledger("import", tmp_path / "0.xlsx", *(_file(tmp_path, code) for code in ROSTERS), ledger=ledger)
    assert imported.exit_code == 0, imported.stdout
    said = aidledger("--lang", "zh", "report", "summary", "--format", "text", ledger=ledger).stdout.strip()
    assert said == f"为3人次家庭经济困难普高学生发放助学金0.3万元;{PHRASES}"
    summary = aidledger("report", "summary", "--format", "json", ledger=ledger).json
    codes = [program["code"] for program in summary["programs"]]
    assert len(codes) == NINE + len(ROSTERS)
    assert codes[NINE:] == list(ROSTERS)
    assert aidledger("verify", ledger=ledger).exit_code == 0


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_summary_of_all_programs_fits_80_columns(ledger: str, tmp_path: Path, language: str) -> None:
    on = [part for code in ROSTERS for part in ("--on", code)]
    aidledger("office", "programs", *on, ledger=ledger)
    aidledger("import", *(_file(tmp_path, code) for code in ROSTERS), ledger=ledger)
    shown = aidledger("--lang", language, "report", "summary", ledger=ledger, env={"COLUMNS": "80"})
    assert shown.exit_code == 0


def test_switching_a_program_off_hides_no_figure(ledger: str, tmp_path: Path) -> None:
    aidledger("office", "programs", "--on", "雨露计划", ledger=ledger)
    aidledger("import", _file(tmp_path, "yulu"), ledger=ledger)
    shown = aidledger(
        "office", "programs", "--off", "yulu", "--off", "vocational-grant", "--format", "json", ledger=ledger
    )
    running = {one["code"]: one["in_force"] for one in shown.json["programs"]}
    assert not running["yulu"]
    assert not running["vocational-grant"]
    summary = aidledger("report", "summary", "--format", "json", ledger=ledger).json
    figures = {program["code"]: program["person_times"] for program in summary["programs"]}
    assert figures["yulu"] == len(roster_grid()) - 3
    assert "vocational-grant" not in figures
    assert "雨露" in aidledger("report", "summary", "--format", "text", ledger=ledger).stdout


def test_a_program_cannot_be_switched_both_ways(ledger: str) -> None:
    refused = aidledger("office", "programs", "--on", "yulu", "--off", "雨露计划", ledger=ledger)
    assert refused.exit_code == 2
    unknown = aidledger("office", "programs", "--on", "yulo", ledger=ledger)
    assert unknown.exit_code == 2
    assert "yulu" in unknown.stderr


def test_what_is_kept_by_school_takes_no_list_of_pupils(ledger: str, tmp_path: Path) -> None:
    aidledger("office", "programs", "--on", "free-textbooks", ledger=ledger)
    grid = roster_grid(3, title="金溪小学2025年秋季学期免费教科书花名册", amount=95, born=date(2015, 3, 15))
    (tmp_path / "书.xlsx").write_bytes(xlsx_bytes(grid))
    turned_away = aidledger("import", tmp_path / "书.xlsx", "--format", "json", ledger=ledger)
    assert [problem["code"] for problem in turned_away.json["files"][0]["problems"]] == ["program-without-pupils"]


def test_programs_and_templates_follow_the_ledger(ledger: str, tmp_path: Path) -> None:
    blank = tmp_path / "空表.xlsx"
    refused = aidledger("template", "yulu", "-o", blank, ledger=ledger)
    assert refused.exit_code == 2
    assert "office programs --on yulu" in refused.stderr
    aidledger("office", "--region", "sichuan", ledger=ledger)
    aidledger("office", "programs", "--on", "yulu", ledger=ledger)
    assert aidledger("template", "yulu", "-o", blank, ledger=ledger).exit_code == 0
    listed = aidledger("programs", "--format", "json", ledger=ledger).json
    assert listed["region"] == "sichuan"
    assert "yulu" in {program["code"] for program in listed["programs"]}
    assert "social-aid" in listed["not_in_force"]
    without = aidledger("programs", "--format", "json", ledger=tmp_path / "none.db").json
    assert without["region"] == "national"
    assert len(without["programs"]) == NINE


def test_a_program_shows_its_standards_through_time_and_what_is_believed(ledger: str) -> None:
    loan = aidledger("program", "origin-based-loan", ledger=ledger).stdout
    for since, document in (
        ("2014-autumn", "财教〔2014〕180号"),
        ("2021-autumn", "财教〔2021〕164号"),
        ("2023-autumn", "教财〔2023〕4号"),
        ("2024-autumn", "财教〔2024〕188号"),
    ):
        assert since in loan
        assert document in loan
    assert "document believed" in loan
    own = aidledger("program", "school-aid", ledger=ledger).stdout
    assert "the office's own" in own
    assert "Not in force" in own
