"""``audit``, ``explain``, ``findings``, ``finding``: what a clerk and an inspector see."""

from __future__ import annotations

from pathlib import Path

import pytest
from openpyxl import load_workbook

from aidledger.audit.rules import ACROSS, RULES
from tests.builders import people, roster_xlsx
from tests.cli.harness import aidledger
from tests.store.ledgers import no_ledger_yet

ELSEWHERE = "东山中学2021年秋季学期普通高中国家助学金花名册"


@pytest.fixture
def ledger(tmp_path: Path) -> str:
    """A ledger in which one person was paid by two schools."""
    path = no_ledger_yet(tmp_path)
    assert aidledger("init", ledger=path).exit_code == 0
    (tmp_path / "1.xlsx").write_bytes(roster_xlsx(3))
    (tmp_path / "2.xlsx").write_bytes(roster_xlsx(2, first=2, title=ELSEWHERE))
    run = aidledger("import", tmp_path / "1.xlsx", tmp_path / "2.xlsx", "--record-conflicts", ledger=path)
    assert run.exit_code == 0
    return path


def test_a_finding_has_the_keys_that_were_promised(ledger: str) -> None:
    run = aidledger("audit", "--format", "json", ledger=ledger)
    (finding,) = run.json["findings"]
    assert run.exit_code == 1
    assert (
        finding["evidence"][0].items()
        >= {"entry": 3, "batch": 1, "file": "1.xlsx", "sheet": "Sheet1", "row": 5}.items()
    )
    assert {
        key: finding[key] for key in ("rule", "severity", "program", "period", "persons", "amount", "standard", "state")
    } == {
        "rule": "duplicate-disbursement",
        "severity": "error",
        "program": "high-school-grant",
        "period": "2021-autumn",
        "persons": 1,
        "amount": "1000.00",
        "standard": None,
        "state": "open",
    }
    assert finding["message"]


def test_numbers_are_masked_unless_asked_for_with_a_reason(ledger: str) -> None:
    number = people(3)[2].number
    assert number not in aidledger("audit", "--format", "json", ledger=ledger).stdout
    assert aidledger("audit", "--reveal", ledger=ledger).exit_code == 2
    run = aidledger("audit", "--reveal", "--reason", "inspection", "--format", "json", ledger=ledger)
    assert number in run.stdout


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_sentence_names_the_person_and_masks_the_number(ledger: str, language: str) -> None:
    person = people(3)[2]
    masked = f"{person.number[:6]}********{person.number[-4:]}"
    said = f"{person.name} ({masked}): Paid 2" if language == "en" else f"{person.name}（{masked}）："

    for more in ((), ("--reveal", "--reason", "inspection")):
        (finding,) = aidledger("--lang", language, "audit", *more, "--format", "json", ledger=ledger).json["findings"]
        assert finding["message"].startswith(said)


def test_only_open_findings_at_or_above_a_severity_count(ledger: str) -> None:
    assert aidledger("audit", "--at-least", "error", ledger=ledger).exit_code == 1
    assert aidledger("audit", "--period", "2020-autumn", ledger=ledger).exit_code == 0
    assert aidledger("audit", "--program", "vocational-grant", ledger=ledger).exit_code == 0
    assert aidledger("audit", "--rule", "account-shared", ledger=ledger).exit_code == 0
    assert aidledger("audit", "--rule", "no-such-rule", ledger=ledger).exit_code == 2


def test_an_explained_finding_stays_so_until_its_facts_change(ledger: str, tmp_path: Path) -> None:
    (finding,) = aidledger("audit", "--format", "json", ledger=ledger).json["findings"]
    run = aidledger(
        "--actor", "李", "finding", finding["id"][:6], "--justify", "补发", "--format", "json", ledger=ledger
    )
    assert (run.exit_code, run.json["state"], run.json["decisions"][0]["by"]) == (0, "explained", "李")
    again = aidledger("audit", "--format", "json", ledger=ledger)
    assert (again.exit_code, again.json["findings"][0]["id"], again.json["findings"][0]["state"]) == (
        0,
        finding["id"],
        "explained",
    )
    assert aidledger("findings", "--state", "open", "--format", "json", ledger=ledger).json["findings"] == []
    third = "西山中学2021年秋季学期普通高中国家助学金花名册"
    (tmp_path / "3.xlsx").write_bytes(roster_xlsx(1, first=2, title=third))
    aidledger("import", tmp_path / "3.xlsx", "--record-conflicts", ledger=ledger)
    reopened = aidledger("audit", "--format", "json", ledger=ledger)
    assert (reopened.exit_code, reopened.json["findings"][0]["state"]) == (1, "open")
    assert reopened.json["findings"][0]["id"] == finding["id"]
    assert aidledger("verify", ledger=ledger).exit_code == 0


def test_what_is_accepted_until_a_day_opens_after_it(ledger: str) -> None:
    (finding,) = aidledger("audit", "--format", "json", ledger=ledger).json["findings"]
    accept = ("finding", finding["id"], "--accept", "wait for the school", "--until")
    assert aidledger(*accept, "2999-01-01", ledger=ledger).exit_code == 0
    assert aidledger("audit", ledger=ledger).exit_code == 0
    assert aidledger(*accept, "2000-01-01", ledger=ledger).exit_code == 0
    assert aidledger("audit", ledger=ledger).exit_code == 1
    assert aidledger("finding", finding["id"], "--accept", "no day", ledger=ledger).exit_code == 2
    assert aidledger("finding", finding["id"], "--justify", "a", "--close", "b", ledger=ledger).exit_code == 2
    assert aidledger("finding", "ffffffff", ledger=ledger).exit_code == 2


def test_the_id_is_the_same_whatever_was_imported_first(ledger: str, tmp_path: Path) -> None:
    other = tmp_path / "other.db"
    aidledger("init", ledger=other)
    aidledger("import", tmp_path / "2.xlsx", tmp_path / "1.xlsx", "--record-conflicts", ledger=other)
    ids = [aidledger("audit", "--format", "json", ledger=one).json["findings"][0]["id"] for one in (ledger, other)]
    assert ids[0] == ids[1]


def test_the_working_paper_has_a_sheet_per_rule(ledger: str, tmp_path: Path) -> None:
    paper = tmp_path / "paper.xlsx"
    aidledger("--lang", "zh", "audit", "--format", "xlsx", "-o", paper, ledger=ledger)
    book = load_workbook(paper)
    assert book.sheetnames[1:] == ["重复发放"]
    sheet = book.worksheets[1]
    assert (sheet.max_row, [cell.value for cell in sheet[3]][4:6]) == (6, ["Sheet1", 5])
    assert (sheet["A1"].value, sheet["J3"].value) == ("重复发放（duplicate-disbursement）", "普高国家助学金")
    assert str(sheet.cell(6, 1).value).startswith("台账指纹：")


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_rule_is_explained(language: str) -> None:
    for rule in (*RULES, *ACROSS):
        said = aidledger("--lang", language, "rules", rule.code, "--format", "json").json
        assert said["rule"] == rule.code
        assert said["explanation"]
        assert said["reference"]
        assert said["message"].isascii() == (language == "en") or "{" in said["message"]
    assert len(aidledger("rules", "--format", "json").json["rules"]) == len(RULES) + len(ACROSS)
    assert len({rule.code for rule in RULES}) == len(RULES)


def test_a_table_shows_what_was_found_and_what_did_not_run(ledger: str) -> None:
    shown = aidledger("audit", ledger=ledger).stdout
    assert "duplicate-disbursement" in shown
    assert "returned-not-reissued (bank-return)" in shown
    (finding,) = aidledger("audit", "--format", "json", ledger=ledger).json["findings"]
    one = aidledger("finding", finding["id"], ledger=ledger).stdout
    assert "1.xlsx" in one
    assert "2.xlsx" in one


def test_the_findings_of_one_school(ledger: str) -> None:
    of_one = aidledger("findings", "--school", "东山中学", "--format", "json", ledger=ledger)
    assert [one["rule"] for one in of_one.json["findings"]] == ["duplicate-disbursement"]
    of_another = aidledger("findings", "--school", "东山学校", "--format", "json", ledger=ledger)
    assert (of_another.exit_code, of_another.stdout) == (2, "")
    assert "东山中学" in of_another.stderr
    assert "金溪中学 +1" in aidledger("audit", "--list", ledger=ledger).stdout
