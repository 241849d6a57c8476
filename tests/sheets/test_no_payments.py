"""Lists that pay nobody, or nobody yet (停发, 拟资助, 公示名单), are refused; what only sounds so is not."""

from __future__ import annotations

import pytest

from aidledger.sheets.recognition.hints import Hints
from tests.builders import Cell, Grid, codes, examined, found, people

TERM = "金溪中学2021年秋季学期普通高中国家助学金"


def grid(title: str, headers: str = "金额", *more: Cell, lines: Grid | None = None, foot: Grid | None = None) -> Grid:
    """Two pupils who have 1000 元 in the first column behind the number."""
    students = [[p.name, p.number, 1000, *more] for p in people(2)]
    return [[title], *(lines or []), ["姓名", "身份证号", *headers.split()], *students, *(foot or [])]


WORDS = {
    "停发名单": "停发",
    "停发花名册": "停发",
    "未发放学生名单": "未发放",
    "不予资助学生名单": "不予资助",
    "不予发放名单": "不予发放",
    "暂缓发放名单": "暂缓发放",
    "取消资助学生名单": "取消资助",
    "拟资助学生名单": "拟资助",
    "拟发放花名册": "拟发放",
    "拟享受学生名册": "拟享受",
    "拟补发名单": "拟补发",
    "公示名单": "公示名单",
    "公示表": "公示表",
    "发放公示花名册": "公示花名册",
}


@pytest.mark.parametrize("words", WORDS)
@pytest.mark.parametrize("place", ["title", "sheet", "file"])
def test_title_sheet_and_file_name_say_that_nobody_is_paid(words: str, place: str) -> None:
    title = f"{TERM}{words}" if place == "title" else f"{TERM}花名册"
    sheet = words if place == "sheet" else "Sheet1"
    file = examined({sheet: grid(title)}, f"{words}.xlsx" if place == "file" else "名册.xlsx")
    assert found(file) == [("not-a-payment", sheet, 2, None)]
    assert file.problems[0].facts["word"] == WORDS[words]
    assert file.blocked(record_conflicts=True)
    assert [table.rosters for table in file.tables] == [[]]


@pytest.mark.parametrize("reason", ["停发原因", "未发放原因", "不予资助原因", "暂缓发放原因", "取消资助原因"])
def test_a_column_of_reasons_says_so(reason: str) -> None:
    file = examined(grid(f"{TERM}学生名单", f"金额 {reason}", "已退学"))
    assert found(file) == [("not-a-payment", "Sheet1", 2, None)]
    assert file.problems[0].facts["word"] == reason
    assert examined(grid(f"{TERM}学生名单", f"金额 {reason}", None)).problems == []


def test_a_list_without_money_says_so_too() -> None:
    content: Grid = [["金溪中学停发资助学生名单"], ["姓名", "身份证号", "学籍状态"]]
    content += [[p.name, p.number, "休学"] for p in people(2)]
    assert codes(examined(content)) == ["not-a-payment"]


def test_a_notice_that_masks_its_numbers_is_refused_for_what_it_is() -> None:
    content = grid(f"{TERM}公示表", "金额 银行卡号", "6228****2527")
    for row in content[2:]:
        row[1] = "511303********1234"
    assert found(examined(content)) == [("not-a-payment", "Sheet1", 2, None)]


def test_a_sheet_of_those_who_are_not_paid_keeps_the_file_out() -> None:
    file = examined({"发放": grid(f"{TERM}发放花名册"), "停发": grid(f"{TERM}花名册")})
    assert found(file) == [("not-a-payment", "停发", 2, None)]
    empty: Grid = [[f"{TERM}停发名单"], ["姓名", "身份证号", "金额"]]
    assert examined({"发放": grid(f"{TERM}发放花名册"), "停发": empty}).problems == []


@pytest.mark.parametrize(
    "title",
    [
        f"{TERM}发放花名册",
        f"{TERM}发放花名册(经公示无异议)",
        f"{TERM}公示后发放明细表",
        "金溪中学2021年秋季普高助学金公示(2022年2月-2022年3月)",
        "金溪中学补发2021年秋季学期未发放普通高中国家助学金花名册",
        f"{TERM}停发学生恢复发放花名册",
        f"{TERM}暂缓发放学生补发名单",
    ],
)
def test_what_only_sounds_so_is_paid(title: str) -> None:
    assert examined(grid(title)).problems == []


def test_what_stands_in_notes_and_at_the_foot_is_not_the_lists_name() -> None:
    foot: Grid = [["以上名单已于2021年10月8日至14日公示，公示名单无异议"], ["停发学生2人，未发放原因见附件"]]
    file = examined(grid(f"{TERM}发放花名册", "金额 备注", "上学期停发", foot=foot))
    assert file.problems == []
    assert file.tables[0].rosters[0].payments == 2


def test_other_lists_of_people_keep_their_kind() -> None:
    from tests.builders.lists import bank_return_grid, certification_grid

    certified = certification_grid(2, title="金溪中学2021年秋季学期家庭经济困难学生认定公示名单")
    assert [listing.kind for listing in examined(certified).listings] == ["certification"]
    returned = bank_return_grid(2)
    returned[0] = ["代发回盘未发放明细"]
    assert [listing.kind for listing in examined(returned).listings] == ["bank-return"]


def test_who_knows_better_says_so_by_hand() -> None:
    file = examined(grid(f"{TERM}公示表"), hints=Hints(kind="roster"))
    assert (file.problems, file.tables[0].rosters[0].payments) == ([], 2)
