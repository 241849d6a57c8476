"""Feedback as an import writes it: in workers with limits, from the bytes that were read or those on the disk."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path

from openpyxl import load_workbook

from aidledger.domain.problem import Problem
from aidledger.operations.feedback import Feedback
from aidledger.operations.files import InputFile
from aidledger.operations.results import result_of
from aidledger.sheets.formats.limits import DEFAULT_LIMITS, Limits
from tests.builders import examined, with_cells, xlsx_bytes
from tests.builders.feedback import LABELS, LIST_HEADS, bad_grid, commented


def _said(problem: Problem) -> tuple[str, str]:
    return problem.kind.message, problem.kind.hint


def _written(folder: Path, content: bytes, limits: Limits = DEFAULT_LIMITS, *, held: bool = True) -> Path:
    path = folder / "sent" / "名册.xlsx"
    path.parent.mkdir()
    path.write_bytes(content)
    source = InputFile(path, content if held else b"", hashlib.sha256(content).hexdigest())
    feedback = Feedback(folder / "back", [path.parent], LABELS, _said, limits)
    feedback.prepare()
    return feedback.write(source, result_of(source, examined(content), "rejected", None))


def test_a_worker_that_does_not_come_back_leaves_the_list(tmp_path: Path) -> None:
    copy = _written(tmp_path, xlsx_bytes(bad_grid()), replace(DEFAULT_LIMITS, seconds_max=0))
    (listed,) = load_workbook(copy).worksheets
    assert listed.max_row == LIST_HEADS + 3


def test_a_file_whose_bytes_are_not_held_any_more_is_read_again(tmp_path: Path) -> None:
    copy = _written(tmp_path, xlsx_bytes(bad_grid()), held=False)
    assert commented(load_workbook(copy).worksheets[1]) == {"C4", "B5", "F5"}


def test_the_column_has_its_header_also_where_no_payment_was_understood(tmp_path: Path) -> None:
    copy = _written(tmp_path, xlsx_bytes(with_cells(bad_grid(), {"F2": "备注", "A1": "花名册"})))
    sheet = load_workbook(copy).worksheets[1]
    assert sheet["G2"].value == "Problems found"
    assert sheet["G2"].comment is not None
    assert [bool(sheet.cell(row, 7).value) for row in range(3, 6)] == [False, True, True]
