"""Pupils without a resident ID number, and numbers that Excel rounded."""

from __future__ import annotations

import pytest

from aidledger.presentation.wording import problem_text
from tests.builders import (
    TITLE,
    Cell,
    Grid,
    codes,
    examined,
    found,
    people,
    resident_number,
    roster_grid,
    shipped,
    with_cells,
)

HEADERS = ("序号", "姓名", "证件类型", "身份证件号", "学籍号", "发放金额")  # C, D, E
WITHOUT_ID = "J511303200600000001"
TEMPORARY = "L511303200600000001"


def roster(cells: dict[str, Cell]) -> Grid:
    return with_cells(roster_grid(headers=HEADERS, fill={"证件类型": "居民身份证"}, total=False), cells)


@pytest.mark.parametrize(
    "cells",
    [
        {"C4": "其他", "D4": "无", "E4": WITHOUT_ID},
        {"C4": None, "D4": None, "E4": WITHOUT_ID},
        {"C4": "无", "D4": None, "E4": WITHOUT_ID.lower()},
        {"C4": "其他", "D4": WITHOUT_ID, "E4": None},
        {"C4": None, "D4": WITHOUT_ID, "E4": WITHOUT_ID},
    ],
)
def test_a_pupil_without_an_id_is_known_by_the_student_number_given_for_that(cells: dict[str, Cell]) -> None:
    file = examined(roster(cells))
    assert file.problems == []
    lines = file.tables[0].lines
    assert (lines.document_types[1], lines.numbers[1]) == ("student-number", WITHOUT_ID)


@pytest.mark.parametrize(
    "number", [None, TEMPORARY, f"G{people(2)[1].number}", "J5113032006", "J51130320060000000X", "无"]
)
def test_no_other_student_number_stands_for_an_id(number: Cell) -> None:
    assert found(examined(roster({"D4": None, "E4": number}))) == [("id-missing", "Sheet1", 4, "D")]


@pytest.mark.parametrize(
    ("kind", "number", "read"),
    [
        ("港澳台居民居住证", resident_number(3, region="810000"), "residence-permit"),
        ("台湾居民居住证", resident_number(3, region="830000"), "residence-permit"),
        ("居住证", resident_number(3, region="820000"), "residence-permit"),
        ("护照", "E12345678", "passport"),
        ("外籍护照", "PA1234567", "passport"),
        ("回乡证", "H12345678", "other"),
        ("台胞证", "12345678", "other"),
        ("户口簿", resident_number(3), "resident-id"),
        ("居民户口薄", resident_number(3), "resident-id"),
    ],
)
def test_a_document_is_what_its_column_calls_it(kind: str, number: str, read: str) -> None:
    file = examined(roster({"C4": kind, "D4": number, "E4": None}))
    assert file.problems == []
    assert file.tables[0].lines.document_types[1] == read


def lost(number: str) -> Cell:
    """What Excel makes of a long number: 15 digits of it."""
    return float(f"{number[:15]}000")


def test_a_number_that_lost_digits_is_offered_from_the_student_number_and_not_taken() -> None:
    person = people(2)[1]
    file = examined(roster({"D4": lost(person.number)}))
    assert found(file) == [("id-precision-lost", "Sheet1", 4, "D")]
    assert file.tables[0].lines.numbers[1] == ""
    text = problem_text(file.problems[0], {}, shipped().programs, "en")
    assert f"{person.number[:6]}********{person.number[-4:]}" in text
    assert "cell E4" in text
    assert person.number not in text


@pytest.mark.parametrize("student_number", [None, TEMPORARY, f"G{people(3)[2].number}", "G511300200603150"])
def test_a_student_number_that_does_not_go_with_the_digits_left_is_not_offered(student_number: Cell) -> None:
    file = examined(roster({"D4": lost(resident_number(1001)), "E4": student_number}))
    assert found(file) == [("id-precision-lost", "Sheet1", 4, "D")]
    assert file.problems[0].facts == {}


@pytest.mark.parametrize("number", ["5113**********1234", "511303****0001", f"G{people(2)[1].number}"])
def test_a_masked_number_or_one_with_a_letter_before_it_is_no_id(number: str) -> None:
    assert found(examined(roster({"D4": number}))) == [("id-format", "Sheet1", 4, "D")]


def test_a_foreigners_permanent_residence_card_is_no_resident_number() -> None:
    grid: Grid = [
        [TITLE],
        ["姓名", "证件类型", "证件号码", "金额"],
        ["安娜", "外国人永久居留身份证", "911124198108030024", 1000],
    ]
    file = examined(grid)
    assert (codes(file), file.tables[0].lines.document_types) == ([], ["other"])
