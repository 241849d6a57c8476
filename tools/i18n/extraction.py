"""Every message of the program, gathered from the live code. ``make messages`` runs it: template, translation, .mo.

Calls of ``N_`` are only one source of several: a failure speaks its docstring, a command its own, a problem the
sentences of its kind, a table cell the word of a type, and Click has messages of its own. Nothing here depends on the
day, the machine or the order of files, so a run that finds nothing new changes nothing.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from io import BytesIO
from pathlib import Path
from typing import get_args

import click
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from jinja2.ext import babel_extract

import aidledger
from aidledger.audit.rules import ACROSS, RULES
from aidledger.catalogue.loading import load
from aidledger.cli.main import cli
from aidledger.domain import program
from aidledger.domain.cut import YearCut
from aidledger.domain.finding import Severity as FindingSeverity
from aidledger.domain.finding import State
from aidledger.domain.listing import (
    CHANGES,
    FEE_ITEMS,
    OTHER_CHANGE,
    POPULATION_STATUSES,
    SOURCES,
    TOTAL,
    ListKind,
)
from aidledger.domain.payment import LineState
from aidledger.domain.problem import KINDS, Severity
from aidledger.domain.role import Role
from aidledger.errors import AidLedgerError
from aidledger.i18n import DOMAIN, FOLDER
from aidledger.operations.results import Outcome
from aidledger.reconcile.behind import Why
from aidledger.reconcile.line import Comparison

TEMPLATE = FOLDER / f"{DOMAIN}.pot"
TRANSLATION = FOLDER / "zh_CN" / "LC_MESSAGES" / f"{DOMAIN}.po"
COMPILED = TRANSLATION.with_suffix(".mo")

Text = str | tuple[str, str]  # a plural is two: for one, for several

# Calls whose literal arguments are messages: the positions and the keywords of those arguments.
SPEAKING: Mapping[str, tuple[int | str, ...]] = {
    "_": (0,),
    "N_": (0,),
    "translate": (0,),
    "Column": (1, "title"),
    "Answer": (0, "title"),
    "Fault": (0, "what"),
}
# Why a file is refused: phrases that are facts of a problem, wherever the readers and their guard say them.
REFUSING = ("aidledger/sheets/", "aidledger/operations/examining.py")
_REFUSAL = re.compile(r"(?:it|its|the) [a-z]\w* .*|the \w+")
_PLACEHOLDER = re.compile(r"\{[^}]*\}")
# Words that are translated where they are printed and stand in the code without a mark.
WORDS: tuple[str, ...] = (
    *(severity.value for severity in Severity),
    *(
        word
        for kind in (program.Stage, program.Unit, program.Cadence, program.Level, program.Boarding, program.Basis)
        for word in get_args(kind)
    ),
    *get_args(Outcome),
    *get_args(Comparison),
    *get_args(Why),
    *get_args(YearCut),
    *(*SOURCES, TOTAL),
    *(*CHANGES, OTHER_CHANGE, *POPULATION_STATUSES, *FEE_ITEMS),
    *get_args(ListKind),
    *get_args(State),
    *get_args(Role),
    *get_args(FindingSeverity),
    *get_args(LineState),
    *KINDS,
    *(rule.code for rule in (*RULES, *ACROSS)),
    *("reversal", "in-force", "reversed", "superseded"),  # store: a batch's kind and state
    *("male", "female"),  # domain/identity.py
    *("name", "number", "amount"),  # sheets: the column that is missing
    "required",  # Click, beside an option
    # What an operating system says when a file cannot be read or written.
    "cannot be opened",
    "it is not a regular file",
    "it changed while it was being read; import it again",
    "Permission denied",
    "Operation not permitted",
    "No such file or directory",
    "Is a directory",
    "Not a directory",
    "File exists",
    "Input/output error",
    "No space left on device",
    "Read-only file system",
    "File name too long",
    "Device or resource busy",
    "Disk quota exceeded",
    "Too many levels of symbolic links",
)


def messages() -> Iterator[Text]:
    """All messages, some of them more than once."""
    yield from WORDS
    yield from _spoken(Path(aidledger.__file__).parent)
    yield from _spoken(Path(click.__file__).parent)
    yield from _written(Path(aidledger.__file__).parent)
    yield from (error.template() for error in _descendants(AidLedgerError))
    sentences = ((kind.message, kind.hint, kind.listed, kind.offering) for kind in KINDS.values())
    yield from (text for some in sentences for text in some if text)
    yield from _helps(cli)
    catalogue = load(None)
    variants = [program for region in catalogue.regions.values() for program in region.programs.values()]
    for program_or_variant in [*catalogue.programs.values(), *variants]:
        notes = [program_or_variant.note, *(standard.note for standard in program_or_variant.standards)]
        yield from (note for note in notes if note)


def _spoken(package: Path) -> Iterator[Text]:
    """The literal arguments of the speaking calls in a package's sources, and the phrases of refusals."""
    for path in sorted(package.rglob("*.py")):
        refuses = f"{package.name}/{path.relative_to(package).as_posix()}".startswith(REFUSING)
        for node in ast.walk(ast.parse(path.read_bytes())):
            yield from _said(node)
            if refuses and isinstance(node, ast.Constant) and _REFUSAL.fullmatch(str(node.value)):
                yield str(node.value)


def _written(package: Path) -> Iterator[Text]:
    """The literal messages of a package's templates."""
    for path in sorted(package.rglob("*.html")):
        with path.open("rb") as file:
            yield from (message for _, _, message, _ in babel_extract(file, ["_"], [], {}) if isinstance(message, str))


def _said(call: ast.AST) -> Iterator[Text]:
    if not isinstance(call, ast.Call):
        return
    name = str(getattr(call.func, "id", None) or getattr(call.func, "attr", None))
    arguments: dict[int | str | None, object] = {i: getattr(value, "value", None) for i, value in enumerate(call.args)}
    arguments |= {keyword.arg: getattr(keyword.value, "value", None) for keyword in call.keywords}
    if name == "ngettext":
        yield str(arguments[0]), str(arguments[1])
    for at in SPEAKING.get(name, ()):
        said = arguments.get(at)
        if isinstance(said, str) and _PLACEHOLDER.sub("", said).strip(" :"):
            yield said


def _descendants(failure: type[AidLedgerError]) -> Iterator[type[AidLedgerError]]:
    yield failure
    for child in failure.__subclasses__():
        yield from _descendants(child)


def _helps(command: click.Command) -> Iterator[str]:
    """The help texts of a command, its parameters and the commands below it."""
    for spoken in (command, *command.params):
        text = getattr(spoken, "help", None)
        if text:
            yield text
    if isinstance(command, click.Group):
        for below in command.commands.values():
            yield from _helps(below)


class _Dateless(Catalog):
    """A catalogue whose header says nothing of days, people and tools."""

    @property
    def mime_headers(self) -> list[tuple[str, str]]:
        """The header lines that gettext needs."""
        language = (
            [("Language", str(self.locale_identifier)), ("Plural-Forms", self.plural_forms)] if self.locale else []
        )
        return [
            ("Project-Id-Version", DOMAIN),
            *language,
            ("MIME-Version", "1.0"),
            ("Content-Type", "text/plain; charset=utf-8"),
            ("Content-Transfer-Encoding", "8bit\n"),
        ]


def template() -> Catalog:
    """What there is to translate."""
    catalog = _Dateless(header_comment="# Made by `make messages` from the code; do not edit.", fuzzy=False)
    for text in messages():
        catalog.add(text)
    return catalog


def translation(wanted: Catalog, before: Catalog) -> Catalog:
    """What is wanted, with the translations that there are already; what nobody says any more is dropped."""
    comment = "# The Chinese of aidledger. Fill in msgstr; `make messages` does the rest."
    catalog = _Dateless("zh_CN", header_comment=comment, fuzzy=False)
    for message in wanted:
        if message.id:
            known = before.get(message.id)
            catalog.add(
                message.id,
                known.string if known else "",
                flags=known.flags if known else (),
                user_comments=known.user_comments if known else (),
            )
    return catalog


def page(catalog: Catalog) -> bytes:
    """A catalogue as a .pot or .po file."""
    file = BytesIO()
    write_po(file, catalog, width=0, sort_output=True, ignore_obsolete=True, no_location=True)
    return file.getvalue()


def compiled(catalog: Catalog) -> bytes:
    """A catalogue as a .mo file."""
    file = BytesIO()
    write_mo(file, catalog)
    return file.getvalue()


def read(path: Path) -> Catalog:
    """The catalogue in a .pot or .po file; an empty one where there is none."""
    return read_po(BytesIO(path.read_bytes() if path.exists() else b""), locale="zh_CN")


def main() -> None:
    """Write template, translation and .mo; tell what is not translated yet."""
    wanted = template()
    chinese = translation(wanted, read(TRANSLATION))
    TRANSLATION.parent.mkdir(parents=True, exist_ok=True)
    TEMPLATE.write_bytes(page(wanted))
    TRANSLATION.write_bytes(page(chinese))
    COMPILED.write_bytes(compiled(chinese))
    missing = [message.id for message in chinese if message.id and (message.fuzzy or not message.string)]
    print(f"{len(chinese)} messages, {len(missing)} not translated", *missing, sep="\n  ")


if __name__ == "__main__":
    main()
