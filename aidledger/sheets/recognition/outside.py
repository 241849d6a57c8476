"""Data outside the tables of a sheet: no pupil is dropped silently."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from aidledger.domain.identity import resident_fault
from aidledger.domain.layout import Layout, fold
from aidledger.domain.place import Place, column_letter
from aidledger.domain.problem import Problem
from aidledger.sheets.formats.grid import Cell, Sheet
from aidledger.sheets.recognition.blocks import Block
from aidledger.sheets.recognition.cells import number_of, text_of
from aidledger.sheets.recognition.columns import fault_problem
from aidledger.sheets.recognition.lines import is_labelled

_LIKE_AN_ID = re.compile(r"(?<!\d)[1-9]\d{5}(?:19|20)\d{9}[\dX](?!\d)", re.ASCII)
_NAME = re.compile(r"[㐀-鿿𠀀-𳿿]{2,4}|[㐀-鿿𠀀-𳿿]+·[㐀-鿿𠀀-𳿿]+")
_AN_AMOUNT = re.compile(r"¥?\d{2,6}(?:\.\d{1,2})?元?", re.ASCII)
_HEAD, _TAIL = re.compile(r"[¥￥]?-?\d{1,3}", re.ASCII), re.compile(r"\d{3}(?:\.\d+)?", re.ASCII)
# One heading beside a table may be a note; two in a row are the header of another table.
_HEADINGS_MIN = 2


def outside(sheet: Sheet, blocks: Sequence[Block], layout: Layout) -> Iterator[Problem]:
    """outside-table, cell-error, formula-without-value: rows and cells that belong to no table; row-too-long."""
    for block in blocks:
        students = set(block.sorted.students)
        used = _used(block)
        beside = [i for i, text in enumerate(block.header.texts) if not text and i not in used]
        heading = range(block.header.row - block.header.rows + 1, block.header.row + 1)
        for at in range(block.start, block.sorted.end):
            row = sheet.rows[at]
            if at in students:
                index = _of_another_table([row[i] for i in beside], layout) if beside else None
                if index is not None:
                    yield _problem(sheet, at, beside[index])
            elif at not in heading:
                yield from _skipped(sheet, at, block, layout)
        yield from _faulty(sheet, block, students, used)
        if sheet.widths:
            yield from _too_long(sheet, block)


def _too_long(sheet: Sheet, block: Block) -> Iterator[Problem]:
    """row-too-long: text rows with more fields than the header, as an unquoted amount with a comma causes."""
    expected = sheet.widths[block.header.row]
    for at in block.sorted.students:
        if sheet.widths[at] > expected and _is_cut(sheet.rows[at]):
            facts = {"count": sheet.widths[at], "expected": expected}
            yield Problem("row-too-long", Place(sheet.name, sheet.first_row + at + 1), facts)


def _is_cut(row: Sequence[Cell]) -> bool:
    """Whether a figure may be split at its thousands separators."""
    return any(_HEAD.fullmatch(text_of(left)) and _TAIL.fullmatch(text_of(right)) for left, right in pairwise(row))


def _used(block: Block) -> set[int]:
    header = block.header
    columns = {column.index for column in header.money}
    return columns | {index for indexes in header.fields.values() for index in indexes}


def _skipped(sheet: Sheet, at: int, block: Block, layout: Layout) -> Iterator[Problem]:
    """An ID number in a row that is no pupil's; a name and an amount in a row that is no total or signature."""
    row = sheet.rows[at]
    index = next((i for i, cell in enumerate(row) if cell != "" and _LIKE_AN_ID.search(number_of(cell)[0])), None)
    if index is None and at in block.sorted.notes and at > block.header.row:
        index = _somebody_paid(row, layout)
    if index is not None:
        yield _problem(sheet, at, index)


def _somebody_paid(row: Sequence[Cell], layout: Layout) -> int | None:
    """The column of a name in a row with an amount and without a label; None without one."""
    labels = {i: fold(text) for i, cell in enumerate(row) if (text := text_of(cell))}
    if any(is_labelled(label, layout) for label in labels.values()):
        return None
    names = [i for i, label in labels.items() if _NAME.fullmatch(label) and label not in layout.fields]
    paid = any(_AN_AMOUNT.fullmatch(label) for label in labels.values())
    return names[0] if names and paid else None


def _of_another_table(cells: Sequence[Cell], layout: Layout) -> int | None:
    """The index among cells without a heading of another person's ID number or another table's header."""
    headings = [i for i, cell in enumerate(cells) if isinstance(cell, str) and cell and fold(cell) in layout.fields]
    if len(headings) >= _HEADINGS_MIN:
        return headings[0]
    return next((i for i, cell in enumerate(cells) if cell != "" and not resident_fault(number_of(cell)[0])), None)


def _faulty(sheet: Sheet, block: Block, students: set[int], used: set[int]) -> Iterator[Problem]:
    """Faults in a row with a serial number and no pupil: its name or number failed to calculate."""
    serials = block.header.fields.get("serial", [])
    totals = {total.row for total in block.sorted.totals}
    for (row, column), fault in sorted(sheet.faults.items()):
        at, index = row - sheet.first_row, column - sheet.first_column
        within = block.header.row < at < block.sorted.end and at not in students and at not in totals
        if within and index in used and any(sheet.rows[at][i] != "" for i in serials):
            yield fault_problem(fault, Place(sheet.name, row + 1, column_letter(column)))


def _problem(sheet: Sheet, at: int, index: int) -> Problem:
    return Problem(
        "outside-table", Place(sheet.name, sheet.first_row + at + 1, column_letter(sheet.first_column + index))
    )
