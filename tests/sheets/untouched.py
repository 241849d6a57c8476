"""Reads a file as a worker does and tells of everything that is done beside: run as a script, in a process of its own.

Python's audit hooks tell of each file opened for writing, each connection and each process, by whatever library; after
the readers are loaded no more file descriptors are to be had either, so that native code could not open anything.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

sys.dont_write_bytecode = True
_TOUCHES = (
    *("socket.", "subprocess.", "urllib.", "http.", "ftplib.", "smtplib.", "webbrowser.", "shutil.", "tempfile."),
    *("os.exec", "os.fork", "os.posix_spawn", "os.spawn", "os.startfile", "os.system", "os.remove", "os.rename"),
    *("os.mkdir", "os.link", "os.symlink", "os.chmod", "os.truncate", "pty.spawn", "ctypes.", "code.__new__"),
)
_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
touched: list[str] = []


def _hear(event: str, arguments: tuple[object, ...]) -> None:
    if event.startswith(_TOUCHES):
        touched.append(event)
    elif event == "open":
        path, mode, flags = arguments
        writes = any(sign in str(mode or "") for sign in "wax+") or (isinstance(flags, int) and flags & _WRITING)
        if path != os.devnull and (writes or not str(path).endswith((".py", ".pyc", ".so"))):
            touched.append(f"open {path!a}")


def main(good: Path, hostile: Path) -> None:
    """Print what was read of the hostile file, and what was touched for it."""
    from aidledger.operations.examining import examine
    from aidledger.sheets.formats.limits import DEFAULT_LIMITS
    from aidledger.sheets.recognition.hints import Hints
    from tests.builders import shipped

    contents = good.read_bytes(), hostile.read_bytes()
    catalogue = shipped()
    examine(contents[0], good.name, Hints(), catalogue, DEFAULT_LIMITS)  # all that is loaded late is loaded now
    if sys.platform != "win32":
        import resource

        _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        spare = os.open(os.devnull, os.O_RDONLY)  # the one that xlrd gets for its silence
        os.close(spare)
        resource.setrlimit(resource.RLIMIT_NOFILE, (spare + 1, hard))
        resource.setrlimit(resource.RLIMIT_FSIZE, (0, resource.RLIM_INFINITY))
    sys.addaudithook(_hear)
    file = examine(contents[1], hostile.name, Hints(), catalogue, DEFAULT_LIMITS)
    names = [name for table in file.tables for name in table.lines.names]
    print(json.dumps({"touched": touched, "names": names, "codes": [problem.code for problem in file.problems]}))  # noqa: T201


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
