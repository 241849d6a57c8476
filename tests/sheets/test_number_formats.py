"""What a sheet shows is what is read: number formats that add words or digits, scale, or leave out."""

from __future__ import annotations

import re
import struct
import zipfile
from collections.abc import Callable, Iterator
from decimal import Decimal
from io import BytesIO
from xml.sax.saxutils import quoteattr

import pytest
import xlwt
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook

from aidledger.domain.roster import RosterFile
from aidledger.sheets.formats.displayed import displayed
from aidledger.sheets.formats.grid import read_grid
from aidledger.sheets.formats.limits import DEFAULT_LIMITS
from aidledger.sheets.formats.number_formats import decimals_of, formatted, formatted_text, is_odd, shows_otherwise
from tests.builders import (
    HEADERS,
    Cell,
    edited_package,
    examined,
    found,
    ods_bytes,
    resident_number,
    roster_grid,
    with_cells,
    xls_bytes,
)
from tests.builders.books import Page, html_book
from tests.builders.spreadsheetml import spreadsheetml_book
from tests.builders.xlsb import record, xlsb_book

ACCOUNTING = '_ ¥* #,##0.00_ ;_ ¥* -#,##0.00_ ;_ ¥* "-"??_ ;_ @_ '
PLAIN = [
    *("General", "0", "0.00", "#,##0", "#,##0.00", "0.##", "@", "¥#,##0.00", "[$¥-804]#,##0.00", "[$-804]0.00"),
    *(
        "0_ ",
        "0.00_ ;[Red]-0.00\\ ",
        "#,##0.00_);[Red](#,##0.00)",
        "yyyy-mm-dd",
        'yyyy"年"m"月"',
        "[h]:mm",
        "+0;-0",
        "mm:ss.0",
        "[$-804]aaaa",
        'e"年"',
    ),
    *("0;-0;;@", '_ * #,##0.00_ ;_ * -#,##0.00_ ;_ * "-"??_ ;_ @_ ', ACCOUNTING, "0.00;[Red]0.00"),
]
SHOWN: list[tuple[str, float, str | None]] = [
    ("0.00,", 1_000_000, "1000.00"),
    ("0.00,", 12_345, None),
    ("#,##0,,", 12_000_000, "12"),
    ('0"00"', 10, "1000"),
    ("0\\0\\0", 10, "1000"),
    ("0\\.0000", 10, "0.0010"),
    ("0\\.0000", 10_000, "1.0000"),
    ('0!.0,"万元"', 100_000, "10.0万元"),
    ('"已发"', 1000, "已发"),
    ('"已发";"未发"', -1, "未发"),
    ('0"元"', 1000, "1000元"),
    ('0"元"', 1000.4, None),
    ('0.00"元"', 0.1 + 0.2 + 700, "700.30元"),
    ('#,##0.00"万元"', 1234.5, "1,234.50万元"),
    ("0%", 10, "1000%"),
    ("0.0%", 0.125, "12.5%"),
    ("$0", 1000, "$1000"),
    ("[$€-407]#,##0.00", 1000, "€1,000.00"),
    ("[$HK$-C04]0", 5, "HK$5"),
    ("0000000000000000000", 12345, "0000000000000012345"),
    ("000-0000", 1234567, "123-4567"),
    ('"高一("0")班"', 1, "高一(1)班"),
    ('[=1]"女";[=2]"男"', 1, "女"),
    ('[=1]"女";[=2]"男"', 2, "男"),
    ('[=1]"女";[=2]"男"', 3, None),
    ('[=1]"女";"男"', 3, "男"),
    ('[>=10000]0!.0,"万";0', 20_000, "2.0万"),
    ('[>=10000]0!.0,"万";0', 200, "200"),
    ('0"级"', 2021, "2021级"),
    (";;;", 1000, ""),
    ('General"元"', 1000.5, "1000.5元"),
    ('[DBNum2][$-804]General"元整"', 1234, "壹仟贰佰叁拾肆元整"),
    ('[DBNum2]General"元整"', 10_203, "壹万零贰佰零叁元整"),
    ('[DBNum1]0"班"', 3, "三班"),
    ("[DBNum3]0", 12, "１２"),
    ("HK$0", 1000, "HK$1000"),
    ("US$#,##0.00", 1000, "US$1,000.00"),
    ("EUR0", 1000, "EUR1000"),
    ("# ?/?", 5, "5"),
    ("# ?/?", 5.5, None),
    ("0.00E+00", 1000, "1000"),
    ("0.00E+00", 123_456, None),
    ("0.00", 1.1, "1.10"),
    ("#,##0.00;(#,##0.00)", -5, "(5.00)"),
    ('0"元"', -5, "-5元"),
    ('0"元"', float("inf"), None),
]


@pytest.mark.parametrize("code", PLAIN)
def test_a_format_that_shows_the_number_alone_is_plain(code: str) -> None:
    assert not is_odd(code)


@pytest.mark.parametrize(("code", "number", "text"), SHOWN)
def test_a_format_shows_what_a_spreadsheet_shows(code: str, number: float, text: str | None) -> None:
    assert formatted(code, number) == text


@pytest.mark.parametrize("code", [code for code, _, text in SHOWN if text is not None and code not in PLAIN])
def test_a_format_that_shows_more_or_less_is_odd(code: str) -> None:
    assert is_odd(code) or code == "#,##0.00;(#,##0.00)"


@pytest.mark.parametrize(
    ("code", "text", "seen"),
    [("0", "张三", "张三"), ('@"同学"', "张三", "张三同学"), (";;;", "张三", ""), ('0;0;0;"略"', "张三", "略")],
)
def test_a_format_shows_texts_too(code: str, text: str, seen: str) -> None:
    assert formatted_text(code, text) == seen


@given(st.decimals(0, 10**9, places=2), st.integers(2, 5), st.booleans())
def test_simple_formats_show_what_python_shows(number: Decimal, decimals: int, grouped: bool) -> None:
    code = f"{'#,##0' if grouped else '0'}.{'0' * decimals}"
    assert formatted(f'{code}"元"', float(number)) == f"{number:{',' if grouped else ''}.{decimals}f}元"
    assert (is_odd(code), decimals_of(code)) == (False, decimals)


@given(st.integers(0, 10**14), st.integers(1, 19))
def test_leading_zeros_are_shown(number: int, width: int) -> None:
    assert formatted("0" * width, number) == f"{number:0{width}d}"


@given(st.text(alphabet='0#?.,%@;"\\_*[]$EGDBNum123<>=-/ 元万!', max_size=25), st.floats(allow_nan=True))
def test_no_format_is_too_strange(code: str, number: float) -> None:
    formatted(code, number)
    formatted_text(code, "张三")
    shows_otherwise(code, number)


# --- workbooks -------------------------------------------------------------------------------------------------------

WITH_MORE = (*HEADERS, "银行卡号", "入学年份", "班级")  # G, H, I


def roster_with(cells: dict[str, tuple[Cell, str]]) -> bytes:
    """A roster as .xlsx in which some cells have other values, and formats."""
    book = Workbook()
    sheet = book.worksheets[0]
    values = {place: value for place, (value, _) in cells.items()}
    for r, row in enumerate(with_cells(roster_grid(headers=WITH_MORE, total=False), values), 1):
        for c, value in enumerate(row, 1):
            if value is not None:
                sheet.cell(r, c).value = value  # type: ignore[assignment]
    for place, (_, code) in cells.items():
        sheet[place].number_format = code
    target = BytesIO()
    book.save(target)
    return target.getvalue()


def amount_in(file: RosterFile) -> int | None:
    return file.tables[0].rosters[0].amounts_fen[1]


@pytest.mark.parametrize(
    ("value", "code", "fen"),
    [
        (1_000_000, "0.00,", 100_000),
        (10, '0"00"', 100_000),
        (10, "0\\0\\0", 100_000),
        (1000, '0"元"', 100_000),
        (1000, ACCOUNTING, 100_000),
        (1000, "0.00", 100_000),
        (612.5, "#,##0.00", 61_250),
        (612.5, "0.0", 61_250),
        (0.1 + 0.2 + 700, "0.0", 70_030),
        (1000, '[DBNum2]General"元整"', 100_000),
        (1000, '[=0]"";General', 100_000),
    ],
)
def test_the_amount_that_is_shown_is_posted(value: float, code: str, fen: int) -> None:
    file = examined(roster_with({"F4": (value, code)}))
    assert file.problems == []
    assert amount_in(file) == fen


@pytest.mark.parametrize(
    ("value", "code", "problem"),
    [
        (1000, '"已发"', "amount-format"),
        (10, "0%", "amount-format"),
        (1000, "HK$0", "amount-format"),
        (1000, "$0", "amount-format"),
        (1000, '"US$"0.00', "amount-format"),
        (1000, "€0", "amount-format"),
        (1000, "[$€-407]0", "amount-format"),
        (1000.4, "0", "number-format"),
        (1000.4, "#,##0", "number-format"),
        (1000.44, "0.0", "number-format"),
        (1000.5, '0"元"', "number-format"),
        (1234, "# ?/?", None),
        (1000.5, "# ?/?", "number-format"),
        (1_234_567, "0.00E+00", "number-format"),
        (1000, '[=1]"是"', "number-format"),
        (12_345, "0.0,", "number-format"),
    ],
)
def test_an_amount_that_is_shown_as_something_else_asks(value: float, code: str, problem: str | None) -> None:
    file = examined(roster_with({"F4": (value, code)}))
    assert found(file) == ([(problem, "Sheet", 4, "F")] if problem else [])
    assert amount_in(file) == (None if problem else value * 100)


@pytest.mark.parametrize("number", [1, 3, *range(5, 9), *range(37, 45)])
def test_a_format_that_has_only_a_number_rounds_as_well(number: int) -> None:
    def by_number(part: bytes) -> bytes:
        part = re.sub(rb"<numFmts.*</numFmts>", b"", part)
        return part.replace(b'numFmtId="164"', f'numFmtId="{number}"'.encode())

    shows_fen = number in {7, 8, 39, 40, 43, 44}
    for value, problem in ((1000, None), (1000.5, None if shows_fen else "number-format")):
        file = examined(edited_package(roster_with({"F4": (value, "0.000")}), {"xl/styles.xml": by_number}))
        assert [code for code, *_ in found(file) if code != "amount-off-standard"] == ([problem] if problem else [])
        assert amount_in(file) == (None if problem else value * 100)


def test_texts_and_numbers_are_read_with_what_their_formats_add() -> None:
    whole = "5113002006"
    rest = resident_number(1).removeprefix(whole)
    file = examined(
        roster_with(
            {
                "C4": (int(rest) if rest.isdigit() else resident_number(1), f'"{whole}"00000000'),
                "D4": (1, '[=1]"男";[=2]"女"'),
                "G4": (123_456_789_012, "0000000000000000"),
                "H4": (2021, '0"级"'),
                "I4": (1, '"高一("0")班"'),
                "I5": (1.1, "0.00"),
                "I3": (2, "0"),
            }
        )
    )
    assert [problem for problem in file.problems if problem.code != "account-format"] == []
    lines = file.tables[0].lines
    assert lines.numbers[1] == resident_number(1)
    assert lines.accounts[1] == "0000123456789012"
    assert (lines.sexes[1], lines.entry_years[1]) == ("male", 2021)
    assert lines.classes == ["2", "高一(1)班", "1.10"]


def test_a_number_that_lost_digits_is_not_made_whole_by_its_format() -> None:
    file = examined(roster_with({"C4": (511300200603150012, "000000000000000000")}))
    assert found(file) == [("id-precision-lost", "Sheet", 4, "C")]


def test_a_total_is_what_it_shows() -> None:
    file = examined(roster_with({"A6": ("合计", "General"), "F6": (0.3, '0.00"万元"')}))
    assert [code for code, *_ in found(file)] in ([], ["declared-total-mismatch"])  # never taken for 0.30 元


def test_dates_are_days_as_ever() -> None:
    content = roster_with({"H4": (44_440, "yyyy-mm-dd"), "H5": (44_440, 'yyyy"级"')})
    (sheet,) = read_grid(content, DEFAULT_LIMITS)
    assert [str(sheet.rows[row][7])[:10] for row in (3, 4)] == ["2021-09-01"] * 2


# --- the other formats of files ---------------------------------------------------------------------------------------

# A value, its number format, what is shown of it, and the amount in 分 or the problem's code.
DISPLAYED: list[tuple[float, str, str, int | str]] = [
    (1_000_000, "0.00,", "1000.00", 100_000),
    (10, '0"00"', "1000", 100_000),
    (1000, '0"元"', "1000元", 100_000),
    (1000, "#,##0.00", "1,000.00", 100_000),
    (612.5, "0.00", "612.50", 61_250),
    (1000, '"已发"', "已发", "amount-format"),
    (10, "0%", "1000%", "amount-format"),
    (1000, "[$€-407]0", "€1000", "amount-format"),
    (1000, "HK$0", "HK$1000", "amount-format"),
    (1000.4, "0", "1000", "number-format"),
    (1000.4, '0"元"', "1000元", "number-format"),
    (499.6, "#,##0", "500", "number-format"),
    (1_234_567, "0.00E+00", "1.23E+06", "number-format"),
]


def as_xls(value: float, code: str, _: str) -> bytes:
    style = xlwt.easyxf(num_format_str=code)
    return xls_bytes(roster_grid(total=False), lambda sheet: sheet.write(3, 5, value, style))


def as_xlsb(value: float, code: str, _: str) -> bytes:
    page = Page("Sheet", with_cells(roster_grid(total=False), {"F4": value}))
    written = record(5, struct.pack("<IId", 5, 0, value))
    styled = record(5, struct.pack("<IId", 5, 1, value))
    text = struct.pack("<I", len(code)) + code.encode("utf-16-le")
    styles = record(615, struct.pack("<I", 1)) + record(44, struct.pack("<H", 164) + text) + record(616)
    styles += record(617, struct.pack("<I", 2)) + record(47, struct.pack("<HHHHHHBB", 0, 0, 0, 0, 0, 0, 0, 0))
    styles += record(47, struct.pack("<HHHHHHBB", 0, 164, 0, 0, 0, 0, 0, 0)) + record(618)
    relation = b'<Relationship Id="rIdS" Type="http://x/styles" Target="styles.bin"/></Relationships>'
    content = edited_package(
        xlsb_book([page]),
        {
            "xl/worksheets/sheet1.bin": lambda part: b"".join(_second_row_styled(part, written, styled)),
            "xl/_rels/workbook.bin.rels": lambda part: part.replace(b"</Relationships>", relation),
        },
    )
    target = BytesIO(content)
    with zipfile.ZipFile(target, "a") as package:
        package.writestr("xl/styles.bin", styles)
    return target.getvalue()


def _second_row_styled(part: bytes, written: bytes, styled: bytes) -> Iterator[bytes]:
    rows = part.split(record(0)[:1] + b"\x11")  # the head of a row's record, 17 bytes long
    for at, row in enumerate(rows):
        yield (b"\x00\x11" if at else b"") + (row.replace(written, styled) if at == 4 else row)


def as_xml(value: float, code: str, _: str) -> bytes:
    book = spreadsheetml_book([Page("Sheet", with_cells(roster_grid(total=False), {"F4": value}))]).decode()
    styles = f'<Styles><Style ss:ID="s1"><NumberFormat ss:Format={quoteattr(code)}/></Style></Styles><Worksheet'
    before, cell, after = book.partition('<Row ss:Index="4">')
    after = after.replace('<Cell ss:Index="6">', '<Cell ss:Index="6" ss:StyleID="s1">', 1)
    return (before + cell + after).replace("<Worksheet", styles, 1).encode()


def as_ods(value: float, _: str, text: str) -> bytes:
    content = ods_bytes(with_cells(roster_grid(total=False), {"F4": value}))
    first, second = f'office:value="{value}"'.encode(), f"<text:p>{value}</text:p>".encode()

    def show(part: bytes) -> bytes:
        rows = part.split(b"<table:table-row>")
        rows[4] = rows[4][::-1].replace(second[::-1], f"<text:p>{text}</text:p>".encode()[::-1], 1)[::-1]
        assert first in rows[4]
        return b"<table:table-row>".join(rows)

    return edited_package(content, {"content.xml": show})


def as_web_page(value: float, _: str, text: str) -> bytes:
    grid = with_cells(roster_grid(total=False), {"F4": f"|{text}"})
    return html_book([Page("Sheet", grid)]).replace(b"<td>|", f'<td x:num="{value}">'.encode())


@pytest.mark.parametrize("to_bytes", [as_xls, as_xlsb, as_xml, as_ods, as_web_page])
@pytest.mark.parametrize(("value", "code", "text", "expected"), DISPLAYED)
def test_every_format_of_files_is_read_as_it_is_shown(
    to_bytes: Callable[[float, str, str], bytes], value: float, code: str, text: str, expected: int | str
) -> None:
    file = examined(to_bytes(value, code, text), "名册.xls")
    if isinstance(expected, int):
        assert (file.problems, amount_in(file)) == ([], expected)
    else:
        assert [(code, row, column) for code, _, row, column in found(file)] == [(expected, 4, "F")]
        assert amount_in(file) is None


@pytest.mark.parametrize(
    ("held", "text", "read"),
    [
        (1000, "1,000.00", 1000),
        (1000, "¥1,000.00", 1000),
        (-5, "(5.00)", -5),
        (0, "-", 0),
        (12345, "0012345", "0012345"),
        (1.1, "1.10", "1.10"),
        (312.5, "312.50", 312.5),
        (333.333, "333.33", 333.333),
        (1, "高一(1)班", "高一(1)班"),
        (1, "女", "女"),
        (0.1, "10%", "10%"),
        (1000.4, "1000", None),
        (12_345, "12.3千元", None),
        (2021.5, "2022级", None),
        (202101020304, "2.021E+11", 202101020304),
        (1_234_567.5, "1.23E+06", None),
        (1000, "1.00E+03", 1000),
        (float("nan"), "1", None),
    ],
)
def test_of_a_number_and_its_text_what_is_shown_is_read(held: float, text: str, read: float | str | None) -> None:
    seen = displayed(held, text)
    assert seen == read or (held != held and seen != seen)  # noqa: PLR0124 - not a number
