"""Formulas in a marked copy: their values in their place, or both."""

from __future__ import annotations

import zipfile
from io import BytesIO
from typing import Any

import pytest
from openpyxl import load_workbook

from aidledger.sheets.feedback.workbook import FeedbackCopy
from tests.builders import (
    edited_package,
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
from tests.builders.packages import MAIN, RELATIONSHIPS


def _with_formulas(**cells: str) -> bytes:
    book = load_workbook(BytesIO(xlsx_bytes(with_cells(bad_grid(), {"A8": "合计"}))))
    for cell, formula in cells.items():
        book.worksheets[0][cell] = formula
    return saved(book)


def _values_and_formulas(copy: FeedbackCopy) -> tuple[Any, Any]:
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


@pytest.mark.parametrize(
    "formula",
    [
        "=cmd|'/c calc'!A0",
        '=WEBSERVICE("http://localhost:1/"&F4)',
        '=HYPERLINK("http://localhost:1/"&F4,"x")',
        '=IF(F4="",hyperlink ("http://localhost:1"),1)',
        "=[1]Sheet1!F4",
        "=SUM('C:\\x\\[other.xlsx]Sheet1'!F4)",
        '=CALL("urlmon","URLDownloadToFileA","JJCCJJ",0,F4)',
        '=RTD("x",,F4)',
    ],
)
@pytest.mark.parametrize("cell", ["F4", "J1"])
def test_a_formula_that_asks_anybody_outside_does_not_come_back_from_the_office(formula: str, cell: str) -> None:
    """Neither where its cell or what it hangs on is to be corrected, nor where it was never calculated."""
    never = copy_of(_with_formulas(**{cell: formula}))
    assert _values_and_formulas(never)[1][cell].value is None
    _, formulas = _values_and_formulas(copy_of(calculated(_with_formulas(**{cell: formula}), {cell: "=1+1"})))
    assert (formulas[cell].value, formulas[cell].data_type) == ("=1+1", "s")


def test_links_to_other_workbooks_are_not_in_the_copy() -> None:
    link = b'<Relationship Id="rId99" Type="%s/externalLink" Target="externalLinks/externalLink1.xml"/></Relationships>'
    reference = b'<externalReferences><externalReference xmlns:r="%s" r:id="rId99"/></externalReferences>'
    kind = RELATIONSHIPS.encode()
    content = edited_package(
        xlsx_bytes(bad_grid()),
        {
            "xl/_rels/workbook.xml.rels": lambda part: part.replace(b"</Relationships>", link % kind),
            "xl/workbook.xml": lambda part: part.replace(b"<calcPr", reference % kind + b"<calcPr"),
        },
    )
    target = BytesIO(content)
    with zipfile.ZipFile(target, "a") as archive:
        archive.writestr(
            "xl/externalLinks/externalLink1.xml",
            f'<externalLink xmlns="{MAIN}"><ddeLink ddeService="cmd" ddeTopic="/c calc"/></externalLink>',
        )
        archive.writestr(
            "xl/externalLinks/_rels/externalLink1.xml.rels",
            '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
            f'<Relationship Id="rId1" Type="{RELATIONSHIPS}/externalLinkPath" Target="http://localhost:1" '
            'TargetMode="External"/></Relationships>',
        )
    with zipfile.ZipFile(BytesIO(copy_of(target.getvalue()).content)) as archive:
        assert not [name for name in archive.namelist() if "externalLink" in name]
        assert b"ddeService" not in b"".join(map(archive.read, archive.namelist()))
