"""Where something stands in a school's file."""

from __future__ import annotations

from dataclasses import dataclass


def column_letter(index: int) -> str:
    """The spreadsheet's name of a 0-based column: 0 is A, 26 is AA."""
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


@dataclass(frozen=True, slots=True)
class Place:
    """A sheet, a 1-based row as the spreadsheet counts, a column letter; None where it concerns all of them."""

    sheet: str | None = None
    row: int | None = None
    column: str | None = None
