"""Group commit: several small files posted in one transaction.

A commit waits for the disk four times, as long as posting a small file takes. So files that are ready one after the
other share a commit, each whole or not at all behind its own savepoint; a file is reported only once committed. The
ledger's lock is held briefly, and never while a file is being read.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import AbstractContextManager, ExitStack
from typing import Generic, TypeVar

from aidledger.operations.workers import NotReady
from aidledger.store.ledger import Books

Item = TypeVar("Item")
Result = TypeVar("Result")
# Another clerk's import waits at most this long, plus one file.
SECONDS_MAX = 0.25


def posted_in_groups(
    transaction: Callable[[], AbstractContextManager[Books]],
    post: Callable[[Books, Item], Result],
    items: Iterable[Item | NotReady],
    seconds_max: float,
) -> Generator[tuple[Item, Result], None, None]:
    """Each item and its result once it is committed: before the next item is waited for, and after ``seconds_max``.

    If posting an item or taking the next one raises, those before it are committed and yielded first.
    """
    group = _Group(transaction, post, seconds_max)
    try:
        for item in items:
            if isinstance(item, NotReady):
                yield from group.commit()
                continue
            group.add(item)
            if time.monotonic() >= group.ends:
                yield from group.commit()
    finally:  # nothing is open at a ``yield``, so closing this generator commits nothing
        yield from group.commit()


class _Group(Generic[Item, Result]):
    """Items posted in one transaction, which the first of them opens."""

    def __init__(
        self,
        transaction: Callable[[], AbstractContextManager[Books]],
        post: Callable[[Books, Item], Result],
        seconds_max: float,
    ) -> None:
        self._transaction = transaction
        self._post = post
        self._seconds_max = seconds_max
        self._open = ExitStack()
        self._books: Books | None = None
        self._posted: list[tuple[Item, Result]] = []
        self.ends = 0.0

    def add(self, item: Item) -> None:
        """Post an item; raises whatever posting it raises, after committing the items before it."""
        if self._books is None:
            self.ends = time.monotonic() + self._seconds_max
            self._books = self._open.enter_context(self._transaction())
        try:
            self._posted.append((item, self._post(self._books, item)))
        except BaseException as error:
            self._roll_back(error)
            raise

    def commit(self) -> Iterator[tuple[Item, Result]]:
        """Commit what is open, if anything is; the items and results committed since the last time."""
        posted, self._posted, self._books = self._posted, [], None
        self._open.close()
        yield from posted

    def _roll_back(self, error: BaseException) -> None:
        """An item failed. The engine may have rolled back the earlier ones too: post them again, one by one."""
        earlier, self._posted, self._books = self._posted, [], None
        try:
            self._open.__exit__(type(error), error, error.__traceback__)
        finally:  # turns a database error into one of ours and raises it
            for item, _ in earlier if isinstance(error, Exception) else []:
                with self._transaction() as books:
                    result = self._post(books, item)
                self._posted.append((item, result))
