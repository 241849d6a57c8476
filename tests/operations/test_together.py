"""Files that share a commit: none is heard of before it is kept, and one that fails takes no other with it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import partial
from pathlib import Path

import pytest

from aidledger.errors import LedgerFailed
from aidledger.operations import ledgers
from aidledger.operations.together import Together
from aidledger.store.chain import mappings
from aidledger.store.ledger import Books, Ledger
from tests.store.ledgers import new_ledger

COLUMNS = {"打卡金额": "amount"}
# Longer than any test takes, on whatever machine: these commit when they say so, never by the clock.
_SECONDS_MAX = 3_600.0


class Failed(Exception):
    pass


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    return new_ledger(tmp_path)


def _post(ledger: Ledger, books: Books, school: str) -> str:
    """The least that can be posted; what is called 坏 fails when it is written already, 表 in the database."""
    mappings.remember(books, ledger.moment(), ledger.actor, school, COLUMNS)
    if school == "坏":
        raise Failed
    if school == "表":
        books.exec_driver_sql("SELECT nothing FROM nowhere")
    return school


def _kept(ledger: Ledger) -> list[str]:
    with ledger.reading() as books:
        return sorted(mappings.by_school(books))


def _add_all(together: Together[str, str], schools: Iterable[str]) -> None:
    with together:
        for school in schools:
            together.add(school)


@pytest.fixture
def heard() -> list[str]:
    return []


@pytest.fixture
def together(ledger: Ledger, heard: list[str]) -> Together[str, str]:
    def committed(school: str, result: str) -> None:
        assert (result, school in _kept(ledger)) == (school, True)
        heard.append(school)

    return Together(partial(ledger.writing, "import"), partial(_post, ledger), committed, _SECONDS_MAX)


def test_nothing_is_heard_of_before_it_is_kept(ledger: Ledger, together: Together[str, str], heard: list[str]) -> None:
    with together:
        together.add("甲")
        together.add("乙")
        assert (heard, _kept(ledger)) == ([], [])
        together.commit()
        assert (heard, _kept(ledger)) == (["甲", "乙"], ["乙", "甲"])
        together.commit()
        together.add("丙")
    assert (heard, len(_kept(ledger))) == (["甲", "乙", "丙"], 3)
    assert ledgers.verify(ledger).faults == []


@pytest.mark.parametrize(("bad", "error"), [("坏", Failed), ("表", LedgerFailed)])
def test_what_came_before_a_failure_is_kept(
    ledger: Ledger, together: Together[str, str], heard: list[str], bad: str, error: type[Exception]
) -> None:
    with pytest.raises(error):
        _add_all(together, ["甲", "乙", bad, "丙"])
    assert (heard, _kept(ledger)) == (["甲", "乙"], ["乙", "甲"])
    assert ledgers.verify(ledger).faults == []


def test_what_was_posted_is_kept_when_the_next_cannot_be_read(
    ledger: Ledger, together: Together[str, str], heard: list[str]
) -> None:
    def read() -> Iterator[str]:
        yield "甲"
        raise Failed

    with pytest.raises(Failed):
        _add_all(together, read())
    assert (heard, _kept(ledger)) == (["甲"], ["甲"])


def test_a_stop_while_posting_keeps_nothing_of_the_moment(ledger: Ledger, heard: list[str]) -> None:
    def post(books: Books, school: str) -> str:
        if school == "丙":
            raise KeyboardInterrupt
        return _post(ledger, books, school)

    together = Together(partial(ledger.writing, "import"), post, lambda school, _: heard.append(school), _SECONDS_MAX)
    together.add("甲")
    together.commit()
    with pytest.raises(KeyboardInterrupt):
        _add_all(together, ["乙", "丙"])
    assert (heard, _kept(ledger)) == (["甲"], ["甲"])


def test_others_may_write_after_a_moment(ledger: Ledger) -> None:
    post = partial(_post, ledger)
    with Together(partial(ledger.writing, "import"), post, lambda _school, _: None, seconds_max=0.0) as together:
        together.add("甲")
        with ledger.writing("import") as books:
            post(books, "乙")
        together.add("丙")
    assert len(_kept(ledger)) == 3
