"""A school's own workbook back to the school: bad cells coloured and commented, every problem listed.

openpyxl opens the workbook again and keeps its formats, widths, merged cells, hidden rows, filters, drop-downs and
macros. It does not keep pictures, shapes and drop-downs of the newer kind (those whose choices stand on another sheet).
Formulas: see feedback_formulas. What openpyxl cannot open again is made anew from its cells.
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

__all__ = ["Copy", "Given", "Labels", "Remark", "copy_of_cells", "list_alone", "marked_copy", "origin_of"]

_ORIGIN = "aidledger-feedback"
_PROPERTIES = "docProps/custom.xml"
_PROPERTIES_MAX_BYTES = 2**20


@dataclass(frozen=True, slots=True)
class Given:
    """What a file's feedback is made of, beside the file.

    ``header_rows``: by sheet, the rows (1-based) of its tables' headers, as far as any was found. ``name``: what the
    file is called. ``origin``: kept in the copy, and told by origin_of; the same origin is the same feedback.
    """

    remarks: Sequence[Remark]
    header_rows: Mapping[str, Sequence[int]]
    labels: Labels
    name: str
    origin: str


@dataclass(frozen=True, slots=True)
class Copy:
    """The bytes of a marked copy, and what its name has to end in."""

    content: bytes
    suffix: str


def marked_copy(content: bytes, given: Given, limits: Limits) -> Copy:
    """The school's own workbook, marked; where openpyxl cannot open it again, its cells in a new one.

    Runs in a worker, since it opens what a stranger sent; raises FileRefused.
    """
    try:
        return _own_copy(content, given, limits)
    except Exception:  # noqa: BLE001 - openpyxl meets what it does not know with whatever its parsing runs into
        return copy_of_cells(content, given, limits)


def copy_of_cells(content: bytes, given: Given, limits: Limits) -> Copy:
    """A new workbook of the file's cells, marked. Runs in a worker; raises FileRefused."""
    from aidledger.sheets.feedback.copies import cells_of  # noqa: PLC0415 - openpyxl only where it is needed

    try:
        book, titles = cells_of(content, limits)
        _mark_all(book, given, titles)
        return _finished(book, given, titles)
    except FileRefused:
        raise
    except Exception as error:
        raise FileRefused("unreadable-file", why="the workbook is damaged") from error


def list_alone(given: Given) -> Copy:
    """A workbook with nothing but the list of problems, for a file that cannot be read."""
    from aidledger.sheets.feedback.copies import empty_book  # noqa: PLC0415

    return _finished(empty_book(), given, {})


def origin_of(path: Path) -> str | None:
    """The origin that a copy was made with; None where the file is no copy. Who saves it anew keeps it."""
    try:
        with zipfile.ZipFile(path) as archive, archive.open(_PROPERTIES) as stream:
            properties = stream.read(_PROPERTIES_MAX_BYTES)
    except (*ARCHIVE_DAMAGES, RuntimeError):
        return None
    found = re.search(rb'name="%s"[^>]{0,200}>\s{0,20}<[^>]{0,50}>([0-9a-f]+)<' % _ORIGIN.encode(), properties)
    return found[1].decode() if found else None


def _own_copy(content: bytes, given: Given, limits: Limits) -> Copy:
    from aidledger.sheets.feedback.copies import opened, within_reach  # noqa: PLC0415
    from aidledger.sheets.feedback.formulas import settle_formulas, with_values  # noqa: PLC0415

    content = within_reach(content, limits)
    book = opened(content, limits)
    kept = settle_formulas(book, content, _to_be_corrected(given.remarks))
    titles = {title: title for title in book.sheetnames}
    _mark_all(book, given, titles)
    copy = _finished(book, given, titles)
    return Copy(with_values(copy.content, book, kept), copy.suffix)


def _to_be_corrected(remarks: Sequence[Remark]) -> set[tuple[str, int, int]]:
    """The cells that may change, and the rows that may go, as column 0: of two that contradict each other one goes."""
    from openpyxl.utils import column_index_from_string  # noqa: PLC0415

    found = set()
    for remark in remarks:
        place = remark.place
        if place.sheet is not None and place.row is not None:
            found.add((place.sheet, place.row, column_index_from_string(place.column) if place.column else 0))
            if remark.severity == "conflict":
                found.add((place.sheet, place.row, 0))
    return found


def _mark_all(book: Workbook, given: Given, titles: Mapping[str, str]) -> None:
    from aidledger.sheets.feedback.marks import mark, take_out_earlier  # noqa: PLC0415

    take_out_earlier(book)
    remarks: dict[str, list[Remark]] = {}
    for remark in given.remarks:
        remarks.setdefault(remark.place.sheet or "", []).append(remark)
    there = set(book.sheetnames)
    for name, title in titles.items():
        if name in remarks and title in there:
            mark(book[title], remarks[name], given.header_rows.get(name, ()), given.labels)


def _finished(book: Workbook, given: Given, titles: Mapping[str, str]) -> Copy:
    from openpyxl.packaging.custom import StringProperty  # noqa: PLC0415

    from aidledger.saving import saved  # noqa: PLC0415
    from aidledger.sheets.feedback.problem_list import write_list  # noqa: PLC0415

    there = set(book.sheetnames)
    write_list(book, given.remarks, given.labels, given.name, {k: v for k, v in titles.items() if v in there})
    properties: CustomPropertyList[Any] = book.custom_doc_props  # type: ignore[attr-defined] # its stubs do not know it
    properties.props = [known for known in properties.props if known.name != _ORIGIN]
    properties.append(StringProperty(name=_ORIGIN, value=given.origin))
    return Copy(saved(book), ".xlsm" if book.vba_archive else ".xlsx")
