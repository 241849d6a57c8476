"""Synonyms of a hardship category are one in every figure; entries keep what was stated."""

from __future__ import annotations

import json
from pathlib import Path

from aidledger.operations import reporting
from aidledger.operations.views import Viewed
from aidledger.presentation.returns import return_result
from aidledger.presentation.summaries import summary_result
from aidledger.reports.explaining import explain
from aidledger.reports.returns import Span
from aidledger.reports.summary import Summary
from aidledger.store.ledger import Ledger
from tests.builders import Grid, roster_grid, xlsx_bytes
from tests.store.ledgers import bring_in, catalogue, new_ledger

STATED = ("残疾", "残疾学生", "持证残疾人", "建档立卡", "脱贫户", "单亲")
NAMED = {"残疾学生": 3, "脱贫户": 2, "单亲": 1}


def _ledger(folder: Path) -> Ledger:
    ledger = new_ledger(folder)
    grid: Grid = roster_grid(len(STATED), headers=("序号", "姓名", "身份证号", "年级", "困难类型", "金额"), total=False)
    for row, stated in zip(grid[2:], STATED, strict=True):
        row[4] = stated
    assert bring_in(ledger, xlsx_bytes(grid)).outcome == "posted"
    return ledger


def test_a_summary_has_one_line_for_all_words_of_a_category(tmp_path: Path) -> None:
    ledger = _ledger(tmp_path)
    viewed: Viewed[Summary] = reporting.summary(ledger, catalogue(), None, None, ("category",), "posted")
    groups = json.loads(summary_result(viewed, catalogue(), "zh").json())["groups"]
    assert {group["category"]: group["person_times"] for group in groups} == NAMED
    assert {group["category"]: group["persons"] for group in groups} == NAMED


def test_the_national_return_has_it_too(tmp_path: Path) -> None:
    ledger = _ledger(tmp_path)
    found = reporting.national_return(ledger, catalogue(), Span(None, False, None, None))
    lines = json.loads(return_result(found, catalogue(), "zh").json())["lines"]
    assert {line["category"]: line["whole"]["person_times"] for line in lines} == NAMED


def test_the_entries_behind_a_line_are_all_of_them_as_stated(tmp_path: Path) -> None:
    ledger = _ledger(tmp_path)
    with ledger.reading() as books:
        for asked in ("残疾学生", "持证残疾人"):
            found = explain(books, catalogue(), f"category={asked}")
            assert [entry.category for entry in found.entries] == ["残疾", "残疾学生", "持证残疾人"]
        assert [entry.category for entry in explain(books, catalogue(), "category=单亲").entries] == ["单亲"]
