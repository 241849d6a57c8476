"""Person-times against amounts: what a roster declared, what the standards allow, what was published."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from aidledger.domain.term import Period
from aidledger.operations import ledgers
from aidledger.sheets.recognition.hints import Hints
from aidledger.store.ledger import Ledger
from tests.builders import edited_package, roster_grid, roster_xlsx, with_cells, xlsx_bytes
from tests.cli.harness import aidledger
from tests.imports.make_samples import SAMPLES
from tests.store.ledgers import bring_in, bring_in_all, catalogue, new_ledger, sample_place

REPORT = """\
code: county-2021
names: {{zh: 某县2021年报告, en: A county's report of 2021}}
district: 某县
from: 2021-autumn
to: 2021-autumn
reference: made up
lines:
  - {{program: high-school-grant, count: {count}, amount_wan: {wan}}}
"""


def _lines(ledger: Ledger | str, *arguments: str) -> tuple[int, list[dict[str, Any]]]:
    place = ledger if isinstance(ledger, str) else ledger.place
    run = aidledger("reconcile", *arguments, "--format", "json", ledger=place)
    return run.exit_code, run.json["lines"]


def _side(count: int | None, amount: str | None) -> dict[str, object]:
    return {"person_times": count, "amount": amount}


@pytest.fixture(scope="module")
def right(tmp_path_factory: pytest.TempPathFactory) -> str:
    return sample_place(tmp_path_factory.mktemp("right"))


@pytest.fixture(scope="module")
def wrong(tmp_path_factory: pytest.TempPathFactory) -> Ledger:
    """History as it was: a roster of 4 that says 5 and 5000, and a payment that no standard allows."""
    ledger = new_ledger(tmp_path_factory.mktemp("wrong"))
    bring_in(ledger, roster_xlsx(3))
    east = roster_grid(4, first=10, title="东山中学2021年秋季学期普通高中国家助学金花名册")
    bring_in(ledger, xlsx_bytes(with_cells(east, {"B7": "5人", "F7": 5000})), record_conflicts=True)
    west = roster_grid(2, first=20, title="西山中学2021年秋季学期普通高中国家助学金花名册")
    bring_in(ledger, xlsx_bytes(with_cells(west, {"F4": 3000, "F5": 4000})))
    return ledger


def test_a_ledger_that_is_right_reconciles(right: str) -> None:
    code, lines = _lines(right)
    assert code == 0
    assert {line["check"] for line in lines} == {"declared", "standard"}
    assert [line for line in lines if not line["ok"]] == []
    for line in lines:
        assert line["expected"] == line["actual"] or None in line["expected"].values()
        assert line["difference"]["amount"] == "0.00"


def test_every_program_period_and_school_is_held_to_the_standard(right: str) -> None:
    _, lines = _lines(right, "--check", "standard")
    keys = [(line["program"], line["period"], line["school"]) for line in lines]
    assert len(set(keys)) == len(keys)
    assert ("compulsory-living-subsidy", "2022-spring", "青溪小学") in keys
    assert sum(line["actual"]["person_times"] for line in lines) == 72


def test_what_a_roster_declared_and_does_not_hold_is_a_line(wrong: Ledger) -> None:
    code, lines = _lines(wrong, "--check", "declared")
    assert code == 1
    by_school = {line["school"]: line for line in lines}
    assert {school: line["ok"] for school, line in by_school.items()} == {
        "金溪中学": True,
        "东山中学": False,
        "西山中学": True,
    }
    east = by_school["东山中学"]
    assert east["expected"] == _side(5, "5000.00")
    assert east["actual"] == _side(4, "4000.00")
    assert east["difference"] == _side(-1, "-1000.00")
    assert (east["program"], east["period"]) == ("high-school-grant", "2021-autumn")


def test_what_no_standard_allows_is_a_line(wrong: Ledger) -> None:
    code, lines = _lines(wrong, "--check", "standard")
    assert code == 1
    [west] = [line for line in lines if not line["ok"]]
    assert west["school"] == "西山中学"
    assert west["expected"] == _side(2, "2500.00")
    assert west["actual"] == _side(2, "4000.00")
    assert west["difference"] == _side(0, "1500.00")


def test_two_rosters_that_are_wrong_against_each_other_are_not_right_together(tmp_path: Path) -> None:
    ledger = new_ledger(tmp_path)
    for first, total in ((0, 2000), (10, 4000)):
        grid = with_cells(roster_grid(3, first=first), {"F6": total})
        bring_in(ledger, xlsx_bytes(grid), record_conflicts=True)
    code, [line] = _lines(ledger, "--check", "declared")
    assert (code, line["ok"]) == (1, False)
    assert line["expected"] == _side(None, "6000.00")
    assert line["actual"] == _side(6, "6000.00")


def test_what_was_reversed_is_not_reconciled(tmp_path: Path) -> None:
    ledger = new_ledger(tmp_path)
    bring_in(ledger, SAMPLES["24-bad-total.xlsx"](), record_conflicts=True)
    assert _lines(ledger)[0] == 1
    ledgers.reverse(ledger, catalogue(), 1, "sent in error")
    assert _lines(ledger) == (0, [])


def test_a_roster_that_declares_nothing_has_no_line(tmp_path: Path) -> None:
    ledger = new_ledger(tmp_path)
    bring_in(ledger, roster_xlsx(3, total=False))
    assert _lines(ledger, "--check", "declared") == (0, [])


def test_lines_can_be_asked_for_by_program_and_period(right: str) -> None:
    _, lines = _lines(right, "--program", "high-school-grant", "--period", "2022-spring")
    assert {(line["program"], line["period"]) for line in lines} == {("high-school-grant", "2022-spring")}
    assert len(lines) == 2


def test_the_screen_shows_what_is_wrong_and_all_of_it_where_asked(wrong: Ledger) -> None:
    short = aidledger("reconcile", ledger=wrong.place).stdout
    long = aidledger("reconcile", "--all", ledger=wrong.place).stdout
    assert "东山中学" in short
    assert "金溪中学" not in short
    assert "金溪中学" in long


# --- published totals ------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def paid(tmp_path_factory: pytest.TempPathFactory) -> Ledger:
    """7 person-times, 7123.50 元: 0.71235 万元."""
    ledger = new_ledger(tmp_path_factory.mktemp("paid"))
    grid = with_cells(roster_grid(7), {"F9": 1123.5, "F10": 7123.5})
    assert bring_in(ledger, xlsx_bytes(grid)).amount_fen == 712_350
    return ledger


@pytest.mark.parametrize(
    ("count", "wan", "ok"),
    [
        (7, "0.71235", True),
        (7, "0.7124", True),  # half up, as people round
        (7, "0.712", True),
        (7, "0.71", True),
        (7, "0.7", True),
        (7, "1", True),
        (7, "0.7123", False),
        (7, "0.713", False),
        (7, "0.72", False),
        (7, "0.70", False),
        (7, "0.712350", True),
        (6, "0.712", False),
        (8, "0.712", False),
    ],
)
def test_a_published_total_is_compared_at_the_precision_it_was_printed_with(
    paid: Ledger, tmp_path: Path, count: int, wan: str, ok: bool
) -> None:
    path = tmp_path / "county-2021.yaml"
    path.write_text(REPORT.format(count=count, wan=wan), encoding="utf-8")
    for command in (("report", "compare", str(path)), ("reconcile", "--check", "report", "--report", str(path))):
        run = aidledger(*command, "--format", "json", ledger=paid.place)
        [line] = run.json["lines"]
        assert (run.exit_code, line["ok"]) == (0 if ok else 1, ok)
        assert (line["check"], line["printed_wan"], line["school"]) == ("report", wan, None)
        assert line["expected"]["person_times"] == count
        assert line["actual"] == _side(7, "7123.50")


def test_programs_that_are_counted_in_heads_are_compared_in_heads(tmp_path: Path) -> None:
    """Two years of aid to the same five students: five persons, ten payments."""
    ledger = new_ledger(tmp_path)
    content = SAMPLES["07-college-filing-list.xlsx"]()
    bring_in(ledger, content)
    again = edited_package(content, {"docProps/core.xml": lambda part: part + b"\n"})
    assert bring_in(ledger, again, hints=Hints(period=Period(2022))).outcome == "posted"
    text = REPORT.format(count=5, wan="4").replace("high-school-grant", "college-poverty-aid")
    path = tmp_path / "college.yaml"
    path.write_text(text.replace("to: 2021-autumn", "to: 2022-autumn"), encoding="utf-8")
    run = aidledger("report", "compare", path, "--format", "json", ledger=ledger.place)
    assert (run.exit_code, run.json["lines"][0]["actual"]) == (0, _side(5, "40000.00"))


def test_a_ledger_that_was_only_begun_is_not_held_against_a_finished_report(right: str, tmp_path: Path) -> None:
    begun = new_ledger(tmp_path)
    bring_in_all(begun, {"one.xlsx": roster_xlsx(3)})
    assert _lines(begun, "--check", "report") == (0, [])
    code, lines = _lines(begun, "--check", "report", "--report", "gaoping-2021-2022h1")
    assert (code, len(lines), {line["ok"] for line in lines}) == (1, 9, {False})


def test_an_empty_ledger_has_nothing_to_reconcile(tmp_path: Path) -> None:
    assert _lines(new_ledger(tmp_path)) == (0, [])
