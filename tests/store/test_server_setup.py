"""docs/postgresql.md to the letter: its commands as they stand there, on a server as Debian installs it.

The server is made anew, and asks for passwords on its network as pg_hba.conf on the page says. Around the commands
stand small programs of the same names: `sudo` becomes the server's user, `apt` installs nothing.
"""

from __future__ import annotations

import os
import shlex
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path

import pytest

from aidledger.store.ledger import create_ledger
from tests import postgresql
from tests.builders import roster_xlsx
from tests.cli.harness import aidledger
from tests.store.ledgers import ACTOR, clock, plain
from tests.store.next_version import next_version
from tools.compiled.schema import roles
from tools.docs.pages import DOCS, ROOT, Block, blocks

# It is on PostgreSQL whatever the engine of the run is.
pytestmark = [pytest.mark.sqlite_only, pytest.mark.plain_only]

BLOCKS = {one.said: one for one in blocks((DOCS / "postgresql.md").read_text(encoding="utf-8"))}
PROGRAMS = ("initdb", "pg_ctl", "psql", "createuser", "createdb", "dropuser", "pg_dump")
SECRET = "made up for tests"
# Variables of whoever runs the tests: a server started in Chinese answers in Chinese, whatever its locale.
OF_OTHERS = ("PG", "AIDLEDGER_", "LANGUAGE", "LC_")
# What people are on the page, by their logins.
LOGINS = ("aidledger_owner", "wang", "li", "chen", "zhao")
_SUDO = """\
if [ "$1" = -u ]; then shift 2; fi
case "$1" in apt|systemctl) exec "$@";; esac
unset PGHOSTADDR PGPASSFILE
export PGHOST={folder} PGUSER=postgres
exec "$@"
"""
_SYSTEMCTL = "case $1 in restart) {ctl} restart -w;; *) {ctl} $1;; esac > /dev/null"


def _block(name: str) -> Block:
    return BLOCKS[f"tested: {name}"]


class Debian:
    """A machine with a server, and people at it."""

    def __init__(self, folder: Path, binaries: Path) -> None:
        self.folder = folder
        self.data = folder / "data"
        self.home = folder / "home"
        self._binaries = binaries
        self._user = postgresql._user()
        with closing(socket.socket()) as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]

    def install(self) -> None:
        """As Debian does: who is on the server comes in, and who has a password, from the server itself."""
        for made in (self.home, self.folder / "bin"):
            made.mkdir()
        if self._user is not None:
            shutil.chown(self.folder, self._user)
        made_by = ["-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "-N"]
        self._as_postgres(self._binaries / "initdb", "-D", self.data, *made_by)
        self._as_postgres(*self._certificate())
        with (self.data / "postgresql.conf").open("a", encoding="utf-8") as settings:
            settings.write(f"port = {self.port}\nunix_socket_directories = '{self.folder}'\nssl = on\nfsync = off\n")
        self._set_hba("")
        ctl = shlex.join(map(str, (self._binaries / "pg_ctl", "-D", self.data, "-l", self.folder / "log", "-s")))
        self._shim("systemctl", _SYSTEMCTL.format(ctl=self._prefix() + ctl))
        self._shim("sudo", _SUDO.format(folder=self.folder))
        self._shim("apt", "")
        self._shim("aidledger", f'exec {shlex.quote(sys.executable)} -m aidledger "$@"')
        self.does("systemctl start")

    def _certificate(self) -> Sequence[str | Path]:
        key, crt = self.data / "server.key", self.data / "server.crt"
        asked = ("-newkey", "rsa:2048", "-nodes", "-subj", "/CN=server", "-days", "2")
        return ("openssl", "req", "-x509", *asked, "-keyout", key, "-out", crt)

    def _as_postgres(self, *command: str | Path) -> None:
        subprocess.run(command, check=True, user=self._user, cwd=self.folder, capture_output=True, timeout=60)

    def _prefix(self) -> str:
        return "" if self._user is None else f"setpriv --reuid={self._user} --clear-groups -- "

    def _shim(self, name: str, script: str) -> None:
        path = self.folder / "bin" / name
        path.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
        path.chmod(0o755)

    def _set_hba(self, lines: str) -> None:
        """Lines before those that are there; the office's network is this machine."""
        here = lines.replace("10.0.8.10/32", "127.0.0.1/32").replace("10.0.8.0/24", "127.0.0.1/32")
        (self.data / "pg_hba.conf").write_text(f"{here}\nlocal all postgres trust\n", encoding="utf-8")

    def lets_in(self) -> None:
        """Whom the page lets in."""
        self._set_hba(_block("pg_hba.conf").text)

    def keeps_passwords(self) -> None:
        """As the page says of the owner's line, for each login."""
        said = _block("pgpass").text.strip()
        assert said.startswith("server:*:aidledger:aidledger_owner:")
        lines = [":".join([*said.split(":")[:3], login, SECRET]) for login in LOGINS]
        path = self.home / ".pgpass"
        path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
        path.chmod(0o600)

    def does(self, command: str, *, typed: str = f"{SECRET}\n{SECRET}\n") -> subprocess.CompletedProcess[str]:
        """A command as somebody types it, who is asked for a password twice; no terminal, so it is read from stdin."""
        env = {name: value for name, value in os.environ.items() if not name.startswith(OF_OTHERS)}
        env |= {
            "PATH": os.pathsep.join([str(self.folder / "bin"), str(self._binaries), env["PATH"]]),
            "HOME": str(self.home),
            "PYTHONPATH": str(ROOT),
            "LANG": "C.UTF-8",
            "PGPORT": str(self.port),
            "PGHOSTADDR": "127.0.0.1",  # what `server` is
        }
        return subprocess.run(
            ["/bin/sh", "-c", command], cwd=self.home, env=env, input=typed, capture_output=True, encoding="utf-8",
            start_new_session=True, timeout=120, check=False,
        )  # fmt: skip

    def follows(self, name: str) -> None:
        """The commands of a block, in one shell each; what is exported holds for those that follow."""
        exported = ""
        for command in _block(name).commands():
            if command.startswith("export "):
                exported += f"{command}; "
                continue
            done = self.does(exported + command)
            assert done.returncode == 0, (command, done.stdout, done.stderr)

    def asks(self, login: str, statement: str) -> str:
        done = self.does(f"psql -h server -U {login} -d aidledger -Atc {shlex.quote(statement)}", typed="")
        return done.stdout.strip() if done.returncode == 0 else done.stderr

    def stop(self) -> None:
        self.does("systemctl stop")


@pytest.fixture
def debian() -> Iterator[Debian]:
    binaries = postgresql.programs()
    missing = [name for name in PROGRAMS if binaries is None or not (binaries / name).exists()]
    missing += [name for name in ("openssl", "setpriv") if shutil.which(name) is None]
    if not Path("/bin/sh").exists():
        missing.append("sh")
    if binaries is None or missing:
        pytest.skip(f"not on this machine: {', '.join(missing)}")
    folder = Path(tempfile.mkdtemp(prefix="aidledger-pg-", dir=postgresql._in_memory()))
    debian = Debian(folder, binaries)
    try:
        debian.install()
        yield debian
    finally:
        debian.stop()
        shutil.rmtree(folder, ignore_errors=True)


def test_the_page_is_followed_on_a_bare_server(debian: Debian) -> None:
    (debian.home / "roles.sql").write_text(roles(), encoding="utf-8")
    (debian.home / "rosters").mkdir()
    (debian.home / "rosters" / "roster.xlsx").write_bytes(roster_xlsx(3))
    debian.follows("server")
    debian.follows("listen")
    debian.lets_in()
    debian.follows("restart")
    debian.keeps_passwords()
    debian.follows("ledger")
    debian.follows("roles")
    debian.follows("people")
    debian.follows("clerk")
    assert debian.asks("chen", "SELECT DISTINCT posted_by FROM batch") == "wang"
    assert "permission denied" in debian.asks("chen", "INSERT INTO school VALUES (99, 'x')")
    assert "permission denied" in debian.asks("aidledger_owner", "CREATE ROLE another")
    debian.follows("upgrade")
    debian.follows("clerk")
    _keeps_out(debian)


def _keeps_out(debian: Debian) -> None:
    """Who has no password, does not encrypt, is in no role, or has left."""
    plain_text = debian.does("PGSSLMODE=disable psql -h server -U wang -d aidledger -c 'SELECT 1'")
    assert "no pg_hba.conf entry" in plain_text.stderr
    debian.does("sudo -u postgres createuser --pwprompt zhao")
    assert "no pg_hba.conf entry" in debian.asks("zhao", "SELECT 1")
    other_post = "REVOKE aidledger_clerk FROM wang; GRANT aidledger_reviewer TO wang"
    assert debian.does(f"sudo -u postgres psql -c '{other_post}'").returncode == 0
    assert "permission denied" in debian.asks("wang", "INSERT INTO school VALUES (99, 'x')")
    assert debian.does("sudo -u postgres dropuser wang").returncode == 0
    assert debian.asks("chen", "SELECT DISTINCT posted_by FROM batch") == "wang"


def test_the_owner_of_somebody_else_s_server_makes_roles_and_logins(debian: Debian) -> None:
    (debian.home / "roles.sql").write_text(roles(), encoding="utf-8")
    commands = _block("server").commands()
    (made,) = (one for one in commands if "createuser" in one)
    for command in commands:
        debian.does(command.replace("createuser ", "createuser --createrole ") if command == made else command)
    debian.lets_in()
    debian.follows("restart")
    debian.keeps_passwords()
    debian.follows("ledger")
    debian.follows("owner")
    assert debian.asks("zhao", "SELECT count(*) > 0 FROM program") == "t"
    assert "permission denied" in debian.asks("zhao", "UPDATE program SET name_zh = 'x'")
    assert "must be superuser" in debian.asks("aidledger_owner", "CREATE ROLE another SUPERUSER")


def test_an_older_ledger_with_its_roles_is_upgraded_and_the_block_run_again(tmp_path: Path) -> None:
    place = str(postgresql.new_database(tmp_path))
    create_ledger(place, ACTOR, clock).close()
    with plain(place) as books:
        books.exec_driver_sql(roles())
        books.commit()
    try:
        with next_version(tmp_path):
            assert aidledger("upgrade", "--no-backup", ledger=place).exit_code == 0
            with plain(place) as books:
                books.exec_driver_sql(roles())
                books.commit()
            assert aidledger("verify", ledger=place).exit_code == 0
    finally:
        with plain(place) as books:
            for role in ("clerk", "reviewer", "auditor"):
                books.exec_driver_sql(f"DROP OWNED BY aidledger_{role}")
                books.exec_driver_sql(f"DROP ROLE aidledger_{role}")
            books.commit()
