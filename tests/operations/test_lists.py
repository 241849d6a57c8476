"""Certifications, registers, allotments, bank returns: recognised as what they are, kept, taken back like rosters."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from aidledger.domain.changes import Changes
from aidledger.domain.listing import ListKind
from aidledger.operations import ledgers
from aidledger.operations.results import FileResult
from aidledger.sheets.recognition.hints import Hints
from aidledger.store.ledger import Ledger
from tests.builders import Grid, codes, csv_bytes, examined, people, roster_grid, roster_xlsx, xls_bytes, xlsx_bytes
from tests.builders.lists import allotment_grid, bank_return_grid, certification_grid, register_grid
from tests.store.ledgers import bring_in, catalogue, new_ledger, plain, tamper

LISTS: dict[ListKind, Callable[[], Grid]] = {
    "certification": certification_grid,
    "register": register_grid,
    "allotment": allotment_grid,
    "bank-return": bank_return_grid,
}
TABLES = {
    "certification": "certification",
    "register": "enrolment",
    "allotment": "allotment",
    "bank-return": "bank_return",
}


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    return new_ledger(tmp_path)


def _rows(ledger: Ledger, sql: str) -> list[tuple[Any, ...]]:
    with plain(ledger.place) as books:
        return [tuple(row) for row in books.exec_driver_sql(sql)]


def _found(result: FileResult) -> list[tuple[str, int | None]]:
    return [(problem.code, problem.place.row) for problem in result.problems]


@pytest.mark.parametrize("kind", LISTS)
def test_a_list_is_known_for_what_it_is(ledger: Ledger, kind: ListKind) -> None:
    bring_in(ledger, roster_xlsx(3))
    result = bring_in(ledger, xlsx_bytes(LISTS[kind]()))
    assert (result.outcome, result.kind, result.problems, result.rosters) == ("posted", kind, [], [])
    (one,) = result.lists
    assert (one.kind, one.records) == (kind, 5 if kind == "allotment" else 3)
    assert len(_rows(ledger, f"SELECT * FROM {TABLES[kind]}")) == one.records  # noqa: S608
    assert ledgers.verify(ledger).faults == []


def test_a_certification_says_how_hard_and_why(ledger: Ledger) -> None:
    bring_in(ledger, xlsx_bytes(certification_grid(1)))
    rows = _rows(ledger, "SELECT period, level, categories, category_stated, grade, class_name FROM certification")
    assert rows == [("2021", "difficult", "poverty-household disabled", "建档立卡脱贫户", "高一", "1班")]


def test_a_spring_list_is_of_the_school_year_that_began_the_autumn_before(ledger: Ledger) -> None:
    bring_in(ledger, xlsx_bytes(certification_grid(1, title="金溪中学2022年春季学期家庭经济困难学生认定名册")))
    assert _rows(ledger, "SELECT period FROM certification") == [("2021",)]


def test_a_register_says_who_has_left_and_when(ledger: Ledger) -> None:
    bring_in(ledger, xlsx_bytes(register_grid(2, left=[1])))
    rows = _rows(ledger, "SELECT period, status, left_on, boarding, entry_year, level FROM enrolment ORDER BY id")
    assert rows == [
        ("2021-autumn", "enrolled", None, "boarder", 2021, "senior"),
        ("2021-autumn", "transferred", "2021-10-08", "boarder", 2021, "senior"),
    ]


def test_an_allotment_is_kept_by_document_program_and_source(ledger: Ledger) -> None:
    result = bring_in(ledger, xlsx_bytes(allotment_grid()))
    rows = _rows(
        ledger,
        "SELECT document, issued_on, program.code, period, source, amount_fen, row FROM allotment "
        "JOIN program ON program.id = program_id ORDER BY allotment.id",
    )
    grant = ("川财教〔2021〕45号", "2021-09-30", "high-school-grant", "2021-autumn")
    vocational = ("川财教〔2021〕46号", "2021-10-08", "vocational-grant", "2021-autumn")
    assert rows == [
        (*grant, "central", 600_000, 4),
        (*grant, "provincial", 250_000, 4),
        (*grant, "county", 150_000, 4),
        (*vocational, "central", 500_000, 5),
        (*vocational, "county", 50_000, 5),
    ]
    assert result.lists[0].amount_fen == 1_550_000


def test_an_allotment_whose_parts_are_not_its_whole_is_refused(ledger: Ledger) -> None:
    grid = allotment_grid()
    grid[3][7] = 9000
    assert _found(bring_in(ledger, xlsx_bytes(grid))) == [("declared-total-mismatch", 4)]


def test_an_allotment_by_lines_of_one_source_each() -> None:
    grid: Grid = [
        ["关于下达2021年秋季学期普通高中国家助学金的通知(川财教〔2021〕45号)"],
        ["资金来源", "下达金额(万元)"],
        ["中央财政", 12.5],
        ["省级财政", "3.25"],
    ]
    file = examined(grid)
    (listing,) = file.listings
    assert (codes(file), listing.kind, listing.amount_fen, listing.records) == ([], "allotment", 15_750_000, 2)


def test_returns_find_the_payments_that_they_are_of(ledger: Ledger) -> None:
    bring_in(ledger, roster_xlsx(4))
    result = bring_in(ledger, xlsx_bytes(bank_return_grid(3, failed=[1])))
    assert result.problems == []
    rows = _rows(ledger, "SELECT entry_id, outcome, reason, paid_on, serial_no FROM bank_return ORDER BY id")
    assert rows == [
        (1, "paid", None, "2021-12-03", "S0000"),
        (2, "failed", "户名不符", None, "S0001"),
        (3, "paid", None, "2021-12-03", "S0002"),
    ]


def test_a_payment_that_failed_can_be_paid_later_and_only_once(ledger: Ledger) -> None:
    bring_in(ledger, roster_xlsx(2))
    bring_in(ledger, xlsx_bytes(bank_return_grid(2, failed=[1])))
    later = bank_return_grid(2)
    del later[2]
    result = bring_in(ledger, xlsx_bytes(later))
    assert (result.outcome, result.problems) == ("posted", [])
    assert _rows(ledger, "SELECT entry_id, outcome FROM bank_return ORDER BY id")[-1] == (2, "paid")
    again = bring_in(ledger, csv_bytes([["金溪中学回盘"], *later[1:]]))
    assert (again.outcome, again.problems) == ("posted", [])  # what is known already is no warning


def test_a_return_of_other_money_or_of_nobody_is_said(ledger: Ledger) -> None:
    bring_in(ledger, roster_xlsx(1))
    result = bring_in(ledger, xlsx_bytes(bank_return_grid(2, amount=900)))
    assert (result.outcome, _found(result)) == ("rejected", [("payment-differs", 3), ("payment-unmatched", 4)])


def test_a_return_that_could_be_of_two_terms_asks_which(ledger: Ledger) -> None:
    bring_in(ledger, roster_xlsx(1))
    bring_in(ledger, roster_xlsx(1, title="金溪中学2022年春季学期普通高中国家助学金花名册"))
    content = xlsx_bytes(bank_return_grid(1))
    assert _found(bring_in(ledger, content)) == [("payment-ambiguous", 3)]
    from aidledger.domain.term import Period

    result = bring_in(ledger, content, hints=Hints(period=Period(2022, "spring")))
    assert (result.outcome, _rows(ledger, "SELECT entry_id FROM bank_return")) == ("posted", [(2,)])


def test_what_the_bank_says_must_be_understood() -> None:
    grid = bank_return_grid(2)
    grid[3][5] = "??"
    assert codes(examined(grid)) == ["outcome-unknown"]


def test_a_bank_that_knows_cards_and_names_only(ledger: Ledger) -> None:
    headers = ("序号", "姓名", "身份证号", "银行卡号", "年级", "发放金额")
    bring_in(ledger, xlsx_bytes(roster_grid(2, headers=headers)))
    grid = [[cell for i, cell in enumerate(row) if i != 2] for row in bank_return_grid(2)]
    result = bring_in(ledger, xlsx_bytes(grid))
    assert (result.outcome, result.problems) == ("posted", [])
    assert _rows(ledger, "SELECT entry_id FROM bank_return ORDER BY id") == [(1,), (2,)]


@pytest.mark.parametrize("kind", LISTS)
def test_a_list_that_is_taken_back_no_longer_counts(ledger: Ledger, kind: ListKind) -> None:
    bring_in(ledger, roster_xlsx(3))
    content = xlsx_bytes(LISTS[kind]())
    assert bring_in(ledger, content).batch == 2
    assert bring_in(ledger, content).outcome == "unchanged"
    ledgers.reverse(ledger, catalogue(), 2, "the wrong list")
    assert ledgers.batches(ledger)[1].state == "reversed"
    again = bring_in(ledger, content)
    assert (again.outcome, again.batch, again.problems) == ("posted", 4, [])
    assert ledgers.verify(ledger).faults == []


@pytest.mark.parametrize("kind", ["certification", "register", "allotment"])
def test_the_same_list_in_another_format_is_unchanged(ledger: Ledger, kind: ListKind) -> None:
    bring_in(ledger, xlsx_bytes(LISTS[kind]()))
    again = bring_in(ledger, xls_bytes(LISTS[kind]()))
    assert (again.outcome, again.batch) == ("unchanged", 1)


def test_a_corrected_list_asks_to_supersede_and_does(ledger: Ledger) -> None:
    bring_in(ledger, xlsx_bytes(certification_grid(3)))
    grid = certification_grid(4)
    grid[2][5] = "特别困难"
    del grid[3]
    content = xlsx_bytes(grid)
    refused = bring_in(ledger, content)
    assert {code for code, _ in _found(refused)} == {"duplicate-in-ledger"}
    assert (refused.outcome, refused.supersedes) == ("rejected", 1)
    assert refused.changes == Changes(added=1, removed=1, changed=1, kept=1)
    result = bring_in(ledger, content, supersedes=1)
    assert (result.outcome, result.changes) == ("posted", refused.changes)
    assert [record.state for record in ledgers.batches(ledger)] == ["superseded", "in-force"]
    assert ledgers.verify(ledger).faults == []


def test_an_export_of_the_register_says_who_left_by_what_changed(ledger: Ledger) -> None:
    headers = ("姓名", "性别", "身份证件号", "年级", "班级", "学籍变动情况", "学籍变动日期")
    one, other = people(2)
    rows: Grid = [
        [one.name, f"1-{one.sex}", one.number, "高一", "1班", "转出", "2021-10-08"],
        [other.name, f"2-{other.sex}", other.number, "高一", "1班", None, None],
    ]
    title = "金溪中学2021年秋季学期学生基本信息"
    assert bring_in(ledger, xlsx_bytes([[title], [*headers], *rows])).outcome == "posted"
    said = _rows(ledger, "SELECT status, left_on FROM enrolment ORDER BY id")
    assert said == [("transferred", "2021-10-08"), ("enrolled", None)]


def test_a_name_that_differs_from_the_register_is_a_contradiction(ledger: Ledger) -> None:
    bring_in(ledger, xlsx_bytes(register_grid(3)))
    grid = roster_grid(2)
    grid[2][1] = "王雨彤"
    assert _found(bring_in(ledger, xlsx_bytes(grid))) == [("name-id-mismatch", 3)]


def test_a_name_that_differs_from_the_ledgers_only_entry_is_a_contradiction(ledger: Ledger) -> None:
    """The entry stands under another name than the register; the next roster has the register's again."""
    bring_in(ledger, xlsx_bytes(register_grid(1)))
    grid = roster_grid(1)
    grid[2][1] = "王雨彤"
    assert _found(bring_in(ledger, xlsx_bytes(grid))) == [("name-id-mismatch", 3)]
    assert bring_in(ledger, xlsx_bytes(grid), record_conflicts=True).outcome == "posted"
    spring = roster_xlsx(1, title="金溪中学2022年春季学期普通高中国家助学金花名册")
    assert _found(bring_in(ledger, spring)) == [("name-id-mismatch", 3)]


def test_a_wrong_id_in_a_list_is_found_like_in_a_roster() -> None:
    grid = register_grid(2)
    grid[2][2] = str(grid[2][2])[:-1] + ("0" if not str(grid[2][2]).endswith("0") else "1")
    grid[3][1] = None
    assert codes(examined(grid)) == ["id-checksum", "name-missing"]


def test_a_list_without_its_term_is_refused_and_told_by_hand() -> None:
    grid = register_grid(2, title="金溪中学在校学生花名册")
    assert codes(examined(grid, "花名册.xlsx")) == ["period-unknown"]


def test_a_list_twice_the_same_person(ledger: Ledger) -> None:
    grid = certification_grid(2)
    grid.append(grid[2])
    assert _found(bring_in(ledger, xlsx_bytes(grid))) == [("duplicate-in-file", 5)]


@pytest.mark.parametrize(
    ("kind", "change"),
    [
        ("certification", "UPDATE certification SET level = 'special' WHERE id = 2"),
        ("certification", "DELETE FROM certification WHERE id = 2"),
        ("register", "UPDATE enrolment SET status = 'left' WHERE id = 1"),
        ("allotment", "UPDATE allotment SET amount_fen = 1 WHERE id = 1"),
        ("bank-return", "UPDATE bank_return SET outcome = 'failed' WHERE id = 1"),
        ("bank-return", "UPDATE listing SET sheet = 'x'"),
    ],
)
def test_a_record_that_is_changed_is_found(tmp_path: Path, kind: ListKind, change: str) -> None:
    ledger = new_ledger(tmp_path)
    bring_in(ledger, roster_xlsx(3))
    bring_in(ledger, xlsx_bytes(LISTS[kind]()))
    ledger.close()
    tamper(ledger.place, change)
    assert {fault.batch for fault in ledgers.verify(ledger).faults} == {2}


def test_certified_pupils_are_beneficiaries_like_paid_ones(ledger: Ledger) -> None:
    bring_in(ledger, xlsx_bytes(certification_grid(2)))
    bring_in(ledger, roster_xlsx(2))
    assert len(_rows(ledger, "SELECT * FROM beneficiary")) == len(people(2))
