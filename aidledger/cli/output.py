"""A result in the form that was asked for, to the screen or into a file."""

from __future__ import annotations

import contextlib
import csv
import io
import json
import os
import sys
from pathlib import Path
from typing import IO, TYPE_CHECKING

from aidledger.cli.printable import escaped, printable_lines
from aidledger.domain.money import wan_text, yuan_text
from aidledger.domain.outgoing import guarded
from aidledger.errors import CannotWrite, OutputMissing

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from aidledger.cli.office import Office
    from aidledger.domain.table import Answer, Cell, Column
    from aidledger.i18n import Translate


def emit(
    office: Office,
    form: str,
    output: Path | None,
    *,
    answer: Callable[[], Answer] | None = None,
    value: Callable[[], object] | None = None,
    text: Callable[[], str] | None = None,
    workbook: Callable[[Path], None] | None = None,
) -> None:
    """Write a result. Only the form that was asked for is made."""
    if form == "xlsx":
        if output is None:
            raise OutputMissing
        if workbook is not None:
            _write(output, workbook)
    elif form == "json" and value is not None:
        _put(escaped(json.dumps(value(), ensure_ascii=False, indent=2)) + "\n", output)
    elif form == "csv" and answer is not None:
        _put(csv_text(answer()), output, encoding="utf-8-sig")
    elif form == "text" and text is not None:
        _put(printable_lines(text()) + "\n", output)
    elif answer is not None:
        _show([answer()], office._, output)


def _show(answers: Sequence[Answer], translate: Translate, output: Path | None) -> None:
    from aidledger.cli.screen import show

    page: IO[str] = sys.stdout if output is None else io.StringIO()
    for number, answer in enumerate(answers):
        if number:
            page.write("\n")
        show(answer, translate, page)
    if isinstance(page, io.StringIO):
        _put(page.getvalue(), output)


def csv_text(answer: Answer) -> str:
    """The rows under the columns' keys, which are the same in every language; no totals, no formulas."""
    page = io.StringIO()
    writer = csv.writer(page)
    writer.writerow([column.key for column in answer.columns])
    for row in answer.rows:
        writer.writerow([_csv_cell(cell, column) for cell, column in zip(row, answer.columns, strict=True)])
    return page.getvalue()


def _csv_cell(cell: Cell, column: Column) -> str:
    if cell is None:
        return ""
    if isinstance(cell, str):
        return printable_lines(guarded(cell))
    if column.kind == "yuan":
        return yuan_text(cell)
    return wan_text(cell) if column.kind == "wan" else str(int(cell))


def _put(text: str, output: Path | None, encoding: str = "utf-8") -> None:
    if output is None:
        stream: IO[str] = sys.stdout
        stream.write(text)
    else:
        _write(output, lambda path: path.write_text(text, encoding=encoding, newline=""))


def _write(output: Path, write: Callable[[Path], object]) -> None:
    """Write beside the target, readable by the owner alone, and put it in place when it is whole."""
    unfinished = output.with_name(f".{output.name}.{os.getpid()}.part")
    try:
        os.close(os.open(unfinished, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        write(unfinished)
        unfinished.replace(output)
    except OSError as error:
        with contextlib.suppress(OSError):
            unfinished.unlink()
        raise CannotWrite(path=output, reason=error.strerror or "") from error


def emit_answer(office: Office, form: str, output: Path | None, answer: Answer, value: Callable[[], object]) -> None:
    """Write an answer that is a table in every form but JSON."""

    def workbook(path: Path) -> None:
        from aidledger.reports.workbook import write_answer

        write_answer(path, answer, office._)

    emit(office, form, output, answer=lambda: answer, value=value, workbook=workbook)


def emit_answers(
    office: Office,
    form: str,
    output: Path | None,
    answers: Sequence[tuple[str, Answer]],
    value: Callable[[], object],
    *,
    as_csv: int = 0,
) -> None:
    """Write tables that belong together, each under its sheet's name. A CSV file has room for one of them only."""

    def workbook(path: Path) -> None:
        from aidledger.reports.workbook import write_answers

        write_answers(path, answers, office._)

    if form == "table":
        _show([answer for _, answer in answers], office._, output)
    else:
        emit(office, form, output, answer=lambda: answers[as_csv][1], value=value, workbook=workbook)
