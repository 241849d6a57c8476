"""What is claimed, paid, under way, due, and to be claimed back: a reference in plain Python, written from the rules.

And the files that say so: rosters, bank returns, lists of what came back.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from tests.builders import Cell, Grid, resident_number

PROGRAM = "high-school-grant"
TERMS = {"2021-autumn": "2021年秋季学期", "2022-spring": "2022年春季学期"}
SCHOOLS = ("金溪中学", "东山中学")
# Each pupil's name, and how it is misspelled.
NAMES = (("王雨桐", "王雨彤"), ("李子涵", "李梓涵"), ("张浩然", "张皓然"), ("刘欣怡", "刘心怡"), ("陈思远", "陈思源"))
OUTCOMES = {"failed": "失败", "paid": "成功", "returned": "退票"}  # of answers of one day, the later one counts
Claim = tuple[int, str]  # a pupil, a period
Serial = tuple[int, int]  # an order, a line of it
Balance = tuple[int, int, int, int, int]  # claimed, paid, under way, due, to be claimed back, in 元


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a roster: which of a pupil's two numbers, names and cards it has, and how much it pays (元)."""

    number: int = 0
    name: int = 0
    card: int | None = 0
    klass: int = 1
    category: str = "低保"
    yuan: int = 1000


Rows = Mapping[int, Row]


@dataclass(frozen=True, slots=True)
class Roster:
    """What a batch says. ``marks``: each row's own; a row that a new version keeps as it was keeps its mark."""

    school: str
    period: str
    rows: Rows
    marks: Mapping[int, int]
    supersedes: int | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """A line of an order: the claim and the row (by its mark) that it pays, and what stands in the bank's file."""

    claim: Claim
    mark: int
    yuan: int
    payee: tuple[str, str, str]  # name, number, card


@dataclass(frozen=True, slots=True)
class Answer:
    """What a bank said of a line; without a ``day`` it was before all others."""

    line: Serial
    outcome: str
    day: str = ""


@dataclass(slots=True)
class Reference:
    """What is claimed, paid, under way, due, and to be claimed back: the rules, and nothing else."""

    rosters: dict[int, Roster] = field(default_factory=dict)
    answers: dict[int, Sequence[Answer]] = field(default_factory=dict)
    recoveries: dict[int, tuple[Claim, int]] = field(default_factory=dict)
    taken_back: set[int] = field(default_factory=set)
    orders: dict[int, str] = field(default_factory=dict)
    lines: dict[Serial, Line] = field(default_factory=dict)

    def superseded(self, batch: int) -> bool:
        return any(r.supersedes == batch and later not in self.taken_back for later, r in self.rosters.items())

    def in_force(self) -> dict[int, Roster]:
        return {
            batch: roster
            for batch, roster in self.rosters.items()
            if batch not in self.taken_back and not self.superseded(batch)
        }

    def listed(self, claim: Claim) -> dict[str, Row]:
        """Where a claim is in force, and how."""
        pupil, period = claim
        found = (r for r in self.in_force().values() if r.period == period and pupil in r.rows)
        return {roster.school: roster.rows[pupil] for roster in found}

    def outcome(self, line: Serial) -> str | None:
        """The answer that counts: the latest, of one day a failure before a success before what was sent back."""
        ranks = list(OUTCOMES)
        said = [a for batch, some in self.answers.items() if batch not in self.taken_back for a in some]
        times = [(a.day, ranks.index(a.outcome)) for a in said if a.line == line]
        return ranks[max(times)[1]] if times else None

    def claimed(self, claim: Claim) -> int:
        return sum(row.yuan for row in self.listed(claim).values())

    def asked(self, claim: Claim) -> tuple[int, int]:
        """What a bank paid of a claim, and what it has not answered."""
        paid = under_way = 0
        for serial, line in self.lines.items():
            outcome = self.outcome(serial)
            if line.claim == claim and outcome == "paid":
                paid += line.yuan
            elif line.claim == claim and outcome is None and self.orders[serial[0]] != "withdrawn":
                under_way += line.yuan
        return paid, under_way

    def balance(self, claim: Claim) -> Balance:
        claimed, (paid, under_way) = self.claimed(claim), self.asked(claim)
        paid -= sum(y for batch, (c, y) in self.recoveries.items() if c == claim and batch not in self.taken_back)
        rest = claimed - paid - under_way
        return claimed, paid, under_way, max(0, rest), max(0, -rest)

    def balances(self) -> dict[Claim, Balance]:
        claims = [(pupil, period) for pupil in range(len(NAMES)) for period in TERMS]
        return {claim: told for claim in claims if any((told := self.balance(claim))[:3])}

    def stale(self, order: int) -> bool:
        """Whether a line of an order is not due as it stands."""
        due_rows = {mark for roster in self.in_force().values() for mark in roster.marks.values()}
        lines = [line for (number, _), line in self.lines.items() if number == order]
        return any(line.mark not in due_rows or self.balance(line.claim)[4] for line in lines)


def number_of(pupil: int, which: int) -> str:
    """The pupil's number, or what it is mistyped as: two digits differ."""
    return resident_number(10 * pupil + 5 * which)


def card_of(pupil: int, which: int) -> str:
    return f"621700123456789{pupil:02d}{which:02d}"


PUPILS = {number_of(pupil, which): pupil for pupil in range(len(NAMES)) for which in (0, 1)}


def roster_grid(school: str, period: str, rows: Rows, note: object = None) -> Grid:
    grid: Grid = [
        [f"{school}{TERMS[period]}普通高中国家助学金发放花名册"],
        ["序号", "姓名", "身份证号", "银行卡号", "年级", "班级", "困难类型", "发放金额", "备注"],
    ]
    for serial, (pupil, row) in enumerate(rows.items(), 1):
        card = None if row.card is None else card_of(pupil, row.card)
        said: list[Cell] = [
            NAMES[pupil][row.name],
            number_of(pupil, row.number),
            card,
            "高一",
            f"{row.klass}班",
            row.category,
        ]
        grid.append([serial, *said, row.yuan, str(note)])
    return grid


Said = tuple[str | None, str, str | None, str | None, int, str, str]  # a line of a return, from left to right


def return_grid(lines: Iterable[Said], note: object = None, title: str = "代发业务回盘清单") -> Grid:
    """A bank's return; columns in which nothing stands are not there."""
    header = ("流水号", "户名", "证件号码", "收款账号", "金额(元)", "处理结果", "入账日期")
    rows: Grid = [[*line] for line in lines]
    there = [at for at in range(len(header)) if any(row[at] is not None for row in rows)]
    grid: Grid = [[title], [*(header[at] for at in there), "备注"]]
    return grid + [[*(row[at] for at in there), str(note)] for row in rows]


def recovery_grid(school: str | None, name: str, number: str, period: str, yuan: int, day: str) -> Grid:
    """A list of one who paid back."""
    header = ["姓名", "身份证号", "资助项目", "学期", "退款金额", "退款日期", "凭证号"]
    line: list[Cell] = [name, number, "普通高中国家助学金", TERMS[period], yuan, day, f"R{day}"]
    return [[f"{school or ''}学生资助退款名单"], [*header], line]


def day_of(number: int) -> str:
    return (date(2021, 12, 1) + timedelta(days=number)).isoformat()
