"""Connections: a ledger's URL, and the settings that keep it safe, set on every connection.

SQLite's default (rollback journal, synchronous=FULL) lost 102 of 690 acknowledged commits in simulated power cuts;
EXTRA lost none, at no measurable cost.
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
# JIT compilation took seconds for each query of the audit and saved none. Generic plans that were cached while a table
# was empty would scan all of it later.
_PARAMETERS = ("jit = off", "plan_cache_mode = force_custom_plan")
# PostgreSQL's default is for spinning disks: it makes indexes look four times too expensive, and the audit's queries
# scan whole tables. A value that somebody has set stays.
_CHEAP_RANDOM_READS = (
    "SELECT set_config('random_page_cost', '1.1', false) FROM pg_settings "
    "WHERE name = 'random_page_cost' AND source = 'default'"
)
# Execution option of a write transaction: what to call while it waits for the lock.
WRITES = "aidledger_writes"
# On Ctrl-C while a connection closes, the pool logs the traceback and raises it as well: drop the log entry.
logging.getLogger("sqlalchemy.pool").addHandler(logging.NullHandler())


def ledger_url(place: str) -> URL:
    """A path or URL as a URL; raises LedgerUnsupported."""
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


def display_name(url: URL) -> str:
    """A ledger's path or URL as messages name it, without the password."""
    return str(url.database) if url.get_backend_name() == "sqlite" else url.render_as_string(hide_password=True)


def require_file(url: URL) -> None:
    """Refuse a SQLite path with no file, where the driver would create one.

    Raises LedgerMissing, LedgerFailed, LocksMissing.
    """
    if url.get_backend_name() == "sqlite":
        try:
            found = Path(str(url.database)).is_file()
        except OSError as error:
            raise LedgerFailed(path=display_name(url), reason=error.strerror or "") from None
        if not found:
            raise LedgerMissing(path=display_name(url))
        require_locks(Path(str(url.database)))


@contextmanager
def new_file(url: URL) -> Iterator[URL]:
    """A temporary URL beside a new ledger's path, renamed to it when the block succeeds; a server's URL as it is.

    Raises LedgerExists, LocksMissing, CannotWrite.
    """
    if url.get_backend_name() != "sqlite":
        yield url
        return
    path = Path(str(url.database))
    if os.path.lexists(path):
        raise LedgerExists(path=display_name(url))
    require_locks(path)
    try:
        with private.unfinished(path) as part:
            yield url.set(database=str(part))
            private.publish(part, path)
    except FileExists:
        raise LedgerExists(path=display_name(url)) from None


def connect(url: URL, secret: Secret | None = None) -> Engine:
    """An engine that sets up every connection. Its errors never carry parameters, which hold ID numbers.

    ``secret``: the key of an encrypted file. It goes to the driver only, never into the URL.
    """
    server = url.get_backend_name() != "sqlite"
    more: dict[str, Any] = {} if secret is None else _encrypted(url, secret)
    try:  # a page's connections lie idle for hours, and a server that was started again has closed them
        engine = create_engine(url, hide_parameters=True, pool_pre_ping=server, **more)
    except ImportError:
        raise DriverMissing(driver=url.drivername) from None
    if server:
        event.listen(engine, "connect", _set_parameters)
    else:
        event.listen(engine, "connect", _set_pragmas)
        event.listen(engine, "begin", _begin)
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
        cursor.execute(_CHEAP_RANDOM_READS)
    driver_connection.commit()


def _begin(connection: Connection) -> None:
    waits = connection.get_execution_options().get(WRITES)
    if waits is None:
        connection.exec_driver_sql("BEGIN")
    else:
        begin_sqlite(connection, waits)
