"""A location in an imported file."""

from __future__ import annotations

from dataclasses import dataclass


def column_letter(index: int) -> str:
    """The letters of a 0-based column index: 0 is A, 26 is AA."""
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


@dataclass(frozen=True, slots=True)
class Place:
    """A sheet, a row number (1-based) and a column letter; None where all of them are meant."""

    sheet: str | None = None
    row: int | None = None
    column: str | None = None
