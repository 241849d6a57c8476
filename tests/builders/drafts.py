"""A roster before it is written down: who is paid what, and how the sheet is to look; shapes change the looks."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import PurePosixPath
from typing import Literal

from tests.builders.books import Book, Page
from tests.builders.capitals import in_capitals
from tests.builders.files import Cell, Grid
from tests.builders.people import Person, people

Place = Literal["title", "line", "sheet", "file", "folder"]
Totals = Literal["none", "plain", "persons", "count", "capitals", "capitals alone", "words", "pages", "classes"]
PAGE_ROWS = 5
_BORN = date(2009, 5, 4)  # in the seventh grade in 2021


@dataclass(slots=True)
class Column:
    """A column. ``fen``: of money, in 分; its cells are written as the draft writes amounts."""

    key: str
    header: str
    cells: list[Cell] = field(default_factory=list)
    group: str = ""
    fen: list[int | None] | None = None
    summed: bool = True


@dataclass(slots=True)
class Draft:
    """One roster and its looks.

    ``said`` is the wording of school, term and program, ``places`` where each stands. A student who is ``left_out`` is
    not written down, but counted in the totals.
    """

    columns: list[Column]
    said: dict[str, str]
    places: dict[str, Place] = field(default_factory=dict)
    above: list[str] = field(default_factory=list)
    below: Grid = field(default_factory=list)
    titled: bool = True
    spaced: str = ""
    grouped: bool = False
    merged_class: bool = False
    repeated: Literal["", "header", "title and header", "blank, title and header"] = ""
    blank_every: int = 0
    totals: Totals = "none"
    foot: Grid = field(default_factory=list)
    empty_serials: Sequence[int] = ()
    offset: tuple[int, int] = (0, 0)
    by_class: bool = False
    states: Literal["visible", "hidden", "veryHidden"] = "visible"
    hidden_rows: bool = False
    hidden_columns: bool = False
    more_before: list[Callable[[Draft], Page]] = field(default_factory=list)
    more_after: list[Callable[[Draft], Page]] = field(default_factory=list)
    wan: bool = False
    amount_as: Callable[[Decimal], Cell] = float
    left_out: int | None = None

    def column(self, key: str) -> Column:
        """The column that holds something."""
        return next(column for column in self.columns if column.key == key)

    def __len__(self) -> int:
        return len(self.column("name").cells)

    def amount(self, fen: int | None) -> Cell:
        """An amount as the draft writes it, in its unit."""
        return None if fen is None else self.amount_as(Decimal(fen) / (1_000_000 if self.wan else 100))

    def words(self, place: Place) -> str:
        """What stands in one place of school, term and program."""
        return "".join(text for what, text in self.said.items() if self.places.get(what, "title") == place)

    def path(self, extension: str, *, named_sheets: bool) -> str:
        """The name of the file and its folders; a text has no sheet's name to say something by."""
        sheet = "" if named_sheets else self.words("sheet")
        folders = [text for what, text in self.said.items() if self.places.get(what, "title") == "folder"]
        return str(PurePosixPath(*folders, (self.words("file") + sheet or "名册") + f".{extension}"))

    def book(self) -> Book:
        """The draft as sheets."""
        everybody = list(range(len(self)))
        pages = [_page(self, self.words("sheet") or "Sheet1", everybody)]
        if self.by_class:
            classes = self.column("class").cells
            parts = {str(name): [i for i in everybody if classes[i] == name] for name in dict.fromkeys(classes)}
            pages = [_page(self, f"{self.words('sheet')}{name}", part) for name, part in parts.items()]
            pages[-1].state = self.states
        return [*(make(self) for make in self.more_before), *pages, *(make(self) for make in self.more_after)]


def subsidy_draft() -> Draft:
    """Twelve pupils of one school, each paid under one program; among them odd names and a number that ends in X."""
    students = [*people(9, born=_BORN), *people(3, first=60, born=_BORN)]
    names = [student.name for student in students]
    names[2], names[5], names[7] = "买买提·艾力", "𠮷小明", "古丽·阿不都·热合曼"
    boarders = [i % 3 != 1 for i in range(len(students))]
    return Draft(
        said={"school": "金溪中学", "term": "2021年秋季学期", "program": "义教学生生活补助"},
        columns=[
            *_about(students, names, "七"),
            Column("boarding", "就读方式", ["寄宿" if own else "走读" for own in boarders], "学生信息"),
            Column("category", "困难类型", ["脱贫户"] * len(students), "学生信息"),
            *_account(students),
            Column("amount", "补助金额", fen=[62_500 if own else 31_250 for own in boarders], group="资助情况"),
        ],
    )


def two_program_draft() -> Draft:
    """Twelve students of one school, all with a grant, most of them with a tuition waiver in a column beside it."""
    students = people(12, first=200)
    waived: list[int | None] = [None if i % 4 == 3 else 40_000 if i % 2 else 46_000 for i in range(12)]
    return Draft(
        said={"school": "金溪中学", "term": "2021年秋季学期", "program": "普高学生资助"},
        columns=[
            *_about(students, [student.name for student in students], "高一"),
            *_account(students),
            Column("amount-grant", "助学金", fen=[150_000 if i % 5 == 0 else 100_000 for i in range(12)], group="资助"),
            Column("amount-waiver", "免学费", fen=waived, group="资助"),
        ],
    )


def _about(students: Sequence[Person], names: Sequence[str], grade: str) -> list[Column]:
    count = len(students)
    full_grade = grade if len(grade) > 1 else f"{grade}年级"
    columns: list[tuple[str, str, list[Cell]]] = [
        ("serial", "序号", [None] * count),
        ("name", "姓名", [*names]),
        ("number", "身份证号", [student.number for student in students]),
        ("sex", "性别", [student.sex for student in students]),
        ("student_number", "学籍号", [f"G{student.number}" for student in students]),
        ("grade", "年级", [full_grade] * count),
        ("class", "班级", [f"{grade}{i // 4 + 1}班" for i in range(count)]),
    ]
    return [Column(key, header, cells, "" if key == "serial" else "学生信息") for key, header, cells in columns]


def _account(students: Sequence[Person]) -> list[Column]:
    return [Column("account", "银行卡号", [f"6217{student.number[-15:-1]}6" for student in students], "学生信息")]


def _page(draft: Draft, name: str, students: Sequence[int]) -> Page:
    page = Page(name, [])
    _head(draft, page)
    heading = page.grid[-2 if draft.grouped else -1 :]
    classes: dict[Cell, list[int]] = {}
    class_at = next((i for i, column in enumerate(draft.columns) if column.key == "class"), None)
    for serial, i in enumerate(students):
        if serial and serial % PAGE_ROWS == 0:
            page.grid += _page_break(draft, students[serial - PAGE_ROWS : serial], heading)
            classes.clear()
        if draft.blank_every and serial % draft.blank_every == 0:
            page.grid.append([None] * len(draft.columns))
            classes.clear()
        if i == draft.left_out:
            continue
        row = [_cell(draft, column, serial, i) for column in draft.columns]
        if draft.merged_class and class_at is not None:
            _merge_down(page, class_at, row, classes)
        if draft.hidden_rows and serial % 3 == 1:
            page.hidden_rows.add(len(page.grid))
        page.grid.append(row)
    page.grid += _total_rows(draft, students)
    page.grid += [[*[None] * _label_at(draft), *row] for row in draft.foot]
    page.grid += [[n if column.key == "serial" else None for column in draft.columns] for n in draft.empty_serials]
    if draft.hidden_columns:
        page.hidden_columns = {i for i, column in enumerate(draft.columns) if column.key in {"account", "category"}}
    _move(page, *draft.offset)
    return page


def _cell(draft: Draft, column: Column, serial: int, student: int) -> Cell:
    if column.key == "serial":
        return serial + 1
    return column.cells[student] if column.fen is None else draft.amount(column.fen[student])


def _head(draft: Draft, page: Page) -> None:
    width = len(draft.columns)
    lines = [*draft.above]
    if draft.titled:
        lines.append(draft.spaced.join((draft.words("title") or "学生资助") + "发放花名册"))
    for text in lines:
        page.merges.append(((len(page.grid), 0), (len(page.grid), width - 1)))
        page.grid.append([text, *[None] * (width - 1)])
    if draft.words("line"):
        page.grid.append([f"学校:{draft.words('line')}", *[None] * (width - 1)])
    page.grid += [[*row] for row in draft.below]
    top = len(page.grid)
    if not draft.grouped:
        page.grid.append([column.header for column in draft.columns])
        return
    groups = [column.group or None for column in draft.columns]
    page.grid.append([column.group or column.header for column in draft.columns])
    page.grid.append([column.header if column.group else None for column in draft.columns])
    for i, group in enumerate(groups):
        if group is None:
            page.merges.append(((top, i), (top + 1, i)))
        elif i and groups[i - 1] == group:
            page.grid[top][i] = None
        else:
            last = next((j - 1 for j in range(i, width) if groups[j] != group), width - 1)
            if last > i:
                page.merges.append(((top, i), (top, last)))


def _page_break(draft: Draft, students: Sequence[int], heading: Grid) -> Grid:
    rows: Grid = []
    if draft.totals == "pages":
        rows.append(_sums(draft, students, "本页小计"))
    if "blank" in draft.repeated:
        rows.append([None] * len(draft.columns))
    if "title" in draft.repeated:
        rows.append([draft.words("title") + "发放花名册", *[None] * (len(draft.columns) - 1)])
    return rows + ([[*row] for row in heading] if draft.repeated else [])


def _merge_down(page: Page, column: int, row: list[Cell], seen: dict[Cell, list[int]]) -> None:
    """Leave the class to the first of those who stand below each other and are in it."""
    name, at = row[column], len(page.grid)
    if list(seen) == [name]:
        row[column] = None
        first = seen[name][0]
        page.merges = [merge for merge in page.merges if merge[0] != (first, column)]
        page.merges.append(((first, column), (at, column)))
    else:
        seen.clear()
        seen[name] = [at]


def _total_rows(draft: Draft, students: Sequence[int]) -> Grid:
    paid = [column.fen for column in draft.columns if column.fen is not None and column.key.startswith("amount")]
    fen = sum(some[i] or 0 for some in paid for i in students)
    yuan = f"{fen // 100}.{fen % 100:02d}"
    count = len(students)
    single = len(paid) == 1
    rows: dict[Totals, Grid] = {
        "none": [],
        "plain": [_sums(draft, students, "合计")],
        "pages": [_sums(draft, students, "合计")],
        "persons": [_sums(draft, students, "合计", f"{count}人")],
        "count": [_sums(draft, students, "合 计", count)],
        "capitals": [_sums(draft, students, f"合计（大写）：{in_capitals(fen)}" if single else "合计")],
        "capitals alone": [_line(draft, f"合计(大写):{in_capitals(fen)}")],
        "words": [_line(draft, f"合计:{count}人,金额{yuan}元")],
        "classes": [_sums(draft, students, "小计", f"{count}人"), _sums(draft, students, "总计(元)")],
    }
    return rows[draft.totals]


def _label_at(draft: Draft) -> int:
    """Labels stand in the first column that is not of money."""
    return next(at for at, column in enumerate(draft.columns) if column.fen is None)


def _line(draft: Draft, text: str) -> list[Cell]:
    return [*[None] * _label_at(draft), text]


def _sums(draft: Draft, students: Sequence[int], label: str, count: Cell = None) -> list[Cell]:
    row: list[Cell] = [None] * len(draft.columns)
    for at, column in enumerate(draft.columns):
        if column.fen is not None and column.summed:
            row[at] = draft.amount(sum(column.fen[i] or 0 for i in students))
    at = _label_at(draft)
    row[at] = label
    name = next(at for at, column in enumerate(draft.columns) if column.key == "name")
    if count is not None:
        row[name] = count if name != at else f"{label}{str(count).removesuffix('人')}人"
    return row


def _move(page: Page, down: int, right: int) -> None:
    page.grid[:] = [*([] for _ in range(down)), *([*[None] * right, *row] for row in page.grid)]
    page.merges = [
        ((top + down, left + right), (bottom + down, far + right)) for (top, left), (bottom, far) in page.merges
    ]
    page.hidden_rows = {row + down for row in page.hidden_rows}
    page.hidden_columns = {column + right for column in page.hidden_columns}
