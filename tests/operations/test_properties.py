"""Whatever is imported and reversed in whatever order: the ledger holds what was posted and not taken back."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from aidledger.operations import ledgers, reporting
from aidledger.store.ledger import Ledger
from tests.builders import roster_xlsx, two_program_grid, xlsx_bytes
from tests.store.ledgers import bring_in, catalogue, new_ledger

Totals = dict[str, tuple[int, int, int]]
ROSTERS = range(5)
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
    figures, _ = reporting.summary(ledger, catalogue())
    return {code: (one.person_times, one.persons, one.amount_fen) for code, one in figures.programs.items()}


def _after(steps: Sequence[tuple[str, int]]) -> tuple[Totals, dict[int, tuple[int, int]], bool]:
    """The totals after some imports and reversals, what is in force by batch, and whether the ledger verifies."""
    with tempfile.TemporaryDirectory() as folder:
        ledger = new_ledger(Path(folder))
        in_force: dict[int, tuple[int, int]] = {}
        for what, which in steps:
            if what == "import":
                result = bring_in(ledger, _content(which), f"{which}.xlsx", record_conflicts=True)
                if result.outcome == "posted" and result.batch is not None:
                    in_force[result.batch] = (result.person_times, result.amount_fen)
            elif in_force:
                batch = sorted(in_force)[which % len(in_force)]
                ledgers.reverse(ledger, catalogue(), batch, "taken back")
                del in_force[batch]
        verdict = ledgers.verify(ledger)
        totals = _totals(ledger)
        ledger.close()
        return totals, in_force, not verdict.faults


@few
@given(st.lists(st.tuples(st.sampled_from(["import", "import", "reverse"]), st.sampled_from(ROSTERS)), max_size=8))
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
