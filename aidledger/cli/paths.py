"""Which options and arguments name files: those that a command reads, and those that it writes.

Every one that names a file has one of these types, which a test enforces. ``outgoing`` uses them to check what a
command writes.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import click

from aidledger.cli.localized import translate
from aidledger.i18n import N_


class ToRead(click.Path):
    """A file or folder that the command reads."""

    def __init__(self, **settings: bool) -> None:
        super().__init__(path_type=Path, **settings)


class NameToRead(click.ParamType[str]):
    """A file name, or else a report's code, a URL or keyring:NAME."""

    name = "FILE"


class ToWrite(click.Path):
    """A file that the command writes; ``over``: with --force also an existing one."""

    def __init__(self, *, over: bool = False) -> None:
        super().__init__(dir_okay=False, path_type=Path)
        self.over = over

    def convert(self, value: str | os.PathLike[str], param: click.Parameter | None, ctx: click.Context | None) -> Any:  # noqa: ANN401 - as Click has it
        """The path; refused if it is not a file name."""
        if not Path(value).name or "\0" in str(value):
            self.fail(translate(ctx)(N_("it is not a file name")), param, ctx)
        return super().convert(value, param, ctx)


class NameToWrite(click.ParamType[str]):
    """The name of a file that the command makes, or else a URL or keyring:NAME."""

    name = "FILE"


class FolderToWrite(click.Path):
    """A folder in which the command makes files and overwrites none but its own."""

    def __init__(self, *, file_okay: bool = False) -> None:
        super().__init__(file_okay=file_okay, path_type=Path)


READS = (ToRead, NameToRead)
WRITES = (ToWrite, NameToWrite, FolderToWrite)
EXISTING = ToRead(exists=True)
# A key is never an argument: it would stay in the shell's history and in the process list.
KEY_PLACE = "FILE"
OUTPUT = ToWrite(over=True)
NEW_FILE = ToWrite()
