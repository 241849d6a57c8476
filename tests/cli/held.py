"""A ledger that holds something about its first pupil in every table that knows people, and what may be asked of it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tests.builders import Grid, Person, people, xlsx_bytes
from tests.builders.lists import (
    bank_return_grid,
    certification_grid,
    death_grid,
    fee_receipt_grid,
    national_export_grid,
    population_grid,
    recovery_grid,
    register_grid,
    staff_grid,
)
from tests.cli.harness import Ran, aidledger
from tests.store.ledgers import bring_in, new_place, opened

HEADERS = ["姓名", "证件类型", "身份证号", "性别", "学籍号", "班级", "银行卡号", "家长姓名", "金额"]
TITLE = "金溪中学2021年秋季学期普通高中国家助学金花名册"
STUDENT_NUMBER = "2021990188"


def card(person: Person) -> str:
    return f"6217{person.number[-15:-1]}6"


def roster() -> Grid:
    """The pupil of the student number, another with his card, and one with a passport."""
    one, two = people(2)
    grid: Grid = [[TITLE], [*HEADERS]]
    grid.append([one.name, "居民身份证", one.number, one.sex, STUDENT_NUMBER, "高一(1)班", card(one), "王大明", 1000])
    grid.append([two.name, "居民身份证", two.number, two.sex, "2021990189", "高一(1)班", card(one), "李大明", 1000])
    grid.append(["SMITH ANNA", "护照", "E12345678", "女", None, "高一(1)班", "6217001234567890123", None, 1000])
    return grid


def held_ledger(folder: Path) -> str:
    """The ledger, made anew in a folder."""
    path = new_place(folder)
    grids = {
        "roster": roster(),
        "certified": certification_grid(3),
        "register": register_grid(2),
        "returns": bank_return_grid(1),
        "recoveries": recovery_grid(1, amount=200),
        "households": population_grid(2),
        "fees": fee_receipt_grid(2),
        "deaths": death_grid(1),
        "national": national_export_grid(2),
        "staff": staff_grid(2),
    }
    for name, grid in grids.items():
        # The bank answers an order that was not released, and nothing is to come back: conflicts, recorded.
        recorded = name in {"returns", "recoveries"}
        result = bring_in(opened(path), xlsx_bytes(grid), f"{name}.xlsx", record_conflicts=recorded)
        assert result.outcome == "posted"
        if name == "roster":
            _export_payment(path, folder)
    return path


def _export_payment(path: str, folder: Path) -> None:
    what = ("--program", "high-school-grant", "--period", "2021-autumn")
    target = ("--reason", "term", "-o", str(folder / "bank.xlsx"))
    days = ("--from", "2022-03-01", "--to", "2022-03-31")
    assert aidledger("pay", "export", *what, *target, ledger=path).exit_code == 0
    assert aidledger("report", "notice", *what, *days, ledger=path).exit_code == 0
    ran = aidledger("audit", "--rule", "account-shared", "--format", "json", ledger=path)
    (finding,) = ran.json["findings"]
    said = ("--justify", f"siblings, see {people(2)[1].number}")
    assert aidledger("--actor", "li", "finding", finding["id"], *said, ledger=path).exit_code == 0
    looked = ("--reveal", "--reason", "the bank asked")
    assert aidledger("batch", "1", *looked, ledger=path).exit_code == 0
    assert aidledger("person", people(2)[1].number, *looked, ledger=path).exit_code == 0
    assert aidledger("audit", *looked, ledger=path).exit_code in {0, 1}


def export(ledger: str, target: Path, who: str = "1", reason: str = "his father asked") -> Any:  # noqa: ANN401
    ran = aidledger("--actor", "li", "export", who, "--reason", reason, "-o", target, ledger=ledger)
    assert (ran.exit_code, ran.stdout) == (0, "")
    return json.loads(target.read_text(encoding="utf-8"))


def forget(ledger: str, who: str = "1", reason: str = "his father asked") -> Ran:
    return aidledger("--actor", "li", "forget", who, "--reason", reason, "--format", "json", ledger=ledger)


def log(ledger: str) -> list[tuple[str, str, str]]:
    found = aidledger("access-log", "--format", "json", ledger=ledger).json["accesses"]
    return [(one["actor"], one["seen"], one["reason"]) for one in found]
