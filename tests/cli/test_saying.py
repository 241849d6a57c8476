"""A reason, or a name, in which nothing can be seen is none: every option and argument that takes one, as found."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from aidledger.cli.main import cli
from aidledger.cli.options import SENTENCE
from tests.cli.harness import aidledger, program
from tests.cli.walking import COMMANDS
from tests.store.ledgers import new_path

pytestmark = [pytest.mark.sqlite_only, pytest.mark.plain_only]

UNSEEN = ("", " \t", "\N{ZERO WIDTH SPACE}", "\N{HANGUL FILLER}", "\x07", "\N{RIGHT-TO-LEFT OVERRIDE} ", "wang\udcff")


def _said() -> Iterator[tuple[str, click.Option]]:
    for name, command in COMMANDS.items():
        for parameter in command.params:
            if isinstance(parameter, click.Option) and parameter.type is SENTENCE:
                yield name, parameter


SAID = list(_said())


@pytest.mark.parametrize(("name", "parameter"), SAID, ids=[f"{name} {param.opts[0]}" for name, param in SAID])
def test_what_says_nothing_is_misuse(tmp_path: Path, name: str, parameter: click.Option) -> None:
    for text in UNSEEN:
        ran = aidledger(*name.split(), parameter.opts[0], text, ledger=tmp_path / "none.db")
        assert ran.exit_code == 2, (name, ascii(text), ran)
        assert ran.stdout == ""


@pytest.mark.parametrize("text", UNSEEN[1:], ids=ascii)
def test_nobody_is_called_nothing(tmp_path: Path, text: str) -> None:
    path = new_path(tmp_path)
    before = path.read_bytes()
    assert aidledger("--actor", text, "actors", "name", "王", "--role", "reviewer", ledger=path).exit_code == 2
    assert aidledger("actors", "name", text, "--role", "reviewer", ledger=path).exit_code == 2
    assert aidledger("batches", ledger=path, env={"AIDLEDGER_ACTOR": text}).exit_code == 2
    assert path.read_bytes() == before


def test_every_text_that_is_kept_is_asked_to_say_something() -> None:
    """By what it is called: a new option for a reason or a person must be of that type."""
    for name, command in {**COMMANDS, "aidledger": cli}.items():
        for parameter in command.params:
            if parameter.metavar in {"TEXT", "NAME"}:
                assert parameter.type is SENTENCE, (name, parameter.name)


def test_a_name_in_another_encoding_is_misuse(tmp_path: Path) -> None:
    path = new_path(tmp_path)
    ran = program("--ledger", path, "--actor", "wang\udcff", "batches")
    assert (ran.exit_code, "Traceback" in ran.stderr) == (2, False)
