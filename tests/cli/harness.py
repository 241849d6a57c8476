"""The command line as a script sees it: exit code, stdout, stderr."""

from __future__ import annotations

import atexit
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from click.testing import CliRunner

from aidledger.cli.main import cli
from tests.store.ledgers import ENCRYPTED, SECRET

_NEUTRAL = {
    "AIDLEDGER_LEDGER": None,
    "AIDLEDGER_ACTOR": None,
    "AIDLEDGER_SCHEMAS": None,
    "AIDLEDGER_KEY_FILE": None,
    "AIDLEDGER_SEAL_KEY_FILE": None,
    "AIDLEDGER_LANG": None,
    "LANG": "C.UTF-8",
    "LC_ALL": None,
    "LC_MESSAGES": None,
    "LANGUAGE": None,
}


@dataclass(frozen=True, slots=True)
class Ran:
    """What came of a command."""

    exit_code: int
    stdout: str
    stderr: str

    @property
    def json(self) -> Any:  # noqa: ANN401 - what JSON holds
        """All of stdout, which must be one JSON value."""
        return json.loads(self.stdout)


def aidledger(*arguments: str | Path, ledger: Path | str | None = None, env: Mapping[str, str] | None = None) -> Ran:
    """Run a command in this process. An exception that escapes is a bug, and fails the test."""
    place = [] if ledger is None else ["--ledger", str(ledger)]
    runner = CliRunner(env={**_NEUTRAL, **_key(), **(env or {})})
    result = runner.invoke(cli, [*place, *_encrypting(arguments)], prog_name="aidledger")
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return Ran(result.exit_code, result.stdout, result.stderr)


@cache
def _key() -> dict[str, str]:
    """Where the key of encrypted ledgers is, in a run on such."""
    if not ENCRYPTED:
        return {}
    handle, name = tempfile.mkstemp()  # only its owner reads it
    os.write(handle, SECRET.text.encode())
    os.close(handle)
    atexit.register(os.unlink, name)
    return {"AIDLEDGER_KEY_FILE": name}


def _encrypting(arguments: Iterable[str | Path]) -> list[str]:
    """In a run on encrypted ledgers, every ledger that is made is one."""
    return [
        part
        for said in map(str, arguments)
        for part in ((said, "--encrypt") if ENCRYPTED and said == "init" else (said,))
    ]


def environment(**more: str) -> dict[str, str]:
    """The environment for a process of its own."""
    kept = {name: value for name, value in os.environ.items() if name not in _NEUTRAL}
    return {**kept, **_key(), "LANG": "C.UTF-8", "PYTHONPATH": str(Path(__file__).parents[2]), **more}


def importing(place: Path | str, *paths: Path, **env: str) -> subprocess.Popen[str]:
    """The import of files or folders in a process of its own, still running: a line on stdout for each file done."""
    command = [sys.executable, "-m", "aidledger", "--ledger", str(place), "import", *map(str, paths), "--workers", "1"]
    return subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment(**env),
        encoding="utf-8",
        start_new_session=True,  # so that its workers can be killed with it
    )


def program(*arguments: str | Path, cwd: Path | None = None, **env: str) -> Ran:
    """Run the program in a process of its own."""
    command = [sys.executable, "-m", "aidledger", *_encrypting(arguments)]
    done = subprocess.run(
        command, capture_output=True, encoding="utf-8", check=False, cwd=cwd, env=environment(**env), timeout=120
    )
    return Ran(done.returncode, done.stdout, done.stderr)
