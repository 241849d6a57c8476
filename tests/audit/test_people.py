"""One person paid twice, under two numbers, under two names, in two places at once."""

from __future__ import annotations

from pathlib import Path

import pytest

from aidledger.audit.identity import sounds_alike, typing_error_apart
from aidledger.domain.identity import check_digit
from aidledger.operations import ledgers
from aidledger.store.ledger import Ledger
from tests.audit.ledgers import COMPULSORY, HIGH_SCHOOL, VOCATIONAL, found, grid, post, rows
from tests.builders import people, xlsx_bytes
from tests.builders.lists import register_grid
from tests.store.ledgers import bring_in, catalogue, new_ledger

ELSEWHERE = HIGH_SCHOOL.replace("金溪", "东山")
SPRING = HIGH_SCHOOL.replace("2021年秋季", "2022年春季")


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    return new_ledger(tmp_path)


def test_a_person_paid_by_two_schools_is_one_finding(ledger: Ledger) -> None:
    post(ledger, HIGH_SCHOOL, rows(0, 1))
    post(ledger, ELSEWHERE, rows(1, 2))
    (finding,) = found(ledger, "duplicate-disbursement")
    assert (finding.persons, finding.amount_fen, finding.program, finding.period) == (
        1,
        100_000,
        "high-school-grant",
        "2021-autumn",
    )
    assert [(row.batch, row.row, row.school) for row in finding.evidence] == [(1, 4, "金溪中学"), (2, 3, "东山中学")]


def test_a_payment_that_was_taken_back_is_no_duplicate(ledger: Ledger) -> None:
    post(ledger, HIGH_SCHOOL, rows(0, 1))
    post(ledger, ELSEWHERE, rows(1, 2))
    ledgers.reverse(ledger, catalogue(), 2, "the other school's")
    assert found(ledger, "duplicate-disbursement") == []


def test_two_terms_or_two_programs_are_no_duplicate(ledger: Ledger) -> None:
    post(ledger, HIGH_SCHOOL, rows(0))
    post(ledger, SPRING, rows(0))
    post(ledger, HIGH_SCHOOL.replace("国家助学金", "免学费"), rows(0), 460)
    for rule in ("duplicate-disbursement", "exclusive-programs", "paid-in-two-stages"):
        assert found(ledger, rule) == []


def test_who_was_paid_twice_and_then_not_lapsed_once_with_both_rows_and_the_money_of_one(ledger: Ledger) -> None:
    post(ledger, HIGH_SCHOOL, rows(0, 1))
    post(ledger, ELSEWHERE, rows(1), 900)
    post(ledger, SPRING, rows(0))
    (finding,) = found(ledger, "lapsed-disbursement")
    assert (finding.persons, finding.amount_fen, finding.period) == (1, 100_000, "2022-spring")
    assert [(row.batch, row.school) for row in finding.evidence] == [(1, "金溪中学"), (2, "东山中学")]


def test_schools_with_more_paid_than_enrolled_are_found_however_many_there_are(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    for school in ("金溪", "东山"):
        post(ledger, HIGH_SCHOOL.replace("金溪", school), rows(0, 1))
        listed = [
            [cell.replace("金溪", school) if isinstance(cell, str) else cell for cell in row]
            for row in register_grid(1)
        ]
        bring_in(ledger, xlsx_bytes(listed), f"{school}.xlsx", record_conflicts=True)
    all_at_once = {one.id for one in found(ledger, "more-paid-than-enrolled")}
    monkeypatch.setattr("aidledger.audit.enrolled.KEYS_PER_QUERY", 1)
    assert {one.id for one in found(ledger, "more-paid-than-enrolled")} == all_at_once
    assert len(all_at_once) == 2


def test_one_number_under_two_names_is_one_finding(ledger: Ledger) -> None:
    (person,) = rows(3)
    post(ledger, HIGH_SCHOOL, [person])
    post(ledger, SPRING, [person | {"name": "张三丰"}])
    bring_in(ledger, xlsx_bytes(register_grid(5)), record_conflicts=True)
    (finding,) = found(ledger, "name-id-mismatch")
    assert [row.name for row in finding.evidence] == [person["name"], "张三丰", person["name"]]
    assert [row.entry is None for row in finding.evidence] == [False, False, True]


def test_high_school_and_vocational_school_at_once(ledger: Ledger) -> None:
    post(ledger, HIGH_SCHOOL, rows(0, 1))
    post(ledger, HIGH_SCHOOL.replace("国家助学金", "免学费"), rows(0, 1), 460)
    post(ledger, VOCATIONAL, rows(1, 2))
    (finding,) = found(ledger, "exclusive-programs")
    assert (finding.persons, finding.amount_fen, len(finding.evidence)) == (1, 100_000, 3)
    assert found(ledger, "paid-in-two-stages") == []


def test_primary_school_and_high_school_at_once(ledger: Ledger) -> None:
    post(ledger, HIGH_SCHOOL, rows(0))
    post(ledger, COMPULSORY, rows(0, 1, boarding="寄宿"), 500)
    (finding,) = found(ledger, "paid-in-two-stages")
    assert (finding.amount_fen, len(finding.evidence)) == (50_000, 2)
    assert found(ledger, "exclusive-programs") == []


def test_boarder_and_day_pupil_at_once(ledger: Ledger) -> None:
    post(ledger, COMPULSORY, rows(0, 1, boarding="寄宿"), 500)
    post(ledger, COMPULSORY.replace("青溪", "东溪"), rows(1, boarding="走读"), 250)
    (finding,) = found(ledger, "boarder-and-day")
    assert (finding.amount_fen, len(finding.evidence)) == (25_000, 2)


def _number(first_17: str) -> str:
    return first_17 + check_digit(first_17)


def test_one_person_under_two_numbers(ledger: Ledger) -> None:
    (person,) = people(1)
    first = person.number[:17]
    typo = _number(first[:5] + ("1" if first[5] != "1" else "2") + first[6:])
    swapped = _number(first[:3] + "03" + first[5:]) if first[3:5] == "30" else _number(first)
    other = rows(10)[0]
    post(ledger, HIGH_SCHOOL, [*rows(0, 1), other])
    post(ledger, SPRING, [{"name": person.name, "number": typo}])
    (finding,) = found(ledger, "likely-same-person")
    assert finding.persons == 2
    assert finding.facts["signs"] == ("ID numbers one typing error apart", "the same name and birth date")
    assert finding.facts["score"] == 92
    assert person.number not in str(finding.facts)
    assert typing_error_apart(person.number, typo)
    assert swapped == person.number or typing_error_apart(person.number, swapped)


def test_homophones_of_one_birth_date_at_one_school(ledger: Ledger) -> None:
    assert sounds_alike("张晓明", "章小鸣")
    assert not sounds_alike("张晓明", "张晓梅")
    one, other = people(2)
    same_day = _number(one.number[:14] + "123")
    post(ledger, HIGH_SCHOOL, [{"name": "张晓明", "number": one.number}, {"name": other.name, "number": other.number}])
    post(ledger, SPRING, [{"name": "章小鸣", "number": same_day}])
    (finding,) = found(ledger, "likely-same-person")
    assert finding.facts["signs"] == ("names that sound alike, the same birth date, the same school",)


def test_twins_with_names_of_their_own_are_two(ledger: Ledger) -> None:
    one = people(1)[0]
    twin = _number(one.number[:14] + "321")
    post(ledger, HIGH_SCHOOL, [{"name": "李大明", "number": one.number}, {"name": "李小红", "number": twin}])
    assert found(ledger, "likely-same-person") == []


def test_the_same_student_number_is_a_strong_sign(ledger: Ledger) -> None:
    one, other = rows(0, 40)
    number = f"G{one['number']}"
    post(ledger, HIGH_SCHOOL, [one | {"student": number}])
    post(ledger, SPRING, [other | {"student": number}])
    (finding,) = found(ledger, "likely-same-person")
    assert (finding.facts["signs"], finding.facts["score"]) == (("the same student number (学籍号)",), 90)


def _corrected(ledger: Ledger, *, paid_again: bool) -> None:
    """A pupil whose number a new version of the roster corrected; paid again by another school, under the old one."""
    right, other = rows(0, 1)
    first_17 = right["number"][:16] + str((int(right["number"][16]) + 2) % 10)
    wrong = right | {"number": _number(first_17)}
    post(ledger, HIGH_SCHOOL, [wrong, other])
    content = xlsx_bytes(grid(HIGH_SCHOOL, [right, other]))
    assert bring_in(ledger, content, "corrected.xlsx", supersedes=1).outcome == "posted"
    if paid_again:
        post(ledger, HIGH_SCHOOL.replace("金溪", "东山"), [wrong])


def test_a_corrected_number_is_no_second_payment(ledger: Ledger) -> None:
    _corrected(ledger, paid_again=False)
    assert found(ledger, "duplicate-disbursement") == []


def test_under_the_old_and_the_corrected_number_a_pupil_is_paid_twice(ledger: Ledger) -> None:
    _corrected(ledger, paid_again=True)
    (finding,) = found(ledger, "duplicate-disbursement")
    assert (finding.amount_fen, len(finding.evidence)) == (100_000, 2)


def test_another_name_than_an_earlier_file_says_is_a_contradiction(ledger: Ledger) -> None:
    one, other = rows(0, 1)
    post(ledger, HIGH_SCHOOL, [one, other])
    result = bring_in(ledger, xlsx_bytes(grid(SPRING, [one | {"name": "欧阳若溪"}, other])), "spring.xlsx")
    assert [problem.code for problem in result.problems] == ["name-id-mismatch"]
