"""A file on the desktop that opens the page of a ledger by a double click.

Linux: a .desktop file. macOS: a .command script. Windows: a .cmd file, as a .lnk is made by COM only, for which a
further package would be needed; it does the same, and only its icon is a batch file's.
"""

from __future__ import annotations

import os
import re
import shlex
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Literal

from aidledger import private
from aidledger.errors import DesktopMissing

System = Literal["linux", "darwin", "win32"]
_OURS = "aidledger web --shortcut"
_NOT_IN_NAMES = re.compile(r'[\x00-\x1f<>:"/\\|?*%]+')
_USER_DIR = re.compile(r'^\s*XDG_DESKTOP_DIR="(?P<path>(?:[^"\\]|\\.)*)"', re.MULTILINE)


def write_starter(command: Sequence[str], ledger: str, system: str, environment: Mapping[str, str]) -> Path:
    """Write the starter; one of ours is replaced. Returns where it is.

    Raises DesktopMissing, FileExists if something else has its name, CannotWrite.
    """
    folder = _desktop(system, environment)
    if not folder.is_dir():
        raise DesktopMissing(path=folder)
    title = _NOT_IN_NAMES.sub(" ", f"aidledger {ledger}").strip(" .")
    suffix, text = _FORMS.get(system, _FORMS["linux"])
    target = folder / f"{title}{suffix}"
    over = target.is_file() and _OURS.encode() in target.read_bytes()
    private.put(target, text(command, title).encode("utf-8"), over=over)
    target.chmod(0o700)
    return target


def desktop_entry(command: Sequence[str], title: str) -> str:
    """A .desktop file, by the rules of the Desktop Entry Specification: arguments are quoted, then values escaped."""
    line = " ".join('"' + re.sub(r'(["`$\\])', r"\\\1", part).replace("%", "%%") + '"' for part in command)
    return "\n".join(
        (
            "[Desktop Entry]",
            f"# {_OURS}",
            "Type=Application",
            "Version=1.5",
            f"Name={_value(title)}",
            f"Exec={_value(line)}",
            "Terminal=true",
            "Categories=Office;",
            "",
        )
    )


def _value(text: str) -> str:
    return text.replace("\\", "\\\\").replace("\n", "\\n").replace("\t", "\\t").replace("\r", "\\r")


def shell_script(command: Sequence[str], _title: str) -> str:
    """A .command file of macOS."""
    return f"#!/bin/sh\n# {_OURS}\nexec {shlex.join(command)}\n"


def batch_file(command: Sequence[str], title: str) -> str:
    """A .cmd file; in quotes only % has a meaning, and a path on Windows holds no quotes."""
    line = " ".join('"' + part.replace("%", "%%") + '"' for part in command)
    # Without the second line, cmd reads the third in the code page of the console.
    return "\r\n".join(
        ("@echo off", "chcp 65001 >nul", f"rem {_OURS}", f"title {title}", line, "if errorlevel 1 pause", "")
    )


_FORMS: Mapping[str, tuple[str, Callable[[Sequence[str], str], str]]] = {
    "linux": (".desktop", desktop_entry),
    "darwin": (".command", shell_script),
    "win32": (".cmd", batch_file),
}


def _desktop(system: str, environment: Mapping[str, str]) -> Path:
    if system == "win32":
        return _windows_desktop()
    return _xdg_desktop(environment) if system != "darwin" else Path.home() / "Desktop"


def _xdg_desktop(environment: Mapping[str, str]) -> Path:
    """The folder that user-dirs.dirs names, which in a Chinese desktop is 桌面; else Desktop."""
    home = Path.home()
    settings = Path(environment.get("XDG_CONFIG_HOME") or home / ".config") / "user-dirs.dirs"
    try:
        found = _USER_DIR.search(settings.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError):
        found = None
    if found is None:
        return home / "Desktop"
    path = re.sub(r"\\(.)", r"\1", found["path"])
    return Path(path.replace("$HOME", str(home), 1) if path.startswith("$HOME") else path)


def _windows_desktop() -> Path:
    """Where the registry says: OneDrive moves the desktop."""
    if sys.platform == "win32":
        import winreg

        folders = r"Software\Microsoft\Windows\CurrentVersion\Explorer\User Shell Folders"
        with winreg.OpenKey(winreg.HKEY_CURRENT_USER, folders) as key:
            return Path(os.path.expandvars(str(winreg.QueryValueEx(key, "Desktop")[0])))
    return Path.home() / "Desktop"
