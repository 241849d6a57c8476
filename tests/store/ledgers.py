"""Real ledgers for tests: made once, copied as often as needed, with a clock that stands still."""

from __future__ import annotations

import os
import re
import sqlite3
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cache, partial
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, MetaData, Table, create_engine, inspect
from sqlalchemy.pool import NullPool

from aidledger.catalogue.catalogue import Catalogue
from aidledger.catalogue.loading import load
from aidledger.domain.secret import Secret
from aidledger.operations import examining, importing, ledgers, views
from aidledger.operations.files import Found, InputFile
from aidledger.operations.importing import ImportRequest, Instructions
from aidledger.operations.results import FileResult
from aidledger.sheets.recognition.hints import Hints
from aidledger.store.database.engine import ledger_url
from aidledger.store.database.files import connected, driver, looks_like_sqlite
from aidledger.store.database.keys import NO_KEYS, Keys
from aidledger.store.ledger import Ledger, open_ledger
from aidledger.store.model.immutability import UNIQUE_KEYS, statements
from tests import postgresql

ACTOR = "tester"
ENGINE = os.environ.get("AIDLEDGER_TEST_ENGINE")
ON_POSTGRESQL = ENGINE == "postgresql"
ENCRYPTED = ENGINE == "encrypted"
SECRET = Secret("5ec2e7" * 10 + "0001")
KEYS = Keys(file=lambda: SECRET) if ENCRYPTED else NO_KEYS
# The path of a SQLite file, or a URL.
Place = Path | str


def clock() -> datetime:
    return datetime(2022, 3, 1, 8, tzinfo=UTC)


@cache
def catalogue() -> Catalogue:
    return load(None)


@cache
def _empty() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "aidledger.db")
        made(str(path)).close()
        return path.read_bytes()


def made(place: str) -> Ledger:
    """A new ledger as `init` makes it, in a run on encrypted ledgers with --encrypt."""
    return ledgers.init(place, catalogue(), ACTOR, clock, KEYS, (lambda: SECRET) if ENCRYPTED else None)


def new_path(folder: Path, name: str = "aidledger.db") -> Path:
    """A new, empty ledger in a folder: a copy of one that `init` made."""
    path = folder / name
    path.touch(0o600, exist_ok=False)
    path.write_bytes(_empty())
    return path


@cache
def _template(*, samples: bool = False) -> str:
    """The name of a database with what ``new_path`` or ``sample_path`` copy."""
    url = postgresql.new_database(Path("/"))
    if samples:
        _enter_samples(str(url))
    else:
        made(str(url)).close()
    return str(url.database)


def _on_server(place: Place) -> bool:
    return "://" in str(place)


def no_ledger_yet(folder: Path, name: str = "aidledger.db") -> str:
    """Where ``init`` may make a ledger, on the engine of this run."""
    return str(postgresql.new_database(folder)) if ON_POSTGRESQL else str(folder / name)


def new_place(folder: Path, name: str = "aidledger.db") -> str:
    """A new, empty ledger that lives as long as a folder, on the engine of this run."""
    return str(postgresql.new_database(folder, _template())) if ON_POSTGRESQL else str(new_path(folder, name))


def sample_place(folder: Path, name: str = "aidledger.db") -> str:
    """The ledger of ``sample_path`` on the engine of this run."""
    return (
        str(postgresql.new_database(folder, _template(samples=True)))
        if ON_POSTGRESQL
        else str(sample_path(folder, name))
    )


def copied(place: Place, folder: Path, name: str = "aidledger.db") -> str:
    """A copy of a ledger that nobody has open."""
    if _on_server(place):
        return str(postgresql.new_database(folder, str(ledger_url(str(place)).database)))
    path = folder / name
    path.touch(0o600, exist_ok=False)
    path.write_bytes(Path(place).read_bytes())
    return str(path)


def opened(place: Place) -> Ledger:
    return open_ledger(str(place), ACTOR, clock, keys=KEYS)


def secret_of(place: Place) -> Secret | None:
    """The key of a file in this run; there are plain ones beside encrypted ones."""
    path = Path(place)
    there = path.is_file() and path.stat().st_size > 0
    return None if not ENCRYPTED or (there and looks_like_sqlite(path)) else SECRET


def raw(place: Place, **settings: Any) -> sqlite3.Connection:  # noqa: ANN401 - the driver's
    """A SQLite file as any database tool opens it, that of an encrypted ledger with its key."""
    return connected(place, secret_of(place), **settings)


def new_ledger(folder: Path, name: str = "aidledger.db") -> Ledger:
    return opened(new_place(folder, name))


@contextmanager
def plain(place: Place) -> Iterator[Connection]:
    """A connection as any database tool opens it, none of our settings; what is done is kept with ``commit``."""
    secret = None if _on_server(place) else secret_of(place)
    if secret is None:
        engine = create_engine(ledger_url(str(place)), poolclass=NullPool)
    else:
        engine = create_engine("sqlite://", poolclass=NullPool, module=driver(secret), creator=lambda: raw(place))
    with engine.connect() as books:
        yield books


class _Here(importing._Run):
    """An import that reads its files in this process: half a second less than starting a worker, all else the same."""

    def _read(
        self,
        sources: Iterable[InputFile],
        workers: int,  # noqa: ARG002 - as it is called
    ) -> Iterator[importing.Read]:
        for source in sources:
            given = source.content, source.heard, self.hints(source), self.catalogue, self.request.limits
            yield source, None if self._is_settled(source) else examining.examine(*given)


def bring_in_all(
    ledger: Ledger,
    files: Mapping[str, bytes],
    *,
    hints: Hints | None = None,
    record_conflicts: bool = False,
    supersedes: int | None = None,
    known: Catalogue | None = None,
) -> list[FileResult]:
    """Import files, in the order given; with the shipped catalogue, or the one that the office uses."""
    with tempfile.TemporaryDirectory() as folder:
        paths = [Path(folder, name) for name in files]
        for path, content in zip(paths, files.values(), strict=True):
            path.write_bytes(content)
        said = Instructions(hints or Hints(), record_conflicts=record_conflicts, supersedes=supersedes)
        request = ImportRequest(paths, said)
        found = [Found(path) for path in paths]
        posting = partial(ledger.writing, "import")
        return _Here(ledger, known or catalogue(), request, posting, lambda _result: None).files(found)


def bring_in(
    ledger: Ledger,
    content: bytes,
    name: str = "roster.xlsx",
    *,
    hints: Hints | None = None,
    record_conflicts: bool = False,
    supersedes: int | None = None,
    known: Catalogue | None = None,
) -> FileResult:
    """Import one file."""
    said = {"hints": hints, "record_conflicts": record_conflicts, "supersedes": supersedes, "known": known}
    return bring_in_all(ledger, {name: content}, **said)[0]  # type: ignore[arg-type]


def contents(place: Place) -> dict[str, list[tuple[object, ...]]]:
    """All rows of all tables, in an order that is the same for the same rows."""
    with plain(place) as books:
        tables = [Table(name, MetaData(), autoload_with=books) for name in inspect(books).get_table_names()]
        return {table.name: sorted(map(tuple, books.execute(table.select())), key=repr) for table in tables}


def tamper(place: Place, *sql: str) -> None:
    """What somebody with the file and a database tool can do: take the triggers off, change rows, put them back.

    The statements are SQLite's; what PostgreSQL writes in another way is put so.
    """
    if _on_server(place):
        _tamper_with_server(place, sql)
        return
    books = raw(place)
    triggers = [row[0] for row in books.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")]
    for trigger in triggers:
        books.execute(f"DROP TRIGGER {trigger}")
    for statement in sql:
        books.execute(statement)
    for statement in statements("sqlite", UNIQUE_KEYS):
        books.execute(statement)
    books.commit()
    books.close()


_BYTES = re.compile(r"x'([0-9a-f]*)'")


def in_words_of(dialect: str, statement: str) -> str:
    """A statement of SQLite's, as PostgreSQL writes it where the engine is that one."""
    if dialect != "postgresql":
        return statement
    return _BYTES.sub(r"'\\x\1'", statement).replace("zeroblob(32)", f"'\\x{'00' * 32}'")


def _tamper_with_server(place: Place, sql: Iterable[str]) -> None:
    """A superuser who says that this session repeats another server's log: no trigger, no foreign key is asked."""
    with plain(place) as books:
        books.exec_driver_sql("SET session_replication_role = replica")
        for statement in sql:
            if not statement.startswith("PRAGMA"):
                books.exec_driver_sql(in_words_of("postgresql", statement))
        books.commit()


def _enter_samples(place: str) -> None:
    from tests.imports.make_samples import SAMPLES

    posted = {name: make() for name, make in SAMPLES.items() if name < "13"}
    ledger = made(place)
    results = bring_in_all(ledger, posted)
    assert [result.path for result in results if result.outcome != "posted"] == []
    ledgers.reverse(ledger, catalogue(), len(posted), "sent in error")
    ledger.close()


@cache
def _of_samples() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "aidledger.db")
        _enter_samples(str(path))
        return path.read_bytes()


def sample_path(folder: Path, name: str = "aidledger.db") -> Path:
    """A ledger with the good samples of imports/ (all nine programs, batches 1 to 12), the last one reversed (13)."""
    path = folder / name
    path.touch(0o600, exist_ok=False)
    path.write_bytes(_of_samples())
    return path


def reveal(ledger: Ledger, reason: str, seen: str) -> None:
    """Somebody looks at full numbers, and it is logged."""
    views.view(ledger, lambda _: None, views.Reveal(reason), lambda _: seen)
