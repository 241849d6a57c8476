"""Rosters of parts of a term: a month, an instalment, a back payment, a top-up."""

from __future__ import annotations

from collections.abc import Iterable

from tests.builders.files import Cell, Grid, xlsx_bytes
from tests.builders.people import people

VOCATIONAL = "江北职业中学{term}学期中职国家助学金花名册"
HEADER: list[Cell] = ["姓名", "身份证号", "年级", "困难类型", "金额"]


def part_grid(
    part: str,
    who: Iterable[int],
    amount: Cell = 200,
    *,
    title: str = VOCATIONAL,
    term: str = "2021年秋季",
    total: Iterable[Cell] = (),
) -> Grid:
    """A roster of some people by their indexes; ``part``: as a title says it, 9月份, empty for the whole term."""
    named = f"{title.format(term=term)}({part})" if part else title.format(term=term)
    rows: Grid = [[named], HEADER]
    for at in who:
        one = people(1, first=at)[0]
        rows.append([one.name, one.number, "高一", "低保" if at % 2 else None, amount])
    return [*rows, *([["合计", *total]] if total else [])]


def part_xlsx(
    part: str, who: Iterable[int], amount: Cell = 200, *, title: str = VOCATIONAL, term: str = "2021年秋季"
) -> bytes:
    """The same as a file."""
    return xlsx_bytes(part_grid(part, who, amount, title=title, term=term))
