"""Charts of a summary: the tables that they show, and the bars drawn from them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil
from typing import TYPE_CHECKING

from openpyxl.chart import BarChart, Reference
from openpyxl.chart.label import DataLabelList

from aidledger.catalogue.catalogue import Catalogue
from aidledger.domain.table import Answer, Cell, Column
from aidledger.domain.term import Period
from aidledger.i18n import N_, Language, Translate, translator
from aidledger.reports.summary import Summary

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

SCHOOLS_MAX = 30
_HEIGHT_MIN_CM, _HEIGHT_MAX_CM = 8, 34
_FRAME_CM = 3.0
_BAR_CM, _GAP_CM = 0.4, 0.3
_GAP_PERCENT = 60


@dataclass(frozen=True, slots=True)
class ChartSheet:
    """A sheet with a small table and its bar chart; ``name``, ``title`` in English."""

    name: str
    title: str
    answer: Answer


def chart_sheet(summary: Summary, catalogue: Catalogue, language: Language) -> ChartSheet | None:
    """The chart for a summary's dimensions; None where a table is clearer."""
    if not summary.groups:
        return None
    if set(summary.by) == {"program", "period"}:
        return _by_program_and_period(summary, catalogue, language)
    return _by_school(summary) if tuple(summary.by) == ("school",) else None


def _by_program_and_period(summary: Summary, catalogue: Catalogue, language: Language) -> ChartSheet:
    amounts = {(group.by["program"], group.by["period"]): group.figures.amount_fen for group in summary.groups}
    periods = sorted((Period.parse(str(code)) for code in {code for _, code in amounts}), key=lambda one: one.sort_key)
    programs = [code for code in catalogue.programs if any(program == code for program, _ in amounts)]
    said = translator(language)
    columns = (Column("program", N_("Program")), *(Column(one.code, one.label(said), "wan") for one in periods))
    rows: list[Sequence[Cell]] = [
        (catalogue.programs[code].name(language), *(amounts.get((code, one.code)) for one in periods))
        for code in programs
    ]
    title = N_("Amounts by program and period (10k yuan)")
    return ChartSheet(N_("By program and period"), title, Answer(title, columns, rows))


def _by_school(summary: Summary) -> ChartSheet:
    aided = [group for group in summary.groups if not group.repaid and group.by["school"]]
    largest = sorted(aided, key=lambda group: (-group.figures.persons, str(group.by["school"])))[:SCHOOLS_MAX]
    rows: list[Sequence[Cell]] = [(group.by["school"], group.figures.persons) for group in largest]
    columns = (Column("school", N_("School")), Column("persons", N_("Persons"), "count"))
    title = N_("Persons aided by school: the {count} schools with most")
    answer = Answer(title, columns, rows, facts={"count": len(rows)})
    return ChartSheet(N_("By school"), N_("Persons aided"), answer)


def add_bars(
    sheet: Worksheet,
    title: str,
    header: int,
    rows: int,
    columns: Sequence[int],
    at_row: int,
    width_cm: int,
    translate: Translate,
) -> int:
    """Add horizontal bars (the names are long): a group per row, a bar per column; returns the height in cm."""
    chart = BarChart()
    chart.type = "bar"
    chart.style = 10
    chart.title = translate(title)
    several = len(columns) > 1
    # Several columns get a legend; a single one's heading is the chart's title.
    for column in columns:
        first = header if several else header + 1
        reference = Reference(sheet, min_col=column, min_row=first, max_row=header + rows)
        chart.add_data(reference, titles_from_data=several)
    chart.set_categories(Reference(sheet, min_col=1, min_row=header + 1, max_row=header + rows))
    if several and chart.legend is not None:
        chart.legend.position = "b"
    else:
        chart.legend = None
    chart.gapWidth = _GAP_PERCENT
    chart.x_axis.scaling.orientation = "maxMin"
    chart.x_axis.delete = False
    chart.x_axis.tickLblSkip = 1
    chart.y_axis.delete = False
    chart.y_axis.numFmt = "#,##0"
    chart.y_axis.majorGridlines = None
    chart.dataLabels = DataLabelList()
    chart.dataLabels.showVal = True
    for name in ("showSerName", "showCatName", "showLegendKey", "showPercent"):
        setattr(chart.dataLabels, name, False)
    needed = _FRAME_CM + rows * (len(columns) * _BAR_CM + _GAP_CM)
    height = min(_HEIGHT_MAX_CM, max(_HEIGHT_MIN_CM, ceil(needed)))
    chart.width, chart.height = width_cm, height
    sheet.add_chart(chart, f"A{at_row}")
    return height
