"""What calamine does not tell of an .ods: error cells, formulas without a value, merged cells, what is hidden."""

from __future__ import annotations

import re
from xml.parsers import expat

from aidledger.sheets.failures import FileRefused
from aidledger.sheets.package import XML_DAMAGES, Package
from aidledger.sheets.sheet import FORMULA, BookFacts, SheetFacts, shows_error

_NULL_DATE_1904 = re.compile(rb'<table:null-date\b[^<>]*"1904-01-01"')
_TABLE = "urn:oasis:names:tc:opendocument:xmlns:table:1.0 "
_ANNOTATION = "urn:oasis:names:tc:opendocument:xmlns:office:1.0 annotation"
_PARAGRAPH = "urn:oasis:names:tc:opendocument:xmlns:text:1.0 p"
_VALUE_TYPE = "urn:oasis:names:tc:opendocument:xmlns:office:1.0 value-type"
_CALC_TYPE = "urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0 value-type"
_HIDDEN = {"collapse", "filter"}
_ROWS_MAX = 1_048_576
_ROWS_HIDDEN_MAX = 100_000  # a longer run at once is the empty rest of the sheet
# Whatever a part is to be looked through for; most have none of it but formulas.
_MARKS = (b"formula=", b'"error"', b"-spanned=", b"visibility=")


def ods_facts(package: Package) -> BookFacts:
    """What the cells of an .ods do not tell."""
    part = package.parts["content.xml"]
    date_1904 = b"1904-01-01" in part and _NULL_DATE_1904.search(part) is not None
    book = BookFacts(date_1904=date_1904, complete=False)
    if any(mark in part for mark in _MARKS):
        _Content(book).read(part)
    return book


class _Content:
    """Follows the rows and columns through content.xml."""

    def __init__(self, book: BookFacts) -> None:
        self.book = book
        self.sheet = SheetFacts()
        self.row = self.next_row = 0
        self.column = self.next_column = 0
        self.failed = self.valued = self.muted = False
        self.shown: list[str] | None = None  # of a formula's cell

    def read(self, part: bytes) -> None:
        """Raises FileRefused where it is damaged."""
        parser = expat.ParserCreate(namespace_separator=" ")
        parser.buffer_text = True
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._text
        try:
            parser.Parse(part, True)  # noqa: FBT003 - the last of it
        except XML_DAMAGES as error:
            raise FileRefused("unreadable-file", why="the workbook is damaged") from error

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        if not tag.startswith(_TABLE):
            self.muted |= tag == _ANNOTATION
            self.valued |= tag == _PARAGRAPH and not self.muted
            return
        tag = tag.removeprefix(_TABLE)
        if tag in {"table-cell", "covered-table-cell"}:
            self._cell(attributes)
        elif tag == "table-row":
            repeated = int(attributes.get(f"{_TABLE}number-rows-repeated", 1))
            self.row, self.next_row, self.next_column = self.next_row, self.next_row + repeated, 0
            if attributes.get(f"{_TABLE}visibility") in _HIDDEN and repeated < _ROWS_HIDDEN_MAX:
                self.sheet.hidden_rows.extend(range(self.row, min(self.next_row, _ROWS_MAX)))
        elif tag == "table-column":
            first = self.next_column
            self.next_column += int(attributes.get(f"{_TABLE}number-columns-repeated", 1))
            if attributes.get(f"{_TABLE}visibility") in _HIDDEN:
                self.sheet.hidden_columns.append((first, self.next_column - 1))
        elif tag == "table":
            self.sheet = SheetFacts()
            self.book.sheets[attributes.get(f"{_TABLE}name", "")] = self.sheet
            self.next_row = self.next_column = 0

    def _cell(self, attributes: dict[str, str]) -> None:
        self.column = self.next_column
        self.next_column += int(attributes.get(f"{_TABLE}number-columns-repeated", 1))
        self.failed = attributes.get(_CALC_TYPE) == "error"
        if self.failed or f"{_TABLE}formula" in attributes:
            self.shown = []
            self.valued = _VALUE_TYPE in attributes
        rows = int(attributes.get(f"{_TABLE}number-rows-spanned", 1))
        columns = int(attributes.get(f"{_TABLE}number-columns-spanned", 1))
        if rows > 1 or columns > 1:
            corner = (self.row + rows - 1, self.column + columns - 1)
            self.sheet.merges.append(((self.row, self.column), corner))

    def _text(self, text: str) -> None:
        if self.shown is not None and not self.muted:
            self.shown.append(text)

    def _end(self, tag: str) -> None:
        if tag == _ANNOTATION:
            self.muted = False
        elif self.shown is not None and tag == f"{_TABLE}table-cell":
            text = "".join(self.shown).strip()
            # OpenOffice marks an error by nothing but what is shown.
            if self.failed or shows_error(text):
                self.sheet.faults[self.row, self.column] = text or "#ERROR"
            elif not self.valued:  # an empty text has no type, but a paragraph
                self.sheet.faults[self.row, self.column] = FORMULA
            self.shown = None
