"""Ledger locations: network drives, synced folders, and folders that others may write to.

SQLite guarantees nothing once another machine writes the same file. Drives that are known to hide locks from other
machines are refused; the others get a warning.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from aidledger.errors import LocksMissing
from aidledger.store.database.engine import ledger_url

MOUNTS = Path("/proc/self/mountinfo")
# File systems on which no lock reaches another machine.
_NEVER_LOCK = {
    "fuse.sshfs",
    "fuse.rclone",
    "fuse.curlftpfs",
    "fuse.s3fs",
    "fuse.gcsfuse",
    "fuse.goofys",
    "fuse.gvfsd-fuse",
    "davfs",
}
# File systems on which locks may reach other machines, depending on the server.
_NETWORK = {
    "nfs",
    "nfs4",
    "cifs",
    "smb3",
    "smbfs",
    "9p",
    "afs",
    "ceph",
    "lustre",
    "gfs2",
    "ocfs2",
    "ncpfs",
    "beegfs",
    "vboxsf",
    "virtiofs",
    "prl_fs",
    "fuse.ceph",
    "fuse.glusterfs",
    "fuse.juicefs",
    "fuse.vmhgfs-fuse",
}
_LOCKS_STAY_HERE = re.compile(r"(?:^|,)(?:nolock|nobrl|local_lock=(?:all|posix))(?:,|$)")

_SYNCED_NAME = re.compile(
    r"OneDrive(?: ?-.*)?|Dropbox(?: \(.*\))?|Google ?Drive|GoogleDrive-.*|iCloud ?Drive|com~apple~CloudDocs|Box Sync"
    r"|pCloud ?Drive|MEGA(?:sync)?|Nextcloud|ownCloud|Seafile|Syncthing"
    r"|(?:我的)?坚果云|Nutstore(?: Files)?|BaiduSyncdisk|BaiduNetdiskWorkspace|百度(?:网盘同步空间|云同步盘)"
    r"|WPS ?Drive|WPS Cloud Files|WPS ?(?:云盘|网盘|云文档)|微云同步(?:助手|盘)|天翼云盘同步盘|亿方云|360云盘",
    re.IGNORECASE,
)
_SYNCED_MARKS = (".dropbox", ".dropbox.cache", ".stfolder", ".owncloudsync.log", ".nextcloudsync.log")
_SYNCED_VARIABLES = ("OneDrive", "OneDriveConsumer", "OneDriveCommercial")
_WRITABLE_BY_OTHERS = 0o022
_DRIVE_REMOTE = 4

Kind = Literal["network-drive", "synced-folder", "open-folder"]


@dataclass(frozen=True, slots=True)
class Doubt:
    """A warning about a location; ``what``: the type of drive, or the folder's name."""

    kind: Kind
    what: str


def doubts(place: str, *, new: bool = False) -> list[Doubt]:
    """Warnings about a SQLite ledger's location; for a ``new`` ledger, also whether others may write to its folder.

    Raises LocksMissing for a drive that hides locks from other machines.
    """
    url = ledger_url(place)
    if url.get_backend_name() != "sqlite":
        return []
    path = Path(str(url.database)).absolute()
    return [*_network(path), *_synced(path), *(_open(path.parent) if new else ())]


def _network(path: Path) -> Iterator[Doubt]:
    if sys.platform == "win32":
        import ctypes  # noqa: PLC0415 - only on Windows

        if path.drive.startswith("\\\\") or ctypes.windll.kernel32.GetDriveTypeW(path.anchor) == _DRIVE_REMOTE:
            yield Doubt("network-drive", path.drive)
        return
    kind, options = _mounted(path.parent)
    if kind in _NEVER_LOCK or (kind in _NETWORK and _LOCKS_STAY_HERE.search(options)):
        raise LocksMissing(path=path, why=kind)
    if kind in _NETWORK:
        yield Doubt("network-drive", kind)


def _mounted(folder: Path) -> tuple[str, str]:
    """The type and options of a folder's file system; empty if the system does not list it."""
    try:
        device = folder.stat().st_dev
        number = f" {os.major(device)}:{os.minor(device)} "
        lines = MOUNTS.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return "", ""
    for line in lines:
        if number in line:
            kind, source, *options = line.partition(" - ")[2].split(" ")
            # davfs2 mounts as plain "fuse".
            return "davfs" if kind == "fuse" and source.startswith("http") else kind, ",".join(options)
    return "", ""


def _synced(path: Path) -> Iterator[Doubt]:
    roots = {Path(root) for name in _SYNCED_VARIABLES if (root := os.environ.get(name))}
    for folder in dict.fromkeys([*path.parents, *Path(os.path.realpath(path)).parents]):
        # Strings are faster than paths, and this runs before every command.
        marked = any(os.path.lexists(f"{folder}{os.sep}{mark}") for mark in _SYNCED_MARKS)
        if marked or folder in roots or _SYNCED_NAME.fullmatch(folder.name):
            yield Doubt("synced-folder", folder.name)
            return


def _open(folder: Path) -> Iterator[Doubt]:
    """Others who may write to the folder could replace the ledger, or plant a journal that SQLite replays."""
    if os.name != "nt" and folder.is_dir() and folder.stat().st_mode & _WRITABLE_BY_OTHERS:
        yield Doubt("open-folder", str(folder))
