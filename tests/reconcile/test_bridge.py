"""The way from one cut's figure to another's adds up to the fen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aidledger.domain.cut import Cut
from aidledger.domain.term import Period
from aidledger.operations import ledgers
from aidledger.reconcile.bridge import Atom, bridge
from aidledger.store.ledger import Ledger
from tests.builders import roster_xlsx
from tests.cli.harness import aidledger
from tests.store.ledgers import bring_in, catalogue, new_ledger, sample_place

TITLE = "金溪中学{term}学期普通高中国家助学金花名册"
CALENDAR, SCHOOL_YEAR = "calendar-year:2021", "school-year:2021"


def _bridges(place: Path | str, first: str, second: str, *more: str) -> list[dict[str, Any]]:
    run = aidledger(
        "report", "bridge", "--from-cut", first, "--to-cut", second, *more, "--format", "json", ledger=place
    )
    assert run.exit_code == 0, run.stderr
    assert (run.json["from_cut"], run.json["to_cut"]) == (first, second)
    found: list[dict[str, Any]] = run.json["bridges"]
    for one in found:
        *steps, last = one["steps"]
        assert sum(step["person_times"] for step in steps) == last["person_times"]
        assert sum(Decimal(step["amount"]) for step in steps) == Decimal(last["amount"])
    return found


def _steps(found: dict[str, Any]) -> list[tuple[str, str, int, str]]:
    return [(step["step"], step["label"], step["person_times"], step["amount"]) for step in found["steps"]]


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    """Spring, autumn and the spring after; imported on three days, the autumn's taken back on a fourth."""
    ledger = new_ledger(tmp_path)
    terms = (("2021年春季", 2, 3), ("2021年秋季", 3, 9), ("2022年春季", 4, 12))
    for number, (term, rows, month) in enumerate(terms):
        there = replace(ledger, clock=partial(datetime, 2021, month, 1, 8, tzinfo=UTC))
        bring_in(there, roster_xlsx(rows, first=10 * number, title=TITLE.format(term=term)), f"{number}.xlsx")
    return ledger


def test_from_the_calendar_year_to_the_school_year(ledger: Ledger) -> None:
    [one] = _bridges(ledger.place, CALENDAR, SCHOOL_YEAR)
    assert (one["program"], one["loan"]) == (None, False)
    assert _steps(one) == [
        ("from", CALENDAR, 5, "5000.00"),
        ("only-from", "2021-spring", -2, "-2000.00"),
        ("only-to", "2022-spring", 4, "4000.00"),
        ("to", SCHOOL_YEAR, 7, "7000.00"),
    ]


def test_by_the_day_of_posting_a_reversal_stands_at_its_own_day(ledger: Ledger) -> None:
    later = replace(ledger, clock=lambda: datetime(2022, 1, 5, tzinfo=UTC))
    ledgers.reverse(later, catalogue(), 2, "sent in error")
    [one] = _bridges(ledger.place, "posted:2021-09-01..2021-12-31", SCHOOL_YEAR)
    assert _steps(one) == [
        ("from", "posted:2021-09-01..2021-12-31", 7, "7000.00"),
        ("only-to", "2021-autumn", -3, "-3000.00"),
        ("to", SCHOOL_YEAR, 4, "4000.00"),
    ]
    assert one["steps"][1]["reversal"] is True
    [one] = _bridges(ledger.place, "posted:2022-01-01..2022-01-31", "term:2021-autumn")
    assert _steps(one) == [
        ("from", "posted:2022-01-01..2022-01-31", -3, "-3000.00"),
        ("only-to", "2021-autumn", 3, "3000.00"),
        ("to", "term:2021-autumn", 0, "0.00"),
    ]


def test_by_program_and_loans_apart(tmp_path: Path) -> None:
    place = sample_place(tmp_path)
    whole = _bridges(place, CALENDAR, SCHOOL_YEAR)
    assert [one["loan"] for one in whole] == [False, True]
    parts = _bridges(place, CALENDAR, SCHOOL_YEAR, "--by", "program")
    assert [one["program"] for one in parts] == [
        code for code in catalogue().programs if code in {one["program"] for one in parts}
    ]
    for end in (0, -1):
        for loan in (False, True):
            total = next(one for one in whole if one["loan"] == loan)["steps"][end]
            some = [one["steps"][end] for one in parts if one["loan"] == loan]
            assert sum(step["person_times"] for step in some) == total["person_times"]
            assert sum(Decimal(step["amount"]) for step in some) == Decimal(total["amount"])


@pytest.mark.parametrize("form", ["table", "csv", "xlsx"])
@pytest.mark.parametrize("language", ["en", "zh"])
def test_it_can_be_read_and_handed_on(ledger: Ledger, tmp_path: Path, form: str, language: str) -> None:
    path = tmp_path / f"bridge.{form}"
    command = ("report", "bridge", "--from-cut", CALENDAR, "--to-cut", SCHOOL_YEAR, "--format", form, "-o", str(path))
    run = aidledger("--lang", language, *command, ledger=ledger.place)
    assert run.exit_code == 0
    assert path.stat().st_size > 0


def test_a_cut_that_is_none_is_misuse(ledger: Ledger) -> None:
    run = aidledger("report", "bridge", "--from-cut", "2021", "--to-cut", SCHOOL_YEAR, ledger=ledger.place)
    assert run.exit_code == 2
    assert "calendar-year:2021" in run.stderr


def test_an_empty_ledger_has_no_bridge(tmp_path: Path) -> None:
    assert _bridges(new_ledger(tmp_path).place, CALENDAR, SCHOOL_YEAR) == []


years = st.integers(2019, 2023)
periods = st.builds(lambda year, half: f"{year}{half}", years, st.sampled_from(["", "-spring", "-autumn"]))
cuts = st.one_of(
    st.builds(lambda kind, year: f"{kind}:{year}", st.sampled_from(["calendar-year", "school-year"]), years),
    st.builds(lambda period: f"term:{period}", periods),
    st.just("span:2020-autumn..2022-spring"),
    st.just("posted:2021-01-01..2021-12-31"),
).map(Cut.parse)


@st.composite
def _atoms(draw: st.DrawFn) -> list[Atom]:
    found = []
    for _ in range(draw(st.integers(0, 12))):
        reversal, count, fen = draw(st.booleans()), draw(st.integers(1, 50)), draw(st.integers(1, 10**9))
        sign = -1 if reversal else 1
        found.append(
            Atom("p", draw(periods), reversal, draw(st.booleans()), draw(st.booleans()), sign * count, sign * fen)
        )
    return found


def _taken(atoms: Sequence[Atom], cut: Cut) -> int:
    return sum(atom.amount_fen for atom in atoms if cut.holds(Period.parse(atom.period)))


@given(_atoms(), cuts, cuts)
def test_the_steps_add_up_to_the_second_figure(atoms: list[Atom], first: Cut, second: Cut) -> None:
    # A cut by terms takes in every day.
    atoms = [
        replace(atom, in_first=atom.in_first or not first.by_day, in_second=atom.in_second or not second.by_day)
        for atom in atoms
    ]
    *steps, last = bridge(atoms, first, second)
    assert sum(step.person_times for step in steps) == last.person_times
    assert sum(step.amount_fen for step in steps) == last.amount_fen
    assert steps[0].amount_fen == _taken([atom for atom in atoms if atom.in_first], first)
    assert last.amount_fen == _taken([atom for atom in atoms if atom.in_second], second)
    if first == second and not first.by_day:
        assert len(steps) == 1
