"""Ditto marks: 〃, 同上 and the like, which mean what stands above."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from aidledger.domain.place import Place, column_letter
from aidledger.domain.problem import Problem
from aidledger.sheets.cells import text_of
from aidledger.sheets.grid import Cell, Sheet
from aidledger.sheets.header import Header

_ABOVE = frozenset(
    {
        "〃",
        "″",
        '"',
        '""',
        "''",
        "”",
        "“",
        "“”",
        "””",
        "’’",
        "‘’",
        "〞",
        "〝",
        "゛",
        "＂",
        "´´",
        "``",
        "″″",
        "〃〃",
    }
    | {"同上", "上同", "同上行", "同前", "ditto", "Ditto", "do.", "(同上)", "（同上）"}
)
_BESIDE = frozenset({"同左", "左同", "同右", "(同左)", "（同左）"})
# Whom and on which card a row pays is never what stands above.
_OF_ONE_PERSON = ("name", "number", "account", "student_number")


def fill_ditto(sheet: Sheet, header: Header, students: Sequence[int]) -> Iterator[Problem]:
    """Put what stands above in the place of marks, in the students' rows; ditto-mark, where that may not be.

    Marks in columns of money are left: they are no amounts.
    """
    money = {column.index for column in header.money}
    for name, indexes in header.fields.items():
        for index in indexes:
            cells = {sheet.rows[at][index] for at in students}
            if index not in money and any(map(_is_mark, cells)):
                yield from _filled(sheet, students, index, by_hand=name in _OF_ONE_PERSON)


def _is_mark(cell: Cell) -> bool:
    return isinstance(cell, str) and len(cell) < 8 and (text := text_of(cell)) in _ABOVE | _BESIDE and bool(text)  # noqa: PLR2004 - longer than any mark


def _filled(sheet: Sheet, students: Sequence[int], index: int, *, by_hand: bool) -> Iterator[Problem]:
    above: Cell = ""
    for at in students:
        cell = sheet.rows[at][index]
        if not _is_mark(cell):
            above = cell
        elif by_hand or above == "" or text_of(cell) in _BESIDE:
            place = Place(sheet.name, sheet.first_row + at + 1, column_letter(sheet.first_column + index))
            yield Problem("ditto-mark", place, {"value": text_of(cell)})
        else:
            sheet.rows[at][index] = above
