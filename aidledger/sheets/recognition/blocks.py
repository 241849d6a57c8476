"""Blocks: the tables of a sheet from top to bottom, each with its title, header and rows."""

from __future__ import annotations

from bisect import bisect
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from aidledger.domain.layout import Layout, fold
from aidledger.domain.part import Part
from aidledger.domain.roster import Fate
from aidledger.domain.school import school_name
from aidledger.sheets.formats.grid import Cell, Sheet
from aidledger.sheets.recognition.cells import text_of
from aidledger.sheets.recognition.header import Header, HeaderWords, find_header, header_at
from aidledger.sheets.recognition.lines import Sorted, is_labelled, sort_rows
from aidledger.sheets.recognition.terms import semesters
from aidledger.sheets.recognition.titles import parts_of_title, school_of, source_of
from aidledger.sheets.recognition.total_lines import TotalLine, TotalWords, titled_totals

# A cell merged over rows applies to each of them; identifying fields and amounts are never filled down.
_FILLED_DOWN = ("school", "level", "grade", "class", "boarding", "program", "term", "year", "month", "instalment")


@dataclass(slots=True)
class Block:
    """A table from row index ``start`` on; ``titles``: the rows above its header.

    ``of_counts``: it holds numbers of pupils, not pupils. ``foreign_titles``: rows between its pupils that name another
    program, period, part or school than the title.
    """

    start: int
    header: Header
    sorted: Sorted
    titles: list[list[Cell]]
    of_counts: bool = False
    foreign_titles: list[int] = field(default_factory=list)

    def fates(self, sheet: Sheet) -> dict[Fate, int]:
        """The number of its rows by fate, title and header included."""
        fates = dict(self.sorted.fates)
        first = self.header.row - self.header.rows + 1
        for row in sheet.rows[self.start : first]:
            fates[Fate.HEADING if any(cell != "" for cell in row) else Fate.BLANK] += 1
        fates[Fate.HEADING] += self.header.rows
        if self.of_counts:
            fates[Fate.OTHER] += fates[Fate.STUDENT]
            fates[Fate.STUDENT] = 0
        return fates

    def schools(self, sheet: Sheet, layout: Layout) -> list[str | None]:
        """By pupil the school that the nearest row above with nothing but a school names; None without one."""
        named: list[tuple[int, str]] = []
        for at in self.sorted.notes:
            school = _school_alone(sheet.rows[at], layout)
            if school is not None:
                named.append((at, school))
        if not named:
            return [None] * len(self.sorted.students)
        rows = [at for at, _ in named]
        return [named[i - 1][1] if (i := bisect(rows, at)) else None for at in self.sorted.students]

    def counts_heads(self, sheet: Sheet) -> bool:
        """Whether it is a table of head counts: no ID numbers, and digits in place of names."""
        index = self.header.index("name")
        if index is None or "number" in self.header.fields:
            return False
        names = [sheet.rows[at][index] for at in self.sorted.students]
        return bool(names) and all(text_of(name).isdigit() or name == "" for name in names)

    def titled_totals(self, layout: Layout) -> list[TotalLine]:
        """The control totals in its title."""
        words = TotalWords(layout)
        lines = (titled_totals(row, self.start + at, words) for at, row in enumerate(self.titles))
        return [line for line in lines if line is not None]


def blocks_of(sheet: Sheet, words: HeaderWords) -> list[Block]:
    """The tables of a sheet; empty without a header, or with head counts only."""
    blocks: list[Block] = []
    start = 0
    header = find_header(sheet.rows, words)
    while header is not None:
        first = header.row - header.rows + 1
        titles = [[*row] for row in sheet.rows[start:first]]
        reader = _HeaderReader(sheet.rows, header, words, titles, blocks[0].titles if blocks else [])
        block = Block(start, header, sort_rows(sheet.rows, header, words.layout, reader.kind), titles)
        block.of_counts = block.counts_heads(sheet)
        block.foreign_titles = [*reader.foreign_titles(block.sorted)]
        blocks.append(block)
        _fill_down(sheet, header, block.sorted.end)
        start, header = block.sorted.end, reader.next
    return [] if all(block.of_counts for block in blocks) else blocks


class _HeaderReader:
    """Tells whether a row that looks like a header repeats the one above it or begins another table."""

    def __init__(
        self,
        rows: Sequence[Sequence[Cell]],
        header: Header,
        words: HeaderWords,
        titles: list[list[Cell]],
        general: list[list[Cell]],
    ) -> None:
        self.rows = rows
        self.header = header
        self.words = words
        self.titles, self.general = titles, general
        self.text = _text([*general, *titles])
        self.next: Header | None = None

    def kind(self, at: int, notes: Sequence[int]) -> str | None:
        """``heading`` for a repeated header, ``table`` where another table begins, None where it is no header.

        ``notes``: the rows directly above that belong to no pupil, possibly its title.
        """
        header = self._header(at, notes)
        if header is None:
            return None
        if _columns(header) == _columns(self.header) and not self._differs(notes):
            return "heading"
        self.next = header
        return "table"

    def foreign_titles(self, rows: Sorted) -> Iterator[int]:
        """Rows between pupils that are the title of another list."""
        for at in rows.notes:
            row = self.rows[at]
            labels = [fold(text) for cell in row if (text := text_of(cell))]
            between = rows.students and rows.students[0] < at < rows.students[-1]
            if not between or _school_alone(row, self.words.layout) is not None:
                continue
            # A note may mention other periods and programs; a labelled school (学校：) is that of the rows below.
            noted = any(is_labelled(label, self.words.layout) for label in labels)
            school = school_of([row], self.words.layout)
            if (not noted or school is not None) and self._differs([at]):
                yield at

    def _header(self, at: int, notes: Sequence[int]) -> Header | None:
        if at - 1 in notes:
            above = header_at(self.rows, at - 1, self.words)
            if above is not None and above.row >= at:
                return above
        return header_at(self.rows, at, self.words)

    def _differs(self, notes: Sequence[int]) -> bool:
        """Whether title rows name another program, period, part or school than the title of this table."""
        title = [self.rows[at] for at in notes]
        parts = self._parts(title)
        if parts and parts != (self._parts(self.titles) or self._parts(self.general)):
            return True
        text = _text(title)
        if not text or text in self.text:
            return False
        programs = self.words.programs.values()
        own, before = source_of(text, programs), source_of(self.text, programs)
        school = school_of(title, self.words.layout)
        return (
            not set(own.programs) <= set(before.programs)
            or not set(semesters(own.terms)) <= set(semesters(before.terms))
            or (school is not None and school not in "".join(self.text.split()))
        )

    def _parts(self, rows: Sequence[Sequence[Cell]]) -> set[Part]:
        aid = {fold(word) for program in self.words.programs.values() for word in program.words.column}
        return {named.part for named in parts_of_title(rows, tuple(aid))}


def _school_alone(row: Sequence[Cell], layout: Layout) -> str | None:
    """The school of a row that holds nothing else; its pupils follow."""
    texts = [text for cell in row if (text := text_of(cell))]
    school = school_of([[*texts]], layout) if len(texts) == 1 else None
    return school if school is not None and school_name(texts[0]).endswith(school) else None


def _text(rows: Sequence[Sequence[Cell]]) -> str:
    lines = (" ".join(filter(None, map(text_of, row))) for row in rows)
    return "\n".join(filter(None, lines))


def _columns(header: Header) -> object:
    money = {
        (column.index, column.role, column.programs, column.unit, column.half, column.part) for column in header.money
    }
    fields = {name: tuple(indexes) for name, indexes in header.fields.items()}
    return fields, money


def _fill_down(sheet: Sheet, header: Header, end: int) -> None:
    columns = {index for name in _FILLED_DOWN for index in header.fields.get(name, ())}
    for (top, left), (bottom, _) in sheet.merges:
        column, first, last = left - sheet.first_column, top - sheet.first_row, bottom - sheet.first_row
        if column in columns and header.row < first < end:
            for row in sheet.rows[first + 1 : min(last + 1, end)]:
                if any(cell != "" for cell in row):
                    row[column] = sheet.rows[first][column]
