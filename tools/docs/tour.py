"""The commands that a page shows, run for real, with their output put into the page.

A block is run where the line above it says so: `<!-- tour -->`, or `<!-- tour: show 1-4, -2 -->` for some lines of a
long output, or `<!-- tour: demo -->` where it needs
the demo, which takes half a minute. `<!-- file: NAME -->` puts a block into a file.
"""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import chdir
from dataclasses import dataclass
from pathlib import Path

from click.testing import CliRunner

from aidledger.cli.main import cli
from tools.docs.pages import DOCS, ROOT, Block, blocks

TOURS = [
    ROOT / "README.md",
    ROOT / "README.zh-CN.md",
    *(
        DOCS / name
        for name in ("tutorial.md", "tutorial.zh-CN.md", "schemas.md", "guarantees.md", "json.md", "handbook.zh-CN.md")
    ),
]
_CHANGING = re.compile(r"\b[0-9a-f]{64}\b|\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
_CHANGING_MINUTES = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d\b")


@dataclass(frozen=True, slots=True)
class Tour:
    """A page and the folder in which its commands are run."""

    page: str
    folder: Path
    language: str
    demo: bool

    def told(self) -> str:
        """The page with what its commands say today; blocks that need the demo may stay as they are."""
        text, at = "", 0
        for block in blocks(self.page):
            if block.said.startswith("file: "):
                file = self.folder / block.said.removeprefix("file: ")
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_text(block.text, encoding="utf-8")
            if not block.said.startswith("tour") or (needs_demo(block) and not self.demo):
                continue
            text += self.page[at : block.start] + "".join(self._said_by(block))
            at = block.end
        return text + self.page[at:]

    def _said_by(self, block: Block) -> Iterator[str]:
        for command in block.commands():
            yield f"$ {command}\n"
            said = self.run(command).splitlines()
            yield from (f"{line}\n" for line in _shown(said, block.said))

    def run(self, command: str) -> str:
        """What a command prints, on either stream, without the blanks at the ends of lines."""
        unset: dict[str, str | None] = {name: None for name in os.environ if name.startswith("AIDLEDGER_")}
        settings = unset | {"AIDLEDGER_LANG": self.language, "AIDLEDGER_ACTOR": "clerk"}
        with chdir(self.folder):
            said = _our_own(command, settings) if command.startswith("aidledger ") else _of_the_shell(command)
        return "".join(f"{line.rstrip()}\n" for line in said.splitlines())


def _our_own(command: str, settings: dict[str, str | None]) -> str:
    # In this process: a tour is a hundred commands, and each would load Python anew.
    return CliRunner().invoke(cli, shlex.split(command)[1:], prog_name="aidledger", env=settings).output


def _of_the_shell(command: str) -> str:
    line = (
        command.replace("python ", f"{shlex.quote(sys.executable)} ", 1) if command.startswith("python ") else command
    )
    done = subprocess.run(
        ["sh", "-c", line], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, encoding="utf-8", check=False
    )
    return done.stdout


def tour_of(path: Path, folder: Path, *, demo: bool) -> Tour:
    """The tour of a page, with the samples laid out as in a checkout."""
    for name in ("imports", "schemas"):
        shutil.copytree(ROOT / name, folder / name)
    language = "zh" if ".zh-CN." in path.name else "en"
    return Tour(path.read_text(encoding="utf-8"), folder, language, demo)


def needs_demo(block: Block) -> bool:
    """Whether a block's commands ask the demo's ledger."""
    return "demo" in block.said


def settled(text: str) -> str:
    """A text without what differs from run to run: digests and times."""
    return _CHANGING_MINUTES.sub("… …", _CHANGING.sub("…", text))


def _shown(lines: list[str], said: str) -> Iterator[str]:
    _, wanted, ranges = said.partition("show ")
    if not wanted:
        yield from lines
        return
    keep: list[int] = []
    for part in ranges.split(","):
        first, dash, last = part.strip().partition("-")
        if first == "":
            keep += range(max(0, len(lines) - int(last)), len(lines))
        else:
            keep += range(int(first) - 1, int(last) if dash else int(first))
    before = -1
    for at in (at for at in sorted(set(keep)) if at < len(lines)):
        if at > before + 1:
            yield "…"
        yield lines[at]
        before = at
    if before < len(lines) - 1:
        yield "…"
