"""The summary as a workbook, with the office's district and charts."""

from __future__ import annotations

from math import ceil, floor
from typing import TYPE_CHECKING

from openpyxl import Workbook
from openpyxl.utils import get_column_letter

from aidledger.i18n import N_
from aidledger.reports.charts import add_bars
from aidledger.reports.workbook import (
    HEAD_FILL,
    SHEET_NAME_MAX,
    fill,
    first_sheet,
    set_print_area,
)
from aidledger.saving import saved

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

    from aidledger.domain.table import Answer
    from aidledger.i18n import Translate
    from aidledger.reports.charts import ChartSheet

_CHART_ROWS_MAX = 20
_LANDSCAPE_ROWS_MAX = 45
_CHART_WIDTH_MIN_CM = 18
_ROW_CM, _SIGN_CM = 0.52, 0.205
_WIDTH_DEFAULT = 8.43


def summary_workbook(
    answer: Answer,
    translate: Translate,
    district: str,
    *,
    chart: bool,
    extra: ChartSheet | None = None,
) -> bytes:
    """A summary as a workbook, with the office's district, and the ledger's head among the notes.

    ``chart``: amounts as bars below. ``extra``: another sheet with its own chart.
    """
    book = Workbook()
    sheet = first_sheet(book)
    above = [translate(N_("District: {district}")).format(district=district)]
    last = fill(sheet, answer, translate, above)
    if chart and 0 < len(answer.rows) <= _CHART_ROWS_MAX:
        last = _chart_below(sheet, N_("Amount by program (10k yuan)"), answer, {"wan"}, last, translate)
    set_print_area(sheet, len(answer.columns), last)
    if extra is not None:
        _add_extra(book.create_sheet(translate(extra.name)[:SHEET_NAME_MAX]), extra, translate, above)
    return saved(book)


def _add_extra(sheet: Worksheet, extra: ChartSheet, translate: Translate, above: list[str]) -> None:
    """Add a sheet for a chart; title and print area are at least as wide as the chart."""
    columns = len(extra.answer.columns)
    last = fill(sheet, extra.answer, translate, above)
    while _width_cm(sheet, columns) < _CHART_WIDTH_MIN_CM:
        columns += 1
    sheet.unmerge_cells(str(next(iter(sheet.merged_cells.ranges))))
    sheet.merge_cells(start_row=1, start_column=1, end_row=1, end_column=columns)
    last = _chart_below(sheet, extra.title, extra.answer, {"wan", "count"}, last, translate)
    set_print_area(sheet, columns, last)
    if last > _LANDSCAPE_ROWS_MAX:
        sheet.page_setup.orientation = "portrait"


def _chart_below(sheet: Worksheet, title: str, answer: Answer, kinds: set[str], last: int, translate: Translate) -> int:
    """Add bars of the columns of some kinds, on the table's page; returns the last row that they cover."""
    columns = [i for i, column in enumerate(answer.columns, 1) if column.kind in kinds]
    header = next(row for row in range(1, last) if sheet.cell(row, columns[0]).fill == HEAD_FILL)
    width = max(_CHART_WIDTH_MIN_CM, floor(_width_cm(sheet, len(answer.columns))))
    height = add_bars(sheet, title, header, len(answer.rows), columns, last + 2, width, translate)
    sheet.page_setup.fitToHeight = 1
    return last + 2 + ceil(height / _ROW_CM)


def _width_cm(sheet: Worksheet, columns: int) -> float:
    letters = [get_column_letter(i) for i in range(1, columns + 1)]
    known = sheet.column_dimensions
    return sum((known[letter].width if letter in known else _WIDTH_DEFAULT) * _SIGN_CM for letter in letters)
