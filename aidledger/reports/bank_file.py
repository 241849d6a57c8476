"""The bank's file: written as a workbook and as CSV, and read back to see that it is still as exported.

It is in Chinese, whatever the user's language, because it is for the bank. Each line has a serial number (流水号), by
which the bank return refers to it.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence
from decimal import Decimal

from aidledger.domain.money import FEN_PER_YUAN, yuan_text
from aidledger.domain.outgoing import guarded, unguarded, xml_text
from aidledger.domain.payment import PaymentLine
from aidledger.errors import NoBankFile

HEADER = ("流水号", "户名", "证件号码", "收款账号", "金额(元)", "用途")
_WIDTHS = (16, 14, 22, 24, 12, 36)
_TEXT = "@"
_AMOUNT = re.compile(r"[0-9]{1,12}(?:\.[0-9]{1,2})?")


# A line and its purpose (用途): 2026年秋季普高国家助学金.
Purposed = tuple[PaymentLine, str]


def csv_bytes(lines: Sequence[Purposed]) -> bytes:
    """The file as CSV in UTF-8, with the byte order mark that spreadsheet programs need."""
    page = io.StringIO()
    writer = csv.writer(page)
    writer.writerow(HEADER)
    for line, purpose in lines:
        writer.writerow([*map(guarded, line.covered()), guarded(purpose)])
    return page.getvalue().encode("utf-8-sig")


def workbook_bytes(lines: Sequence[Purposed], control: Sequence[tuple[str, str]]) -> bytes:
    """The file as a workbook: the lines on the first sheet, control totals (名称, 数值) on the second."""
    from openpyxl import Workbook  # noqa: PLC0415 - slow to load, and orders are shown without it
    from openpyxl.styles import Alignment, Font  # noqa: PLC0415
    from openpyxl.utils import get_column_letter  # noqa: PLC0415
    from openpyxl.worksheet.worksheet import Worksheet  # noqa: PLC0415

    from aidledger.saving import saved  # noqa: PLC0415

    book = Workbook()
    sheet = book.active
    assert isinstance(sheet, Worksheet)  # noqa: S101 - a new workbook has one
    sheet.title = "代发明细"
    sheet.append(list(HEADER))
    for row, (line, purpose) in enumerate(lines, 2):
        for column, value in enumerate([*line.covered()[:4], None, purpose], 1):
            cell = sheet.cell(row, column)
            if value is not None:
                cell.value, cell.data_type, cell.number_format = xml_text(value), "s", _TEXT
        amount = sheet.cell(row, HEADER.index("金额(元)") + 1)
        amount.value, amount.number_format = line.amount_fen / FEN_PER_YUAN, "0.00"
    for column, width in enumerate(_WIDTHS, 1):
        cell = sheet.cell(1, column)
        cell.font, cell.alignment = Font(bold=True), Alignment(horizontal="center")
        sheet.column_dimensions[get_column_letter(column)].width = width
    sheet.freeze_panes = "A2"
    totals = book.create_sheet("控制总数")
    for row, (name, value) in enumerate(control, 1):
        for column, text in enumerate((name, value), 1):
            cell = totals.cell(row, column)
            cell.value, cell.data_type, cell.number_format = xml_text(text), "s", _TEXT
    totals.column_dimensions["A"].width, totals.column_dimensions["B"].width = 16, 72
    return saved(book)


def lines_in(content: bytes, name: str) -> list[PaymentLine]:
    """The lines now in a file; raises NoBankFile. Runs in a worker, because the file is untrusted."""
    rows = _sheet_rows(content, name) if name.lower().endswith(".xlsx") else _csv_rows(content, name)
    if not rows or tuple(rows[0]) != HEADER:
        raise NoBankFile(path=name)
    try:
        return [
            PaymentLine(serial, name, number, account, _fen(amount))
            for serial, name, number, account, amount, *_ in rows[1:]
        ]
    except ValueError:
        raise NoBankFile(path=name) from None


def _fen(amount: str) -> int:
    """Raises ValueError, also for 1E999999999: a valid Decimal, but converting it to int takes hours."""
    if not _AMOUNT.fullmatch(amount):
        raise ValueError(amount)
    return int(Decimal(amount) * FEN_PER_YUAN)


def _csv_rows(content: bytes, name: str) -> list[list[str]]:
    try:
        rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))
    except (UnicodeDecodeError, csv.Error):
        raise NoBankFile(path=name) from None
    return [[unguarded(cell) for cell in row] for row in rows]


def _sheet_rows(content: bytes, name: str) -> list[list[str]]:
    from openpyxl import load_workbook  # noqa: PLC0415 - slow to load

    try:
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=True)
        return [[_cell_text(cell) for cell in row] for row in book.worksheets[0].iter_rows(values_only=True)]
    except Exception:  # noqa: BLE001 - openpyxl raises anything on a damaged file
        raise NoBankFile(path=name) from None


def _cell_text(cell: object) -> str:
    if isinstance(cell, int | float):
        return yuan_text(round(cell * FEN_PER_YUAN))
    return "" if cell is None else str(cell)
