"""A blank roster for a school, made so that the import recognises it when it comes back."""

from __future__ import annotations

from datetime import date

from aidledger.catalogue.catalogue import Catalogue
from aidledger.domain.program import Program
from aidledger.domain.term import Period, semester_of
from aidledger.errors import SemesterWanted, TitleNotUnderstood, YearWanted
from aidledger.i18n import Language
from aidledger.sheets.recognition.titles import SourceCache, surroundings
from aidledger.sheets.template.roster import BlankRoster, roster_sheet, school_line, titles


def blank_roster(
    catalogue: Catalogue,
    code: str,
    period: Period | None,
    school: str | None,
    rows: int,
    language: Language,
    today: date,
) -> BlankRoster:
    """The template of a program for a period; by default the one that contains ``today``.

    Raises UnknownProgram, SemesterWanted, YearWanted, and TitleNotUnderstood if the import would not
    recognise program, period and school from the lines above the table.
    """
    program = catalogue.program(code)
    period = period or _present(program, today)
    if not program.takes(period):
        raise (SemesterWanted if program.cadence == "semester" else YearWanted)(program=code, period=period.code)
    endings = catalogue.layout.school_endings
    blank = BlankRoster(program, period, catalogue.school(school), rows, language, endings)
    _require_understood(blank, catalogue)
    return blank


def _present(program: Program, today: date) -> Period:
    semester = semester_of(today)
    return semester if program.takes(semester) else Period(semester.school_year)


def _require_understood(blank: BlankRoster, catalogue: Catalogue) -> None:
    lines = [*titles(blank), school_line(blank)]
    names = [roster_sheet(blank), ""]
    around = surroundings(
        [[line] for line in lines], names, [], SourceCache(catalogue.programs.values()), catalogue.layout
    )
    programs, periods = around.programs(catalogue.programs), around.periods(blank.program)
    if programs != [blank.program.code] or periods != [blank.period]:
        raise TitleNotUnderstood(title=lines[-2], what=blank.program.code)
    if blank.school and catalogue.school(around.school) != blank.school:
        raise TitleNotUnderstood(title=lines[-2], what=blank.school)
