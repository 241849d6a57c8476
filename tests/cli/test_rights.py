"""What people may ask: a copy of all that is held about them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from openpyxl import load_workbook

from tests.builders import Grid, people, xlsx_bytes
from tests.cli.harness import aidledger
from tests.cli.held import STUDENT_NUMBER, card, export, forget, held_ledger, log
from tests.cli.test_json import keys
from tests.store.ledgers import bring_in, contents, copied, opened

EXPORTED = {
    "person": dict.fromkeys(
        ("person", "document_type", "number", "name", "other_names", "birth_date", "sex", "student_number")
    ),
    "entries": [
        dict.fromkeys(
            (
                *("entry", "batch", "file", "sheet", "row", "program", "period", "school", "name_stated", "amount"),
                *("account", "level", "boarding", "grade", "class", "tier", "category", "entry_year", "reversal_of"),
                *("in_force", "guardian", "major", "student_number"),
            )
        )
    ],
    "certifications": [
        dict.fromkeys(
            (
                *("batch", "file", "sheet", "row", "period", "school", "level", "grade", "class", "name_stated"),
                *("categories", "category_stated", "certified_on", "in_force"),
            )
        )
    ],
    "enrolments": [
        dict.fromkeys(
            (
                *("batch", "file", "sheet", "row", "period", "school", "level", "grade", "class", "name_stated"),
                *("student_number", "status", "status_stated", "left_on", "change", "changed_on", "boarding"),
                *("entry_year", "major", "in_force"),
            )
        )
    ],
    "bank_returns": [
        dict.fromkeys(
            (
                *("batch", "file", "sheet", "row", "entry", "name", "number", "account", "amount", "outcome"),
                *("reason", "paid_on", "serial_no", "in_force"),
            )
        )
    ],
    "recoveries": [
        dict.fromkeys(
            (
                *("batch", "file", "sheet", "row", "program", "period", "school", "amount", "recovered_on"),
                *("document", "reason", "name_stated", "in_force"),
            )
        )
    ],
    "populations": [
        dict.fromkeys(
            (
                *("batch", "file", "sheet", "row", "source", "category", "status", "as_of", "household"),
                *("relation", "name_stated", "in_force"),
            )
        )
    ],
    "fee_receipts": [
        dict.fromkeys(
            (
                *("batch", "file", "sheet", "row", "period", "school", "grade", "class", "item", "amount"),
                *("received_on", "receipt", "refunded", "refunded_on", "name_stated", "in_force"),
            )
        )
    ],
    "deaths": [dict.fromkeys(("batch", "file", "sheet", "row", "school", "died_on", "name_stated", "in_force"))],
    "national_payments": [
        dict.fromkeys(
            (
                *("batch", "file", "sheet", "row", "program", "period", "part", "school", "amount", "name_stated"),
                "in_force",
            )
        )
    ],
    "payment_orders": [
        dict.fromkeys(("order", "serial", "entry", "account", "amount", "exported_at", "exported_by", "state"))
    ],
    "notices": [dict.fromkeys(("notice", "entry", "program", "period", "posted_from", "posted_until"))],
    "findings": [dict.fromkeys(("finding", "rule", "severity", "program", "period", "state"))],
    "decisions": [dict.fromkeys(("finding", "at", "by", "state", "text", "until"))],
    "accesses": [dict.fromkeys(("event", "at", "by", "seen", "reason", "certain"))],
    "requests": [dict.fromkeys(("event", "at", "by", "removed", "reason"))],
    "files": [dict.fromkeys(("batch", "file", "sha256", "posted_at", "posted_by", "state"))],
}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> str:
    return held_ledger(tmp_path_factory.mktemp("held"))


@pytest.fixture
def ledger(made: str, tmp_path: Path) -> str:
    return copied(made, tmp_path)


def test_a_copy_has_all_that_is_held_about_one_person_and_nobody_else(ledger: str, tmp_path: Path) -> None:
    one, two = people(2)
    copy = export(ledger, tmp_path / "copy.json")
    assert list(keys(copy, EXPORTED)) == []
    assert copy["person"] == {
        "person": 1, "document_type": "resident-id", "number": one.number, "name": one.name, "other_names": None,
        "birth_date": one.born.isoformat(), "sex": "female", "student_number": STUDENT_NUMBER,
    }  # fmt: skip
    (entry,) = copy["entries"]
    assert (entry["amount"], entry["account"], entry["guardian"]) == ("1000.00", card(one), "王大明")
    assert (entry["file"], entry["row"]) == ("roster.xlsx", 3)
    assert [row["file"] for row in copy["certifications"]] == ["certified.xlsx"]
    assert [row["student_number"] for row in copy["enrolments"]] == [f"G{one.number}"]
    assert [(row["entry"], row["outcome"]) for row in copy["bank_returns"]] == [(1, "paid")]
    assert [(row["amount"], row["recovered_on"]) for row in copy["recoveries"]] == [("200.00", "2022-03-01")]
    assert [(row["category"], row["as_of"], row["relation"]) for row in copy["populations"]] == [
        ("low-income", "2021-09-02", "之子")
    ]
    assert [(row["amount"], row["refunded"], row["item"]) for row in copy["fee_receipts"]] == [
        ("460.00", "460.00", "tuition")
    ]
    assert [row["died_on"] for row in copy["deaths"]] == ["2021-10-12"]
    assert [(row["program"], row["amount"]) for row in copy["national_payments"]] == [("high-school-grant", "1000.00")]
    assert [(row["account"], row["state"]) for row in copy["payment_orders"]] == [(card(one), "exported")]
    assert [row["posted_until"] for row in copy["notices"]] == ["2022-03-31"]
    assert [row["state"] for row in copy["findings"] if row["rule"] == "account-shared"] == ["explained"]
    assert [row["text"] for row in copy["decisions"]] == [f"siblings, see {two.number[:6]}********{two.number[-4:]}"]
    assert [(row["seen"], row["certain"]) for row in copy["accesses"]] == [
        ("pay export 1", True),
        ("batch 1", True),
        ("audit", False),
    ]
    files = [row["file"] for row in copy["files"]]
    assert files == [
        *("roster.xlsx", "certified.xlsx", "register.xlsx", "returns.xlsx", "recoveries.xlsx"),
        *("households.xlsx", "fees.xlsx", "deaths.xlsx", "national.xlsx"),
    ]
    text = (tmp_path / "copy.json").read_text(encoding="utf-8")
    assert two.name not in text
    assert two.number not in text


def test_the_copy_as_a_workbook_has_the_same_rows(ledger: str, tmp_path: Path) -> None:
    copy = export(ledger, tmp_path / "copy.json")
    ran = aidledger("export", "1", "--reason", "paper", "-o", tmp_path / "copy.xlsx", ledger=ledger)
    assert ran.exit_code == 0
    book = load_workbook(tmp_path / "copy.xlsx")
    assert len(book.worksheets) == len(EXPORTED)
    cells = {str(cell.value) for sheet in book for row in sheet.iter_rows() for cell in row}
    assert {people(1)[0].number, card(people(1)[0]), STUDENT_NUMBER, "王大明", "register.xlsx"} <= cells
    assert {str(row["event"]) for row in copy["accesses"]} <= cells
    assert (tmp_path / "copy.xlsx").stat().st_mode & 0o777 == 0o600


def test_a_copy_is_kept_in_the_access_log_before_it_is_handed_out(ledger: str, tmp_path: Path) -> None:
    before = log(ledger)
    export(ledger, tmp_path / "copy.json")
    assert log(ledger) == [*before, ("li", "export 1", "his father asked")]
    said = aidledger("access-log", ledger=ledger).stdout
    assert "a copy of everything held about person 1" in said
    assert export(ledger, tmp_path / "again.json")["accesses"][-1]["seen"] == "export 1"


@pytest.mark.parametrize("missing", ["--reason", "-o"])
def test_without_a_reason_and_a_file_there_is_no_copy(ledger: str, tmp_path: Path, missing: str) -> None:
    options = {"--reason": "he asked", "-o": str(tmp_path / "copy.json")}
    del options[missing]
    before = contents(ledger)
    ran = aidledger("export", "1", *(word for pair in options.items() for word in pair), ledger=ledger)
    assert (ran.exit_code, ran.stdout) == (2, "")
    assert contents(ledger) == before
    assert not (tmp_path / "copy.json").exists()


def _namesakes(ledger: str) -> Iterator[str]:
    grid: Grid = [["江北中学2021年秋季学期普通高中国家助学金花名册"], ["姓名", "身份证号", "金额"]]
    grid += [[people(1)[0].name, people(1, first=700)[0].number, 1000]]
    assert bring_in(opened(ledger), xlsx_bytes(grid), "namesake.xlsx").outcome == "posted"
    for number in (people(1)[0].number, people(1, first=700)[0].number):
        yield f"{number[:6]}********{number[-4:]}"


@pytest.mark.parametrize("command", ["forget", "export"])
def test_a_name_of_several_people_is_refused_with_the_masked_candidates(
    ledger: str, tmp_path: Path, command: str
) -> None:
    masked = list(_namesakes(ledger))
    before = contents(ledger)
    target = ["-o", str(tmp_path / "copy.json")] if command == "export" else []
    ran = aidledger(command, people(1)[0].name, "--reason", "asked", *target, ledger=ledger)
    assert (ran.exit_code, ran.stdout) == (3, "")
    assert all(number in ran.stderr for number in masked)
    assert people(1)[0].number not in ran.stderr
    assert contents(ledger) == before
    assert aidledger(command, "nobody", "--reason", "asked", *target, ledger=ledger).exit_code == 2
    assert aidledger(command, "1", "--reason", "asked", *target, ledger=ledger).exit_code == 0


def test_reviewers_remove_clerks_and_reviewers_copy_and_others_do_neither(ledger: str, tmp_path: Path) -> None:
    for who, role in {"li": "reviewer", "wang": "clerk", "zhao": "auditor", "school": "school"}.items():
        assert aidledger("--actor", "li", "actors", "name", who, "--role", role, ledger=ledger).exit_code == 0
    before = contents(ledger)
    for actor in ("wang", "zhao", "school", "somebody"):
        assert aidledger("--actor", actor, "forget", "1", "--reason", "asked", ledger=ledger).exit_code == 3
    target = tmp_path / "copy.json"
    for actor in ("zhao", "school", "somebody"):
        ran = aidledger("--actor", actor, "export", "1", "--reason", "asked", "-o", target, ledger=ledger)
        assert (ran.exit_code, target.exists()) == (3, False)
    assert contents(ledger) == before
    assert forget(ledger).exit_code == 0
    ran = aidledger("--actor", "wang", "export", "1", "--reason", "asked", "-o", target, ledger=ledger)
    assert ran.exit_code == 0
