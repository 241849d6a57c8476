"""Marked copies of files, as a worker makes them, in English."""

from __future__ import annotations

import re
from collections.abc import Callable
from io import BytesIO
from typing import Any

from openpyxl import Workbook, load_workbook

from aidledger.domain.roster import RosterFile
from aidledger.presentation.wording import message_and_hint
from aidledger.sheets.feedback.column import FEEDBACK_COLUMNS, FEEDBACK_TITLES
from aidledger.sheets.feedback.workbook import FeedbackCopy, FileFeedback, Labels, Remark, marked_copy
from aidledger.sheets.formats.limits import DEFAULT_LIMITS
from tests.builders.files import Grid, edited_package, with_cells, xlsx_bytes
from tests.builders.people import people
from tests.builders.reading import examined, shipped
from tests.builders.rosters import roster_grid

ERROR, CONFLICT, WARNING = "00FFC7CF", "00FFD9A9", "00FFF2B5"
LIST_HEADS = 5  # rows of the list above the first problem
LABELS = Labels(
    sheet="Problems",
    title=FEEDBACK_TITLES[1],
    column=FEEDBACK_COLUMNS[1],
    headers=("No.", "Severity", "Sheet", "Cell", "Row", "Code", "What is wrong", "What to do"),
    severities={"error": "error", "conflict": "conflict", "warning": "warning"},
    note="Correct the marked cells.",
)


def bad_grid(rows: int = 5) -> Grid:
    """A roster whose row 4 has a wrong ID, and row 5 no name and no amount."""
    number = people(2)[1].number
    wrong = number[:-1] + ("0" if number[-1] != "0" else "1")
    return with_cells(roster_grid(rows, total=False), {"C4": wrong, "B5": None, "F5": None})


def given_of(file: RosterFile) -> FileFeedback:
    """What a file's feedback is made of."""
    programs = shipped().programs
    remarks = [
        Remark(problem.severity.value, problem.code, problem.place, *message_and_hint(problem, programs, "en"))
        for problem in file.problems
    ]
    header_rows: dict[str, list[int]] = {}
    for table in file.tables:
        header_rows.setdefault(table.sheet, []).append(table.header_row)
    return FileFeedback(remarks, header_rows, LABELS, "名册.xlsx", "0123abcd")


def copy_of(content: bytes, path: str = "名册.xlsx", make: Callable[..., FeedbackCopy] = marked_copy) -> FeedbackCopy:
    """The marked copy of a file in which something is wrong."""
    file = examined(content, path)
    assert file.problems
    return make(content, given_of(file), DEFAULT_LIMITS)


def marked(content: bytes | Grid | dict[str, Grid], path: str = "名册.xlsx") -> Workbook:
    """The marked copy of a file (or a grid, as .xlsx), opened."""
    raw = content if isinstance(content, bytes) else xlsx_bytes(content)
    return load_workbook(BytesIO(copy_of(raw, path).content))


def commented(sheet: Any) -> set[str]:  # noqa: ANN401 - a sheet of openpyxl's
    """The cells of a sheet that have a comment."""
    return {cell.coordinate for row in sheet.iter_rows() for cell in row if cell.comment}


def saved(book: Workbook) -> bytes:
    """A workbook as bytes."""
    target = BytesIO()
    book.save(target)
    return target.getvalue()


def calculated(content: bytes, values: dict[str, str]) -> bytes:
    """A workbook of openpyxl's whose formulas have values, as Excel saves them: the value's XML by cell."""

    def edit(part: bytes) -> bytes:
        for cell, value in values.items():
            kind = b"" if value.replace(".", "").isdigit() else b' t="str"'
            part, count = re.subn(
                rb'<c r="%s"([^>]*)>(<f.*?</f>)<v ?/></c>' % cell.encode(),
                rb'<c r="%s"\g<1>%s>\g<2><v>%s</v></c>' % (cell.encode(), kind, value.encode()),
                part,
            )
            assert count == 1
        return part

    return edited_package(content, {"xl/worksheets/sheet1.xml": edit})
