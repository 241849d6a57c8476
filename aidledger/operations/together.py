"""Group commit: several small files posted in one transaction.

A commit waits for the disk four times, as long as posting a small file takes. So files that are ready one after the
other share a commit, each whole or not at all behind its own savepoint; a file is reported only once committed. The
ledger's lock is held briefly, and never while a file is being read.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack
from typing import Generic, TypeVar

from aidledger.store.ledger import Books

Item = TypeVar("Item")
Result = TypeVar("Result")
# Another clerk's import waits at most this long, plus one file.
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
        """Commit what was posted, even if something later failed."""
        self.commit()

    def add(self, item: Item) -> None:
        """Post an item; raises whatever posting it raises, after committing the items before it."""
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
        """An item failed. The engine may have rolled back the earlier ones too: post them again, one by one."""
        items, _ = self._closed()
        try:
            self._open.__exit__(type(error), error, error.__traceback__)
        finally:  # turns a database error into one of ours and raises it
            for item in items[:-1] if isinstance(error, Exception) else []:
                with self._transaction() as books:
                    result = self._post(books, item)
                self._committed(item, result)

    def _closed(self) -> tuple[list[Item], list[Result]]:
        items, results = self._items, self._results
        self._items, self._results, self._books = [], [], None
        return items, results
