"""What an auditor would not sign: fees above the listed one that pass, siblings taken for fraud."""

from __future__ import annotations

from pathlib import Path

import pytest

from aidledger.catalogue.loading import load
from aidledger.operations import auditing
from aidledger.store.ledger import Ledger
from tests.audit.ledgers import found, grid, post, rows
from tests.builders import Grid, resident_number, xlsx_bytes
from tests.store.ledgers import bring_in, new_ledger

WAIVER = "江北职业中学2021年秋季学期中职免学费花名册"
_FEES = """
extends: vocational-tuition-waiver
fees:
  - {school: 江北职业中学, from: always, amount: 850, reference: an example}
  - {school: 城南职业中学, from: always, amount: 1200, reference: an example}
"""


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    return new_ledger(tmp_path)


@pytest.fixture
def office(tmp_path: Path) -> Path:
    folder = tmp_path / "office"
    (folder / "programs").mkdir(parents=True)
    (folder / "programs" / "fees.yaml").write_text(_FEES, encoding="utf-8")
    return folder


def test_a_vocational_waiver_above_the_listed_fee_is_off_standard(ledger: Ledger, office: Path) -> None:
    post(ledger, WAIVER, [*rows(0, 1, amount=850), *rows(2, amount=1000)])
    post(ledger, WAIVER.replace("江北", "城南"), [*rows(3, 4, amount=1000), *rows(5, amount=1200)])
    post(ledger, WAIVER.replace("江北", "城东"), rows(6, 7, amount=1000))
    catalogue = load(office)
    findings = auditing.audit(ledger, catalogue, ["amount-off-standard"]).found.findings
    assert sorted((one.amount_fen, str(one.facts["allowed"])) for one in findings) == [
        (100_000, "850.00"),
        (120_000, "1000.00"),
    ]


def test_a_card_of_two_siblings_by_their_guardian_is_only_noted(ledger: Ledger) -> None:
    title = "金溪中学2021年秋季学期普通高中国家助学金花名册"
    card = "62170012345678901{:02}"
    shared = {1: ["王大山"] * 2, 2: ["王大山", "李二"], 3: ["张三"] * 3}
    lines: Grid = [[title], ["姓名", "身份证号", "监护人姓名", "银行卡号", "金额"]]
    first = 0
    for number, guardians in shared.items():
        for guardian, row in zip(guardians, rows(*range(first, first + len(guardians))), strict=True):
            lines.append([row["name"], row["number"], guardian, card.format(number), 1000])
        first += len(guardians)
    bring_in(ledger, xlsx_bytes(lines), record_conflicts=True)
    severities = {one.about[1]: one.severity for one in found(ledger, "account-shared")}
    assert severities == {card.format(1): "info", card.format(2): "warning", card.format(3): "warning"}


def test_a_year_of_entry_after_the_term_is_no_year_of_the_stage(ledger: Ledger) -> None:
    title = "江北职业中学2021年秋季学期中职国家助学金花名册"
    bring_in(ledger, xlsx_bytes(grid(title, [*rows(0, entered="2025"), *rows(1, entered="2021")])))
    assert [found(ledger, rule) for rule in ("grade-not-eligible", "stage-finished")] == [[], []]


def test_names_that_only_sound_alike_at_two_schools_are_noted(ledger: Ledger) -> None:
    title = "金溪中学2021年秋季学期普通高中国家助学金花名册"
    one, other = rows(1)[0]["number"], rows(3)[0]["number"]
    far = resident_number(777)
    post(ledger, title, [{"name": "张晓明", "number": one}, {"name": "李菁宜", "number": far}])
    post(
        ledger,
        title.replace("金溪", "东山"),
        [{"name": "章小鸣", "number": other}, {"name": "李静怡", "number": resident_number(125)}],
    )
    severities = {one.severity: one.facts["signs"] for one in found(ledger, "likely-same-person")}
    assert severities.keys() == {"warning", "info"}
    assert severities["info"] == ("names that sound alike, the same birth date, two schools",)
