"""What hypothesis makes up: cells, titles, texts, markup and whole grids; each property takes nothing and may be run
as often as wanted."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date

from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st

from aidledger.checks import problems_of
from aidledger.domain.identity import birth_of, check_digit, mask_number, masked_text, resident_fault
from aidledger.domain.money import FEN_PER_WAN, FEN_PER_YUAN
from aidledger.operations.examining import examine
from aidledger.sheets.formats.grid import Cell, Sheet
from aidledger.sheets.formats.limits import DEFAULT_LIMITS
from aidledger.sheets.reader import read_roster
from aidledger.sheets.recognition.cells import AMOUNT_MAX_FEN, AmountNotUnderstood, date_of, fen_of, name_of, number_of
from aidledger.sheets.recognition.hints import Hints
from aidledger.sheets.recognition.units import YUAN, Unit
from tests.builders import TITLE, resident_number, shipped
from tools.fuzz.reading import breaches_of

_WORDS = [
    *["姓名", "身份证号", "金额", "助学金", "免学费", "合计", "小计", "学校", "年级", "班级", "银行卡号", "单位:万元"],
    *[
        "2021年秋季学期",
        "2021-2022学年",
        "2022春",
        "金溪中学",
        "高坪区",
        "普通高中国家助学金",
        "义务教育",
        "寄宿",
        "中职",
    ],
    *["1,000.00", "壹仟元整", "-", "无", "#N/A", "=1+1", "1e9", "3人", "第一学期", "(1)班", "\u200b", "　", "\0", "\n"],
]
SIGNS = st.text(max_size=12) | st.sampled_from(_WORDS)
TEXTS = st.lists(SIGNS, max_size=6).map("".join)
NUMBERS = st.integers() | st.floats() | st.integers(0, 10**20)
CELLS: st.SearchStrategy[Cell] = st.one_of(
    TEXTS,
    NUMBERS,
    st.booleans(),
    st.dates(),
    st.datetimes(),
    st.times(),
    st.timedeltas(),
    st.integers(0, 9).map(resident_number),
)
IDS = st.from_regex(r"[0-9]{17}[0-9Xx]", fullmatch=True) | st.integers(0, 99).map(resident_number) | TEXTS
MARKUP = st.lists(
    st.sampled_from(
        [
            *["<table>", "</table>", "<tr>", "</tr>", "<td>", "</td>", "<th>", '<td rowspan="3">', '<td colspan="0">'],
            *[
                '<td x:num="1000">',
                "<td x:err>",
                "<style>",
                "</style>",
                "<!--",
                "-->",
                "<br>",
                "<a name=table1>",
                "</a>",
            ],
            *[
                "<Row>",
                "</Row>",
                "<Cell>",
                "</Cell>",
                '<Cell ss:Index="9">',
                '<Data ss:Type="Number">',
                "</Data>",
                "<x",
            ],
            *[
                '<Worksheet ss:Name="a">',
                "</Worksheet>",
                "<Table>",
                "</Table>",
                "<![CDATA[",
                "]]>",
                "&amp;",
                "&#0;",
                "<?",
            ],
            *_WORDS,
        ]
    ),
    max_size=40,
).map("".join)
_SPACES = (
    'xmlns="urn:schemas-microsoft-com:office:spreadsheet" xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet" '
    'xmlns:x="urn:schemas-microsoft-com:office:excel"'
)


@given(CELLS, st.sampled_from([None, YUAN, Unit("万元", FEN_PER_WAN), Unit("角", 10), Unit("%", None)]))
def amounts(value: Cell, unit: Unit | None) -> None:
    """A cell is an amount in whole 分, blank, or refused; a plain number is what it says."""
    try:
        fen = fen_of(value, unit)
    except AmountNotUnderstood:
        return
    assert fen is None or (type(fen) is int and abs(fen) <= AMOUNT_MAX_FEN)
    if isinstance(value, int) and unit in {None, YUAN}:
        assert fen == value * FEN_PER_YUAN


@given(CELLS | IDS)
def numbers(value: Cell) -> None:
    """A number is read as it stands, and read again the same; what is masked does not show it."""
    number, lost = number_of(value)
    if number.isascii() and number.isalnum() and isinstance(value, str) and not lost:
        assert number_of(number) == (number, False)
    assert len(mask_number(number)) == len(number)
    if resident_fault(number) is None:
        assert birth_of(number) is not None
        assert check_digit(number[:17]) == number[17]
        assert number[6:14] not in masked_text(f"证件{number}。")


@given(CELLS)
def names(value: Cell) -> None:
    """A name has no signs that cannot be seen, and read again it is the same."""
    name = name_of(value)
    assert name_of(name) == name
    assert not any(ord(sign) < ord(" ") for sign in name)


@given(CELLS, st.booleans())
def dates(value: Cell, date_1904: bool) -> None:
    """A day is one that there is, or none is read."""
    day = date_of(value, date_1904=date_1904)
    if day is not None:
        date.fromisoformat(day if len(day) > len("2009-03") else f"{day}-01")


@given(st.lists(TEXTS, max_size=5), st.text(max_size=20), TEXTS)
def titles(lines: list[str], sheet: str, file: str) -> None:
    """Whatever stands around a table, somebody is told what was not understood."""
    rows: list[list[Cell]] = [[line, "", "", ""] for line in lines]
    rows += [["姓名", "身份证号", "年级", "金额"], ["王雨桐", resident_number(1), "高一", 1000]]
    path = file.replace("\0", "").replace("/", "")[:100] or "名册"
    _sheets([Sheet(sheet, rows)], f"{path}.xlsx")


@given(st.lists(st.lists(CELLS, min_size=5, max_size=5), max_size=12), st.integers(0, 12), st.booleans())
def grids(rows: list[list[Cell]], at: int, with_title: bool) -> None:
    """Whatever stands in the cells, every row has a fate and only students are posted."""
    rows.insert(min(at, len(rows)), ["姓名", "身份证号", "年级", "金额", "银行卡号"])
    if with_title:
        rows.insert(0, [TITLE, "", "", "", ""])
    _sheets([Sheet("高一", rows)], "名册.xlsx")


def _sheets(sheets: list[Sheet], path: str) -> None:
    read = read_roster(sheets, path, shipped(), Hints())
    read.problems.extend(problems_of(read, shipped()))
    assert list(breaches_of(read)) == []


def _file(content: bytes) -> None:
    assert list(breaches_of(examine(content, "名册.xls", Hints(), shipped(), DEFAULT_LIMITS))) == []


@given(
    st.lists(st.lists(TEXTS, max_size=5).map("".join), max_size=6),
    st.sampled_from(",\t;|"),
    st.sampled_from(["utf-8", "gb18030", "utf-16"]),
)
def separated(lines: list[str], separator: str, encoding: str) -> None:
    """Any text is rows, or refused."""
    _file("\n".join(line.replace("年", separator) for line in lines).encode(encoding, "replace"))


@given(MARKUP)
def pages(markup: str) -> None:
    """Any tags are a web page, or refused."""
    _file(f"<html><table>{markup}".encode())


@given(MARKUP)
def workbooks_of_2003(markup: str) -> None:
    """Any elements are Excel's XML of 2003, or refused."""
    _file(
        f'<?xml version="1.0"?><Workbook {_SPACES}><Worksheet ss:Name="a"><Table>{markup}</Table></Worksheet>'
        "</Workbook>".encode()
    )


@given(
    st.binary(max_size=400),
    st.sampled_from([b"", b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"\x09\x08", b"<?xml ", b"<table>"]),
)
def any_bytes(content: bytes, begin: bytes) -> None:
    """Any bytes are a file, or refused."""
    _file(begin + content)


PROPERTIES: Mapping[str, Callable[[], None]] = {
    "amounts": amounts,
    "ID and card numbers": numbers,
    "names": names,
    "dates": dates,
    "titles": titles,
    "grids": grids,
    "separated texts": separated,
    "web pages": pages,
    "XML of 2003": workbooks_of_2003,
    "bytes": any_bytes,
}


def tried(property_: Callable[[], None], examples: int, with_seed: int) -> str | None:
    """Run a property; what is wrong, or None."""
    run = settings(max_examples=examples, deadline=None, database=None, suppress_health_check=list(HealthCheck))(
        property_
    )
    try:
        seed(with_seed)(run)()
    except Exception as error:  # noqa: BLE001 - that is what is looked for
        return f"{type(error).__name__}: {error}"
    return None
