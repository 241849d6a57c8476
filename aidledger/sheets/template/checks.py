"""Checks in a blank roster: data validation for typed values, conditional formatting for pasted ones."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from openpyxl.formatting.rule import Rule as FormatRule
from openpyxl.styles import Border, Font, PatternFill, Side
from openpyxl.styles.differential import DifferentialStyle
from openpyxl.worksheet.datavalidation import DataValidation

from aidledger.sheets.template.columns import TemplateColumn
from aidledger.sheets.template.places import Places
from aidledger.sheets.template.rules import FORMULA_MAX, CellRule

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

_WRONG = DifferentialStyle(fill=PatternFill(bgColor="FFC7CE"), font=Font(color="9C0006"))
_DUPLICATE = DifferentialStyle(fill=PatternFill(bgColor="FFD9A8"))
_MISSING = DifferentialStyle(fill=PatternFill(bgColor="FFF2B3"))
_THIN = Side(style="thin", color="999999")
# Borders for filled rows only, so that empty ones do not print.
_FILLED = DifferentialStyle(border=Border(left=_THIN, right=_THIN, top=_THIN, bottom=_THIN))
_HEADING_MAX = 32


def add_checks(
    sheet: Worksheet, columns: Sequence[TemplateColumn], rules: Mapping[str, CellRule], places: Places
) -> None:
    """Add validation and conditional formatting to every column that has a list or a rule."""
    for column in columns:
        if column.field in rules:
            validate(sheet, places.column(column.field), rules[column.field], column.header)
    _colour(sheet, columns, rules, places)


def validate(sheet: Worksheet, cells: str, rule: CellRule, heading: str) -> None:
    """Add data validation for a rule, with a drop-down list if it has one."""
    listed = _list(rule.listed)
    formula = listed or rule.formula
    if formula is None:
        return
    # With allow_blank, Excel accepts anything once a cell that the formula refers to is blank.
    check = DataValidation(type="list" if listed else "custom", formula1=formula, allow_blank=bool(listed))
    check.errorStyle, check.showErrorMessage = "stop", rule.strict
    check.errorTitle, check.error = heading[:_HEADING_MAX], rule.message
    if rule.formula is not None:
        check.showInputMessage = True
        check.promptTitle, check.prompt = heading[:_HEADING_MAX], rule.message
    check.add(cells)
    sheet.add_data_validation(check)


def _list(choices: Sequence[str]) -> str | None:
    """A list as a formula; None where it is empty or too long for one."""
    formula = '"{}"'.format(",".join(choice.replace('"', '""') for choice in choices))
    fits = choices and len(formula) <= FORMULA_MAX and not any("," in choice for choice in choices)
    return formula if fits else None


def _colour(sheet: Worksheet, columns: Sequence[TemplateColumn], rules: Mapping[str, CellRule], places: Places) -> None:
    """Add conditional formatting, which, unlike validation, applies to pasted cells too."""
    cells = places.cells()
    filled = f'OR({cells["name"]}<>"",{cells["number"]}<>"")'
    for field, rule in rules.items():
        if rule.formula is not None:
            wrong = f'({cells[field]}<>"")*IFERROR(NOT({rule.formula}),TRUE)'
            _add(sheet, places.column(field), wrong, _WRONG)
    # COUNTIF compares numbers by 15 digits only.
    number, letter = cells["number"], places.letters["number"]
    all_numbers = f"${letter}${places.first}:${letter}${places.last}"
    duplicate = f'AND({number}<>"",SUMPRODUCT(--({all_numbers}={number}))>1)'
    _add(sheet, places.column("number"), duplicate, _DUPLICATE)
    for column in columns:
        if column.required:
            missing = f'AND({filled},{cells[column.field]}="")'
            _add(sheet, places.column(column.field), missing, _MISSING)
    _add(sheet, places.all_cells(), filled, _FILLED)


def _add(sheet: Worksheet, cells: str, formula: str, style: DifferentialStyle) -> None:
    sheet.conditional_formatting.add(cells, FormatRule(type="expression", formula=[formula], dxf=style))
