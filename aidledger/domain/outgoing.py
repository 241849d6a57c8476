"""Text for files that others open: nothing becomes a formula, and no character is invalid there."""

from __future__ import annotations

import re

# Characters that start a formula, even after white space, and their full-width forms.
_BEGINS_FORMULA = re.compile(r"'*\s*[=+\-@＝＋－＠]|'*[\t\r\n]")
# Characters that XML 1.0 cannot represent at all; Excel reads all others.
_NOT_IN_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def guarded(text: str) -> str:
    """A cell for a CSV file: an apostrophe, by which Excel marks text, precedes what would be a formula."""
    return f"'{text}" if _BEGINS_FORMULA.match(text) else text


def unguarded(cell: str) -> str:
    """Invert ``guarded``."""
    return cell[1:] if cell.startswith("'") and _BEGINS_FORMULA.match(cell[1:]) else cell


def xml_text(text: str) -> str:
    """A cell for a workbook, without characters invalid in XML; the caller sets its type to text."""
    return _NOT_IN_XML.sub("", text)
