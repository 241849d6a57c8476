"""The school's own workbook, returned with bad cells marked and all problems listed.

openpyxl preserves formats, widths, merged cells, hidden rows, filters, drop-downs and macros, but no pictures, shapes
and drop-downs of the newer kind, whose choices are on another sheet. Formulas: see formulas.py. A workbook that
openpyxl cannot load is rebuilt from its cells.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from aidledger.sheets.feedback.words import Labels, Remark
from aidledger.sheets.formats.failures import FileRefused
from aidledger.sheets.formats.limits import Limits
from aidledger.sheets.formats.package import ARCHIVE_DAMAGES

if TYPE_CHECKING:
    from openpyxl import Workbook
    from openpyxl.packaging.custom import CustomPropertyList

__all__ = [
    "FeedbackCopy",
    "FileFeedback",
    "Labels",
    "Remark",
    "copy_of_cells",
    "list_alone",
    "marked_copy",
    "origin_of",
]

_ORIGIN = "aidledger-feedback"
_PROPERTIES = "docProps/custom.xml"
_PROPERTIES_MAX_BYTES = 2**20


@dataclass(frozen=True, slots=True)
class FileFeedback:
    """The feedback on a file.

    ``header_rows``: by sheet, the header rows (1-based) of its tables. ``name``: the name of the file. ``origin``:
    stored in the copy and read by origin_of; equal origins mean equal feedback.
    """

    remarks: Sequence[Remark]
    header_rows: Mapping[str, Sequence[int]]
    labels: Labels
    name: str
    origin: str


@dataclass(frozen=True, slots=True)
class FeedbackCopy:
    """The content of a marked copy, and the suffix of its file name."""

    content: bytes
    suffix: str


def marked_copy(content: bytes, feedback: FileFeedback, limits: Limits) -> FeedbackCopy:
    """Mark the school's own workbook, or a new one with its cells where openpyxl cannot load it.

    Runs in a worker because the file is untrusted; raises FileRefused.
    """
    try:
        return _own_copy(content, feedback, limits)
    except Exception:  # noqa: BLE001 - openpyxl may raise anything while parsing
        return copy_of_cells(content, feedback, limits)


def copy_of_cells(content: bytes, feedback: FileFeedback, limits: Limits) -> FeedbackCopy:
    """Mark a new workbook with the file's cells. Runs in a worker; raises FileRefused."""
    from aidledger.sheets.feedback.copies import cells_of  # noqa: PLC0415 - openpyxl only where it is needed

    try:
        book, titles = cells_of(content, limits)
        _mark_all(book, feedback, titles)
        return _finished(book, feedback, titles)
    except FileRefused:
        raise
    except Exception as error:
        raise FileRefused("unreadable-file", why="the workbook is damaged") from error


def list_alone(feedback: FileFeedback) -> FeedbackCopy:
    """A workbook with only the list of problems, for a file that cannot be read."""
    from aidledger.sheets.feedback.copies import empty_book  # noqa: PLC0415

    return _finished(empty_book(), feedback, {})


def origin_of(path: Path) -> str | None:
    """The origin stored in a copy, which survives saving; None where the file is no copy."""
    try:
        with zipfile.ZipFile(path) as archive, archive.open(_PROPERTIES) as stream:
            properties = stream.read(_PROPERTIES_MAX_BYTES)
    except (*ARCHIVE_DAMAGES, RuntimeError):
        return None
    found = re.search(rb'name="%s"[^>]{0,200}>\s{0,20}<[^>]{0,50}>([0-9a-f]+)<' % _ORIGIN.encode(), properties)
    return found[1].decode() if found else None


def _own_copy(content: bytes, feedback: FileFeedback, limits: Limits) -> FeedbackCopy:
    from aidledger.sheets.feedback.copies import opened, within_reach  # noqa: PLC0415
    from aidledger.sheets.feedback.formulas import settle_formulas, with_values  # noqa: PLC0415

    content = within_reach(content, limits)
    book = opened(content, limits)
    kept = settle_formulas(book, content, _to_be_corrected(feedback.remarks))
    titles = {title: title for title in book.sheetnames}
    _mark_all(book, feedback, titles)
    copy = _finished(book, feedback, titles)
    return FeedbackCopy(with_values(copy.content, book, kept), copy.suffix)


def _to_be_corrected(remarks: Sequence[Remark]) -> set[tuple[str, int, int]]:
    """The cells that may be corrected; as column 0, rows that may be deleted (one of two that conflict)."""
    from openpyxl.utils import column_index_from_string  # noqa: PLC0415

    found = set()
    for remark in remarks:
        place = remark.place
        if place.sheet is not None and place.row is not None:
            found.add((place.sheet, place.row, column_index_from_string(place.column) if place.column else 0))
            if remark.severity == "conflict":
                found.add((place.sheet, place.row, 0))
    return found


def _mark_all(book: Workbook, feedback: FileFeedback, titles: Mapping[str, str]) -> None:
    from aidledger.sheets.feedback.marks import mark, remove_earlier  # noqa: PLC0415

    remove_earlier(book)
    remarks: dict[str, list[Remark]] = {}
    for remark in feedback.remarks:
        remarks.setdefault(remark.place.sheet or "", []).append(remark)
    existing = set(book.sheetnames)
    for name, title in titles.items():
        if name in remarks and title in existing:
            mark(book[title], remarks[name], feedback.header_rows.get(name, ()), feedback.labels)


def _finished(book: Workbook, feedback: FileFeedback, titles: Mapping[str, str]) -> FeedbackCopy:
    from openpyxl.packaging.custom import StringProperty  # noqa: PLC0415

    from aidledger.saving import saved  # noqa: PLC0415
    from aidledger.sheets.feedback.problem_list import write_list  # noqa: PLC0415

    existing = set(book.sheetnames)
    write_list(
        book, feedback.remarks, feedback.labels, feedback.name, {k: v for k, v in titles.items() if v in existing}
    )
    properties: CustomPropertyList[Any] = book.custom_doc_props  # type: ignore[attr-defined] # its stubs do not know it
    properties.props = [known for known in properties.props if known.name != _ORIGIN]
    properties.append(StringProperty(name=_ORIGIN, value=feedback.origin))
    return FeedbackCopy(saved(book), ".xlsm" if book.vba_archive else ".xlsx")
