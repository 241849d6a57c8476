"""The notes sheet of a blank roster: the standard in force, eligibility, how to fill in each column.

Every row is a word and a sentence, so that none can be mistaken for the header of a table.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from openpyxl.styles import Font, PatternFill
from openpyxl.worksheet.properties import PageSetupProperties

from aidledger.domain.program import Program, Rate
from aidledger.i18n import N_, Language, Translate
from aidledger.sheets.template.cells import FONT, put, text_width
from aidledger.sheets.template.columns import TemplateColumn, meant_for
from aidledger.sheets.template.roster import BlankRoster
from aidledger.sheets.template.rules import amount_text

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

SHEET_NAMES: Mapping[Language, str] = {"zh": "填表说明", "en": "Notes"}
_SECTION = PatternFill("solid", fgColor="DDE6F0")
_WIDTHS = {"A": 26, "B": 100}
_LINE_HEIGHT, _A4 = 16, 9
_PER_PERIOD = {"semester": N_("{amount} yuan per semester"), "year": N_("{amount} yuan per year")}
_AVERAGES = {"semester": N_("On average {amount} yuan per semester"), "year": N_("On average {amount} yuan per year")}
_EACH = {"preschool": N_("Each child")}
Line = tuple[str, str]


def write_notes(
    sheet: Worksheet,
    blank: BlankRoster,
    columns: Sequence[TemplateColumn],
    programs: Mapping[str, Program],
    translate: Translate,
) -> None:
    """Fill the sheet. ``programs``: the catalogue, for the names of excluded programs."""
    sections = (
        (N_("The program"), _program(blank, translate)),
        (N_("The standard in force"), _standard(blank, translate)),
        (N_("Eligible"), _eligible(blank, programs, translate)),
        (N_("How to fill in the columns"), _columns(columns, translate)),
        (N_("Before you send it"), _sending(translate)),
    )
    row = 1
    for title, lines in sections:
        put(sheet, row, 1, translate(title)).font = Font(name=FONT, bold=True, size=12)
        for column in (1, 2):
            sheet.cell(row, column).fill = _SECTION
        for word, sentence in lines:
            row += 1
            put(sheet, row, 1, word).font = Font(name=FONT, bold=True)
            put(sheet, row, 2, sentence)
            sheet.row_dimensions[row].height = _LINE_HEIGHT * _lines(word, sentence)
        row += 2
    for letter, width in _WIDTHS.items():
        sheet.column_dimensions[letter].width = width
    sheet.sheet_view.showGridLines = False
    sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", _A4
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)


def _lines(word: str, sentence: str) -> int:
    """The number of lines that the row needs."""
    texts = ((word, _WIDTHS["A"]), (sentence, _WIDTHS["B"]))
    return max(-(-text_width(text) // (width - 2)) for text, width in texts)


def _program(blank: BlankRoster, translate: Translate) -> Iterator[Line]:
    yield translate(N_("Program")), blank.program.name(blank.language)
    yield translate(N_("Period")), blank.period.label(translate)
    if blank.school:
        yield translate(N_("School")), blank.school


def _standard(blank: BlankRoster, translate: Translate) -> Iterator[Line]:
    program = blank.program
    standard = program.standard_for(blank.period)
    if standard is None:
        yield translate(N_("Amount")), translate(N_("No standard is known for this period; ask the aid office."))
        return
    for rate in blank.rates:
        yield _for_whom(rate, blank, translate), _how_much(rate, blank, translate)
    if standard.average_fen:
        average = translate(_AVERAGES[program.cadence]).format(amount=amount_text(standard.average_fen))
        yield translate(N_("Average")), average
    if standard.start:
        yield translate(N_("In force from")), standard.start.label(translate)
    if standard.reference:  # not the program's, which may belong to another standard
        yield translate(N_("Document")), standard.reference


def _for_whom(rate: Rate, blank: BlankRoster, translate: Translate) -> str:
    return ", ".join(meant_for(rate, blank.language)) or translate(_EACH.get(blank.program.stage, N_("Each pupil")))


def _how_much(rate: Rate, blank: BlankRoster, translate: Translate) -> str:
    amount = amount_text(rate.low_fen, rate.high_fen)
    per_period = translate(_PER_PERIOD[blank.program.cadence]).format(amount=amount)
    if rate.basis == "school-fee":
        return translate(N_("The school's approved fee: {amount}")).format(amount=per_period)
    return per_period


def _eligible(blank: BlankRoster, programs: Mapping[str, Program], translate: Translate) -> Iterator[Line]:
    program, language = blank.program, blank.language
    if program.entry_years:
        yield translate(N_("Year of entry")), _span(program.entry_years.low, program.entry_years.high, translate)
    if program.ages:
        ages = _span(program.ages.low, program.ages.high, translate)
        yield translate(N_("Age")), translate(N_("At the start of the term usually: {ages}")).format(ages=ages)
    if program.grades:
        yield translate(N_("Grade")), "、".join(program.grades)
    if program.note:
        yield translate(N_("Note")), translate(program.note)
    others = [programs[code].name(language) for code in program.excludes if code in programs]
    if others:
        yield translate(N_("Excludes")), ("、" if language == "zh" else "; ").join(others)


def _span(low: int | None, high: int | None, translate: Translate) -> str:
    if low is None or high is None:
        template = translate(N_("{high} or before")) if low is None else translate(N_("{low} or later"))
        return template.format(low=low, high=high)
    return f"{low}–{high}"


def _columns(columns: Sequence[TemplateColumn], translate: Translate) -> Iterator[Line]:
    for column in columns:
        how = translate(column.how)
        yield column.header, translate(N_("Required. {how}")).format(how=how) if column.required else how


def _sending(translate: Translate) -> Iterator[Line]:
    yield (
        translate(N_("The rows")),
        translate(
            N_(
                "One pupil per row. You may insert, delete and sort rows; leave the title and the headers as they "
                "are. Persons and yuan are counted above the headers, so no total line is needed."
            )
        ),
    )
    yield (
        translate(N_("Pasting")),
        translate(
            N_(
                "Paste values only, so that the checks stay. Pasted cells are not refused, but turn red if wrong, "
                "orange if an ID number is repeated, yellow if something is missing."
            )
        ),
    )
    yield (
        translate(N_("Privacy")),
        translate(
            N_(
                "ID and card numbers and everything about children are sensitive personal information. Enter only "
                "what is asked for; send the file in the way set by the aid office, never through chat groups; "
                "delete copies that are no longer needed."
            )
        ),
    )
    yield (
        translate(N_("Password")),
        translate(N_("Set none: a workbook with a password cannot be read.")),
    )
