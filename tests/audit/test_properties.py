"""Whatever the order of import, the same findings; what was taken back leaves none behind."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from datetime import date
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from aidledger.operations import auditing, ledgers
from tests.audit.cases import cases, grid
from tests.builders import xlsx_bytes
from tests.store.ledgers import bring_in, catalogue, new_ledger

few = settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.too_slow])
_BORN = date(2006, 3, 15)


# One list of each kind that pays nobody, beside two rosters; each tells the audit of a fault.
_EVERY_KIND: tuple[Mapping[str, Any], ...] = (
    {
        "title": "金溪中学2021年秋季学期普通高中国家助学金花名册",
        "header": ["who", "年级", "困难类型", "银行卡号", "金额"],
        "rows": [
            ["a", "高一", "低保", "6217001234567890456", 1000],
            ["b", "高一", "低保", "6217001234567890123", 1000],
            ["c", "高一", "低保", "6217001234567890345", 1000],
        ],
    },
    {
        "title": "金溪中学2021年秋季学期普通高中免学费花名册",
        "header": ["who", "年级", "困难类型", "金额"],
        "rows": [["b", "高一", "低保", 460]],
    },
    {
        "title": "金溪中学2021年秋季学期在校学生花名册",
        "header": ["who", "年级"],
        "rows": [["a", "高一"], ["b", "高一"], ["c", "高一"], ["d", "高一"]],
    },
    {
        "title": "金溪中学2021年秋季学期家庭经济困难学生认定名册",
        "header": ["who", "年级", "困难等级", "困难类型"],
        "rows": [["a", "高一", "困难", "特困供养"], ["b", "高一", "困难", "低保"], ["c", "高一", "困难", "低保"]],
    },
    {
        "file": "农村低保备案表_20210902.xlsx",
        "title": "农村低保备案表",
        "header": ["who", "与户主关系"],
        "rows": [["a", "之子"], ["b", "之女"], ["c", "之子"], ["d", "之女"]],
    },
    {
        "file": "城乡特困人员名单_20210910.xlsx",
        "title": "城乡特困人员名单",
        "header": ["who", "与户主关系"],
        "rows": [["e", "之子"]],
    },
    {
        "title": "金溪中学教职工工资卡名册",
        "header": ["学校", "教师姓名", "工资卡号"],
        "rows": [["金溪中学", "王建国", "6217001234567890456"]],
    },
    {
        "title": "高坪区2021年死亡人员名单",
        "header": ["who", "死亡日期"],
        "rows": [["c", "2021-08-12"]],
    },
    {
        "title": "金溪中学2021年秋季学期学费收费台账",
        "header": ["who", "收费项目", "收费金额", "收费日期"],
        "rows": [["b", "学费", 460, "2021-09-01"]],
    },
    {
        "title": "金溪中学2021年秋季学期普通高中国家助学金(全国资助系统导出)",
        "header": ["who", "年级", "资助金额"],
        "rows": [["a", "高一", 1000], ["b", "高一", 1500], ["c", "高一", 1000]],
    },
    {
        "title": "高坪区2021年秋季学期普通高中国家助学金名额分配表",
        "header": ["序号", "学校名称", "名额"],
        "rows": [[1, "金溪中学", 2]],
    },
)
_THEIR_RULES = {
    *("card-of-staff", "certified-not-listed", "coverage-off-quota", "fee-collected-and-waived"),
    *("listed-not-paid", "national-system-differs", "paid-after-death"),
}


@cache
def _lists() -> list[tuple[str | None, bytes]]:
    """The lists of all cases, each once, with the names of files that say something.

    A bank return is of payments that came before it, and stays out.
    """
    distinct = {}
    for case in cases():
        if case.born == _BORN:
            for listed in case.lists:
                if "回盘" not in listed["title"]:
                    one = grid(listed, _BORN, case.people)
                    distinct[repr((listed.get("file"), one))] = (listed.get("file"), one)
    return [(name, xlsx_bytes(one)) for name, one in distinct.values()]


def _found(
    order: Sequence[int],
    taken_back: frozenset[int] = frozenset(),
    lists: Sequence[tuple[str | None, bytes]] | None = None,
) -> set[tuple[str, str, str]]:
    """Findings (rule, id, digest of the facts) after importing lists (all cases') in an order and reversing some."""
    lists = _lists() if lists is None else lists
    with tempfile.TemporaryDirectory() as folder:
        ledger = new_ledger(Path(folder))
        batches = {}
        for which in order:
            name, content = lists[which]
            result = bring_in(ledger, content, name or f"{which}.xlsx", record_conflicts=True)
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


def test_the_order_of_lists_of_every_kind_does_not_matter() -> None:
    lists = [(listed.get("file"), xlsx_bytes(grid(listed, _BORN))) for listed in _EVERY_KIND]
    places, shuffles = list(range(len(lists))), Random(2021)

    found = _found(places, lists=lists)

    assert {rule for rule, _, _ in found} >= _THEIR_RULES
    for order in (places[::-1], *(shuffles.sample(places, len(places)) for _ in range(6))):
        assert _found(order, lists=lists) == found, order
    # Each list's own findings go with it.
    for place in places[4:]:
        assert _found(places, frozenset({place}), lists) == _found([p for p in places if p != place], lists=lists)
