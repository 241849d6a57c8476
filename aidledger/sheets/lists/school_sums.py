"""Reads sums by school: aid without a list of pupils (免费教科书, 贴息), and places (名额)."""

from __future__ import annotations

from bisect import bisect
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from aidledger.domain.listing import ListKind, SchoolSums
from aidledger.domain.money import yuan_text
from aidledger.domain.place import Place
from aidledger.domain.problem import Problem
from aidledger.domain.school import school_name
from aidledger.i18n import N_
from aidledger.sheets.lists.allotments import document_in, document_of
from aidledger.sheets.recognition.assignments import assign
from aidledger.sheets.recognition.cells import AmountNotUnderstood, date_of, fen_of, is_blank, text_of
from aidledger.sheets.recognition.columns import shortened
from aidledger.sheets.recognition.money_headings import ROLE_RANK, MoneyColumn
from aidledger.sheets.recognition.titles import source_of

if TYPE_CHECKING:
    from aidledger.catalogue.catalogue import Catalogue
    from aidledger.domain.term import Period
    from aidledger.sheets.formats.grid import Cell
    from aidledger.sheets.recognition.blocks import Block
    from aidledger.sheets.recognition.columns import StudentRows
    from aidledger.sheets.recognition.hints import Hints
    from aidledger.sheets.recognition.titles import Surroundings


@dataclass(frozen=True, slots=True)
class _Cut:
    """A column of persons and the column of their amounts; ``program``: where its heading names one."""

    persons: int
    money: MoneyColumn | None
    program: str | None


@dataclass(frozen=True, slots=True)
class SumRows:
    """A table of sums by school and its surroundings."""

    kind: ListKind
    block: Block
    students: StudentRows
    place: Place
    around: Surroundings
    catalogue: Catalogue
    hints: Hints

    def facts(self) -> tuple[SchoolSums, list[Problem]]:
        """The sums, and problems other than those of cells."""
        facts = SchoolSums(of_places=self.kind == "quota")
        cuts = self._cuts()
        if not cuts or (self.kind == "school-amounts" and not self.students.header.money):
            name = "amount" if cuts else "places" if facts.of_places else "persons"
            headers = ", ".join(text for text in self.students.header.texts if text)
            return facts, [Problem("missing-column", self.place, {"field": name, "headers": headers})]
        assigned = assign(self.students, self.around, self.catalogue.programs, self.hints.program, self.hints.period)
        named = all(cut.program for cut in cuts)
        problems = [one for one in assigned.problems if not (named and one.code.startswith("program-"))]
        amounts = {cut: self._amounts(cut) for cut in cuts}
        counts = {cut: [self._persons(line, cut) for line in range(len(self.students.rows))] for cut in cuts}
        for cut in cuts:
            problems += self._total_faults(cut.persons, counts[cut], N_("persons"))
            if cut.money is not None:
                problems += self._total_faults(cut.money.index, amounts[cut], N_("yuan"))
        for line, row in enumerate(self.students.numbers):
            for cut in cuts:
                program, period = self._of(cut, assigned.programs[line], assigned.periods[line])
                persons, amount = counts[cut][line], amounts[cut][line]
                if persons is None or program is None or period is None or not self._plausible(line, cut, amount):
                    continue
                facts.rows.append(row)
                facts.programs.append(program)
                facts.periods.append(period)
                facts.schools.append(self._school(line))
                facts.persons.append(persons)
                facts.amounts_fen.append(amount)
                facts.documents.append(self._document(line))
                facts.issued_on.append(self._issued_on(line))
        return facts, problems

    def _cuts(self) -> list[_Cut]:
        """The columns of persons, each with its amounts; several only where their headings name programs."""
        header = self.students.header
        indexes = [index for name in ("places", "persons") for index in header.fields.get(name, ())]
        money = sorted(header.money, key=lambda column: ROLE_RANK[column.role])
        if len(indexes) > 1:
            named = {index: self._program_in(header.texts[index]) for index in indexes}
            if all(named.values()):
                return [_Cut(index, _of_program(money, code), code) for index, code in named.items()]
        return [_Cut(index, money[0] if money else None, None) for index in indexes[:1]]

    def _program_in(self, heading: str) -> str | None:
        programs = self.catalogue.programs
        found = source_of(f"{heading}\n{self.around.sources[0].text}", programs.values()).programs
        own = [code for code in found if any(word in heading for word in programs[code].words.column)]
        return own[0] if len(own) == 1 else None

    def _of(self, cut: _Cut, program: str | None, period: Period | None) -> tuple[str | None, Period | None]:
        """The program and period of a cut of a line; a program in its heading is paid for the title's period."""
        if cut.program is None:
            return program, period
        periods = self.around.periods(self.catalogue.programs[cut.program])
        return cut.program, self.hints.period or (periods[0] if len(periods) == 1 else period)

    def _amounts(self, cut: _Cut) -> list[int | None]:
        if cut.money is None:
            return [None] * len(self.students.rows)
        may_be_empty = self.kind == "quota" or cut.program is not None
        return self.students.amounts(cut.money, self.around.unit, may_be_empty=may_be_empty)[0]

    def _plausible(self, line: int, cut: _Cut, amount: int | None) -> bool:
        """Whether a line's amount can be posted: sums need one, places do not."""
        if amount is None:
            return self.kind == "quota"
        if amount <= 0 and cut.money is not None:
            self.students.report("amount-not-positive", line, cut.money.index, amount=yuan_text(amount))
        return amount > 0

    def _persons(self, line: int, cut: _Cut) -> int | None:
        """The number of persons; None, and a problem, where the cell holds none."""
        text = text_of(self.students.rows[line][cut.persons]).removesuffix("人次").removesuffix("人").replace(",", "")
        if is_blank(text) and cut.program is not None:
            return None
        if not (text.isascii() and text.isdigit()):
            self.students.report("count-format", line, cut.persons, value=shortened(text))
            return None
        return int(text)

    def _total_faults(self, index: int, figures: Sequence[int | None], unit: str) -> Iterator[Problem]:
        """Total lines that are neither the sum of all lines above them nor of those since the last total."""
        if unit == "persons" and None in figures:
            return
        rows, done = self.students.sheet.rows, 0
        for total in self.block.sorted.totals:
            above = bisect(self.block.sorted.students, total.row)
            sums = {sum(figure or 0 for figure in figures[first:above]) for first in (0, done)}
            stated, done = self._stated(rows[total.row][index], unit), above
            if stated is not None and stated not in sums:
                place = Place(self.students.sheet.name, self.students.sheet.first_row + total.row + 1)
                shown = (yuan_text(stated), yuan_text(max(sums))) if unit == "yuan" else (stated, max(sums))
                facts = {"declared": shown[0], "actual": shown[1], "unit": unit}
                yield Problem("declared-total-mismatch", place, facts)

    def _stated(self, cell: Cell, unit: str) -> int | None:
        """The figure of a total line: a number of persons, or 分; None where it states none."""
        if unit == "yuan":
            try:
                return fen_of(cell, self.around.unit)
            except AmountNotUnderstood:
                return None
        text = text_of(cell).removesuffix("人")
        return int(text) if text.isascii() and text.isdigit() else None

    def _school(self, line: int) -> str | None:
        index = self.students.header.index("school")
        text = "" if index is None else text_of(self.students.rows[line][index])
        named = self.hints.school or (None if is_blank(text) else school_name(text)) or self.around.school
        return self.catalogue.school(named)

    def _document(self, line: int) -> str | None:
        return document_of(self.students, line) or document_in("\n".join(s.text for s in self.around.sources))

    def _issued_on(self, line: int) -> str | None:
        index = self.students.header.index("issued_on")
        date_1904 = self.students.sheet.date_1904
        return None if index is None else date_of(self.students.rows[line][index], date_1904=date_1904)


def _of_program(money: Sequence[MoneyColumn], code: str | None) -> MoneyColumn | None:
    return next((column for column in money if code in column.programs), None)
