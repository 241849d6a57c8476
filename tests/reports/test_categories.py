"""Synonyms of a hardship category are one in every figure; entries keep what was stated."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest

from aidledger.domain.hardship import CATEGORIES, OTHER, categories_in, category_name
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


def test_every_shipped_word_of_a_category_is_one_with_its_name_in_every_figure(tmp_path: Path) -> None:
    """In rosters as in lists: the words are those of all layouts, and the names those that templates offer."""
    words = catalogue().layout.values["category"]
    offered = {name: code for code, names in CATEGORIES.items() for name in names.values()}
    stated = {word: code for word, code in {**words, **offered}.items() if code != OTHER}
    ledger = new_ledger(tmp_path)
    grid: Grid = roster_grid(len(stated), headers=("序号", "姓名", "身份证号", "年级", "困难类型", "金额"), total=False)
    for row, word in zip(grid[2:], stated, strict=True):
        row[4] = word
    assert bring_in(ledger, xlsx_bytes(grid)).outcome == "posted"
    expected = {CATEGORIES[code]["zh"]: times for code, times in Counter(stated.values()).items()}

    summary = reporting.summary(ledger, catalogue(), None, None, ("category",), "posted").found
    assert {one.by["category"]: one.figures.person_times for one in summary.groups} == expected
    returned = reporting.national_return(ledger, catalogue(), Span(None, False, None, None)).found
    assert {line.category: line.parts["whole"].person_times for line in returned.lines} == expected
    with ledger.reading() as books:
        for word, code in stated.items():
            behind = explain(books, catalogue(), f"category={word}")
            assert behind.figures.person_times == expected[CATEGORIES[code]["zh"]], word
            # What rules judge by, and what a certification keeps.
            assert categories_in(word, words) == {code} == categories_in(CATEGORIES[code]["zh"], words), word


@pytest.mark.parametrize("stated", ["其他", "其它", "Other hardship", "other hardship"])
def test_another_hardship_that_is_not_named_has_one_name(stated: str) -> None:
    words = catalogue().layout.values["category"]
    assert category_name(stated, words) == "其他"
    assert category_name("单亲", words) == "单亲"
    assert category_name("其它、残疾", words) == category_name("残疾、其他", words)
