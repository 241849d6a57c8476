"""Web pages, which many systems send under the name of an .xls.

As in Excel, all tables of a page form one sheet from top to bottom, with text between them as rows. A table that nests
tables is layout: its other text becomes rows, and its spans are ignored.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from html.parser import HTMLParser

from aidledger.sheets.formats.failures import FileRefused
from aidledger.sheets.formats.html_table import HtmlTable, OpenCell
from aidledger.sheets.formats.limits import Limits
from aidledger.sheets.formats.sheet import Sheet, check_sheets, check_size, rectangle, text_faults, with_facts

_DEPTH_MAX = 50
_SHEET = "Sheet1"
# Tags that end a line of text.
_BLOCK = re.compile(
    "blockquote|br|caption|center|d[dlt]|div|fieldset|footer|form|h[1-6r]|header|li|ol|p|pre|section|ul",
)
_UNSEEN = frozenset(("noscript", "script", "select", "style", "title", "xml"))
# The name of the sheet, in a comment for Excel.
_SHEET_NAME = re.compile(r"<x:Name>\s{0,99}([^<]{1,31}?)\s{0,99}</x:Name>", re.IGNORECASE)
# LibreOffice exports several sheets to one page, each after such an anchor and a heading with its name.
_SHEET_ANCHOR = re.compile(r"table[0-9]+")
Attributes = Sequence[tuple[str, str | None]]


def html_sheets(text: str, limits: Limits) -> list[Sheet]:
    """The sheets of a page, usually one; empty without a table. Raises FileRefused."""
    parser = _Page(limits)
    try:
        parser.feed(text)
        parser.close()
    except AssertionError as error:  # html.parser raises it for an unknown declaration
        raise FileRefused("unreadable-file", why="the workbook is damaged") from error
    pages = [(name, page) for name, page in parser.pages if page.has_table]
    names = set(_SHEET_NAME.findall(text))
    if len(pages) == len(names) == 1:
        pages = [(names.pop(), pages[0][1])]
    return [_sheet(name, page, limits) for name, page in pages]


def _sheet(name: str, page: HtmlTable, limits: Limits) -> Sheet:
    facts = page.facts
    sheet = Sheet(name, rectangle(page.rows, limits))
    facts.faults |= text_faults(sheet.rows)
    return with_facts(sheet, facts)


class _Page(HTMLParser):
    """Builds the tables of a page, tolerating unclosed tags."""

    def __init__(self, limits: Limits) -> None:
        super().__init__(convert_charrefs=True)
        self.limits = limits
        self.cells = 0
        self.unseen: str | None = None
        self.named_by_heading = False
        self.pages: list[tuple[str, HtmlTable]] = []
        self.tables: list[HtmlTable] = []
        self._new_page()

    def _new_page(self) -> None:
        self._close_tables()
        page = HtmlTable()
        self.pages.append((_SHEET, page))
        check_sheets(len(self.pages) - 1, self.limits)  # the page before the first anchor is usually no sheet
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

    def _table(self) -> HtmlTable:
        """The innermost table, opened for rows outside any table."""
        if len(self.tables) == 1:
            self._open_table()
        return self.tables[-1]

    def _open_table(self) -> None:
        if len(self.tables) > _DEPTH_MAX:
            raise FileRefused("unreadable-file", why="it is nested too deeply")
        if len(self.tables) == 1:
            self.tables[0].end_lines()
        self.tables.append(HtmlTable())

    def _close_row(self) -> None:
        table = self.tables[-1]
        self.cells += table.close_row(self.limits)
        check_size(self.cells, 1, self.limits)

    def _close_table(self) -> None:
        self._close_row()
        table = self.tables.pop()
        table.end_lines()
        self.tables[-1].take(table, self.limits, is_page=len(self.tables) == 1)
