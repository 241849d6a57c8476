"""CSV and tab-separated text: which encoding, which separator."""

from __future__ import annotations

import csv
import unicodedata
from collections.abc import Iterator
from io import StringIO

from aidledger.sheets.failures import FileRefused

_BOMS = {b"\xef\xbb\xbf": "utf-8-sig", b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}
_SEPARATORS = ",\t;|"
_SAMPLE_LINES = 50
_ALLOWED_CONTROLS = frozenset("\t\r\n")


def decode(content: bytes) -> str:
    """The text, read as UTF-8, else UTF-16 where it is marked, else GB18030; raises FileRefused where none fits."""
    marked = next((name for bom, name in _BOMS.items() if content.startswith(bom)), None)
    for encoding in (marked,) if marked else ("utf-8", "gb18030"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if _is_text(text):
            return text
    raise FileRefused("unreadable-file", why="it is neither a workbook nor a text in UTF-8, UTF-16 or GB18030")


def _is_text(text: str) -> bool:
    # Mixed encodings decode as GB18030 without an error, but into private-use characters and controls.
    return not any(
        unicodedata.category(sign) in {"Cc", "Co", "Cn"} and sign not in _ALLOWED_CONTROLS for sign in set(text)
    )


def separator(text: str) -> str:
    """The separator that stands most evenly in the first lines."""
    lines = [line for line in text.splitlines()[:_SAMPLE_LINES] if line.strip()]
    counts = {sign: sum(line.count(sign) for line in lines) for sign in _SEPARATORS}
    best = max(_SEPARATORS, key=lambda sign: counts[sign])
    return best if counts[best] else ","


def rows(content: bytes) -> Iterator[list[str]]:
    """The rows of a text file; raises FileRefused."""
    text = decode(content)
    try:
        yield from csv.reader(StringIO(text, newline=""), delimiter=separator(text))
    except csv.Error as error:
        raise FileRefused("unreadable-file", why="its quotes do not pair up") from error
