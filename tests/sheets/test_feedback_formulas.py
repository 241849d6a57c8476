"""Formulas in a marked copy: their values in their place, or both."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import pytest
from openpyxl import load_workbook

from aidledger.sheets.feedback import Copy
from tests.builders import (
    roster_grid,
    with_cells,
    xlsx_bytes,
)
from tests.builders.feedback import (
    ERROR,
    bad_grid,
    calculated,
    copy_of,
    saved,
)


def _with_formulas(**cells: str) -> bytes:
    book = load_workbook(BytesIO(xlsx_bytes(with_cells(bad_grid(), {"A8": "合计"}))))
    for cell, formula in cells.items():
        book.worksheets[0][cell] = formula
    return saved(book)


def _values_and_formulas(copy: Copy) -> tuple[Any, Any]:
    values = load_workbook(BytesIO(copy.content), data_only=True)
    return values.worksheets[1], load_workbook(BytesIO(copy.content)).worksheets[1]


def test_a_formula_gives_way_to_its_value() -> None:
    content = calculated(_with_formulas(F3="=500+500", E4='="="&"高一"'), {"F3": "1000", "E4": "=高一"})
    values, formulas = _values_and_formulas(copy_of(content))
    assert (values["F3"].value, formulas["F3"].value) == (1000, 1000)
    assert (formulas["E4"].value, formulas["E4"].data_type) == ("=高一", "s")


def test_a_formula_that_hangs_on_a_marked_cell_stays_with_its_value() -> None:
    """The total of amounts of which one is to be corrected: as a mere value it would be wrong then."""
    content = calculated(
        _with_formulas(F8="=SUM(F3:F7)", H8="=F8*2", H9="=SUM(A3:A7)", I8='=IF(F5="","缺<&>","")'),
        {"F8": "4000", "H8": "8000", "H9": "15", "I8": "缺&lt;&amp;&gt;"},
    )
    values, formulas = _values_and_formulas(copy_of(content))
    assert (values["F8"].value, formulas["F8"].value) == (4000, "=SUM(F3:F7)")
    assert (values["H8"].value, formulas["H8"].value) == (8000, "=F8*2")
    assert (values["H9"].value, formulas["H9"].value) == (15, 15)
    assert (values["I8"].value, formulas["I8"].data_type) == ("缺<&>", "f")


@pytest.mark.parametrize(
    "formula", ["=SUM(F:F)", "=SUM($F$3:$F$7)", "=SUM(Sheet1!F3:F7)", "=SUM('Sheet1'!F:F)", "=SUM(3:7)"]
)
def test_a_reference_is_known_in_every_form(formula: str) -> None:
    _, formulas = _values_and_formulas(copy_of(calculated(_with_formulas(J1=formula), {"J1": "4000"})))
    assert formulas["J1"].value == formula


@pytest.mark.parametrize("formula", ["=SUM(E3:E7)", "=SUM(Sheet2!F3:F7)", "=SUM(F3:F4,F6:F7)", "=LOG10(5)", "=F55"])
def test_a_formula_on_other_cells_gives_way(formula: str) -> None:
    _, formulas = _values_and_formulas(copy_of(calculated(_with_formulas(J1=formula), {"J1": "4000"})))
    assert formulas["J1"].value == 4000


def test_a_formula_that_was_never_calculated_stays_one() -> None:
    content = xlsx_bytes(with_cells(bad_grid(), {"F3": "=500*2"}))
    sheet = load_workbook(BytesIO(copy_of(content).content)).worksheets[1]
    assert (sheet["F3"].value, sheet["F3"].fill.fgColor.rgb) == ("=500*2", ERROR)


def test_a_row_that_may_go_keeps_the_total_a_formula() -> None:
    """Of two rows that contradict each other the school deletes one."""
    grid = roster_grid(3, total=False)
    grid.append(list(grid[2]))
    book = load_workbook(BytesIO(xlsx_bytes(with_cells(grid, {"A7": "合计"}))))
    book.worksheets[0]["F7"] = "=SUM(F3:F6)"
    values, formulas = _values_and_formulas(copy_of(calculated(saved(book), {"F7": "4000"})))
    assert (values["F7"].value, formulas["F7"].value) == (4000, "=SUM(F3:F6)")
