"""Parts of a term reconciled: declared by rows or by pupils, judged by their sum, bridged as they were added."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from aidledger.domain.cut import Cut
from aidledger.domain.part import person_times
from aidledger.domain.published import PublishedLine, PublishedReport
from aidledger.domain.term import Period
from aidledger.operations import ledgers, reconciling, reporting
from aidledger.reconcile.bridge import Bridge
from aidledger.reconcile.line import Comparison, Figures, Line
from aidledger.store.ledger import Ledger
from aidledger.store.model.tables import Batch, Entry
from tests.builders import Grid, xlsx_bytes
from tests.builders.lists import allotment_grid
from tests.builders.months import part_grid, part_xlsx
from tests.builders.people import people
from tests.store.ledgers import bring_in, catalogue, new_ledger

MONTHS = ("9月份", "10月份", "11月份", "12月份", "1月份")
few = settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    return new_ledger(tmp_path)


def _post(ledger: Ledger, content: bytes, name: str = "roster.xlsx") -> None:
    result = bring_in(ledger, content, name, record_conflicts=True)
    assert result.outcome == "posted", result.problems


def _lines(ledger: Ledger, check: Comparison, *, details: bool = False) -> list[Line]:
    return reconciling.reconcile(ledger, catalogue(), [check], details=details).found


# --- what a roster declares ------------------------------------------------------------------------------------------


def _two_months_in_one(total: int | None, fen: int = 80_000) -> Grid:
    """Two pupils' September and October one below the other, under a total line."""
    rows = [*part_grid("9月份", [0, 1])[2:], *part_grid("10月份", [0, 1])[2:]]
    header = [*part_grid("", [0])[1], "月份"]
    months = [9, 9, 10, 10]
    grid: Grid = [["江北职业中学2021年秋季学期中职国家助学金花名册"], header]
    grid += [[*row, month] for row, month in zip(rows, months, strict=True)]
    said = None if total is None else f"{total}人"
    return [*grid, ["合计", said, None, None, fen / 100, None]]


@pytest.mark.parametrize("declared", [2, 4])
def test_a_roster_may_declare_its_rows_or_its_person_times(ledger: Ledger, declared: int) -> None:
    _post(ledger, xlsx_bytes(_two_months_in_one(declared)))
    (line,) = _lines(ledger, "declared")
    assert (line.ok, line.expected, line.actual) == (True, Figures(declared, 80_000), Figures(declared, 80_000))


def test_a_roster_that_declares_neither_is_held_against_the_nearer(ledger: Ledger) -> None:
    _post(ledger, xlsx_bytes(_two_months_in_one(5)))
    (line,) = _lines(ledger, "declared", details=True)
    assert (line.ok, line.expected.person_times, line.actual.person_times) == (False, 5, 4)
    whole = (line.entries or [])[0]
    assert (whole.why, whole.person_times, whole.expected_person_times) == ("declares-otherwise", 4, 5)


# --- the standard ----------------------------------------------------------------------------------------------------


def test_the_sum_of_the_parts_is_held_against_the_standard(ledger: Ledger) -> None:
    for part in MONTHS:
        _post(ledger, part_xlsx(part, range(3)), f"{part}.xlsx")
    (line,) = _lines(ledger, "standard")
    assert (line.ok, line.actual, line.expected) == (True, Figures(3, 300_000), Figures(3, 300_000))


def test_what_parts_are_too_much_stands_behind_the_line(ledger: Ledger) -> None:
    for part in MONTHS:
        _post(ledger, part_xlsx(part, range(2)), f"{part}.xlsx")
    _post(ledger, part_xlsx("补差", [1], 350), "more.xlsx")
    _post(ledger, part_xlsx("", [5], 900), "at once.xlsx")
    (line,) = _lines(ledger, "standard", details=True)
    assert (line.ok, line.actual, line.expected) == (False, Figures(3, 325_000), Figures(3, 300_000))
    behind = line.entries or []
    assert [(one.amount_fen, one.expected_fen) for one in behind] == [
        *[(20_000, 20_000)] * 5,
        (35_000, 0),
        (90_000, 100_000),
    ]
    assert sum((one.amount_fen or 0) - (one.expected_fen or 0) for one in behind) == line.difference.amount_fen


def test_while_the_term_goes_on_only_too_much_is_wrong(ledger: Ledger) -> None:
    for part in MONTHS[:2]:
        _post(ledger, part_xlsx(part, [0]), f"{part}.xlsx")
    during = replace(ledger, clock=lambda: datetime(2021, 11, 1, tzinfo=UTC))
    assert [line.ok for line in _lines(during, "standard")] == [True]
    assert [line.ok for line in _lines(ledger, "standard")] == [False]
    _post(ledger, part_xlsx("补差", [0], 700), "more.xlsx")
    assert [line.ok for line in _lines(during, "standard")] == [False]


def test_a_pupil_who_changed_school_is_one_person_time_at_each(ledger: Ledger) -> None:
    for number, part in enumerate(MONTHS):
        school = "江北职业中学" if number < 2 else "江南职业中学"
        title = school + "{term}学期中职国家助学金花名册"
        _post(ledger, part_xlsx(part, [0], 200 if number else 300, title=title), f"{part}.xlsx")
    lines = {line.school: line for line in _lines(ledger, "standard", details=True)}
    assert {school: (line.ok, line.actual, line.difference.amount_fen) for school, line in lines.items()} == {
        "江北职业中学": (True, Figures(1, 50_000), 0),
        "江南职业中学": (False, Figures(1, 60_000), 10_000),
    }
    assert [one.expected_fen for one in lines["江南职业中学"].entries or ()] == [20_000, 20_000, 10_000]


def test_allotted_money_is_held_against_all_parts(ledger: Ledger) -> None:
    for part in MONTHS:
        _post(ledger, part_xlsx(part, range(2)), f"{part}.xlsx")
    _post(ledger, xlsx_bytes(allotment_grid()), "allotment.xlsx")
    (line,) = [line for line in _lines(ledger, "allotment") if line.program == "vocational-grant"]
    assert (line.ok, line.actual) == (True, Figures(2, 200_000))


def test_a_published_figure_is_made_up_of_person_times(ledger: Ledger) -> None:
    autumn = Period(2021, "autumn")
    for part in MONTHS:
        _post(ledger, part_xlsx(part, range(2)), f"{part}.xlsx")
    for count, right in ((2, True), (10, False)):
        published = PublishedLine("vocational-grant", count, "0.2")
        report = PublishedReport("made-up", {}, None, autumn, autumn, "made up", (published,))
        (line,) = reconciling.reconcile(ledger, catalogue(), ["report"], [report], details=True).found
        assert (line.ok, line.actual) == (right, Figures(2, 200_000))
    assert [(one.person_times, one.amount_fen) for one in line.entries or ()] == [(2, 200_000)]


# --- bridges ---------------------------------------------------------------------------------------------------------

FIRST = date(2021, 9, 1)


def _at(ledger: Ledger, day: date) -> Ledger:
    return replace(ledger, clock=lambda: datetime(day.year, day.month, day.day, 4, tzinfo=UTC))


def _bridge(ledger: Ledger, first: str, second: str) -> Bridge:
    (found,) = reporting.bridge(ledger, catalogue(), Cut.parse(first), Cut.parse(second)).found
    *steps, last = found.steps
    assert sum(step.person_times for step in steps) == last.person_times
    assert sum(step.amount_fen for step in steps) == last.amount_fen
    return found


def _steps(found: Bridge) -> list[tuple[str, int, int]]:
    return [(step.kind, step.person_times, step.amount_fen) for step in found.steps]


def test_a_person_time_is_added_with_its_first_part(ledger: Ledger) -> None:
    for number, part in enumerate(MONTHS[:3]):
        _post(_at(ledger, FIRST + timedelta(days=30 * number)), part_xlsx(part, range(2)), f"{part}.xlsx")
    assert _steps(_bridge(ledger, "posted:2021-09-01..2021-09-30", "term:2021-autumn")) == [
        ("from", 2, 40_000),
        ("only-to", 0, 80_000),
        ("to", 2, 120_000),
    ]
    ledgers.reverse(_at(ledger, date(2022, 1, 5)), catalogue(), 1, "in error")
    ledgers.reverse(_at(ledger, date(2022, 1, 6)), catalogue(), 2, "in error")
    ledgers.reverse(_at(ledger, date(2022, 1, 7)), catalogue(), 3, "in error")
    found = _bridge(ledger, "posted:2021-09-01..2022-01-06", "posted:2021-09-01..2022-01-07")
    assert _steps(found) == [("from", 2, 40_000), ("only-to", -2, -40_000), ("to", 0, 0)]


class _Posting:
    """A file of some day, and the day on which it was taken back."""

    def __init__(self, part: str, who: Sequence[int], day: int, taken_back: int | None) -> None:
        self.part, self.who, self.day, self.taken_back = part, who, day, taken_back


postings = st.builds(
    _Posting,
    st.sampled_from(["", "9月份", "10月份", "11月份"]),
    st.lists(st.integers(0, 3), min_size=1, max_size=3),
    st.integers(0, 5),
    st.none() | st.integers(6, 9),
)


def _state(entries: Sequence[Any], moment: str) -> int:
    """The person-times that are in force at a moment."""
    undone = {row.reversal_of for row in entries if row.reversal_of is not None and row.posted_at < moment}
    there = (row for row in entries if row.reversal_of is None and row.posted_at < moment and row.id not in undone)
    return person_times(((row.period, row.beneficiary_id), row.part) for row in there)


@few
@example([_Posting("", [0], 0, None), _Posting("9月份", [0], 0, 6)], (0, 0, 0, 0))  # counted then, taken back since
@given(st.lists(postings, min_size=1, max_size=6), st.tuples(*(st.integers(0, 9) for _ in range(4))))
def test_cuts_by_days_tell_how_many_person_times_the_days_added(some: list[_Posting], days: tuple[int, ...]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        ledger = new_ledger(Path(folder))
        taken_back: list[tuple[int, int]] = []
        for number, one in enumerate(sorted(some, key=lambda one: one.day)):
            there = _at(ledger, FIRST + timedelta(days=one.day))
            result = bring_in(
                there, part_xlsx(one.part, one.who, 200 + number), f"{number}.xlsx", record_conflicts=True
            )
            if one.taken_back is not None and result.batch is not None and result.outcome == "posted":
                taken_back.append((one.taken_back, result.batch))
        for day, batch in sorted(taken_back):
            ledgers.reverse(_at(ledger, FIRST + timedelta(days=day)), catalogue(), batch, "in error")
        cuts = []
        for one_day, other_day in (days[:2], days[2:]):
            since, until = sorted((one_day, other_day))
            cuts.append(Cut("posted", since=FIRST + timedelta(days=since), until=FIRST + timedelta(days=until)))
        query = select(Entry, Batch.c.posted_at).join(Batch, Batch.c.id == Entry.c.batch_id)
        with ledger.reading() as books:
            entries = books.execute(query).all()
        added = [_state(entries, cut.moments()[1]) - _state(entries, cut.moments()[0]) for cut in cuts]
        for bridge in reporting.bridge(ledger, catalogue(), *cuts).found:
            *steps, last = bridge.steps
            assert (steps[0].person_times, last.person_times) == tuple(added)
            assert sum(step.person_times for step in steps) == last.person_times
        ledger.close()


def test_rosters_of_parts_still_name_their_people(ledger: Ledger) -> None:
    """What stands behind a line names a person, however many parts there are."""
    _post(ledger, part_xlsx("9月份", [0], 1200), "one.xlsx")
    (line,) = _lines(ledger, "standard", details=True)
    assert [one.name for one in line.entries or ()] == [people(1)[0].name]
