"""Rows that are marked as not paid, and amounts that cannot be attributed to one pupil."""

from __future__ import annotations

import re
from bisect import bisect
from collections.abc import Iterator

from aidledger.domain.layout import fold
from aidledger.domain.place import Place, column_letter
from aidledger.domain.problem import Problem
from aidledger.domain.roster import Table
from aidledger.sheets.formats.grid import Cell, Sheet
from aidledger.sheets.recognition.blocks import Block
from aidledger.sheets.recognition.cells import text_of
from aidledger.sheets.recognition.columns import StudentRows, shortened
from aidledger.sheets.recognition.header import Header

_WHETHER = re.compile(
    r"是否(?:已|应|可|予以|同意|继续)?(?:发放|发|享受|资助|受助|补助|领取|打款|拨付|支付|通过|符合)|发放状态|支付状态"
)
_NO = frozenset(
    {
        "否",
        "不",
        "不是",
        "n",
        "no",
        "false",
        "x",
        "×",
        "✗",
        "✘",
        "0",
        "未",
        "未发",
        "不发",
        "不发放",
        "未发放",
        "停发",
        "未通过",
    }
)
# Units that may head columns of their own, beside 元.
_SMALL_UNITS = {"角", "分", "(角)", "(分)"}
_REMARK = re.compile(r"备注|说明|状态|变动|异动|情况|remark|note")
# Remarks that a pupil left, unless he came back; and that nothing is paid, unless that is past or is paid now.
_LEFT = re.compile(r"退学|休学|辍学|开除|注销|转出|转走|转学(?!入)|放弃|死亡|去世|亡故|作废|取消|剔除|删除|不符合|重复")
_CAME_BACK = re.compile(r"转学?入|复学|恢复|取消停发")
_NOT_PAID = re.compile(r"不(?:再)?(?:予)?(?:发放?|资助|享受|补助|拨付|打款)|停发|暂停|暂缓|缓发|未(?:予)?发放?")
_PAID_NOW = re.compile(r"补发|已(?:补)?发|恢复|复学|上(?:学期|期|年|个?月)|去年|此前|曾")
_LINE = re.compile(
    r"(?:以下|下列|下述|下面).{0,12}(?:不予|不发|不再|停发|作废|未发|取消|不享受|不资助|暂缓)|^(?:作废|停发|不发放?|不予发放)$"
)


def unpaid_rows(block: Block, students: StudentRows, table: Table) -> Iterator[Problem]:
    """not-to-be-paid: an amount in a row that another column, a remark or a heading above marks as not paid."""
    for index, whether in _marking_columns(block.header):
        cells = {cell for row in students.rows if isinstance(cell := row[index], str | bool) and cell != ""}
        denying = {cell for cell in cells if _denies(cell, whether=whether)}
        for line in _paid(table) if denying else ():
            cell = students.rows[line][index]
            if cell in denying and isinstance(cell, str | bool):
                yield Problem("not-to-be-paid", students.place(line, index), {"value": _cell_text(cell)})
    yield from _below_lines(students.sheet, block, table)


def _marking_columns(header: Header) -> Iterator[tuple[int, bool]]:
    """The columns that may mark a row as not paid, by index; True: one that asks whether (是否发放), else remarks."""
    # Enrolment fields (change, status) count as remarks in a roster.
    used = {i for name, indexes in header.fields.items() if name not in {"change", "status"} for i in indexes}
    used |= {column.index for column in header.money}
    serials = header.fields.get("serial", [])
    for index, text in enumerate(header.texts):
        heading = fold(text)
        whether = _WHETHER.search(heading) is not None
        remarks = index in serials or _REMARK.search(heading)
        if (whether or remarks) and (index not in used or index in serials):
            yield index, whether


def _denies(cell: Cell, *, whether: bool) -> bool:
    if isinstance(cell, str) and cell.isdigit() and not whether:
        return False
    if whether:
        return cell is False or fold(text_of(cell)) in _NO
    text = fold(text_of(cell))
    left = _LEFT.search(text) and not _CAME_BACK.search(text)
    return bool(left or (_NOT_PAID.search(text) and not _PAID_NOW.search(text)))


def _cell_text(cell: Cell) -> str:
    return str(cell).upper() if isinstance(cell, bool) else shortened(text_of(cell))


def _paid(table: Table) -> list[int]:
    """The lines that are paid any amount."""
    amounts = zip(*(roster.amounts_fen for roster in table.rosters), strict=True)
    return [line for line, per_roster in enumerate(amounts) if any(fen is not None for fen in per_roster)]


def _below_lines(sheet: Sheet, block: Block, table: Table) -> Iterator[Problem]:
    """One problem per heading that marks the rows below it as not paid, if any of them is."""
    rows: list[int] | None = None
    for at in block.sorted.notes:
        heading = next((text for cell in sheet.rows[at] if _LINE.search(fold(text := text_of(cell)))), None)
        if heading is not None and rows is None:
            rows = [block.sorted.students[line] for line in _paid(table)]
        if heading is not None and rows and bisect(rows, at) < len(rows):
            place = Place(sheet.name, sheet.first_row + at + 1)
            yield Problem("not-to-be-paid", place, {"value": shortened(heading)})


def merged_amounts(block: Block, students: StudentRows) -> Iterator[Problem]:
    """amount-merged: a money cell merged over several pupils, or over the columns of several programs.

    It replaces the problems of the amounts missing below the merged cell.
    """
    sheet, money = students.sheet, {column.index for column in block.header.money if column.role not in {"part", "sum"}}
    for (top, left), (bottom, right) in sheet.merges:
        first, last = top - sheet.first_row, bottom - sheet.first_row
        covered = bisect(block.sorted.students, last) - bisect(block.sorted.students, first - 1)
        columns = money.intersection(range(left - sheet.first_column, right - sheet.first_column + 1))
        if columns and covered and covered * len(columns) > 1:
            students.drop_problems("amount-missing", columns, range(top + 1, bottom + 2))
            place = Place(sheet.name, top + 1, column_letter(left))
            yield Problem("amount-merged", place, {"count": covered})


def split_amounts(block: Block, sheet: Sheet, table: Table) -> Iterator[Problem]:
    """amount-split: 元, 角 and 分 in separate columns, one of which would be read as the amount."""
    if all(roster.amount_column is None for roster in table.rosters):
        return
    first = block.header.row - block.header.rows + 1
    for at in range(first, min(block.header.row + 2, len(sheet.rows))):
        small = [
            index for index, cell in enumerate(sheet.rows[at]) if isinstance(cell, str) and fold(cell) in _SMALL_UNITS
        ]
        if small:
            place = Place(sheet.name, sheet.first_row + at + 1, column_letter(sheet.first_column + small[0]))
            yield Problem("amount-split", place)
            return
