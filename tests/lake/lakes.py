"""Lakes for tests: ledgers exported under one key, audited and compared with their own audits."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

from aidledger.audit.running import Audit
from aidledger.catalogue.catalogue import Catalogue
from aidledger.domain.finding import Finding
from aidledger.lake.pseudonyms import Showing
from aidledger.operations import lakes
from aidledger.operations.lakes import EngineName, LakeAsked
from aidledger.operations.views import Reveal
from aidledger.store.ledger import Ledger
from tests.audit.cases import grid
from tests.builders import xlsx_bytes
from tests.store.ledgers import bring_in, catalogue, clock, new_ledger

DISTRICT, OTHER = "511303", "511304"
BORN = date(2006, 3, 15)
TODAY = clock().date()
_GRANT = "{school}{term}学期普通高中国家助学金花名册"
_CERTIFIED = "{school}2021年秋季学期家庭经济困难学生认定名册"


def grant(
    who: str, school: str = "金溪中学", amount: int = 1000, card: str | None = None, term: str = "2021年秋季"
) -> dict[str, Any]:
    """A roster that pays some people of a case; ``card``: all of them onto one."""
    header, more = (["who", "年级", "金额", "银行卡号"], [card]) if card else (["who", "年级", "金额"], [])
    rows = [[letter, "高一", amount, *more] for letter in who]
    return {"title": _GRANT.format(school=school, term=term), "header": header, "rows": rows}


def monthly(part: str, who: str, school: str = "江北职业中学") -> dict[str, Any]:
    """A roster that pays some people of a case a part of the term: 9月份, 第一批."""
    title = f"{school}2021年秋季学期中职国家助学金花名册({part})"
    return {"title": title, "header": ["who", "年级", "金额"], "rows": [[letter, "高一", 200] for letter in who]}


def certified(who: str, school: str = "金溪中学") -> dict[str, Any]:
    """A certification list of some people of a case."""
    rows = [[letter, "高一", "困难", "低保"] for letter in who]
    header = ["who", "年级", "困难等级", "困难类型"]
    return {"title": _CERTIFIED.format(school=school), "header": header, "rows": rows}


def post(ledger: Ledger, *lists: dict[str, Any]) -> None:
    """Import lists."""
    for listed in lists:
        done = bring_in(ledger, xlsx_bytes(grid(listed, BORN)), "list.xlsx", record_conflicts=True)
        assert done.outcome == "posted", [problem.code for problem in done.problems]


def ledger_of(folder: Path, name: str, *lists: dict[str, Any]) -> Ledger:
    """A new ledger with lists in it."""
    ledger = new_ledger(folder, f"{name}.db")
    post(ledger, *lists)
    return ledger


def key_in(folder: Path) -> Path:
    """The districts' key, made when first asked for."""
    path = folder / "key"
    if not path.exists():
        lakes.new_key(path)
    return path


def exported(
    ledger: Ledger,
    folder: Path,
    showing: Showing = "full",
    district: str = DISTRICT,
    known: Catalogue | None = None,
) -> Path:
    """A ledger's share in the lake of a folder; ``known``: the catalogue that its office uses."""
    lake = folder / "lake"
    lakes.export(ledger, known or catalogue(), lake, district, key_in(folder), showing, Reveal("a test"))
    return lake


def asked_of(lake: Path | str, engine: EngineName = "duckdb", *districts: str) -> LakeAsked:
    """A lake, or some districts of it, in little memory."""
    return LakeAsked(str(lake), engine, "500MB", districts)


def audited(
    lake: Path | str,
    rules: Sequence[str] = (),
    period: str | None = None,
    engine: EngineName = "duckdb",
    known: Catalogue | None = None,
) -> Audit:
    """What the audit over a lake finds."""
    return lakes.audit(asked_of(lake, engine), known or catalogue(), TODAY, rules, period=period).found


def said(findings: Sequence[Finding]) -> list[tuple[object, ...]]:
    """All that findings say, their evidence too, but whose ledger counts it."""
    return sorted(
        (
            *(one.rule, one.id, one.severity, one.about, str(one.program), str(one.period), one.persons),
            *(one.amount_fen, str(one.standard), repr(sorted(one.facts.items()))),
            repr([(row.entry, row.batch, row.file, row.sheet, row.row, row.name, row.number) for row in one.evidence]),
            repr([(row.school, row.program, row.period, row.amount_fen) for row in one.evidence]),
        )
        for one in findings
    )
