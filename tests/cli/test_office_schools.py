"""Schools that were renamed or merged count as one in every figure; what was posted, and its digests, stay."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from tests.builders import Cell, Grid, people, roster_grid, xlsx_bytes
from tests.cli.harness import Ran, aidledger
from tests.store.ledgers import new_place

OLD, NEW, OTHER = "金溪中学", "金溪实验中学", "江北中学"
WITH_CARDS = ("序号", "姓名", "身份证号", "银行卡号", "发放金额")
BORN = date(2005, 3, 15)
SAID = ("--date", "2022-02-20", "--reason", "青府办〔2022〕3号")


@pytest.fixture
def ledger(tmp_path: Path) -> str:
    return str(new_place(tmp_path))


def roster(folder: Path, school: str, *, first: int = 0, count: int = 3, term: str = "2021年秋季", **more: Any) -> Path:  # noqa: ANN401
    title = f"{school}{term}普通高中国家助学金花名册"
    grid: Grid = roster_grid(count, title=title, amount=1000, born=BORN, first=first, **more)
    path = folder / f"{school}-{first}-{term}.xlsx"
    path.write_bytes(xlsx_bytes(grid))
    return path


def bring(ledger: str, *paths: Path) -> Ran:
    ran = aidledger("import", *paths, "--format", "json", ledger=ledger)
    assert ran.exit_code == 0, ran.stdout + ran.stderr
    return ran


def office(ledger: str, *words: str, code: int = 0) -> Ran:
    ran = aidledger("office", "schools", *words, "--format", "json", ledger=ledger)
    assert ran.exit_code == code, ran.stdout + ran.stderr
    return ran


def by_school(ledger: str, *options: str) -> dict[str | None, tuple[int, str]]:
    ran = aidledger("report", "summary", "--by", "school", *options, "--format", "json", ledger=ledger)
    assert ran.exit_code == 0, ran.stderr
    return {one["school"]: (one["person_times"], one["amount"]) for one in ran.json["groups"]}


def verified(ledger: str) -> bool:
    ran = aidledger("verify", "--format", "json", ledger=ledger)
    assert ran.json["ok"], ran.stdout
    return ran.exit_code == 0


def test_a_school_gets_another_name_and_all_its_figures_with_it(ledger: str, tmp_path: Path) -> None:
    bring(ledger, roster(tmp_path, OLD))
    digests = [one["digest"] for one in aidledger("batches", "--format", "json", ledger=ledger).json["batches"]]
    done = office(ledger, "rename", OLD, NEW, *SAID).json
    assert done["before"][0] == {"school": OLD, "person_times": 3, "persons": 3, "amount": "3000.00"}
    assert done["after"] == [{"school": NEW, "person_times": 3, "persons": 3, "amount": "3000.00"}]
    assert by_school(ledger) == {NEW: (3, "3000.00")}
    again = aidledger("batches", "--format", "json", ledger=ledger).json["batches"]
    assert [one["digest"] for one in again] == digests
    assert verified(ledger)


def test_rosters_under_either_name_join_and_the_old_name_is_a_filter(ledger: str, tmp_path: Path) -> None:
    bring(ledger, roster(tmp_path, OLD))
    office(ledger, "rename", OLD, NEW, *SAID)
    bring(ledger, roster(tmp_path, NEW, first=3, count=2), roster(tmp_path, OLD, first=5, count=4))
    assert by_school(ledger) == {NEW: (9, "9000.00")}
    for name in (OLD, NEW):
        stated = aidledger("report", "school", name, "--format", "json", ledger=ledger)
        assert (stated.exit_code, stated.json["school"]) == (0, NEW), stated.stderr
        figure = f"school={name},program=high-school-grant"
        behind = aidledger("report", "entries", figure, "--format", "json", ledger=ledger).json
        assert (behind["person_times"], {one["school"] for one in behind["entries"]}) == (9, {NEW})
    assert verified(ledger)


def test_trace_and_the_cells_say_what_the_roster_wrote(ledger: str, tmp_path: Path) -> None:
    bring(ledger, roster(tmp_path, OLD))
    office(ledger, "rename", OLD, NEW, *SAID)
    assert aidledger("trace", "1", "--format", "json", ledger=ledger).json["entry"]["school"] == OLD


def test_two_schools_become_one_and_two_again(ledger: str, tmp_path: Path) -> None:
    bring(ledger, roster(tmp_path, OLD), roster(tmp_path, OTHER, first=3, count=2))
    apart = by_school(ledger)
    done = office(ledger, "merge", OLD, OTHER, *SAID).json
    assert [one["person_times"] for one in done["before"]] == [3, 2]
    assert [one["person_times"] for one in done["after"]] == [5]
    assert by_school(ledger) == {OTHER: (5, "5000.00")}
    bring(ledger, roster(tmp_path, OLD, first=5, count=1))
    assert by_school(ledger) == {OTHER: (6, "6000.00")}
    undone = office(ledger, "undo", OLD, "--reason", "另一所学校").json
    assert [(one["school"], one["person_times"]) for one in undone["after"]] == [(OLD, 4), (OTHER, 2)]
    assert by_school(ledger) == {**apart, OLD: (4, "4000.00")}
    assert verified(ledger)


def test_the_list_says_what_became_of_each_name(ledger: str, tmp_path: Path) -> None:
    bring(ledger, roster(tmp_path, OLD), roster(tmp_path, OTHER, first=3, count=2))
    office(ledger, "rename", OLD, NEW, *SAID)
    office(ledger, "merge", NEW, OTHER, *SAID)
    found = office(ledger).json
    (school,) = found["schools"]
    assert (school["name"], school["stages"]) == (OTHER, ["high-school"])
    assert set(school["former"]) == {OLD, NEW}
    assert [(one["kind"], one["school"], one["into"], one["in_force"]) for one in found["successions"]] == [
        ("rename", OLD, NEW, True),
        ("merge", NEW, OTHER, True),
    ]
    assert f"with: {OTHER}" in office(ledger, "undo", OLD, "--reason", "误", code=2).stderr
    office(ledger, "undo", NEW, "--reason", "误")
    office(ledger, "undo", OLD, "--reason", "误")
    assert by_school(ledger) == {OLD: (3, "3000.00"), OTHER: (2, "2000.00")}


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("merge", OTHER, OTHER), "one school already"),
        (("merge", OLD, OTHER), "counts as"),
        (("rename", OLD, "新名"), "counts as"),
        (("merge", OTHER, NEW), "one school already"),
        (("merge", NEW, OLD), "counts as"),
        (("rename", OTHER, "第三中学"), "merge them"),
        (("rename", OTHER, NEW), "counts as"),
        (("merge", "无此校", OTHER), "no school named"),
        (("merge", OTHER, "无此校"), "no school named"),
        (("undo", OTHER), "nothing to undo"),
    ],
)
def test_what_makes_no_sense_is_misuse_and_changes_nothing(
    ledger: str, tmp_path: Path, words: tuple[str, ...], says: str
) -> None:
    bring(ledger, *(roster(tmp_path, name, first=3 * i) for i, name in enumerate((OLD, OTHER, "第三中学"))))
    office(ledger, "rename", OLD, NEW, *SAID)
    office(ledger, "merge", NEW, OTHER, *SAID)
    before = by_school(ledger)
    given = SAID[2:] if words[0] == "undo" else SAID
    assert says in office(ledger, *words, *given, code=2).stderr
    assert by_school(ledger) == before


def test_a_day_to_come_is_refused(ledger: str, tmp_path: Path) -> None:
    bring(ledger, roster(tmp_path, OLD))
    refused = office(ledger, "rename", OLD, NEW, "--date", "2999-01-01", "--reason", "x", code=2)
    assert "2999-01-01 is not here yet" in refused.stderr


def test_a_dry_run_shows_the_figures_and_keeps_nothing(ledger: str, tmp_path: Path) -> None:
    bring(ledger, roster(tmp_path, OLD), roster(tmp_path, OTHER, first=3))
    shown = office(ledger, "merge", OLD, OTHER, *SAID, "--dry-run").json
    assert shown["after"][0]["person_times"] == 6
    assert set(by_school(ledger)) == {OLD, OTHER}
    assert not office(ledger).json["successions"]


def test_a_pupil_paid_by_both_is_counted_and_stays_a_finding(ledger: str, tmp_path: Path) -> None:
    bring(ledger, roster(tmp_path, OLD))
    aidledger("import", roster(tmp_path, OTHER), "--record-conflicts", ledger=ledger)
    audit = ("audit", "--rule", "duplicate-disbursement", "--format", "json")
    before = aidledger(*audit, ledger=ledger).json["findings"]
    assert len(before) == 3
    assert office(ledger, "merge", OLD, OTHER, *SAID).json["twice"] == 3
    after = aidledger(*audit, ledger=ledger).json["findings"]
    assert [one["id"] for one in after] == [one["id"] for one in before]
    assert {row["school"] for one in after for row in one["evidence"]} == {OTHER}


def test_a_decision_outlives_the_new_name(ledger: str, tmp_path: Path) -> None:
    bring(ledger, roster(tmp_path, OLD))
    aidledger("import", roster(tmp_path, OTHER), "--record-conflicts", ledger=ledger)
    audit = ("audit", "--rule", "duplicate-disbursement", "--format", "json")
    (one, *_) = aidledger(*audit, ledger=ledger).json["findings"]
    decided = aidledger("finding", one["id"], "--justify", "补发", ledger=ledger)
    assert decided.exit_code == 0, decided.stderr
    office(ledger, "rename", OLD, NEW, *SAID)
    states = {found["id"]: found["state"] for found in aidledger(*audit, ledger=ledger).json["findings"]}
    assert states[one["id"]] == "explained"


def test_a_corrected_roster_under_the_new_name_keeps_what_stayed(ledger: str, tmp_path: Path) -> None:
    bring(ledger, roster(tmp_path, OLD))
    office(ledger, "rename", OLD, NEW, *SAID)
    ran = aidledger("import", roster(tmp_path, NEW, count=4), "--supersedes", "1", "--format", "json", ledger=ledger)
    assert ran.json["files"][0]["changes"] == {"added": 1, "removed": 0, "changed": 0, "kept": 3}, ran.stdout
    assert by_school(ledger) == {NEW: (4, "4000.00")}
    assert verified(ledger)


def test_a_batch_of_before_is_reversed_under_its_own_name(ledger: str, tmp_path: Path) -> None:
    bring(ledger, roster(tmp_path, OLD), roster(tmp_path, OTHER, first=3))
    office(ledger, "merge", OLD, OTHER, *SAID)
    assert aidledger("reverse", "1", "--reason", "误", ledger=ledger).exit_code == 0
    assert by_school(ledger) == {OTHER: (3, "3000.00")}
    assert verified(ledger)
    office(ledger, "undo", OLD, "--reason", "误")
    assert by_school(ledger) == {OTHER: (3, "3000.00")}
    assert verified(ledger)


def test_notices_and_orders_of_a_renamed_school_verify_before_and_after(ledger: str, tmp_path: Path) -> None:
    of_term = ("--program", "high-school-grant", "--period", "2021-autumn")
    bring(ledger, roster(tmp_path, OLD, headers=WITH_CARDS))
    office(ledger, "rename", OLD, NEW, *SAID)
    days = ("--from", "2022-02-21", "--to", "2022-02-25")
    posted = aidledger("report", "notice", *of_term, "--school", OLD, *days, ledger=ledger)
    assert posted.exit_code in {0, 1}, posted.stderr
    assert verified(ledger)
    order = tmp_path / "order.xlsx"
    ordered = aidledger("pay", "export", *of_term, "--school", NEW, "--reason", "发放", "-o", order, ledger=ledger)
    assert ordered.exit_code == 0, ordered.stderr
    assert verified(ledger)
    bring(ledger, roster(tmp_path, NEW, first=9, count=1))
    office(ledger, "undo", OLD, "--reason", "误")
    assert verified(ledger)


def test_a_kindergarten_and_a_school_of_one_name_are_told_apart_by_stage(ledger: str, tmp_path: Path) -> None:
    def waived(school: str, first: int) -> Path:
        title = f"{school}2021年秋季学期家庭经济困难幼儿保教费减免花名册"
        path = tmp_path / f"{school}-{first}.xlsx"
        path.write_bytes(xlsx_bytes(roster_grid(2, title=title, amount=500, born=date(2017, 3, 15), first=first)))
        return path

    title = f"{OLD}2021年秋季义务教育阶段困难学生生活补助花名册"
    pupils = tmp_path / "pupils.xlsx"
    pupils.write_bytes(
        xlsx_bytes(roster_grid(3, title=title, amount=500, born=date(2012, 3, 15), fill={"年级": "三年级"}))
    )
    bring(ledger, pupils, waived(OLD, 10), waived("东风幼儿园", 20))
    assert by_school(ledger)[OLD][0] == 5  # one name, one school, until somebody says otherwise
    done = office(ledger, "merge", OLD, "东风幼儿园", "--stage", "学前教育", *SAID).json
    assert [(one["school"], one["person_times"]) for one in done["after"]] == [(OLD, 3), ("东风幼儿园", 4)]
    bring(ledger, waived(OLD, 30))
    assert {name: times for name, (times, _) in by_school(ledger).items()} == {OLD: 3, "东风幼儿园": 6}
    listed = {one["name"]: one for one in office(ledger).json["schools"]}
    assert (listed[OLD]["stages"], listed["东风幼儿园"]["partly"]) == (["compulsory"], [OLD])
    assert verified(ledger)
    office(ledger, "undo", OLD, "--stage", "preschool", "--reason", "误")
    assert by_school(ledger)[OLD][0] == 7


def test_an_alias_that_is_listed_later_joins_by_a_merger(ledger: str, tmp_path: Path) -> None:
    bring(ledger, roster(tmp_path, OLD))
    folder = tmp_path / "office"
    folder.mkdir()
    (folder / "office.yaml").write_text(
        f"district: 高坪区\nschools:\n  - {{name: {NEW}, aliases: [{OLD}]}}\n", encoding="utf-8"
    )
    schemas = ("--schemas", folder)
    assert aidledger(*schemas, "import", roster(tmp_path, OLD, first=3), ledger=ledger).exit_code == 0
    assert {name: times for name, (times, _) in by_school(ledger).items()} == {OLD: 3, NEW: 3}
    listed = aidledger(*schemas, "office", "schools", "--format", "json", ledger=ledger).json
    assert listed["apart"] == [{"name": OLD, "school": NEW}]
    office(ledger, "merge", OLD, NEW, *SAID)
    assert {name: times for name, (times, _) in by_school(ledger).items()} == {NEW: 6}
    again = aidledger(*schemas, "office", "schools", "--format", "json", ledger=ledger).json
    assert again["apart"] == []
    school = aidledger(*schemas, "report", "school", OLD, "--format", "json", ledger=ledger)
    assert school.json["school"] == NEW
    assert aidledger(*schemas, "import", roster(tmp_path, OLD, first=6), ledger=ledger).exit_code == 0
    assert {name: times for name, (times, _) in by_school(ledger).items()} == {NEW: 9}
    assert verified(ledger)


def test_a_clerk_may_look_and_not_join(ledger: str, tmp_path: Path) -> None:
    bring(ledger, roster(tmp_path, OLD), roster(tmp_path, OTHER, first=3))
    assert aidledger("--actor", "wang", "actors", "name", "wang", "--role", "reviewer", ledger=ledger).exit_code == 0
    assert aidledger("--actor", "wang", "actors", "name", "li", "--role", "clerk", ledger=ledger).exit_code == 0
    for words in (("merge", OLD, OTHER, *SAID), ("rename", OLD, NEW, *SAID)):
        refused = aidledger("--actor", "li", "office", "schools", *words, ledger=ledger)
        assert (refused.exit_code, "change the office's settings" in refused.stderr) == (3, True)
    assert aidledger("--actor", "li", "office", "schools", ledger=ledger).exit_code == 0


def test_columns_remembered_for_the_old_name_are_known_for_the_new(ledger: str, tmp_path: Path) -> None:
    def odd(school: str, first: int) -> Path:
        headers = ("序号", "姓名", "身份证号", "年级", "钱")
        return roster(tmp_path, school, first=first, headers=headers, fill={"钱": 1000}, total=False)

    mapped = aidledger("import", odd(OLD, 0), "--map", "钱=amount", "--remember", ledger=ledger)
    assert mapped.exit_code == 0, mapped.stdout
    assert aidledger("import", odd(NEW, 3), ledger=ledger).exit_code == 1
    office(ledger, "rename", OLD, NEW, *SAID)
    bring(ledger, odd(NEW, 3))
    assert by_school(ledger) == {NEW: (6, "6000.00")}


def test_a_fee_listed_under_either_name_is_the_schools(ledger: str, tmp_path: Path) -> None:
    folder = tmp_path / "office" / "programs"
    folder.mkdir(parents=True)
    (folder / "fees.yaml").write_text(
        "extends: high-school-tuition-waiver\nfees:\n"
        f"  - {{school: {OLD}, from: 2016-autumn, amount: 333, reference: example}}\n",
        encoding="utf-8",
    )
    title = f"{NEW}2021年秋季学期普通高中免学费花名册"
    path = tmp_path / "fees.xlsx"
    path.write_bytes(xlsx_bytes(roster_grid(2, title=title, amount=400, born=BORN)))
    schemas = ("--schemas", tmp_path / "office")
    audit = (*schemas, "audit", "--rule", "amount-off-standard", "--format", "json")
    bring(ledger, roster(tmp_path, OLD, first=10))
    assert aidledger(*schemas, "import", path, ledger=ledger).exit_code == 0
    assert aidledger(*audit, ledger=ledger).json["findings"] == []
    office(ledger, "merge", OLD, NEW, *SAID)
    assert len(aidledger(*audit, ledger=ledger).json["findings"]) == 2


def test_a_bank_return_under_the_old_name_answers_the_schools_payments(ledger: str, tmp_path: Path) -> None:
    bring(ledger, roster(tmp_path, OLD, headers=WITH_CARDS))
    office(ledger, "rename", OLD, NEW, *SAID)
    order = tmp_path / "order.xlsx"
    of_term = ("--program", "high-school-grant", "--period", "2021-autumn")
    ordered = aidledger("pay", "export", *of_term, "--school", OLD, "--reason", "发放", "-o", order, ledger=ledger)
    assert ordered.exit_code == 0, ordered.stderr
    assert aidledger("--actor", "wang", "pay", "release", "1", "--file", order, ledger=ledger).exit_code == 0
    path = tmp_path / "回盘.xlsx"
    header: list[Cell] = ["序号", "户名", "身份证号", "金额", "处理结果", "入账日期"]
    grid: Grid = [[f"{OLD}2021年秋季学期普通高中国家助学金代发业务回盘清单"], header]
    for i, one in enumerate(people(3, born=BORN), 1):
        grid.append([i, one.name, one.number, 1000, "交易成功", "2022-03-01"])
    path.write_bytes(xlsx_bytes(grid))
    answered = aidledger("import", path, "--format", "json", ledger=ledger)
    assert answered.exit_code == 0, answered.stdout
    assert by_school(ledger, "--count", "paid") == {NEW: (3, "3000.00")}
    assert verified(ledger)
