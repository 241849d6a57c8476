"""``aidledger web`` as a process: it opens one page, finds itself running, and ends when told."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2
import pytest

from tests.cli.harness import environment
from tests.store.ledgers import new_path

pytestmark = pytest.mark.sqlite_only


@contextmanager
def serving(place: Path, home: Path, *more: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A running server and the first line it says."""
    process = started(place, home, *more)
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        while line and "http" not in line:
            line = process.stdout.readline()
        yield process, line
    finally:
        process.kill()
        process.communicate()


def started(place: Path, home: Path, *more: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "aidledger", "--ledger", str(place), "web", "--no-browser", *more]
    env = environment(HOME=str(home), USERPROFILE=str(home))
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=env)


def link_in(line: str) -> str:
    return next(word for word in line.split() if word.startswith("http"))


def ended(process: subprocess.Popen[str]) -> tuple[int, str]:
    _, said = process.communicate(timeout=60)
    return process.returncode, said


def test_a_second_start_opens_the_page_that_runs(tmp_path: Path) -> None:
    place = new_path(tmp_path)
    with serving(place, tmp_path) as (process, line), httpx2.Client(follow_redirects=True) as client:
        assert client.get(link_in(line)).status_code == 200
        second = started(place, tmp_path)
        said, _ = second.communicate(timeout=60)
        assert second.returncode == 0
        assert "running already" in said
        port = link_in(line).split("/")[2]
        assert link_in(said).split("/")[2] == port
        with httpx2.Client(follow_redirects=True) as other:
            assert other.get(link_in(said)).status_code == 200
        home = {"sec-fetch-site": "same-origin"}
        assert client.post(f"http://{port}/settings/quit", headers=home).status_code == 200
        assert ended(process) == (0, "")
    assert list((tmp_path / ".aidledger" / "running").iterdir()) == []


def test_where_it_listens_is_told_to_its_owner_only(tmp_path: Path) -> None:
    with serving(new_path(tmp_path), tmp_path):
        (told,) = (tmp_path / ".aidledger" / "running").iterdir()
        assert told.stat().st_mode & 0o077 == 0
        assert told.parent.stat().st_mode & 0o077 == 0


def test_a_killed_server_does_not_keep_the_next_from_starting(tmp_path: Path) -> None:
    place = new_path(tmp_path)
    with serving(place, tmp_path):
        pass
    assert len(list((tmp_path / ".aidledger" / "running").iterdir())) == 1
    with serving(place, tmp_path) as (_, line), httpx2.Client(follow_redirects=True) as client:
        assert "already" not in line
        assert client.get(link_in(line)).status_code == 200


@pytest.mark.parametrize("sign", [signal.SIGINT, signal.SIGTERM])
def test_ctrl_c_ends_it_without_a_traceback(tmp_path: Path, sign: signal.Signals) -> None:
    with serving(new_path(tmp_path), tmp_path) as (process, line), httpx2.Client(follow_redirects=True) as client:
        assert client.get(link_in(line)).status_code == 200
        process.send_signal(sign)
        _, said = ended(process)
    assert "Traceback" not in said


def test_it_ends_by_itself_when_nobody_asks_any_more(tmp_path: Path) -> None:
    with serving(new_path(tmp_path), tmp_path, "--idle", "0.02") as (process, line):
        assert "http" in line
        assert ended(process) == (0, "")


def test_a_port_that_is_taken_is_said(tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    with serving(new_path(tmp_path), tmp_path) as (_, line):
        port = link_in(line).split("/")[2].split(":")[1]
        process = started(new_path(tmp_path / "other"), tmp_path, "--port", port)
        code, said = ended(process)
    assert code == 3
    assert f"Port {port} of this computer cannot be used" in said


def test_without_a_ledger_one_is_made(tmp_path: Path) -> None:
    with serving(tmp_path / "new.db", tmp_path) as (_, line), httpx2.Client(follow_redirects=True) as client:
        assert "Nothing is posted yet" in client.get(link_in(line)).text
    assert (tmp_path / "new.db").exists()


def test_two_ledgers_have_two_pages(tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    with (
        serving(new_path(tmp_path), tmp_path) as (_, one),
        serving(new_path(tmp_path / "other"), tmp_path) as (_, other),
    ):
        assert link_in(one).split("/")[2] != link_in(other).split("/")[2]
