"""Connections: where a ledger is, and the settings that keep it whole, written on every connection.

SQLite's default (rollback journal, synchronous=FULL) lost 102 of 690 acknowledged commits in simulated power cuts;
EXTRA lost none, at no cost to be seen.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, NoSuchModuleError

from aidledger import private
from aidledger.domain.secret import Secret
from aidledger.errors import (
    DriverMissing,
    FileExists,
    LedgerExists,
    LedgerFailed,
    LedgerMissing,
    LedgerUnsupported,
)
from aidledger.store.database import files
from aidledger.store.database.locks import require_locks
from aidledger.store.database.waiting import BUSY_TIMEOUT_MS, begin_sqlite

BACKENDS = ("sqlite", "postgresql")
_PRAGMAS = (
    f"busy_timeout={BUSY_TIMEOUT_MS}",
    "journal_mode=DELETE",
    "synchronous=EXTRA",
    "foreign_keys=ON",
    "secure_delete=ON",
    "trusted_schema=OFF",
)
# Of PostgreSQL's sessions. It guesses that the audit's questions are worth compiling: that took seconds for each, and
# saved none. And a statement is planned anew each time: a plan made while a table was empty reads all of it later on.
_PARAMETERS = ("jit = off", "plan_cache_mode = force_custom_plan")
# It expects a disk with a head that moves, unless somebody has told it of its disk: an index is then four times as dear
# as it is, and the audit's questions are answered by reading whole tables.
_NO_MOVING_HEAD = (
    "SELECT set_config('random_page_cost', '1.1', false) FROM pg_settings "
    "WHERE name = 'random_page_cost' AND source = 'default'"
)
# The execution option of who means to write: what to call where that has to wait.
WRITES = "aidledger_writes"
# A stop while a connection is closed is logged by the pool, traceback and all, before it is raised; that is no news.
logging.getLogger("sqlalchemy.pool").addHandler(logging.NullHandler())


def ledger_url(place: str) -> URL:
    """The URL of a path or of what is a URL already."""
    if "://" in place:
        try:
            url = make_url(place)
            if url.get_backend_name() not in BACKENDS or (url.get_backend_name() == "sqlite" and not url.database):
                raise LedgerUnsupported(backends=", ".join(BACKENDS))
            url.get_dialect()
        except (ArgumentError, ValueError):
            raise LedgerUnsupported(backends=", ".join(BACKENDS)) from None
        except NoSuchModuleError:
            raise LedgerUnsupported(backends=", ".join(BACKENDS)) from None
        return url
    return URL.create("sqlite+pysqlite", database=place)


def shown(url: URL) -> str:
    """A ledger's place as messages name it: no password."""
    return str(url.database) if url.get_backend_name() == "sqlite" else url.render_as_string(hide_password=True)


def require_file(url: URL) -> None:
    """Refuse a SQLite path where there is nothing: the driver would make an empty file. Raises LocksMissing, too."""
    if url.get_backend_name() == "sqlite":
        try:
            found = Path(str(url.database)).is_file()
        except OSError as error:
            raise LedgerFailed(path=shown(url), reason=error.strerror or "") from None
        if not found:
            raise LedgerMissing(path=shown(url))
        require_locks(Path(str(url.database)))


@contextmanager
def new_file(url: URL) -> Iterator[URL]:
    """Where a new ledger is made: beside its place, which it gets when the block has ended well. A server has no files.

    Raises LedgerExists, LocksMissing, CannotWrite.
    """
    if url.get_backend_name() != "sqlite":
        yield url
        return
    path = Path(str(url.database))
    if os.path.lexists(path):
        raise LedgerExists(path=shown(url))
    require_locks(path)
    try:
        with private.unfinished(path) as part:
            yield url.set(database=str(part))
            private.publish(part, path)
    except FileExists:
        raise LedgerExists(path=shown(url)) from None


def connect(url: URL, secret: Secret | None = None) -> Engine:
    """An engine with the settings on every connection. Error texts never carry parameters: they hold ID numbers.

    ``secret``: of an encrypted file. It goes to the driver alone, and is no part of the URL.
    """
    try:
        engine = create_engine(url, hide_parameters=True, **({} if secret is None else _encrypted(url, secret)))
    except ImportError:
        raise DriverMissing(driver=url.drivername) from None
    if url.get_backend_name() == "sqlite":
        event.listen(engine, "connect", _set_pragmas)
        event.listen(engine, "begin", _begin)
    else:
        event.listen(engine, "connect", _set_parameters)
    return engine


def _encrypted(url: URL, secret: Secret) -> dict[str, Any]:
    path, seconds = str(url.database), BUSY_TIMEOUT_MS / 1_000

    def connect() -> Any:  # noqa: ANN401 - the driver's own connection
        return files.connected(path, secret, check_same_thread=False, timeout=seconds)

    return {"module": files.driver(secret), "creator": connect}


def _set_pragmas(driver_connection: Any, _record: object) -> None:  # noqa: ANN401 - the driver's own connection
    driver_connection.isolation_level = None
    cursor = driver_connection.cursor()
    for pragma in _PRAGMAS:
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _set_parameters(driver_connection: Any, _record: object) -> None:  # noqa: ANN401 - the driver's own connection
    with driver_connection.cursor() as cursor:
        for parameter in _PARAMETERS:
            cursor.execute(f"SET {parameter}")
        cursor.execute(_NO_MOVING_HEAD)
    driver_connection.commit()


def _begin(connection: Connection) -> None:
    waits = connection.get_execution_options().get(WRITES)
    if waits is None:
        connection.exec_driver_sql("BEGIN")
    else:
        begin_sqlite(connection, waits)
