"""Ledgers for tests of the audit: rosters of chosen people in, findings out."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from aidledger.domain.finding import Finding
from aidledger.operations import auditing
from aidledger.store.ledger import Ledger
from tests.builders import Grid, xlsx_bytes
from tests.builders import people as made_up
from tests.store.ledgers import bring_in, catalogue

HIGH_SCHOOL = "金溪中学2021年秋季学期普通高中国家助学金花名册"
VOCATIONAL = "江北职业中学2021年秋季学期中职国家助学金花名册"
COMPULSORY = "青溪小学2021年秋季学期义务教育家庭经济困难学生生活补助花名册"
Row = dict[str, Any]


def rows(*indexes: int, **more: object) -> list[Row]:
    """Made-up people by their index, with what else their rows say."""
    return [{"name": one.name, "number": one.number, **more} for one in (made_up(1, first=i)[0] for i in indexes)]


def grid(title: str, people: Sequence[Row], amount: object = 1000) -> Grid:
    """A roster; ``amount``, ``card``, ``boarding``, ``name``, ``number`` may stand in a row."""
    lines: Grid = [[title], ["姓名", "身份证号", "就读方式", "银行卡号", "学籍号", "入学年份", "金额"]]
    for row in people:
        lines.append(
            [
                row["name"],
                row["number"],
                row.get("boarding"),
                row.get("card"),
                row.get("student"),
                row.get("entered"),
                row.get("amount", amount),
            ]
        )
    return lines


def post(ledger: Ledger, title: str, people: Sequence[Row], amount: object = 1000) -> None:
    """Import a roster, contradictions and all."""
    result = bring_in(ledger, xlsx_bytes(grid(title, people, amount)), record_conflicts=True)
    assert result.outcome == "posted", result.problems


def found(ledger: Ledger, rule: str, program: str | None = None, period: str | None = None) -> list[Finding]:
    """What a rule finds."""
    return list(auditing.audit(ledger, catalogue(), [rule], program, period).found.findings)


TODAY = date(2022, 3, 1)
