"""Encrypted and sealed ledgers as a clerk types the commands: where a key comes from, and what is said without it."""

from __future__ import annotations

import os
import pty
import re
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from tests.builders import roster_xlsx
from tests.cli.harness import Ran, aidledger, environment, importing, program
from tests.store.encrypted import KEY, SEAL

pytestmark = [pytest.mark.sqlite_only, pytest.mark.plain_only]  # keys are named here, whatever the engine of the run is

PASSPHRASE = "twelve 字 or more of them"


@pytest.fixture
def key(tmp_path: Path) -> Path:
    return _key_file(tmp_path / "office.key", KEY.text)


def _key_file(path: Path, text: str) -> Path:
    path.touch(0o600)
    path.write_text(f"{text}\n", encoding="utf-8")
    return path


@pytest.fixture
def path(tmp_path: Path, key: Path) -> Path:
    """An encrypted ledger with a batch."""
    path = tmp_path / "aidledger.db"
    assert _with(key, "init", "--encrypt", ledger=path).exit_code == 0
    (tmp_path / "rosters").mkdir()
    (tmp_path / "rosters" / "one.xlsx").write_bytes(roster_xlsx(3))
    assert _with(key, "import", tmp_path / "rosters", ledger=path).exit_code == 0
    return path


def _with(key: Path | str, *arguments: str | Path, ledger: Path) -> Ran:
    return aidledger("--key-file", key, *arguments, ledger=ledger)


def test_the_key_is_in_a_file_that_an_option_or_the_environment_names(path: Path, key: Path) -> None:
    assert _with(key, "verify", ledger=path).exit_code == 0
    assert aidledger("batches", ledger=path, env={"AIDLEDGER_KEY_FILE": str(key)}).exit_code == 0
    assert program("--ledger", path, "batches", AIDLEDGER_KEY_FILE=str(key)).exit_code == 0


@pytest.mark.parametrize("language", ["en", "zh"])
def test_without_the_key_every_command_says_what_to_do(path: Path, tmp_path: Path, language: str) -> None:
    before = path.read_bytes()
    out, seals = tmp_path / "out", tmp_path / "seals"
    for command in (
        ["batches"],
        ["batch", "1"],
        ["verify"],
        ["import", tmp_path / "rosters"],
        ["check", tmp_path / "rosters"],
        ["report", "summary"],
        ["audit"],
        ["person", "王"],
        ["upgrade"],
        ["backup", out],
        ["copy", "--to", out],
        ["rekey"],
        ["seal"],
    ):
        ran = aidledger("--lang", language, *command, ledger=path, env={"AIDLEDGER_SEAL_KEY_FILE": str(seals)})
        assert (ran.exit_code, ran.stdout) == (3, ""), command
        assert "--key-file" in ran.stderr
    assert path.read_bytes() == before
    assert not out.exists()
    assert not seals.exists()


def test_a_wrong_key_is_said_to_be_one(path: Path, tmp_path: Path) -> None:
    other = _key_file(tmp_path / "other.key", PASSPHRASE)
    ran = _with(other, "verify", ledger=path)
    assert (ran.exit_code, ran.stdout) == (3, "")
    assert "does not open with this key" in ran.stderr
    assert PASSPHRASE not in ran.stderr


def test_init_makes_a_key_where_there_is_none_and_says_so(tmp_path: Path) -> None:
    path, key = tmp_path / "new.db", tmp_path / "new.key"
    forgotten = _with(key, "init", ledger=path)
    assert (forgotten.exit_code, path.exists(), key.exists()) == (2, False, False)
    assert "--encrypt" in forgotten.stderr
    ran = _with(key, "init", "--encrypt", ledger=path)
    assert ran.exit_code == 0
    assert str(key) in ran.stderr
    assert re.fullmatch(r"[0-9a-f]{64}\n", key.read_text())
    assert key.read_text().strip() not in ran.stdout + ran.stderr
    assert _with(tmp_path / "second.key", "init", "--encrypt", ledger=path).exit_code == 3
    assert not (tmp_path / "second.key").exists()
    asked = aidledger("init", "--encrypt", ledger=tmp_path / "third.db")
    assert (asked.exit_code, (tmp_path / "third.db").exists()) == (3, False)


def test_a_key_for_a_plain_ledger_is_remarked_upon(tmp_path: Path, key: Path) -> None:
    path = tmp_path / "plain.db"
    assert aidledger("init", ledger=path).exit_code == 0
    ran = _with(key, "verify", ledger=path)
    assert ran.exit_code == 0
    assert "not encrypted" in ran.stderr


def test_rekey(path: Path, tmp_path: Path, key: Path) -> None:
    ran = _with(key, "rekey", "--to", tmp_path / "new.key", "--format", "json", ledger=path)
    assert (ran.exit_code, ran.json["batches"]) == (0, 1)
    assert _with(key, "verify", ledger=path).exit_code == 3
    assert _with(tmp_path / "new.key", "verify", ledger=path).exit_code == 0
    assert _with(tmp_path / "new.key", "rekey", "--to", tmp_path / "new.key", ledger=path).exit_code == 2
    assert _with(tmp_path / "new.key", "rekey", ledger=path).exit_code == 3


def test_copies_and_backups_are_encrypted_unless_it_is_asked_for(path: Path, tmp_path: Path, key: Path) -> None:
    assert _with(key, "backup", tmp_path / "backup.db", ledger=path).exit_code == 0
    assert _with(key, "copy", "--to", tmp_path / "copy.db", ledger=path).exit_code == 0
    assert _with(key, "copy", "--to", tmp_path / "x.db", "--plain", "--encrypt", ledger=path).exit_code == 2
    for copy in ("backup.db", "copy.db"):
        assert aidledger("verify", ledger=tmp_path / copy).exit_code == 3
        assert _with(key, "verify", ledger=tmp_path / copy).exit_code == 0
    assert _with(key, "copy", "--to", tmp_path / "plain.db", "--plain", ledger=path).exit_code == 0
    assert aidledger("verify", ledger=tmp_path / "plain.db").exit_code == 0
    again = _with(key, "copy", "--to", tmp_path / "again.db", "--encrypt", ledger=tmp_path / "plain.db")
    assert again.exit_code == 0
    assert _with(key, "verify", ledger=tmp_path / "again.db").exit_code == 0
    assert _with(key, "restore", tmp_path / "backup.db", ledger=path).exit_code == 0


def test_processes_that_read_files_have_not_the_key(path: Path, tmp_path: Path, key: Path) -> None:
    """Of an import and all its children: neither the command nor the environment holds it."""
    for number in range(20):
        (tmp_path / "rosters" / f"{number}.xlsx").write_bytes(roster_xlsx(3, first=10 * number + 100))
    running = importing(path, tmp_path / "rosters", AIDLEDGER_KEY_FILE=str(key))
    assert running.stdout is not None
    running.stdout.readline()  # a file is done: the worker is there
    told = b""
    for folder in Path("/proc").glob("[0-9]*") if sys.platform == "linux" else ():
        try:
            if os.getpgid(int(folder.name)) == running.pid:
                told += (folder / "cmdline").read_bytes() + (folder / "environ").read_bytes()
        except OSError:
            continue
    assert running.communicate()[1] == ""
    assert running.returncode == 0
    assert KEY.text.encode() not in told
    assert sys.platform != "linux" or str(key).encode() in told


def _typed(arguments: list[str | Path], *lines: str) -> tuple[int, str]:
    """A command at a terminal of its own, and what is typed into it when it asks."""
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "aidledger", *map(str, arguments)]
    # A session of its own with this terminal, so that hidden questions come here.
    script = "import fcntl, os, sys, termios; fcntl.ioctl(0, termios.TIOCSCTTY, 0); os.execv(sys.argv[1], sys.argv[1:])"
    running = subprocess.Popen(
        [sys.executable, "-c", script, *command],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        env=environment(),
        start_new_session=True,
    )
    os.close(theirs)
    late = threading.Timer(120, running.kill)
    late.start()
    screen, left = b"", list(lines)
    while True:
        try:
            read = os.read(ours, 1024)
        except OSError:  # the terminal's other end is closed
            break
        screen += read
        if left and screen.endswith(b": "):  # with the blank: before it, what is typed would be thrown away
            os.write(ours, f"{left.pop(0)}\n".encode())
            screen += b"\n"
    os.close(ours)
    late.cancel()
    return running.wait(), screen.decode()


@pytest.mark.skipif(sys.platform == "win32", reason="terminals are made in another way there")
def test_a_passphrase_is_asked_for_and_never_shown(tmp_path: Path) -> None:
    path = tmp_path / "aidledger.db"
    code, screen = _typed(["--ledger", path, "init", "--encrypt"], PASSPHRASE, PASSPHRASE)
    assert code == 0, screen
    assert PASSPHRASE not in screen
    code, screen = _typed(["--ledger", path, "verify"], PASSPHRASE)
    assert code == 0, screen
    assert "every digest and total agrees" in screen
    code, screen = _typed(["--ledger", path, "verify"], "another one, longer")
    assert code == 3, screen
    code, screen = _typed(["--ledger", tmp_path / "short.db", "init", "--encrypt"], "short", "short")
    assert (code, (tmp_path / "short.db").exists()) == (3, False), screen


@pytest.fixture
def seal(tmp_path: Path) -> Path:
    return _key_file(tmp_path / "seal.key", SEAL.text)


def test_an_office_seals_its_ledger(tmp_path: Path, seal: Path) -> None:
    path = tmp_path / "aidledger.db"
    sealed = {"AIDLEDGER_SEAL_KEY_FILE": str(seal)}
    assert aidledger("init", ledger=path).exit_code == 0
    (tmp_path / "one.xlsx").write_bytes(roster_xlsx(3))
    early = aidledger("import", tmp_path / "one.xlsx", ledger=path, env=sealed)
    assert (early.exit_code, "not sealed" in early.stderr) == (3, True)
    assert aidledger("seal", ledger=path).exit_code == 2
    ran = aidledger("seal", "--format", "json", ledger=path, env=sealed)
    assert ran.exit_code == 0
    named = ran.json["sealed_by"]
    refused = aidledger("import", tmp_path / "one.xlsx", ledger=path)
    assert (refused.exit_code, named in refused.stderr) == (3, True)
    assert aidledger("import", tmp_path / "one.xlsx", ledger=path, env=sealed).exit_code == 0
    without = aidledger("verify", ledger=path)
    assert (without.exit_code, "not verified" in without.stdout) == (1, True)
    assert not aidledger("verify", "--format", "json", ledger=path).json["ok"]
    proved = aidledger("verify", ledger=path, env=sealed)
    assert (proved.exit_code, f"Sealed with the key {named}" in proved.stdout) == (0, True)
    assert aidledger("verify", "--format", "json", ledger=path, env=sealed).json["sealed_by"] == named
    assert aidledger("seal", "--to", tmp_path / "next.key", ledger=path, env=sealed).exit_code == 0
    changed = aidledger("verify", ledger=path, env={"AIDLEDGER_SEAL_KEY_FILE": str(tmp_path / "next.key")})
    assert changed.exit_code == 0
    assert aidledger("backup", tmp_path / "backup.db", ledger=path).exit_code == 0
    assert SEAL.text not in "".join(one.stdout + one.stderr for one in (early, ran, refused, without, proved, changed))


def test_a_new_ledger_is_sealed_from_its_first_event(tmp_path: Path) -> None:
    path, sealed = tmp_path / "aidledger.db", {"AIDLEDGER_SEAL_KEY_FILE": str(tmp_path / "new.key")}
    assert aidledger("init", ledger=path, env=sealed).exit_code == 0
    assert aidledger("verify", ledger=path, env=sealed).exit_code == 0
    assert aidledger("verify", ledger=path).exit_code == 1
    assert aidledger("seal", ledger=path, env=sealed).exit_code == 3


def test_an_unusable_seal_key_leaves_no_ledger_and_no_other_key(tmp_path: Path) -> None:
    """Neither an unsealed ledger that would take imports, nor a key of a ledger that was not made."""
    seals = {name: tmp_path / f"{name}.key" for name in ("passphrase", "short", "open")}
    _key_file(seals["passphrase"], PASSPHRASE)
    _key_file(seals["short"], "5e5e")
    _key_file(seals["open"], SEAL.text).chmod(0o644)
    nowhere, new = tmp_path / "no" / "folder.key", tmp_path / "new.key"
    there = set(tmp_path.iterdir())
    for place in (*seals.values(), nowhere):
        plain: list[str | Path] = ["--seal-key-file", place, "init"]
        for command in (plain, ["--key-file", new, *plain, "--encrypt"]):
            ran = aidledger(*command, ledger=tmp_path / "new.db")
            assert (ran.exit_code, str(place) in ran.stderr or "64 hexadecimal" in ran.stderr) == (3, True)
            assert set(tmp_path.iterdir()) == there
    usable = ("--seal-key-file", tmp_path / "seal.key", "--key-file")
    for place in (_key_file(tmp_path / "brief.key", "short"), nowhere):
        there = set(tmp_path.iterdir())
        assert aidledger(*usable, place, "init", "--encrypt", ledger=tmp_path / "new.db").exit_code == 3
        assert set(tmp_path.iterdir()) == there


def test_a_refused_seal_makes_no_key(tmp_path: Path, seal: Path) -> None:
    path, typo, new = tmp_path / "aidledger.db", tmp_path / "typo.key", tmp_path / "new.key"
    assert aidledger("init", ledger=path).exit_code == 0
    early = aidledger("--seal-key-file", seal, "seal", "--to", new, ledger=path)
    assert (early.exit_code, "not sealed" in early.stderr) == (3, True)
    assert aidledger("--seal-key-file", seal, "seal", ledger=path).exit_code == 0
    mistyped = aidledger("--seal-key-file", typo, "seal", ledger=path)
    assert (mistyped.exit_code, f"There is no seal key at {typo}" in mistyped.stderr) == (3, True)
    assert aidledger("--seal-key-file", typo, "seal", "--to", new, ledger=path).exit_code == 3
    assert not typo.exists()
    assert not new.exists()


def test_nobody_makes_a_key_who_may_not_seal_or_copy(tmp_path: Path) -> None:
    path, key = tmp_path / "aidledger.db", tmp_path / "new.key"
    assert aidledger("init", ledger=path).exit_code == 0
    assert aidledger("actors", "name", "李老师", "--role", "reviewer", ledger=path).exit_code == 0
    copy = ("copy", "--to", tmp_path / "copy.db", "--encrypt")
    assert aidledger("--actor", "王老师", "--seal-key-file", key, "seal", ledger=path).exit_code == 3
    assert aidledger("--actor", "王老师", "--key-file", key, *copy, ledger=path).exit_code == 3
    assert not key.exists()
    assert aidledger("--actor", "李老师", "--seal-key-file", key, "seal", ledger=path).exit_code == 0


def test_what_is_said_of_a_new_key_is_of_its_kind_and_harmless(tmp_path: Path) -> None:
    path = tmp_path / "aidledger.db"
    names = {"file": "office-511300200701010009.key", "seal": "seal\N{RIGHT-TO-LEFT OVERRIDE}.key"}
    keys = ("--key-file", tmp_path / names["file"], "--seal-key-file", tmp_path / names["seal"])
    ran = aidledger(*keys, "init", "--encrypt", ledger=path)
    assert ran.exit_code == 0
    assert "without it the ledger cannot be opened" in ran.stderr
    assert "A new seal key was made" in ran.stderr
    assert ran.stderr.count("without it the ledger cannot be opened") == 1
    assert "511300200701010009" not in ran.stderr
    assert "\N{RIGHT-TO-LEFT OVERRIDE}" not in ran.stderr


def test_a_seal_key_that_is_not_there_is_no_key_of_an_encrypted_ledger(tmp_path: Path) -> None:
    path, gone = tmp_path / "aidledger.db", tmp_path / "gone.key"
    assert aidledger("init", ledger=path).exit_code == 0
    ran = aidledger("--seal-key-file", gone, "verify", ledger=path)
    assert (ran.exit_code, f"There is no seal key at {gone}" in ran.stderr) == (3, True)
    assert "encrypted" not in ran.stderr


def test_a_seal_key_in_the_environment_keeps_nobody_from_a_backup(path: Path, tmp_path: Path, key: Path) -> None:
    """One that sealed nothing here, or that is on a stick which is not there today."""
    for number, place in enumerate((_key_file(tmp_path / "other.key", SEAL.text), tmp_path / "gone.key")):
        env = {"AIDLEDGER_SEAL_KEY_FILE": str(place), "AIDLEDGER_KEY_FILE": str(key)}
        backup, copy = tmp_path / f"backup{number}.db", tmp_path / f"copy{number}.db"
        assert aidledger("backup", backup, ledger=path, env=env).exit_code == 0
        assert aidledger("copy", "--to", copy, ledger=path, env=env).exit_code == 0
        assert aidledger("restore", backup, ledger=tmp_path / f"again{number}.db", env=env).exit_code == 0


def test_a_key_whose_change_is_refused_is_the_ledgers(path: Path, tmp_path: Path, key: Path) -> None:
    open_to_all = _key_file(tmp_path / "open.key", SEAL.text)
    open_to_all.chmod(0o644)
    for place in (tmp_path / "gone.key", _key_file(tmp_path / "other.key", SEAL.text), open_to_all):
        ran = _with(key, "--seal-key-file", place, "rekey", "--to", tmp_path / "new.key", ledger=path)
        assert ran.exit_code == 3
        assert not (tmp_path / "new.key").exists()
        assert _with(key, "verify", ledger=path).exit_code == 0


def test_the_demo_takes_no_key(tmp_path: Path, key: Path) -> None:
    for option in ("--key-file", "--seal-key-file"):
        ran = aidledger(option, key, "demo", tmp_path / "demo", ledger=tmp_path / "demo.db")
        assert (ran.exit_code, "Give no key" in ran.stderr) == (2, True)
    assert not (tmp_path / "demo.db").exists()
