"""Delimited text: detection of encoding and separator, and its rows."""

from __future__ import annotations

import csv
import re
import unicodedata
from collections.abc import Iterator
from io import StringIO

from aidledger.sheets.formats.failures import FileRefused
from aidledger.sheets.formats.limits import Limits
from aidledger.sheets.formats.sheet import (
    CSV_SHEET,
    Cell,
    Sheet,
    SheetFacts,
    check_size,
    rectangle,
    text_faults,
    with_facts,
)

_BOMS = {b"\xef\xbb\xbf": "utf-8-sig", b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}
_SEPARATORS = ",\t;|"
_CARD = re.compile(r"(?<!\S)\d{12,19}(?!\S)", re.ASCII)
_FIELDS_BESIDE_A_CARD = 2  # at least, such as a name and an amount
_SAMPLE_LINES = 50
_SAMPLE_BYTES = 4_096
_ALLOWED_CONTROLS = frozenset("\t\r\n")
# Trailing bytes of old systems: the DOS end-of-file mark, and padding.
_PADDING = "\x1a\0"
_END = "\x1a"  # appended as a last row, since no text contains it: an unclosed quote swallows it
_SEPARATOR_LINE = re.compile(r"\ufeff?\"?sep=([,;\t|])\"?(?:\r\n|\r|\n)", re.IGNORECASE)
_QUOTED = re.compile(r'"[^"\r\n]*"')
# ="511300…" keeps Excel from reading digits as a number.
_FORMULA_TEXT = re.compile(r'="([^"]*)"')


def decode(content: bytes, *declared: str) -> str:
    """Decode by byte order mark, else as UTF-8, a declared encoding or GB18030; raises FileRefused."""
    detected = next((name for bom, name in _BOMS.items() if content.startswith(bom)), None) or _unmarked_utf_16(content)
    for encoding in (detected,) if detected else ("utf-8", *declared, "gb18030"):
        try:
            text = content.decode(encoding).rstrip(_PADDING)
        except (UnicodeDecodeError, LookupError):
            continue
        if _is_text(text):
            return text
    raise FileRefused("unreadable-file", why="it is neither a workbook nor text in UTF-8, UTF-16 or GB18030")


def _unmarked_utf_16(content: bytes) -> str | None:
    """Detect UTF-16 without a byte order mark: every second byte of its ASCII characters is NUL."""
    sample = content[:_SAMPLE_BYTES].rstrip(b"\0\x1a")
    if len(content) % 2 or b"\0" not in sample:
        return None
    return "utf-16-le" if sample[1::2].count(0) > sample[::2].count(0) else "utf-16-be"


def _is_text(text: str) -> bool:
    # Mixed encodings decode as GB18030 without error, but into private-use and control characters.
    return not any(
        unicodedata.category(sign) in {"Cc", "Co", "Cn"} and sign not in _ALLOWED_CONTROLS for sign in set(text)
    )


def separator(text: str) -> str:
    """The separator found in most of the first lines, outside quotes; the most frequent one on a tie."""
    lines = _QUOTED.sub("", text[: _SAMPLE_LINES * 1_000]).splitlines()[:_SAMPLE_LINES]
    return max(
        _SEPARATORS, key=lambda sign: (sum(sign in line for line in lines), sum(line.count(sign) for line in lines))
    )


def by_blanks(text: str) -> bool:
    """Whether white space separates the fields of most lines, as in bank files with card numbers."""
    lines = [line for line in text[: _SAMPLE_LINES * 1_000].splitlines()[:_SAMPLE_LINES] if line.strip()]
    if any(2 * sum(sign in line for line in lines) >= len(lines) for sign in _SEPARATORS):
        return False
    matches = sum(_CARD.search(line) is not None and len(line.split()) > _FIELDS_BESIDE_A_CARD for line in lines)
    return matches > len(lines) // 2


def rows(text: str, limits: Limits) -> Iterator[list[str]]:
    """The rows of a text; raises FileRefused for unbalanced quotes, which make a cell swallow rows."""
    if by_blanks(text):
        yield from (line.split() for line in text.splitlines())
        return
    text, delimiter = _separated(text)
    closed, has_quotes = False, '"' in text
    try:
        for row in csv.reader(StringIO(f"{text}\n{_END}", newline=""), delimiter=delimiter, skipinitialspace=True):
            closed = row == [_END]
            if has_quotes and any(_swallows(cell, delimiter, len(row)) for cell in row):
                break
            if not closed:
                yield [_unwrapped(cell) if cell.startswith("=") else cell for cell in row] if has_quotes else row
    except csv.Error as error:  # a field beyond the limit of csv, mostly because of an unclosed quote
        if has_quotes:
            raise FileRefused("unreadable-file", why="its quotation marks are not balanced") from error
        raise FileRefused("file-too-large", what="the length of a cell", limit=limits.text_length_max) from error
    if not closed:
        raise FileRefused("unreadable-file", why="its quotation marks are not balanced")


def _separated(text: str) -> tuple[str, str]:
    """The text, without a line that declares the separator, and the separator."""
    declared = _SEPARATOR_LINE.match(text)  # Excel applies such a line without displaying it
    if declared is None:
        return text, separator(text)
    return text[declared.end() :], declared[1]


def _swallows(cell: str, delimiter: str, width: int) -> bool:
    """Whether a multi-line cell contains about as many separators as a row."""
    return ("\n" in cell or "\r" in cell) and cell.count(delimiter) >= max(2, width - 1)


def _unwrapped(cell: str) -> str:
    wrapped = _FORMULA_TEXT.fullmatch(cell.strip())
    return wrapped[1] if wrapped else cell


def text_sheets(content: bytes, limits: Limits) -> Iterator[Sheet]:
    """The single sheet of a delimited text; raises FileRefused."""
    read: list[list[Cell]] = []
    cells = 0
    text = decode(content)
    widths: list[int] = []
    for row in rows(text, limits):
        widths.append(len(row))
        while row and not row[-1]:
            row.pop()
        cells += max(1, len(row))
        check_size(1, len(row), limits)
        check_size(cells, 1, limits)
        read.append([*row])
    sheet = Sheet(CSV_SHEET, rectangle(read, limits), widths=widths)
    yield with_facts(sheet, SheetFacts(faults=text_faults(sheet.rows) if "#" in text else {}))
