"""A grid into a roster file: tables, programs, terms, lines, and a fate for every row."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import PurePath

from aidledger.catalogue.catalogue import Catalogue
from aidledger.domain.identity import resident_fault
from aidledger.domain.place import Place
from aidledger.domain.problem import Problem
from aidledger.domain.program import Program
from aidledger.domain.roster import Declared, Fate, Lines, Roster, RosterFile, Table
from aidledger.domain.term import Period
from aidledger.sheets.cells import AmountNotUnderstood, fen_of, number_of, text_of
from aidledger.sheets.columns import StudentRows
from aidledger.sheets.grid import CSV_SHEET, Sheet
from aidledger.sheets.header import Header, HeaderWords, MoneyColumn, find_header
from aidledger.sheets.lines import Sorted, TotalLine, sort_rows
from aidledger.sheets.package import FORMULA
from aidledger.sheets.payments import payments_of
from aidledger.sheets.titles import Surroundings, surroundings

_FOLDERS_HEARD = 2
_GENERIC_SHEET = re.compile(r"sheet\d*|工作表\d*|表\d*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Hints:
    """What was said by hand and overrules what the file says of itself."""

    program: str | None = None
    period: Period | None = None
    school: str | None = None
    columns: Mapping[str, str] = field(default_factory=dict)


def read_roster(sheets: Sequence[Sheet], path: str, catalogue: Catalogue, hints: Hints) -> RosterFile:
    """The roster in a file's sheets. Problems of cells and of recognition are in it; rules are checked elsewhere."""
    result = RosterFile()
    reader = _Reader(result, PurePath(path), catalogue, hints)
    words = HeaderWords(catalogue.layout, catalogue.programs, hints.columns)
    without_header = []
    for sheet in sheets:
        result.rows_read += sheet.rows_total
        result.fates[Fate.BLANK] += sheet.first_row
        header = find_header(sheet.rows, words)
        if header is None:
            without_header.append(sheet)
            _pass_over(sheet, result)
        else:
            reader.read(sheet, header)
    lost = [sheet for sheet in without_header if not result.tables or _holds_people(sheet)]
    filled = [sheet for sheet in lost if sheet.rows] or lost[: 0 if result.tables else 1]
    result.problems += [Problem("no-header", Place(sheet.name)) for sheet in filled]
    if not sheets:
        result.problems.append(Problem("no-header"))
    if result.tables and not any(len(table.lines) for table in result.tables):
        table = result.tables[0]
        result.problems.append(Problem("empty-roster", Place(table.sheet, table.header_row)))
    return result


def _pass_over(sheet: Sheet, result: RosterFile) -> None:
    for row in sheet.rows:
        result.fates[Fate.OTHER if any(cell != "" for cell in row) else Fate.BLANK] += 1


def _holds_people(sheet: Sheet) -> bool:
    return any(resident_fault(number_of(cell)[0]) is None for row in sheet.rows for cell in row if cell != "")


class _Reader:
    def __init__(self, result: RosterFile, path: PurePath, catalogue: Catalogue, hints: Hints) -> None:
        self.result = result
        self.path = path
        self.catalogue = catalogue
        self.hints = hints

    def read(self, sheet: Sheet, header: Header) -> None:
        """One sheet with a header into a table."""
        layout = self.catalogue.layout
        sorted_rows = sort_rows(sheet.rows, header, layout)
        self._count_fates(sheet, header, sorted_rows)
        around = surroundings(sheet.rows[: header.row], self._names(sheet), self.catalogue.programs, layout)
        place = Place(sheet.name, sheet.first_row + header.row + 1)
        payments, problems = payments_of(header, around, self.catalogue.programs, self.hints.program, place)
        problems += self._missing_columns(header, place)
        students = StudentRows(sheet, header, sorted_rows.students, layout)
        lines = students.lines()
        table = Table(
            sheet=sheet.name,
            header_row=place.row or 1,
            school=self.catalogue.school(self.hints.school or _only(lines.schools) or around.school),
            columns={name: students.letter(indexes[0]) for name, indexes in header.fields.items()},
            lines=lines,
        )
        several = len(payments) > 1
        for payment in payments:
            program = self.catalogue.programs[payment.program] if payment.program else None
            period, more = self._period(program, around, place)
            problems += more
            roster = Roster(payment.program, period, [None] * len(lines), None)
            if payment.column is not None:
                roster.amount_column = students.letter(payment.column.index)
                roster.amounts_fen, roster.complete = students.amounts(
                    payment.column, wan=around.wan, may_be_empty=several
                )
                problems += _declare(
                    roster, sheet, payment.column, sorted_rows, header, several=several, wan=around.wan
                )
            table.rosters.append(roster)
        if several and all(payment.column for payment in payments):
            first = next(payment.column for payment in payments if payment.column)
            students.report_unpaid([roster.amounts_fen for roster in table.rosters], first)
        self._settle(table, around)
        self.result.tables.append(table)
        if lines.rows:  # an empty class sheet has nothing to be right or wrong about
            self.result.problems += problems + students.problems

    def _names(self, sheet: Sheet) -> list[str]:
        sheet_name = "" if sheet.name == CSV_SHEET or _GENERIC_SHEET.fullmatch(sheet.name.strip()) else sheet.name
        folders = [folder for folder in reversed(self.path.parts[:-1]) if folder not in {"/", ".", ".."}]
        return [sheet_name, self.path.stem, *folders[:_FOLDERS_HEARD]]

    def _count_fates(self, sheet: Sheet, header: Header, sorted_rows: Sorted) -> None:
        fates = self.result.fates
        for row in sheet.rows[: header.row]:
            fates[Fate.HEADING if any(cell != "" for cell in row) else Fate.BLANK] += 1
        fates[Fate.HEADING] += 1
        for fate, count in sorted_rows.fates.items():
            fates[fate] += count

    def _missing_columns(self, header: Header, place: Place) -> list[Problem]:
        headers = ", ".join(text for text in header.texts if text)
        return [
            Problem("missing-column", place, {"field": name, "headers": headers})
            for name in ("name", "number")
            if name not in header.fields
        ]

    def _period(
        self, program: Program | None, around: Surroundings, place: Place
    ) -> tuple[Period | None, list[Problem]]:
        if program is None:
            return self.hints.period, []
        if self.hints.period is not None and program.takes(self.hints.period):
            return self.hints.period, []
        named = around.periods(program)
        if len(named) == 1:
            return named[0], []
        found = " / ".join(period.code for period in named)
        facts = {"cadence": program.cadence, "found": f" ({found})" if found else ""}
        return None, [Problem("period-unknown", place, facts)]

    def _settle(self, table: Table, around: Surroundings) -> None:
        """Fill in what one line leaves to its table: the school, the level that grade or stage imply."""
        lines = table.lines
        if self.hints.school:
            lines.schools = [table.school] * len(lines)
        else:
            lines.schools = [self.catalogue.school(school or around.school) for school in lines.schools]
        stage = next((self.catalogue.programs[r.program].stage for r in table.rosters if r.program), None)
        _imply_levels(lines, stage, self.catalogue)


def _only(values: Sequence[str | None]) -> str | None:
    distinct = set(values)
    return distinct.pop() if len(distinct) == 1 else None


_STAGE_LEVELS = {"preschool": "preschool", "high-school": "senior", "vocational": "vocational"}


def _imply_levels(lines: Lines, stage: str | None, catalogue: Catalogue) -> None:
    if stage in _STAGE_LEVELS:
        lines.levels = [_STAGE_LEVELS[stage]] * len(lines)
    elif stage == "compulsory":
        words = {
            word: level for word, level in catalogue.layout.values["level"].items() if level in {"primary", "junior"}
        }
        known: dict[tuple[str | None, str | None], str | None] = {}
        for i, (level, grade, school) in enumerate(zip(lines.levels, lines.grades, lines.schools, strict=True)):
            if level is None:
                key = (grade, school)
                if key not in known:
                    known[key] = _level_in(grade, words) or _level_in(school, words)
                lines.levels[i] = known[key]


def _level_in(text: str | None, words: Mapping[str, str]) -> str | None:
    levels = {level for word, level in words.items() if text and word in text}
    return levels.pop() if len(levels) == 1 else None


def _declare(
    roster: Roster, sheet: Sheet, column: MoneyColumn, rows: Sorted, header: Header, *, several: bool, wan: bool
) -> list[Problem]:
    """Read what the total lines say of a roster."""
    problems = []
    since = 0
    for total in rows.totals:
        fault = sheet.faults.get((sheet.first_row + total.row, sheet.first_column + column.index))
        if fault is not None:
            place = Place(sheet.name, sheet.first_row + total.row + 1, roster.amount_column)
            code = "formula-without-value" if fault == FORMULA else "cell-error"
            problems.append(Problem(code, place, {"value": fault}))
            continue
        last = sum(at < total.row for at in rows.students)
        declared = Declared(
            row=sheet.first_row + total.row + 1,
            person_times=_persons(total, sheet, header),
            amount_fen=_declared_fen(sheet, total, column, wan=wan),
            first=since if total.scope == "section" else 0,
            last=last,
        )
        if several and declared.person_times == declared.last - declared.first != roster.person_times:
            declared.person_times = None  # it counts the lines, not the payments of this program
        if declared.person_times is None and declared.amount_fen is None:
            continue
        since = last
        if total.scope == "section":
            roster.sections.append(declared)
        else:
            roster.declared = declared
    if roster.declared is None and len(roster.sections) == 1 and roster.sections[0].last == len(rows.students):
        roster.declared = roster.sections.pop()
    return problems


def _persons(total: TotalLine, sheet: Sheet, header: Header) -> int | None:
    if total.person_times is not None:
        return total.person_times
    for name in ("name", "number"):
        index = header.index(name)
        text = "" if index is None else text_of(sheet.rows[total.row][index])
        if text.isascii() and text.isdigit():
            return int(text)
    return None


def _declared_fen(sheet: Sheet, total: TotalLine, column: MoneyColumn, *, wan: bool) -> int | None:
    try:
        return fen_of(sheet.rows[total.row][column.index], wan=wan or column.wan)
    except AmountNotUnderstood:
        return None
