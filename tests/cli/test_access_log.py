from __future__ import annotations

from datetime import datetime
from functools import partial
from pathlib import Path

import pytest
from openpyxl import load_workbook

from aidledger.store.ledger import open_ledger
from tests.cli.harness import aidledger
from tests.store.ledgers import KEYS, reveal, sample_place

ASKED = [
    ("2022-03-01", "wang", "batch 3", "bank asked"),
    ("2022-03-02", "li", "entry 5", "the card of 511321200603150012 was returned"),
    ("2022-03-31", "wang", "person 1, 7", "=1+1"),
]


@pytest.fixture
def path(tmp_path: Path) -> str:
    path = sample_place(tmp_path)
    for day, actor, seen, reason in ASKED:
        ledger = open_ledger(str(path), actor, partial(datetime.fromisoformat, f"{day}T23:59:59+00:00"), keys=KEYS)
        reveal(ledger, reason, seen)
        ledger.close()
    return path


def _seen(path: Path, *options: str) -> list[str]:
    ran = aidledger("access-log", *options, "--format", "json", ledger=path)
    assert ran.exit_code == 0
    return [one["seen"] for one in ran.json["accesses"]]


def test_a_request_for_full_numbers_is_in_the_log(path: Path) -> None:
    aidledger("--actor", "zhao", "batch", "1", "--reveal", "--reason", "a parent asked", ledger=path)
    said = aidledger("access-log", ledger=path).stdout
    assert "zhao" in said
    assert "a parent asked" in said
    assert aidledger("access-log", "--format", "json", ledger=path).json["accesses"][-1]["seen"] == "batch 1"


def test_the_shape_of_the_log_for_scripts(path: Path) -> None:
    first = aidledger("access-log", "--format", "json", ledger=path).json["accesses"][0]
    assert first.keys() == {"event", "at", "actor", "seen", "reason"}
    assert (first["at"], first["actor"], first["reason"]) == ("2022-03-01T23:59:59Z", "wang", "bank asked")


def test_the_log_of_some_days_and_of_one_person(path: Path) -> None:
    assert _seen(path) == ["batch 3", "entry 5", "person 1, 7"]
    assert _seen(path, "--from", "2022-03-02") == ["entry 5", "person 1, 7"]
    assert _seen(path, "--to", "2022-03-02") == ["batch 3", "entry 5"]
    assert _seen(path, "--from", "2022-03-02", "--to", "2022-03-02") == ["entry 5"]
    assert _seen(path, "--actor", "wang") == ["batch 3", "person 1, 7"]
    assert _seen(path, "--actor", "wang' OR '1'='1") == []
    assert _seen(path, "--to", "9999-12-31") == _seen(path)


@pytest.mark.parametrize("form", ["table", "json", "csv"])
def test_the_log_shows_no_number_that_stands_in_a_reason(path: Path, form: str) -> None:
    said = aidledger("access-log", "--format", form, ledger=path).stdout
    assert "511321200603150012" not in said
    assert "was returned" in said


def test_the_log_as_files(path: Path, tmp_path: Path) -> None:
    assert "'=1+1" in aidledger("access-log", "--format", "csv", ledger=path).stdout
    assert aidledger("access-log", "--format", "xlsx", "-o", tmp_path / "log.xlsx", ledger=path).exit_code == 0
    (sheet,) = load_workbook(tmp_path / "log.xlsx").worksheets
    cells = [cell.value for row in sheet.iter_rows() for cell in row]
    assert "li" in cells


def test_a_log_with_nothing_in_it(tmp_path: Path) -> None:
    ran = aidledger("access-log", ledger=sample_place(tmp_path))
    assert (ran.exit_code, ran.stdout) == (0, "Full ID and card numbers shown: 0 times\n")


@pytest.mark.parametrize("options", [("--from", "yesterday"), ("--format", "xlsx"), ("more",)])
def test_a_log_that_is_asked_for_wrongly(path: Path, options: tuple[str, ...]) -> None:
    assert aidledger("access-log", *options, ledger=path).exit_code == 2
