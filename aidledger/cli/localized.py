"""Click in the reader's language: help texts are English in the code and translated when they are shown."""

from __future__ import annotations

import copy
import gettext
import os
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import click

from aidledger.cli import stopping
from aidledger.cli.remedies import ERRORS
from aidledger.errors import AidLedgerError, Interrupted
from aidledger.i18n import DOMAIN, FOLDER, N_, Language, Translate, language_of, translator
from aidledger.presentation.failures import error_text
from aidledger.presentation.printable import harmless

_META = "aidledger.language"
_LOCALES = {"en": "en", "zh": "zh_CN"}


def language(context: click.Context | None) -> Language:
    """The language of --lang, else of the environment."""
    chosen = context.meta.get(_META) if context else None
    return chosen or language_of(os.environ)


def translate(context: click.Context | None = None) -> Translate:
    """The translator of a command's language."""
    return translator(language(context or click.get_current_context(silent=True)))


def set_language(context: click.Context, _parameter: click.Parameter, value: Language | None) -> None:
    """Apply --lang before anything else is parsed, to Click's own messages as well."""
    if value is not None:
        context.meta[_META] = value
    speak(language(context))


def speak(chosen: Language) -> None:
    """Make Click's own messages, which use the process's gettext, come from our translations."""
    os.environ["LANGUAGE"] = _LOCALES[chosen]
    gettext.bindtextdomain(DOMAIN, str(FOLDER))
    gettext.textdomain(DOMAIN)


class Refused(click.ClickException):
    """A refusal or failure: exit code 3."""

    exit_code = 3


class Misused(click.ClickException):
    """A misused command: exit code 2."""

    exit_code = 2


def shown(error: AidLedgerError, context: click.Context | None = None) -> click.ClickException:
    """One of our errors as Click shows it, in the language of the command or of the environment."""
    kind = Misused if error.exit_code == Misused.exit_code else Refused
    return kind(error_text(error, ERRORS, language(context or click.get_current_context(silent=True))))


class Option(click.Option):
    """An option with a translated help text."""

    def get_help_record(self, ctx: click.Context) -> tuple[str, str] | None:
        """The line in the list of options."""
        translated = copy.copy(self)
        translated.help = translate(ctx)(self.help) if self.help else self.help
        return click.Option.get_help_record(translated, ctx)


class Command(click.Command):
    """A command with a translated help text; an integer result is its exit code."""

    def format_help_text(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """What the command does."""
        translated = copy.copy(self)
        translated.help = translate(ctx)(self.help) if self.help else self.help
        click.Command.format_help_text(translated, ctx, formatter)

    def get_short_help_str(self, limit: int = 45) -> str:
        """The first sentence, for the list of commands."""
        translated = copy.copy(self)
        translated.help = translate()(self.help).partition("。")[0] if self.help else self.help
        return click.Command.get_short_help_str(translated, limit)

    def get_help_option(self, ctx: click.Context) -> click.Option | None:
        """--help, translated again: Click makes it before --lang is read."""
        option = super().get_help_option(ctx)
        if option is not None:
            option.help = translate(ctx)(N_("Show this message and exit."))
        return option

    def make_context(
        self,
        info_name: str | None,
        args: list[str],
        parent: click.Context | None = None,
        **extra: Any,  # noqa: ANN401 - as Click has it
    ) -> click.Context:
        """Parse what was typed."""
        with _harmless():
            return super().make_context(info_name, args, parent, **extra)

    def invoke(self, ctx: click.Context) -> Any:  # noqa: ANN401 - as Click has it
        """Run; the one place where errors become messages and results exit codes."""
        try:
            _require_writable(ctx)
            result = super().invoke(ctx)
        except AidLedgerError as error:
            raise shown(error, ctx) from error
        except (stopping.Stopped, RuntimeError) as stopped:
            if not stopping.is_stop(stopped):
                raise
            stopping.ignore()
            raise shown(Interrupted(), ctx) from stopped
        if isinstance(result, int) and result:
            ctx.exit(result)
        return result


class Group(Command, click.Group):
    """A group of such commands."""

    command_class = Command
    group_class = type

    def __init__(
        self,
        *arguments: Any,  # noqa: ANN401 - as Click has it
        sections: Mapping[str, Collection[str]] | None = None,
        **settings: Any,  # noqa: ANN401
    ) -> None:
        """``sections``: headings for the list of commands, each with the commands under it."""
        super().__init__(*arguments, **settings)
        self.sections = sections

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The list of commands, under headings if there are any."""
        if self.sections is None:
            super().format_commands(ctx, formatter)
            return
        width = formatter.width - 6 - max(map(len, self.commands))
        for heading, names in self.sections.items():
            lines = [(name, self.commands[name].get_short_help_str(width)) for name in names]
            with formatter.section(translate(ctx)(heading)):
                formatter.write_dl(lines)

    def format_help_text(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """What the group is for."""
        Command.format_help_text(self, ctx, formatter)

    def invoke(self, ctx: click.Context) -> Any:  # noqa: ANN401
        """Run the group's command."""
        try:
            _require_writable(ctx)
            with _harmless():
                return click.Group.invoke(self, ctx)
        except AidLedgerError as error:
            raise shown(error, ctx) from error


def _require_writable(ctx: click.Context) -> None:
    from aidledger.cli.outgoing import require_writable  # which knows this module's options

    require_writable(ctx)


@contextmanager
def _harmless() -> Iterator[None]:
    """Clean Click's own messages, which repeat what was typed: an ID number, or a stranger's file name."""
    try:
        yield
    except click.exceptions.NoArgsIsHelpError:
        raise  # a help page: our own words, in many lines
    except click.ClickException as error:
        vars(error)["message"] = harmless(error.message)  # declared final by Click
        raise
