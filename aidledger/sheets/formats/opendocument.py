"""What calamine omits from an .ods: error cells, uncalculated formulas, merged cells, hidden rows, display texts.

It also joins annotations and drawings to the text of their cell, drops line breaks within a paragraph, and returns
numbers as stored rather than as displayed.
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
_REPEATED_MAX = 100_000  # a longer run is the empty rest of the sheet
# Substrings that make a parse necessary; most files have none but formulas.
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
    """The facts about an .ods beside its values; raises FileRefused."""
    part = package.parts["content.xml"]
    date_1904 = b"1904-01-01" in part and _NULL_DATE_1904.search(part) is not None
    book = BookFacts(date_1904=date_1904, complete=False)
    if any(mark in part for mark in _MARKS) or _has_differing_texts(part):
        _Content(book).read(part)
    return book


def _has_differing_texts(part: bytes) -> bool:
    """Whether any number is displayed as something else, or has no value."""
    if sum(part.count(b'office:value-type="%b"' % kind) for kind in _KINDS_OF_NUMBERS) > part.count(b" office:value="):
        return True
    for match in _SHOWN.finditer(part):
        if match[1] != match[2] and not match[0].endswith(b"/>") and not _is_same(match[1], match[2]):
            return True
    return False


def _is_same(stored: bytes, text: bytes | None) -> bool:
    try:
        number = float(stored)
        return text is not None and displayed(number, text.decode()) == number
    except (ValueError, InvalidOperation):
        return False


class _OpenCell:
    """The cell whose end tag has not been read yet."""

    def __init__(self, attributes: Mapping[str, str], styles: Styles, style: str) -> None:
        self.failed = attributes.get(_CALC_TYPE) == "error"
        self.is_formula = f"{_TABLE}formula" in attributes
        kind, stored = attributes.get(_VALUE_TYPE), attributes.get(f"{_OFFICE}value")
        self.is_number = kind in _NUMBERS
        self.stored = stored if self.is_number else None
        self.has_value = bool(kind) and not (self.is_number and stored is None)
        self.struck, self.unseen = style in styles.struck, style in styles.white
        self.parts: list[str] = []
        self.paragraphs = 0
        self.differs = self.struck_in_part = False

    @property
    def text(self) -> str:
        return "".join(self.parts)

    def fault(self) -> str | None:
        text = self.text.strip()
        # OpenOffice marks an error only by its display text.
        if self.failed or (self.is_formula and shows_error(text)):
            return text or "#ERROR"
        if self.struck_in_part:
            return STRUCK_PART
        # An empty text has no type, but a paragraph; an uncalculated formula has neither, or no value.
        without_value = not self.has_value and (self.is_number or not self.paragraphs or text != "")
        return FORMULA if self.is_formula and without_value else None

    def display_text(self) -> float | str | None:
        """The display text where it differs from the number; None where it omits digits."""
        if self.stored is None:
            return self.text if self.differs or (self.is_number and self.text) else 0
        if not self.paragraphs:
            return 0
        try:
            return displayed(float(self.stored), self.text)
        except (ValueError, InvalidOperation):
            return None


class _Content:
    """Collects facts by rows and columns from content.xml."""

    def __init__(self, book: BookFacts) -> None:
        self.book = book
        self.sheet = SheetFacts()
        self.styles = Styles()
        self.row = self.next_row = 0
        self.column = self.next_column = 0
        self.muted = 0  # nesting depth of annotations and drawings
        self.cell: _OpenCell | None = None
        self.column_styles: list[tuple[int, str]] = []
        self.row_style = ""
        self.repeated = 0  # number of repetitions of filled cells

    def read(self, part: bytes) -> None:
        """Parse content.xml; raises FileRefused where it is damaged."""
        parser = expat.ParserCreate(namespace_separator=" ")
        parser.buffer_text = True
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._text
        try:
            parser.Parse(part, True)  # noqa: FBT003 - the final chunk
        except XML_DAMAGES as error:
            raise FileRefused("unreadable-file", why="the workbook is damaged") from error

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == _ANNOTATION or tag.startswith(_DRAW):
            self.muted += 1
            if self.cell is not None:
                self.cell.differs = True
        elif tag.startswith(_TABLE):
            self._start_table(tag.removeprefix(_TABLE), attributes)
        elif self.cell is None:
            self.styles.add(tag, attributes)
        elif not self.muted:
            self._start_text(self.cell, tag, attributes)

    def _start_text(self, cell: _OpenCell, tag: str, attributes: dict[str, str]) -> None:
        if tag == _PARAGRAPH:
            cell.parts += ["\n"] if cell.paragraphs else []
            cell.paragraphs += 1
        elif tag in _BLANKS:
            cell.parts.append(_BLANKS[tag] * int(attributes.get(f"{_TEXT}c", 1)))
            cell.differs |= tag == f"{_TEXT}line-break"
        elif tag == _SPAN:
            cell.struck_in_part |= attributes.get(f"{_TEXT}style-name") in self.styles.crossing

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
        self.cell = _OpenCell(attributes, self.styles, self._style(attributes))
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
            if cell is not None and (cell.paragraphs or cell.is_formula or cell.failed or cell.stored is not None):
                self._close_cell(cell)

    def _close_cell(self, cell: _OpenCell) -> None:
        fault = cell.fault()
        if fault is not None:
            self.sheet.faults.update(dict.fromkeys(self._places(), fault))
            return
        display_text = cell.display_text()
        if display_text is None:
            self.sheet.faults.update(dict.fromkeys(self._places(), f"{FORMAT}{cell.text}"))
        elif display_text == "" and cell.stored is not None:
            self.sheet.unseen.update(self._places())
        elif isinstance(display_text, str):
            self.sheet.texts.update(dict.fromkeys(self._places(), display_text))
        if cell.struck:
            self.sheet.struck.update(self._places())
        if cell.unseen:
            self.sheet.unseen.update(self._places())

    def _places(self) -> Iterator[tuple[int, int]]:
        """The places of the cell and its repetitions; raises FileRefused beyond the limit."""
        rows, columns = range(self.row, self.next_row), range(self.column, self.next_column)
        self.repeated += len(rows) * len(columns) - 1
        if self.repeated > _REPEATED_MAX:
            raise FileRefused("file-too-large", what="the number of cells", limit=_REPEATED_MAX)
        return ((row, column) for row in rows for column in columns)
