"""The tables of a web page: what many systems send under the name of an .xls.

All tables of a page are one sheet, one below the other, and a line of text between them is a row, as Excel shows such a
page. A table around tables is layout: what stands beside them is rows of its own, and its spans mean nothing.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from html.parser import HTMLParser

from aidledger.sheets.formats.failures import FileRefused
from aidledger.sheets.formats.html_table import OpenCell, Table
from aidledger.sheets.formats.limits import Limits
from aidledger.sheets.formats.sheet import Sheet, check_sheets, check_size, rectangle, text_faults, with_facts

_DEPTH_MAX = 50
_SHEET = "Sheet1"
# Tags that end a line of text.
_BLOCK = re.compile(
    "blockquote|br|caption|center|d[dlt]|div|fieldset|footer|form|h[1-6r]|header|li|ol|p|pre|section|ul",
)
_UNSEEN = frozenset(("noscript", "script", "select", "style", "title", "xml"))
# The name that a page gives its sheet, in a comment for Excel.
_SHEET_NAME = re.compile(r"<x:Name>\s{0,99}([^<]{1,31}?)\s{0,99}</x:Name>", re.IGNORECASE)
# LibreOffice puts several sheets onto one page, each after such an anchor and a heading with its name.
_SHEET_ANCHOR = re.compile(r"table[0-9]+")
Attributes = Sequence[tuple[str, str | None]]


def html_sheets(text: str, limits: Limits) -> list[Sheet]:
    """The sheets of a page, nearly always one; none where it has no table. Raises FileRefused."""
    parser = _Page(limits)
    try:
        parser.feed(text)
        parser.close()
    except AssertionError as error:  # html.parser's word for a declaration that it does not know
        raise FileRefused("unreadable-file", why="the workbook is damaged") from error
    pages = [(name, page) for name, page in parser.pages if page.has_table]
    names = set(_SHEET_NAME.findall(text))
    if len(pages) == len(names) == 1:
        pages = [(names.pop(), pages[0][1])]
    return [_sheet(name, page, limits) for name, page in pages]


def _sheet(name: str, page: Table, limits: Limits) -> Sheet:
    facts = page.facts
    sheet = Sheet(name, rectangle(page.rows, limits))
    facts.faults |= text_faults(sheet.rows)
    return with_facts(sheet, facts)


class _Page(HTMLParser):
    """Follows the tags of a page, however few of them are closed."""

    def __init__(self, limits: Limits) -> None:
        super().__init__(convert_charrefs=True)
        self.limits = limits
        self.cells = 0
        self.unseen: str | None = None
        self.named_by_heading = False
        self.pages: list[tuple[str, Table]] = []
        self.tables: list[Table] = []
        self._new_page()

    def _new_page(self) -> None:
        self._close_tables()
        page = Table()
        self.pages.append((_SHEET, page))
        check_sheets(len(self.pages) - 1, self.limits)  # before the first anchor there is most often no sheet
        self.tables = [page]

    def close(self) -> None:
        super().close()
        self._close_tables()

    def _close_tables(self) -> None:
        while len(self.tables) > 1:
            self._close_table()
        for page in self.tables:
            page.end_lines()

    def handle_starttag(self, tag: str, attrs: Attributes) -> None:
        if self.unseen is not None:
            return
        table = self.tables[-1]
        if _BLOCK.fullmatch(tag):
            table.add_text("\n")
        if tag in {"td", "th"}:
            self._table().open_cell(OpenCell(dict(attrs)), self.limits)
        elif tag == "tr":
            self._table()
            self._close_row()
            self.tables[-1].open_row(dict(attrs))
        elif tag == "table":
            self._open_table()
        elif tag in {"tbody", "thead", "tfoot"}:
            self._close_row()
        elif tag == "col":
            table.add_column(dict(attrs))
        elif tag in _UNSEEN:
            self.unseen = tag
        elif tag == "a" and _SHEET_ANCHOR.fullmatch(dict(attrs).get("name") or ""):
            self._new_page()
            self.named_by_heading = True
        else:
            table.mark(tag, dict(attrs))

    def handle_endtag(self, tag: str) -> None:
        table = self.tables[-1]
        if self.unseen is not None:
            self.unseen = None if tag == self.unseen else self.unseen
        elif tag in {"td", "th"}:
            table.close_cell(self.limits)
        elif tag == "tr":
            self._close_row()
        elif tag == "table" and len(self.tables) > 1:
            self._close_table()
        elif tag == "a" and self.named_by_heading:
            self.named_by_heading = False
            _, page = self.pages[-1]
            self.pages[-1] = (page.take_heading() or _SHEET, page)
        elif _BLOCK.fullmatch(tag):
            table.add_text("\n")

    def handle_data(self, data: str) -> None:
        if self.unseen is None:
            self.tables[-1].add_text(data if data.isalnum() else " ".join(f".{data}.".split())[1:-1])

    def _table(self) -> Table:
        """The innermost table; rows that stand in none make one."""
        if len(self.tables) == 1:
            self._open_table()
        return self.tables[-1]

    def _open_table(self) -> None:
        if len(self.tables) > _DEPTH_MAX:
            raise FileRefused("unreadable-file", why="it is nested too deeply")
        if len(self.tables) == 1:
            self.tables[0].end_lines()
        self.tables.append(Table())

    def _close_row(self) -> None:
        table = self.tables[-1]
        self.cells += table.close_row(self.limits)
        check_size(self.cells, 1, self.limits)

    def _close_table(self) -> None:
        self._close_row()
        table = self.tables.pop()
        table.end_lines()
        self.tables[-1].take(table, self.limits, is_page=len(self.tables) == 1)
