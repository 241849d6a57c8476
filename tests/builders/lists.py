"""Lists that pay nobody, as they come: certifications, school registers, allotments, bank returns."""

from __future__ import annotations

from collections.abc import Sequence

from tests.builders.files import Cell, Grid
from tests.builders.people import people


def certification_grid(rows: int = 3, *, title: str = "金溪中学2021年秋季学期家庭经济困难学生认定名册") -> Grid:
    """A certification list: everybody 困难, 脱贫户 and 残疾."""
    grid: Grid = [[title], ["序号", "姓名", "身份证号", "年级", "班级", "困难等级", "困难类型", "是否残疾生"]]
    for serial, person in enumerate(people(rows), 1):
        grid.append([serial, person.name, person.number, "高一", "1班", "困难", "建档立卡脱贫户", "是"])
    return grid


def register_grid(
    rows: int = 3, *, title: str = "金溪中学2021年秋季学期在校学生花名册", left: Sequence[int] = ()
) -> Grid:
    """A school's register; those at the places ``left`` have left."""
    grid: Grid = [
        [title],
        ["学籍号", "姓名", "身份证号", "年级", "班级", "入学年份", "就读方式", "学籍状态", "离校日期"],
    ]
    for at, person in enumerate(people(rows)):
        gone: list[Cell] = ["转出", "2021-10-08"] if at in left else ["在读", None]
        grid.append([f"G{person.number}", person.name, person.number, "高一", "1班", "2021", "住校", *gone])
    return grid


def allotment_grid() -> Grid:
    """Two programs' money by source, in 元."""
    return [
        ["高坪区2021年秋季学期学生资助资金下达表"],
        ["单位:元"],
        ["序号", "资助项目", "文号", "下达日期", "中央", "省级", "区级", "合计"],
        [1, "普通高中国家助学金", "川财教〔2021〕45号", "2021-09-30", 6000, 2500, 1500, 10000],
        [2, "中职国家助学金", "川财教[2021]46号", "2021.10.8", 5000, None, 500, 5500],
        ["合计", None, None, None, 11000, 2500, 2000, 15500],
    ]


def bank_return_grid(rows: int = 3, *, failed: Sequence[int] = (), amount: Cell = 1000) -> Grid:
    """A bank's return for the roster of the same people; those at the places ``failed`` were not paid."""
    grid: Grid = [
        ["代发业务回盘清单"],
        ["序号", "户名", "身份证号", "收款账号", "金额", "处理结果", "失败原因", "入账日期", "流水号"],
    ]
    for at, person in enumerate(people(rows)):
        said: list[Cell] = ["失败", "户名不符", None] if at in failed else ["交易成功", None, "2021-12-03"]
        grid.append([at + 1, person.name, person.number, f"6217{person.number[-15:-1]}6", amount, *said, f"S{at:04}"])
    return grid


def recovery_grid(
    rows: int = 3, *, title: str = "金溪中学2021年秋季学期普通高中国家助学金退款名单", amount: Cell = 1000
) -> Grid:
    """Money that came back from the people of a roster."""
    grid: Grid = [[title], ["姓名", "身份证号", "退款金额", "退款日期", "凭证号", "退款原因"]]
    grid += [[one.name, one.number, amount, "2022-03-01", "缴款书0012", "已退学"] for one in people(rows)]
    return grid
