"""Ctrl-C and SIGTERM: one message, exit code 3, whole files; never a traceback, and no minute of deafness."""

from __future__ import annotations

import os
import signal
import sys
import time
from contextlib import closing
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from aidledger.cli import stopping
from aidledger.cli.localized import Command
from aidledger.errors import Interrupted
from tests.builders import roster_xlsx
from tests.cli.harness import importing
from tests.store.ledgers import new_path, raw
from tools.torture.interruptions import REFUSED, listens, stop_imports

pytestmark = [
    pytest.mark.sqlite_only,
    pytest.mark.skipif(sys.platform != "linux", reason="when a program listens is read from /proc"),
]


def test_an_import_that_is_stopped_at_any_moment_says_so_and_leaves_whole_files(tmp_path: Path) -> None:
    done = stop_imports(tmp_path, 12, seed=5)
    assert (done.tried, done.broken) == (12, [])


def test_a_stop_while_a_class_is_made_is_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """Modules are loaded while a command runs; CPython 3.11 wraps what is raised while one of their classes is made."""
    monkeypatch.setattr(stopping, "ignore", lambda: None)

    class Stops:
        def __set_name__(self, _owner: type, _name: str) -> None:
            raise stopping.Stopped

    @click.command(cls=Command)
    def loading() -> None:
        type("Made", (), {"field": Stops()})

    ran = CliRunner().invoke(loading)
    assert (ran.exit_code, ran.stderr.count("\n")) == (Interrupted.exit_code, 1)
    assert Interrupted.template() in ran.stderr


@pytest.mark.parametrize("request_to_stop", [signal.SIGINT, signal.SIGTERM])
def test_who_waits_for_another_writer_can_be_stopped(tmp_path: Path, request_to_stop: signal.Signals) -> None:
    path = new_path(tmp_path)
    (tmp_path / "rosters").mkdir()
    (tmp_path / "rosters" / "one.xlsx").write_bytes(roster_xlsx(3))
    with closing(raw(path)) as other:
        other.execute("BEGIN IMMEDIATE")
        process = importing(path, tmp_path / "rosters")
        listens(process)
        assert process.stderr is not None
        assert "waiting" in process.stderr.readline()
        began = time.monotonic()
        os.kill(process.pid, request_to_stop)
        said, error = process.communicate(timeout=30)
    assert time.monotonic() - began < 10
    assert (process.returncode, said, error) == (REFUSED, "", f"Error: {Interrupted.template()}\n")


def test_who_starts_it_may_say_that_ctrl_c_is_not_for_it(tmp_path: Path) -> None:
    path = new_path(tmp_path)
    (tmp_path / "rosters").mkdir()
    (tmp_path / "rosters" / "one.xlsx").write_bytes(roster_xlsx(3))
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        process = importing(path, tmp_path / "rosters")
    finally:
        signal.signal(signal.SIGINT, before)
    listens(process)
    process.send_signal(signal.SIGINT)
    said, error = process.communicate()
    assert (process.returncode, error) == (0, "")
    assert "Receipt: " in said
