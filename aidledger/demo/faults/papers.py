"""The office's other lists as workbooks: certifications, registers, allotments, bank statements."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import PurePosixPath

from aidledger.demo.columns import Cell, yuan_cell
from aidledger.demo.faults.lists import Enrolled, Lists
from aidledger.demo.faults.money import SOURCES, Allotted, BankStatement, CameBack
from aidledger.demo.faults.planting import DraftRoster
from aidledger.demo.listings import ListLine
from aidledger.demo.schools import GRADES
from aidledger.demo.sheets import DemoRoster, DemoSheet, Row, roster_path
from aidledger.demo.wording import term_text
from aidledger.domain.program import Boarding

CERTIFIED, REGISTERS, ALLOTTED, RETURNED = "困难认定", "学籍名册", "资金下达", "银行回盘"
"""Folders; they stand behind the rosters' in name order, and the bank's after all others."""
CORRECTED, RECOVERED = "名册更正", "资金追回"
"""Folders of what came after the payment: new versions of rosters, and money that was claimed back."""
_CERTIFICATION = ("序号", "姓名", "身份证号", "年级", "班级", "困难等级", "困难类型", "认定日期")
_REGISTER = ("序号", "姓名", "身份证号", "学籍号", "年级", "班级", "入学年份", "就读方式", "学籍状态", "离校日期")
_ALLOTMENT = ("序号", "资助项目", "文号", "下达日期", *SOURCES, "合计")
_RETURN = ("序号", "户名", "身份证号", "收款账号", "金额", "处理结果", "失败原因", "入账日期", "流水号")
_RECOVERY = ("姓名", "身份证号", "退款金额", "退款日期", "凭证号", "退款原因")
_BOARDING: dict[Boarding | None, str | None] = {"boarder": "住校", "day": "走读", None: None}
# Days of the year in which a school year begins; what is paid for autumn comes between them.
_CERTIFIED, _CERTIFIED_LATE = (10, 15), (12, 20)
_SPECIAL = ("特困", "残疾", "孤儿")
_ON_CARD = {
    "compulsory-living-subsidy": "义务教育家庭经济困难学生生活补助",
    "high-school-grant": "普通高中国家助学金",
    "vocational-grant": "中职国家助学金",
    "vocational-poverty-living-subsidy": "中职脱贫户学生生活补助",
    "college-poverty-aid": "脱贫户本专科学生学费资助和生活补助",
}


def certification_path(school: str) -> str:
    """Where a school's certification lists are kept."""
    return f"{CERTIFIED}/{school} 家庭经济困难学生认定名册.xlsx"


def register_path(school: str) -> str:
    """Where a school's registers are kept."""
    return f"{REGISTERS}/{school} 在校学生花名册.xlsx"


def allotment_path() -> str:
    """Where the documents that allot money are kept."""
    return f"{ALLOTTED}/学生资助资金下达表.xlsx"


def statement_path(statement: BankStatement) -> str:
    """Where a bank's statement is kept."""
    term = statement.draft.period.code
    stem = roster_path(statement.draft.listing).stem
    return f"{RETURNED}/{term}/{stem} {statement.program.code} 回盘.xlsx"


def corrected_path(draft: DraftRoster) -> PurePosixPath:
    """Where the new version of a roster is kept."""
    path = PurePosixPath(draft.file)
    return PurePosixPath(CORRECTED, draft.period.code, f"{path.stem}(更正).xlsx")


def recovery_path(draft: DraftRoster) -> str:
    """Where a list of money that came back from a roster's pupils is kept."""
    return f"{RECOVERED}/{draft.period.code}/{PurePosixPath(draft.file).stem} 退款名单.xlsx"


def recoveries(draft: DraftRoster, came_back: Sequence[CameBack]) -> DemoRoster:
    """A list of money that came back under a roster's program."""
    (program,) = draft.codes
    title = f"{draft.school}{term_text(draft.period, 0)}{_ON_CARD[program]}退款名单"
    rows: list[Row] = [
        (one.person.name, one.person.number, yuan_cell(one.amount_fen), one.day.isoformat(), one.receipt, one.reason)
        for one in came_back
    ]
    return DemoRoster(PurePosixPath(recovery_path(draft)), (plain_sheet("退款", title, _RECOVERY, rows),))


def workbooks(
    district: str, lists: Lists, allotted: Sequence[Allotted], statements: Sequence[BankStatement]
) -> list[DemoRoster]:
    """All of them; for each school a workbook with a sheet per school year or term."""
    return [
        *_by_school(lists),
        DemoRoster(PurePosixPath(allotment_path()), tuple(_allotments(district, allotted))),
        *(_statement(statement) for statement in statements),
    ]


def _by_school(lists: Lists) -> Iterable[DemoRoster]:
    certified: dict[str, list[DemoSheet]] = defaultdict(list)
    for (school, year), lines in sorted(lists.certified.items(), key=lambda one: one[0]):
        title = f"{school}{year}-{year + 1}学年家庭经济困难学生认定名册"
        day = date(year, *(_CERTIFIED_LATE if (school, year) in lists.late else _CERTIFIED))
        rows = [_certified_row(serial, line, day) for serial, line in enumerate(lines.values(), 1)]
        certified[school].append(plain_sheet(f"{year}-{year + 1}学年", title, _CERTIFICATION, rows))
    registers: dict[str, list[DemoSheet]] = defaultdict(list)
    for (school, term), pupils in sorted(lists.enrolled.items(), key=lambda one: (one[0][0], one[0][1].sort_key)):
        rows = [_enrolled_row(serial, pupil) for serial, pupil in enumerate(pupils.values(), 1)]
        title = f"{school}{term_text(term, 0)}在校学生花名册"
        registers[school].append(plain_sheet(term.code, title, _REGISTER, rows))
    for school, sheets in certified.items():
        yield DemoRoster(PurePosixPath(certification_path(school)), tuple(sheets))
    for school, sheets in registers.items():
        yield DemoRoster(PurePosixPath(register_path(school)), tuple(sheets))


def _certified_row(serial: int, line: ListLine, day: date) -> Row:
    level = "特别困难" if line.category.startswith(_SPECIAL) else "困难"
    grade = GRADES[line.level][line.grade]
    return (
        serial,
        line.person.name,
        line.person.number,
        grade,
        f"{line.class_no}班",
        level,
        line.category,
        day.isoformat(),
    )


def _enrolled_row(serial: int, pupil: Enrolled) -> Row:
    person = pupil.person
    left = pupil.left_on.isoformat() if pupil.left_on else None
    grade = GRADES[pupil.level][pupil.grade]
    return (
        *(serial, person.name, person.number, person.student_number, grade, f"{pupil.class_no}班", pupil.entry_year),
        *(_BOARDING[pupil.boarding], pupil.status, left),
    )


def _allotments(district: str, allotted: Sequence[Allotted]) -> Iterable[DemoSheet]:
    terms: dict[str, list[Allotted]] = defaultdict(list)
    for one in allotted:
        terms[one.period.code].append(one)
    for code, documents in terms.items():
        rows: list[Row] = [
            (
                *(serial, one.program.name("zh"), one.document, one.issued_on.isoformat()),
                *(yuan_cell(fen) for fen in one.by_source),
                yuan_cell(sum(one.by_source)),
            )
            for serial, one in enumerate(documents, 1)
        ]
        title = f"{district}{term_text(documents[0].period, 0)}学生资助资金下达表"
        yield plain_sheet(code, title, _ALLOTMENT, rows, note=("单位:元",))


def _statement(statement: BankStatement) -> DemoRoster:
    listing = statement.draft.listing
    title = f"{listing.sender}{term_text(listing.period, 0)}{_ON_CARD[statement.program.code]}代发业务回盘清单"
    rows: list[Row] = []
    for serial, one in enumerate(statement.returns, 1):
        person = one.line.person
        day = None if one.paid_on is None else one.paid_on.isoformat()
        said: tuple[Cell, ...] = (one.outcome, one.reason or None, day)
        card = (person.name, person.number, person.account)
        rows.append((serial, *card, yuan_cell(one.amount_fen), *said, f"S{one.serial:07}"))
    return DemoRoster(PurePosixPath(statement_path(statement)), (plain_sheet("回盘", title, _RETURN, rows),))


def plain_sheet(
    name: str, title: str, header: tuple[str, ...], rows: Sequence[Row], note: Row | None = None
) -> DemoSheet:
    """A sheet of a list that pays nobody: it ends with its last row."""
    widths = tuple(22 if "号" in word and word != "序号" else 12 for word in header)
    return DemoSheet(name, title, note, header, tuple(rows), (), (), widths)
