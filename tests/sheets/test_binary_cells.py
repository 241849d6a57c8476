"""What .xlsb and .xls do not show of a cell by its value: formulas that nobody calculated, parts crossed out."""

from __future__ import annotations

import struct
import zipfile
from collections.abc import Callable
from io import BytesIO

import pytest
import xlwt

from aidledger.domain.roster import RosterFile
from tests.builders import edited_package, examined, found, roster_grid, with_cells, xls_bytes
from tests.builders.books import Page
from tests.builders.xlsb import record, xlsb_book

SHEET, WORKBOOK, RELATIONS = "xl/worksheets/sheet1.bin", "xl/workbook.bin", "xl/_rels/workbook.bin.rels"
HOLE = 987_654.0
FORMULA_END = struct.pack("<II", 0, 0)
EXCEL = 191_029


def wide(text: str) -> bytes:
    return struct.pack("<I", len(text.encode("utf-16-le")) // 2) + text.encode("utf-16-le")


def text_formula(text: str = "", flags: int = 0) -> bytes:
    return record(8, struct.pack("<II", 5, 0) + wide(text) + struct.pack("<H", flags) + FORMULA_END)


def number_formula(number: float, flags: int = 0) -> bytes:
    return record(9, struct.pack("<IIdH", 5, 0, number, flags) + FORMULA_END)


def calculation(by: int, *, on_opening: bool = False) -> bytes:
    return record(157, struct.pack("<IIIdIH", by, 1, 100, 0.001, 1, int(on_opening)))


def xlsb_with(cell: bytes, *, settings: bytes = b"", column: str = "F", beside: bytes = b"") -> bytes:
    """A roster as .xlsb in which one cell is another record, and perhaps the one below it."""
    cells = {f"{column}4": HOLE} | ({f"{column}5": HOLE + 1} if beside else {})
    at = ord(column) - ord("A")

    def put(part: bytes) -> bytes:
        holes = [record(5, struct.pack("<IId", at, 0, HOLE + more)) for more in range(2)]
        return part.replace(holes[0], cell).replace(holes[1], beside)

    def put_settings(part: bytes) -> bytes:
        return part.replace(record(132), settings + record(132))

    book = xlsb_book([Page("Sheet", with_cells(roster_grid(total=False), cells))])
    return edited_package(book, {SHEET: put, WORKBOOK: put_settings})


# --- formulas ---------------------------------------------------------------------------------------------------------

NEVER = [("formula-without-value", "Sheet", 4, "F")]


@pytest.mark.parametrize(
    ("cell", "settings"),
    [
        (number_formula(0), b""),
        (text_formula(), b""),
        (number_formula(0, flags=2), calculation(0)),
        (number_formula(0), calculation(0)),
        (number_formula(0), calculation(EXCEL, on_opening=True)),
        (text_formula(), calculation(EXCEL, on_opening=True)),
    ],
)
def test_a_formula_of_xlsb_that_no_program_calculated_asks(cell: bytes, settings: bytes) -> None:
    assert found(examined(xlsb_with(cell, settings=settings), "名册.xlsb")) == NEVER


def test_a_formula_of_xlsb_that_a_program_calculated_is_its_value() -> None:
    file = examined(xlsb_with(number_formula(1000), settings=calculation(EXCEL)), "名册.xlsb")
    assert (file.problems, file.tables[0].rosters[0].amounts_fen) == ([], [100_000] * 3)
    zero = examined(xlsb_with(number_formula(0), settings=calculation(EXCEL)), "名册.xlsb")
    assert found(zero) == [("amount-not-positive", "Sheet", 4, "F")]


def test_where_other_formulas_of_xlsb_hold_something_nothing_is_nothing() -> None:
    content = xlsb_with(number_formula(0), beside=number_formula(1000))
    assert found(examined(content, "名册.xlsb")) == [("amount-not-positive", "Sheet", 4, "F")]
    flagged = xlsb_with(number_formula(0, flags=2), beside=number_formula(1000))
    assert found(examined(flagged, "名册.xlsb")) == NEVER


def test_a_formula_of_xlsb_that_was_never_calculated_and_is_in_no_column_that_counts_is_passed_over() -> None:
    grid = [*roster_grid(total=False)]
    grid[2] = [*grid[2], None, HOLE]
    cell = record(8, struct.pack("<II", 7, 0) + wide("") + struct.pack("<H", 0) + FORMULA_END)
    hole = record(5, struct.pack("<IId", 7, 0, HOLE))
    content = edited_package(xlsb_book([Page("Sheet", grid)]), {SHEET: lambda part: part.replace(hole, cell)})
    assert examined(content, "名册.xlsb").problems == []


# --- parts of texts ---------------------------------------------------------------------------------------------------

Runs = list[tuple[str, str]]  # a text and how it looks: plain, struck or raised
PLAIN, STRUCK, RAISED = "plain", "struck", "raised"
_FONTS = (PLAIN, STRUCK, RAISED)


def as_xlsb(runs: Runs, column: str) -> bytes:
    """A roster in which a text is shared, and its parts have fonts of their own."""
    starts, text = [], ""
    for part, look in runs:
        starts.append(struct.pack("<HH", len(text.encode("utf-16-le")) // 2, _FONTS.index(look)))
        text += part
    string = b"\x01" + wide(text) + struct.pack("<I", len(starts)) + b"".join(starts)
    strings = record(159, struct.pack("<II", 1, 1)) + record(19, string) + record(160)
    fonts = b"".join(
        record(43, struct.pack("<HHHHBBBB8sB", 220, strike, 400, position, 0, 0, 0, 0, b"\0" * 8, 0) + wide("宋体"))
        for strike, position in ((0, 0), (8, 0), (0, 1))
    )
    styles = record(611, struct.pack("<I", 3)) + fonts + record(612)
    styles += record(617, struct.pack("<I", 1)) + record(47, struct.pack("<HHHHHHBB", *[0] * 8)) + record(618)
    at = ord(column) - ord("A")
    content = xlsb_with(record(7, struct.pack("<III", at, 0, 0)), column=column)
    links = "".join(
        f'<Relationship Id="rIdS{name}" Type="http://x/{name}" Target="{name}.bin"/>'
        for name in ("styles", "sharedStrings")
    )
    target = BytesIO(
        edited_package(
            content, {RELATIONS: lambda part: part.replace(b"</Relationships>", f"{links}</Relationships>".encode())}
        )
    )
    with zipfile.ZipFile(target, "a") as package:
        package.writestr("xl/styles.bin", styles)
        package.writestr("xl/sharedStrings.bin", strings)
    return target.getvalue()


def as_xls(runs: Runs, column: str) -> bytes:
    fonts = {PLAIN: xlwt.Font(), STRUCK: _struck(), RAISED: xlwt.Font()}
    fonts[RAISED].escapement = xlwt.Font.ESCAPEMENT_SUPERSCRIPT
    rich = [(text, fonts[look]) for text, look in runs]
    return xls_bytes(
        {"Sheet": roster_grid(total=False)}, lambda sheet: sheet.write_rich_text(3, ord(column) - ord("A"), rich)
    )


def _struck() -> xlwt.Font:
    font = xlwt.Font()
    font.struck_out = True
    return font


FORMATS = {"xlsb": as_xlsb, "xls": as_xls}


@pytest.mark.parametrize("file_format", FORMATS)
@pytest.mark.parametrize("column", ["B", "C", "F"])
@pytest.mark.parametrize(
    ("looks", "problem"),
    [
        ((PLAIN, PLAIN), None),
        ((STRUCK, PLAIN), "struck-out-part"),
        ((PLAIN, STRUCK), "struck-out-part"),
        ((PLAIN, RAISED), "struck-out-part"),
        ((STRUCK, STRUCK), "struck-out"),
        ((STRUCK, RAISED), "struck-out-part"),
    ],
)
def test_a_text_of_which_a_part_is_crossed_out_or_raised_asks(
    file_format: str, column: str, looks: tuple[str, str], problem: str | None
) -> None:
    text = str(with_cells(roster_grid(total=False), {"F4": "1000"})[3][ord(column) - ord("A")])
    content = FORMATS[file_format]([(text[:1], looks[0]), (text[1:], looks[1])], column)
    file = examined(content, f"名册.{file_format}")
    assert found(file) == ([(problem, "Sheet", 4, column)] if problem else [])
    assert [note.code for note in file.notes] == (["struck-out-cells"] if problem == "struck-out" else [])


@pytest.mark.parametrize("file_format", FORMATS)
@pytest.mark.parametrize("runs", [[("1000", PLAIN), (" ", STRUCK)], [("1000", PLAIN)]])
def test_a_blank_that_is_crossed_out_is_nothing(file_format: str, runs: Runs) -> None:
    file = examined(FORMATS[file_format](runs, "F"), f"名册.{file_format}")
    assert (file.problems, paid(file)) == ([], [100_000] * 3)


def paid(file: RosterFile) -> list[int | None]:
    return file.tables[0].rosters[0].amounts_fen


@pytest.mark.parametrize("to_bytes", FORMATS.values())
def test_runs_are_counted_in_units_of_utf_16(to_bytes: Callable[[Runs, str], bytes]) -> None:
    problems = found(examined(to_bytes([("𠮷", PLAIN), (" ", STRUCK), ("明", PLAIN)], "B"), "名册"))
    assert problems == []


@pytest.mark.parametrize(("looks", "problem"), [((0, 0), None), ((1, 0), "struck-out-part"), ((1, 1), "struck-out")])
def test_a_text_that_stands_in_the_sheet_of_an_xlsb_is_read_with_its_looks(
    looks: tuple[int, int], problem: str | None
) -> None:
    runs = struct.pack("<IHHHH", 2, 0, looks[0], 1, looks[1])
    inside = record(62, struct.pack("<II", 5, 0) + b"\x01" + wide("1000") + runs)

    def put(part: bytes) -> bytes:
        return part.replace(record(7, struct.pack("<III", 5, 0, 0)), inside)

    file = examined(edited_package(as_xlsb([("1000", PLAIN)], "F"), {SHEET: put}), "名册.xlsb")
    assert found(file) == ([(problem, "Sheet", 4, "F")] if problem else [])
    assert paid(file) == ([100_000] * 3 if problem != "struck-out-part" else [100_000, None, 100_000])


def test_texts_of_xls_that_are_continued_in_another_record_keep_their_looks() -> None:
    def edit(sheet: xlwt.Worksheet) -> None:
        for r in range(2, 5):
            sheet.write(r, 7, "长" * 6000 + str(r))
        sheet.write_rich_text(3, 5, [("1000", _struck()), ("800", xlwt.Font())])

    content = xls_bytes(roster_grid(total=False), edit)
    assert found(examined(content, "名册.xls")) == [("struck-out-part", "Sheet1", 4, "F")]


def test_a_text_that_stands_in_the_sheet_itself_as_excel_95_wrote_it_asks() -> None:
    def edit(sheet: xlwt.Worksheet) -> None:
        sheet.write_rich_text(3, 5, [("x", xlwt.Font()), ("y", _struck())])
        sheet.write(3, 6, 7)

    content = xls_bytes(with_cells(roster_grid(total=False), {"F4": None}), edit)
    begin = content.index(struct.pack("<HHHH", 0xFD, 10, 3, 5))
    taken = content[begin : begin + 28]
    assert taken[14:22] == struct.pack("<HHHH", 0x27E, 10, 3, 6)
    told = []
    for font in range(5, 12):  # of which one crosses out
        text = struct.pack("<HHHHHHB", 0xD6, 24, 3, 5, 0, 9, 0) + b"1000     " + struct.pack("<HHH", 1, 2, font)
        told += found(examined(content.replace(taken, text), "名册.xls"))
    assert told == [("struck-out-part", "Sheet1", 4, "F")]
