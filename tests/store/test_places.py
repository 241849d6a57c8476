"""Drives that keep no locks are refused, drives of other machines and folders that are copied elsewhere warned of."""

from __future__ import annotations

import os
import sys
import threading
from pathlib import Path

import pytest

from aidledger.errors import LocksMissing
from aidledger.store.database import places
from aidledger.store.database.locks import require_locks
from aidledger.store.database.places import doubts
from tests.builders import roster_xlsx
from tests.cli.harness import Ran, aidledger, program
from tests.store.ledgers import new_path

pytestmark = [pytest.mark.sqlite_only, pytest.mark.skipif(sys.platform == "win32", reason="other drives, other locks")]


def _without_locks(shim: Path, folder: Path, how: str, *arguments: str | Path) -> Ran:
    place = folder / "aidledger.db"
    return program("--ledger", place, *arguments, LD_PRELOAD=str(shim), TORTURE_FOLDER=str(folder), TORTURE_LOCKS=how)


@pytest.mark.parametrize("how", ["refused", "granted"])
def test_a_ledger_is_not_made_where_there_are_no_locks(shim: Path, tmp_path: Path, how: str) -> None:
    run = _without_locks(shim, tmp_path, how, "init")
    assert (run.exit_code, run.stdout) == (3, "")
    assert "without file locks" in run.stderr
    assert "PostgreSQL" in run.stderr
    assert list(tmp_path.iterdir()) == []
    assert aidledger("init", ledger=tmp_path / "aidledger.db").exit_code == 0


@pytest.mark.parametrize("how", ["refused", "granted"])
@pytest.mark.parametrize("command", ["import", "batches", "upgrade", "verify"])
def test_a_ledger_that_was_put_there_is_neither_written_nor_read(
    shim: Path, tmp_path: Path, command: str, how: str
) -> None:
    before = new_path(tmp_path).read_bytes()
    (tmp_path / "roster.xlsx").write_bytes(roster_xlsx(2))
    arguments: list[str | Path] = [tmp_path / "roster.xlsx", "--workers", "1"] if command == "import" else []
    run = _without_locks(shim, tmp_path, how, command, *arguments)
    assert (run.exit_code, run.stdout, "without file locks" in run.stderr) == (3, "", True)
    assert (tmp_path / "aidledger.db").read_bytes() == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["aidledger.db", "roster.xlsx"]


def test_the_shim_alone_changes_nothing(shim: Path, tmp_path: Path) -> None:
    new_path(tmp_path)
    assert _without_locks(shim, tmp_path / "elsewhere", "refused", "--version").exit_code == 0
    assert program("--ledger", tmp_path / "aidledger.db", "batches", LD_PRELOAD=str(shim)).exit_code == 0


def test_many_may_ask_for_locks_at_once(tmp_path: Path) -> None:
    """Ten threads of one process, over and over: each has a file of its own, and no lock of SQLite's is let go."""
    refused: list[LocksMissing] = []

    def ask() -> None:
        for _ in range(30):
            try:
                require_locks(tmp_path / "aidledger.db")
            except LocksMissing as error:
                refused.append(error)

    threads = [threading.Thread(target=ask) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (refused, list(tmp_path.iterdir())) == ([], [])


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write everywhere")
def test_who_may_only_read_is_not_asked(tmp_path: Path) -> None:
    path = new_path(tmp_path)
    tmp_path.chmod(0o500)
    try:
        assert aidledger("batches", ledger=path).exit_code == 0
    finally:
        tmp_path.chmod(0o700)


def _mounted(monkeypatch: pytest.MonkeyPatch, folder: Path, kind: str, options: str = "rw") -> None:
    """As Linux tells of a drive on which a folder is."""
    device = folder.stat().st_dev
    mounts = folder.parent / f"{folder.name}.mountinfo"
    source = "fuse https://server/dav" if kind == "davfs" else f"{kind} server:/share"
    line = f"98 1 {os.major(device)}:{os.minor(device)} / {folder} rw,relatime shared:1 - {source} {options}"
    mounts.write_text(f"1 0 999:1 / / rw - ext4 /dev/sda rw\n{line}\n")
    monkeypatch.setattr(places, "MOUNTS", mounts)


@pytest.mark.parametrize(
    ("kind", "options"),
    [
        ("nfs", "rw,vers=3,nolock,proto=tcp"),
        ("nfs4", "rw,local_lock=all,addr=10.0.0.1"),
        ("cifs", "rw,vers=3.1.1,nobrl"),
        ("fuse.sshfs", "rw,user_id=0"),
        ("fuse.rclone", "rw"),
        ("davfs", "rw,user_id=0"),
    ],
)
def test_a_drive_whose_locks_stay_on_this_machine_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str, options: str
) -> None:
    path = new_path(tmp_path)
    before = path.read_bytes()
    _mounted(monkeypatch, tmp_path, kind, options)
    for command in (("batches",), ("init",), ("upgrade",), ("restore", path), ("reverse", "1", "--reason", "x")):
        run = aidledger(*command, ledger=path)
        assert (run.exit_code, f"({kind})" in run.stderr) == (3, True), command
    assert path.read_bytes() == before


@pytest.mark.parametrize(
    ("kind", "options"),
    [("nfs4", "rw,vers=4.2,local_lock=none"), ("cifs", "rw,vers=3.1.1"), ("9p", "rw,aname=drvfs"), ("smb3", "rw")],
)
def test_a_network_drive_with_locks_is_warned_of_every_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str, options: str
) -> None:
    path = new_path(tmp_path)
    _mounted(monkeypatch, tmp_path, kind, options)
    for _ in range(2):
        run = aidledger("batches", "--format", "json", ledger=path)
        assert (run.exit_code, run.json) == (0, {"batches": []})
        assert f"network drive ({kind})" in run.stderr


@pytest.mark.parametrize("kind", ["ext4", "xfs", "btrfs", "tmpfs", "overlay", "fuseblk", "apfs", "vfat"])
def test_a_disk_of_this_machine_is_nothing_to_speak_of(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    _mounted(monkeypatch, tmp_path, kind, "rw,nolock")
    assert doubts(str(tmp_path / "aidledger.db")) == []


def test_where_the_system_does_not_tell_nothing_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(places, "MOUNTS", tmp_path / "nothing")
    assert doubts(str(tmp_path / "aidledger.db")) == []
    assert doubts(str(tmp_path / "no" / "folder" / "aidledger.db")) == []
    assert doubts("postgresql+psycopg://server/ledger") == []


@pytest.mark.parametrize(
    "name",
    [
        "OneDrive",
        "OneDrive - 高坪区教育局",
        "Dropbox",
        "我的坚果云",
        "Nutstore Files",
        "BaiduSyncdisk",
        "WPS云盘",
        "iCloudDrive",
        "com~apple~CloudDocs",
        "GoogleDrive-office@example.com",
        "nextcloud",
    ],
)
def test_a_folder_that_is_copied_to_other_machines_is_warned_of(tmp_path: Path, name: str) -> None:
    folder = tmp_path / name / "资助"
    folder.mkdir(parents=True, mode=0o700)
    run = aidledger("init", ledger=folder / "aidledger.db")
    assert (run.exit_code, name in run.stderr) == (0, True)
    assert name in aidledger("batches", ledger=folder / "aidledger.db").stderr
    linked = tmp_path / "linked"
    linked.symlink_to(folder)
    assert name in aidledger("--lang", "zh", "batches", ledger=linked / "aidledger.db").stderr


@pytest.mark.parametrize("name", ["OneDriver", "Dropboxes", "网盘", "wps", "sync", "megabytes"])
def test_another_folder_is_not(tmp_path: Path, name: str) -> None:
    (tmp_path / name).mkdir()
    assert doubts(str(tmp_path / name / "aidledger.db")) == []


def test_such_a_folder_is_known_by_what_lies_in_it_and_by_what_the_system_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = str(tmp_path / "office" / "2021" / "aidledger.db")
    (tmp_path / "office" / "2021").mkdir(parents=True)
    (tmp_path / "office" / ".stfolder").mkdir()
    assert [(one.kind, one.what) for one in doubts(place)] == [("synced-folder", "office")]
    (tmp_path / "office" / ".stfolder").rmdir()
    assert doubts(place) == []
    monkeypatch.setenv("OneDriveCommercial", str(tmp_path / "office"))
    assert [(one.kind, one.what) for one in doubts(place)] == [("synced-folder", "office")]


def test_a_copy_is_made_there_with_a_warning(tmp_path: Path) -> None:
    drive = tmp_path / "Dropbox"
    drive.mkdir(mode=0o700)
    run = aidledger("copy", "--to", drive / "copy.db", ledger=new_path(tmp_path))
    assert (run.exit_code, "Dropbox" in run.stderr) == (0, True)
