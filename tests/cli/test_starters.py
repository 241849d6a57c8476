"""``web --shortcut``: a double click starts exactly this command, whatever stands in the ledger's path."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from aidledger.cli.starters import batch_file, desktop_entry, shell_script, write_starter
from aidledger.errors import DesktopMissing, FileExists
from tests.cli.harness import aidledger
from tests.store.ledgers import new_path

pytestmark = [pytest.mark.sqlite_only, pytest.mark.plain_only]
ODD = ["/usr/bin/python3", "--ledger", "/srv/王 老师/台账 \"2026\" $HOME `id` 100% \\x 'y'.db", "%u %%f", "web"]


def exec_arguments(entry: str) -> Sequence[str]:
    """As a desktop reads Exec=: first the value's escapes, then quotes, then field codes."""
    (value,) = re.findall(r"^Exec=(.*)$", entry, re.MULTILINE)
    value = re.sub(r"\\(.)", lambda found: {"s": " ", "n": "\n", "t": "\t", "r": "\r"}.get(found[1], found[1]), value)
    parts = re.findall(r'"((?:[^"\\]|\\.)*)"', value)
    assert " ".join(f'"{part}"' for part in parts) == value
    unquoted = [re.sub(r"\\(.)", r"\1", part) for part in parts]
    assert all("%" not in part.replace("%%", "") for part in unquoted)
    return [part.replace("%%", "%") for part in unquoted]


def test_a_desktop_entry_gives_the_command_back() -> None:
    assert exec_arguments(desktop_entry(ODD, "台账")) == ODD
    assert "\nName=台账\n" in desktop_entry(ODD, "台账")


def test_glib_reads_it_so_too(tmp_path: Path) -> None:
    if subprocess.run(["which", "desktop-file-validate"], capture_output=True, check=False).returncode:
        pytest.skip("desktop-file-validate is not installed")
    path = tmp_path / "a.desktop"
    path.write_text(desktop_entry(ODD, "台账"))
    assert subprocess.run(["desktop-file-validate", path], capture_output=True, check=False).stdout == b""


def test_a_shell_script_gives_the_command_back() -> None:
    assert shlex.split(shell_script(ODD, "x").splitlines()[-1].removeprefix("exec ")) == ODD
    shown = [sys.executable, "-c", "import sys; print(ascii(sys.argv[1:]))", *ODD]
    ran = subprocess.run(["sh", "-c", shell_script(shown, "x")], capture_output=True, check=True, encoding="utf-8")
    assert ran.stdout.strip() == ascii(ODD)


def test_a_batch_file_has_its_percent_signs_doubled() -> None:
    lines = batch_file(["C:\\王 老师\\100%.exe", "web"], "台账").split("\r\n")
    assert lines[1] == "chcp 65001 >nul"
    assert lines[4] == '"C:\\王 老师\\100%%.exe" "web"'


@pytest.mark.parametrize(
    ("system", "folder", "name"),
    [("linux", "桌面", "aidledger 台 账.desktop"), ("darwin", "Desktop", "aidledger 台 账.command")],
)
def test_it_lies_on_the_desktop(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, system: str, folder: str, name: str
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / folder).mkdir()
    (tmp_path / ".config").mkdir()
    (tmp_path / ".config" / "user-dirs.dirs").write_text(
        '# made\nXDG_DESKTOP_DIR="$HOME/桌面"\nXDG_MUSIC_DIR="$HOME/x"\n'
    )
    written = write_starter(ODD, "台/账", system, {})
    assert written == tmp_path / folder / name
    assert written.stat().st_mode & 0o777 == 0o700
    assert write_starter(ODD, "台/账", system, {}) == written
    written.write_text("somebody else's")
    with pytest.raises(FileExists):
        write_starter(ODD, "台/账", system, {})
    assert written.read_text() == "somebody else's"


def test_without_a_desktop_nothing_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    with pytest.raises(DesktopMissing):
        write_starter(ODD, "x", "linux", {})
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(sys.platform != "linux", reason="the entry of a Linux desktop is read")
def test_the_command_writes_where_the_ledger_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "Desktop").mkdir()
    new_path(tmp_path, "账.db")
    monkeypatch.chdir(tmp_path)
    ran = aidledger("--actor", "王 老师", "--lang", "zh", "web", "--shortcut", ledger="账.db")
    assert ran.exit_code == 0
    (written,) = (tmp_path / "Desktop").iterdir()
    assert str(written) in ran.stdout
    command = exec_arguments(written.read_text(encoding="utf-8"))
    assert command == [
        *(sys.executable, "-m", "aidledger"),
        *("--ledger", os.fspath(tmp_path / "账.db"), "--actor", "王 老师", "--lang", "zh", "web"),
    ]


def test_a_password_in_a_url_stays_off_the_desktop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "Desktop").mkdir()
    ran = aidledger("web", "--shortcut", ledger="postgresql+psycopg://me:hidden@db.example/aid")
    assert ran.exit_code == 2
    assert "hidden" not in ran.stderr
    assert list((tmp_path / "Desktop").iterdir()) == []
