"""A result in the form that was asked for, to the screen or into a file."""

from __future__ import annotations

import csv
import io
import json
import sys
from typing import IO, TYPE_CHECKING

from aidledger.cli import outgoing
from aidledger.cli.printable import escaped, printable_lines
from aidledger.domain.identity import masked_words
from aidledger.domain.money import wan_text, yuan_text
from aidledger.domain.outgoing import guarded
from aidledger.domain.table import masked, masked_value, with_head
from aidledger.errors import OutputMissing

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

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
    workbook: Callable[[], bytes] | None = None,
    head: str | None = None,
    reveal: bool = False,
) -> None:
    """Write a result. Only the form that was asked for is made.

    ``head``: the ledger's, of the view that the result was read in. Unless numbers are to be revealed, none leaves
    from here, whoever wrote it and wherever it stands; a workbook of one's own is made of ``finished`` answers.
    """
    if form == "xlsx":
        if output is None:
            raise OutputMissing
        if workbook is not None:
            outgoing.put(output, workbook())
    elif form == "json" and value is not None:
        made = value()
        if head is not None and isinstance(made, dict):
            made = {**made, "head": head}
        said = json.dumps(made if reveal else masked_value(made), ensure_ascii=False, indent=2)
        _put(escaped(said) + "\n", output)
    elif form == "csv" and answer is not None:
        titled = office._ if office.language == "zh" else None
        _put(csv_text(finished(answer(), reveal=reveal), titled), output, encoding="utf-8-sig")
    elif form == "text" and text is not None:
        _put(printable_lines(masked_words(text())) + "\n", output)
    elif answer is not None:
        _show([finished(answer(), head, reveal=reveal)], office._, output)


def finished(answer: Answer, head: str | None = None, *, reveal: bool = False) -> Answer:
    """An answer as it may leave the house: with the ledger's head, without full numbers unless they are revealed."""
    named = answer if head is None else with_head(answer, head)
    return named if reveal else masked(named)


def _show(answers: Sequence[Answer], translate: Translate, output: Path | None) -> None:
    from aidledger.cli.screen import show

    page: IO[str] = sys.stdout if output is None else io.StringIO()
    for number, answer in enumerate(answers):
        if number:
            page.write("\n")
        show(answer, translate, page)
    if isinstance(page, io.StringIO):
        _put(page.getvalue(), output)


def csv_text(answer: Answer, titled: Translate | None = None) -> str:
    """The rows under the columns' keys, or under their titles in a language; no totals, no formulas."""
    page = io.StringIO()
    writer = csv.writer(page)
    writer.writerow([titled(column.title) if titled else column.key for column in answer.columns])
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
        outgoing.put(output, text.encode(encoding))


def emit_answer(
    office: Office,
    form: str,
    output: Path | None,
    answer: Answer,
    value: Callable[[], object],
    *,
    head: str | None = None,
    reveal: bool = False,
) -> None:
    """Write an answer that is a table in every form but JSON."""

    def workbook() -> bytes:
        from aidledger.reports.workbook import answer_workbook

        return answer_workbook(finished(answer, head, reveal=reveal), office._)

    emit(office, form, output, answer=lambda: answer, value=value, workbook=workbook, head=head, reveal=reveal)


def emit_answers(
    office: Office,
    form: str,
    output: Path | None,
    answers: Sequence[tuple[str, Answer]],
    value: Callable[[], object],
    *,
    as_csv: int = 0,
    head: str | None = None,
    reveal: bool = False,
) -> None:
    """Write tables that belong together, each under its sheet's name. A CSV file has room for one of them only.

    Each sheet says the ledger's head, for each may be printed by itself; on the screen it is said once, at the end.
    """

    def workbook() -> bytes:
        from aidledger.reports.workbook import answers_workbook

        sheets = [(name, finished(answer, head, reveal=reveal)) for name, answer in answers]
        return answers_workbook(sheets, office._)

    if form == "table":
        *others, (_, last) = answers
        shown = [finished(answer, reveal=reveal) for _, answer in others]
        _show([*shown, finished(last, head, reveal=reveal)], office._, output)
    else:
        emit(
            office,
            form,
            output,
            answer=lambda: answers[as_csv][1],
            value=value,
            workbook=workbook,
            head=head,
            reveal=reveal,
        )
