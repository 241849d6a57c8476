"""What a blank roster's cells refuse when something is typed, and how they turn when something wrong is pasted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from openpyxl.formatting.rule import Rule as FormatRule
from openpyxl.styles import Border, Font, PatternFill, Side
from openpyxl.styles.differential import DifferentialStyle
from openpyxl.worksheet.datavalidation import DataValidation

from aidledger.sheets.template.columns import TemplateColumn
from aidledger.sheets.template.places import Places
from aidledger.sheets.template.rules import FORMULA_LONGEST, Rule

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

_WRONG = DifferentialStyle(fill=PatternFill(bgColor="FFC7CE"), font=Font(color="9C0006"))
_TWICE = DifferentialStyle(fill=PatternFill(bgColor="FFD9A8"))
_MISSING = DifferentialStyle(fill=PatternFill(bgColor="FFF2B3"))
_THIN = Side(style="thin", color="999999")
# Lines around the rows that are begun, and not around all: only what is filled in is printed.
_BEGUN = DifferentialStyle(border=Border(left=_THIN, right=_THIN, top=_THIN, bottom=_THIN))
_HEADING_LONGEST = 32


def add_checks(sheet: Worksheet, columns: Sequence[TemplateColumn], rules: Mapping[str, Rule], places: Places) -> None:
    """Validations and colours for every column that has a list or a rule."""
    for column in columns:
        if column.field in rules:
            validate(sheet, places.column(column.field), rules[column.field], column.header)
    _colour(sheet, columns, rules, places)


def validate(sheet: Worksheet, cells: str, rule: Rule, heading: str) -> None:
    """Refuse what a rule does not allow; a rule with a list offers it."""
    listed = _list(rule.listed)
    formula = listed or rule.formula
    if formula is None:
        return
    # Blanks are not "allowed": where they are, Excel accepts anything as soon as a cell that a formula names is blank.
    check = DataValidation(type="list" if listed else "custom", formula1=formula, allow_blank=bool(listed))
    check.errorStyle, check.showErrorMessage = "stop", rule.strict
    check.errorTitle, check.error = heading[:_HEADING_LONGEST], rule.message
    if rule.formula is not None:
        check.showInputMessage = True
        check.promptTitle, check.prompt = heading[:_HEADING_LONGEST], rule.message
    check.add(cells)
    sheet.add_data_validation(check)


def _list(choices: Sequence[str]) -> str | None:
    """A list as a formula; None where there is nothing to choose from, or more than a formula holds."""
    formula = '"{}"'.format(",".join(choice.replace('"', '""') for choice in choices))
    holds = choices and len(formula) <= FORMULA_LONGEST and not any("," in choice for choice in choices)
    return formula if holds else None


def _colour(sheet: Worksheet, columns: Sequence[TemplateColumn], rules: Mapping[str, Rule], places: Places) -> None:
    """Validations are not asked when cells are pasted; colours are."""
    cells = places.cells()
    begun = f'OR({cells["name"]}<>"",{cells["number"]}<>"")'
    for field, rule in rules.items():
        if rule.formula is not None:
            wrong = f'({cells[field]}<>"")*IFERROR(NOT({rule.formula}),TRUE)'
            _add(sheet, places.column(field), wrong, _WRONG)
    # COUNTIF would take two numbers that agree in 15 digits for one.
    number, letter = cells["number"], places.letters["number"]
    all_numbers = f"${letter}${places.first}:${letter}${places.last}"
    twice = f'AND({number}<>"",SUMPRODUCT(--({all_numbers}={number}))>1)'
    _add(sheet, places.column("number"), twice, _TWICE)
    for column in columns:
        if column.required:
            missing = f'AND({begun},{cells[column.field]}="")'
            _add(sheet, places.column(column.field), missing, _MISSING)
    _add(sheet, places.all_cells(), begun, _BEGUN)


def _add(sheet: Worksheet, cells: str, formula: str, style: DifferentialStyle) -> None:
    sheet.conditional_formatting.add(cells, FormatRule(type="expression", formula=[formula], dxf=style))
