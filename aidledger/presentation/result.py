"""The result of a query or an action, for terminal and page alike; each format is made on demand."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from aidledger.domain.identity import masked_words
from aidledger.domain.money import wan_text, yuan_text
from aidledger.domain.outgoing import guarded
from aidledger.domain.table import Answer, Cell, Column
from aidledger.i18n import Translate
from aidledger.presentation.masking import finished, masked_value
from aidledger.presentation.printable import escaped, printable_lines

Tables = Sequence[tuple[str, Answer]]


def _no_tables() -> Tables:
    return ()


@dataclass(frozen=True, slots=True)
class Result:
    """Tables, each under its sheet's name; the value that becomes JSON; a text where there is one.

    ``head``: the ledger's head that it holds for. ``reveal``: whether full numbers may leave; otherwise all are masked.
    ``sheets``: the tables of a workbook, if they differ. ``rows``: the table of a CSV file, if it differs.
    ``bind``: makes the workbook of a finished answer.
    """

    value: Callable[[], object]
    tables: Callable[[], Tables] = _no_tables
    text: Callable[[], str] | None = None
    head: str | None = None
    reveal: bool = False
    sheets: Callable[[], Tables] | None = None
    rows: Callable[[], Answer] | None = None
    bind: Callable[[Answer], bytes] | None = None

    def answers(self) -> list[Answer]:
        """What a screen or page shows, masked, with the ledger's head below the last table."""
        made = self.tables()
        last = len(made) - 1
        return [self._finished(answer, self.head if i == last else None) for i, (_, answer) in enumerate(made)]

    def said(self) -> str:
        """The text, masked and without control characters."""
        return printable_lines(masked_words(self.text())) if self.text else ""

    def json(self) -> str:
        """The value as JSON, with the ledger's head."""
        value = self.value()
        if self.head is not None and isinstance(value, Mapping):
            value = {**value, "head": self.head}
        return escaped(json.dumps(value if self.reveal else masked_value(value), ensure_ascii=False, indent=2))

    def csv(self, titled: Translate | None = None) -> str:
        """The rows under the columns' keys, or titles if translated; no totals, no formulas."""
        answer = self.tables()[0][1] if self.rows is None else self.rows()
        return _csv_text(self._finished(answer, None), titled)

    def workbook(self, translate: Translate) -> bytes:
        """The tables as sheets of a workbook, each with the ledger's head, because each may be printed alone."""
        from aidledger.reports.workbook import answer_workbook, answers_workbook  # noqa: PLC0415 - openpyxl is slow

        sheets = [(name, self._finished(answer, self.head)) for name, answer in (self.sheets or self.tables)()]
        if self.bind is not None:
            return self.bind(sheets[0][1])
        return answers_workbook(sheets, translate) if sheets[0][0] else answer_workbook(sheets[0][1], translate)

    def _finished(self, answer: Answer, head: str | None) -> Answer:
        return finished(answer, head, reveal=self.reveal)


def table(answer: Answer) -> Callable[[], Tables]:
    """The only table of a result."""
    return lambda: [("", answer)]


def _csv_text(answer: Answer, titled: Translate | None) -> str:
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
