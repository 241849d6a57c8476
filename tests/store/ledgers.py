"""Real ledgers for tests: made once, copied as often as needed, with a clock that stands still."""

from __future__ import annotations

import sqlite3
import tempfile
from collections.abc import Container, Iterable, Iterator, Mapping
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from aidledger.catalogue.catalogue import Catalogue
from aidledger.catalogue.loading import load
from aidledger.domain.roster import RosterFile
from aidledger.operations import examining, importing, ledgers
from aidledger.operations.files import SourceFile
from aidledger.operations.importing import Request
from aidledger.operations.results import FileResult
from aidledger.sheets.hints import Hints
from aidledger.store.immutability import UNIQUE_KEYS, statements
from aidledger.store.ledger import Ledger, open_ledger

ACTOR = "tester"


def clock() -> datetime:
    return datetime(2022, 3, 1, 8, tzinfo=UTC)


@cache
def catalogue() -> Catalogue:
    return load(None)


@cache
def _empty() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "aidledger.db")
        ledgers.init(str(path), catalogue(), ACTOR, clock).close()
        return path.read_bytes()


def new_path(folder: Path, name: str = "aidledger.db") -> Path:
    """A new, empty ledger in a folder: a copy of one that `init` made."""
    path = folder / name
    path.touch(0o600, exist_ok=False)
    path.write_bytes(_empty())
    return path


def opened(path: Path) -> Ledger:
    return open_ledger(str(path), ACTOR, clock)


def new_ledger(folder: Path, name: str = "aidledger.db") -> Ledger:
    return opened(new_path(folder, name))


class _Here(importing._Run):
    """An import that reads its files in this process: half a second less than starting a worker, all else the same."""

    def _examined(
        self,
        sources: Iterable[SourceFile],
        known: Container[str],
        workers: int,  # noqa: ARG002 - as it is called
    ) -> Iterator[tuple[SourceFile, RosterFile | None]]:
        hints, limits = self.request.hints, self.request.limits
        for source in sources:
            unchanged = source.sha256 in known
            yield (
                source,
                None if unchanged else examining.examine(source.content, source.shown, self.catalogue, hints, limits),
            )


def bring_in_all(
    ledger: Ledger,
    files: Mapping[str, bytes],
    *,
    hints: Hints | None = None,
    record_conflicts: bool = False,
    supersedes: int | None = None,
) -> list[FileResult]:
    """Import files, in the order given."""
    with tempfile.TemporaryDirectory() as folder:
        paths = [Path(folder, name) for name in files]
        for path, content in zip(paths, files.values(), strict=True):
            path.write_bytes(content)
        request = Request(paths, hints or Hints(), record_conflicts=record_conflicts, supersedes=supersedes)
        return _Here(ledger, catalogue(), request).files(paths, ledger.writing, lambda _result: None)


def bring_in(
    ledger: Ledger,
    content: bytes,
    name: str = "roster.xlsx",
    *,
    hints: Hints | None = None,
    record_conflicts: bool = False,
    supersedes: int | None = None,
) -> FileResult:
    """Import one file."""
    return bring_in_all(ledger, {name: content}, hints=hints, record_conflicts=record_conflicts, supersedes=supersedes)[
        0
    ]


def tamper(path: Path, *sql: str) -> None:
    """What somebody with the file and a database tool can do: take the triggers off, change rows, put them back."""
    books = sqlite3.connect(path)
    triggers = [row[0] for row in books.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")]
    for trigger in triggers:
        books.execute(f"DROP TRIGGER {trigger}")
    for statement in sql:
        books.execute(statement)
    for statement in statements("sqlite", UNIQUE_KEYS):
        books.execute(statement)
    books.commit()
    books.close()


@cache
def _of_samples() -> bytes:
    from tests.imports.make_samples import SAMPLES

    posted = {name: make() for name, make in SAMPLES.items() if name < "13"}
    with tempfile.TemporaryDirectory() as folder:
        ledger = new_ledger(Path(folder))
        results = bring_in_all(ledger, posted)
        assert [result.path for result in results if result.outcome != "posted"] == []
        ledgers.reverse(ledger, catalogue(), len(posted), "sent in error")
        ledger.close()
        return Path(ledger.place).read_bytes()


def sample_path(folder: Path, name: str = "aidledger.db") -> Path:
    """A ledger with the good samples of imports/ (all nine programs, batches 1 to 12), the last one reversed (13)."""
    path = folder / name
    path.touch(0o600, exist_ok=False)
    path.write_bytes(_of_samples())
    return path
