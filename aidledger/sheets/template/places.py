"""The positions of rows and columns in a blank roster."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from openpyxl.utils import get_column_letter

from aidledger.sheets.template.columns import TemplateColumn


@dataclass(frozen=True, slots=True)
class Places:
    """Row numbers (1-based) and column letters by field. ``first`` to ``last``: the pupils' rows with checks."""

    school: int
    header: int
    first: int
    last: int
    letters: Mapping[str, str]

    def cells(self) -> dict[str, str]:
        """The first pupil's cells by field, as references for formulas."""
        return {field: f"${letter}{self.first}" for field, letter in self.letters.items()}

    def column(self, field: str) -> str:
        """The range of a field's checked cells."""
        letter = self.letters[field]
        return f"{letter}{self.first}:{letter}{self.last}"

    def all_cells(self) -> str:
        """The range of all checked cells."""
        letters = [*self.letters.values()]
        return f"{letters[0]}{self.first}:{letters[-1]}{self.last}"


def places_of(columns: Sequence[TemplateColumn], title_lines: int, rows: int) -> Places:
    """Lay out title, school, header and pupils' rows from top to bottom."""
    header = title_lines + 2
    letters = {column.field: get_column_letter(i) for i, column in enumerate(columns, 1)}
    return Places(title_lines + 1, header, header + 1, header + rows, letters)
