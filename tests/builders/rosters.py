"""Rosters as schools send them: title (row 1), header (row 2), students (from row 3), a total line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from types import MappingProxyType

from tests.builders.files import Cell, Grid, csv_bytes, ods_bytes, xls_bytes, xlsx_bytes
from tests.builders.people import BORN, Person, people

TITLE = "金溪中学2021年秋季学期普通高中国家助学金发放花名册"
HEADERS = ("序号", "姓名", "身份证号", "性别", "年级", "发放金额")  # columns A to F
AMOUNT = 1000
_NOTHING: Mapping[str, Cell] = MappingProxyType({})


def roster_grid(
    rows: int = 3,
    *,
    title: str | None = TITLE,
    headers: Sequence[str] = HEADERS,
    total: bool = True,
    amount: Cell = AMOUNT,
    first: int = 0,
    born: date = BORN,
    fill: Mapping[str, Cell] = _NOTHING,
) -> Grid:
    """A roster as cells.

    ``first`` is the index of the first person (the same index is the same person); ``fill`` gives the value of a
    column by its header; money columns (``…金额``, ``…元``) hold ``amount`` unless filled otherwise.
    """
    grid: Grid = [] if title is None else [[title]]
    grid.append([*headers])
    for serial, person in enumerate(people(rows, first=first, born=born), 1):
        grid.append([fill[h] if h in fill else _cell(h, serial, person, amount) for h in headers])
    if total:
        grid.append([_sum(grid[-rows:], column) if _is_money(h) else None for column, h in enumerate(headers)])
        grid[-1][0] = "合计"
    return grid


def _is_money(header: str) -> bool:
    return header.endswith(("金额", "元", "元)", "金"))


def _sum(rows: Grid, column: int) -> Cell:
    values = [row[column] for row in rows]
    return sum(value for value in values if isinstance(value, int | float))


def _cell(header: str, serial: int, person: Person, amount: Cell) -> Cell:
    if _is_money(header):
        return amount
    known: Mapping[str, Cell] = {
        "序号": serial,
        "姓名": person.name,
        "学生姓名": person.name,
        "身份证号": person.number,
        "身份证件号": person.number,
        "性别": person.sex,
        "出生日期": person.born.isoformat(),
        "年级": "高一",
        "学籍号": f"G{person.number}",
        "银行卡号": f"6217{person.number[-15:-1]}6",
    }
    return known.get(header)


def roster_xlsx(
    rows: int = 3,
    *,
    title: str | None = TITLE,
    headers: Sequence[str] = HEADERS,
    total: bool = True,
    amount: Cell = AMOUNT,
    first: int = 0,
) -> bytes:
    """A roster as .xlsx."""
    return xlsx_bytes(roster_grid(rows, title=title, headers=headers, total=total, amount=amount, first=first))


def roster_xls(rows: int = 3, *, title: str | None = TITLE, first: int = 0) -> bytes:
    """A roster as .xls."""
    return xls_bytes(roster_grid(rows, title=title, first=first))


def roster_ods(rows: int = 3, *, title: str | None = TITLE, first: int = 0) -> bytes:
    """A roster as .ods."""
    return ods_bytes(roster_grid(rows, title=title, first=first))


def roster_csv(rows: int = 3, *, title: str | None = TITLE, first: int = 0, encoding: str = "utf-8") -> bytes:
    """A roster as .csv."""
    return csv_bytes(roster_grid(rows, title=title, first=first), encoding=encoding)


def two_program_grid(rows: int = 3) -> Grid:
    """A high school's grant and tuition waiver side by side, in columns E and F."""
    headers = ("序号", "姓名", "身份证号", "年级", "助学金", "免学费")
    title = "金溪中学2021年秋季学期普通高中学生资助花名册"
    return roster_grid(rows, title=title, headers=headers, fill={"助学金": 1000, "免学费": 400}, total=False)
