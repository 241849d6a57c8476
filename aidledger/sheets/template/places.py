"""Where everything stands in the sheet of a blank roster."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from openpyxl.utils import get_column_letter

from aidledger.sheets.template.columns import TemplateColumn


@dataclass(frozen=True, slots=True)
class Places:
    """Rows, 1-based, and the columns' letters by field. ``first`` and ``last``: the pupils' rows that are checked."""

    school: int
    header: int
    first: int
    last: int
    letters: Mapping[str, str]

    def cells(self) -> dict[str, str]:
        """The first pupil's cells by field, as formulas name them."""
        return {field: f"${letter}{self.first}" for field, letter in self.letters.items()}

    def column(self, field: str) -> str:
        """The cells of a field that are checked."""
        letter = self.letters[field]
        return f"{letter}{self.first}:{letter}{self.last}"

    def all_cells(self) -> str:
        """The pupils' cells."""
        letters = [*self.letters.values()]
        return f"{letters[0]}{self.first}:{letters[-1]}{self.last}"


def places_of(columns: Sequence[TemplateColumn], title_lines: int, rows: int) -> Places:
    """The title's lines, the school's line, the header, the pupils."""
    header = title_lines + 2
    letters = {column.field: get_column_letter(i) for i, column in enumerate(columns, 1)}
    return Places(title_lines + 1, header, header + 1, header + rows, letters)
