"""Whatever is imported and reversed in whatever order: the ledger holds what was posted and not taken back."""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from functools import cache
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from aidledger.domain.term import Period
from aidledger.operations import ledgers, reporting
from aidledger.store.ledger import Ledger
from aidledger.store.model.tables import Entry, ProgramRow
from tests.builders import roster_xlsx, two_program_grid, xlsx_bytes
from tests.store.ledgers import bring_in, catalogue, new_ledger

Totals = dict[str, tuple[int, int, int]]
Steps = Sequence[tuple[str, int]]
InForce = dict[int, tuple[int, int]]
ROSTERS = range(5)
STEPS = st.lists(st.tuples(st.sampled_from(["import", "import", "reverse"]), st.sampled_from(ROSTERS)), max_size=8)
few = settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@cache
def _content(which: int) -> bytes:
    """Three rosters that agree with one another, and two that pay some of the same people once more."""
    if which == 3:
        return roster_xlsx(3, first=1, title="东山中学2021年秋季学期普通高中国家助学金花名册")
    if which == 4:
        return xlsx_bytes(two_program_grid(4))
    return roster_xlsx(which + 2, first=10 * which, title=f"金溪中学202{which}年秋季学期普通高中国家助学金花名册")


def _totals(ledger: Ledger) -> Totals:
    figures = reporting.summary(ledger, catalogue()).found
    return {code: (one.person_times, one.persons, one.amount_fen) for code, one in figures.programs.items()}


@contextmanager
def _ledger_after(steps: Steps) -> Iterator[tuple[Ledger, InForce]]:
    """A ledger after some imports and reversals, and what is in force by batch: person-times and 分."""
    with tempfile.TemporaryDirectory() as folder, closing(new_ledger(Path(folder))) as ledger:
        in_force: InForce = {}
        for what, which in steps:
            if what == "import":
                result = bring_in(ledger, _content(which), f"{which}.xlsx", record_conflicts=True)
                if result.outcome == "posted" and result.batch is not None:
                    in_force[result.batch] = (result.person_times, result.amount_fen)
            elif in_force:
                batch = sorted(in_force)[which % len(in_force)]
                ledgers.reverse(ledger, catalogue(), batch, "taken back")
                del in_force[batch]
        yield ledger, in_force


def _after(steps: Steps) -> tuple[Totals, InForce, bool]:
    """The totals after some imports and reversals, what is in force by batch, and whether the ledger verifies."""
    with _ledger_after(steps) as (ledger, in_force):
        return _totals(ledger), in_force, not ledgers.verify(ledger).faults


def _payments(ledger: Ledger) -> list[tuple[str, str, int]]:
    """Program, period and person of every entry that was not reversed, told one by one."""
    with ledger.reading("open") as books:
        query = select(ProgramRow.c.code, Entry.c.period, Entry.c.beneficiary_id, Entry.c.id, Entry.c.reversal_of)
        rows = books.execute(query.join(ProgramRow, ProgramRow.c.id == Entry.c.program_id)).all()
    taken_back = {row.reversal_of for row in rows}
    return [(row[0], row[1], row[2]) for row in rows if row.reversal_of is None and row.id not in taken_back]


@few
@given(STEPS)
def test_persons_are_those_of_whom_something_is_in_force(steps: list[tuple[str, int]]) -> None:
    with _ledger_after(steps) as (ledger, _):
        payments = _payments(ledger)
        for span in (None, *sorted({Period.parse(period) for _, period, _ in payments}, key=str)):
            figures = reporting.summary(ledger, catalogue(), span, span).found
            paid = [(code, who) for code, period, who in payments if span is None or period == str(span)]
            counted = {code: one.persons for code, one in figures.programs.items() if one.persons}
            assert counted == Counter(code for code, _ in set(paid))
            assert figures.aid.persons == len({who for _, who in paid})


@few
@given(STEPS)
def test_the_ledger_holds_what_was_posted_and_not_taken_back(steps: list[tuple[str, int]]) -> None:
    totals, in_force, whole = _after(steps)
    assert whole
    assert sum(count for count, _, _ in totals.values()) == sum(count for count, _ in in_force.values())
    assert sum(fen for _, _, fen in totals.values()) == sum(fen for _, fen in in_force.values())
    assert all(persons <= count for count, persons, _ in totals.values())


@few
@given(st.permutations(list(ROSTERS)))
def test_the_order_of_imports_does_not_change_the_totals(order: list[int]) -> None:
    assert _after([("import", which) for which in order])[0] == _after([("import", which) for which in ROSTERS])[0]


@few
@given(st.lists(st.sampled_from(ROSTERS), min_size=1, max_size=5))
def test_importing_again_changes_nothing(order: list[int]) -> None:
    once = [("import", which) for which in order]
    assert _after(once + once)[:2] == _after(once)[:2]


@few
@given(st.lists(st.sampled_from(ROSTERS), min_size=1, max_size=4, unique=True))
def test_what_is_taken_back_wholly_leaves_nothing(order: list[int]) -> None:
    imports = [("import", which) for which in order]
    totals, in_force, whole = _after(imports + [("reverse", 0)] * len(order))
    assert whole
    assert in_force == {}
    assert set(totals.values()) == {(0, 0, 0)}
