"""What may be done to the looks of a roster without changing it: each is a change to a draft."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from random import Random

from tests.builders.books import Page
from tests.builders.drafts import Column, Draft, Place
from tests.builders.files import Cell

Shape = Callable[[Draft, Random], None]


def term(text: str) -> Shape:
    def shape(draft: Draft, _: Random) -> None:
        draft.said["term"] = text

    return shape


def spaced_title(draft: Draft, _: Random) -> None:
    draft.spaced = " "


def places(**places: Place) -> Shape:
    def shape(draft: Draft, _: Random) -> None:
        draft.places = {**places}
        draft.titled = "title" in {draft.places.get(what, "title") for what in draft.said}

    return shape


def term_column(draft: Draft, _: Random) -> None:
    draft.columns.append(Column("term", "资助学期", [draft.said.pop("term")] * len(draft)))


def school_column(draft: Draft, _: Random) -> None:
    draft.columns.insert(1, Column("school", "学校名称", [draft.said.pop("school")] * len(draft)))


def cells(keys: tuple[str, ...], write: Callable[[str], str]) -> Shape:
    def shape(draft: Draft, _: Random) -> None:
        for column in draft.columns:
            if column.key in keys:
                column.cells = [write(str(cell)) for cell in column.cells]

    return shape


def amounts(write: Callable[[Decimal], Cell]) -> Shape:
    def shape(draft: Draft, _: Random) -> None:
        draft.amount_as = write

    return shape


def amounts_in_yuan(draft: Draft, _: Random) -> None:
    if not draft.wan:
        draft.amount_as = lambda amount: f"{amount.normalize():f}元"


def money_headers(unit: str) -> Shape:
    def shape(draft: Draft, _: Random) -> None:
        for column in draft.columns:
            if column.fen is not None:
                column.header += unit

    return shape


def in_wan_by_header(draft: Draft, rng: Random) -> None:
    draft.wan = True
    money_headers("（万元）")(draft, rng)


def note(text: str, *, wan: bool = False) -> Shape:
    def shape(draft: Draft, _: Random) -> None:
        draft.wan = wan
        draft.below.append([*[None] * (len(draft.columns) - 1), text])

    return shape


def others(*headers: str, before: bool, group: str = "") -> Shape:
    """Columns of somebody else, before or behind the student's."""

    def shape(draft: Draft, _: Random) -> None:
        columns = [Column("", header, [_of_others(header, i) for i in range(len(draft))], group) for header in headers]
        at = 1 if before else len(draft.columns) - 1
        draft.columns[at:at] = columns
        draft.grouped = draft.grouped or bool(group)

    return shape


def _of_others(header: str, i: int) -> Cell:
    if "身份证" in header:
        return f"51130019780{i % 9 + 1}15{i:03d}4"
    if "电话" in header:
        return f"1390000{i:04d}"
    if "卡" in header:
        return f"6228480000000{i:06d}"
    return "赵钱孙李周吴郑王冯陈褚卫"[i % 12] + "大山"


def money_beside(header: str, factor: int, *, behind: bool = False) -> Shape:
    """Another column of money for each column of the draft that pays."""

    def shape(draft: Draft, _: Random) -> None:
        paid = [column for column in draft.columns if column.key.startswith("amount")]
        if len(paid) > 1:
            return
        fen = [amount * factor if amount else amount for amount in paid[0].fen or []]
        at = draft.columns.index(paid[0]) + behind
        draft.columns.insert(at, Column("due", header, group=paid[0].group, fen=fen))
        if header.startswith("应发"):
            paid[0].header = "实发金额"

    return shape


def sum_beside(draft: Draft, _: Random) -> None:
    paid = [column.fen or [] for column in draft.columns if column.key.startswith("amount")]
    fen: list[int | None] = [sum(amount or 0 for amount in row) for row in zip(*paid, strict=True)]
    draft.columns.append(Column("sum", "合计", group="资助情况", fen=fen))


def details(draft: Draft, _: Random) -> None:
    for header, cell in (("民族", "汉族"), ("家庭住址", "龙门镇3村2组"), ("联系电话", "13900001234"), ("备注", "新增")):
        draft.columns.append(Column("", header, [cell] * len(draft)))
    draft.columns.insert(3, Column("", "家庭人口数", [4] * len(draft)))


def headers(write: Callable[[str], str]) -> Shape:
    def shape(draft: Draft, _: Random) -> None:
        for column in draft.columns:
            column.header = write(column.header)

    return shape


def wordings(words: Mapping[str, str]) -> Shape:
    def shape(draft: Draft, _: Random) -> None:
        for column in draft.columns:
            column.header = words.get(column.key, column.header)

    return shape


def columns_shuffled(draft: Draft, rng: Random) -> None:
    rng.shuffle(draft.columns)
    _begin_with_words(draft)


def columns_reversed(draft: Draft, _: Random) -> None:
    draft.columns.reverse()
    _begin_with_words(draft)


def _begin_with_words(draft: Draft) -> None:
    """No roster begins with its amounts: there would be no room for the word 合计."""
    at = next(at for at, column in enumerate(draft.columns) if column.fen is None)
    draft.columns.insert(0, draft.columns.pop(at))


def _rows_in_order(order: list[int], draft: Draft) -> None:
    for column in draft.columns:
        if column.fen is None:
            column.cells = [column.cells[i] for i in order]
        else:
            column.fen = [column.fen[i] for i in order]


def rows_shuffled(draft: Draft, rng: Random) -> None:
    order = list(range(len(draft)))
    rng.shuffle(order)
    _rows_in_order(order, draft)


def rows_reversed(draft: Draft, _: Random) -> None:
    _rows_in_order(list(range(len(draft)))[::-1], draft)


def look(**looks: object) -> Shape:
    """Looks that the draft knows by name."""

    def shape(draft: Draft, _: Random) -> None:
        for name, value in looks.items():
            setattr(draft, name, value)

    return shape


def above(*lines: str) -> Shape:
    def shape(draft: Draft, _: Random) -> None:
        draft.above = [*lines]

    return shape


def below(*lines: list[Cell]) -> Shape:
    def shape(draft: Draft, _: Random) -> None:
        draft.below = [*lines, *draft.below]

    return shape


def foot(*lines: list[Cell]) -> Shape:
    def shape(draft: Draft, _: Random) -> None:
        draft.foot = [*lines]

    return shape


def page_beside(make: Callable[[Draft], Page], *, before: bool = False) -> Shape:
    def shape(draft: Draft, _: Random) -> None:
        (draft.more_before if before else draft.more_after).append(make)

    return shape


def summary_of_people(draft: Draft) -> Page:
    """All students once more, on a sheet of their own."""
    by_class, before, after = draft.by_class, draft.more_before, draft.more_after
    draft.by_class, draft.more_before, draft.more_after = False, [], []
    (page,) = draft.book()
    page.name = f"{draft.words('sheet')}汇总"
    draft.by_class, draft.more_before, draft.more_after = by_class, before, after
    return page


def summary_of_classes(draft: Draft) -> Page:
    paid = next(column for column in draft.columns if column.key.startswith("amount"))
    grid: list[list[Cell]] = [["各班资助情况汇总表"], ["班级", "人数", "金额"]]
    classes = draft.column("class").cells
    for name in dict.fromkeys(classes):
        fen = [paid.fen[i] or 0 for i, own in enumerate(classes) if own == name] if paid.fen else []
        grid.append([name, len(fen), draft.amount(sum(fen))])
    return Page("汇总", [*grid, ["合计", len(draft), draft.amount(sum(fen or 0 for fen in paid.fen or []))]])


def with_classes(shape: Shape) -> Shape:
    def both(draft: Draft, rng: Random) -> None:
        draft.by_class = True
        shape(draft, rng)

    return both
