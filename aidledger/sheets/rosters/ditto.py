"""Ditto marks: 〃, 同上 and the like, which repeat the cell above."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from aidledger.domain.place import Place, column_letter
from aidledger.domain.problem import Problem
from aidledger.sheets.formats.grid import Cell, Sheet
from aidledger.sheets.recognition.cells import text_of
from aidledger.sheets.recognition.header import Header

_BLANKS = ("", " ", "  ", "\u3000", "\t")
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
_MARKS = _ABOVE | _BESIDE
# Marks with the white space that people type around them, so that whole columns can be compared with one set.
_SPELLINGS = frozenset(f"{before}{mark}{after}" for mark in _MARKS for before in _BLANKS for after in _BLANKS)
# Fields that identify the payee are never repeated.
_IDENTIFYING_FIELDS = ("name", "number", "account", "student_number")


def fill_ditto(sheet: Sheet, header: Header, students: Sequence[int]) -> Iterator[Problem]:
    """Replace ditto marks in pupils' rows by the value above; ditto-mark where that is not allowed.

    Money columns are left alone: there a mark is an invalid amount.
    """
    money = {column.index for column in header.money}
    for name, indexes in header.fields.items():
        for index in indexes:
            cells = (sheet.rows[at][index] for at in students)
            if index not in money and not _SPELLINGS.isdisjoint(cells):
                yield from _filled(sheet, students, index, fillable=name not in _IDENTIFYING_FIELDS)


def _is_mark(cell: Cell) -> bool:
    return isinstance(cell, str) and text_of(cell) in _MARKS


def _filled(sheet: Sheet, students: Sequence[int], index: int, *, fillable: bool) -> Iterator[Problem]:
    above: Cell = ""
    for at in students:
        cell = sheet.rows[at][index]
        if not _is_mark(cell):
            above = cell
        elif not fillable or above == "" or text_of(cell) in _BESIDE:
            place = Place(sheet.name, sheet.first_row + at + 1, column_letter(sheet.first_column + index))
            yield Problem("ditto-mark", place, {"value": text_of(cell)})
        else:
            sheet.rows[at][index] = above
