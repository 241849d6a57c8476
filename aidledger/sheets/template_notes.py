"""The sheet of notes in a blank roster: the standards in force, who is eligible, how to fill in each column.

Every line is a word and a sentence beside it, so that no line can be taken for the header of a table.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from openpyxl.styles import Alignment, Font
from openpyxl.worksheet.worksheet import Worksheet

from aidledger.domain.program import Program
from aidledger.domain.table import period_text
from aidledger.i18n import N_, Language, Translate
from aidledger.sheets.template_columns import TemplateColumn
from aidledger.sheets.template_roster import BlankRoster
from aidledger.sheets.template_rules import rate_text

SHEET_NAMES: Mapping[Language, str] = {"zh": "填表说明", "en": "Notes"}
_WIDTHS = {"A": 24, "B": 96}
_A4 = 9
Line = tuple[str, str]


def write_notes(
    sheet: Worksheet,
    blank: BlankRoster,
    columns: Sequence[TemplateColumn],
    programs: Mapping[str, Program],
    translate: Translate,
) -> None:
    """Fill the sheet. ``programs``: those of the catalogue, for the names of what is never paid together."""
    sections: tuple[tuple[str, Iterator[Line]], ...] = (
        (translate(N_("The program")), _program(blank, translate)),
        (translate(N_("The standard in force")), _standard(blank, translate)),
        (translate(N_("Who is eligible")), _eligible(blank, programs, translate)),
        (translate(N_("How to fill in the columns")), _columns(columns, translate)),
        (translate(N_("Before you send it")), _sending(translate)),
    )
    row = 1
    for title, lines in sections:
        _put(sheet, row, 1, title).font = Font(bold=True, size=13)
        for word, sentence in lines:
            row += 1
            _put(sheet, row, 1, word).font = Font(bold=True)
            _put(sheet, row, 2, sentence)
        row += 2
    for letter, width in _WIDTHS.items():
        sheet.column_dimensions[letter].width = width
    sheet.sheet_view.showGridLines = False
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.paperSize = _A4
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True


def _put(sheet: Worksheet, row: int, column: int, text: str) -> ...:
    ...


def _program(blank: BlankRoster, translate: Translate) -> Iterator[Line]:
    yield translate(N_("Program")), blank.program.name(blank.language)
    yield translate(N_("Period")), period_text(blank.period.code, translate)
    if blank.school:
        yield translate(N_("School")), blank.school
