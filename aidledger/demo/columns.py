"""The columns of a list: header words by sender, and for each column the cell of a line."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from aidledger.demo.listings import DemoList, ListLine
from aidledger.demo.places import MAJORS
from aidledger.demo.schools import GRADES
from aidledger.domain.layout import Layout, fold
from aidledger.domain.money import FEN_PER_YUAN
from aidledger.domain.program import Level, Stage

Cell = str | int | Decimal | None
Maker = Callable[[ListLine], Cell]

_MONEY = "¥"  # a placeholder for one amount column per program of the list
_DIALECTS_OF_PROGRAM = {
    "origin-based-loan": (
        "序号 借款学生姓名 性别 身份证号 就读高校 培养层次 入学年份 困难类型 ¥ 备注",
        "序号 借款人姓名 身份证号码 性别 高校名称 学历层次 入学时间 ¥ 银行账号",
    ),
}
_DIALECTS: dict[Stage, tuple[str, ...]] = {
    "preschool": (
        "序号 幼儿姓名 性别 幼儿身份证号 年级 班级 困难类型 ¥ 银行卡号 备注",
        "序号 姓名 性别 身份证号码 出生日期 年级 班级 困难类别 ¥ 卡号",
        "序号 幼儿园名称 年级 班级 幼儿姓名 幼儿身份证号码 性别 困难类型 ¥ 社保卡号 备注",
        "序号 姓名 身份证号 性别 学籍号 班级 年级 贫困类型 ¥ 银行账号",
    ),
    "compulsory": (
        "序号 姓名 性别 身份证号 学籍号 年级 班级 就读方式 困难类型 ¥ 银行卡号",
        "序号 学生姓名 性别 身份证号码 学籍号 学段 年级 班级 是否寄宿 困难类别 ¥ 社保卡号 备注",
        "序号 学校名称 学段 年级 班级 姓名 身份证件号 性别 就读方式 贫困类型 应发金额 实发金额 银行账号",
        "序号 年级 班级 学生姓名 性别 公民身份号码 全国学籍号 寄宿/走读 困难类型 ¥ 卡折号",
    ),
    "high-school": (
        "序号 姓名 性别 身份证号 学籍号 年级 班级 困难类型 资助档次 ¥ 银行卡号",
        "序号 学生姓名 性别 身份证号码 学籍号 入学年份 年级 班级 困难类型 ¥ 合计 银行卡号",
        "序号 年级 班级 姓名 身份证件号码 性别 学籍号 困难类别 资助档次 ¥ 社会保障卡号 备注",
    ),
    "vocational": (
        "序号 学生姓名 学籍号 身份证号 性别 年级 班级 专业 入学年份 资助类别 ¥ 资助卡号",
        "序号 学生姓名 学籍号 证件类型 证件号码 性别 出生日期 年级 班级名称 专业 申请理由名称 入学时间 ¥ 银行卡号",
        "序号 姓名 性别 身份证号码 年级 班级 专业 入学年份 困难类型 ¥ 银行卡号 备注",
    ),
    "college": (
        "序号 姓名 性别 身份证号 学校名称 学历层次 入学年份 户类型 ¥ 银行卡号",
        "序号 姓名 身份证号码 性别 学校名称 培养层次 入学时间 困难类型 ¥ 银行账号 备注",
    ),
}
_MONEY_HEADERS = {
    "preschool-fee-waiver": ("减免金额(元)", "保教费减免金额", "资助金额(元)", "减免金额"),
    "compulsory-living-subsidy": ("补助金额(元)", "生活补助金额", "发放金额", "资助金额(元)"),
    "high-school-grant": ("助学金", "国家助学金(元)", "助学金金额"),
    "high-school-tuition-waiver": ("免学费", "免学费(元)", "免学费金额"),
    "vocational-grant": ("国家助学金", "助学金金额(元)", "助学金"),
    "vocational-tuition-waiver": ("免学费", "免学费金额(元)", "免学费"),
    "vocational-poverty-living-subsidy": ("生活补助", "生活补助金额(元)", "生活补助"),
    "college-poverty-aid": ("资助金额", "资助金额(元)"),
    "origin-based-loan": ("贷款金额(元)", "合同金额"),
}
_PAID_FIELDS = frozenset({"amount", "amount_due", "amount_paid"})
_WIDTHS = {
    "serial": 6, "name": 14, "number": 21, "student_number": 22, "account": 22, "school": 26, "category": 16, "sex": 6,
    "birth": 12, "class": 20, "entry_year": 12, "document_type": 12, "level": 10, "grade": 9, "boarding": 10,
}  # fmt: skip
_USUAL_WIDTH = 14
_LEVELS: dict[Level, str] = {
    "preschool": "学前", "primary": "小学", "junior": "初中", "senior": "高中", "vocational": "中职",
    "undergraduate": "本科", "graduate": "硕士",
}  # fmt: skip
_BOARDING_WORDS = {
    "就读方式": ({"boarder": "寄宿", "day": "走读"}, {"boarder": "住校", "day": "走读"}),
    "寄宿/走读": ({"boarder": "寄宿生", "day": "走读生"}, {"boarder": "寄宿", "day": "走读"}),
    "是否寄宿": ({"boarder": "是", "day": "否"},),
}
_CHINESE_ORDINALS = "〇一二三四五六七八九十"


@dataclass(frozen=True, slots=True)
class DemoColumn:
    """A column: its header, the layout's field, its width, and the cell of a line.

    ``programs``: indexes of the list's programs whose amounts it shows; empty if it shows none.
    """

    header: str
    field: str | None
    make: Maker
    programs: tuple[int, ...] = ()

    @property
    def width(self) -> int:
        """In characters of the usual font."""
        return _WIDTHS.get(self.field or "", _USUAL_WIDTH)


def columns_for(listing: DemoList, layout: Layout) -> tuple[DemoColumn, ...]:
    """The columns of a list, as its sender writes it."""
    first = listing.programs[0]
    dialects = _DIALECTS_OF_PROGRAM.get(first.code) or _DIALECTS[first.stage]
    columns: list[DemoColumn] = []
    for header in dialects[listing.style // 2 % len(dialects)].split():
        field = layout.fields.get(fold(header))
        if header == _MONEY:
            columns += [_money_column(listing, i) for i in range(len(listing.programs))]
        elif field in _PAID_FIELDS:
            columns.append(DemoColumn(header, field, _amount_maker((0,)), (0,)))
        elif field == "sum":
            every = tuple(range(len(listing.programs)))
            columns.append(DemoColumn(header, field, _amount_maker(every), every))
        else:
            columns.append(DemoColumn(header, field, _maker(header, field, listing.style)))
    return tuple(columns)


def states_major(listing: DemoList, layout: Layout) -> bool:
    """Whether the sender of a list writes majors."""
    return any(column.field == "major" for column in columns_for(listing, layout))


def yuan_cell(amount_fen: int) -> int | Decimal:
    """An amount as a cell's number, in 元."""
    yuan, rest = divmod(amount_fen, FEN_PER_YUAN)
    return Decimal(amount_fen) / FEN_PER_YUAN if rest else yuan


def grade_name(line: ListLine) -> str:
    """The grade as schools call it."""
    return line.grade_stated or GRADES[line.level][line.grade]


def _money_column(listing: DemoList, i: int) -> DemoColumn:
    headers = _MONEY_HEADERS[listing.programs[i].code]
    return DemoColumn(headers[listing.style // 6 % len(headers)], "amount", _amount_maker((i,)), (i,))


def _amount_maker(programs: tuple[int, ...]) -> Maker:
    def make(line: ListLine) -> Cell:
        amounts = [amount for i in programs if (amount := line.amounts_fen[i]) is not None]
        return yuan_cell(sum(amounts)) if amounts else None

    return make


def _class_maker(style: int) -> Maker:
    def make(line: ListLine) -> Cell:
        grade = grade_name(line)
        if line.level == "preschool":
            return f"{grade[0]}{_CHINESE_ORDINALS[min(line.class_no, 10)]}班"
        if line.level == "vocational":
            return f"{line.entry_year}级{MAJORS[(line.class_no + style) % len(MAJORS)]}{line.class_no}班"
        full = f"{grade.removesuffix('年级')}({line.class_no})班"
        return (f"{line.class_no}班", f"({line.class_no})班", full)[style % 3]

    return make


def _maker(header: str, field: str | None, style: int) -> Maker:
    """The function that makes a header's cells in a sender's style; empty cells if the header is not a field."""
    match field:
        case "class":
            return _class_maker(style)
        case "boarding":
            ways = _BOARDING_WORDS[header]
            words = ways[style % len(ways)]
            return lambda line: words[line.boarding] if line.boarding else None
        case "birth":
            form = "%Y-%m-%d" if style % 2 else "%Y%m%d"
            return lambda line: line.person.birth.strftime(form)
        case "entry_year":
            return (lambda line: f"{line.entry_year}-09-01") if "时间" in header else (lambda line: line.entry_year)
        case "major":
            return lambda line: line.major or MAJORS[(line.class_no + style) % len(MAJORS)]
        case _:
            return _nothing if field is None else _MAKERS[field]


def _nothing(_: ListLine) -> Cell:
    return None


_MAKERS: dict[str, Maker] = {
    "serial": _nothing,  # numbered per sheet
    "name": lambda line: line.person.name,
    "number": lambda line: line.person.number,
    "document_type": lambda _: "居民身份证",
    "sex": lambda line: line.person.sex,
    "student_number": lambda line: line.person.student_number,
    "account": lambda line: line.person.account,
    "school": lambda line: line.school,
    "level": lambda line: "专科" if line.short_course else _LEVELS[line.level],
    "grade": grade_name,
    "category": lambda line: line.category,
    "tier": lambda line: line.tier,
}
