"""The lines of a roster or other list.

Columns of equal length rather than objects: a district sends 126,000 pupils, and they travel from the reading process
to the writing one.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, fields

# The columns that hold an empty text, not None, where a cell is blank.
_TEXTS = frozenset({"numbers", "document_types", "names"})


@dataclass(slots=True)
class Lines:
    """The pupils of one table, column by column; an empty text or None where the roster leaves a cell blank.

    ``rows``: row numbers in the sheet (1-based). ``births``: ISO dates, or months.
    """

    rows: list[int] = field(default_factory=list)
    numbers: list[str] = field(default_factory=list)
    document_types: list[str] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    sexes: list[str | None] = field(default_factory=list)
    births: list[str | None] = field(default_factory=list)
    student_numbers: list[str | None] = field(default_factory=list)
    accounts: list[str | None] = field(default_factory=list)
    schools: list[str | None] = field(default_factory=list)
    levels: list[str | None] = field(default_factory=list)
    grades: list[str | None] = field(default_factory=list)
    classes: list[str | None] = field(default_factory=list)
    boardings: list[str | None] = field(default_factory=list)
    tiers: list[str | None] = field(default_factory=list)
    categories: list[str | None] = field(default_factory=list)
    entry_years: list[int | None] = field(default_factory=list)
    guardians: list[str | None] = field(default_factory=list)
    majors: list[str | None] = field(default_factory=list)

    def add(self, row: int, **said: str | None) -> None:
        """Add a line of which nothing is known but its row and these columns."""
        for column in fields(self):
            unknown = "" if column.name in _TEXTS else None
            getattr(self, column.name).append(row if column.name == "rows" else said.get(column.name, unknown))

    def picked(self, lines: Iterable[int]) -> Lines:
        """Some of its lines, in this order."""
        kept = list(lines)
        return Lines(**{one.name: [getattr(self, one.name)[i] for i in kept] for one in fields(self)})

    def __len__(self) -> int:
        return len(self.rows)
