"""Allotments and bank returns that agree with the rosters."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import count

from aidledger.demo import college
from aidledger.demo.faults.planting import DraftRoster
from aidledger.demo.listings import ListLine
from aidledger.demo.people import Person
from aidledger.demo.solver import apportion
from aidledger.domain.money import FEN_PER_YUAN
from aidledger.domain.program import Program
from aidledger.domain.term import Period

SOURCES = ("中央", "省级", "市级", "区级")
_SHARES = (50, 25, 5, 20)
_FIRST_DOCUMENT = 31
_ONE_SCHOOL_IN = 3
_PAID_ON = {"spring": (5, 20), "autumn": (11, 25), None: (12, 10)}
PAID, FAILED, SENT_BACK = "交易成功", "失败", "退票"
_FIRST_LATER_SERIAL = 9_000_000


@dataclass(slots=True)
class Allotted:
    """What a document allots to a program and period, by source in 分."""

    program: Program
    period: Period
    document: str
    issued_on: date
    by_source: list[int]


@dataclass(slots=True)
class Return:
    """The bank's answer to one payment."""

    line: ListLine
    amount_fen: int
    serial: int
    paid_on: date | None
    reason: str = ""
    outcome: str = PAID

    def fail(self, reason: str) -> None:
        """Make the bank return the money."""
        self.outcome, self.paid_on, self.reason = FAILED, None, reason

    def later(self, days: int, outcome: str, reason: str = "") -> Return:
        """The bank's second answer to a payment, some days later."""
        day = None if self.paid_on is None else self.paid_on + timedelta(days)
        serial = _FIRST_LATER_SERIAL + self.serial
        return replace(self, serial=serial, paid_on=day, reason=reason, outcome=outcome)


@dataclass(frozen=True, slots=True)
class CameBack:
    """Money that somebody paid back, with its receipt."""

    person: Person
    amount_fen: int
    day: date
    receipt: str
    reason: str


@dataclass(slots=True)
class BankStatement:
    """A bank's statement for the payments of one roster under one program."""

    draft: DraftRoster
    program: Program
    returns: list[Return]


def allotments(drafts: Iterable[DraftRoster]) -> list[Allotted]:
    """For each program and period exactly its cost; loans, which a bank lends, need no allotment."""
    costs: Counter[tuple[str, Period]] = Counter()
    programs: dict[str, Program] = {}
    for draft in drafts:
        programs |= {program.code: program for program in draft.listing.programs if not program.repaid}
        for line in draft.lines:
            for code, amount in draft.paid(line):
                costs[code, draft.period] += amount
    found = []
    of_programs = [(period, code, fen) for (code, period), fen in costs.items() if code in programs]
    ordered = sorted(of_programs, key=lambda one: (one[0].sort_key, one[1]))
    for number, (period, code, fen) in enumerate(ordered, _FIRST_DOCUMENT):
        yuan, rest = divmod(fen, FEN_PER_YUAN)
        by_source = [share * FEN_PER_YUAN for share in apportion(yuan, [share * yuan for share in _SHARES])]
        by_source[-1] += rest
        issued = date(period.year, 3 if period.half == "spring" else 9, 15)
        document = f"川财教〔{period.year}〕{number}号"
        found.append(Allotted(programs[code], period, document, issued, by_source))
    return found


def statements(drafts: Sequence[DraftRoster]) -> list[BankStatement]:
    """The bank's statements for a third of the schools and for college aid: everything was paid within the term.

    Waivers are no payments, and loans go to the college.
    """
    paying, chosen = _paying(drafts), schools_with_statements(drafts)
    serials = count(1)
    found = []
    for draft in paying:
        if draft.school not in chosen and draft.codes != (college.AID,):
            continue
        for program in draft.listing.programs:
            if _onto_card(program):
                day = date(draft.period.year, *_PAID_ON[draft.period.half])
                rows = [
                    Return(line, amount, next(serials), day)
                    for line in draft.finished().lines
                    for code, amount in draft.paid(line)
                    if code == program.code
                ]
                if rows:
                    found.append(BankStatement(draft, program, rows))
    return found


def schools_with_statements(drafts: Iterable[DraftRoster]) -> frozenset[str]:
    """The schools with card payments that have a bank statement."""
    schools = sorted({draft.school for draft in _paying(drafts) if not draft.listing.part})
    return frozenset(schools[::_ONE_SCHOOL_IN])


def _paying(drafts: Iterable[DraftRoster]) -> list[DraftRoster]:
    return [draft for draft in drafts if any(_onto_card(program) for program in draft.listing.programs)]


def by_school(found: Iterable[BankStatement]) -> dict[str, list[tuple[BankStatement, Return]]]:
    """The returns by the pupils' own schools; a college's are on several statements."""
    result: dict[str, list[tuple[BankStatement, Return]]] = defaultdict(list)
    for statement in found:
        for one in statement.returns:
            result[one.line.school].append((statement, one))
    return result


def _onto_card(program: Program) -> bool:
    return program.nature in {"grant", "subsidy"}
