"""Payments to the bank and back: what is due, who may release, what its return says of each line."""

from __future__ import annotations

import csv
import io
import stat
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from tests.builders import Grid, edited_package, people, xlsx_bytes
from tests.cli.harness import Ran, aidledger
from tests.store.ledgers import no_ledger_yet, tamper

TITLE = "金溪中学2021年秋季学期普通高中国家助学金花名册"
CARDS = ["6217001234567890123", "6217001234567890456", "6217001234567890789", None]


@pytest.fixture
def ledger(tmp_path: Path) -> str:
    """A ledger with a roster of four, one of whom has no card."""
    path = no_ledger_yet(tmp_path)
    assert aidledger("init", ledger=path).exit_code == 0
    grid: Grid = [[TITLE], ["姓名", "身份证号", "银行卡号", "金额"]]
    for one, card in zip(people(4), CARDS, strict=True):
        grid.append([one.name, one.number, card, 1000])
    _bring_in(path, tmp_path / "roster.xlsx", grid)
    return path


def _bring_in(ledger: str, path: Path, grid: Grid) -> None:
    path.write_bytes(xlsx_bytes(grid))
    assert aidledger("import", path, "--record-conflicts", ledger=ledger).exit_code in {0, 1}


def _export(ledger: str, target: Path, *more: str) -> Ran:
    wanted = ("--program", "high-school-grant", "--period", "2021-autumn", "--reason", "term payment")
    return aidledger("pay", "export", *wanted, "-o", target, "--format", "json", *more, ledger=ledger)


def _rows(path: Path) -> list[list[str]]:
    return list(csv.reader(io.StringIO(path.read_text(encoding="utf-8-sig"))))


def _answer(ledger: str, name: str, exported: Path, said: dict[str, str | None]) -> None:
    """Import the bank's return: the exported file with what the bank says of each serial number; None: paid."""
    header, *lines = _rows(exported)
    grid: Grid = [["代发业务回盘清单"], [*header, "处理结果", "失败原因", "入账日期"]]
    for line in lines:
        if line[0] in said:
            reason = said[line[0]]
            result: list[Any] = ["失败", reason, None] if reason else ["成功", None, "2021-12-03"]
            grid.append([*line[:4], float(line[4]), line[5], *result])
    _bring_in(ledger, exported.parent / name, grid)


def _states(ledger: str, order: int) -> dict[str, str]:
    run = aidledger("pay", "order", str(order), "--format", "json", ledger=ledger)
    return {line["serial"]: line["state"] for line in run.json["payments"]}


def test_what_is_due_goes_into_both_files_with_control_totals(ledger: str, tmp_path: Path) -> None:
    run = _export(ledger, tmp_path / "bank.xlsx")
    assert (run.exit_code, run.json["lines"], run.json["amount"]) == (1, 3, "3000.00")
    assert [one["name"] for one in run.json["without_account"]] == [people(4)[3].name]
    rows = _rows(tmp_path / "bank.csv")
    assert rows[0] == ["流水号", "户名", "证件号码", "收款账号", "金额(元)", "用途"]
    assert {row[3] for row in rows[1:]} == {card for card in CARDS if card}
    book = load_workbook(tmp_path / "bank.xlsx")
    assert [[cell.value for cell in row] for row in book["代发明细"].iter_rows(min_row=2)] == [
        [*row[:4], float(row[4]), row[5]] for row in rows[1:]
    ]
    control = {str(row[0].value): row[1].value for row in book["控制总数"].iter_rows()}
    assert (control["笔数"], control["金额(元)"], control["明细指纹"]) == ("3", "3000.00", run.json["digest"])
    for name in ("bank.xlsx", "bank.csv"):
        assert stat.S_IMODE((tmp_path / name).stat().st_mode) == 0o600


def test_nothing_is_exported_twice_and_nothing_overwritten(ledger: str, tmp_path: Path) -> None:
    _export(ledger, tmp_path / "bank.xlsx")
    before = (tmp_path / "bank.csv").read_bytes()
    assert _export(ledger, tmp_path / "bank.xlsx").exit_code == 3
    assert (tmp_path / "bank.csv").read_bytes() == before
    again = _export(ledger, tmp_path / "again.xlsx")
    assert (again.json["order"], again.json["lines"]) == (None, 0)
    assert not (tmp_path / "again.csv").exists()


def test_who_exported_does_not_release_and_only_the_file_that_was_exported_goes(ledger: str, tmp_path: Path) -> None:
    _export(ledger, tmp_path / "bank.xlsx")
    own = aidledger("pay", "release", "1", "--file", tmp_path / "bank.csv", ledger=ledger)
    assert own.exit_code == 3
    forged = tmp_path / "forged.csv"
    forged.write_bytes((tmp_path / "bank.csv").read_bytes().replace(str(CARDS[0]).encode(), b"6217009999999999999"))
    other = ("--actor", "reviewer", "pay", "release", "1", "--file")
    assert aidledger(*other, forged, ledger=ledger).exit_code == 3
    assert aidledger(*other, tmp_path / "roster.xlsx", ledger=ledger).exit_code == 3
    assert aidledger("pay", "orders", "--format", "json", ledger=ledger).json["orders"][0]["state"] == "exported"
    done = aidledger(*other, tmp_path / "bank.xlsx", "--format", "json", ledger=ledger)
    assert (done.exit_code, done.json["state"], done.json["settled"]["by"]) == (0, "released", "reviewer")
    assert aidledger(*other, tmp_path / "bank.csv", ledger=ledger).exit_code == 3


def test_what_the_bank_sent_back_stays_due_and_goes_out_again(ledger: str, tmp_path: Path) -> None:
    _export(ledger, tmp_path / "bank.xlsx")
    serials = [row[0] for row in _rows(tmp_path / "bank.csv")[1:]]
    _answer(ledger, "return.xlsx", tmp_path / "bank.csv", {serials[0]: None, serials[1]: "户名不符"})
    assert list(_states(ledger, 1).values()) == ["paid", "failed", "exported"]
    second = _export(ledger, tmp_path / "second.xlsx")
    assert (second.json["order"], second.json["lines"]) == (2, 1)
    assert _export(ledger, tmp_path / "third.xlsx").json["order"] is None
    counts = aidledger("pay", "orders", "--format", "json", ledger=ledger).json["orders"]
    assert [(one["paid"], one["failed"], one["open"]) for one in counts] == [(1, 1, 1), (0, 0, 1)]
    _answer(ledger, "return2.xlsx", tmp_path / "second.csv", {_rows(tmp_path / "second.csv")[1][0]: None})
    assert list(_states(ledger, 1).values()) == ["paid", "failed", "exported"]
    assert list(_states(ledger, 2).values()) == ["paid"]
    counts = aidledger("pay", "orders", "--format", "json", ledger=ledger).json["orders"]
    assert [(one["paid"], one["failed"], one["open"]) for one in counts] == [(1, 1, 1), (1, 0, 0)]
    assert aidledger("verify", ledger=ledger).exit_code == 0


def test_reports_count_what_was_posted_or_what_was_paid(ledger: str, tmp_path: Path) -> None:
    _export(ledger, tmp_path / "bank.xlsx")
    serials = [row[0] for row in _rows(tmp_path / "bank.csv")[1:]]
    _answer(ledger, "return.xlsx", tmp_path / "bank.csv", {serials[0]: None, serials[1]: "户名不符"})

    def aid(*more: str) -> tuple[int, str]:
        figures = aidledger("report", "summary", "--format", "json", *more, ledger=ledger).json["aid"]
        return figures["person_times"], figures["amount"]

    assert (aid(), aid("--count", "paid")) == ((4, "4000.00"), (1, "1000.00"))
    run = aidledger("report", "summary", "--by", "payment", "--format", "json", ledger=ledger)
    assert {one["payment"]: one["person_times"] for one in run.json["groups"]} == {
        "paid": 1,
        "sent-back": 1,
        "no-answer": 2,
    }
    explained = aidledger("report", "entries", "kind=aid,count=paid", "--format", "json", ledger=ledger)
    assert len(explained.json["entries"]) == 1


def test_a_serial_number_tells_equal_payments_of_one_person_apart(ledger: str, tmp_path: Path) -> None:
    spring: Grid = [[TITLE.replace("2021年秋季", "2022年春季")], ["姓名", "身份证号", "银行卡号", "金额"]]
    first = people(1)[0]
    spring.append([first.name, first.number, CARDS[0], 1000])
    _bring_in(ledger, tmp_path / "spring.xlsx", spring)
    _export(ledger, tmp_path / "autumn.xlsx")
    wanted = ("--program", "high-school-grant", "--period", "2022-spring", "--reason", "term payment")
    aidledger("pay", "export", *wanted, "-o", tmp_path / "spring2.xlsx", ledger=ledger)
    _answer(ledger, "return.xlsx", tmp_path / "spring2.csv", {_rows(tmp_path / "spring2.csv")[1][0]: None})
    assert list(_states(ledger, 2).values()) == ["paid"]
    assert set(_states(ledger, 1).values()) == {"exported"}


def test_a_withdrawn_order_leaves_its_payments_due(ledger: str, tmp_path: Path) -> None:
    _export(ledger, tmp_path / "bank.xlsx")
    run = aidledger("pay", "withdraw", "1", "--reason", "wrong term", "--format", "json", ledger=ledger)
    assert run.json["state"] == "withdrawn"
    assert _export(ledger, tmp_path / "again.xlsx").json["lines"] == 3


def test_an_export_keeps_why_and_screens_mask_numbers(ledger: str, tmp_path: Path) -> None:
    run = _export(ledger, tmp_path / "bank.xlsx")
    shown = run.stdout + aidledger("pay", "order", "1", ledger=ledger).stdout
    assert not any(one.number in shown for one in people(4))
    assert not any(card in shown for card in CARDS if card)
    missing = aidledger("pay", "export", "--program", "high-school-grant", "--period", "2021-autumn", ledger=ledger)
    assert missing.exit_code == 2


@pytest.mark.parametrize(
    "tampering",
    [
        "UPDATE payment_order_line SET account = '6217009999999999999' WHERE serial = 1",
        "UPDATE payment_order_line SET amount_fen = 1 WHERE serial = 1",
        "DELETE FROM payment_order_line WHERE serial = 3",
        "UPDATE payment_order SET period = '2022-spring'",
        "DELETE FROM payment_order",
    ],
)
def test_verify_names_an_order_that_was_changed(ledger: str, tmp_path: Path, tampering: str) -> None:
    _export(ledger, tmp_path / "bank.xlsx")
    tamper(ledger, "PRAGMA foreign_keys = OFF", tampering)
    run = aidledger("verify", "--format", "json", ledger=ledger)
    assert (run.exit_code, run.json["faults"][0]["what"]) == (1, "payment order 1, or one of its lines, was changed")


def _bomb() -> bytes:
    return edited_package(xlsx_bytes([["流水号"]]), {"xl/styles.xml": lambda part: part + b" " * 30_000_000})


_BANK_LINE = "流水号,户名,证件号码,收款账号,金额(元),用途\n1,2,3,4,{},6"


def test_a_file_made_to_hurt_is_no_bank_file(ledger: str, tmp_path: Path) -> None:
    """Anybody may have changed the file on its way: it is read as every stranger's file is."""
    assert _export(ledger, tmp_path / "bank").exit_code == 1
    files = {
        "bomb.xlsx": _bomb(),
        "other.xlsx": b"PK\x03\x04",
        "large.csv": b"1" * (21 * 2**20),
        "binary.csv": bytes(range(256)),
        "short.csv": _BANK_LINE.format("").encode()[:-6],
        **{f"{amount}.csv": _BANK_LINE.format(amount).encode() for amount in ("NaN", "Infinity", "1e999999999")},
    }
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)
        run = aidledger("--actor", "somebody", "pay", "release", "1", "--file", tmp_path / name, ledger=ledger)
        assert (run.exit_code, run.stdout) == (3, "")
        assert name in run.stderr
