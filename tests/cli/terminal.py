"""The program on a terminal of its own."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import struct
import subprocess
import sys
import termios

from tests.cli.harness import environment

_ESCAPES = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


def on_terminal_raw(*arguments: str, columns: int = 80) -> str:
    """Run the program on a terminal of so many columns; all that it sends there."""
    return _ran(arguments, columns)[1]


def on_terminal(*arguments: str, columns: int = 80) -> tuple[int, list[str]]:
    """Run the program on a terminal of so many columns; the exit code and the lines that it shows."""
    code, sent = _ran(arguments, columns)
    text = _ESCAPES.sub("", sent)
    return code, [line.split("\r")[-1] for line in text.replace("\r\n", "\n").split("\n")]


def _ran(arguments: tuple[str, ...], columns: int) -> tuple[int, str]:
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 40, columns, 0, 0))
    env = {**environment(), "TERM": "xterm-256color"}
    for name in ("COLUMNS", "LINES", "NO_COLOR", "FORCE_COLOR"):
        env.pop(name, None)
    process = subprocess.Popen(
        [sys.executable, "-m", "aidledger", *arguments], stdin=theirs, stdout=theirs, stderr=theirs, env=env
    )
    os.close(theirs)
    content = b""
    while True:
        try:
            some = os.read(ours, 65_536)
        except OSError:  # Linux says so where nobody is left to write
            break
        if not some:
            break
        content += some
    os.close(ours)
    code = process.wait(timeout=60)
    return code, content.decode("utf-8")
