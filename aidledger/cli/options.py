"""Options that several commands share."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypeVar

import click

from aidledger.cli.localized import Option, translate
from aidledger.domain.cut import Cut
from aidledger.domain.part import Part
from aidledger.domain.term import Period
from aidledger.i18n import N_

Function = TypeVar("Function", bound=Callable[..., Any])


class PeriodType(click.ParamType[Period]):
    """A semester or a year by its code."""

    name = "PERIOD"

    def convert(self, value: Any, _param: click.Parameter | None, _ctx: click.Context | None) -> Period:  # noqa: ANN401
        """The period; raises UnknownPeriod."""
        return value if isinstance(value, Period) else Period.parse(str(value))


class PartType(click.ParamType[Part]):
    """A part of a term by its code, or in the words of lists and of our own."""

    name = "PART"

    def convert(self, value: Any, _param: click.Parameter | None, _ctx: click.Context | None) -> Part:  # noqa: ANN401
        """The part; raises UnknownPart."""
        from aidledger.sheets.part_words import part_by_hand

        return value if isinstance(value, Part) else part_by_hand(str(value))


class CutType(click.ParamType[Cut]):
    """A cut by its code."""

    name = "CUT"

    def convert(self, value: Any, _param: click.Parameter | None, _ctx: click.Context | None) -> Cut:  # noqa: ANN401
        """The cut; raises UnknownCut."""
        return value if isinstance(value, Cut) else Cut.parse(str(value))


class ByType(click.ParamType[tuple[str, ...]]):
    """Some of several names, separated by commas."""

    name = "BY"

    def __init__(self, names: Sequence[str]) -> None:
        self.names = names

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[str, ...]:  # noqa: ANN401
        """The names, each once, in the order given."""
        if isinstance(value, tuple):
            return value
        names = tuple(dict.fromkeys(name.strip() for name in str(value).split(",") if name.strip()))
        for name in names:
            if name not in self.names:
                self.fail(f"{name}: {', '.join(self.names)}", param, ctx)
        return names


PERIOD = PeriodType()
PART = PartType()
CUT = CutType()
DAY = click.DateTime(["%Y-%m-%d"])
# What a database can count to; a larger number is nobody's.
NUMBER = click.IntRange(min=1, max=2**63 - 1)


class SentenceType(click.ParamType[str]):
    """A text that says something."""

    name = "TEXT"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:  # noqa: ANN401
        """The text without surrounding blanks; refused where nothing is left."""
        text = str(value).strip()
        if not text:
            self.fail(translate(ctx)(N_("it is empty")), param, ctx)
        return text


SENTENCE = SentenceType()
EXISTING = click.Path(exists=True, path_type=Path)
# A key is never typed into a command: it would stay in the shell's history and in the list of processes.
KEY_PLACE = "FILE"
TO_WRITE = click.Path(dir_okay=False, path_type=Path)


def option(*names: str, **settings: Any) -> Callable[[Function], Function]:  # noqa: ANN401 - as Click has it
    """An option with a translated help text."""
    return click.option(*names, cls=Option, **settings)


def result_options(*formats: str) -> Callable[[Function], Function]:
    """``--format`` with the formats that make sense for a command, and ``-o FILE``."""

    def decorate(function: Function) -> Function:
        function = option("-o", "--output", type=TO_WRITE, metavar="FILE", help=N_("Write the result into this file."))(
            function
        )
        return option(
            "--format", "form", type=click.Choice(formats), default=formats[0], help=N_("The form of the result.")
        )(function)

    return decorate


def reveal_options(function: Function) -> Function:
    """``--reveal --reason TEXT``."""
    function = option("--reason", metavar="TEXT", help=N_("Why full numbers are needed; kept in the ledger."))(function)
    return option("--reveal", is_flag=True, help=N_("Show ID and card numbers in full; needs --reason, is logged."))(
        function
    )
