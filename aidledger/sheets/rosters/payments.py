"""Which money column pays under which program, and for which term where the columns say so."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain

from aidledger.domain.layout import fold
from aidledger.domain.money import yuan_text
from aidledger.domain.part import NO_PART, Part
from aidledger.domain.place import Place, column_letter
from aidledger.domain.problem import Problem
from aidledger.domain.program import Cadence, Program
from aidledger.domain.term import Period
from aidledger.sheets.formats.grid import Cell
from aidledger.sheets.recognition.cells import AmountNotUnderstood, fen_of, is_blank, text_of
from aidledger.sheets.recognition.header import Header
from aidledger.sheets.recognition.money_headings import ROLE_RANK, MoneyColumn
from aidledger.sheets.recognition.terms import semesters
from aidledger.sheets.recognition.titles import Surroundings

# A standard beside one of these is multiplied by it.
_TIMES = re.compile(r"[月天次]数")
# ... and months beside one of these are days.
_ATTENDANCE = re.compile(r"出勤|考勤|[天次]数")
_DAYS_AS_FEN = 3_100  # no month has more days than that many 元
# What may be paid, or sum up what columns of parts say.
_WHOLE = frozenset({"plain", "paid", "due"})
# Amounts for such a span are not what a program of the cadence pays at a time.
_OTHER_SPANS: Mapping[Cadence, frozenset[str]] = {
    "semester": frozenset({"year", "month"}),
    "year": frozenset({"term", "month"}),
}


@dataclass(frozen=True, slots=True)
class Payment:
    """A program, or None where it was not recognised, and the column of its amounts.

    ``dated``: the columns say which terms they are for; ``period`` is the one of this column. ``part``: that the column
    is for. ``whole``: the column that holds what the columns of parts make together, where it is not called a sum.
    """

    program: str | None
    column: MoneyColumn | None
    period: Period | None = None
    dated: bool = False
    part: Part = NO_PART
    whole: MoneyColumn | None = None


Found = tuple[list[Payment], list[Problem]]


def payments_of(
    header: Header,
    around: Surroundings,
    programs: Mapping[str, Program],
    by_hand: str | None,
    place: Place,
    rows: Sequence[Sequence[Cell]] = (),
    *,
    period_by_hand: Period | None = None,
    by_row: bool = False,
) -> Found:
    """What a table pays, and what keeps us from knowing it. Nothing is guessed.

    ``rows``: the students'. ``by_row``: they say themselves what they are paid under.
    """
    table = _Table(header, around, programs, place, rows)
    table.period_by_hand, table.by_row = period_by_hand, by_row
    return table.payments(by_hand)


class _Table:
    def __init__(
        self,
        header: Header,
        around: Surroundings,
        programs: Mapping[str, Program],
        place: Place,
        rows: Sequence[Sequence[Cell]],
    ) -> None:
        self.header = header
        self.around = around
        self.programs = programs
        self.place = place
        self.rows = rows
        self.period_by_hand: Period | None = None
        self.by_row = False

    def payments(self, by_hand: str | None) -> Found:
        named = [by_hand] if by_hand else self.around.programs(self.programs)
        if named is None:
            everything = list(dict.fromkeys(code for said in self.around.sources for code in said.programs))
            return self._unresolved(self._ambiguous(everything))
        by_program: dict[str, list[MoneyColumn]] = {}
        unnamed: list[MoneyColumn] = []
        for column in self.header.money:
            if not column.programs:
                unnamed.append(column)
                continue
            if self._is_component(column, named):
                unnamed.append(replace(column, role="part", programs=()))
                continue
            fitting = self._fitting(column, named)
            if len(fitting) > 1:
                return self._unresolved(self._ambiguous(fitting))
            by_program.setdefault(fitting[0], []).append(column)
        if by_hand:
            by_program = {code: columns for code, columns in by_program.items() if code == by_hand}
        if len(by_program) > 1:
            return self._several(by_program, named)
        return self._single(by_program, named, unnamed)

    def _fitting(self, column: MoneyColumn, named: list[str]) -> list[str]:
        by_title = [code for code in column.programs if code in named]
        stages = self.around.stages()
        by_stage = [code for code in column.programs if self.programs[code].stage in stages]
        return by_title or by_stage or list(column.programs)

    def _is_component(self, column: MoneyColumn, named: list[str]) -> bool:
        """Whether the column is one half of what the title's program is called: 学费资助 and 生活补助."""
        if len(named) != 1 or named[0] in column.programs:
            return False
        heading = fold(column.header)
        return any(heading in fold(word) and heading != fold(word) for word in self.programs[named[0]].words.column)

    def _several(self, by_program: dict[str, list[MoneyColumn]], named: list[str]) -> Found:
        payments: list[Payment] = []
        problems: list[Problem] = []
        for code, columns in by_program.items():
            more, faults = self._of_program(columns, code)
            payments += more
            problems += faults
        problems += [self._missing(code) for code in named if code not in by_program]
        return payments, problems

    def _single(self, by_program: dict[str, list[MoneyColumn]], named: list[str], unnamed: list[MoneyColumn]) -> Found:
        codes = list(by_program) if by_program and (not named or set(by_program) <= set(named)) else named
        if len(named) > 1:
            if not by_program:
                return self._unresolved(self._ambiguous(named))
            return self._several(by_program, named)
        if not codes:
            return self._unresolved(self._problem("program-unknown"))
        own = [*by_program.get(codes[0], ()), *unnamed]
        others = {code: columns for code, columns in by_program.items() if code not in codes}
        if any(map(self._filled, chain.from_iterable(others.values()))) and any(map(self._pays, own)):
            return self._several({codes[0]: own, **others}, named)  # 应发 and 实发 of the title's, and 免学费 beside
        return self._of_program([*by_program.get(codes[0], ()), *unnamed], codes[0])

    def _of_program(self, columns: list[MoneyColumn], code: str) -> Found:
        """What the columns of one program pay; an annual one is not paid for terms, though perhaps by the month."""
        if self.programs[code].cadence == "year":
            columns = [replace(c, role="part", part=NO_PART) if c.part.kind else c for c in columns]
        parted = [column for column in columns if column.part]
        others = [column for column in columns if not column.part]
        alluding = any(column.role == "part" and column.half and self._filled(column) for column in others)
        if alluding and self.programs[code].cadence == "semester":
            return [Payment(code, None)], [self._unclear(code, columns)]  # 补发上学期: of which term is not said
        if not parted:
            return self._by_term(columns, code)
        if any(column.role == "part" and self._filled(column) for column in others):
            return [Payment(code, None)], [self._unclear(code, columns)]
        backward = [column for column in parted if column.part.kind]
        if len(backward) == len(parted):
            return self._beside(others, self._each_part(backward, code), code)
        return self._by_part(parted, others, code)

    def _by_part(self, parted: list[MoneyColumn], others: list[MoneyColumn], code: str) -> Found:
        """Columns of months or instalments; what stands beside them has to be their sum, or they are none of money."""
        if all(column.bare for column in parted) and any(map(_ATTENDANCE.search, self._words())):
            return self._by_term(others, code)
        whole = [column for column in others if self._pays(column)]
        if not whole:
            return self._each_part(parted, code)
        column, problems = self._best(whole, code)
        if column is None:
            return [Payment(code, None)], problems
        if not adds_up(self.rows, column, parted):
            if column.by_hand or not self._are_amounts(parted):
                return self._by_term(others, code)
            return [Payment(code, None)], [self._unclear_parts(code, column, parted)]
        payments, problems = self._each_part(parted, code)
        return [replace(payment, whole=column) for payment in payments], problems

    def _are_amounts(self, parted: Sequence[MoneyColumn]) -> bool:
        """Whether columns of parts hold money, and not the days of months or marks; some say so in their headers."""
        named = not all(column.bare for column in parted)
        return named or any((_fen(row, column) or 0) > _DAYS_AS_FEN for row in self.rows for column in parted)

    def _unclear_parts(self, code: str, whole: MoneyColumn, parted: Sequence[MoneyColumn]) -> Problem:
        """What columns of parts make, and what another says in their stead."""
        problem = self._unclear(code, [*parted, whole])
        sums = ((_fen(row, whole), sum(_fen(row, part) or 0 for part in parted)) for row in self.rows)
        said, made = next(((said, made) for said, made in sums if said and said != made), (None, 0))
        if said is None:
            return problem
        facts = {"offered": self._columns(parted), "whole": self._columns([whole])}
        figures = {"declared": yuan_text(said), "actual": yuan_text(made)}
        return replace(problem, facts={**problem.facts, **facts, **figures})

    def _words(self) -> list[str]:
        """What the header, title and names say."""
        return [*self.header.texts, *(said.text for said in self.around.sources)]

    def _each_part(self, parted: list[MoneyColumn], code: str) -> Found:
        """A payment for each part of each term, of those that anybody is paid."""
        columns = [column for column in parted if self._filled(column)] or parted
        groups: dict[tuple[Part, tuple[Period, ...] | None], list[MoneyColumn]] = {}
        for column in columns:
            groups.setdefault((column.part, self._terms_of_part(column, code)), []).append(column)
        if self.period_by_hand:
            groups = {key: own for key, own in groups.items() if self.period_by_hand in (key[1] or ())} or groups
        payments: list[Payment] = []
        problems: list[Problem] = []
        for (part, terms), own in groups.items():
            more, faults = self._paid(own, code, terms)
            by_itself = terms[0] if part.kind and terms else None
            payments += [replace(payment, part=part, period=by_itself or payment.period) for payment in more]
            problems += [fault for fault in faults if fault not in problems]
        return payments, problems

    def _terms_of_part(self, column: MoneyColumn, code: str) -> tuple[Period, ...] | None:
        """The terms that a column of a part may be for; None where only the title says it."""
        if column.part.kind and column.period:
            return (column.period,)
        if self.programs[code].cadence == "year":
            return None
        if column.period or column.half:
            return self._terms_of(column)
        return tuple(self.around.semesters_of(column.part.months)) if column.part.months else None

    def _beside(self, others: list[MoneyColumn], paid_back: Found, code: str) -> Found:
        """What is paid back for other terms, and beside it what is paid for the list's own."""
        current = [column for column in others if column.role != "sum"]
        if not any(self._usable(column, code) for column in current):
            return paid_back
        back = [payment.column for payment in paid_back[0] if payment.column]
        whole = next((column for column in current if self._sums_up(column, current, back)), None)
        current = [column for column in current if column is not whole]
        if any(column.period or column.half for column in current):
            payments, problems = self._by_term(current, code)
        else:
            payments, problems = self._paid(current, code, self.around.own_terms(self.programs[code]))
        payments = [replace(payment, whole=whole) for payment in (*payments, *paid_back[0])]
        return payments, [*problems, *paid_back[1]]

    def _sums_up(self, whole: MoneyColumn, current: list[MoneyColumn], back: list[MoneyColumn]) -> bool:
        """Whether a column holds what is due together with what is paid back, where anything is."""
        rows = [row for row in self.rows if any(_fen(row, column) for column in back)]
        others = [column for column in current if column is not whole and column.role in _WHOLE]
        return bool(rows) and any(adds_up(rows, whole, [other, *back]) for other in others)

    def _by_term(self, columns: list[MoneyColumn], code: str) -> Found:
        """The columns of one program: one payment, or one for each term that they name."""
        program = self.programs[code]
        if program.cadence == "year":
            # An annual program is not paid by the term: such columns are parts of what is paid.
            columns = [replace(c, role="part") if (c.period or c.half) and c.role == "plain" else c for c in columns]
            return self._paid(columns, code)
        by_term: dict[tuple[Period, ...], list[MoneyColumn]] = {}
        for column in columns:
            if (column.period or column.half) and column.role != "part":
                by_term.setdefault(self._terms_of(column), []).append(column)
        if not by_term:
            return self._paid(columns, code)
        undated = [column for column in columns if column.role == "part" or not (column.period or column.half)]
        if len(by_term) == 1:
            (terms,) = by_term
            return self._paid(columns, code, terms)
        if any(column.role in {"plain", "paid", "due"} for column in undated):
            return [Payment(code, None)], [self._unclear(code, columns)]
        if self.period_by_hand:
            by_term = {terms: own for terms, own in by_term.items() if self.period_by_hand in terms} or by_term
        payments: list[Payment] = []
        problems: list[Problem] = []
        for terms, own in by_term.items():
            more, faults = self._paid(own, code, terms)
            payments += more
            problems += faults
        return payments, problems

    def _terms_of(self, column: MoneyColumn) -> tuple[Period, ...]:
        """The terms that a column may be for: one where it and the title agree."""
        named = semesters(self.around.terms_heard())
        if column.period:
            agreed = not named or column.period in named
            return (column.period,) if agreed else (*dict.fromkeys([*named, column.period]),)
        return tuple(self.around.semesters_in(column.half, column.header))

    def _paid(self, columns: list[MoneyColumn], code: str, terms: tuple[Period, ...] | None = None) -> Found:
        column, problems = self._best(columns, code)
        if terms is None:
            return [Payment(code, column)], problems
        if len(terms) == 1 or self.period_by_hand:
            return [Payment(code, column, self.period_by_hand or terms[0], dated=True)], problems
        found = " / ".join(period.code for period in terms)
        facts = {"cadence": self.programs[code].cadence, "found": f" ({found})" if found else ""}
        return [Payment(code, column, None, dated=True)], [*problems, Problem("period-unknown", self.place, facts)]

    def _best(self, columns: list[MoneyColumn], code: str | None) -> tuple[MoneyColumn | None, list[Problem]]:
        """The one column that says what is paid, if it can be told."""
        usable = [column for column in columns if self._usable(column, code)]
        usable = [column for column in usable if self._filled(column)] or usable
        parts = [column for column in columns if column.role == "part" and self._filled(column)]
        if parts:
            usable = [column for column in usable if column.role in {"paid", "sum"}]
        if not usable:
            return None, [self._unclear(code, columns) if columns else self._missing("amount")]
        rank = min(ROLE_RANK[column.role] for column in usable)
        best = [column for column in usable if ROLE_RANK[column.role] == rank]
        if len(best) > 1:
            return None, [self._unclear(code, best)]
        return best[0], []

    def _usable(self, column: MoneyColumn, code: str | None) -> bool:
        cadence: Cadence = self.programs[code].cadence if code else "semester"
        if column.role in {"part", "recovered"} or column.span in _OTHER_SPANS[cadence]:
            return False
        return column.role != "standard" or not any(_TIMES.search(text) for text in self.header.texts)

    def _pays(self, column: MoneyColumn) -> bool:
        return column.role in _WHOLE and self._filled(column)

    def _filled(self, column: MoneyColumn) -> bool:
        """Whether anybody has an amount in it other than 0."""
        if not self.rows:
            return column.role != "part"
        return any(row[column.index] != "" and _says_more_than_zero(row[column.index]) for row in self.rows)

    def _unresolved(self, problem: Problem) -> Found:
        if self.by_row:
            best, problems = self._best(self.header.money, None)
            return [Payment(None, best)], [problem, *problems]
        column = min(
            (column for column in self.header.money if column.role != "part"),
            key=lambda column: ROLE_RANK[column.role],
            default=None,
        )
        return [Payment(None, column)], [problem]

    def _ambiguous(self, codes: Sequence[str]) -> Problem:
        return self._problem("program-ambiguous", programs=", ".join(codes))

    def _unclear(self, code: str | None, columns: Sequence[MoneyColumn]) -> Problem:
        """Several columns that could be it, or none that says it: each with its letter, for ``--map``."""
        return self._problem("missing-column", field=code or "amount", headers=self._columns(columns))

    def _columns(self, columns: Sequence[MoneyColumn]) -> str:
        return ", ".join(
            f"{column_letter(self.header.first_column + column.index)} {column.header}"
            for column in sorted(columns, key=lambda column: column.index)
        )

    def _missing(self, name: str) -> Problem:
        headers = ", ".join(text for text in self.header.texts if text)
        return self._problem("missing-column", field=name, headers=headers)

    def _problem(self, code: str, **facts: object) -> Problem:
        return Problem(code, self.place, facts)


def adds_up(rows: Sequence[Sequence[Cell]], whole: MoneyColumn, parts: Sequence[MoneyColumn]) -> bool:
    """Whether columns of parts make in some row what another column says."""
    return not rows or any(
        (said := _fen(row, whole)) and said == sum(_fen(row, part) or 0 for part in parts) for row in rows
    )


def _fen(row: Sequence[Cell], column: MoneyColumn) -> int | None:
    try:
        return fen_of(row[column.index], column.unit)
    except AmountNotUnderstood:
        return None


def _says_more_than_zero(cell: Cell) -> bool:
    text = text_of(cell)
    return not is_blank(text) and bool(text.strip("0.¥￥元"))
