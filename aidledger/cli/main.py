"""``aidledger``: the global options and the list of commands."""

from __future__ import annotations

import getpass
import os
import sys
import traceback
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType

import click

from aidledger import __version__, private
from aidledger.cli import stopping
from aidledger.cli.keys import AskedKeys
from aidledger.cli.loading import LazyCommands
from aidledger.cli.localized import Group, Option, language, set_language, shown, speak
from aidledger.cli.office import Office
from aidledger.cli.options import SENTENCE, option
from aidledger.cli.paths import KEY_PLACE, NameToRead, ToRead
from aidledger.domain.identity import masked_words
from aidledger.domain.role import LoginName
from aidledger.errors import Interrupted
from aidledger.i18n import N_, Language, language_of, translator

_SECTIONS = {
    N_("Every day"): {
        "web": "web:web",
        "import": "imports:import_",
        "check": "imports:check",
        "template": "templates:template",
        "mappings": "mappings:mappings",
        "batches": "ledgers:batches",
        "batch": "ledgers:batch",
        "reverse": "ledgers:reverse",
    },
    N_("Figures"): {
        "report": "reports:report",
        "reconcile": "reconciling:reconcile",
        "trace": "people:trace",
        "programs": "catalogue:programs",
        "program": "catalogue:program",
    },
    N_("Audit"): {
        "audit": "audits:audit",
        "findings": "audits:findings",
        "finding": "audits:finding",
        "answers": "audits:answers",
        "rules": "audits:rules",
        "sample": "samples:sample",
    },
    N_("Paying"): {"pay": "payments:pay"},
    N_("People and privacy"): {
        "person": "people:person",
        "export": "exports:export",
        "forget": "rights:forget",
        "access-log": "accesses:access_log",
        "actors": "actors:actors",
    },
    N_("Ledger and keys"): {
        "init": "ledgers:init",
        "office": "offices:office",
        "verify": "ledgers:verify",
        "backup": "copies:backup",
        "restore": "copies:restore",
        "copy": "copies:copy",
        "upgrade": "ledgers:upgrade",
        "seal": "keys:seal",
        "rekey": "keys:rekey",
        "demo": "demonstration:demo",
    },
}
_COMMANDS = LazyCommands({name: place for commands in _SECTIONS.values() for name, place in commands.items()})


@click.group(
    cls=Group,
    commands=_COMMANDS,
    sections=_SECTIONS,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@option(
    "--ledger",
    "place",
    envvar="AIDLEDGER_LEDGER",
    default="aidledger.db",
    metavar="PATH|URL",
    help=N_("The ledger: a SQLite file or a database URL. Default: aidledger.db."),
)
@option(
    "--actor",
    envvar="AIDLEDGER_ACTOR",
    type=SENTENCE,
    metavar="NAME",
    help=N_("Who is acting. Default: the login name; on a server, the database role."),
)
@option(
    "--schemas",
    envvar="AIDLEDGER_SCHEMAS",
    metavar="DIR",
    type=ToRead(),
    help=N_("Folder of the office's own programs, standards, layouts and reports."),
)
@option(
    "--key-file",
    envvar="AIDLEDGER_KEY_FILE",
    type=NameToRead(),
    metavar=KEY_PLACE,
    help=N_("The key of an encrypted ledger: a file or keyring:NAME. Default: ask."),
)
@option(
    "--seal-key-file",
    envvar="AIDLEDGER_SEAL_KEY_FILE",
    type=NameToRead(),
    metavar=KEY_PLACE,
    help=N_("The key that seals what is written: a file or keyring:NAME."),
)
@option(
    "--lang",
    type=click.Choice(["en", "zh"]),
    is_eager=True,
    expose_value=False,
    callback=set_language,
    help=N_("Language of messages. Default: AIDLEDGER_LANG, else the locale."),
)
@click.version_option(
    __version__, "--version", message="aidledger %(version)s", cls=Option, help=N_("Show the version and exit.")
)
@click.pass_context
def cli(
    context: click.Context,
    place: str,
    actor: str | None,
    schemas: Path | None,
    key_file: str | None,
    seal_key_file: str | None,
) -> None:
    """The disbursement ledger of a district's student aid office."""
    context.obj = Office(
        place=place,
        actor=actor or LoginName(_login_name()),
        schemas=schemas,
        language=language(context),
        clock=lambda: datetime.now(UTC),
        keys=AskedKeys(key_file, seal_key_file, translator(language(context))),
    )


def _login_name() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):
        return "unknown"


def _report_fault(kind: type[BaseException], fault: BaseException, trace: TracebackType | None) -> None:
    """Print the traceback of a bug with ID and card numbers masked."""
    sys.stderr.write(masked_words("".join(traceback.format_exception(kind, fault, trace))))


def main() -> None:
    """The console script. Characters missing from the console's encoding are escaped instead of failing.

    Every file written, also by a library, is readable by its owner only.
    """
    private.keep_others_out()
    sys.excepthook = _report_fault
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    chosen: Language = language_of(os.environ)
    speak(chosen)
    try:
        stopping.heed()
        cli.main(prog_name="aidledger")
    except (stopping.Stopped, RuntimeError) as error:  # before the command began or after it ended
        if not stopping.is_stop(error):
            raise
        stopping.ignore()
        shown(Interrupted()).show()
        sys.exit(Interrupted.exit_code)
    finally:
        stopping.ignore()
