"""The public notice: what it may say, how long it is posted, what is kept of it."""

from __future__ import annotations

from pathlib import Path

import pytest
from openpyxl import load_workbook

from tests.builders import people, roster_xlsx
from tests.cli.harness import Ran, aidledger
from tests.store.ledgers import no_ledger_yet, tamper

WANTED = ("report", "notice", "--program", "high-school-grant", "--period", "2021-autumn")
WEEK = ("--from", "2021-10-11", "--to", "2021-10-15")


@pytest.fixture
def ledger(tmp_path: Path) -> str:
    path = no_ledger_yet(tmp_path)
    assert aidledger("init", ledger=path).exit_code == 0
    (tmp_path / "1.xlsx").write_bytes(roster_xlsx(3))
    assert aidledger("import", tmp_path / "1.xlsx", ledger=path).exit_code == 0
    return path


def _notice(ledger: str, *more: str | Path) -> Ran:
    return aidledger(*WANTED, *WEEK, *more, ledger=ledger)


def test_a_notice_says_name_school_grade_and_class_and_nothing_else(ledger: str, tmp_path: Path) -> None:
    made = _notice(ledger, "--format", "json").json
    assert (made["notice"], made["persons"], made["from"], made["to"]) == (1, 3, "2021-10-11", "2021-10-15")
    assert [set(row) for row in made["rows"]] == [{"name", "school", "grade", "class"}] * 3
    assert {row["name"] for row in made["rows"]} == {one.name for one in people(3)}
    target = tmp_path / "notice.xlsx"
    assert _notice(ledger, "--format", "xlsx", "-o", target).exit_code == 0
    book = load_workbook(target)
    text = " ".join(str(cell.value) for sheet in book for row in sheet.iter_rows() for cell in row if cell.value)
    assert len(book.sheetnames) == 1
    assert all(one.number not in text and one.number[-4:] not in text for one in people(3))
    assert all(len(row) == 5 for row in book.worksheets[0].iter_rows())


def test_a_notice_is_posted_for_five_working_days(ledger: str) -> None:
    short = aidledger(*WANTED, "--from", "2021-10-11", "--to", "2021-10-14", ledger=ledger)
    assert short.exit_code == 2
    assert "4" in short.stderr


def test_a_notice_over_holidays_is_recorded_and_said_to_be_short(ledger: str) -> None:
    over = aidledger(*WANTED, "--from", "2021-09-29", "--to", "2021-10-08", "--format", "json", ledger=ledger)
    assert (over.exit_code, over.json["working_days"]) == (1, 3)
    assert "only 3 working days" in over.stderr


def test_a_weekend_day_that_is_worked_counts(ledger: str) -> None:
    made = aidledger(*WANTED, "--from", "2021-10-08", "--to", "2021-10-13", "--format", "json", ledger=ledger)
    assert (made.exit_code, made.json["working_days"]) == (0, 5)


def test_a_preview_is_not_recorded(ledger: str) -> None:
    assert _notice(ledger, "--preview", "--format", "json").json["notice"] is None
    assert _notice(ledger, "--format", "json").json["notice"] == 1


def test_nobody_to_name_is_refused(ledger: str) -> None:
    run = aidledger(*WANTED[:-1], "2022-spring", *WEEK, ledger=ledger)
    assert run.exit_code == 3
    assert _notice(ledger, "--school", "没有这所学校").exit_code == 2


@pytest.mark.parametrize(
    "tampering",
    [
        "DELETE FROM notice_line WHERE entry_id = 2",
        "UPDATE notice SET posted_until = '2021-12-31'",
        "DELETE FROM notice",
    ],
)
def test_verify_names_a_notice_that_was_changed(ledger: str, tampering: str) -> None:
    _notice(ledger)
    assert aidledger("verify", ledger=ledger).exit_code == 0
    tamper(ledger, "PRAGMA foreign_keys = OFF", tampering)
    run = aidledger("verify", "--format", "json", ledger=ledger)
    assert (run.exit_code, run.json["faults"][0]["what"]) == (1, "notice 1, or one of its lines, was changed")
