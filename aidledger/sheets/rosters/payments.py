"""Assigns money columns to programs, and to periods and parts where the columns name them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
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

# The header of a multiplier: a standard beside it is not the amount.
_MULTIPLIER = re.compile(r"[月天次]数")
# Months beside one of these headers hold days.
_ATTENDANCE = re.compile(r"出勤|考勤|[天次]数")
_PartOfTerms = tuple[Part, tuple[Period, ...] | None]
_DAYS_MAX_FEN = 3_100  # 31 days, read as 元
# Roles of a column that pays, or that sums up columns of parts.
_WHOLE = frozenset({"plain", "paid", "due"})
# Time spans of amounts that a program of the cadence does not pay at once.
_OTHER_SPANS: Mapping[Cadence, frozenset[str]] = {
    "semester": frozenset({"year", "month"}),
    "year": frozenset({"term", "month"}),
}


@dataclass(frozen=True, slots=True)
class PaymentColumn:
    """A program (None where not recognised) and the column of its amounts (None where it is unclear).

    ``dated``: the columns name their periods, and ``period`` is that of this column. ``part``: the part that the column
    pays. ``whole``: the column with the sum of all columns of parts, where its header does not call it a sum.
    """

    program: str | None
    column: MoneyColumn | None
    period: Period | None = None
    dated: bool = False
    part: Part = NO_PART
    whole: MoneyColumn | None = None


Found = tuple[list[PaymentColumn], list[Problem]]


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
    """The payments of a table, and the problems where they are unclear. Nothing is guessed.

    ``by_hand``, ``period_by_hand``: program and period from the options. ``rows``: those of the pupils. ``by_row``: the
    rows name their program or period.
    """
    table = _MoneyColumns(header, around, programs, place, rows)
    table.period_by_hand, table.by_row = period_by_hand, by_row
    return table.payments(by_hand)


class _MoneyColumns:
    """The money columns of a table, and what tells their programs and periods."""

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
            candidates = list(dict.fromkeys(code for source in self.around.sources for code in source.programs))
            return self._unresolved(self._ambiguous(candidates))
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
        """Whether the header is half of the name of the title's program: 学费资助 or 生活补助."""
        if len(named) != 1 or named[0] in column.programs:
            return False
        heading = fold(column.header)
        return any(heading in fold(word) and heading != fold(word) for word in self.programs[named[0]].words.column)

    def _several(self, by_program: dict[str, list[MoneyColumn]], named: list[str]) -> Found:
        payments: list[PaymentColumn] = []
        problems: list[Problem] = []
        for code, columns in by_program.items():
            own_payments, own_problems = self._of_program(columns, code)
            payments += own_payments
            problems += own_problems
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
            return self._several({codes[0]: own, **others}, named)  # the title's program, and 免学费 beside it
        return self._of_program(own, codes[0])

    def _of_program(self, columns: list[MoneyColumn], code: str) -> Found:
        """The payments of one program. An annual one is never paid by the semester, though perhaps by the month."""
        annual = self.programs[code].cadence == "year"
        if annual:
            columns = _extras_as_components(columns)
        parted, others = _by_having_part(columns)
        components = [column for column in others if column.role == "part" and self._filled(column)]
        names_no_term = not annual and any(column.half for column in components)  # 补发上学期
        if names_no_term or (parted and components):
            return [PaymentColumn(code, None)], [self._unclear(code, columns)]
        if not parted:
            return self._by_term(columns, code)
        if all(column.part.kind for column in parted):
            return self._beside(others, self._each_part(parted, code), code)
        return self._by_part(parted, others, code)

    def _by_part(self, parted: list[MoneyColumn], others: list[MoneyColumn], code: str) -> Found:
        """Columns of months or instalments. A paying column beside them must be their sum, or they hold no money."""
        if all(column.bare for column in parted) and any(map(_ATTENDANCE.search, self._words())):
            return self._by_term(others, code)
        whole = [column for column in others if self._pays(column)]
        if not whole:
            return self._each_part(parted, code)
        column, problems = self._best(whole, code)
        if column is None:
            return [PaymentColumn(code, None)], problems
        if not adds_up(self.rows, column, parted):
            if column.by_hand or not self._are_amounts(parted):
                return self._by_term(others, code)
            return [PaymentColumn(code, None)], [self._unclear_parts(code, column, parted)]
        payments, problems = self._each_part(parted, code)
        return [replace(payment, whole=column) for payment in payments], problems

    def _are_amounts(self, parted: Sequence[MoneyColumn]) -> bool:
        """Whether columns of parts hold amounts rather than days or ticks, by header or by value."""
        headed = not all(column.bare for column in parted)
        return headed or any((_fen(row, column) or 0) > _DAYS_MAX_FEN for row in self.rows for column in parted)

    def _unclear_parts(self, code: str, whole: MoneyColumn, parted: Sequence[MoneyColumn]) -> Problem:
        """The problem that columns of parts do not add up to another column, with the first row that differs."""
        problem = self._unclear(code, [*parted, whole])
        sums = ((_fen(row, whole), sum(_fen(row, part) or 0 for part in parted)) for row in self.rows)
        mismatches = ((declared, actual) for declared, actual in sums if declared and declared != actual)
        declared, actual = next(mismatches, (None, 0))
        if declared is None:
            return problem
        facts = {"offered": self._columns(parted), "whole": self._columns([whole])}
        figures = {"declared": yuan_text(declared), "actual": yuan_text(actual)}
        return replace(problem, facts={**problem.facts, **facts, **figures})

    def _words(self) -> list[str]:
        """The texts of header, title and names."""
        return [*self.header.texts, *(source.text for source in self.around.sources)]

    def _each_part(self, parted: list[MoneyColumn], code: str) -> Found:
        """A payment for each part of each period, as far as anybody is paid for it."""
        payments: list[PaymentColumn] = []
        problems: list[Problem] = []
        for (part, terms), own in self._grouped_by_part(parted, code).items():
            own_payments, own_problems = self._paid(own, code, terms)
            own_term = terms[0] if part.kind and terms else None
            payments += [replace(payment, part=part, period=own_term or payment.period) for payment in own_payments]
            problems += [problem for problem in own_problems if problem not in problems]
        return payments, problems

    def _grouped_by_part(self, parted: list[MoneyColumn], code: str) -> dict[_PartOfTerms, list[MoneyColumn]]:
        """The columns by part and the periods that they may be for; only the period from the options, if any is."""
        columns = [column for column in parted if self._filled(column)] or parted
        groups: dict[_PartOfTerms, list[MoneyColumn]] = {}
        for column in columns:
            groups.setdefault((column.part, self._terms_of_part(column, code)), []).append(column)
        chosen = self.period_by_hand
        return {key: own for key, own in groups.items() if chosen and chosen in (key[1] or ())} or groups

    def _terms_of_part(self, column: MoneyColumn, code: str) -> tuple[Period, ...] | None:
        """The periods that a column of a part may be for; None where only the title names one."""
        if column.part.kind and column.period:
            return (column.period,)
        if self.programs[code].cadence == "year":
            return None
        if column.names_term:
            return self._terms_of(column)
        return tuple(self.around.semesters_of(column.part.months)) if column.part.months else None

    def _beside(self, others: list[MoneyColumn], back_payments: Found, code: str) -> Found:
        """Back payments for other periods, together with the payments for the roster's own."""
        current = [column for column in others if column.role != "sum"]
        if not any(self._usable(column, code) for column in current):
            return back_payments
        back = [payment.column for payment in back_payments[0] if payment.column]
        whole = next((column for column in current if self._sums_up(column, current, back)), None)
        current = [column for column in current if column is not whole]
        if any(column.names_term for column in current):
            payments, problems = self._by_term(current, code)
        else:
            payments, problems = self._paid(current, code, self.around.own_terms(self.programs[code]))
        payments = [replace(payment, whole=whole) for payment in (*payments, *back_payments[0])]
        return payments, [*problems, *back_payments[1]]

    def _sums_up(self, whole: MoneyColumn, current: list[MoneyColumn], back: list[MoneyColumn]) -> bool:
        """Whether a column is the sum of a current column and the back payments, where there are any."""
        rows = [row for row in self.rows if any(_fen(row, column) for column in back)]
        others = [column for column in current if column is not whole and column.role in _WHOLE]
        return bool(rows) and any(adds_up(rows, whole, [other, *back]) for other in others)

    def _by_term(self, columns: list[MoneyColumn], code: str) -> Found:
        """The columns of one program: one payment, or one for each period that they name."""
        if self.programs[code].cadence == "year":
            return self._paid(_semesters_as_components(columns), code)
        by_term = self._grouped_by_term(columns)
        if not by_term:
            return self._paid(columns, code)
        if len(by_term) == 1:
            (terms,) = by_term
            return self._paid(columns, code, terms)
        if any(column.role in _WHOLE and not column.names_term for column in columns):
            return [PaymentColumn(code, None)], [self._unclear(code, columns)]
        return self._each_term(by_term, code)

    def _grouped_by_term(self, columns: list[MoneyColumn]) -> dict[tuple[Period, ...], list[MoneyColumn]]:
        """The paying columns that name a term, by the periods that they may be for."""
        by_term: dict[tuple[Period, ...], list[MoneyColumn]] = {}
        for column in columns:
            if column.names_term and column.role != "part":
                by_term.setdefault(self._terms_of(column), []).append(column)
        return by_term

    def _each_term(self, by_term: Mapping[tuple[Period, ...], list[MoneyColumn]], code: str) -> Found:
        """A payment for each period; only for the one from the options, where a column may be for it."""
        chosen = {terms: own for terms, own in by_term.items() if self.period_by_hand in terms} or by_term
        payments: list[PaymentColumn] = []
        problems: list[Problem] = []
        for terms, own in chosen.items():
            own_payments, own_problems = self._paid(own, code, terms)
            payments += own_payments
            problems += own_problems
        return payments, problems

    def _terms_of(self, column: MoneyColumn) -> tuple[Period, ...]:
        """The periods that a column may be for: one where it and the title agree."""
        named = semesters(self.around.stated_terms())
        if column.period:
            agreed = not named or column.period in named
            return (column.period,) if agreed else (*dict.fromkeys([*named, column.period]),)
        return tuple(self.around.semesters_in(column.half, column.header))

    def _paid(self, columns: list[MoneyColumn], code: str, terms: tuple[Period, ...] | None = None) -> Found:
        column, problems = self._best(columns, code)
        if terms is None:
            return [PaymentColumn(code, column)], problems
        if len(terms) == 1 or self.period_by_hand:
            return [PaymentColumn(code, column, self.period_by_hand or terms[0], dated=True)], problems
        found = " / ".join(period.code for period in terms)
        facts = {"cadence": self.programs[code].cadence, "found": f" ({found})" if found else ""}
        return [PaymentColumn(code, column, None, dated=True)], [
            *problems,
            Problem("period-unknown", self.place, facts),
        ]

    def _best(self, columns: list[MoneyColumn], code: str | None) -> tuple[MoneyColumn | None, list[Problem]]:
        """The single column that states what is paid; a problem where it is not unique."""
        usable = self._candidates(columns, code)
        if not usable:
            return None, [self._unclear(code, columns) if columns else self._missing("amount")]
        rank = min(ROLE_RANK[column.role] for column in usable)
        best = [column for column in usable if ROLE_RANK[column.role] == rank]
        if len(best) > 1:
            return None, [self._unclear(code, best)]
        return best[0], []

    def _candidates(self, columns: list[MoneyColumn], code: str | None) -> list[MoneyColumn]:
        """The columns that may state what is paid: filled ones before empty ones; beside components, only their sum."""
        usable = [column for column in columns if self._usable(column, code)]
        usable = [column for column in usable if self._filled(column)] or usable
        if any(column.role == "part" and self._filled(column) for column in columns):
            return [column for column in usable if column.role in {"paid", "sum"}]
        return usable

    def _usable(self, column: MoneyColumn, code: str | None) -> bool:
        cadence: Cadence = self.programs[code].cadence if code else "semester"
        if column.role in {"part", "recovered"} or column.span in _OTHER_SPANS[cadence]:
            return False
        return column.role != "standard" or not any(_MULTIPLIER.search(text) for text in self.header.texts)

    def _pays(self, column: MoneyColumn) -> bool:
        return column.role in _WHOLE and self._filled(column)

    def _filled(self, column: MoneyColumn) -> bool:
        """Whether the column holds an amount other than 0."""
        if not self.rows:
            return column.role != "part"
        return any(row[column.index] != "" and _is_more_than_zero(row[column.index]) for row in self.rows)

    def _unresolved(self, problem: Problem) -> Found:
        if self.by_row:
            best, problems = self._best(self.header.money, None)
            return [PaymentColumn(None, best)], [problem, *problems]
        column = min(
            (column for column in self.header.money if column.role != "part"),
            key=lambda column: ROLE_RANK[column.role],
            default=None,
        )
        return [PaymentColumn(None, column)], [problem]

    def _ambiguous(self, codes: Sequence[str]) -> Problem:
        return self._problem("program-ambiguous", programs=", ".join(codes))

    def _unclear(self, code: str | None, columns: Sequence[MoneyColumn]) -> Problem:
        """The problem that no column, or more than one, may be it: each with its letter, for ``--map``."""
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
    """Whether the parts add up to the whole in at least one row."""
    return not rows or any(
        (total := _fen(row, whole)) and total == sum(_fen(row, part) or 0 for part in parts) for row in rows
    )


def _by_having_part(columns: Sequence[MoneyColumn]) -> tuple[list[MoneyColumn], list[MoneyColumn]]:
    """The columns of months or instalments, and the others."""
    return [column for column in columns if column.part], [column for column in columns if not column.part]


def _extras_as_components(columns: Iterable[MoneyColumn]) -> list[MoneyColumn]:
    """The columns of an annual program: those of back payments and top-ups are components."""
    return [replace(c, role="part", part=NO_PART) if c.part.kind else c for c in columns]


def _semesters_as_components(columns: Iterable[MoneyColumn]) -> list[MoneyColumn]:
    """The columns of an annual program, which is not paid by semester: those of semesters are components."""
    return [replace(c, role="part") if c.names_term and c.role == "plain" else c for c in columns]


def _fen(row: Sequence[Cell], column: MoneyColumn) -> int | None:
    try:
        return fen_of(row[column.index], column.unit)
    except AmountNotUnderstood:
        return None


def _is_more_than_zero(cell: Cell) -> bool:
    text = text_of(cell)
    return not is_blank(text) and bool(text.strip("0.¥￥元"))
