"""Text on its way into a file that others open: never a formula there, and nothing that the file could not hold."""

from __future__ import annotations

import re

# What a spreadsheet program takes for the beginning of a formula, also behind blanks; and their full-width twins.
_BEGINS_FORMULA = re.compile(r"'*\s*[=+\-@＝＋－＠]|'*[\t\r\n]")
# What XML cannot say, however it is written; of what it can, Excel reads all.
_NOT_IN_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def guarded(text: str) -> str:
    """A cell of a CSV file: in front of what would be a formula stands a quote, by which Excel knows text."""
    return f"'{text}" if _BEGINS_FORMULA.match(text) else text


def unguarded(cell: str) -> str:
    """The text that was guarded."""
    return cell[1:] if cell.startswith("'") and _BEGINS_FORMULA.match(cell[1:]) else cell


def xml_text(text: str) -> str:
    """A cell of a workbook: without the characters that no XML can hold. Its writer types it as text."""
    return _NOT_IN_XML.sub("", text)
