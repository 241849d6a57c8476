"""Money goes out once, and what is owed is known: the account of a claim, step by step through the command line."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from tests.builders import people, xlsx_bytes
from tests.operations.offices import (
    ELSEWHERE,
    FAILED,
    HEADER,
    PAID,
    SENT_BACK,
    TITLE,
    Office,
    card,
    codes,
    money,
    row,
)
from tests.store.ledgers import bring_in, opened, tamper

EXPORT = ("--period", "2021-autumn", "--reason", "term payment", "-o")
SETTLED = ("1000.00", "1000.00", "0.00", "0.00", "0.00")
DUE = ("1000.00", "0.00", "0.00", "1000.00", "0.00")


STRANGER = (
    "INSERT INTO entry SELECT -1, batch_id, roster_id, row, program_id, period, 2, school_id, 7, amount_fen,"
    " name_stated, '6217009999999999999', level, boarding, grade, class_name, tier, category, entry_year,"
    " reversal_of, digest, guardian, part, student_number, major FROM entry WHERE id = 1"
)


def name(at: int) -> str:
    return people(1, first=at)[0].name


@pytest.fixture
def office(tmp_path: Path) -> Office:
    return Office(tmp_path)


def _corrected() -> list[list[Any]]:
    """Nine pupils, of whom a class, a card, a number, an amount, a name and a category are corrected."""
    other = people(1, first=20)[0]
    return [
        row(0, 班级="高一2班"),
        row(1, 银行卡号=card(77)),
        row(2, 身份证号=other.number),
        row(3, 1500),
        row(4, 姓名=name(4) + "一"),
        row(5, 困难类型="低保"),
        *(row(at) for at in range(6, 9)),
    ]


def test_a_corrected_roster_of_what_was_paid_makes_only_the_difference_due(office: Office) -> None:
    office.roster(row(at) for at in range(9))
    office.paid_out("bank")
    office.roster(_corrected(), supersedes=1)
    assert office.total() == ("9500.00", "9000.00", "0.00", "500.00", "0.00")
    second = office.export("second").json
    assert (second["lines"], second["amount"]) == (1, "500.00")
    assert [line[1] for line in office.lines("second")] == [name(3)]
    assert office.run("verify").exit_code == 0


def test_a_difference_of_one_fen_is_due(office: Office) -> None:
    office.roster([row(0)])
    office.paid_out("bank")
    office.roster([row(0, 1000.01)], supersedes=1)
    assert office.export("second").json["amount"] == "0.01"


def test_a_difference_of_one_fen_follows_its_pupil_to_another_school(office: Office) -> None:
    office.roster([row(0, 1000.01)])
    office.paid_out("bank")
    office.roster([row(0)], supersedes=1)
    office.roster([row(0, 0.01)], record_conflicts=True, title=ELSEWHERE)
    assert office.dues() == {name(0): ("1000.01", "1000.01", "0.00", "0.00", "0.00")}


def test_the_same_after_the_roster_was_reversed_and_imported_anew(office: Office) -> None:
    office.roster(row(at) for at in range(9))
    office.paid_out("bank")
    office.run("reverse", "1", "--reason", "the school sent another one")
    assert office.total() == ("0.00", "9000.00", "0.00", "0.00", "9000.00")
    office.roster(_corrected())
    assert office.total() == ("9500.00", "9000.00", "0.00", "500.00", "0.00")


def test_who_left_another_schools_roster_is_not_the_pupil_of_the_same_name_here(office: Office) -> None:
    """The one roster was taken back; the other one is no version of it, whoever stands in it."""
    office.roster([row(0)])
    office.roster([row(1)], title=ELSEWHERE)
    for batch in ("1", "2"):
        office.run("reverse", batch, "--reason", "sent in error")
    other = people(1, first=20)[0].number
    here = office.bring_in([[ELSEWHERE], HEADER, row(0, 身份证号=other)])
    assert (here.outcome, here.notes) == ("posted", [])
    assert office.json("person", other)["persons"][0]["also"] == []


def test_a_person_under_a_corrected_number_is_shown_with_both(office: Office) -> None:
    office.roster([row(0), row(1)])
    office.paid_out("bank")
    other = people(1, first=20)[0].number
    result = office.bring_in([[TITLE], HEADER, row(0, 身份证号=other), row(1)], supersedes=1)
    assert [note.code for note in result.notes] == ["corrected-numbers"]
    (person,) = office.json("person", other)["persons"]
    assert len(person["also"]) == 1
    assert {entry["number"] for entry in person["entries"]} == {*person["also"], person["number"]}
    assert [one["due"] for one in person["claims"]] == ["0.00"]
    assert office.json("person", people(1)[0].number)["persons"][0]["claims"] == person["claims"]


def test_namesakes_are_not_taken_for_one_person(office: Office) -> None:
    """Two of one name leave, two of it come, and nothing tells who is who: nobody's payment is made another's."""
    numbers = [one.number for one in people(4, first=30)]
    nameless: dict[str, Any] = {"姓名": "王明", "班级": "高一1班"}
    office.roster(row(at, 身份证号=numbers[at], 银行卡号=card(at), **nameless) for at in (0, 1))
    office.paid_out("bank")
    office.roster((row(at, 身份证号=numbers[at], 银行卡号=card(at), **nameless) for at in (2, 3)), supersedes=1)
    assert office.total() == ("2000.00", "2000.00", "0.00", "2000.00", "2000.00")
    assert len(office.findings("to-be-recovered")) == 2


# Numbers that differ from the first pupil's in two digits, and in three.
NEAR, FAR = people(1, first=1)[0].number, people(1, first=26)[0].number
ELSEWHERE_TOO: dict[str, Any] = {"银行卡号": card(77), "班级": "高一9班"}


@pytest.mark.parametrize(
    ("before", "after", "same"),
    [
        ({}, {"身份证号": FAR, "班级": "高一9班"}, True),
        ({}, {"身份证号": FAR, "银行卡号": card(77)}, True),
        ({}, {"身份证号": FAR, **ELSEWHERE_TOO}, False),
        ({}, {"身份证号": NEAR, **ELSEWHERE_TOO}, True),
        ({}, {"身份证号": FAR, "银行卡号": None, "班级": None}, True),
        ({}, {"身份证号": FAR, "银行卡号": card(77), "班级": None}, False),
        ({"银行卡号": None}, {"身份证号": FAR, "银行卡号": None, "班级": "高一9班"}, False),
        ({}, {"身份证号": NEAR, "姓名": "欧阳晓", "班级": "高一9班"}, True),
        ({}, {"身份证号": FAR, "姓名": "欧阳晓", "班级": "高一9班"}, False),
    ],
    ids=[
        *("name and card", "name and class", "name alone", "name and two digits", "name and nothing against it"),
        *("name and another card", "name and no card", "card and two digits", "card alone"),
    ],
)
def test_a_corrected_number_is_known_by_what_stayed(
    office: Office, before: dict[str, Any], after: dict[str, Any], *, same: bool
) -> None:
    header: list[Any] = [[TITLE], [*HEADER, "年级"]]
    first, second = ([*header, [*row(0, **one), "高一"], [*row(5), "高一"]] for one in (before, after))
    assert office.bring_in(first).outcome == "posted"
    result = office.bring_in(second, supersedes=1)
    assert result.outcome == "posted"
    assert [note.code for note in result.notes] == ["corrected-numbers"] * same


def test_a_class_that_names_its_grade_is_enough_beside_the_name(office: Office) -> None:
    """Number and card are both corrected: without a column of the grade, too, nothing is due once more."""
    office.roster([row(0), row(5)])
    office.paid_out("bank")
    office.roster([row(0, 身份证号=FAR, 银行卡号=card(77)), row(5)], supersedes=1)
    assert office.total()[3:] == ("0.00", "0.00")


def test_another_pupil_of_the_same_name_is_no_correction(office: Office) -> None:
    office.roster([row(0, 姓名="王明")])
    office.paid_out("bank")
    other = people(1, first=999)[0].number
    office.roster([row(7, 姓名="王明", 身份证号=other, 班级="高一9班")], supersedes=1)
    assert office.total()[3:] == ("1000.00", "1000.00")


def test_a_number_that_was_corrected_and_corrected_back_is_one_person(office: Office) -> None:
    other = people(1, first=20)[0].number
    office.roster([row(0), row(1)])
    office.roster([row(0, 身份证号=other), row(1)], supersedes=1)
    office.roster([row(0), row(1)], supersedes=2)
    assert office.total() == ("2000.00", "0.00", "0.00", "2000.00", "0.00")


def _with_a_corrected_number(office: Office) -> str:
    """A roster whose first pupil's number is corrected; the number that he was first recorded under."""
    office.roster([row(0), row(1)])
    office.roster([row(0, 身份证号=people(1, first=20)[0].number), row(1)], supersedes=1)
    return people(1)[0].number


def test_somebody_listed_under_the_number_that_was_corrected_is_paid_twice(office: Office) -> None:
    first = _with_a_corrected_number(office)
    again = [[ELSEWHERE], HEADER, row(0, 身份证号=first), row(3)]
    result = office.bring_in(again)
    assert (result.outcome, codes(result)) == ("rejected", [("duplicate-in-ledger", 3)])
    assert result.problems[0].facts["batch"] == 2
    assert office.bring_in(again, record_conflicts=True).outcome == "posted"
    (found,) = office.findings("duplicate-disbursement")
    assert (found["amount"], len(found["evidence"])) == ("1000.00", 2)


def test_a_roster_that_lists_somebody_under_both_numbers_pays_him_twice(office: Office) -> None:
    first = _with_a_corrected_number(office)
    both = [row(0, 身份证号=people(1, first=20)[0].number, 班级="高一2班"), row(0, 身份证号=first)]
    result = office.bring_in([[TITLE], HEADER, *both], supersedes=2)
    assert (result.outcome, codes(result)) == ("rejected", [("duplicate-in-file", 4)])


def test_a_copy_of_any_roster_that_is_in_force_is_unchanged(office: Office) -> None:
    """Also where two rosters of the same pupils were both recorded, and it is the second one that comes again."""
    other = [row(0, 班级="高一2班"), row(1)]
    office.roster([row(0), row(1)])
    second = office.roster(other, record_conflicts=True)
    copy = [[TITLE], [*HEADER, "备注"], *([*cells, "又一份"] for cells in other)]
    result = office.bring_in(copy, record_conflicts=True)
    assert (result.outcome, result.batch) == ("unchanged", second)
    assert office.total()[0] == "4000.00"


def test_a_return_may_name_a_payee_as_before_and_after_a_correction(office: Office) -> None:
    office.roster([row(0, 姓名="王雨同")])
    office.paid_out("bank", FAILED)
    office.roster([row(0)], supersedes=1)
    office.export("second")
    assert office.release(2, "second").exit_code == 0
    header: list[Any] = ["流水号", "户名", "证件号码", "收款账号", "金额", "处理结果", "入账日期"]
    lines: list[Any] = [[*office.lines("bank")[0][:4], 1000, *FAILED], [*office.lines("second")[0][:4], 1000, *PAID]]
    result = office.bring_in([["代发业务回盘清单"], header, *lines])
    assert (result.outcome, result.problems) == ("posted", [])
    assert office.total() == SETTLED


def test_who_was_struck_off_or_lowered_after_payment_is_to_be_claimed_back(office: Office) -> None:
    office.roster([row(0), row(1, 1500), row(2)])
    office.paid_out("bank")
    office.roster([row(0), row(1, 1000)], supersedes=1)
    assert office.dues() == {
        name(0): SETTLED,
        name(1): ("1000.00", "1500.00", "0.00", "0.00", "500.00"),
        name(2): ("0.00", "1000.00", "0.00", "0.00", "1000.00"),
    }
    found = office.findings("to-be-recovered")
    assert sorted(one["amount"] for one in found) == ["1000.00", "500.00"]
    assert all(one["evidence"] for one in found)
    assert office.export("more").json["order"] is None


def test_a_payment_follows_its_pupil_to_another_school(office: Office) -> None:
    office.roster([row(0), row(1)])
    office.paid_out("bank")
    office.roster([row(0)], supersedes=1)
    office.roster([row(1)], title=ELSEWHERE)
    assert office.dues() == {name(0): SETTLED, name(1): SETTLED}
    by_school = {one["school"]: one["paid"] for one in office.json("pay", "due", "--by", "school")["rows"]}
    assert by_school == {"金溪中学": "1000.00", "河西中学": "1000.00"}
    assert office.export("more").json["order"] is None
    assert office.run("reconcile", "--check", "payment").exit_code == 0


def test_what_is_under_way_follows_its_pupil_to_another_school(office: Office) -> None:
    office.roster([row(0), row(1)])
    office.export("bank")
    office.roster([row(0)], supersedes=1)
    office.roster([row(1)], title=ELSEWHERE)
    assert office.total() == ("2000.00", "0.00", "2000.00", "0.00", "0.00")
    assert office.export("more").json["order"] is None


def test_a_payment_recorded_twice_counts_twice_and_is_found(office: Office) -> None:
    office.roster([row(0)])
    office.roster([row(0)], record_conflicts=True, title=ELSEWHERE)
    assert office.dues() == {name(0): ("2000.00", "0.00", "0.00", "2000.00", "0.00")}
    assert len(office.findings("duplicate-disbursement")) == 1


def test_the_sums_are_those_of_the_summary_and_of_the_orders(office: Office) -> None:
    office.roster(row(at) for at in range(3))
    office.roster([row(at) for at in range(3, 5)], title=ELSEWHERE)
    office.export("bank", "--school", "金溪中学")
    summary = office.json("report", "summary")["aid"]["amount"]
    (order,) = office.json("pay", "orders")["orders"]
    assert office.total() == (summary, "0.00", order["amount"], "2000.00", "0.00") == (
        "5000.00", "0.00", "3000.00", "2000.00", "0.00",
    )  # fmt: skip
    for cut in ("program", "period", "school", "person", "program,school"):
        rows = office.json("pay", "due", "--by", cut, "--all")["rows"]
        assert sum(float(one["claimed"]) for one in rows) == 5000


def test_what_is_set_off_or_lent_needs_no_bank(office: Office) -> None:
    waived = TITLE.replace("国家助学金", "免学费")
    assert office.bring_in([[waived], ["姓名", "身份证号", "减免金额"], [name(0), people(1)[0].number, 460]]).batch
    assert office.total() == ("460.00", "460.00", "0.00", "0.00", "0.00")
    assert office.export("bank").json["order"] is None


# --- orders ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "then",
    [
        [row(0), row(1)],  # struck off
        [row(0), row(1), row(2, 银行卡号=card(9))],
        [row(0), row(1), row(2, 500)],
        [row(0), row(1), row(2, 姓名="李四")],
        [row(0), row(1), row(2, 班级="高一2班")],
    ],
    ids=["struck off", "card", "amount", "name", "class"],
)
def test_an_order_whose_lines_are_no_longer_due_is_not_released(office: Office, then: list[list[Any]]) -> None:
    office.roster([row(0), row(1), row(2)])
    office.export("bank")
    office.roster(then, supersedes=1)
    refused = office.release(1, "bank")
    serial = next(line[0] for line in office.lines("bank") if line[1] == name(2))
    assert (refused.exit_code, serial in refused.stderr) == (3, True)
    assert not any(other in refused.stderr for other in office.serials("bank") if other != serial)
    assert office.run("pay", "withdraw", "1", "--reason", "corrected").exit_code == 0
    assert office.export("again").json["amount"] == f"{sum(one[5] for one in then):.2f}"
    assert office.release(2, "again").exit_code == 0


def test_who_was_paid_meanwhile_is_not_released(office: Office) -> None:
    office.roster([row(0), row(1)])
    office.export("bank")
    serials = office.serials("bank")
    early = office.answer("bank", {serials[0]: [PAID]})
    assert (early.outcome, codes(early)) == ("rejected", [("payment-not-released", 3)])
    assert office.answer("bank", {serials[0]: [PAID]}, record_conflicts=True).outcome == "posted"
    assert office.release(1, "bank").exit_code == 3


def test_an_order_is_released_although_more_is_due_by_now(office: Office) -> None:
    september, october = (TITLE.replace("花名册", f"{month}花名册") for month in ("9月", "10月"))
    office.roster([row(0, 200)], september)
    office.export("bank")
    office.roster([row(0, 200)], october)
    assert office.total() == ("400.00", "0.00", "200.00", "200.00", "0.00")
    assert office.release(1, "bank").exit_code == 0
    assert office.total() == ("400.00", "0.00", "200.00", "200.00", "0.00")


def test_an_order_for_what_a_withdrawn_one_paid_after_all_is_not_released(office: Office) -> None:
    office.roster([row(0), row(1)])
    office.export("bank")
    assert office.run("pay", "withdraw", "1", "--reason", "wrong day").exit_code == 0
    office.export("again")
    (paid,) = [line[0] for line in office.lines("bank") if line[1] == name(0)]
    assert office.answer("bank", {paid: [PAID]}, record_conflicts=True).outcome == "posted"
    assert office.dues()[name(0)] == ("1000.00", "1000.00", "1000.00", "0.00", "1000.00")
    refused = office.release(2, "again")
    serials = {line[1]: line[0] for line in office.lines("again")}
    assert (refused.exit_code, serials[name(0)] in refused.stderr) == (3, True)
    assert serials[name(1)] not in refused.stderr


def test_nobody_is_in_two_live_orders_for_one_claim(office: Office) -> None:
    office.roster([row(0)])
    office.export("bank")
    office.roster([row(0, 1500)], supersedes=1)
    waiting = office.export("more").json
    assert (waiting["order"], [one["amount"] for one in waiting["waiting"]]) == (None, ["500.00"])
    office.run("pay", "withdraw", "1", "--reason", "more is due")
    assert office.export("anew").json["amount"] == "1500.00"


def test_an_order_may_pay_several_programs_or_all_of_a_period(office: Office) -> None:
    vocational = "江北职业中学2021年秋季学期中职国家助学金花名册"
    office.roster([row(0)])
    office.roster([row(1)], title=vocational)
    done = office.export("bank").json
    assert (done["lines"], done["amount"]) == (2, "2000.00")
    assert {line[5] for line in office.lines("bank")} == {"2021年秋季普高国家助学金", "2021年秋季中职国家助学金"}
    assert office.json("pay", "orders")["orders"][0]["program"] is None
    assert "several programs" in office.run("pay", "orders").stdout
    assert office.release(1, "bank").exit_code == 0
    assert office.run("verify").exit_code == 0
    assert office.export("other", "--program", "high-school-grant", "--program", "vocational-grant").exit_code == 0
    assert office.export("unknown", "--program", "high-school-grants").exit_code == 2
    assert office.export("nowhere", "--school", "金西中学").exit_code == 2


def test_serials_are_shown_as_they_stand_in_the_file(office: Office) -> None:
    office.roster([row(0)])
    office.export("bank")
    assert "000001-00001" in office.run("pay", "order", "1").stdout


@pytest.mark.parametrize(
    "tampering",
    [
        "UPDATE entry SET account = '6217009999999999999' WHERE id = 1",
        "UPDATE entry SET amount_fen = 900000 WHERE id = 1",
        STRANGER,
        "DELETE FROM entry WHERE id = 4",
    ],
    ids=["a card", "an amount", "a row more", "a reversal less"],
)
def test_what_was_put_into_the_tables_from_behind_is_never_paid(office: Office, tampering: str) -> None:
    office.roster([row(0), row(1)])
    office.roster([row(0)], title=TITLE.replace("2021年秋季", "2022年春季"))
    office.run("reverse", "2", "--reason", "a mistake")
    tamper(office.ledger, "PRAGMA foreign_keys = OFF", tampering)
    refused = office.export("bank")
    assert (refused.exit_code, "verify" in refused.stderr) == (3, True)
    assert not (office.folder / "bank.csv").exists()
    assert office.json("pay", "orders")["orders"] == []


# --- returns -----------------------------------------------------------------------------------------------------


AGAIN = ("成功", "2021-12-20")
# What a bank says of a payment, and what becomes of the claim.
ANSWERS = (
    ([FAILED, PAID], SETTLED),
    ([PAID, SENT_BACK], DUE),
    ([PAID, ("退票", "2021-12-03")], DUE),
    ([PAID, SENT_BACK, AGAIN], SETTLED),
    ([PAID, AGAIN], SETTLED),
)


@pytest.mark.parametrize("turned", [False, True], ids=["in order", "turned round"])
@pytest.mark.parametrize("files", ["one file", "a file each"])
def test_of_several_answers_the_latest_counts(office: Office, files: str, *, turned: bool) -> None:
    office.roster(row(at) for at in range(len(ANSWERS)))
    office.export("bank")
    office.release(1, "bank")
    serials = {line[1]: line[0] for line in office.lines("bank")}
    told = {serials[name(at)]: said[::-1] if turned else said for at, (said, _) in enumerate(ANSWERS)}
    rounds = [told] if files == "one file" else [{key: said[i : i + 1] for key, said in told.items()} for i in range(3)]
    for said in rounds:
        result = office.answer("bank", said)
        assert (result.outcome, result.problems) == ("posted", [])
    assert office.dues() == {name(at): balance for at, (_, balance) in enumerate(ANSWERS)}
    (twice,) = office.findings("paid-twice-by-bank")
    assert (twice["amount"], [one["name"] for one in twice["evidence"]]) == ("1000.00", [name(4)] * 3)
    returned = office.findings("returned-not-reissued")
    assert {one["evidence"][0]["name"] for one in returned} == {name(1), name(2)}


def test_the_cumulative_return_sent_again_changes_nothing(office: Office) -> None:
    office.roster([row(0), row(1)])
    office.roster([row(0), row(1)], title=TITLE.replace("2021年秋季", "2022年春季"))
    office.paid_out("bank")
    before = office.dues("--period", "2021-autumn"), office.dues("--period", "2022-spring")
    lines = office.lines("bank")
    for with_serials in (True, False):
        header: list[Any] = ["户名", "证件号码", "金额", "处理结果", "入账日期", "备注"]
        grid: list[Any] = [["代发业务回盘清单"], [*(["流水号"] if with_serials else []), *header]]
        for line in lines:
            serial = [line[0]] if with_serials else []
            grid.append([*serial, line[1], line[2], float(line[4]), *PAID, "again"])
        result = office.bring_in(grid)
        assert (result.outcome, result.problems) == ("posted", [])
    assert (office.dues("--period", "2021-autumn"), office.dues("--period", "2022-spring")) == before
    assert office.findings("paid-twice-by-bank") == []


def test_a_refusal_from_before_an_order_that_is_sent_again_does_not_answer_the_order(office: Office) -> None:
    """The order would be due once more while the bank is paying it."""
    office.roster([row(0)])
    header: list[Any] = ["户名", "证件号码", "金额", "处理结果", "入账日期", "备注"]
    for again in (False, True):
        line: list[Any] = [name(0), people(1)[0].number, 1000.0, *FAILED, "again" if again else None]
        result = office.bring_in([["代发业务回盘清单"], header, line])
        assert (result.outcome, result.problems) == ("posted", [])
        if not again:
            office.export("bank")
            office.release(1, "bank")
    assert office.total() == ("1000.00", "0.00", "1000.00", "0.00", "0.00")


def test_a_line_with_our_serial_answers_that_payment_or_is_a_problem(office: Office) -> None:
    office.roster([row(0), row(1)])
    office.export("bank")
    office.release(1, "bank")
    first, second = office.lines("bank")
    header: list[Any] = ["流水号", "户名", "证件号码", "收款账号", "金额", "处理结果", "入账日期"]

    def said(line: list[Any]) -> list[tuple[str, int | None]]:
        return codes(office.bring_in([["代发业务回盘清单"], header, [*line, *PAID]]))

    assert said([first[0], second[1], second[2], None, 1000]) == [("payment-other-payee", 3)]
    assert said([first[0], first[1], None, second[3], 1000]) == [("payment-other-payee", 3)]
    assert said([first[0], first[1], None, None, 900]) == [("payment-differs", 3)]
    assert said(["000009-00001", first[1], first[2], first[3], 1000]) == [("payment-unmatched", 3)]
    assert said([first[0], first[1], None, f"{first[3][:6]}****{first[3][-4:]}", 1000]) == []
    assert said([second[0], second[1], None, None, 1000]) == []
    assert office.total() == ("2000.00", "2000.00", "0.00", "0.00", "0.00")


def test_without_a_serial_an_open_order_comes_before_what_is_only_on_paper(office: Office) -> None:
    office.roster([row(0)], title=TITLE.replace("2021年秋季", "2022年春季"))
    office.roster([row(0)])
    office.export("bank")
    office.release(1, "bank")
    grid: list[Any] = [
        ["代发业务回盘清单"],
        ["户名", "收款账号", "金额", "处理结果", "入账日期"],
        [name(0), card(0), 1000, *PAID],
    ]
    result = office.bring_in(grid)
    assert (result.outcome, result.problems) == ("posted", [])
    assert office.dues("--period", "2021-autumn") == {name(0): SETTLED}
    assert office.dues("--period", "2022-spring") == {name(0): DUE}


@pytest.mark.parametrize("where", ["title", "column"])
def test_the_school_that_a_return_names_decides(office: Office, where: str) -> None:
    office.roster([row(0)])
    office.roster([row(0)], record_conflicts=True, title=ELSEWHERE)
    school = ["学校"] if where == "column" else []
    title = "河西中学代发业务回盘清单" if where == "title" else "代发业务回盘清单"
    line: list[Any] = [name(0), people(1)[0].number, 1000, *PAID, *(["河西中学"] if where == "column" else [])]
    result = office.bring_in([[title], ["户名", "身份证号", "金额", "处理结果", "入账日期", *school], line])
    assert (result.outcome, result.problems) == ("posted", [])
    by_school = {one["school"]: one["paid"] for one in office.json("pay", "due", "--by", "school")["rows"]}
    assert by_school == {"金溪中学": "0.00", "河西中学": "1000.00"}
    (line_,) = office.json("reconcile", "--check", "payment")["lines"]
    assert (line_["school"], line_["ok"]) == ("河西中学", True)


def test_what_one_of_two_schools_has_not_paid_yet_is_ordered(office: Office) -> None:
    office.roster([row(0)])
    office.roster([row(0)], record_conflicts=True, title=ELSEWHERE)
    line: list[Any] = [name(0), people(1)[0].number, 1000, *PAID]
    returned: list[Any] = [["河西中学代发业务回盘清单"], ["户名", "身份证号", "金额", "处理结果", "入账日期"], line]
    assert office.bring_in(returned).outcome == "posted"
    done = office.export("bank").json
    assert (done["lines"], done["amount"]) == (1, "1000.00")
    (shown,) = office.json("pay", "order", "1")["payments"]
    assert shown["school"] == "金溪中学"


def test_a_return_of_two_schools_payments_that_names_none_asks_which(office: Office) -> None:
    office.roster([row(0)])
    office.roster([row(0)], record_conflicts=True, title=ELSEWHERE)
    line: list[Any] = [name(0), people(1)[0].number, 1000, *PAID]
    result = office.bring_in([["代发业务回盘清单"], ["户名", "身份证号", "金额", "处理结果", "入账日期"], line])
    assert codes(result) == [("payment-ambiguous", 3)]


def test_a_return_without_serials_of_an_order_that_was_not_released_says_so(office: Office) -> None:
    office.roster([row(0)])
    office.export("bank")
    header: list[Any] = ["户名", "收款账号", "金额", "处理结果", "入账日期"]

    def said(amount: int) -> list[tuple[str, int | None]]:
        return codes(office.bring_in([["代发业务回盘清单"], header, [name(0), card(0), amount, *PAID]]))

    assert said(1000) == [("payment-not-released", 3)]
    assert said(900) == [("payment-unmatched", 3)]


def test_a_line_of_nobody_that_was_kept_nevertheless_is_shown_with_the_orders(office: Office) -> None:
    office.roster([row(0)])
    office.paid_out("bank")
    assert office.json("pay", "order", "1")["unmatched"] == []
    line: list[Any] = [name(5), people(1, first=5)[0].number, 1000, *PAID]
    grid = [["代发业务回盘清单"], ["户名", "身份证号", "金额", "处理结果", "入账日期"], line]
    assert office.bring_in(grid, record_conflicts=True).outcome == "posted"
    (shown,) = office.json("pay", "order", "1")["unmatched"]
    assert (shown["row"], shown["name"], shown["amount"]) == (3, name(5), "1000.00")


def test_a_return_before_its_roster_is_refused_and_works_after_it(office: Office) -> None:
    grid: list[Any] = [["代发业务回盘清单"], ["户名", "身份证号", "金额", "处理结果", "入账日期"]]
    grid.append([name(0), people(1)[0].number, 1000, *PAID])
    early = office.bring_in(grid)
    assert (early.outcome, codes(early)) == ("rejected", [("payment-unmatched", 3)])
    office.roster([row(0)])
    assert office.bring_in(grid).outcome == "posted"
    assert office.dues() == {name(0): SETTLED}


# --- recoveries --------------------------------------------------------------------------------------------------

RECOVERY: list[Any] = ["金溪中学2021年秋季学期普通高中国家助学金退款名单"]
RECOVERED: list[Any] = ["姓名", "身份证号", "退款金额", "退款日期", "凭证号", "退款原因"]


def recovered(at: int, amount: float) -> list[Any]:
    one = people(1, first=at)[0]
    return [one.name, one.number, amount, "2022-03-01", "缴款书0012", "已退学"]


def test_what_came_back_closes_the_finding(office: Office) -> None:
    office.roster([row(0), row(1)])
    office.paid_out("bank")
    office.roster([row(0)], supersedes=1)
    assert len(office.findings("to-be-recovered")) == 1
    part = office.bring_in([RECOVERY, RECOVERED, recovered(1, 400)])
    assert (part.outcome, part.kind) == ("posted", "recovery")
    assert office.dues()[name(1)] == ("0.00", "600.00", "0.00", "0.00", "600.00")
    rest = recovered(1, 600)
    rest[3] = "2022-04-01"
    assert office.bring_in([RECOVERY, RECOVERED, rest]).outcome == "posted"
    assert office.dues() == {name(0): SETTLED}
    assert office.findings("to-be-recovered") == []
    assert office.run("verify").exit_code == 0


@pytest.mark.parametrize("school", ["河西中学", ""])
def test_what_another_schools_list_or_nobodys_says_came_back_counts_for_the_claim(office: Office, school: str) -> None:
    office.roster([row(0), row(1)])
    office.paid_out("bank")
    office.roster([row(0)], supersedes=1)
    title = RECOVERY[0].replace("金溪中学", school)
    assert office.bring_in([[title], RECOVERED, recovered(1, 400)]).outcome == "posted"
    assert office.dues() == {name(0): SETTLED, name(1): ("0.00", "600.00", "0.00", "0.00", "600.00")}


def test_more_than_is_to_be_claimed_back_is_a_problem(office: Office) -> None:
    office.roster([row(0), row(1)])
    office.paid_out("bank")
    office.roster([row(0)], supersedes=1)
    assert codes(office.bring_in([RECOVERY, RECOVERED, recovered(1, 1200)])) == [("recovery-exceeds", 3)]
    assert codes(office.bring_in([RECOVERY, RECOVERED, recovered(0, 100)])) == [("recovery-exceeds", 3)]
    assert codes(office.bring_in([RECOVERY, RECOVERED, recovered(5, 100)])) == [("recovery-unmatched", 3)]
    later = recovered(1, 600)
    later[3] = "2022-04-01"
    together = [("recovery-exceeds", 3), ("recovery-exceeds", 4)]
    assert codes(office.bring_in([RECOVERY, RECOVERED, recovered(1, 600), later])) == together


def test_a_folder_is_imported_whatever_the_order_of_its_names(office: Office, tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    line: list[Any] = [name(0), people(1)[0].number, 1000, *PAID]
    returned: list[Any] = [["代发业务回盘清单"], ["户名", "身份证号", "金额", "处理结果", "入账日期"], line]
    (folder / "a.xlsx").write_bytes(xlsx_bytes(returned))
    (folder / "b.xlsx").write_bytes(xlsx_bytes([[TITLE], ["姓名", "身份证号", "资助金额"], [*line[:2], 1000]]))
    files = office.json("import", folder)["files"]
    assert [(Path(one["path"]).name, one["outcome"]) for one in files] == [("a.xlsx", "posted"), ("b.xlsx", "posted")]
    assert office.dues() == {name(0): SETTLED}


def test_of_two_months_the_one_that_the_bank_refused_is_ordered_again(office: Office) -> None:
    """Also where it is the earlier of the two, and each goes to a card of its own."""
    for month, at in (("9月", 1), ("10月", 2)):
        office.roster([row(0, 200, 银行卡号=card(at))], TITLE.replace("花名册", f"{month}花名册"))
    office.export("both")
    assert office.release(1, "both").exit_code == 0
    by_card = {line[3]: line[0] for line in office.lines("both")}
    assert len(by_card) == 2
    office.answer("both", {by_card[card(1)]: [FAILED], by_card[card(2)]: [PAID]})
    assert office.total() == ("400.00", "200.00", "0.00", "200.00", "0.00")
    office.export("again")
    assert [line[3] for line in office.lines("again")] == [card(1)]


def test_a_return_that_names_a_payee_as_the_roster_does_and_by_no_number_is_understood(office: Office) -> None:
    """The name that was first recorded is another one."""
    office.roster([row(0, 姓名="王雨同")])
    office.roster([row(0)], supersedes=1)
    office.export("bank")
    assert office.release(1, "bank").exit_code == 0
    header: list[Any] = ["户名", "收款账号", "金额", "处理结果", "入账日期"]
    result = office.bring_in([["代发业务回盘清单"], header, [name(0), card(0), 1000, *PAID]])
    assert (result.outcome, result.problems) == ("posted", [])
    assert office.total() == SETTLED


def test_a_number_is_corrected_also_of_somebody_who_is_still_paid_under_another_program(office: Office) -> None:
    """The roster of the grant is reversed and imported anew; that of the waiver stands, with the number as it was."""
    waiver = TITLE.replace("国家助学金", "免学费")
    office.roster([row(0, 400), row(1, 400)], waiver)
    grant = office.roster([row(0), row(1)])
    office.run("pay", "export", "--program", "high-school-grant", *EXPORT, office.folder / "bank")
    assert office.release(1, "bank").exit_code == 0
    office.answer("bank", {serial: [PAID] for serial in office.serials("bank")})
    office.run("reverse", str(grant), "--reason", "the school sent another one")
    office.roster([row(0, 身份证号=people(1, first=20)[0].number), row(1)])
    due = office.json("pay", "due", "--by", "program", "--all")["rows"]
    assert {one["program"]: money(one)[3:] for one in due}["high-school-grant"] == ("0.00", "0.00")


def test_a_return_that_names_a_term_is_of_the_school_year_of_a_yearly_program(office: Office) -> None:
    headers: list[Any] = ["姓名", "身份证号", "学校", "银行卡号", "资助金额"]
    title = "2021年家庭经济困难大学生资助花名册"
    rows: list[list[Any]] = [
        [one.name, one.number, "某大学", card(7), 4000] for one in people(1, born=date(2001, 3, 3))
    ]
    assert office.bring_in([[title], headers, *rows], record_conflicts=True).outcome == "posted"
    office.export("bank", "--program", "college-poverty-aid", period="2021")
    assert office.release(1, "bank").exit_code == 0
    header: list[Any] = ["户名", "收款账号", "金额", "处理结果", "入账日期"]
    line: list[Any] = [rows[0][0], card(7), 4000, *PAID]
    assert codes(office.bring_in([["2022年秋季学期代发业务回盘清单"], header, line])) == [("payment-unmatched", 3)]
    result = office.bring_in([["2021年秋季学期代发业务回盘清单"], header, line])
    assert (result.outcome, result.problems) == ("posted", [])
    assert office.json("pay", "due", "--by", "program", "--all")["rows"][0]["paid"] == "4000.00"


def test_an_import_counts_the_parts_of_a_term_once(office: Office) -> None:
    """On one sheet, and on two: what is said of the file is what the ledger counts."""
    one = [["姓名", "身份证号", "9月", "10月"], [*row(0)[:2], 200, 200]]
    assert office.bring_in([[TITLE], *one]).person_times == 1
    rows = [*row(1)[:-1], 200]
    sheets: dict[str, Any] = {
        month: [[TITLE.replace("花名册", f"{month}花名册")], HEADER, rows] for month in ("9月", "10月")
    }
    ledger = opened(office.ledger)
    try:
        assert bring_in(ledger, xlsx_bytes(sheets)).person_times == 1
    finally:
        ledger.close()
    assert office.json("report", "summary")["aid"]["person_times"] == 2
