"""Options that several commands share."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from functools import wraps
from typing import Any, TypeVar

import click

from aidledger.cli import outgoing
from aidledger.cli.localized import Option, translate
from aidledger.cli.paths import OUTPUT
from aidledger.domain.cut import Cut
from aidledger.domain.layout import fold
from aidledger.domain.naming import closest
from aidledger.domain.part import Part
from aidledger.domain.term import Period
from aidledger.domain.visible import is_text, says_something
from aidledger.i18n import N_, translator

Function = TypeVar("Function", bound=Callable[..., Any])


class PeriodType(click.ParamType[Period]):
    """A semester or a year by its code, or as people write it: 2021年秋季学期, 2021秋."""

    name = "PERIOD"

    def convert(self, value: Any, _param: click.Parameter | None, _ctx: click.Context | None) -> Period:  # noqa: ANN401
        """The period; raises UnknownPeriod."""
        return value if isinstance(value, Period) else Period.typed(str(value))


class PartType(click.ParamType[Part]):
    """A part of a term by its code, or in the words of rosters or of our own output."""

    name = "PART"

    def convert(self, value: Any, _param: click.Parameter | None, _ctx: click.Context | None) -> Part:  # noqa: ANN401
        """The part; raises UnknownPart."""
        from aidledger.sheets.recognition.part_words import part_by_hand

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
        typed = [name for name in _BETWEEN.split(str(value)) if name.strip()]
        names = {name: meant(name, self.names) for name in typed}
        for name, code in names.items():
            if code is None:
                self.fail(_none_of(name, self.names, ctx), param, ctx)
        return tuple(dict.fromkeys(filter(None, names.values())))


class ChoiceType(click.Choice[str]):
    """One of several codes; anything else is refused with the similar ones."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:  # noqa: ANN401
        """The code."""
        if value not in self.choices and _like(str(value), self.choices):
            self.fail(_none_of(str(value), self.choices, ctx), param, ctx)
        return super().convert(value, param, ctx)


class WordType(ChoiceType):
    """One of several codes, which may be given in the words that we print for them."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:  # noqa: ANN401
        """The code; Click refuses anything else."""
        return super().convert(meant(str(value), self.choices) or value, param, ctx)


def meant(typed: str, codes: Sequence[str]) -> str | None:
    """The code itself, or the one for which we print this word in either language; None if there is none."""
    folded = fold(typed)
    return folded if folded in codes else next((code for code in codes if folded in _words_for(code)), None)


def _like(typed: str, codes: Sequence[str]) -> list[str]:
    """The codes that may be meant, each after the similar word, unless that is the code itself."""
    words = {word: code for code in codes for word in (*sorted(_words_for(code)), fold(code))}
    close: dict[str, str] = {}
    for word in closest(fold(typed), words):
        close.setdefault(words[word], word)
    return [code if word.isascii() else f"{word} ({code})" for code, word in close.items()]


def _none_of(name: str, codes: Sequence[str], ctx: click.Context | None) -> str:
    message = translate(ctx)(N_("{name} is not one of: {names}. Similar: {close}"))
    return message.format(name=name.strip(), names=", ".join(codes), close=", ".join(_like(name, codes)) or "—")


def _words_for(code: str) -> set[str]:
    from aidledger.presentation.summaries import DIMENSION_TITLES

    titles: Mapping[str, str] = {**DIMENSION_TITLES, "person": N_("Person"), "document": N_("Document")}
    words = (code, titles.get(code, code), *_OTHER_WORDS.get(code, ()))
    return {fold(word) for text in words for word in (text, translator("zh")(text))}


_BETWEEN = re.compile("[,，、]")
# What people call these, apart from what we print.
_OTHER_WORDS = {
    "program": ("项目", "资助项目"),
    "period": ("学期",),
    "person": ("学生", "人员", "姓名"),
    "category": ("困难类别",),
    "source": ("来源",),
    "document": ("文号", "文件"),
    "part": ("月份", "分批"),
}
PERIOD = PeriodType()
PART = PartType()
CUT = CutType()
DAY = click.DateTime(["%Y-%m-%d"])
# The largest integer of a database; no larger number exists.
NUMBER = click.IntRange(min=1, max=2**63 - 1)


class SentenceType(click.ParamType[str]):
    """A text with visible content."""

    name = "TEXT"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:  # noqa: ANN401
        """The text without surrounding blanks; refused if nothing in it is visible, or it cannot be stored."""
        text = str(value).strip()
        if not text:
            self.fail(translate(ctx)(N_("it is empty")), param, ctx)
        if not says_something(text):
            self.fail(translate(ctx)(N_("it has no visible characters")), param, ctx)
        if not is_text(text):
            self.fail(translate(ctx)(N_("it is not UTF-8 text")), param, ctx)
        return text


SENTENCE = SentenceType()


def option(*names: str, **settings: Any) -> Callable[[Function], Function]:  # noqa: ANN401 - as Click has it
    """An option with a translated help text."""
    return click.option(*names, cls=Option, **settings)


def result_options(*formats: str) -> Callable[[Function], Function]:
    """``--format`` with the formats of a command, and ``-o FILE``."""

    def decorate(function: Function) -> Function:
        function = output_options(N_("Write the result to this file."))(function)
        return option(
            "--format", "form", type=ChoiceType(formats), default=formats[0], help=N_("Format of the result.")
        )(function)

    return decorate


def output_options(says: str, *, required: bool = False) -> Callable[[Function], Function]:
    """``-o FILE`` and ``--force``."""

    def decorate(function: Function) -> Function:
        function = option(
            "--force",
            is_flag=True,
            expose_value=False,
            callback=outgoing.heed_force,
            help=N_("Overwrite the file of -o; never a ledger, a backup, a key or an input."),
        )(function)
        return option("-o", "--output", type=OUTPUT, required=required, metavar="FILE", help=says)(function)

    return decorate


def reveal_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """``--reveal --reason TEXT``, as one argument ``reveal``: a Reveal, or None."""

    @wraps(function)
    def called(*arguments: Any, reveal: bool, reason: str | None, **options: Any) -> Any:  # noqa: ANN401 - as Click has it
        from aidledger.operations.views import Reveal

        return function(*arguments, reveal=Reveal(reason or "") if reveal else None, **options)

    for decorate in (
        option(
            "--reason", type=SENTENCE, metavar="TEXT", help=N_("Why full numbers are needed; recorded in the ledger.")
        ),
        option("--reveal", is_flag=True, help=N_("Show full ID and card numbers; needs --reason and is logged.")),
    ):
        called = decorate(called)
    return called
