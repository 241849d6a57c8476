"""``aidledger web`` as a process: it opens one page, finds itself running, and ends when told."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2
import openpyxl
import pytest

from tests.cli.harness import aidledger, environment
from tests.store.ledgers import new_path

pytestmark = pytest.mark.sqlite_only


@contextmanager
def serving(
    place: Path, home: Path, *more: str, key: Path | None = None
) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A running server and the first line it says."""
    process = started(place, home, *more, key=key)
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        while line and "http" not in line:
            line = process.stdout.readline()
        yield process, line
    finally:
        process.kill()
        process.communicate()


def started(place: Path, home: Path, *more: str, key: Path | None = None) -> subprocess.Popen[str]:
    keyed = ["--key-file", str(key)] if key else []
    command = [sys.executable, "-m", "aidledger", *keyed, "--ledger", str(place), "web", "--no-browser", *more]
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
        assert "already running" in said
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


def test_without_a_ledger_the_page_makes_one(tmp_path: Path) -> None:
    with serving(tmp_path / "new.db", tmp_path) as (_, line), httpx2.Client(follow_redirects=True) as client:
        address = "/".join(link_in(line).split("/")[:3])
        page = client.get(link_in(line))
        assert page.url.path == "/new"
        assert not (tmp_path / "new.db").exists()
        made = client.post(f"{address}/new", headers={"sec-fetch-site": "same-origin"}, data={"district": "南部县"})
        assert made.url.path == "/"
        assert "Nothing is posted yet" in made.text
    assert (tmp_path / "new.db").exists()
    named = aidledger(
        "report", "summary", "-o", tmp_path / "summary.xlsx", "--format", "xlsx", ledger=tmp_path / "new.db"
    )
    assert named.exit_code == 0
    sheets = openpyxl.load_workbook(tmp_path / "summary.xlsx").worksheets
    cells = [cell for row in sheets[0].values for cell in row]
    assert "District: 南部县" in cells


@pytest.mark.plain_only
def test_the_key_is_typed_on_the_page(tmp_path: Path) -> None:
    key = tmp_path / "key"
    key.touch(0o600)
    key.write_text("a passphrase, quite long")
    place = tmp_path / "locked.db"
    assert aidledger("--key-file", key, "init", "--encrypt", ledger=place).exit_code == 0
    said = ""
    with serving(place, tmp_path) as (process, line), httpx2.Client(follow_redirects=True) as client:
        address = "/".join(link_in(line).split("/")[:3])
        assert client.get(link_in(line)).url.path == "/key"
        home = {"sec-fetch-site": "same-origin"}
        wrong = client.post(f"{address}/key", headers=home, data={"key": "another passphrase"})
        assert wrong.status_code == 403
        right = client.post(f"{address}/key", headers=home, data={"key": "a passphrase, quite long"})
        assert right.url.path == "/"
        assert client.post(f"{address}/settings/quit", headers=home).status_code == 200
        code, said = ended(process)
        assert code == 0
    assert "passphrase" not in said
    with serving(place, tmp_path, key=key) as (_, line), httpx2.Client(follow_redirects=True) as client:
        assert client.get(link_in(line)).url.path == "/"


def test_what_is_asked_before_the_ledger_is_open_can_be_ended(tmp_path: Path) -> None:
    with serving(tmp_path / "new.db", tmp_path) as (process, line), httpx2.Client(follow_redirects=True) as client:
        address = "/".join(link_in(line).split("/")[:3])
        client.get(link_in(line))
        home = {"sec-fetch-site": "same-origin"}
        assert client.post(f"{address}/settings/language", headers=home, data={"language": "zh"}).status_code == 200
        assert client.post(f"{address}/settings/quit", headers=home).status_code == 200
        assert ended(process) == (0, "")
    assert not (tmp_path / "new.db").exists()


def test_two_ledgers_have_two_pages(tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    with (
        serving(new_path(tmp_path), tmp_path) as (_, one),
        serving(new_path(tmp_path / "other"), tmp_path) as (_, other),
    ):
        assert link_in(one).split("/")[2] != link_in(other).split("/")[2]
