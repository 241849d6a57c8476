"""Reads the tables of a sheet: kind, program, period, school and lines of each."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from pathlib import PurePath

from aidledger.catalogue.catalogue import Catalogue
from aidledger.domain.layout import fold
from aidledger.domain.lines import Lines
from aidledger.domain.listing import Allotments, Deaths, ListKind, Populations, SchoolSums, StaffCards
from aidledger.domain.place import Place, column_letter
from aidledger.domain.problem import Problem
from aidledger.domain.roster import Note, RosterFile, Table
from aidledger.sheets.formats.grid import CSV_SHEET, Cell, Sheet
from aidledger.sheets.lists.listings import REQUIRED, national_payments, read_listing
from aidledger.sheets.recognition.assignments import assigned_by_row
from aidledger.sheets.recognition.blocks import Block
from aidledger.sheets.recognition.cells import text_of
from aidledger.sheets.recognition.columns import StudentRows, shortened
from aidledger.sheets.recognition.declared import Totals
from aidledger.sheets.recognition.header import Header, duplicate_fields
from aidledger.sheets.recognition.headings import is_others
from aidledger.sheets.recognition.hints import Hints
from aidledger.sheets.recognition.kinds import Kinds
from aidledger.sheets.recognition.titles import SourceCache, Surroundings, surroundings
from aidledger.sheets.rosters.ditto import fill_ditto
from aidledger.sheets.rosters.paying import Paying
from aidledger.sheets.rosters.payments import PaymentColumn, payments_of
from aidledger.sheets.rosters.unpaid import merged_amounts, split_amounts, unpaid_rows

_FOLDERS_READ_MAX = 3
_SCHOOL_NAME_ROWS_MAX = 20
_TITLE_ROWS_MAX = 5
_COVER_CELLS_MAX = 12
_SUMS: tuple[ListKind, ...] = ("school-amounts", "quota")
_GENERIC_SHEET = re.compile(r"sheet\d*|工作表\d*|表\d*", re.IGNORECASE)


class TableReader:
    """Reads the tables of a file, sheet by sheet, into ``result``."""

    def __init__(self, result: RosterFile, path: PurePath, catalogue: Catalogue, hints: Hints) -> None:
        self.result = result
        self.path = path
        self.catalogue = catalogue
        self.hints = hints
        self.cover: list[list[Cell]] = []
        self._sources = SourceCache(catalogue.programs.values())

    def columns_by_hand(self, sheet: Sheet) -> Mapping[str, str]:
        """Column mappings from the options, and those saved for a school that the sheet, file or folders name."""
        saved = self.hints.remembered
        if not saved:
            return self.hints.columns
        cells = (text_of(cell) for row in sheet.rows[:_SCHOOL_NAME_ROWS_MAX] for cell in row)
        around = fold("\n".join([*cells, *self._names(sheet), *self._folders(), self.hints.school or ""]))
        columns: dict[str, str] = {}
        for name, school in [*self.catalogue.schools.items(), *((school, school) for school in saved)]:
            if school in saved and fold(name) in around:
                columns |= saved[school]
        return columns | dict(self.hints.columns)

    def of_sums(self, sheet: Sheet) -> bool:
        """Whether a sheet or its file is titled, or said to be, one of sums by school."""
        if self.hints.kind is not None:
            return self.hints.kind in _SUMS
        cells = (text_of(cell) for row in sheet.rows[:_TITLE_ROWS_MAX] for cell in row)
        around = fold("\n".join([*cells, *self._names(sheet), *self._folders()]))
        return any(word in around for kind in _SUMS for word in self.catalogue.layout.titles[kind])

    def note_cover(self, sheet: Sheet) -> None:
        """Keep a leading sheet of few words as a cover, which may name school, program or period of later sheets."""
        filled = sum(cell != "" for row in sheet.rows for cell in row)
        if not (self.result.tables or self.result.listings) and filled <= _COVER_CELLS_MAX:
            self.cover += sheet.rows

    def read(self, sheet: Sheet, blocks: Sequence[Block]) -> None:
        """Read a sheet with one or more tables."""
        for block in blocks:
            for at in block.foreign_titles:
                title = next(text for cell in sheet.rows[at] if (text := text_of(cell)))
                place = Place(sheet.name, sheet.first_row + at + 1)
                self.result.problems.append(Problem("title-between", place, {"value": shortened(title)}))
            for fate, count in block.fates(sheet).items():
                self.result.fates[fate] += count
            general = [*(blocks[0].titles if block is not blocks[0] else ()), *self.cover]
            if not block.of_counts:
                self._read_block(sheet, block, general)

    def _read_block(self, sheet: Sheet, block: Block, general: list[list[Cell]]) -> None:
        layout = self.catalogue.layout
        header = block.header
        around = surroundings(block.titles, self._names(sheet), self._folders(), self._sources, layout, general)
        marks = [*fill_ditto(sheet, header, block.sorted.students)]
        students = StudentRows(sheet, header, block.sorted.students, layout)
        students.problems += marks
        place = Place(sheet.name, sheet.first_row + header.row + 1)
        filled = {
            name for name, indexes in header.fields.items() if any(row[indexes[0]] != "" for row in students.rows)
        }
        kinds = Kinds(header, around, layout, filled, students.rows)
        kind = self.hints.kind or kinds.kind()
        word = None if self.hints.kind else kinds.not_a_payment(kind)
        if word is not None:
            self._refuse(students, place, word)
        elif kind == "roster":
            self._read_roster(block, around, students, place)
        elif kind == "national-export":
            self._read_national(block, around, students, place)
        else:
            self._read_listing(kind, block, around, students, place)

    def _refuse(self, students: StudentRows, place: Place, word: str) -> None:
        """Refuse a list of pupils who are not paid, or not yet; only the number of its lines is kept."""
        lines = students.lines()
        lines.numbers, lines.accounts = [""] * len(lines), [None] * len(lines)
        columns = {name: students.letter(indexes[0]) for name, indexes in students.header.fields.items()}
        self.result.tables.append(Table(students.sheet.name, place.row or 1, None, columns, lines))
        if students.rows:
            self.result.problems.append(Problem("not-a-payment", place, {"word": word}))

    def _read_listing(
        self, kind: ListKind, block: Block, around: Surroundings, students: StudentRows, place: Place
    ) -> None:
        """Read a list other than a roster."""
        header = block.header
        columns = {name: students.letter(indexes[0]) for name, indexes in header.fields.items()}
        read = read_listing(kind, block, students, place, around, self.catalogue, self.hints, columns)
        listing, problems = read.listing, read.problems
        problems += self._unclear_columns(header, place, students.sheet.first_column, REQUIRED[kind])
        if not isinstance(listing.facts, Allotments | SchoolSums):
            self._settle(listing.lines, listing.school, None)
        self.result.listings.append(listing)
        self.result.notes += read.notes
        if not isinstance(listing.facts, Populations | Deaths | StaffCards):  # what is not read there is not needed
            self._note_unread(students)
        if students.rows:
            self.result.problems += problems + students.problems

    def _read_roster(self, block: Block, around: Surroundings, students: StudentRows, place: Place) -> None:
        """Read a roster."""
        table, problems = self._paid(block, around, students, place)
        self.result.tables.append(table)
        if table.lines.rows:  # an empty class sheet is no problem, whatever its header
            self.result.problems += problems + students.problems

    def _read_national(self, block: Block, around: Surroundings, students: StudentRows, place: Place) -> None:
        """Read what the national system says was paid: as a roster is read, but it pays nobody."""
        table, problems = self._paid(block, around, students, place)
        self.result.listings.append(national_payments(table))
        if students.rows:
            self.result.problems += problems + students.problems

    def _paid(
        self, block: Block, around: Surroundings, students: StudentRows, place: Place
    ) -> tuple[Table, list[Problem]]:
        """A table with its payments, and problems other than those of cells."""
        sheet, header = students.sheet, block.header
        table = self._table(block, around, students, place)
        problems = self._unclear_columns(header, place, sheet.first_column, ("name", "number"))
        payments, payment_problems = self._pay(table, block, around, students, place)
        problems += payment_problems
        stage = next((self.catalogue.programs[r.program].stage for r in table.rosters if r.program), None)
        self._settle(table.lines, table.school or around.school, stage)
        self._note_unread(students, _unpaid_months(header, payments))
        problems += [*unpaid_rows(block, students, table), *merged_amounts(block, students)]
        return table, [*problems, *split_amounts(block, sheet, table)]

    def _table(self, block: Block, around: Surroundings, students: StudentRows, place: Place) -> Table:
        """The lines of a roster, before anything is paid."""
        header = block.header
        lines = students.lines()
        students.doubt_accounts(lines.accounts)
        if "school" not in header.fields:
            lines.schools = block.schools(students.sheet, self.catalogue.layout)
        return Table(
            sheet=students.sheet.name,
            header_row=place.row or 1,
            school=self.catalogue.school(self.hints.school or _only(lines.schools) or around.school),
            columns={name: students.letter(indexes[0]) for name, indexes in header.fields.items()},
            lines=lines,
        )

    def _pay(
        self, table: Table, block: Block, around: Surroundings, students: StudentRows, place: Place
    ) -> tuple[list[PaymentColumn], list[Problem]]:
        """Add the rosters of a table to it, by row or by money column; the payments, and what is wrong with them."""
        header, hints = block.header, self.hints
        by_row = assigned_by_row(students)
        payments, problems = payments_of(
            header,
            around,
            self.catalogue.programs,
            hints.program,
            place,
            students.rows,
            period_by_hand=hints.period,
            by_row=by_row,
        )
        titled = block.titled_totals(self.catalogue.layout)
        totals = Totals(students.sheet, header, block.sorted, unit=around.unit, titled=titled)
        paying = Paying(table, students, around, totals, self.catalogue, hints, place)
        dated = any(payment.dated for payment in payments)
        if by_row and not dated and (len(payments) == 1 or "program" not in header.fields):
            return payments, paying.by_row(payments, problems)
        return payments, [*problems, *paying.by_column(payments)]

    def _note_unread(self, students: StudentRows, unpaid: Collection[int] = ()) -> None:
        """Note the columns that hold data and were not read, apart from other people's (a guardian's).

        ``unpaid``: indexes of columns that look like money but are not.
        """
        header, layout = students.header, self.catalogue.layout
        used = {index for indexes in header.fields.values() for index in indexes}
        used |= {column.index for column in header.money}.difference(unpaid)
        unread = tuple(
            text
            for index, text in enumerate(header.texts)
            if text
            and index not in used
            and not is_others(text, layout)
            and any(row[index] != "" for row in students.rows)
        )
        if unread:
            self.result.notes.append(Note("unread-columns", students.sheet.name, len(unread), unread))

    def _names(self, sheet: Sheet) -> list[str]:
        generic = sheet.name == CSV_SHEET or _GENERIC_SHEET.fullmatch(sheet.name.strip())
        return ["" if generic else sheet.name, self.path.stem]

    def _folders(self) -> list[str]:
        folders = [folder for folder in reversed(self.path.parts[:-1]) if folder not in {"/", ".", ".."}]
        return folders[:_FOLDERS_READ_MAX]

    def _unclear_columns(
        self, header: Header, place: Place, first_column: int, required: Sequence[str]
    ) -> list[Problem]:
        """Problems of required fields that no column holds, and of identifying fields that several columns claim."""
        headers = ", ".join(text for text in header.texts if text)
        problems = [
            Problem("missing-column", place, {"field": name, "headers": headers})
            for name in required
            if name not in header.fields
        ]
        for name in duplicate_fields(header) if required else ():
            letters = ", ".join(f"{column_letter(first_column + i)} {header.texts[i]}" for i in header.fields[name])
            problems.append(Problem("missing-column", place, {"field": name, "headers": letters}))
        return problems

    def _settle(self, lines: Lines, school: str | None, stage: str | None) -> None:
        """Fill in what lines leave to their table: the school, and the level that grade or stage imply."""
        if self.hints.school:
            lines.schools = [self.catalogue.school(self.hints.school)] * len(lines)
        else:
            known = {own: self.catalogue.school(own or school) for own in set(lines.schools)}
            lines.schools = [known[own] for own in lines.schools]
        _imply_levels(lines, stage, self.catalogue)


def _unpaid_months(header: Header, payments: Sequence[PaymentColumn]) -> list[int]:
    """Indexes of the columns of months or instalments if none of them is paid: they hold days, or ticks."""
    months = [column.index for column in header.money if column.bare and column.part]
    paid = {payment.column.index for payment in payments if payment.column}
    return [] if paid.intersection(months) or not paid else months


def _only(values: Sequence[str | None]) -> str | None:
    distinct = set(values)
    return distinct.pop() if len(distinct) == 1 else None


_STAGE_LEVELS = {"preschool": "preschool", "high-school": "senior", "vocational": "vocational"}


def _imply_levels(lines: Lines, stage: str | None, catalogue: Catalogue) -> None:
    if stage in _STAGE_LEVELS:
        lines.levels = [_STAGE_LEVELS[stage]] * len(lines)
    elif stage in {"compulsory", None}:
        table = catalogue.layout.values["level"]
        words = {word: level for word, level in table.items() if stage is None or level in {"primary", "junior"}}
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
