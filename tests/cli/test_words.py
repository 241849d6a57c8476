"""What is typed is understood in the words that the program prints, and what is not is refused with the nearest."""

from __future__ import annotations

from pathlib import Path

import pytest

from aidledger.i18n import translator
from tests.builders import roster_grid, roster_xlsx, xlsx_bytes
from tests.cli.harness import Ran, aidledger, program
from tests.store.ledgers import new_place


@pytest.fixture(scope="module")
def ledger(tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = tmp_path_factory.mktemp("books")
    place = new_place(folder)
    (folder / "one.xlsx").write_bytes(roster_xlsx(3))
    assert aidledger("import", folder / "one.xlsx", "--workers", "1", ledger=place).exit_code == 0
    return place


def _refused(run: Ran, *near: str) -> None:
    assert (run.exit_code, run.stdout) == (2, "")
    for name in near:
        assert name in run.stderr


@pytest.mark.parametrize("period", ["2021-autumn", "2021年秋季学期", "2021秋"])
@pytest.mark.parametrize("said", ["high-school-grant", "普通高中国家助学金", "High-school national grant"])
def test_program_and_period_may_be_said_in_words(ledger: str, said: str, period: str) -> None:
    for command in (["audit"], ["findings"], ["reconcile"], ["sample", "--seed", "1"], ["pay", "due"]):
        run = aidledger(*command, "--program", said, "--period", period, "--format", "json", ledger=ledger)
        assert run.exit_code < 2, run.stderr
    drawn = aidledger("sample", "--seed", "1", "--program", said, "--format", "json", ledger=ledger)
    assert len(drawn.json["entries"]) == 3
    notice = ["--program", said, "--period", period, "--from", "2021-12-01", "--to", "2021-12-10", "--preview"]
    assert aidledger("report", "notice", *notice, ledger=ledger).exit_code == 0


def test_an_unknown_program_is_refused_with_near_names(ledger: str) -> None:
    for command in (["audit"], ["findings"], ["reconcile"], ["sample", "--seed", "1"], ["pay", "due"]):
        _refused(
            aidledger(*command, "--program", "普高国家助学会", ledger=ledger), "普高国家助学金 (high-school-grant)"
        )
        _refused(aidledger(*command, "--period", "2021年冬季", ledger=ledger), "2021-autumn")


def test_an_unknown_school_is_refused_with_near_names(ledger: str) -> None:
    """Nothing found is not the same as nobody of that name."""
    for command in (["audit"], ["findings"], ["reconcile"], ["pay", "due"]):
        assert aidledger(*command, "--school", "金溪 中学", ledger=ledger).exit_code < 2
        _refused(aidledger(*command, "--school", "金西中学", ledger=ledger), "金溪中学")
    _refused(aidledger("report", "school", "金西中学", ledger=ledger), "金溪中学")


def test_an_unknown_rule_is_refused_with_near_names(ledger: str) -> None:
    _refused(aidledger("audit", "--rule", "duplicate-disbursment", ledger=ledger), "Similar: duplicate-disbursement")


def test_a_rule_may_be_said_by_its_chinese_name(ledger: str) -> None:
    name = translator("zh")("duplicate-disbursement")
    codes = aidledger("audit", "--rule", "duplicate-disbursement", "--format", "json", ledger=ledger)
    for said in (name, f"{name}（duplicate-disbursement）", f"{name} (duplicate-disbursement)"):
        assert aidledger("audit", "--rule", said, "--format", "json", ledger=ledger).json == codes.json
        assert aidledger("rules", said).exit_code == 0
    _refused(aidledger("audit", "--rule", name[:-1] + "妨", ledger=ledger), f"{name}（duplicate-disbursement）")
    _refused(aidledger("rules", name[:-1] + "妨"), f"{name}（duplicate-disbursement）")


@pytest.mark.parametrize(
    ("command", "said", "codes"),
    [
        (["pay", "due"], "人员", "person"),
        (["pay", "due"], "人员编号,学校", "person,school"),
        (["pay", "due"], "Person,Program,学期/年度", "person,program,period"),
        (["report", "summary"], "自然年,春秋季,学段", "calendar-year,term,stage"),
        (["report", "summary"], "资金来源、困难类型、月份或分批、发放状态", "source,category,part,payment"),
        (["report", "summary"], "Funding source,School year,就读学段,档次,年级", "source,school-year,level,tier,grade"),
        (["sample", "--seed", "1"], "学校,资助项目", "school,program"),
        (["reconcile"], "文件依据,来源", "document,source"),
        (["reconcile"], "文号", "document"),
    ],
)
def test_every_cut_may_be_said_as_it_is_printed(ledger: str, command: list[str], said: str, codes: str) -> None:
    answers = [aidledger(*command, "--by", by, "--format", "json", ledger=ledger) for by in (said, codes)]
    assert answers[0].exit_code < 2, answers[0].stderr
    assert answers[0].json == answers[1].json


@pytest.mark.parametrize(
    ("command", "near"),
    [
        (["pay", "due", "--by", "学笑"], "学校 (school)"),
        (["report", "summary", "--by", "perod"], "Similar: period"),
        (["report", "summary", "--format", "jsn"], "Similar: json"),
        (["findings", "--state", "未处里"], "未处理 (open)"),
        (["audit", "--at-least", "waring"], "Similar: warning"),
        (["reconcile", "--check", "allotmnt"], "Similar: allotment"),
        (["batches", "--format", "xslx"], "Similar: xlsx"),
    ],
)
def test_what_is_none_of_several_is_refused_with_the_nearest(ledger: str, command: list[str], near: str) -> None:
    _refused(aidledger(*command, ledger=ledger), near)


@pytest.mark.parametrize(
    ("said", "near"),
    [
        ("2021-autum", "Similar: 2021-autumn"),
        ("2021-10", "Similar: 2021-autumn."),
        ("2022年3月", "Similar: 2022-spring."),
        ("2021年第二学期", "2021-spring"),
        ("21秋", "2021-autumn"),
        ("2021年冬季", "Similar: 2021-autumn"),
        ("秋季", "Write a semester as"),
    ],
)
def test_an_unknown_period_is_refused_with_near_ones(ledger: str, said: str, near: str) -> None:
    for command in (["audit", "--period"], ["report", "summary", "--from"]):
        _refused(aidledger(*command, said, ledger=ledger), near)


def test_cuts_may_be_said_in_words(ledger: str) -> None:
    codes = aidledger("report", "summary", "--by", "school,period", "--format", "json", ledger=ledger)
    for words in ("学校,学期", "学校，学期", "School,Period", "学校、学期"):
        assert aidledger("report", "summary", "--by", words, "--format", "json", ledger=ledger).json == codes.json
    _refused(aidledger("report", "summary", "--by", "shool", ledger=ledger), "Similar: school")
    assert aidledger("pay", "due", "--by", "项目,学生", ledger=ledger).exit_code == 0


def test_states_may_be_said_in_words(ledger: str) -> None:
    chinese = "未处理"
    shown = aidledger("--lang", "zh", "findings", "--state", "open", ledger=ledger)
    assert shown.exit_code < 2
    assert aidledger("findings", "--state", chinese, ledger=ledger).exit_code < 2
    _refused(aidledger("findings", "--state", "opne", ledger=ledger), "open")


def test_columns_may_be_named_in_words(ledger: str, tmp_path: Path) -> None:
    headers = ("序号", "称呼", "身份证号", "性别", "年级", "补贴数")
    grid = roster_grid(3, headers=headers, total=False, first=20, fill={"称呼": "甲", "补贴数": 1000})
    path = tmp_path / "two.xlsx"
    path.write_bytes(xlsx_bytes(grid))
    said = ["--map", "称呼=姓名", "--map", "补贴数=普高国家助学金", "--workers", "1", "--format", "json"]
    assert aidledger("check", path, *said, ledger=ledger).json["files"][0]["outcome"] == "would-post"
    _refused(aidledger("check", path, "--map", "称呼=性名", ledger=ledger), "姓名")


def test_a_span_that_ends_before_it_begins_is_misuse(ledger: str) -> None:
    for command in (["report", "summary"], ["report", "school", "金溪中学"], ["report", "returns"], ["reconcile"]):
        _refused(
            aidledger(*command, "--from", "2022春", "--to", "2021秋", ledger=ledger), "later than the last, 2021-autumn"
        )


@pytest.mark.parametrize("encoding", ["utf-8", "ascii"])
@pytest.mark.parametrize("command", [[], ["pay"], ["report"]])
def test_a_group_alone_prints_its_help_in_lines(command: list[str], encoding: str) -> None:
    run = program(*command, AIDLEDGER_LANG="zh", LC_ALL="C", PYTHONIOENCODING=encoding)
    said = run.stdout + run.stderr
    assert run.exit_code == 2
    assert "\N{REPLACEMENT CHARACTER}" not in said
    assert said.splitlines().count("命令:" if command else "日常:") == 1
