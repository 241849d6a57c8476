"""Every option and argument of the program by which a command is told to write, found in its own list of commands."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import click

from aidledger.cli.paths import READS, WRITES, FolderToWrite, ToWrite
from tests.cli.walking import COMMANDS, LOOKS, World
from tests.cli.walking import WRITES as DONE

# How the commands are called that the walk over the program leaves out.
_ELSE: dict[str, Sequence[str]] = {"demo": ["demo"]}


@dataclass(frozen=True, slots=True)
class Way:
    """One way in which a command writes a file or a folder."""

    name: str
    parameter: click.Parameter

    def __str__(self) -> str:
        return f"{self.name} {self.parameter.opts[0]}"

    @property
    def of_results(self) -> bool:
        """Whether it is -o, which --force lets replace a file."""
        return isinstance(self.parameter.type, ToWrite) and self.parameter.type.over

    @property
    def into_a_folder(self) -> bool:
        """Whether it is a folder that is written into."""
        return isinstance(self.parameter.type, FolderToWrite)

    def arguments(self, world: World) -> list[str | Path]:
        """As the command is called where it is to do its work."""
        return list(_arguments(self.name, world))

    def typed(self, world: World, target: Path | str) -> list[str | Path]:
        """The command with a target instead of the one it would have."""
        said = self.arguments(world)
        if isinstance(self.parameter, click.Argument):
            assert COMMANDS[self.name].params[0] is self.parameter
            return [*self.name.split(), target, *said[1:]]
        return [*self.name.split(), *said, self.parameter.opts[0], target]

    def reads(self, world: World) -> list[Path]:
        """The files that its call names for reading."""
        read = [param for param in COMMANDS[self.name].params if isinstance(param.type, READS)]
        return [one for one in self.arguments(world) if isinstance(one, Path) and one.is_file()] if read else []


@cache
def _arguments(name: str, world: World) -> Sequence[str | Path]:
    return _ELSE[name] if name in _ELSE else {**DONE, **LOOKS}[name][0](world)


def ways() -> Iterator[Way]:
    """All of them."""
    for name, command in COMMANDS.items():
        for parameter in command.params:
            if isinstance(parameter.type, WRITES):
                yield Way(name, parameter)
