"""Whatever the order of import, the same findings; what was taken back leaves none behind."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from datetime import date
from functools import cache
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from aidledger.operations import auditing, ledgers
from tests.audit.cases import cases, grid
from tests.builders import xlsx_bytes
from tests.store.ledgers import bring_in, catalogue, new_ledger

few = settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.too_slow])
_BORN = date(2006, 3, 15)


@cache
def _lists() -> list[bytes]:
    """The lists of all cases, each once. A bank return is of payments that came before it, and stays out."""
    grids = [
        grid(listed, _BORN, case.people)
        for case in cases()
        if case.born == _BORN
        for listed in case.lists
        if "回盘" not in listed["title"]
    ]
    distinct = {repr(one): one for one in grids}
    return [xlsx_bytes(one) for one in distinct.values()]


def _found(order: Sequence[int], taken_back: frozenset[int] = frozenset()) -> set[tuple[str, str, str]]:
    """Findings (rule, id, digest of the facts) after importing lists in an order and reversing some."""
    with tempfile.TemporaryDirectory() as folder:
        ledger = new_ledger(Path(folder))
        batches = {}
        for which in order:
            result = bring_in(ledger, _lists()[which], f"{which}.xlsx", record_conflicts=True)
            if result.outcome == "posted" and result.batch is not None:
                batches[which] = result.batch
        for which in sorted(taken_back & batches.keys()):
            ledgers.reverse(ledger, catalogue(), batches[which], "taken back")
        found = auditing.audit(ledger, catalogue()).found.findings
        ledger.close()
        assert len({one.id for one in found}) == len(found), "a decision is about one finding"
        return {(one.rule, one.id, one.facts_digest) for one in found}


_some = st.lists(st.integers(0, len(_lists()) - 1), min_size=2, max_size=7, unique=True)


@few
@given(_some.flatmap(lambda some: st.tuples(st.just(some), st.permutations(some))))
def test_the_order_of_import_does_not_matter(orders: tuple[list[int], list[int]]) -> None:
    assert _found(orders[0]) == _found(orders[1])


@few
@given(_some, st.frozensets(st.integers(0, len(_lists()) - 1)))
def test_reversal_removes_the_findings_of_what_was_reversed(order: list[int], taken_back: frozenset[int]) -> None:
    left = [which for which in order if which not in taken_back]
    assert _found(order, taken_back) == _found(left)
