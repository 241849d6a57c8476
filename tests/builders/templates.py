"""Blank rosters as a clerk fills them in: by the workbook's own headers, lists and input cell, with made-up pupils."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from openpyxl import load_workbook

from aidledger.domain.layout import fold
from aidledger.domain.program import Program, nearest_fen
from aidledger.domain.term import Period
from tests.builders.people import people, resident_number
from tests.builders.reading import shipped

if TYPE_CHECKING:
    from openpyxl.worksheet.datavalidation import DataValidation

Value = str | int | float | None
_ASKED = ("document_type", "level", "grade", "boarding", "category", "tier")
_WANTED_FEN = (50_000, 100_000, 78_950)


class Template:
    """A template's first sheet, its header's row, and its columns by field."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.book = load_workbook(path)
        self.sheet = self.book.worksheets[0]
        self.header = next(row for row in range(1, 9) if self._field(row, 2) == "name")
        named = {column: self._field(self.header, column) for column in range(1, self.sheet.max_column + 1)}
        self.columns = {field: column for column, field in named.items() if field}

    def _field(self, row: int, column: int) -> str | None:
        header = str(self.sheet.cell(row, column).value or "")
        return shipped().layout.fields.get(fold(header.removesuffix("(元)").removesuffix("(yuan)")))

    @property
    def headers(self) -> list[str]:
        """The header cells."""
        return [str(cell.value) for cell in self.sheet[self.header] if cell.value is not None]

    def validation(self, field: str) -> DataValidation | None:
        """The validation of a column."""
        first = self.sheet.cell(self.header + 1, self.columns[field]).coordinate
        return next((one for one in self.sheet.data_validations.dataValidation if first in one.sqref), None)

    def choices(self, field: str) -> list[str]:
        """What a column's drop-down list offers."""
        validation = self.validation(field) if field in self.columns else None
        return str(validation.formula1).strip('"').split(",") if validation and validation.type == "list" else []

    def write(self, at: int, values: Mapping[str, Value]) -> None:
        """Write the at-th pupil, as far as there are columns."""
        for field, value in values.items():
            if field in self.columns:
                self.sheet.cell(self.header + 1 + at, self.columns[field]).value = value

    def write_school(self, name: str) -> None:
        """Write into the cell beside the school's label."""
        self.sheet.cell(self.header - 1, 3).value = name

    def save(self) -> None:
        """Save it in its place."""
        self.book.save(self.path)


def fill(template: Template, program: Program, period: Period, *, rows: int = 6, first: int = 0) -> int:
    """Write pupils who are right in every way, each value of each list in turn; how much they are paid, in 分."""
    total = 0
    for at, person in enumerate(people(rows, first=first, born=_born(program, period))):
        chosen = {field: choices[at % len(choices)] for field in _ASKED if (choices := template.choices(field))}
        amount = _amount(program, period, chosen, at)
        total += amount
        years = program.entry_years
        template.write(
            at,
            {
                "serial": at + 1,
                "name": person.name,
                "number": _number(chosen["document_type"], person.number, first + at, person.born),
                "student_number": f"G{person.number}",
                "class": f"{at + 1}班",
                "entry_year": (years.high or years.low) if years else None,
                "amount": amount / 100,
                "account": f"6217{person.number[-15:-1]}6",
                **chosen,
            },
        )
    return total


def _born(program: Program, period: Period) -> date:
    ages = program.ages
    low, high = (ages.low or 0, ages.high or 99) if ages else (10, 20)
    return date(period.start.year - (low + high) // 2, 3, 15)


def _amount(program: Program, period: Period, chosen: Mapping[str, str], at: int) -> int:
    values = shipped().layout.values
    level = values["level"].get(fold(chosen.get("level", "")))
    boarding = values["boarding"].get(fold(chosen.get("boarding", "")))
    rates = program.rates(period, level, boarding)
    tier = tuple(rate for rate in rates if rate.label == chosen.get("tier"))
    return nearest_fen(tier or rates, _WANTED_FEN[at % len(_WANTED_FEN)])


def _number(document_type: str, resident: str, index: int, born: date) -> str:
    kind = shipped().layout.values["document_type"][fold(document_type)]
    others = {"passport": f"EA{index:07d}", "other": f"H{index:010d}"}
    if kind == "residence-permit":
        return resident_number(index, born, region="810000")
    return others.get(kind, resident)
