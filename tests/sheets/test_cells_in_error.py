"""What is wrong with single cells: exactly one problem, with its severity and the cell's own place."""

from __future__ import annotations

import re
from datetime import date, datetime

import pytest

from aidledger.domain.problem import Severity
from aidledger.sheets.formats.ooxml import xlsx_faults
from aidledger.sheets.formats.ooxml_formulas import formulas_of
from tests.builders import (
    HEADERS,
    Cell,
    ErrorCell,
    csv_bytes,
    edited_package,
    examined,
    found,
    ods_bytes,
    resident_number,
    roster_grid,
    with_cells,
    xls_bytes,
    xlsx_bytes,
)

WITH_ACCOUNT = (*HEADERS, "银行卡号", "出生日期", "入学年份", "证件类型", "学籍号")  # G, H, I, J, K
GOOD = resident_number(1)
FULL_WIDTH = str.maketrans("0123456789X", "０１２３４５６７８９Ｘ")
ARABIC = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")


@pytest.mark.parametrize(
    ("code", "cell", "value"),
    [
        ("id-missing", "C4", None),
        ("id-missing", "C4", " 　"),
        ("id-missing", "C4", "无"),
        ("id-missing", "C4", "--"),
        ("id-format", "C4", GOOD[:-1]),
        ("id-format", "C4", f"{GOOD}1"),
        ("id-format", "C4", f"{GOOD[:10]}O{GOOD[11:]}"),
        ("id-format", "C4", "511300060315012"),
        ("id-format", "C4", "E12345678"),
        ("id-format", "C4", "待补"),
        ("id-format", "C4", GOOD.translate(ARABIC)),
        ("id-format", "C4", 511300060315012),
        ("id-checksum", "C4", f"{GOOD[:-1]}{(int(GOOD[-1].replace('X', '0')) + 1) % 10}"),
        ("id-birthdate", "C4", "511300200602300128"),
        ("id-precision-lost", "C4", 511300200603150012),
        ("id-precision-lost", "C4", 5.113002006031500e17),
        ("id-precision-lost", "C4", "5.113E+17"),
        ("id-precision-lost", "C4", "5.11300200603E+17"),
        ("name-missing", "B4", None),
        ("name-missing", "B4", "　"),
        ("name-missing", "B4", "-"),
        ("amount-missing", "F4", None),
        ("amount-missing", "F4", "无"),
        ("amount-missing", "F4", "——"),
        ("amount-format", "F4", "一千"),
        ("amount-format", "F4", "约1000"),
        ("amount-format", "F4", "1000.005"),
        ("amount-format", "F4", 1000.005),
        ("amount-format", "F4", "1,00"),
        ("amount-format", "F4", "1.000,00"),
        ("amount-format", "F4", "1000/月"),
        ("amount-format", "F4", "1e3"),
        ("amount-format", "F4", "٣٠٠"),
        ("amount-format", "F4", date(2021, 12, 3)),
        ("amount-format", "F4", datetime(2021, 12, 3, 12, 0)),  # noqa: DTZ001 - cells have no zone
        ("amount-format", "F4", True),
        ("amount-format", "F4", 1e300),
        ("amount-format", "F4", "9" * 30),
        ("amount-not-positive", "F4", 0),
        ("amount-not-positive", "F4", "0.00"),
        ("amount-not-positive", "F4", -1000),
        ("amount-not-positive", "F4", "-1,000.00"),
        ("formula-without-value", "F4", "=500*2"),
        ("formula-without-value", "C4", "=C3"),
        ("formula-without-value", "B4", "=B3"),
        ("cell-error", "C4", ErrorCell("#N/A")),
        ("cell-error", "B4", ErrorCell("#REF!")),
        ("cell-error", "F4", ErrorCell("#VALUE!")),
        ("cell-error", "G4", ErrorCell("#N/A")),
        ("amount-off-standard", "F4", 400),
        ("amount-off-standard", "F4", 1500.01),
        ("sex-id-mismatch", "D4", "女"),
        ("birth-id-mismatch", "H4", "2006-03-16"),
        ("birth-id-mismatch", "H4", "2006.4"),
        ("birth-id-mismatch", "H4", date(2005, 3, 15)),
        ("age-out-of-range", "C4", resident_number(1, date(1990, 3, 15))),
        ("age-out-of-range", "C4", resident_number(1, date(2015, 3, 15))),
        ("account-format", "G4", "6217 0000 000"),
        ("account-format", "G4", "62170038100123456789"),
        ("account-format", "G4", "6217O03810012345678"),
        ("account-format", "G4", 6217003810012345678),
    ],
)
def test_a_cell_in_error_is_one_problem_at_its_place(code: str, cell: str, value: Cell) -> None:
    grid = roster_grid(headers=WITH_ACCOUNT, total=False, fill={"入学年份": 2021, "证件类型": "居民身份证"})
    if code == "age-out-of-range":
        grid = with_cells(grid, {"H4": None})
    file = examined(with_cells(grid, {cell: value}))
    assert found(file) == [(code, "Sheet1", 4, cell[0])]
    warnings = {"amount-off-standard", "sex-id-mismatch", "birth-id-mismatch", "age-out-of-range", "account-format"}
    assert file.problems[0].severity is (Severity.WARNING if code in warnings else Severity.ERROR)
    assert file.blocked(record_conflicts=True) is (code not in warnings)
    assert file.rows_read == 5
    assert len(file.tables[0].lines) == 3  # a row in error stays a student's


@pytest.mark.parametrize("cell", ["B4", "C4", "F4", "G4", "H4", "K4"])
@pytest.mark.parametrize("to_bytes", [xlsx_bytes, xls_bytes, ods_bytes])
def test_a_failed_formula_is_one_cell_error_in_every_format(cell: str, to_bytes: object) -> None:
    assert callable(to_bytes)
    grid = with_cells(roster_grid(headers=WITH_ACCOUNT, total=False), {cell: ErrorCell("#N/A")})
    file = examined(to_bytes(grid))
    assert found(file) == [("cell-error", "Sheet1", 4, cell[0])]
    assert file.problems[0].facts == {"value": "#N/A"}


def test_a_failed_formula_in_text_is_not_read_as_a_value() -> None:
    grid = with_cells(roster_grid(total=False), {"C4": "#N/A", "F5": "#REF!"})
    file = examined(csv_bytes(grid), "名册.csv")
    assert file.blocked(record_conflicts=True)
    assert {(row, column) for _, _, row, column in found(file)} == {(4, "C"), (5, "F")}


@pytest.mark.parametrize("to_bytes", [xlsx_bytes, ods_bytes])
def test_a_failed_formula_outside_the_columns_used_is_no_problem(to_bytes: object) -> None:
    assert callable(to_bytes)
    grid = with_cells(roster_grid(headers=(*HEADERS, "家长意见")), {"G4": ErrorCell(), "A1": ErrorCell()})
    file = examined(to_bytes(grid), "金溪中学2021年秋季普高助学金.xlsx")
    assert found(file) == []


def test_a_failed_formula_in_the_total_is_a_problem_at_the_total() -> None:
    grid = with_cells(roster_grid(), {"F6": ErrorCell("#REF!")})
    assert found(examined(grid)) == [("cell-error", "Sheet1", 6, "F")]


def test_a_total_that_was_never_calculated_is_a_problem_at_the_total() -> None:
    grid = with_cells(roster_grid(), {"F6": "=SUM(F3:F5)"})
    assert found(examined(grid)) == [("formula-without-value", "Sheet1", 6, "F")]


@pytest.mark.parametrize(
    "number",
    [
        GOOD,
        f" {GOOD} ",
        f"'{GOOD}",
        f"‘{GOOD}",
        f"{GOOD[:6]} {GOOD[6:14]} {GOOD[14:]}",
        f"\u200b{GOOD}\ufeff",
        f"{GOOD}\n",
        GOOD.translate(FULL_WIDTH),
    ],
)
def test_an_id_number_is_read_however_it_was_typed(number: str) -> None:
    file = examined(with_cells(roster_grid(), {"C4": number}))
    assert file.problems == []
    assert file.tables[0].lines.numbers[1] == GOOD


def test_a_small_x_at_the_end_is_made_a_capital() -> None:
    with_x = next(number for i in range(100) if (number := resident_number(i)).endswith("X"))
    for typed in (with_x.lower(), with_x.translate(FULL_WIDTH).lower(), f"{with_x[:-1]}ｘ"):
        file = examined(with_cells(roster_grid(total=False), {"C4": typed, "D4": None}))
        assert file.problems == []
        assert file.tables[0].lines.numbers[1] == with_x


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("张 三", "张三"),
        ("张　三", "张三"),
        (" 张三 ", "张三"),
        ("买买提·艾力", "买买提·艾力"),
        ("买买提•艾力", "买买提·艾力"),
        ("买买提．艾力", "买买提·艾力"),
        ("买买提・艾力", "买买提·艾力"),
        ("𠀀某", "𠀀某"),
        ("John Smith", "John Smith"),
        ("合计", "合计"),
    ],
)
def test_a_name_is_read_without_the_spaces_and_dots_of_its_typist(typed: str, name: str) -> None:
    file = examined(with_cells(roster_grid(total=False), {"B4": typed}))
    assert file.problems == []
    assert file.tables[0].lines.names[1] == name


@pytest.mark.parametrize(
    ("typed", "fen"),
    [
        (1000, 100_000),
        (1000.0, 100_000),
        (612.5, 61_250),
        (0.1 + 0.2 + 700, 70_030),  # noise of a formula
        ("1000", 100_000),
        ("1,000.00", 100_000),
        ("1，000", 100_000),
        ("¥1,000.00", 100_000),
        ("￥1000", 100_000),
        ("1000元", 100_000),
        ("1000.50元", 100_050),
        ("1000元整", 100_000),
        ("人民币1000元", 100_000),
        ("１０００．００", 100_000),
        (" 1 000 ", 100_000),
        ("'1000", 100_000),
        ("612.5", 61_250),
    ],
)
def test_an_amount_is_read_exactly_however_it_was_typed(typed: Cell, fen: int) -> None:
    file = examined(with_cells(roster_grid(total=False), {"F4": typed}))
    assert file.problems == []
    assert file.tables[0].rosters[0].amounts_fen[1] == fen


BIRTHS = ["2006-03-15", "2006-3-15", "2006.3.15", "2006/03/15", "20060315", "2006年3月15日"]
MONTHS = ["2006年3月", "200603", "2006.3", "不详"]


@pytest.mark.parametrize("born", [*BIRTHS, *MONTHS, 38791, 20060315, date(2006, 3, 15), None])
def test_a_birth_date_is_compared_however_it_was_typed(born: Cell) -> None:
    grid = with_cells(roster_grid(headers=WITH_ACCOUNT, total=False), {"H4": born})
    assert found(examined(grid)) == []


@pytest.mark.parametrize(
    ("kind", "number", "problem"),
    [
        ("护照", "E12345678", None),
        ("港澳居民来往内地通行证", "H1234567890", None),
        ("其他", "无", "id-missing"),
        ("居民身份证", "E12345678", "id-format"),
        ("港澳台居民居住证", resident_number(1, region="810000"), None),
        ("港澳台居民居住证", "810000200603150017", "id-checksum"),
        ("护照", f"{GOOD[:-1]}{(int(GOOD[-1].replace('X', '0')) + 1) % 10}", "id-checksum"),  # 18 characters: judged
    ],
)
def test_a_document_type_says_by_which_rules_a_number_is_judged(kind: str, number: str, problem: str | None) -> None:
    grid = with_cells(roster_grid(headers=WITH_ACCOUNT, total=False), {"J4": kind, "C4": number, "D4": None})
    grid = with_cells(grid, {"H4": None})
    assert [code for code, *_ in found(examined(grid))] == ([problem] if problem else [])


@pytest.mark.parametrize("number", [b"1e999", b"-1e999", b"nan", b"1e308"])
@pytest.mark.parametrize("cell", ["A4", "B4", "C4", "D4", "E4", "F4", "G4", "H4", "I4"])
def test_a_number_that_is_none_is_never_more_than_a_problem(cell: str, number: bytes) -> None:
    # Not what Excel writes, but what a damaged or hostile workbook may hold: the reader gives infinity for it.
    def put(part: bytes) -> bytes:
        written = rb'<c r="%b"[^>]*>.*?</c>' % cell.encode()
        assert re.search(written, part)
        return re.sub(written, b'<c r="%b"><v>%b</v></c>' % (cell.encode(), number), part)

    grid = roster_grid(headers=WITH_ACCOUNT, total=False, fill={"入学年份": 2021})
    file = examined(edited_package(xlsx_bytes(grid), {"xl/worksheets/sheet1.xml": put}))
    assert {row for _, _, row, _ in found(file)} <= {4}
    assert len(file.tables[0].lines) == 3
    assert file.problems or cell not in {"C4", "F4", "G4"}


def test_facts_of_a_problem_hold_no_full_number() -> None:
    bad = f"{GOOD[:-1]}{(int(GOOD[-1].replace('X', '0')) + 1) % 10}"
    grid = roster_grid(headers=WITH_ACCOUNT, total=False)
    grid = with_cells(grid, {"C4": bad, "G4": "62170038100123456789", "C5": f"{GOOD}7", "G3": 6217003810012345678})
    for problem in examined(grid).problems:
        text = " ".join(map(str, problem.facts.values()))
        assert not any(number in text for number in (bad, GOOD, "6217003810", "20060315"))
        assert problem.kind.message.format(**problem.facts)


@pytest.mark.parametrize("value", [GOOD, "6217003810012345678", "9" * 18, "9" * 13])
def test_a_number_beyond_any_payment_is_no_amount(value: str) -> None:
    # An ID number in the amount's column would be posted, and does not even fit into the ledger's integers.
    file = examined(with_cells(roster_grid(total=False), {"F4": value}))
    assert found(file) == [("amount-format", "Sheet1", 4, "F")]


@pytest.mark.parametrize("value", [GOOD, "6217003810012345678", f"{GOOD}号", f"卡{GOOD}"])
def test_an_amount_that_is_really_an_id_number_is_not_repeated(value: str) -> None:
    facts = str([problem.facts for problem in examined(with_cells(roster_grid(), {"F4": value})).problems])
    assert GOOD not in facts
    assert "6217003810012345678" not in facts


def test_a_column_of_formulas_costs_what_its_cells_cost() -> None:
    """Looking for uncalculated formulas once went through the whole sheet for each of them."""

    def looked_at(rows: int) -> int:
        cell = b'<c r="F%d"><f>E%d*2</f><v>1</v></c>'
        part = b"<sheetData>" + b"".join(b"<row>" + cell % (i, i) + b"</row>" for i in range(1, rows + 1))
        counted = _Counted(part + b"</sheetData>")
        assert xlsx_faults(counted, 0, len(counted), formulas_of(counted)) == {}
        return counted.looked_at_bytes

    assert looked_at(800) < 2.5 * looked_at(400)


class _Counted(bytes):
    """Bytes that count how many of them were gone through by searches."""

    looked_at_bytes = 0

    def find(self, sub: bytes, start: int = 0, end: int | None = None) -> int:  # type: ignore[override]
        end = len(self) if end is None else end
        found = super().find(sub, start, end)
        self.looked_at_bytes += (end if found < 0 else found) - start
        return found

    def rfind(self, sub: bytes, start: int = 0, end: int | None = None) -> int:  # type: ignore[override]
        end = len(self) if end is None else end
        found = super().rfind(sub, start, end)
        self.looked_at_bytes += end - (start if found < 0 else found)
        return found
