"""What strangers call people, schools, sheets and files to make a program do something."""

from __future__ import annotations

from pathlib import Path

from tests.builders.books import Page, xls_book, xlsx_book
from tests.builders.files import Grid
from tests.builders.people import people
from tests.builders.rosters import roster_grid

# A spreadsheet program takes each of these for a formula, now or when a CSV is opened; each has a letter, as names do.
FORMULAS = (
    '=HYPERLINK("http://localhost:1/?"&A1,"x")',
    "=1+1王",
    "+86王",
    "-2+3王",
    "@SUM(A1)",
    "=cmd|'/C calc'!A0",
    "＝1+1王",
    "＋1王",
    "－1王",
    "＠SUM(A1)",
    "'=1+1王",
    '=WEBSERVICE("http://localhost:1")',
)
# A terminal would obey these: colour, title, a click that answers, cursor, C1 twins of them, direction, bell.
ESCAPES = (
    "\x1b[31m",
    "\x1b]0;title\x07",
    "\x1b]8;;http://localhost:1\x1b\\",
    "\x1b[2J",
    "\x1bc",
    "\x9b31m",
    "\x9d0;title\x9c",
    "\x08\x7f",
    "\u202e",
    "\u2066",
    "\u2028",
    "\r",
)
_NOT_IN_SHEETS = str.maketrans("", "", "[]:\\?/*'")
SCHOOL = "=1+1+金溪中学"
HEADERS = ("序号", "姓名", "身份证号", "年级", "班级", "备注", "发放金额", "银行卡号")


def formula_grid(*, title: str = f"{SCHOOL}2021年秋季学期普通高中国家助学金发放花名册") -> Grid:
    """A roster in which whatever a school may word begins as a formula does."""
    grid = roster_grid(len(FORMULAS), headers=HEADERS, title=title)
    for row, text in zip(grid[2:], FORMULAS, strict=False):
        row[1], row[3], row[4], row[5] = text, text, text, text
    return grid


def escape_grid(*, first: int = 100) -> Grid:
    """A roster whose names, grades, classes and remarks carry what a terminal obeys."""
    grid = roster_grid(len(ESCAPES), headers=HEADERS, first=first)
    for row, person, sign in zip(grid[2:], people(len(ESCAPES), first=first), ESCAPES, strict=False):
        row[1] = f"{sign}{person.name}{sign}"
        row[3], row[4], row[5] = f"高一{sign}", f"{sign}(1)班", f"备注{sign}"
    return grid


def write_all(folder: Path) -> Path:
    """A folder of rosters, good and bad, whose names, sheets and cells are all such strings."""
    folder.mkdir(parents=True)
    for i, name in enumerate(("=1+1", "+1", "-1", "@x", "＝1")):
        page = Page(("=1+1", "+1", "-1", "@x", "＝1")[i], formula_grid())
        if i:  # the same people again contradict the ledger
            page.grid = [*page.grid[:2], *page.grid[2 + i :]]
        (folder / f"{name}.xlsx").write_bytes(xlsx_book([page]))
    for i, sign in enumerate(ESCAPES):
        grid = roster_grid(2, first=200 + 10 * i)
        if i % 2:
            grid[2][2] = f"51130{sign}"
        name = f"{sign}名册{i}.xls".replace("/", "").replace("\\", "")
        (folder / name).write_bytes(xls_book([Page(f"a{sign}".translate(_NOT_IN_SHEETS)[:31], grid)]))
    (folder / "\x1b[5mnames.xls").write_bytes(xls_book([Page("高一", escape_grid())]))
    return folder
