"""Rosters as .xlsx files, byte-identical on every run: no clock and no file times get into them."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter
from openpyxl.writer.excel import ExcelWriter

from aidledger import private
from aidledger.demo.sheets import DemoRoster, DemoSheet, Row
from aidledger.errors import CannotWrite

_MADE_AT = datetime(2022, 7, 1)  # noqa: DTZ001 - a workbook's times have no zone
_ZIP_DATE = (1980, 1, 1, 0, 0, 0)
_UNIX = 3
_OWNER_READS_AND_WRITES = 0o600 << 16
_TITLE, _BOLD = Font(bold=True, size=16), Font(bold=True)
_CENTRED = Alignment(horizontal="center", vertical="center")


class _Archive(ZipFile):
    """A zip file whose members have no date, owner or operating system."""

    def writestr(self, zinfo_or_arcname: str | ZipInfo, data: Any, *_: Any, **__: Any) -> None:  # noqa: ANN401 - as in ZipFile
        name = zinfo_or_arcname if isinstance(zinfo_or_arcname, str) else zinfo_or_arcname.filename
        info = ZipInfo(name, _ZIP_DATE)
        info.compress_type = ZIP_DEFLATED
        info.create_system = _UNIX
        info.external_attr = _OWNER_READS_AND_WRITES
        super().writestr(info, data)

    def write(self, filename: Any, arcname: Any = None, *_: Any, **__: Any) -> None:  # noqa: ANN401 - as in ZipFile
        self.writestr(str(arcname or filename), Path(filename).read_bytes())


def write_rosters(
    rosters: Sequence[DemoRoster],
    folder: Path,
    *,
    workers: int,
    progress: Callable[[Path], None] | None = None,
) -> list[Path]:
    """Write the workbooks under ``folder`` in several processes; returns the paths in name order.

    ``progress`` is called with each finished file. Raises CannotWrite.
    """
    ordered = sorted(rosters, key=lambda roster: roster.path)
    paths = []
    with _mapper(workers) as mapped:
        for path in mapped(_write, ordered, [folder] * len(ordered)):
            paths.append(path)
            if progress is not None:
                progress(path)
    return paths


@contextmanager
def _mapper(workers: int) -> Iterator[Callable[..., Iterator[Path]]]:
    if workers <= 1:
        yield map
        return
    with ProcessPoolExecutor(workers, mp_context=multiprocessing.get_context("spawn")) as pool:
        yield pool.map


def _write(roster: DemoRoster, folder: Path) -> Path:
    path = folder / roster.path
    page = BytesIO()
    with _Archive(page, "w", ZIP_DEFLATED) as archive:
        ExcelWriter(_workbook(roster), archive).save()
    try:
        private.make_folder(path.parent)
    except OSError as error:
        raise CannotWrite(path=path, reason=error.strerror or str(error)) from None
    private.put(path, page.getvalue())
    return path


def _workbook(roster: DemoRoster) -> Workbook:
    book = Workbook(write_only=True)
    book.properties.created = book.properties.modified = _MADE_AT
    book.properties.creator = "aidledger demo"
    for sheet in roster.sheets:
        _add(book, sheet)
    return book


def _add(book: Workbook, sheet: DemoSheet) -> None:
    """Only title, header and total are styled: styling every pupil's cells would double the time."""
    out = book.create_sheet(sheet.name)
    for i, width in enumerate(sheet.widths, 1):
        out.column_dimensions[get_column_letter(i)].width = width
    out.merged_cells.add(f"A1:{get_column_letter(len(sheet.header))}1")

    def styled(row: Row, font: Font) -> list[Any]:
        cells: list[Any] = []
        for value in row:
            cell = _text_cell(out, value)
            cell.font, cell.alignment = font, _CENTRED
            cells.append(cell)
        return cells

    out.append(styled((sheet.title,), _TITLE))
    if sheet.note is not None:
        out.append(sheet.note)
    out.append(styled(sheet.header, _BOLD))
    for row in sheet.rows:
        out.append([_text_cell(out, value) if _is_like_a_formula(value) else value for value in row])
    out.append(styled(sheet.total, _BOLD))
    for row in sheet.foot:
        out.append(row)


def _is_like_a_formula(value: object) -> bool:
    return isinstance(value, str) and value.startswith("=")


def _text_cell(out: Any, value: Any) -> Any:  # noqa: ANN401 - openpyxl's write-only sheet and its cell
    """A text cell that is never a formula: an office's own schemas may give any names to schools and programs."""
    cell = WriteOnlyCell(out)
    cell.value = value
    if isinstance(value, str):
        cell.data_type = "s"
    return cell
