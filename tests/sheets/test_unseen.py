"""What a sheet hides without hiding it, crosses out, or never calculated: it is said, or it asks."""

from __future__ import annotations

import re
import struct
from collections.abc import Callable
from datetime import date
from io import BytesIO
from typing import TYPE_CHECKING, Any

import pytest
import xlwt
from openpyxl import Workbook
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont
from openpyxl.formatting.rule import Rule
from openpyxl.styles import Color, Font, PatternFill
from openpyxl.styles.differential import DifferentialStyle
from openpyxl.styles.numbers import NumberFormat

from aidledger.domain.roster import RosterFile
from aidledger.sheets.formats.grid import read_grid
from aidledger.sheets.formats.limits import DEFAULT_LIMITS
from aidledger.sheets.formats.sheet import FORMULA, STRUCK_PART
from tests.builders import Cell, edited_package, examined, found, roster_grid, with_cells, xls_bytes
from tests.builders.books import Page, html_book
from tests.builders.packages import MAIN, RELATIONSHIPS, SHEET, archive, ods_parts, workbook_parts
from tests.builders.spreadsheetml import spreadsheetml_book
from tests.builders.xlsb import record, xlsb_book

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

BLUE = PatternFill("solid", fgColor="FF0000FF")
PAPER = PatternFill("solid", fgColor="FFFFFFFF", bgColor="FFFFFFFF")


def roster_as(change: Callable[[Worksheet], None]) -> bytes:
    """A roster as .xlsx, changed by openpyxl."""
    book = Workbook()
    sheet = book.worksheets[0]
    for row in roster_grid(total=False):
        sheet.append(row)
    change(sheet)
    target = BytesIO()
    book.save(target)
    return target.getvalue()


def styled(place: str, **style: Any) -> Callable[[Worksheet], None]:  # noqa: ANN401 - whatever openpyxl styles
    def change(sheet: Worksheet) -> None:
        for name, value in style.items():
            setattr(sheet[place], name, value)

    return change


def notes(file: RosterFile) -> list[tuple[str, int | None]]:
    return [(note.code, note.count) for note in file.notes]


def paid(file: RosterFile) -> list[int | None]:
    return file.tables[0].rosters[0].amounts_fen


# --- shown by nothing -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "style",
    [
        {"number_format": ";;;"},
        {"font": Font(color="FFFFFFFF")},
        {"font": Font(color=Color(theme=0))},
        {"font": Font(color=Color(indexed=9))},
        {"font": Font(color="FFFFFFFF"), "fill": PAPER},
        {"font": Font(color="FF0000FF"), "fill": BLUE},
    ],
)
def test_a_cell_that_shows_nothing_counts_and_is_said(style: dict[str, Any]) -> None:
    file = examined(roster_as(styled("F4", **style)))
    assert (file.problems, paid(file), notes(file)) == ([], [100_000] * 3, [("hidden-cells", 1)])


@pytest.mark.parametrize(
    "style",
    [
        {"font": Font(color="FFFFFFFF"), "fill": BLUE},
        {"font": Font(color="FF000000")},
        {"font": Font(color=Color(theme=1))},
        {"font": Font(color=Color(theme=0, tint=-0.5))},
        {"font": Font(bold=True)},
        {"fill": PAPER},
        {"number_format": "0;-0;;@"},
    ],
)
def test_a_cell_that_is_seen_is_not_said(style: dict[str, Any]) -> None:
    file = examined(roster_as(styled("F4", **style)))
    assert (file.problems, notes(file)) == ([], [])


def test_an_empty_cell_in_white_is_none() -> None:
    def change(sheet: Worksheet) -> None:
        sheet["H4"].font = Font(color="FFFFFFFF")

    assert notes(examined(roster_as(change))) == []


def test_rows_and_columns_without_height_or_width_are_hidden() -> None:
    def flat(part: bytes) -> bytes:
        part = part.replace(b'<row r="4"', b'<row r="4" ht="0" customHeight="1"')
        return part.replace(b"<sheetData>", b'<cols><col min="4" max="4" width="0" customWidth="1"/></cols><sheetData>')

    file = examined(edited_package(roster_as(lambda _: None), {SHEET: flat}))
    assert (file.problems, notes(file)) == ([], [("hidden-rows", 1), ("hidden-columns", 1)])


@pytest.mark.parametrize(
    ("defaults", "hidden"),
    [
        ('defaultColWidth="0" defaultRowHeight="15"', [("hidden-columns", 4)]),
        ('defaultColWidth="0.0" defaultRowHeight="15"', [("hidden-columns", 4)]),
        ('defaultColWidth="0.5" defaultRowHeight="15"', []),
        ('defaultRowHeight="0" customHeight="1"', [("hidden-rows", 4)]),
        ('defaultRowHeight="0"', []),  # rows are as high as their texts
        ('defaultRowHeight="15" zeroHeight="1"', []),  # it hides the rows that are not written
    ],
)
def test_what_has_only_the_sheets_width_or_height_is_hidden_where_that_is_none(
    defaults: str, hidden: list[tuple[str, int]]
) -> None:
    sized = '<cols><col min="2" max="3" width="9"/></cols><sheetData>'

    def flat(part: bytes) -> bytes:
        part = re.sub(rb"<sheetFormatPr[^<>]*>", f"<sheetFormatPr {defaults}/>".encode(), part)
        part = part.replace(b'<row r="4"', b'<row r="4" ht="15"')
        return part.replace(b"<sheetData>", sized.encode())

    file = examined(edited_package(roster_as(lambda _: None), {SHEET: flat}))
    assert (file.problems, paid(file), notes(file)) == ([], [100_000] * 3, hidden)


def test_columns_of_binary_workbooks_without_any_width_are_hidden() -> None:
    grid = roster_grid(total=False)
    sized = record(390) + record(60, struct.pack("<IIIIH", 1, 2, 2048, 0, 0)) + record(391)
    flat = record(485, struct.pack("<IHHI", 0, 0, 300, 0))

    def narrow(part: bytes) -> bytes:
        return part.replace(record(390) + record(391), flat + sized)

    xlsb = edited_package(xlsb_book([Page("Sheet", grid)]), {"xl/worksheets/sheet1.bin": narrow})
    assert notes(examined(xlsb, "名册.xlsb")) == [("hidden-columns", 4)]
    book = xls_bytes(grid)
    of_no_matter = struct.pack("<HHH", 0x2A, 2, 0)  # headings are not printed
    assert book.count(of_no_matter) == 1
    assert notes(examined(book, "名册.xls")) == []
    narrowed = book.replace(of_no_matter, struct.pack("<HHH", 0x99, 2, 0))
    assert notes(examined(narrowed, "名册.xls")) == [("hidden-columns", 6)]


def test_rows_and_columns_of_xls_without_height_or_width_are_hidden() -> None:
    book = xlwt.Workbook()
    sheet = book.add_sheet("a")
    for r in range(5):
        for c in range(5):
            sheet.write(r, c, "x")
    sheet.row(2).height = 0
    sheet.row(2).height_mismatch = True
    sheet.col(3).width = 0
    target = BytesIO()
    book.save(target)
    (read,) = read_grid(target.getvalue(), DEFAULT_LIMITS)
    assert (read.hidden_rows, read.hidden_columns) == (1, 1)


def test_cells_that_do_not_say_where_they_stand_are_counted() -> None:
    text = '<c s="2" t="inlineStr"><is><t>x</t></is></c>'
    parts = workbook_parts(f'<row><c s="0"><v>1</v></c><c s="1"><v>10</v></c></row><row><c/>{text}</row>')
    parts["xl/styles.xml"] = (
        f'<styleSheet xmlns="{MAIN}"><numFmts><numFmt numFmtId="164" formatCode="0&quot;00&quot;"/></numFmts>'
        "<fonts><font/><font><strike/></font></fonts><fills><fill/></fills><cellXfs><xf/>"
        '<xf numFmtId="164"/><xf fontId="1"/></cellXfs></styleSheet>'
    )
    relation = f'<Relationship Id="rId9" Type="{RELATIONSHIPS}/styles" Target="styles.xml"/></Relationships>'
    name = "xl/_rels/workbook.xml.rels"
    parts[name] = str(parts[name]).replace("</Relationships>", relation)
    (sheet,) = read_grid(archive(parts), DEFAULT_LIMITS)
    assert (sheet.rows, sheet.struck) == ([[1, "1000"], ["", "x"]], frozenset({(1, 1)}))


# --- shown by nothing under a condition -------------------------------------------------------------------------------

WHITE_FONT = Font(color="FFFFFFFF")


def cell_is(operator: Any, *formulas: str, **look: Any) -> Rule:  # noqa: ANN401 - openpyxl's
    return Rule("cellIs", operator=operator, formula=formulas, dxf=DifferentialStyle(**look))


def by_formula(formula: str, **look: Any) -> Rule:  # noqa: ANN401
    return Rule("expression", formula=[formula], dxf=DifferentialStyle(**look))


def under(ranges: str, rule: Rule) -> RosterFile:
    return examined(roster_as(lambda sheet: sheet.conditional_formatting.add(ranges, rule)))


@pytest.mark.parametrize(
    ("rule", "count"),
    [
        (cell_is("equal", "1000", font=WHITE_FONT), 3),
        (cell_is("greaterThan", "500", font=WHITE_FONT), 4),  # and the header, a text
        (cell_is("between", "2000", "500", font=WHITE_FONT), 3),
        (cell_is("notBetween", "500", "2000", font=WHITE_FONT), 1),
        (cell_is("equal", "$H$1", font=WHITE_FONT), 4),
        (by_formula('$D3="女"', font=WHITE_FONT, fill=PAPER), 4),
        (Rule("expression", formula=["1"], dxf=DifferentialStyle(numFmt=NumberFormat(164, ";;;"))), 4),
        (Rule("duplicateValues", dxf=DifferentialStyle(font=WHITE_FONT)), 4),
        # What hides nothing, or nothing but blanks, 0 and errors.
        (cell_is("equal", "0", font=WHITE_FONT), 0),
        (cell_is("lessThan", "500", font=WHITE_FONT), 0),
        (by_formula("ISERROR(F3)", font=WHITE_FONT), 0),
        (by_formula("$F3=0", font=WHITE_FONT), 0),
        (cell_is("equal", "1000", font=Font(color="FFFF0000")), 0),
        (cell_is("equal", "1000", font=WHITE_FONT, fill=PatternFill(bgColor="FFFF0000")), 0),
        (Rule("expression", formula=["1"], dxf=DifferentialStyle(numFmt=NumberFormat(164, "0.00"))), 0),
        (Rule("containsErrors", dxf=DifferentialStyle(font=WHITE_FONT)), 0),
    ],
)
def test_cells_that_a_conditional_format_may_hide_count_and_are_said(rule: Rule, count: int) -> None:
    file = under("F2:F5", rule)
    assert (file.problems, paid(file)) == ([], [100_000] * 3)
    assert notes(file) == ([("doubtful-cells", count)] if count else [])


def test_a_conditional_format_reaches_over_whole_columns_and_several_areas() -> None:
    rule = cell_is("equal", "1000", font=WHITE_FONT)
    assert notes(under("D1:F1048576 F4 H1:J20", rule)) == [("doubtful-cells", 3)]


# --- crossed out ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("place", ["B4", "C4", "F4"])
def test_a_crossed_out_amount_or_pupil_asks(place: str) -> None:
    file = examined(roster_as(styled(place, font=Font(strike=True))))
    assert (found(file), notes(file)) == ([("struck-out", "Sheet", 4, place[0])], [("struck-out-cells", 1)])
    assert file.blocked(record_conflicts=False)
    assert not file.blocked(record_conflicts=True)
    assert paid(file) == [100_000] * 3


def test_what_is_crossed_out_elsewhere_is_only_said() -> None:
    file = examined(roster_as(styled("D4", font=Font(strike=True))))
    assert (file.problems, notes(file)) == ([], [("struck-out-cells", 1)])


def test_a_crossed_out_amount_of_xls_asks() -> None:
    book = xlwt.Workbook()
    sheet = book.add_sheet("Sheet", cell_overwrite_ok=True)
    for r, row in enumerate(roster_grid(total=False)):
        for c, value in enumerate(row):
            if value is not None:
                struck = (r, c) in {(3, 5), (4, 3)}
                sheet.write(r, c, value, xlwt.easyxf("font: struck_out on" if struck else ""))
    target = BytesIO()
    book.save(target)
    file = examined(target.getvalue(), "名册.xls")
    assert (found(file), notes(file)) == ([("struck-out", "Sheet", 4, "F")], [("struck-out-cells", 2)])


def test_a_crossed_out_amount_of_xml_asks() -> None:
    book = spreadsheetml_book([Page("Sheet", roster_grid(total=False))]).decode()
    before, row, after = book.partition('<Row ss:Index="4">')
    after = after.replace('<Cell ss:Index="6">', '<Cell ss:Index="6" ss:StyleID="s1">', 1)
    styles = '<Styles><Style ss:ID="s1"><Font ss:StrikeThrough="1"/></Style></Styles><Worksheet'
    content = (before + row + after).replace("<Worksheet", styles, 1).encode()
    assert found(examined(content, "名册.xls")) == [("struck-out", "Sheet", 4, "F")]


RUN = "<r><rPr>{}</rPr><t>{}</t></r>"


@pytest.mark.parametrize("shared", [True, False])
@pytest.mark.parametrize(
    ("runs", "fault", "struck"),
    [
        (RUN.format("<b/>", "1000"), None, False),
        (RUN.format("<strike/>", "1000") + RUN.format("", "800"), STRUCK_PART, False),
        (RUN.format('<strike val="0"/>', "1000") + RUN.format("", "800"), None, False),
        (RUN.format("<strike/>", "1000"), None, True),
        ("<r><t>100</t></r>" + RUN.format('<vertAlign val="superscript"/>', "0"), STRUCK_PART, False),
        ("<r><t>100</t></r>" + RUN.format('<vertAlign val="subscript"/>', "0"), STRUCK_PART, False),
        ("<r><t>100</t></r>" + RUN.format('<vertAlign val="baseline"/>', "0"), None, False),
        ("<r><t>1000</t></r>" + RUN.format("<strike/>", " "), None, False),
    ],
)
def test_a_text_of_which_a_part_is_crossed_out_or_raised_is_none(
    runs: str, fault: str | None, struck: bool, shared: bool
) -> None:
    cell = '<c r="B2" t="s"><v>1</v></c>' if shared else f'<c r="B2" t="inlineStr"><is>{runs}</is></c>'
    rows = f'<row r="1"><c r="A1" t="inlineStr"><is><t>x</t></is></c></row><row r="2">{cell}</row>'
    strings = f"<si><t>y</t></si><si>{runs}</si>" if shared else ""
    (sheet,) = read_grid(archive(workbook_parts(rows, strings=strings)), DEFAULT_LIMITS)
    assert sheet.faults == ({(1, 1): fault} if fault else {})
    assert (sheet.struck, sheet.rows[1][1] == "") == (frozenset({(1, 1)} if struck else ()), fault is not None)


def test_an_amount_of_which_a_part_is_crossed_out_asks() -> None:
    crossed = CellRichText(TextBlock(InlineFont(strike=True), "1000"), "800")
    file = examined(roster_as(lambda sheet: sheet.__setitem__("F4", crossed)))
    assert found(file) == [("struck-out-part", "Sheet", 4, "F")]


@pytest.mark.parametrize(
    ("cell", "problem"),
    [
        ("<td>1000</td>", None),
        ("<td><b>1000</b></td>", None),
        ("<td><s>1000</s>800</td>", "struck-out-part"),
        ("<td><del>10</del>1000</td>", "struck-out-part"),
        ("<td><strike>10</strike>1000</td>", "struck-out-part"),
        ("<td>1000<sup>2</sup></td>", "struck-out-part"),
        ("<td>1000<sub>2</sub></td>", "struck-out-part"),
        ('<td><span style="text-decoration: line-through">1</span>1000</td>', "struck-out-part"),
        ('<td>100<span style="display:none">0</span></td>', "struck-out-part"),
        ('<td style="text-decoration:line-through">1000</td>', "struck-out"),
    ],
)
def test_what_a_web_page_crosses_out_is_no_part_of_an_amount(cell: str, problem: str | None) -> None:
    page = html_book([Page("Sheet", with_cells(roster_grid(total=False), {"F4": "?"}))])
    file = examined(page.replace(b"<td>?</td>", cell.encode()), "名册.xls")
    assert [(code, row, column) for code, _, row, column in found(file)] == ([(problem, 4, "F")] if problem else [])


def test_a_text_that_excel_clipped_at_the_next_cell_is_whole() -> None:
    page = '<table><tr><td>5113002006<span style="display:none">03150012</span></td><td>x</td></tr></table>'
    assert read_grid(page.encode(), DEFAULT_LIMITS)[0].rows == [["511300200603150012", "x"]]


# --- .ods -------------------------------------------------------------------------------------------------------------

DRAW = 'xmlns:draw="urn:oasis:names:tc:opendocument:xmlns:drawing:1.0"'
STYLE = 'xmlns:style="urn:oasis:names:tc:opendocument:xmlns:style:1.0"'
FO = 'xmlns:fo="urn:oasis:names:tc:opendocument:xmlns:xsl-fo-compatible:1.0"'


def ods_cell(inside: str, attributes: str = 'office:value-type="string"') -> object:
    (sheet,) = read_grid(archive(ods_parts(ods_table(inside, attributes))), DEFAULT_LIMITS)
    return sheet.faults.get((0, 1)) or sheet.rows[0][1]


def ods_table(inside: str, attributes: str = 'office:value-type="string"') -> str:
    mark = '<table:table-cell office:value-type="string"><text:p>x</text:p></table:table-cell>'
    cell = f"<table:table-cell {attributes}>{inside}</table:table-cell>"
    return f'<table:table table:name="a" {DRAW}><table:table-row>{mark}{cell}{mark}</table:table-row></table:table>'


@pytest.mark.parametrize(
    ("inside", "read"),
    [
        ("<text:p>1000</text:p>", "1000"),
        ("<text:p>100</text:p><text:p>0</text:p>", "100\n0"),
        ("<text:p>100<text:line-break/>0</text:p>", "100\n0"),
        ("<office:annotation><text:p>5</text:p></office:annotation><text:p>1000</text:p>", "1000"),
        ("<text:p>1000</text:p><draw:custom-shape><text:p>0</text:p></draw:custom-shape>", "1000"),
        ("<draw:frame><draw:text-box><text:p>9</text:p></draw:text-box></draw:frame><text:p>1000</text:p>", "1000"),
    ],
)
def test_what_hovers_over_a_cell_of_ods_is_none_of_its_text(inside: str, read: str) -> None:
    assert ods_cell(inside) == read


@pytest.mark.parametrize("attributes", ["", 'office:value-type=""', 'office:value-type="float"'])
def test_a_formula_of_ods_without_a_value_was_never_calculated(attributes: str) -> None:
    assert ods_cell("<text:p>7</text:p>", f'table:formula="of:=A1" {attributes}') == FORMULA


def test_styles_of_ods_cross_out_and_hide() -> None:
    def style(name: str, family: str, inside: str) -> str:
        return f'<style:style style:name="{name}" style:family="{family}">{inside}</style:style>'

    styles = (
        style("struck", "table-cell", '<style:text-properties style:text-line-through-style="solid"/>')
        + style("white", "table-cell", '<style:text-properties fo:color="#ffffff"/>')
        + style("flat", "table-row", '<style:table-row-properties style:row-height="0cm"/>')
        + style("gone", "text", '<style:text-properties style:text-line-through-style="solid"/>')
    )
    cells = "".join(
        f'<table:table-cell office:value-type="string" table:style-name="{name}">'
        f"<text:p>{text}</text:p></table:table-cell>"
        for name, text in (
            ("struck", "a"),
            ("white", "b"),
            ("", 'c<text:span text:style-name="gone">d</text:span>'),
            ("", "e"),
        )
    )
    row = f'<table:table-row table:style-name="flat">{cells}</table:table-row>'
    before = f"<office:automatic-styles {STYLE} {FO}>{styles}</office:automatic-styles>"
    parts = ods_parts(f'<table:table table:name="a">{row}</table:table>', before=before)
    (sheet,) = read_grid(archive(parts), DEFAULT_LIMITS)
    assert (sheet.rows, sheet.faults) == ([["a", "b", "", "e"]], {(0, 2): STRUCK_PART})
    assert (sheet.struck, sheet.hidden_cells, sheet.hidden_rows) == (frozenset({(0, 0)}), 1, 1)


# --- never calculated -------------------------------------------------------------------------------------------------


def formula_book(*cells: str, on_opening: bool = True) -> bytes:
    rows = "".join(f'<row r="{r}">{cell}</row>' for r, cell in enumerate(cells, 1))
    parts = workbook_parts(rows)
    calculation = '<calcPr calcId="1" fullCalcOnLoad="1"/></workbook>'
    if on_opening:
        parts["xl/workbook.xml"] = str(parts["xl/workbook.xml"]).replace("</workbook>", calculation)
    return archive(parts)


ZERO = '<c r="A{}"><f>B1*2</f><v>0</v></c>'
SEVEN = '<c r="A{}"><f>B1*2</f><v>7</v></c>'


@pytest.mark.parametrize(
    ("cells", "on_opening", "faults"),
    [
        ([ZERO.format(1), ZERO.format(2)], True, {(0, 0), (1, 0)}),
        ([ZERO.format(1), SEVEN.format(2)], True, set()),
        ([ZERO.format(1), ZERO.format(2)], False, set()),
        ([ZERO.format(1), '<c r="A2"><v>0</v></c>'], True, {(0, 0)}),
        (['<c r="A1" t="str"><f>B1</f></c>'], False, {(0, 0)}),
        (['<c r="A1" t="str"><f>B1</f><v></v></c>'], False, set()),
        (['<c r="A1" t="str"><f>B1</f><v/></c>'], False, set()),
        (['<c r="A1"><f t="array" ref="A1:A3">B1:B3</f><v>5</v></c>', '<c r="A2"/>'], False, {(1, 0), (2, 0)}),
        (['<c r="A1"><f t="array" ref="A1:A2">B1:B2</f><v>5</v></c>', '<c r="A2"><v>6</v></c>'], False, set()),
        (['<c r="A1"><f t="array" ref="A1">B1</f><v>5</v></c>', '<c r="A2"/>'], False, set()),
        (['<c r="A1"><f t="shared" ref="A1:A2" si="0">B1</f><v>5</v></c>', '<c r="A2"/>'], False, set()),
    ],
)
def test_formulas_that_no_program_calculated(cells: list[str], on_opening: bool, faults: set[tuple[int, int]]) -> None:
    (sheet,) = read_grid(formula_book(*cells, on_opening=on_opening), DEFAULT_LIMITS)
    assert sheet.faults == dict.fromkeys(faults, FORMULA)


def test_a_roster_whose_amounts_nobody_calculated_asks() -> None:
    def with_zeros(part: bytes) -> bytes:
        return part.replace(b"<v></v>", b"<v>0</v>").replace(b"<v />", b"<v>0</v>").replace(b"<v/>", b"<v>0</v>")

    content = roster_as(lambda sheet: sheet.__setitem__("F4", "=500*2"))
    assert found(examined(edited_package(content, {SHEET: with_zeros}))) == [("formula-without-value", "Sheet", 4, "F")]


def test_formulas_of_xls_that_all_hold_nothing_were_never_calculated() -> None:
    book = xlwt.Workbook()
    sheet = book.add_sheet("Sheet")
    for r, row in enumerate(roster_grid(total=False)):
        for c, value in enumerate(row):
            sheet.write(r, c, xlwt.Formula("500*2") if (r, c) == (3, 5) else value)
    target = BytesIO()
    book.save(target)
    assert found(examined(target.getvalue(), "名册.xls")) == [("formula-without-value", "Sheet", 4, "F")]


@pytest.mark.parametrize(("calculated", "code"), [(True, "name-missing"), (False, "formula-without-value")])
def test_a_name_that_a_formula_looked_up_in_an_empty_cell_is_missing(calculated: bool, code: str) -> None:
    looked_up = b'<c r="B4"><f>VLOOKUP(C4,B:B,1,0)</f><v>0</v></c>'

    def looking_up(part: bytes) -> bytes:
        return re.sub(rb'<c r="B4".*?</c>', looked_up, part)

    edits = {
        SHEET: looking_up,
        "xl/workbook.xml": lambda part: part.replace(b"fullCalcOnLoad", b"x") if calculated else part,
    }
    file = examined(edited_package(roster_as(lambda _: None), edits))
    assert (found(file), file.problems[0].facts) == ([(code, "Sheet", 4, "B")], {})
    assert file.tables[0].lines.names[1] == ""


@pytest.mark.parametrize(
    ("written", "said"),
    [
        *[(0, None), ("0", None), ("无", None), ("空", None), ("None", None), ("-", None)],
        *[("0.00", "0.00"), (123, "123"), ("---", "---"), ("***", "***"), ("？", "？"), ("...", "...")],
        *[(False, "False"), (date(2009, 3, 1), "******01")],
    ],
)
def test_what_has_no_letter_is_no_name(written: Cell, said: str | None) -> None:
    file = examined(with_cells(roster_grid(total=False), {"B4": written}))
    assert found(file) == [("name-missing", "Sheet1", 4, "B")]
    assert file.problems[0].facts.get("offered") == said
    assert file.tables[0].lines.names[1] == ""


@pytest.mark.parametrize("name", ["李〇", "\ue000", "王*", "Li", "阿依古丽·买买提"])
def test_a_name_with_a_sign_or_a_letter_is_one(name: str) -> None:
    file = examined(with_cells(roster_grid(total=False), {"B4": name}))
    assert (file.problems, file.tables[0].lines.names[1]) == ([], name)
