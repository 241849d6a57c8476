"""A result in the requested format, to the screen or a file."""

from __future__ import annotations

import io
import sys
from typing import IO, TYPE_CHECKING

from aidledger.cli import outgoing
from aidledger.errors import OutputMissing

if TYPE_CHECKING:
    from pathlib import Path

    from aidledger.cli.office import Office
    from aidledger.presentation.result import Result


def emit(office: Office, form: str, output: Path | None, result: Result) -> None:
    """Write a result in one format; the others are not made. Raises OutputMissing."""
    if form == "xlsx":
        if output is None:
            raise OutputMissing
        outgoing.put(output, result.workbook(office._))
    elif form == "json":
        _put(result.json() + "\n", output)
    elif form == "csv":
        _put(result.csv(office._ if office.language == "zh" else None), output, encoding="utf-8-sig")
    elif result.text is not None:
        _put(result.said() + "\n", output)
    else:
        _show(office, output, result)


def _show(office: Office, output: Path | None, result: Result) -> None:
    from aidledger.cli.screen import show

    page: IO[str] = sys.stdout if output is None else io.StringIO()
    for number, answer in enumerate(result.answers()):
        if number:
            page.write("\n")
        show(answer, office._, page)
    if isinstance(page, io.StringIO):
        _put(page.getvalue(), output)


def _put(text: str, output: Path | None, encoding: str = "utf-8") -> None:
    if output is None:
        sys.stdout.write(text)
    else:
        outgoing.put(output, text.encode(encoding))
