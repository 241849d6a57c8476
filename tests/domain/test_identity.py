from __future__ import annotations

import random
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.cn import ric
from stdnum.exceptions import InvalidChecksum, InvalidComponent, InvalidFormat, InvalidLength

from aidledger.domain.identity import (
    birth_of,
    check_digit,
    document_type_of,
    mask_account,
    mask_number,
    masked_source,
    masked_words,
    resident_fault,
    sex_of,
)
from tests.builders import people, resident_number

# Regions that the oracle knows for births of any year.
REGIONS = ["510000", "510100", "510121", "110101", "440100", "330100", "653101", "540100"]
GOOD = resident_number(12)
DIGITS = st.text("0123456789", min_size=17, max_size=17)
# Days that are mostly, but not always, in the calendar.
DAYS = st.builds(
    lambda year, month, day: f"{year}{month:02d}{day:02d}",
    st.integers(1900, 2099),
    st.integers(0, 14),
    st.integers(0, 32),
)
FIRST_17 = st.builds("".join, st.tuples(st.sampled_from(REGIONS), DAYS, st.text("0123456789", min_size=3, max_size=3)))


def oracle(number: str) -> str | None:
    try:
        ric.validate(number)
    except (InvalidLength, InvalidFormat):
        return "id-format"
    except InvalidChecksum:
        return "id-checksum"
    except InvalidComponent:
        return "id-birthdate"
    return None


@given(FIRST_17, st.sampled_from("0123456789X"))
def test_any_number_of_a_known_region_gets_the_verdict_of_the_oracle(first_17: str, last: str) -> None:
    assert resident_fault(first_17 + last) == oracle(first_17 + last)


@given(FIRST_17)
def test_a_number_with_its_right_last_character_gets_the_verdict_of_the_oracle(first_17: str) -> None:
    number = first_17 + check_digit(first_17)
    assert resident_fault(number) == oracle(number)


@given(DIGITS)
def test_the_last_character_is_that_of_the_oracle(first_17: str) -> None:
    assert check_digit(first_17) == ric.calc_check_digit(f"{first_17}0")


@given(DIGITS)
def test_of_the_eleven_last_characters_exactly_one_is_right(first_17: str) -> None:
    faults = [resident_fault(f"51{first_17[2:]}{last}") for last in "0123456789X"]
    assert faults.count("id-checksum") == 10


@given(st.integers(0, 16), st.integers(1, 9))
def test_one_mistyped_digit_is_always_found(position: int, shift: int) -> None:
    digit = str((int(GOOD[position]) + shift) % 10)
    assert resident_fault(GOOD[:position] + digit + GOOD[position + 1 :]) is not None


@given(st.integers(0, 15))
def test_two_swapped_neighbours_are_always_found(position: int) -> None:
    left, right = GOOD[position], GOOD[position + 1]
    swapped = GOOD[:position] + right + left + GOOD[position + 2 :]
    assert left == right or resident_fault(swapped) is not None


@given(st.text(max_size=40))
def test_no_text_at_all_makes_the_check_fall_over(text: str) -> None:
    assert resident_fault(text) in {"id-format", "id-checksum", "id-birthdate", None}


@pytest.mark.parametrize(
    ("number", "fault"),
    [
        (GOOD, None),
        ("", "id-format"),
        (GOOD[:-1], "id-format"),
        (f"{GOOD}0", "id-format"),
        ("510303060315012", "id-format"),  # 15 digits of before 1999
        (f"09{GOOD[2:]}", "id-format"),  # no such province
        (f"{GOOD[:10]}a{GOOD[11:]}", "id-format"),
        (f"X{GOOD[1:]}", "id-format"),
        (f"{GOOD[:17]}x", "id-format"),  # the reader has made it upper-case
        (GOOD.translate(str.maketrans("0123456789", "０１２３４５６７８９")), "id-format"),
        (GOOD.translate(str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")), "id-format"),
        (f"{GOOD[:14]}²{GOOD[15:]}", "id-format"),
        (f"{GOOD[:14]} {GOOD[15:]}", "id-format"),
        (f"{GOOD[:6]}-{GOOD[7:]}", "id-format"),
    ],
)
def test_only_18_ascii_characters_of_a_province_are_an_id_number(number: str, fault: str | None) -> None:
    assert resident_fault(number) == fault


@pytest.mark.parametrize(
    ("day", "fault"),
    [
        ("20080229", None),
        ("20070229", "id-birthdate"),
        ("20001301", "id-birthdate"),
        ("20000431", "id-birthdate"),
        ("20000000", "id-birthdate"),
        ("19000101", None),
        ("18991231", "id-birthdate"),
        ("00000101", "id-birthdate"),
    ],
)
def test_a_right_last_character_does_not_make_a_day_real(day: str, fault: str | None) -> None:
    first_17 = f"511300{day}012"
    assert resident_fault(first_17 + check_digit(first_17)) == fault


def test_residence_permits_of_hong_kong_macao_and_taiwan_follow_the_same_rules() -> None:
    for region in ("810000", "820000", "830000"):
        number = resident_number(5, region=region)
        assert resident_fault(number) is None
        assert document_type_of(number) == "residence-permit"
    assert document_type_of(GOOD) == "resident-id"


def test_the_verdict_does_not_depend_on_what_was_asked_before() -> None:
    rng = random.Random(7)
    numbers = [f"51{rng.randrange(10**15):015d}{rng.choice('0123456789X')}" for _ in range(200)]
    before = [resident_fault(number) for number in numbers]
    rng.shuffle(order := list(range(len(numbers))))
    assert {i: resident_fault(numbers[i]) for i in order} == dict(enumerate(before))


def test_birth_and_sex_are_those_of_the_person() -> None:
    for person in people(50):
        assert birth_of(person.number) == person.born
        assert sex_of(person.number) == ("male" if person.sex == "男" else "female")


@pytest.mark.parametrize("number", ["", "E12345678", "5113002006023001", "511300200602300120"])
def test_where_there_is_no_day_there_is_no_birth(number: str) -> None:
    assert birth_of(number) is None


def test_a_birth_is_a_date() -> None:
    assert birth_of(GOOD) == date(2006, 3, 15)


@pytest.mark.parametrize(
    ("number", "masked"),
    [
        ("511303200603150129", "511303********0129"),
        ("51130320060315012X", "511303********012X"),
        ("E12345678", "******678"),
        ("H1234567890", "********890"),
        ("AB", "**"),
        ("", ""),
    ],
)
def test_a_masked_number_shows_region_and_end_alone(number: str, masked: str) -> None:
    assert mask_number(number) == masked


@pytest.mark.parametrize(
    ("account", "masked"),
    [("6217003810012345678", "***************5678"), ("1234", "**34"), ("1", "*"), ("", ""), (None, None)],
)
def test_a_masked_account_shows_its_end_alone(account: str | None, masked: str | None) -> None:
    assert mask_account(account) == masked


@given(st.text("0123456789X", min_size=1, max_size=30))
def test_a_mask_keeps_the_length_and_hides_at_least_half(text: str) -> None:
    for masked in (mask_number(text), mask_account(text) or ""):
        assert len(masked) == len(text)
        hidden = masked.count("*")
        assert hidden * 2 >= len(text) or (len(text) == 18 and hidden == 8)


@pytest.mark.parametrize(
    ("cell", "shown"),
    [
        ("511300201103120215", "511300********0215"),
        ("E8765431", "******31"),
        ("G7654321", "******21"),
        ("123456", "****56"),
        ("1000.00", "1000.00"),
        ("高一(12)班", "高一(12)班"),
        ("2021年秋季", "2021年秋季"),
    ],
)
def test_a_cell_of_a_pupils_row_shows_no_number(cell: str, shown: str) -> None:
    assert masked_source(cell) == shown


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("张三E12345678.xlsx", "张三******678.xlsx"),
        ("EA1234567 护照.xlsx", "******567 护照.xlsx"),
        ("李四_511300201103120215.xlsx", "李四_511300********0215.xlsx"),
        ("名单V20210901.xlsx", "名单V20210901.xlsx"),
        ("20210901发放花名册.xlsx", "20210901发放花名册.xlsx"),
        ("学校3451003025.xlsx", "学校3451003025.xlsx"),
        ("Audit!A1048576", "Audit!A1048576"),
        ("财教〔2021〕174号", "财教〔2021〕174号"),
    ],
)
def test_a_file_s_name_shows_no_passport_and_keeps_its_dates(name: str, shown: str) -> None:
    assert masked_words(name) == shown
