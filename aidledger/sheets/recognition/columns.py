"""Reads the cells of pupils' rows into the columns of Lines."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Collection, Sequence
from operator import itemgetter
from typing import Generic, TypeVar

from aidledger.domain.identity import (
    PERMANENT_STUDENT_NUMBER,
    RESIDENT_LENGTH,
    document_type_of,
    mask_account,
    mask_number,
    masked_text,
    resident_fault,
)
from aidledger.domain.layout import Layout, fold
from aidledger.domain.lines import Lines
from aidledger.domain.money import yuan_text
from aidledger.domain.place import Place, column_letter
from aidledger.domain.problem import Problem
from aidledger.domain.school import school_name
from aidledger.i18n import N_
from aidledger.sheets.formats.grid import Cell, Sheet
from aidledger.sheets.formats.sheet import fault_code
from aidledger.sheets.recognition.cells import (
    KEPT_DIGITS,
    YES,
    AmountNotUnderstood,
    are_bare_numbers,
    date_of,
    fen_of,
    is_blank,
    is_name,
    name_of,
    number_of,
    optional_text,
    text_of,
    year_of,
)
from aidledger.sheets.recognition.header import Header
from aidledger.sheets.recognition.marks import TURNING, turning_in
from aidledger.sheets.recognition.money_headings import MoneyColumn
from aidledger.sheets.recognition.units import Unit

Value = TypeVar("Value")
_EXCERPT_MAX = 40
_CODE = re.compile(r"^\d{1,2}[-－.、:]")
_ROUNDED = re.compile(r"\d{15}[1-9]?0{3,4}", re.ASCII)
_ROUNDED_SHARE = 3
_EMPTY_LOOKUPS = {"", "0"}  # no name, and the result of a lookup of an empty cell
_OPERA = "戏曲表演"
_COHORT = re.compile(r"20[0-9]{2}级")


class StudentRows:
    """The pupils' rows of a table, and the problems of their cells. Columns are indexes into the rows read."""

    def __init__(self, sheet: Sheet, header: Header, students: Sequence[int], layout: Layout) -> None:
        self.sheet = sheet
        self.header = header
        self.layout = layout
        self.rows = [sheet.rows[at] for at in students]
        self.numbers = [sheet.first_row + at + 1 for at in students]
        self.problems: list[Problem] = []
        self._faulty = self._cell_faults()
        self._report_struck()

    def place(self, line: int, index: int | None) -> Place:
        """The place of a line's cell."""
        column = None if index is None else column_letter(self.sheet.first_column + index)
        return Place(self.sheet.name, self.numbers[line], column)

    def letter(self, index: int | None) -> str | None:
        """The letter of a column in the spreadsheet."""
        return None if index is None else column_letter(self.sheet.first_column + index)

    def lines(self) -> Lines:
        """All fields except amounts, normalised."""
        numbers, losses = self._document_numbers()
        self._take_entry_years_from_grades()
        return Lines(
            rows=self.numbers,
            numbers=numbers,
            document_types=self._document_types(numbers, losses),
            names=self._names(),
            sexes=self._worded("sex"),
            births=self.dates("birth"),
            student_numbers=self._student_numbers(),
            accounts=self._accounts(),
            schools=self.schools(),
            levels=self._worded("level"),
            grades=self._remembered("grade", optional_text),
            classes=self._remembered("class", optional_text),
            boardings=self._worded("boarding"),
            tiers=self._remembered("tier", optional_text),
            categories=self._remembered(
                "category" if "category" in self.header.fields else "hardship_level", optional_text
            ),
            entry_years=self._remembered("entry_year", year_of),
            guardians=self.texts("guardian"),
            majors=self._majors(),
        )

    def amounts(self, column: MoneyColumn, unit: Unit | None, *, may_be_empty: bool) -> tuple[list[int | None], bool]:
        """The amounts (分) of a column, and whether all of them were readable.

        ``unit``: that of all amounts, as the rows around the table state it. ``may_be_empty``: the table pays under
        several programs, so 0 or a blank cell means that this one does not pay.
        """
        counted_in = column.counted_in(unit)
        if counted_in is not None and counted_in.fen is None:
            self._report_unit(column, counted_in)
            return [None] * len(self.rows), False
        known = _Memory(lambda cell: _amount_or_fault(cell, counted_in))
        amounts: list[int | None] = []
        complete = True
        for line, amount in enumerate(known.of_all(self._cells(column.index))):
            if isinstance(amount, AmountNotUnderstood):
                complete = False
                amounts.append(None)
                self.report("amount-format", line, column.index, value=shortened(amount.args[0]))
                continue
            if amount is None and (line, column.index) in self._faulty:
                complete = False
            elif amount is None and not may_be_empty:
                complete = False
                self.report("amount-missing", line, column.index)
            amounts.append(None if amount == 0 and may_be_empty else amount)
        return amounts, complete

    def report_unpaid(self, amounts: Sequence[Sequence[int | None]], column: MoneyColumn) -> None:
        """Report lines without an amount under any of a table's programs."""
        reported = {line for line, _ in self._faulty}
        unreadable = {problem.place.row for problem in self.problems if problem.code == "amount-format"}
        for line, row in enumerate(self.numbers):
            if all(column_amounts[line] is None for column_amounts in amounts) and not (
                line in reported or row in unreadable
            ):
                self.report("amount-missing", line, column.index)

    def compare_sums(self, column: MoneyColumn, amounts: Sequence[Sequence[int | None]], unit: Unit | None) -> None:
        """Check that a 合计 column is the sum of the columns of programs or parts in every row."""
        for line, paid in enumerate(zip(*amounts, strict=True)):
            try:
                declared = fen_of(self.rows[line][column.index], column.counted_in(unit))
            except AmountNotUnderstood:
                continue  # an unreadable sum is not paid, so it does no harm
            actual = sum(amount or 0 for amount in paid)
            if declared is not None and declared != actual and (line, column.index) not in self._faulty:
                facts = {"declared": yuan_text(declared), "actual": yuan_text(actual), "unit": N_("yuan")}
                self.report("declared-total-mismatch", line, column.index, **facts)

    def dates(self, name: str) -> list[str | None]:
        """By line the date or month in a field's column."""
        return self._each(name, lambda cell: date_of(cell, date_1904=self.sheet.date_1904))

    def schools(self) -> list[str | None]:
        """By line the school in its own column, as printed."""
        return self._remembered("school", lambda cell: None if is_blank(text_of(cell)) else school_name(text_of(cell)))

    def texts(self, name: str) -> list[str | None]:
        """By line the text in a field's column."""
        return self._each(name, optional_text)

    def report(self, code: str, line: int, index: int | None, **facts: object) -> None:
        """Add a problem of a line's cell."""
        self.problems.append(Problem(code, self.place(line, index), facts))

    def drop_problems(self, code: str, columns: Collection[int], rows: range) -> None:
        """Drop problems of cells (column indexes, row numbers) that a better one replaces."""
        letters = set(map(self.letter, columns))
        self.problems = [
            problem
            for problem in self.problems
            if problem.code != code or problem.place.column not in letters or problem.place.row not in rows
        ]

    def _report_unit(self, column: MoneyColumn, unit: Unit) -> None:
        place = Place(self.sheet.name, self.sheet.first_row + self.header.row + 1, self.letter(column.index))
        self.problems.append(Problem("unit-unknown", place, {"unit": unit.name}))

    def _cell_faults(self) -> set[tuple[int, int]]:
        if not self.sheet.faults:
            return set()
        used = {index for indexes in self.header.fields.values() for index in indexes}
        used |= {column.index for column in self.header.money}
        faulty = set()
        for line, row in enumerate(self.numbers):
            for index in sorted(used):
                fault = self.sheet.faults.get((row - 1, self.sheet.first_column + index))
                if fault is None:
                    continue
                faulty.add((line, index))
                self.problems.append(fault_problem(fault, self.place(line, index)))
        return faulty

    def _report_struck(self) -> None:
        """Report struck-out names, numbers and amounts: only the school knows whether they count."""
        identifying = {index for name in ("name", "number") for index in self.header.fields.get(name, ())}
        relevant = identifying | {column.index for column in self.header.money}
        for line, row in enumerate(self.numbers if self.sheet.struck else ()):
            for index in sorted(relevant):
                if (row - 1, self.sheet.first_column + index) in self.sheet.struck:
                    self.report("struck-out", line, index)

    def _cells(self, index: int | None) -> list[Cell]:
        return [] if index is None else list(map(itemgetter(index), self.rows))

    def _each(self, name: str, read: Callable[[Cell], Value | None]) -> list[Value | None]:
        index = self.header.index(name)
        return [None] * len(self.rows) if index is None else list(map(read, self._cells(index)))

    def _remembered(self, name: str, read: Callable[[Cell], Value | None]) -> list[Value | None]:
        """Like ``_each``, cached, for fields with few distinct values: grades, classes, schools."""
        index = self.header.index(name)
        return [None] * len(self.rows) if index is None else _Memory(read).of_all(self._cells(index))

    def _worded(self, name: str) -> list[str | None]:
        table = self.layout.values[name]

        def meaning(cell: Cell) -> str | None:
            text = fold(text_of(cell))
            return table.get(text) or table.get(_CODE.sub("", text))  # 1-走读, as the national register writes it

        return self._remembered(name, meaning)

    def _names(self) -> list[str]:
        index = self.header.index("name")
        if index is None:
            return [""] * len(self.rows)
        cells = self._cells(index)
        names = [name_of(cell) for cell in cells]
        for line, name in enumerate(names):
            if is_name(name) and not isinstance(cells[line], bool):
                continue
            names[line] = ""
            if (line, index) not in self._faulty:
                facts = {} if name in _EMPTY_LOOKUPS else {"offered": shortened(text_of(cells[line]))}
                self.report("name-missing", line, index, **facts)
        return names

    def _document_numbers(self) -> tuple[list[str], set[int]]:
        index = self.header.index("number")
        if index is None:
            return [""] * len(self.rows), set()
        cells = self._cells(index)
        if are_bare_numbers(cells) and "" not in cells:
            return list(cells), set()
        numbers, losses = [], set()
        for line, cell in enumerate(cells):
            number, lost = number_of(cell)
            if lost:
                losses.add(line)
                self.report("id-precision-lost", line, index, **self._offer(line, number))
            elif TURNING.search(number):
                lost = True
                self.report("invisible-mark", line, index, value=", ".join(turning_in(number)))
            elif not number and (line, index) not in self._faulty:
                number = self._number_instead(line)
                if not number:
                    self.report("id-missing", line, index)
            numbers.append("" if lost else number)
        return numbers, losses

    def _take_entry_years_from_grades(self) -> None:
        """Without a column for it, take the year of entry from grades or classes like 2021级."""
        fields = self.header.fields
        for name in ("grade", "class"):
            index = self.header.index(name)
            texts = {text_of(cell) for cell in set(self._cells(index))} - {""}
            if "entry_year" not in fields and texts and all(map(_COHORT.match, texts)):
                fields["entry_year"] = fields[name]

    def _student_number(self, line: int) -> str:
        index = self.header.index("student_number")
        return "" if index is None else number_of(self.rows[line][index])[0]

    def _majors(self) -> list[str | None]:
        """By line the major; where a column of its own says that it is opera performance, with that behind it."""
        majors = self._remembered("major", optional_text)
        index = self.header.index("opera")
        if index is None:
            return majors
        for line, cell in enumerate(self._cells(index)):
            if fold(text_of(cell)) in YES and _OPERA not in (majors[line] or ""):
                majors[line] = f"{majors[line] or ''}({_OPERA})"
        return majors

    def _student_numbers(self) -> list[str | None]:
        cells = self._cells(self.header.index("student_number"))
        if are_bare_numbers(cells):
            return [cell or None for cell in cells]
        return self._each("student_number", lambda cell: number_of(cell)[0] or None)

    def _number_instead(self, line: int) -> str:
        """The 学籍号 of a pupil without an ID number, which then begins with J."""
        number = self._student_number(line)
        return number if PERMANENT_STUDENT_NUMBER.fullmatch(number) else ""

    def _offer(self, line: int, rest: str) -> dict[str, object]:
        """Facts that offer a likely number for one that lost digits; it is never used."""
        offered = self._student_number(line).removeprefix("G")
        kept = rest.partition("E")[0].replace(".", "").rstrip("0")[:KEPT_DIGITS]
        if resident_fault(offered) is not None or not offered.startswith(kept):
            return {}
        return {"offered": mask_number(offered), "where": self.place(line, self.header.index("student_number"))}

    def _document_types(self, numbers: list[str], losses: set[int]) -> list[str]:
        stated = self._worded("document_type")
        return [
            _document_type(number, document_type, lost=line in losses)
            for line, (number, document_type) in enumerate(zip(numbers, stated, strict=True))
        ]

    def _accounts(self) -> list[str | None]:
        index = self.header.index("account")
        if index is None:
            return [None] * len(self.rows)
        cells = self._cells(index)
        if are_bare_numbers(cells):
            return [cell or None for cell in cells]
        accounts: list[str | None] = []
        for line, cell in enumerate(cells):
            account, lost = number_of(cell)
            if lost:
                self.report("account-format", line, index, value=(masked := mask_account(account)), offered=masked)
            elif TURNING.search(account):
                account, lost = "", True
                self.report("invisible-mark", line, index, value=", ".join(turning_in(str(cell))))
            accounts.append(None if lost else account or None)
        return accounts

    def doubt_accounts(self, accounts: Sequence[str | None]) -> None:
        """Warn of card numbers that Excel may have damaged, before they get into a payment order."""
        index = self.header.index("account")
        cells = self._cells(index)
        lengths = Counter(len(account) for account in accounts if account)
        if not lengths:
            return
        usual = max(lengths, key=lambda length: lengths[length])
        # One card number in a thousand ends in three zeros; where many of a list do, Excel rounded them.
        rounded = sum(account is not None and _ROUNDED.fullmatch(account) is not None for account in accounts)
        many = rounded * _ROUNDED_SHARE >= lengths.total() and rounded > min(1, lengths.total() - 1)
        for line, (cell, account) in enumerate(zip(cells, accounts, strict=True)):
            if account is None:
                continue
            if many and _ROUNDED.fullmatch(account):
                self.report("account-rounded", line, index, value=mask_account(account))
            elif not isinstance(cell, str) and len(account) < usual:
                self.report("account-zeros-lost", line, index, value=mask_account(account))


class _Memory(dict[type, "_Known[Value]"], Generic[Value]):
    """Caches the meaning of cells, by type first because 1, 1.0 and True are equal as keys."""

    def __init__(self, read: Callable[[Cell], Value]) -> None:
        super().__init__()
        self._read = read

    def __missing__(self, kind: type) -> _Known[Value]:
        known = self[kind] = _Known(self._read)
        return known

    def of_all(self, cells: Sequence[Cell]) -> list[Value]:
        """The meaning of each cell."""
        return [self[type(cell)][cell] for cell in cells]


class _Known(dict[Cell, Value], Generic[Value]):
    def __init__(self, read: Callable[[Cell], Value]) -> None:
        super().__init__()
        self._read = read

    def __missing__(self, cell: Cell) -> Value:
        value = self[cell] = self._read(cell)
        return value


def fault_problem(fault: str, place: Place) -> Problem:
    """The problem of a cell that holds an error or an uncalculated formula."""
    code, facts = fault_code(fault)
    return Problem(code, place, {name: shortened(text) for name, text in facts.items()})


def _amount_or_fault(cell: Cell, unit: Unit | None) -> int | AmountNotUnderstood | None:
    try:
        return fen_of(cell, unit)
    except AmountNotUnderstood as error:
        return error


def _document_type(number: str, stated: str | None, *, lost: bool) -> str:
    """The type of a document; a number of 18 characters overrides the stated type."""
    if len(number) == RESIDENT_LENGTH and not lost:
        return document_type_of(number)
    if PERMANENT_STUDENT_NUMBER.fullmatch(number):
        return "student-number"
    return "resident-id" if stated in {None, "resident-id"} else str(stated)


def shortened(text: str) -> str:
    """A cell's text for a message: long numbers masked, as they may identify a person, and truncated."""
    text = masked_text(text)
    return text if len(text) <= _EXCERPT_MAX else f"{text[:_EXCERPT_MAX]}…"
