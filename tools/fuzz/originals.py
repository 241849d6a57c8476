"""Good files of every format, from which the spoiled ones are made."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from aidledger.operations.files import SPREADSHEETS
from tests.builders import csv_bytes, roster_grid, two_program_grid
from tests.builders.books import Book, Page, html_book, ods_book, xls_book, xlsm_book, xlsx_book
from tests.builders.lists import allotment_grid, bank_return_grid, certification_grid, register_grid
from tests.builders.spreadsheetml import spreadsheetml_book
from tests.builders.webarchive import web_archive_book
from tests.builders.xlsb import xlsb_book

FOLDER = Path(__file__).parents[2] / "imports"
SAMPLES = {path.name: path.read_bytes() for path in sorted(FOLDER.iterdir()) if path.suffix in SPREADSHEETS}
ZIPPED = [name for name, content in SAMPLES.items() if content.startswith(b"PK")]
BOOKS: tuple[Book, ...] = (
    [Page("高一", roster_grid(8), merges=[((0, 0), (0, 5))])],
    [Page(f"高{i}", roster_grid(4, first=10 * i), hidden_rows={3}, hidden_columns={4}) for i in range(1, 4)],
    [Page("两项", two_program_grid(5))],
    [Page("认定", certification_grid(6))],
    [Page("在校", register_grid(6, left=[2]))],
    [Page("回盘", bank_return_grid(6, failed=[1]))],
    [Page("下达", allotment_grid())],
)


def _csv(encoding: str) -> Callable[[Book], bytes]:
    return lambda book: csv_bytes(book[0].grid, encoding=encoding)


BUILDERS: Mapping[str, tuple[Callable[[Book], bytes], ...]] = {
    "xlsx": (xlsx_book,),
    "xlsm": (xlsm_book,),
    "xlsb": (xlsb_book,),
    "xls": (xls_book,),
    "ods": (ods_book,),
    "csv": (_csv("utf-8"), _csv("gb18030"), _csv("utf-16")),
    "html": (html_book,),
    "xml": (spreadsheetml_book,),
    "mht": (web_archive_book,),
}


def originals() -> Mapping[str, list[bytes]]:
    """By format, good files: ours of every kind of list, and the samples in imports/."""
    made = {ending: [build(book) for build in builds for book in BOOKS] for ending, builds in BUILDERS.items()}
    for name, content in SAMPLES.items():
        made[Path(name).suffix[1:]].append(content)
    return made
