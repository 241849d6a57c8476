"""Writes the sample rosters in imports/: made-up people, in the shapes in which schools send their lists.

``python -m tests.imports.make_samples`` writes them anew; the same bytes come out every time.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable, Mapping
from datetime import date
from io import BytesIO
from pathlib import Path

from openpyxl import Workbook

from aidledger.domain.identity import check_digit
from tests.builders import (
    Cell,
    ErrorCell,
    Grid,
    Person,
    csv_bytes,
    edited_package,
    ods_bytes,
    people,
    with_cells,
    xls_bytes,
)

FOLDER = Path(__file__).parents[2] / "imports"
SENIOR, PUPIL, JUNIOR, CHILD = date(2005, 10, 8), date(2011, 4, 18), date(2008, 5, 20), date(2017, 2, 11)
VOCATIONAL, OLDER, COLLEGE, BORROWER = date(2005, 12, 1), date(2004, 6, 6), date(2000, 9, 9), date(2001, 1, 15)
GUARDIAN = date(1985, 3, 3)
LATER, NEWER = date(2007, 12, 1), date(2006, 10, 8)
_WRITTEN = (1980, 1, 1, 0, 0, 0)  # the earliest time that a zip archive knows
_NAMESPACES = re.compile(rb'(<(?:office|manifest):[\w-]+)((?: xmlns:\w+="[^"]*")+)([^>]*>)')
Sheets = Mapping[str, Grid]


def card(person: Person) -> str:
    """A made-up bank card of 19 digits."""
    return f"6217{person.number[6:17]}8866"


def _used(root: re.Match[bytes]) -> bytes:
    """The root of an OpenDocument part, declaring in order what is used: odfpy declares what other files used, too."""
    declared = sorted(re.findall(rb' xmlns:\w+="[^"]*"', root[2]))
    kept = [one for one in declared if re.search(rb"[<\s/]" + one[7 : one.index(b"=")] + rb":", root.string)]
    return root[1] + b"".join(kept) + root[3]


def _same_every_time(content: bytes) -> bytes:
    """A workbook without the time at which it was written, and not packed: no zlib version shows in it."""
    target = BytesIO()
    with zipfile.ZipFile(BytesIO(content)) as source, zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as copy:
        for info in source.infolist():
            part = _NAMESPACES.sub(_used, source.read(info))
            part = re.sub(rb"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?", b"2021-09-01T08:00:00", part)
            copy.writestr(zipfile.ZipInfo(info.filename, _WRITTEN), part)
    return target.getvalue()


def _workbook(sheets: Sheets, values: Mapping[str, str] | None = None) -> bytes:
    """A workbook as Excel has it: lines of one cell are merged over the table; formulas have the values given."""
    book = Workbook()
    book.remove(book.worksheets[0])
    for name, grid in sheets.items():
        sheet = book.create_sheet(name)
        width = max(map(len, grid))
        for r, row in enumerate(grid, 1):
            for c, value in enumerate(row, 1):
                if isinstance(value, ErrorCell):
                    sheet.cell(r, c, value.text).data_type = "e"
                elif value is not None:
                    sheet.cell(r, c, value)
            if len(row) == 1:
                sheet.merge_cells(start_row=r, end_row=r, start_column=1, end_column=width)
    target = BytesIO()
    book.save(target)
    content = target.getvalue()

    def calculated(part: bytes) -> bytes:
        for formula, value in (values or {}).items():
            old = re.compile(rb"<f>" + re.escape(formula.encode()) + rb"</f><v\s*/?>(?:</v>)?")
            part = old.sub(f"<f>{formula}</f><v>{value}</v>".encode(), part)
        return part

    parts = {f"xl/worksheets/sheet{i}.xml": calculated for i in range(1, len(sheets) + 1)}
    return _same_every_time(edited_package(content, parts))


def _list(*headers: str, title: str | None, rows: Grid, total: list[Cell] | None = None, foot: str = "") -> Grid:
    """Title, header, students, total, foot."""
    grid: Grid = [] if title is None else [[title]]
    grid += [[*headers], *rows]
    if total is not None:
        grid.append(total)
    if foot:
        grid += [[], [foot]]
    return grid


def high_school() -> bytes:
    rows: Grid = [
        [i, p.name, p.sex, p.number, "高一(1)班", "脱贫户" if i < 5 else "低保", 1000, 460, card(p)]
        for i, p in enumerate(people(8, born=SENIOR), 1)
    ]
    grid: Grid = [
        ["金溪中学2021年秋季学期普通高中国家助学金、免学费发放花名册"],
        ["编制单位:金溪中学", None, None, None, None, None, None, "单位:元", None],
        ["序号", "姓名", "性别", "身份证号码", "班级", "困难类型", "助学金金额", "免学费金额", "银行卡号"],
        *rows,
        ["合计", "8人", None, None, None, None, 8000, 3680, None],
        [],
        ["填表人:王某", None, None, "审核人:李某", None, None, "校长签字:"],
    ]
    return _workbook({"高一": grid})


def compulsory() -> bytes:
    def class_sheet(name: str, first: int, boarders: int, pupils: int, total: str) -> Grid:
        rows: Grid = [
            [i, p.name, p.number, "小学", name, "寄宿" if i <= boarders else "走读", 500 if i <= boarders else 250]
            for i, p in enumerate(people(pupils, first=first, born=PUPIL), 1)
        ]
        grid: Grid = [
            ["青溪小学2022年春季学期义务教育家庭经济困难学生生活补助发放表"],
            ["学校:青溪小学"],
            ["序号", "学生姓名", "身份证件号", "学段", "班级", "就读方式", "补助金额(元)"],
            *rows[:boarders],
            ["小计", f"{boarders}人", None, None, None, None, boarders * 500],
            *rows[boarders:],
            ["小计", f"{pupils - boarders}人", None, None, None, None, (pupils - boarders) * 250],
            ["合计", f"{pupils}人", None, None, None, None, f"={total}"],
        ]
        return grid

    first = class_sheet("五年级1班", 0, 3, 5, "1500+500")
    second = class_sheet("五年级2班", 10, 2, 6, "1000+1000")
    summary: Grid = [
        ["青溪小学生活补助汇总表"],
        ["班级", "人数", "金额"],
        ["五年级1班", 5, 2000],
        ["五年级2班", 6, 2000],
        ["合计", 11, 4000],
    ]
    sheets = {"五年级1班": first, "五年级2班": second, "汇总": summary}
    return _workbook(sheets, {"1500+500": "2000", "1000+1000": "2000"})


def preschool() -> bytes:
    guardians = people(6, first=40, born=GUARDIAN)
    rows: Grid = [
        [i, p.name, p.sex, p.number, "大班" if i < 4 else "中班", g.name, g.number, "低保", 500, 500]
        for i, (p, g) in enumerate(zip(people(6, born=CHILD), guardians, strict=True), 1)
    ]
    headers = ("序号", "幼儿姓名", "性别", "幼儿身份证号", "年级", "监护人姓名", "监护人身份证号", "困难类型")
    title = "阳光幼儿园2021年秋季学期家庭经济困难幼儿保教费减免花名册"
    total: list[Cell] = ["合计", None, None, None, None, None, None, None, 3000, 3000]
    return xls_bytes({"减免": _list(*headers, "应减免金额", "实减免金额", title=title, rows=rows, total=total)})


def vocational() -> bytes:
    rows: Grid = [
        [
            p.name,
            f"G{p.number}",
            "居民身份证",
            p.number,
            p.sex,
            f"{p.born:%Y%m%d}",
            "2020级",
            "2020级汽修1班",
            "脱贫户",
            2021,
            9,
            "一档",
            1000,
            None,
            "汽车运用与维修",
            f"2020{i:04d}",
            "2020-09",
            card(p),
        ]
        for i, p in enumerate(people(7, born=VOCATIONAL), 1)
    ]
    headers = (
        "学生姓名 学籍号 证件类型 证件号码 性别 出生日期 年级 班级名称 申请理由名称 年份 月份 资助档次 应发金额 "
        "申请理由描述 专业 学号 入学时间 银行卡号"
    )
    title = "南江职业技术学校2021年秋季学期中职国家助学金名单"
    return _workbook({"名单": _list(*headers.split(), title=title, rows=rows)})


def vocational_waiver() -> bytes:
    rows: Grid = [[i, p.name, p.number, "2019级", 1000] for i, p in enumerate(people(4, first=20, born=OLDER), 1)]
    title = "南江职业技术学校2021-2022学年第二学期中职免学费学生名单"
    headers = ("序号", "姓名", "公民身份号码", "年级", "减免金额")
    return _same_every_time(
        ods_bytes({"免学费": _list(*headers, title=title, rows=rows, total=["合计", *[None] * 3, 4000])})
    )


def vocational_poverty() -> bytes:
    rows: Grid = [[i, p.name, p.number, "2019", 500] for i, p in enumerate(people(3, first=40, born=OLDER), 1)]
    title = "南江职业技术学校2021年秋季学期脱贫户中职学生生活补助发放表"
    headers = ("序号", "姓名", "身份证号", "入学年份", "发放金额")
    total: list[Cell] = ["合计", "3人", None, None, 1500]
    return xls_bytes({"Sheet1": _list(*headers, title=title, rows=rows, total=total)})


def college(*, with_number: bool = True) -> bytes:
    rows: Grid = [
        [
            i,
            "蓉城大学" if i % 2 else "嘉陵学院",
            "理学院",
            f"2019{i:06d}",
            p.name,
            *([p.number] if with_number else []),
            p.sex,
            p.born.isoformat(),
            "高坪区",
            "汉族",
            "数学",
            "2019级",
            "2019年9月",
            "一档",
            4000,
            card(p),
        ]
        for i, p in enumerate(people(5, born=COLLEGE), 1)
    ]
    before, after = (
        "序号 学校名称 院系 学号 姓名",
        "性别 出生日期 户籍所在地 民族 专业 年级 入学时间 资助档次 资助金额 银行账号",
    )
    headers = [*before.split(), *(["身份证号"] if with_number else []), *after.split()]
    title = "2021年脱贫户本专科学生资助备案表"
    return _workbook({"备案表": _list(*headers, title=title, rows=rows, foot="填报单位:学生资助管理中心")})


def loans() -> bytes:
    rows: Grid = [
        [i, p.name, p.number, "嘉陵学院", "本科" if i < 4 else "硕士研究生", 8000 if i < 4 else 12000]
        for i, p in enumerate(people(5, born=BORROWER), 1)
    ]
    title = "2021年生源地信用助学贷款发放明细"
    headers = ("序号", "借款人姓名", "身份证号码", "高校名称", "培养层次", "贷款金额")
    return _workbook({"明细": _list(*headers, title=title, rows=rows, total=["合计", "5人", None, None, None, 48000])})


def chinese_text() -> bytes:
    rows: Grid = [[i, p.name, p.number, "460.00"] for i, p in enumerate(people(4, first=20, born=SENIOR), 1)]
    title = "金溪中学二〇二一年秋季学期普高免学费名册"
    grid = _list("序号", "姓名", "身份证号", "减免金额", title=title, rows=rows, total=["合计", None, None, "1,840.00"])
    return csv_bytes(grid, encoding="gb18030")


def county_system() -> bytes:
    headers = (
        "资助金额 乡镇 村组 姓名 身份证号码 是否脱贫家庭学生 户编号 户主姓名 户类型 联系电话 学校全称 学段 年级 班级 "
        "学籍号 就读方式 是否残疾生 贫困类型"
    )
    rows: Grid = [
        [
            "625",
            "青居镇",
            "三组",
            p.name,
            p.number,
            "是",
            f"HB{i:05d}",
            "张某",
            "脱贫户",
            "13800000000",
            "河西初级中学",
            "初中",
            "八年级",
            "2班",
            f"G{p.number}",
            "寄宿",
            "否",
            "脱贫户",
        ]
        for i, p in enumerate(people(6, born=JUNIOR), 1)
    ]
    return csv_bytes(_list(*headers.split(), title=None, rows=rows), encoding="utf-8-sig", separator="\t")


def as_typed() -> bytes:
    one, two, three, four, five = people(5, first=40, born=SENIOR)
    wide = five.number.translate({ord(str(d)): chr(0xFF10 + d) for d in range(10)})
    rows: Grid = [
        [1, f"{one.name[0]} {one.name[1:]}", f"'{one.number}", "1,000.00"],
        [2, two.name, f"{two.number[:6]} {two.number[6:14]} {two.number[14:]}", "￥1000"],
        [3, "买买提•艾力", three.number.lower(), "1000元"],
        [None, None, None, None],
        ["序号", "姓名", "身份证号", "发放金额"],
        [4, four.name, f" {four.number}　", 1000.0],
        [5, five.name, wide, " 1000 "],
    ]
    title = "金溪中学2022年上半年普通高中国家助学金花名册"
    return _workbook(
        {
            "Sheet1": _list(
                "序号", "姓名", "身份证号", "发放金额", title=title, rows=rows, total=["共计", None, None, "5,000元"]
            )
        }
    )


def with_warnings() -> bytes:
    students = people(5, first=60, born=SENIOR)
    rows: Grid = [[i, p.name, p.sex, p.number, 1000, 1000, card(p)] for i, p in enumerate(students, 1)]
    title = "金溪中学2022年春季学期普通高中国家助学金花名册"
    headers = ("序号", "姓名", "性别", "身份证号", "应发金额", "实发金额", "银行卡号")
    grid = _list(*headers, title=title, rows=rows, total=["合计", *[None] * 3, 5000, 6400, None])
    other = "女" if students[0].sex == "男" else "男"
    return _workbook({"名册": with_cells(grid, {"C3": other, "F4": 2400, "G5": "12345"})})


# --- what cannot be posted -------------------------------------------------------------------------------------------


def certification() -> bytes:
    rows: Grid = [
        [i, p.name, p.number, "高一", "1班", level, category, "是" if i == 3 else "否"]
        for (i, p), level, category in zip(
            enumerate(people(6, born=SENIOR), 1),
            ("特别困难", "困难", "一般困难", "困难", "特别困难", "一般困难"),
            ("脱贫户", "建档立卡户、低保", "其他", "边缘易致贫户", "特困供养", "单亲"),
            strict=True,
        )
    ]
    headers = ("序号", "学生姓名", "身份证件号", "年级", "班级", "困难等级", "困难类型", "是否残疾生")
    title = "金溪中学2021-2022学年家庭经济困难学生认定名册"
    return _workbook({"认定名册": _list(*headers, title=title, rows=rows, foot="认定工作组组长签字:")})


def register() -> bytes:
    left: dict[int, list[Cell]] = {2: ["转出", date(2021, 10, 8)], 5: ["休学", None]}
    rows: Grid = [
        [f"G{p.number}", p.name, p.sex, p.number, "2021", "高一", "1班", "住校", *left.get(i, ["在读", None])]
        for i, p in enumerate(people(7, born=SENIOR))
    ]
    headers = ("学籍号", "姓名", "性别", "身份证号", "入学年份", "年级", "班级", "就读方式", "学籍状态", "异动日期")
    return xls_bytes(_list(*headers, title="金溪中学2021年秋季学期在籍学生花名册", rows=rows))


def bank_return() -> bytes:
    said: dict[int, list[Cell]] = {3: ["失败", "户名不符", None], 6: ["失败", "账号不存在", None]}
    rows: Grid = [
        [i + 1, p.name, card(p), 1000, *said.get(i, ["成功", None, "20211203"]), f"2021120300{i:03d}"]
        for i, p in enumerate(people(8, born=SENIOR))
    ]
    title = "代发业务回盘清单(普通高中国家助学金 2021年秋季)"
    return csv_bytes(
        _list("序号", "户名", "收款账号", "金额", "处理结果", "失败原因", "入账日期", "流水号", title=title, rows=rows),
        encoding="gb18030",
    )


def allotment() -> bytes:
    rows: Grid = [
        [1, "普高免学费", "某财教〔2021〕101号", "2021-09-28", 3312, 1380, None, 828, 5520],
        [2, "中职国家助学金", "某财教〔2021〕102号", "2021-10-11", 5600, 700, None, 700, 7000],
    ]
    headers = ("序号", "资助项目", "文号", "下达日期", "中央", "省级", "市级", "区级", "合计")
    title = "2021年秋季学期学生资助资金下达表"
    total: list[Cell] = ["合计", None, None, None, 8912, 2080, None, 1528, 12520]
    return _workbook({"资金下达": _list(*headers, title=title, rows=rows, total=total)})


def month_columns() -> bytes:
    rows: Grid = [[i, p.name, p.number, *[200] * 5, 1000] for i, p in enumerate(people(4, first=60, born=LATER), 1)]
    headers = ("序号", "姓名", "身份证号", "9月", "10月", "11月", "12月", "1月", "合计")
    title = "南江职业技术学校2022年秋季学期中职国家助学金发放花名册"
    total: list[Cell] = ["合计", None, None, *[800] * 5, 4000]
    return _workbook({"助学金": _list(*headers, title=title, rows=rows, total=total)})


def three_row_header() -> bytes:
    guardians = people(5, first=90, born=GUARDIAN)
    rows: Grid = [
        [i, p.name, p.number, "高一(2)班", "低保", g.name, g.number, 1000, 1000, 460]
        for i, (p, g) in enumerate(zip(people(5, first=60, born=NEWER), guardians, strict=True), 1)
    ]
    grid: Grid = [
        ["金溪中学2022年秋季学期普通高中学生资助花名册"],
        ["序号", "学生基本情况", None, None, None, "监护人信息", None, "资助情况(元)", None, None],
        [None, "姓名", "身份证号", "班级", "困难类型", "姓名", "身份证号", "国家助学金", None, "免学费"],
        [*[None] * 7, "应发", "实发", None],
        *rows,
        ["合计", "5人", *[None] * 5, 5000, 5000, 2300],
    ]
    return _workbook({"高一": grid})


def stacked_titles() -> bytes:
    def one(school: str, first: int, count: int) -> Grid:
        rows: Grid = [[i, p.name, p.number, 1000] for i, p in enumerate(people(count, first=first, born=NEWER), 1)]
        title = f"{school}2022年秋季学期普通高中国家助学金花名册"
        total: list[Cell] = ["合计", None, None, count * 1000]
        return _list("序号", "姓名", "身份证号", "发放金额", title=title, rows=rows, total=total)

    return _workbook({"两校": [*one("东山中学", 70, 3), [], *one("河西高级中学", 80, 2)]})


def register_export() -> bytes:
    change: list[Cell] = ["2-住校", "无", "否", "转出"]
    rows: Grid = [
        [
            *(
                "金溪中学",
                p.name,
                "1-男" if p.sex == "男" else "2-女",
                f"{p.born:%Y%m%d}",
                "汉族",
                "居民身份证",
                p.number,
            ),
            *(f"G{p.number}", "高一", "2班", "2022-09"),
            *(change if i == 3 else ["2-住校" if i else "1-走读", "无", "否", "正常"]),
            date(2022, 10, 8) if i == 3 else None,
        ]
        for i, p in enumerate(people(6, first=60, born=NEWER))
    ]
    headers = (
        "姓名 性别 出生日期 民族 身份证件类型 身份证件号 学籍辅号 年级 班级 入学年月 就读方式 残疾类型 是否孤儿 "
        "学籍变动情况 学籍变动日期"
    )
    return _workbook({"学生基本信息": _list("学校名称", *headers.split(), title=None, rows=rows)})


def one_card() -> bytes:
    rows: Grid = [
        [i, p.name, p.number, card(p), "某农商银行", 1000, "普通高中国家助学金"]
        for i, p in enumerate(people(3, first=85, born=NEWER), 1)
    ]
    headers = ("序号", "补贴对象姓名", "身份证号", "社会保障卡银行账号", "开户银行", "补贴金额", "补贴项目")
    return xls_bytes(
        _list(
            *headers, title="金溪中学2022年秋季学期一卡通发放明细表", rows=rows, total=["合计", *[None] * 4, 3000, None]
        )
    )


def allotment_by_source() -> bytes:
    rows: Grid = [
        ["普高国家助学金", "某财教〔2022〕118号", "2022-09-20", 8000, 2000, None, 3000],
        ["普高免学费", "某财教〔2022〕119号", "2022-09-20", 1400, 600, None, 300],
    ]
    headers = ("资助项目", "文号", "下达日期", "中央资金", "省级资金", "市级资金", "区县资金")
    return _workbook({"资金": _list(*headers, title="2022年秋季学期学生资助资金下达表", rows=rows)})


def _grant(first: int, count: int, cells: Mapping[str, Cell], title: str = "", total: int | None = None) -> Grid:
    """A plain roster of the high-school grant (columns A to D, students from row 3), with some cells changed."""
    rows: Grid = [[i, p.name, p.number, 1000] for i, p in enumerate(people(count, first=first, born=SENIOR), 1)]
    title = title or "东山中学2021年秋季学期普通高中国家助学金花名册"
    last: list[Cell] = ["合计", None, None, count * 1000 if total is None else total]
    return with_cells(_list("序号", "姓名", "身份证号", "发放金额", title=title, rows=rows, total=last), cells)


def numbers_for_ids() -> bytes:
    grid = _grant(100, 4, {})
    for row in (3, 5):
        grid = with_cells(grid, {f"C{row}": int(str(grid[row - 1][2])[:15]) * 1000})
    return _workbook({"Sheet1": grid})


def wrong_ids() -> bytes:
    grid = _grant(110, 6, {})
    good = [str(row[2]) for row in grid[2:8]]
    wrong = str((int(good[0][16]) + 1) % 10)
    cells: dict[str, Cell] = {
        "C3": f"{good[0][:16]}{wrong}{good[0][17]}",
        "C4": good[1][:17],
        "C5": None,
        "C6": f"51130020050230001{check_digit('51130020050230001')}",
        "B7": None,
    }
    return _workbook({"Sheet1": with_cells(grid, cells)})


def wrong_amounts() -> bytes:
    cells: dict[str, Cell] = {"D3": None, "D4": "一千", "D5": 0, "D6": -1000, "D7": 333.333}
    return xls_bytes({"Sheet1": _grant(120, 6, cells)})


def wrong_total() -> bytes:
    return _workbook({"Sheet1": _grant(130, 5, {"B8": "6人"}, total=6000)})


def twice() -> bytes:
    first, again = _grant(140, 4, {}), _grant(150, 3, {})
    return _workbook(
        {
            "高一(1)班": with_cells(first, {"B6": first[2][1], "C6": first[2][2]}),
            "高一(2)班": with_cells(again, {"B4": "另一人", "C4": first[3][2]}),
        }
    )


def no_program() -> bytes:
    return _workbook({"Sheet1": _grant(160, 3, {}, title="东山中学2021年秋季学期学生花名册")})


def no_term() -> bytes:
    return _same_every_time(ods_bytes({"Sheet1": _grant(170, 3, {}, title="东山中学普通高中国家助学金花名册")}))


def two_programs_one_column() -> bytes:
    title = "东山中学2021年秋季学期普通高中国家助学金、免学费花名册"
    return _workbook({"Sheet1": _grant(180, 3, {}, title=title)})


def broken_formulas() -> bytes:
    cells: dict[str, Cell] = {"C3": ErrorCell("#N/A"), "D4": "=D3", "D5": ErrorCell("#REF!")}
    return _workbook({"Sheet1": _grant(190, 4, cells)})


def protected() -> bytes:
    """What a workbook under a password looks like from outside: a compound file with an encrypted package in it."""
    mark = "EncryptedPackage".encode("utf-16-le")
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504) + mark + bytes(1536 - 512 - len(mark))


def web_export() -> bytes:
    """What many web systems call an Excel file: a page with a table, in the encoding that its head names."""
    headers = ("序号", "学生姓名", "身份证件号", "就读方式", "年级", "补助金额(元)")
    rows = [
        (i, p.name, p.number, "寄宿" if i < 4 else "走读", "七年级", 625 if i < 4 else 312.5)
        for i, p in enumerate(people(5, first=741, born=JUNIOR), 1)
    ]
    cells = "".join(
        "<tr>" + "".join(f"<td style='mso-number-format:\"\\@\"'>{cell}</td>" for cell in row) + "</tr>\r\n"
        for row in (headers, *rows)
    )
    title = "西坪初级中学2021年秋季学期义务教育家庭经济困难学生生活补助发放表"
    page = (
        '<html xmlns:x="urn:schemas-microsoft-com:office:excel"><head><meta charset="gb2312"></head><body>'
        f'<table border="1"><tr><td colspan="6">{title}</td></tr>\r\n{cells}</table></body></html>'
    )
    return page.encode("gb18030")


def login_page() -> bytes:
    return (
        "<!DOCTYPE html><html><head><title>登录</title></head><body><p>登录超时,请重新登录。</p></body></html>".encode()
    )


def nobody() -> bytes:
    return _workbook({"Sheet1": _grant(0, 0, {})})


def no_header() -> bytes:
    rows: Grid = [[p.name, p.number, 1000] for p in people(3, first=220, born=SENIOR)]
    return csv_bytes([["东山中学2021年秋季学期普通高中国家助学金花名册"], *rows])


def paid_elsewhere() -> bytes:
    """Two of the students of 01 again, from another school and in the same term; one under another name."""
    one, two = people(8, born=SENIOR)[2:4]
    cells: dict[str, Cell] = {"B3": one.name, "C3": one.number, "B4": "李四", "C4": two.number}
    return _workbook({"Sheet1": _grant(230, 3, cells)})


_HEAD_BORN, _OLD_BORN = date(1982, 2, 2), date(1949, 5, 5)


def households() -> bytes:
    """Three families of the students of 01, members side by side, on the third sheet; a number too short."""
    heads, old = people(3, first=300, born=_HEAD_BORN), people(3, first=310, born=_OLD_BORN)
    headings: Grid = [
        ["高坪区脱贫户信息"],
        ["序号", "乡镇", "户编号", "户主信息", None, "家庭成员1", None, None, "家庭成员2", None, None],
        [None, None, None, "姓名", "身份证号", "姓名", "身份证号", "与户主关系", "姓名", "身份证号", "与户主关系"],
    ]
    rows: Grid = []
    for i, (head, child, elder) in enumerate(zip(heads, people(3, born=SENIOR), old, strict=True), 1):
        members: list[Cell] = [child.name, f"G{child.number}", "之女", elder.name, elder.number, "之母"]
        rows.append([i, "金溪镇", f"H{i:04}", head.name, head.number, *members])
    rows.append([4, "金溪镇", "H0004", heads[0].name, "51130019820202", *[None] * 6])
    sheets: dict[str, Grid] = {
        "统计": [["乡镇", "户数", "人数"], ["金溪镇", 4, 10]],
        "说明": [["由区农业农村局提供"]],
        "明细": [*headings, *rows],
    }
    return _workbook(sheets)


def sums_by_school() -> bytes:
    grid: Grid = [
        ["高坪区2022年春季学期义务教育家庭经济困难学生生活补助分校汇总表"],
        ["单位:元"],
        ["序号", "学校", "享受人数", "补助金额", "文号"],
        [1, "青溪小学", 11, 4000, "川财教〔2022〕21号"],
        [2, "西坪小学", 6, 1875, "川财教〔2022〕21号"],
        ["合计", None, 17, 5875, None],
    ]
    return _workbook({"Sheet1": grid})


def places() -> bytes:
    grid: Grid = [
        ["高坪区2021年秋季学期普通高中资助名额分配表"],
        ["学校", "名额", None, "备注"],
        [None, "国家助学金", "免学费", None],
        ["金溪中学", 8, 8, None],
        ["东山中学", 6, None, None],
        ["合计", 14, 8, None],
    ]
    return _workbook({"Sheet1": grid})


def fees() -> bytes:
    rows: Grid = []
    for i, p in enumerate(people(4, born=SENIOR), 1):
        back: list[Cell] = [460, "2021-11-15"] if i < 3 else [None, None]
        rows.append([i, p.name, p.number, "高一(1)班", "学费", 460, "2021-09-01", f"00{120 + i}", *back])
    first = ("序号", "姓名", "身份证号", "班级", "收费项目", "收费金额", "收费日期")
    headers = (*first, "发票号码", "退费金额", "退费日期")
    return _workbook({"收费": _list(*headers, title="金溪中学2021年秋季学期学费收费登记表", rows=rows)})


def teachers() -> bytes:
    rows: Grid = [
        [i, p.name, p.number, "教师", card(p), 4200] for i, p in enumerate(people(3, first=320, born=_HEAD_BORN), 1)
    ]
    headers = ("序号", "姓名", "身份证号", "岗位", "工资卡号", "实发工资")
    return _workbook({"Sheet1": _list(*headers, title="金溪中学2021年9月教职工工资发放表", rows=rows)})


def died() -> bytes:
    one, other = people(1, first=7, born=SENIOR)[0], people(1, first=330, born=_OLD_BORN)[0]
    grid: Grid = [["高坪区2021年下半年死亡人员信息"], ["序号", "姓名", "公民身份号码", "死亡日期"]]
    grid += [[1, one.name, one.number, "2021-10-12"], [2, other.name, other.number, "20211103"]]
    return csv_bytes(grid)


def national_export() -> bytes:
    rows: Grid = [
        [p.name, f"G{p.number}", "居民身份证", p.number, "高一", "高一(1)班", "脱贫户", "二档", 1000]
        for p in people(8, born=SENIOR)
    ]
    headers = ["学生姓名", "学籍号", "证件类型", "证件号码", "年级", "班级名称", "申请理由名称", "资助档次", "资助金额"]
    title = "金溪中学2021年秋季学期普通高中国家助学金(全国学生资助管理信息系统导出)"
    return _workbook({"Sheet1": _list(*headers, title=title, rows=rows)})


SAMPLES: Mapping[str, Callable[[], bytes]] = {
    "01-high-school-grant-and-waiver.xlsx": high_school,
    "02-compulsory-subsidy-sheet-per-class.xlsx": compulsory,
    "03-preschool-waiver.xls": preschool,
    "04-vocational-grant-national-system.xlsx": vocational,
    "05-vocational-waiver.ods": vocational_waiver,
    "06-vocational-poverty-subsidy.xls": vocational_poverty,
    "07-college-filing-list.xlsx": college,
    "08-origin-based-loans.xlsx": loans,
    "09-high-school-waiver-gb18030.csv": chinese_text,
    "10-河西初级中学2021年秋季学期义务教育生活补助.csv": county_system,
    "11-as-people-type.xlsx": as_typed,
    "12-posted-with-warnings.xlsx": with_warnings,
    "13-certification.xlsx": certification,
    "14-school-register.xls": register,
    "15-bank-return.csv": bank_return,
    "16-allotment.xlsx": allotment,
    "17-web-export.xls": web_export,
    "21-bad-ids-typed-as-numbers.xlsx": numbers_for_ids,
    "22-bad-ids-and-names.xlsx": wrong_ids,
    "23-bad-amounts.xls": wrong_amounts,
    "24-bad-total.xlsx": wrong_total,
    "25-bad-same-person-twice.xlsx": twice,
    "26-bad-no-program.xlsx": no_program,
    "27-bad-no-term.ods": no_term,
    "28-bad-two-programs-one-column.xlsx": two_programs_one_column,
    "29-bad-errors-and-formulas.xlsx": broken_formulas,
    "30-bad-password.xlsx": protected,
    "31-bad-login-page.xls": login_page,
    "32-bad-nobody-in-it.xlsx": nobody,
    "33-bad-no-header.csv": no_header,
    "34-bad-college-list-without-ids.xlsx": lambda: college(with_number=False),
    "35-bad-paid-elsewhere.xlsx": paid_elsewhere,
    "40-month-columns.xlsx": month_columns,
    "41-three-row-header.xlsx": three_row_header,
    "42-stacked-titles.xlsx": stacked_titles,
    "43-学生基本信息_20220905.xlsx": register_export,
    "44-one-card-list.xls": one_card,
    "45-allotment-by-source.xlsx": allotment_by_source,
    "46-脱贫户信息_20220902-继续享受政策.xlsx": households,
    "47-sums-by-school.xlsx": sums_by_school,
    "48-places.xlsx": places,
    "49-fees.xlsx": fees,
    "50-staff.xlsx": teachers,
    "51-deaths.csv": died,
    "52-national-export.xlsx": national_export,
}


def make_samples(folder: Path) -> None:
    """Write every sample into a folder."""
    for name, make in SAMPLES.items():
        (folder / name).write_bytes(make())


if __name__ == "__main__":
    make_samples(FOLDER)
