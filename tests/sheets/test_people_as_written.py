"""Names and numbers as they stand in the sheet: one sign in its one form, and what is wrong said as what it is."""

from __future__ import annotations

import pytest

from aidledger.sheets.recognition.cells import name_of
from tests.builders import Cell, codes, examined, found, people, roster_grid, with_cells, xlsx_bytes

HEADERS = ("序号", "姓名", "身份证号", "银行卡号", "发放金额")


def plain(**cells: Cell) -> list[list[Cell]]:
    grid = roster_grid(headers=HEADERS, fill={"银行卡号": "6217001234567890123"}, total=False)
    return with_cells(grid, cells)


@pytest.mark.parametrize(
    ("written", "name"),
    [
        *[("李\ue863", "李䶮"), ("\uf92c明", "郎明"), ("王\u200b雨\ufeff桐", "王雨桐"), ("王\ufe0f雨桐", "王雨桐")],
        *[
            ("王\u2060雨桐", "王雨桐"),
            ("\u202d王雨桐\u202c", "王雨桐"),
            ("e\u0301mile", "\u00e9mile"),
            ("王\U000e0100雨", "王雨"),
        ],
    ],
)
def test_a_name_has_one_form(written: str, name: str) -> None:
    file = examined(plain(B3=written))
    assert file.tables[0].lines.names[0] == name
    assert [code for code in codes(file) if code != "account-shared"] == []


def test_no_sign_that_gbk_had_before_unicode_stays_a_private_one() -> None:
    private = range(0xE815, 0xE865)
    names = [name_of(f"王{chr(sign)}") for sign in private]
    assert not any("\ue000" <= sign <= "\uf8ff" for name in names for sign in name)
    assert len({*names}) == len(private)
    known = {0xE816: "\U00020087", 0xE817: "\U00020089", 0xE818: "\U000200cc", 0xE863: "䶮"}
    assert {sign: names[private.index(sign)][1:] for sign in known} == known


NUMBER = people(1)[0].number


@pytest.mark.parametrize(
    ("written", "code", "why"),
    [
        (NUMBER[:-1], "id-format", "too short"),
        (NUMBER + "1", "id-format", "too long"),
        (NUMBER[:10] + "O" + NUMBER[11:], "id-format", "letter"),
        (NUMBER[:10] + "I" + NUMBER[11:], "id-format", "letter"),
        (NUMBER[:10] + "*" + NUMBER[11:], "id-format", "only digits"),
        ("00" + NUMBER[2:], "id-format", "region"),
        (NUMBER[:10] + "①" + NUMBER[11:], "id-format", "only digits"),
        (NUMBER[:17] + ("1" if NUMBER[17] != "1" else "2"), "id-checksum", None),
    ],
)
def test_what_is_wrong_with_a_number_is_said(written: str, code: str, why: str | None) -> None:
    (problem,) = [one for one in examined(plain(C3=written)).problems if one.code.startswith("id-")]
    assert problem.code == code
    assert why is None or why in str(problem.facts["why"])


@pytest.mark.parametrize("mark", ["\u202e", "\u202b", "\u200f"])
@pytest.mark.parametrize("column", ["C", "D"])
def test_a_mark_that_turns_a_number_is_named(mark: str, column: str) -> None:
    written = NUMBER if column == "C" else "6217001234567890123"
    file = examined(plain(**{f"{column}4": written[:6] + mark + written[6:]}))
    (problem,) = [one for one in file.problems if one.code == "invisible-mark"]
    assert (problem.place.row, problem.place.column) == (4, column)
    assert problem.facts["value"] == f"U+{ord(mark):04X}"


def test_marks_around_a_number_that_change_nothing_are_taken_off() -> None:
    file = examined(plain(C3=f"\u202d{NUMBER}\u202c", D3="\u200b6217001234567890123\ufeff"))
    assert (file.tables[0].lines.numbers[0], file.tables[0].lines.accounts[0]) == (NUMBER, "6217001234567890123")


# Of nobody: a foreigner's permanent residence card as of 2023, Beijing, its check digit computed as of an ID number.
CARD = "911124198108030024"


@pytest.mark.parametrize("stated", [None, "外国人永久居留身份证", "外国人永久居留证", "居民身份证"])
def test_a_permanent_residence_card_is_judged_and_is_one_type_whatever_is_said(stated: str | None) -> None:
    headers = (*HEADERS, "证件类型")
    grid = roster_grid(1, headers=headers, fill={"银行卡号": None, "证件类型": stated}, total=False)
    good = CARD[:17] + _check(CARD)
    file = examined(with_cells(grid, {"C3": good}))
    assert [code for code in codes(file) if code.startswith("id-")] == []
    assert file.tables[0].lines.document_types == ["other"]
    wrong = examined(with_cells(grid, {"C3": good[:17] + ("1" if good[17] != "1" else "2")}))
    assert "id-checksum" in codes(wrong)
    assert "id-format" in codes(examined(with_cells(grid, {"C3": "999" + good[3:]})))
    assert "id-birthdate" in codes(
        examined(with_cells(grid, {"C3": (no_day := good[:10] + "1332" + good[14:17]) + _check(no_day)}))
    )


def _check(number: str) -> str:
    weights = [pow(2, 17 - at, 11) for at in range(17)]
    total = sum(int(digit) * weight for digit, weight in zip(number[:17], weights, strict=True))
    return "10X98765432"[total % 11]


@pytest.mark.parametrize(
    ("account", "code"),
    [
        (6217001234567890123, "account-format"),
        (123456789012345, "account-zeros-lost"),
    ],
)
def test_what_excel_did_to_a_card_is_said(account: Cell, code: str) -> None:
    assert (code, "Sheet1", 4, "D") in found(examined(xlsx_bytes(plain(D4=account))))


def test_cards_that_end_in_zeros_are_doubted_where_many_of_a_list_do() -> None:
    rounded = {f"D{row}": f"62170012345{row}890000" for row in (3, 4, 5)}
    assert found(examined(plain(**rounded))) == [("account-rounded", "Sheet1", row, "D") for row in (3, 4, 5)]
    assert codes(examined(plain(D4="6217001234567890000"))) == []


def test_a_name_that_differs_is_said_with_both_names_and_where() -> None:
    file = examined(plain(B4="张三丰", C4=NUMBER))
    (problem,) = [one for one in file.problems if one.code == "name-id-mismatch"]
    assert (problem.facts["name"], problem.facts["other"]) == ("张三丰", people(1)[0].name)
    assert str(problem.facts["where"]) != ""


def test_codes_before_words_are_codes() -> None:
    headers = (*HEADERS, "性别", "就读方式")
    grid = roster_grid(headers=headers, fill={"性别": "1-男", "就读方式": "2-住校", "银行卡号": None}, total=False)
    lines = examined(grid).tables[0].lines
    assert (lines.sexes, lines.boardings) == (["male"] * 3, ["boarder"] * 3)
