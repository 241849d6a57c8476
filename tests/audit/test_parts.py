"""Parts of a term: judged by their sum, found once, missed by the month; and what an import says of them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from aidledger.operations import auditing
from aidledger.store.ledger import Ledger
from tests.audit.ledgers import found
from tests.builders.files import xlsx_bytes
from tests.builders.months import VOCATIONAL, part_grid, part_xlsx
from tests.cli.harness import aidledger
from tests.store.ledgers import bring_in, catalogue, new_ledger

MONTHS = ("9月份", "10月份", "11月份", "12月份", "1月份")


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    return new_ledger(tmp_path)


def _post(
    ledger: Ledger, part: str, who: tuple[int, ...], amount: float = 200, title: str = VOCATIONAL
) -> list[tuple[str, int | None]]:
    """Import a roster; what the import says of its rows."""
    result = bring_in(ledger, part_xlsx(part, who, amount, title=title), f"{part}.xlsx", record_conflicts=True)
    assert result.outcome == "posted"
    return [(one.code, one.place.row) for one in result.problems]


def test_a_finding_of_parts_names_all_of_them_and_all_of_their_money(ledger: Ledger) -> None:
    for part in MONTHS:
        _post(ledger, part, (0, 1), 300)
    one, other = found(ledger, "amount-off-standard")
    assert (one.persons, one.amount_fen, len(one.evidence)) == (1, 150_000, 5)
    assert {row.amount_fen for row in other.evidence} == {30_000}
    assert one.facts["amount"] == "1500.00"


def test_whether_a_term_has_ended_is_told_by_the_day(ledger: Ledger) -> None:
    for part in MONTHS[:2]:
        _post(ledger, part, (0,))
    codes = ["amount-off-standard", "average-impossible", "part-missing"]

    def rules(month: int, day: int) -> set[str]:
        there = replace(ledger, clock=lambda: datetime(2022, month, day, 1, tzinfo=UTC))
        return {one.rule for one in auditing.audit(there, catalogue(), codes).found.findings}

    assert rules(1, 31) == set()
    assert rules(2, 1) == {"amount-off-standard"}


def test_a_missing_month_is_named_and_counted_at_what_a_month_usually_is(ledger: Ledger) -> None:
    for part in MONTHS:
        _post(ledger, part, (0, 1, 2) if part in MONTHS[::2] else (0, 2))
    (finding,) = found(ledger, "part-missing")
    assert (finding.persons, finding.amount_fen, len(finding.evidence)) == (1, 40_000, 3)
    assert finding.facts["months"] == ("2021-10", "2021-12")
    run = aidledger("--lang", "zh", "audit", "--rule", "part-missing", "--format", "json", ledger=ledger.place)
    assert "2021年10月、2021年12月" in run.json["findings"][0]["message"]


def test_several_months_in_one_payment_are_each_of_them(ledger: Ledger) -> None:
    _post(ledger, "9-11月份", (0, 1), 600)
    _post(ledger, "12月份", (0,))
    _post(ledger, "1月份", (0, 1))
    (finding,) = found(ledger, "part-missing")
    assert (finding.facts["months"], finding.amount_fen) == (("2021-12",), 20_000)


def test_what_is_not_paid_again_is_all_parts_of_the_term_before(ledger: Ledger) -> None:
    for part in MONTHS:
        grid = part_grid(part, [0, 1])
        for row in grid[2:]:
            row[2] = "高一"
        bring_in(ledger, xlsx_bytes(grid), f"{part}.xlsx")
    bring_in(ledger, part_xlsx("", [0], 1000, term="2022年春季"), "spring.xlsx")
    (finding,) = found(ledger, "lapsed-disbursement")
    assert (finding.amount_fen, len(finding.evidence)) == (100_000, 5)


def test_programs_that_exclude_each_other_are_weighed_with_all_their_parts(ledger: Ledger) -> None:
    for part in MONTHS:
        _post(ledger, part, (0,))
    _post(ledger, "", (0,), 500, "金溪中学{term}学期普通高中国家助学金花名册")
    (finding,) = found(ledger, "exclusive-programs")
    assert (finding.amount_fen, len(finding.evidence)) == (50_000, 6)


# --- at import -------------------------------------------------------------------------------------------------------


def test_an_import_says_which_row_makes_the_parts_too_much(ledger: Ledger) -> None:
    for part in MONTHS:
        assert _post(ledger, part, (0, 1)) == []
    assert _post(ledger, "补差", (1, 2), 100) == [("amount-off-standard", 3)]


def test_parts_that_come_to_less_or_to_the_standard_are_said_nothing_of(ledger: Ledger) -> None:
    assert _post(ledger, "第一批", (0, 1), 600) == []
    assert _post(ledger, "第二批", (0, 1), 400) == []


def test_the_whole_term_beside_a_part_is_too_much_whichever_comes_first(ledger: Ledger) -> None:
    assert _post(ledger, "9月份", (0,)) == []
    assert _post(ledger, "", (0, 1), 1000) == [("amount-off-standard", 3)]
    assert _post(ledger, "10月份", (1,)) == [("amount-off-standard", 3)]


def test_the_same_month_again_is_a_duplicate_and_another_month_is_none(ledger: Ledger) -> None:
    _post(ledger, "9月份", (0,))
    assert bring_in(ledger, part_xlsx("10月份", [0]), "october.xlsx").outcome == "posted"
    again = bring_in(ledger, part_xlsx("9月份", [0, 1]), "again.xlsx")
    assert (again.outcome, [one.code for one in again.problems]) == ("rejected", ["duplicate-in-ledger"])


def test_a_new_version_of_a_month_is_judged_with_the_other_months(ledger: Ledger) -> None:
    for part in MONTHS:
        _post(ledger, part, (0, 1))
    again = bring_in(ledger, part_xlsx("1月份", [0, 1], 300), "again.xlsx", supersedes=5)
    assert [(one.code, one.place.row) for one in again.problems] == [
        ("amount-off-standard", 3),
        ("amount-off-standard", 4),
    ]
