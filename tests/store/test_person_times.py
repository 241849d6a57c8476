"""Person-times in SQL are those that domain.part.person_times counts, however entries are cut and reversed."""

from __future__ import annotations

import tempfile
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from aidledger.audit.rule import Scope
from aidledger.audit.totals import totals as totals_of
from aidledger.audit.totals import totals_of_schools
from aidledger.domain.part import person_times
from aidledger.operations import ledgers, reporting
from aidledger.reports.cuts import DIMENSIONS
from aidledger.reports.summary import counted
from aidledger.store.ledger import Ledger
from aidledger.store.model.tables import Entry, ProgramRow, School
from aidledger.store.postings import totals
from aidledger.store.postings.entries import in_force
from tests.builders.months import part_xlsx
from tests.store.ledgers import bring_in, catalogue, clock, new_ledger

SCHOOLS = ("江北职业中学", "江南职业中学")
few = settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])


class Roster(NamedTuple):
    """What a file pays: whom, for which part of which term, at which school, how often it was taken back."""

    part: str
    who: tuple[int, ...]
    school: int
    term: str
    reversed_: bool


rosters = st.builds(
    Roster,
    st.sampled_from(["", "9月份", "10月份", "11月份", "第一批", "补发"]),
    st.lists(st.integers(0, 4), min_size=1, max_size=5).map(tuple),
    st.integers(0, 1),
    st.sampled_from(["2021年秋季", "2021年秋季", "2022年春季"]),
    st.booleans(),
)


def _posted(folder: Path, some: Sequence[Roster]) -> Ledger:
    ledger = new_ledger(folder)
    for number, one in enumerate(some):
        title = f"{SCHOOLS[one.school]}{{term}}学期中职国家助学金花名册"
        content = part_xlsx(one.part, one.who, 200, title=title, term=one.term)
        result = bring_in(ledger, content, f"{number}.xlsx", record_conflicts=True)
        if one.reversed_ and result.batch is not None and result.outcome == "posted":
            ledgers.reverse(ledger, catalogue(), result.batch, "sent in error")
    return ledger


def _entries(ledger: Ledger) -> Sequence[Any]:
    query = (
        select(Entry, ProgramRow.c.code.label("program"), School.c.name.label("school"))
        .join(ProgramRow, ProgramRow.c.id == Entry.c.program_id)
        .join(School, School.c.id == Entry.c.school_id)
        .where(in_force(Entry))
    )
    with ledger.reading() as books:
        return books.execute(query).all()


def _by_hand(entries: Sequence[Any], *cuts: str) -> dict[tuple[Any, ...], int]:
    cells: dict[tuple[Any, ...], list[Any]] = defaultdict(list)
    for row in entries:
        cells[tuple(getattr(row, cut) for cut in cuts)].append(row)
    return {
        cell: person_times(((row.program, row.period, row.beneficiary_id), row.part) for row in rows)
        for cell, rows in cells.items()
    }


@few
@given(st.lists(rosters, min_size=1, max_size=7))
def test_every_figure_counts_person_times_as_they_are_defined(some: list[Roster]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        ledger = _posted(Path(folder), some)
        entries = _entries(ledger)
        with ledger.reading() as books:
            periods = totals.periods(books)
            for cuts in (("program",), ("school",), ("period", "part"), ("category", "school"), ("grade", "period")):
                figures = counted(books, periods, *cuts)
                assert {cell: one.person_times for cell, one in figures.items()} == _by_hand(entries, *cuts), cuts
            paid = totals.paid(books, periods)
            scope = Scope(books, catalogue(), clock().date())
            at_schools = {(one.program, one.period, one.school): one.person_times for one in totals_of_schools(scope)}
            of_terms = {(one.program, one.period): one.person_times for one in totals_of(scope)}
        by_program = {(code,): one.person_times for code, one in paid.programs.items() if one.person_times}
        assert by_program == _by_hand(entries, "program")
        assert paid.aid.person_times == sum(by_program.values())
        assert at_schools == _by_hand(entries, "program", "period", "school")
        assert of_terms == _by_hand(entries, "program", "period")
        explained = reporting.entries(ledger, catalogue(), "kind=aid").found.figures
        assert (explained.person_times, explained.amount_fen) == (paid.aid.person_times, paid.aid.amount_fen)
        for school in {row.school for row in entries}:
            statement = reporting.school_statement(ledger, catalogue(), school).found
            own = [row for row in entries if row.school == school]
            assert statement.aid.person_times == sum(_by_hand(own, "program").values())
            here = {(one.program, one.period): one.figures.person_times for one in statement.lines}
            assert {key: times for key, times in here.items() if times} == _by_hand(own, "program", "period")
        ledger.close()


def test_ten_monthly_files_are_one_person_time_a_semester(tmp_path: Path) -> None:
    ledger = new_ledger(tmp_path)
    terms = {"2021年秋季": (9, 10, 11, 12, 1), "2022年春季": (3, 4, 5, 6, 7)}
    for term, months in terms.items():
        for month in months:
            posted = bring_in(ledger, part_xlsx(f"{month}月份", range(3), term=term), f"{term}{month}.xlsx")
            assert (posted.outcome, [problem.code for problem in posted.problems]) == ("posted", [])
    summary = reporting.summary(ledger, catalogue(), by=("period",)).found
    figures = {group.by["period"]: group.figures for group in summary.groups}
    assert {period: (one.person_times, one.amount_fen) for period, one in figures.items()} == {
        "2021-autumn": (3, 300_000),
        "2022-spring": (3, 300_000),
    }
    total = summary.programs["vocational-grant"]
    assert (total.person_times, total.persons, total.amount_fen) == (6, 3, 600_000)


@pytest.mark.parametrize("repeated", ["9月份", ""])
def test_what_is_recorded_twice_counts_as_often_as_it_was_rostered(tmp_path: Path, repeated: str) -> None:
    ledger = new_ledger(tmp_path)
    for number, part in enumerate(("9月份", "10月份", "11月份", "", repeated)):
        bring_in(ledger, part_xlsx(part, [0], 200 + number), f"{number}.xlsx", record_conflicts=True)
    with ledger.reading() as books:
        paid = totals.paid(books, totals.periods(books)).programs["vocational-grant"]
    assert (paid.person_times, paid.persons, paid.amount_fen) == (2, 1, 101_000)


def test_every_cut_counts(tmp_path: Path) -> None:
    ledger = new_ledger(tmp_path)
    for number, part in enumerate(("9月份", "10月份")):
        bring_in(ledger, part_xlsx(part, range(2)), f"{number}.xlsx")
    with ledger.reading() as books:
        periods = totals.periods(books)
        for name in DIMENSIONS:
            times = sum(one.person_times for one in counted(books, periods, name).values())
            assert times == (4 if name == "part" else 2), name
