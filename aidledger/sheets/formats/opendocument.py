"""What calamine does not tell of an .ods: error cells, formulas without a value, merged cells, what is hidden or shown.

It joins the texts of what hovers over a cell to the cell's, and leaves out line breaks within a paragraph; numbers it
gives as they are held, and not as they are shown.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from decimal import InvalidOperation
from xml.parsers import expat

from aidledger.sheets.formats.displayed import displayed
from aidledger.sheets.formats.failures import FileRefused
from aidledger.sheets.formats.opendocument_looks import Styles
from aidledger.sheets.formats.package import XML_DAMAGES, Package
from aidledger.sheets.formats.sheet import FORMAT, FORMULA, STRUCK_PART, BookFacts, SheetFacts, shows_error

_NULL_DATE_1904 = re.compile(rb'<table:null-date\b[^<>]*"1904-01-01"')
_TABLE = "urn:oasis:names:tc:opendocument:xmlns:table:1.0 "
_OFFICE = "urn:oasis:names:tc:opendocument:xmlns:office:1.0 "
_TEXT = "urn:oasis:names:tc:opendocument:xmlns:text:1.0 "
_DRAW = "urn:oasis:names:tc:opendocument:xmlns:drawing:1.0 "
_ANNOTATION, _PARAGRAPH, _SPAN = f"{_OFFICE}annotation", f"{_TEXT}p", f"{_TEXT}span"
_VALUE_TYPE = f"{_OFFICE}value-type"
_CALC_TYPE = "urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0 value-type"
_KINDS_OF_NUMBERS = (b"float", b"percentage", b"currency")
_NUMBERS = {kind.decode() for kind in _KINDS_OF_NUMBERS}
_BLANKS = {f"{_TEXT}s": " ", f"{_TEXT}tab": "\t", f"{_TEXT}line-break": "\n"}
_HIDDEN = {"collapse", "filter"}
_ROWS_MAX = 1_048_576
_REPEATED_MAX = 100_000  # a longer run at once is the empty rest of the sheet
# Whatever a part is to be looked through for; most have none of it but formulas.
_MARKS = (
    *(
        b"formula=",
        b'"error"',
        b"-spanned=",
        b"visibility=",
        b"<draw:",
        b"line-break",
        b"line-through",
        b"text-position",
    ),
    *(b'color="#ffffff"', b'color="#FFFFFF"', b'-height="0', b'-width="0'),
)
_SHOWN = re.compile(rb'office:value="([^"]*)"[^<>]*>(?:<text:p>([^<]*)</text:p></)?')


def ods_facts(package: Package) -> BookFacts:
    """What the cells of an .ods do not tell."""
    part = package.parts["content.xml"]
    date_1904 = b"1904-01-01" in part and _NULL_DATE_1904.search(part) is not None
    book = BookFacts(date_1904=date_1904, complete=False)
    if any(mark in part for mark in _MARKS) or _shows_others(part):
        _Content(book).read(part)
    return book


def _shows_others(part: bytes) -> bool:
    """Whether any number is shown as something else than it is, or has no value."""
    if sum(part.count(b'office:value-type="%b"' % kind) for kind in _KINDS_OF_NUMBERS) > part.count(b" office:value="):
        return True
    for match in _SHOWN.finditer(part):
        if match[1] != match[2] and not match[0].endswith(b"/>") and not _is_same(match[1], match[2]):
            return True
    return False


def _is_same(held: bytes, text: bytes | None) -> bool:
    try:
        number = float(held)
        return text is not None and displayed(number, text.decode()) == number
    except (ValueError, InvalidOperation):
        return False


class _Cell:
    """The cell whose end was not seen yet, as far as it has to be looked at."""

    def __init__(self, attributes: Mapping[str, str], styles: Styles, style: str) -> None:
        self.failed = attributes.get(_CALC_TYPE) == "error"
        self.is_formula = f"{_TABLE}formula" in attributes
        kind, held = attributes.get(_VALUE_TYPE), attributes.get(f"{_OFFICE}value")
        self.is_number = kind in _NUMBERS
        self.held = held if self.is_number else None
        self.valued = bool(kind) and not (self.is_number and held is None)
        self.struck, self.unseen = style in styles.struck, style in styles.white
        self.parts: list[str] = []
        self.paragraphs = 0
        self.otherwise = self.crossed = False

    @property
    def text(self) -> str:
        return "".join(self.parts)

    def fault(self) -> str | None:
        text = self.text.strip()
        # OpenOffice marks an error by nothing but what is shown.
        if self.failed or (self.is_formula and shows_error(text)):
            return text or "#ERROR"
        if self.crossed:
            return STRUCK_PART
        # An empty text has no type, but a paragraph; what no program calculated has none, or no value.
        without_value = not self.valued and (self.is_number or not self.paragraphs or text != "")
        return FORMULA if self.is_formula and without_value else None

    def shown(self) -> float | str | None:
        """What is shown, where that is no number; None where it leaves something out."""
        if self.held is None:
            return self.text if self.otherwise or (self.is_number and self.text) else 0
        if not self.paragraphs:
            return 0
        try:
            return displayed(float(self.held), self.text)
        except (ValueError, InvalidOperation):
            return None


class _Content:
    """Follows the rows and columns through content.xml."""

    def __init__(self, book: BookFacts) -> None:
        self.book = book
        self.sheet = SheetFacts()
        self.styles = Styles()
        self.row = self.next_row = 0
        self.column = self.next_column = 0
        self.muted = 0  # how many things are open that hover over the cell
        self.cell: _Cell | None = None
        self.column_styles: list[tuple[int, str]] = []
        self.row_style = ""
        self.repeated = 0  # cells that say something, without their first of each run

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
        if tag == _ANNOTATION or tag.startswith(_DRAW):
            self.muted += 1
            if self.cell is not None:
                self.cell.otherwise = True
        elif tag.startswith(_TABLE):
            self._start_table(tag.removeprefix(_TABLE), attributes)
        elif self.cell is None:
            self.styles.add(tag, attributes)
        elif not self.muted:
            self._start_text(self.cell, tag, attributes)

    def _start_text(self, cell: _Cell, tag: str, attributes: dict[str, str]) -> None:
        if tag == _PARAGRAPH:
            cell.parts += ["\n"] if cell.paragraphs else []
            cell.paragraphs += 1
        elif tag in _BLANKS:
            cell.parts.append(_BLANKS[tag] * int(attributes.get(f"{_TEXT}c", 1)))
            cell.otherwise |= tag == f"{_TEXT}line-break"
        elif tag == _SPAN:
            cell.crossed |= attributes.get(f"{_TEXT}style-name") in self.styles.crossing

    def _start_table(self, tag: str, attributes: dict[str, str]) -> None:
        if self.muted:
            return
        if tag in {"table-cell", "covered-table-cell"}:
            self._open_cell(attributes)
        elif tag == "table-row":
            repeated = int(attributes.get(f"{_TABLE}number-rows-repeated", 1))
            self.row, self.next_row, self.next_column = self.next_row, self.next_row + repeated, 0
            self.row_style = attributes.get(f"{_TABLE}default-cell-style-name", "")
            if self._is_hidden(attributes) and repeated < _REPEATED_MAX:
                self.sheet.hidden_rows.extend(range(self.row, min(self.next_row, _ROWS_MAX)))
        elif tag == "table-column":
            first = self.next_column
            self.next_column += int(attributes.get(f"{_TABLE}number-columns-repeated", 1))
            self.column_styles.append((self.next_column, attributes.get(f"{_TABLE}default-cell-style-name", "")))
            if self._is_hidden(attributes):
                self.sheet.hidden_columns.append((first, self.next_column - 1))
        elif tag == "table":
            self.sheet = SheetFacts()
            self.book.sheets[attributes.get(f"{_TABLE}name", "")] = self.sheet
            self.next_row = self.next_column = 0
            self.column_styles = []

    def _is_hidden(self, attributes: dict[str, str]) -> bool:
        flat = attributes.get(f"{_TABLE}style-name") in self.styles.flat
        return flat or attributes.get(f"{_TABLE}visibility") in _HIDDEN

    def _open_cell(self, attributes: dict[str, str]) -> None:
        self.column = self.next_column
        self.next_column += int(attributes.get(f"{_TABLE}number-columns-repeated", 1))
        self.cell = _Cell(attributes, self.styles, self._style(attributes))
        rows = int(attributes.get(f"{_TABLE}number-rows-spanned", 1))
        columns = int(attributes.get(f"{_TABLE}number-columns-spanned", 1))
        if rows > 1 or columns > 1:
            corner = (self.row + rows - 1, self.column + columns - 1)
            self.sheet.merges.append(((self.row, self.column), corner))

    def _style(self, attributes: dict[str, str]) -> str:
        own = attributes.get(f"{_TABLE}style-name") or self.row_style
        if own or not self.styles.matter:
            return own
        return next((style for end, style in self.column_styles if self.column < end), "")

    def _text(self, text: str) -> None:
        if self.cell is not None and self.cell.paragraphs and not self.muted:
            self.cell.parts.append(text)

    def _end(self, tag: str) -> None:
        if tag == _ANNOTATION or tag.startswith(_DRAW):
            self.muted -= 1
        elif tag in {f"{_TABLE}table-cell", f"{_TABLE}covered-table-cell"} and not self.muted:
            cell, self.cell = self.cell, None
            if cell is not None and (cell.paragraphs or cell.is_formula or cell.failed or cell.held is not None):
                self._close_cell(cell)

    def _close_cell(self, cell: _Cell) -> None:
        fault = cell.fault()
        if fault is not None:
            self.sheet.faults.update(dict.fromkeys(self._places(), fault))
            return
        shown = cell.shown()
        if shown is None:
            self.sheet.faults.update(dict.fromkeys(self._places(), f"{FORMAT}{cell.text}"))
        elif shown == "" and cell.held is not None:
            self.sheet.unseen.update(self._places())
        elif isinstance(shown, str):
            self.sheet.texts.update(dict.fromkeys(self._places(), shown))
        if cell.struck:
            self.sheet.struck.update(self._places())
        if cell.unseen:
            self.sheet.unseen.update(self._places())

    def _places(self) -> Iterator[tuple[int, int]]:
        """Where the cell stands, and where it is repeated; raises FileRefused for more than any sheet has."""
        rows, columns = range(self.row, self.next_row), range(self.column, self.next_column)
        self.repeated += len(rows) * len(columns) - 1
        if self.repeated > _REPEATED_MAX:
            raise FileRefused("file-too-large", what="the number of cells", limit=_REPEATED_MAX)
        return ((row, column) for row in rows for column in columns)
