"""Files that share a commit: none is heard of before it is kept, and one that fails takes no other with it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from pathlib import Path

import pytest

from aidledger.errors import LedgerFailed
from aidledger.operations import ledgers
from aidledger.operations.group_commit import posted_in_groups
from aidledger.operations.workers import NotReady
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


def _import(
    ledger: Ledger,
    schools: Iterable[str | NotReady],
    heard: list[str],
    post: Callable[[Ledger, Books, str], str] = _post,
) -> None:
    """Post these; who is heard of is kept already."""
    transaction = partial(ledger.writing, "import")
    for school, result in posted_in_groups(transaction, partial(post, ledger), schools, _SECONDS_MAX):
        assert (result, school in _kept(ledger)) == (school, True)
        heard.append(school)


@pytest.fixture
def heard() -> list[str]:
    return []


def test_nothing_is_heard_of_before_it_is_kept(ledger: Ledger, heard: list[str]) -> None:
    def read() -> Iterator[str | NotReady]:
        yield "甲"
        yield "乙"
        assert (heard, _kept(ledger)) == ([], [])
        yield NotReady()
        assert (heard, _kept(ledger)) == (["甲", "乙"], ["乙", "甲"])
        yield NotReady()
        yield "丙"

    _import(ledger, read(), heard)
    assert (heard, len(_kept(ledger))) == (["甲", "乙", "丙"], 3)
    assert ledgers.verify(ledger).faults == []


@pytest.mark.parametrize(("bad", "error"), [("坏", Failed), ("表", LedgerFailed)])
def test_what_came_before_a_failure_is_kept(ledger: Ledger, heard: list[str], bad: str, error: type[Exception]) -> None:
    with pytest.raises(error):
        _import(ledger, ["甲", "乙", bad, "丙"], heard)
    assert (heard, _kept(ledger)) == (["甲", "乙"], ["乙", "甲"])
    assert ledgers.verify(ledger).faults == []


def test_what_was_posted_is_kept_when_the_next_cannot_be_read(ledger: Ledger, heard: list[str]) -> None:
    def read() -> Iterator[str]:
        yield "甲"
        raise Failed

    with pytest.raises(Failed):
        _import(ledger, read(), heard)
    assert (heard, _kept(ledger)) == (["甲"], ["甲"])


def test_who_stops_listening_leaves_no_transaction_open(ledger: Ledger) -> None:
    posted = posted_in_groups(partial(ledger.writing, "import"), partial(_post, ledger), ["甲", "乙"], seconds_max=0.0)
    assert next(posted) == ("甲", "甲")
    posted.close()
    with ledger.writing("import") as books:
        _post(ledger, books, "丙")
    assert _kept(ledger) == ["丙", "甲"]


def test_a_stop_while_posting_keeps_nothing_of_the_moment(ledger: Ledger, heard: list[str]) -> None:
    def post(ledger: Ledger, books: Books, school: str) -> str:
        if school == "丙":
            raise KeyboardInterrupt
        return _post(ledger, books, school)

    with pytest.raises(KeyboardInterrupt):
        _import(ledger, ["甲", NotReady(), "乙", "丙"], heard, post)
    assert (heard, _kept(ledger)) == (["甲"], ["甲"])


def test_others_may_write_after_a_moment(ledger: Ledger) -> None:
    def read() -> Iterator[str]:
        yield "甲"
        with ledger.writing("import") as books:
            _post(ledger, books, "乙")
        yield "丙"

    list(posted_in_groups(partial(ledger.writing, "import"), partial(_post, ledger), read(), seconds_max=0.0))
    assert len(_kept(ledger)) == 3
