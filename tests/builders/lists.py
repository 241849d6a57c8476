"""Lists that pay nobody, as they come."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from tests.builders.files import Cell, Grid
from tests.builders.people import people, resident_number


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


def population_grid(rows: int = 3, *, title: str = "高坪区农村低保备案表(2021年9月2日)") -> Grid:
    """Households with their members side by side: a head of 40, one of the pupils, and an old woman."""
    grid: Grid = [
        [title],
        ["序号", "乡镇", "户主信息", None, "家庭成员1", None, None, "家庭成员2", None, None],
        [None, None, "姓名", "身份证号", "姓名", "身份证号", "与户主关系", "姓名", "身份证号", "与户主关系"],
    ]
    for at, pupil in enumerate(people(rows)):
        head, old = resident_number(at, date(1980, 1, 1)), resident_number(at, date(1945, 5, 5))
        grid.append(
            [at + 1, "金溪镇", f"户{pupil.name}", head, pupil.name, f"G{pupil.number}", "之子", "何秀英", old, "之母"]
        )
    return grid


def school_amounts_grid(*, title: str = "高坪区2021年秋季学期义务教育阶段困难学生生活补助分校汇总表") -> Grid:
    """A number and an amount for each of two schools, by a document."""
    return [
        [title],
        ["序号", "学校名称", "享受人数", "补助金额", "文号"],
        [1, "金溪中学", 120, 60000, "川财教〔2021〕61号"],
        [2, "东山中学", 80, 40000, "川财教〔2021〕61号"],
        ["合计", None, 200, 100000, None],
    ]


def quota_grid(*, title: str = "高坪区2021年秋季学期普通高中国家助学金名额分配表") -> Grid:
    """The places of two schools."""
    return [
        [title],
        ["序号", "学校", "在校人数", "名额", "金额"],
        [1, "金溪中学", 900, 90, 90000],
        [2, "东山中学", 700, 60, None],
        ["合计", None, 1600, 150, None],
    ]


def fee_receipt_grid(rows: int = 3, *, title: str = "金溪中学2021年秋季学期学费收费登记表") -> Grid:
    """Fees collected at the beginning of a term; that of the first pupil was given back."""
    grid: Grid = [
        [title],
        ["序号", "姓名", "身份证号", "班级", "收费项目", "收费金额", "收费日期", "发票号码", "退费金额", "退费日期"],
    ]
    for at, pupil in enumerate(people(rows)):
        back: list[Cell] = [None, None] if at else [460, "2021-11-15"]
        grid.append([at + 1, pupil.name, pupil.number, "1班", "学费", 460, "2021-09-01", f"0012{at:04}", *back])
    return grid


def staff_grid(rows: int = 3, *, title: str = "金溪中学教职工基本信息表") -> Grid:
    """A school's staff with their cards."""
    grid: Grid = [[title], ["序号", "姓名", "身份证号", "岗位", "工资卡号"]]
    for at in range(rows):
        number = resident_number(at, date(1975, 5, 5))
        grid.append([at + 1, f"王{'甲乙丙丁'[at % 4]}", number, "教师", f"62170012345678{at:05}"])
    return grid


def death_grid(rows: int = 1, *, title: str = "高坪区2021年死亡人员名单") -> Grid:
    """People who died: the first pupils, and somebody of 76."""
    grid: Grid = [[title], ["序号", "姓名", "身份证号", "死亡日期"]]
    grid += [[at, one.name, one.number, "2021-10-12"] for at, one in enumerate(people(rows), 1)]
    return [*grid, [rows + 1, "何秀英", resident_number(7, date(1945, 5, 5)), "2021-10-13"]]


def national_export_grid(
    rows: int = 3, *, title: str = "金溪中学2021年秋季学期普通高中国家助学金(全国学生资助管理信息系统导出)"
) -> Grid:
    """What the national system says was paid to the people of a roster."""
    grid: Grid = [[title], ["学生姓名", "学籍号", "证件类型", "证件号码", "年级", "班级名称", "资助金额"]]
    for one in people(rows):
        grid.append([one.name, f"G{one.number}", "居民身份证", one.number, "高一", "1班", 1000])
    return grid
