"""Files that are posted one after the other, committed together while nobody waits for anything.

A commit is four waits for the disk, as long as posting a small file. So what is ready one after the other shares a
commit, each file whole or not at all behind a savepoint of its own; nobody hears of a file before it is committed. The
ledger's lock is held for a moment only, and never while a file is still being read.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack
from typing import Generic, TypeVar

from aidledger.store.ledger import Books

Item = TypeVar("Item")
Result = TypeVar("Result")
# Another clerk's import waits for no longer than this and one file.
SECONDS_MAX = 0.25


class Together(Generic[Item, Result]):
    """Posts items in transactions that it opens and commits: at the latest when the block of a ``with`` ends."""

    def __init__(
        self,
        transaction: Callable[[], AbstractContextManager[Books]],
        post: Callable[[Books, Item], Result],
        committed: Callable[[Item, Result], None],
        seconds_max: float,
    ) -> None:
        self._transaction = transaction
        self._post = post
        self._committed = committed
        self._seconds_max = seconds_max
        self._open = ExitStack()
        self._books: Books | None = None
        self._items: list[Item] = []
        self._results: list[Result] = []
        self._ends = 0.0

    def __enter__(self) -> Together[Item, Result]:
        return self

    def __exit__(self, *_error: object) -> None:
        """What was posted is kept, also where what came after it failed."""
        self.commit()

    def add(self, item: Item) -> None:
        """Post an item; raises whatever posting it raises, and then the items before it are committed."""
        if self._books is None:
            self._ends = time.monotonic() + self._seconds_max
            self._books = self._open.enter_context(self._transaction())
        self._items.append(item)
        try:
            self._results.append(self._post(self._books, item))
        except BaseException as error:
            self._take_back(error)
            raise
        if time.monotonic() >= self._ends:
            self.commit()

    def commit(self) -> None:
        """Commit what is open, if anything is."""
        items, results = self._closed()
        self._open.close()
        for item, result in zip(items, results, strict=True):
            self._committed(item, result)

    def _take_back(self, error: BaseException) -> None:
        """An item failed. An engine may have taken back all before it, too: they are posted again, each by itself."""
        items, _ = self._closed()
        try:
            self._open.__exit__(type(error), error, error.__traceback__)
        finally:  # of a database's error it makes one of ours, and raises that
            for item in items[:-1] if isinstance(error, Exception) else []:
                with self._transaction() as books:
                    result = self._post(books, item)
                self._committed(item, result)

    def _closed(self) -> tuple[list[Item], list[Result]]:
        items, results = self._items, self._results
        self._items, self._results, self._books = [], [], None
        return items, results
