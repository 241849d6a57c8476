"""A blank roster for a school, made so that the import recognises it when it comes back."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from aidledger.catalogue.catalogue import Catalogue
from aidledger.domain.identity import masked_words
from aidledger.domain.program import Program
from aidledger.domain.term import Period, semester_of
from aidledger.errors import NothingToSend, ProgramNotInForce, SemesterWanted, TitleNotUnderstood, YearWanted
from aidledger.i18n import Language, translator
from aidledger.sheets.formats.archive import safe_parts
from aidledger.sheets.recognition.titles import SourceCache, surroundings
from aidledger.sheets.template.roster import BlankRoster, roster_sheet, school_line, titles

ROWS = 500
_NAME_MAX_BYTES = 120
# Windows takes no file of these names, whatever its extension.
_DEVICES = frozenset({"con", "prn", "aux", "nul", *(f"{name}{n}" for name in ("com", "lpt") for n in range(1, 10))})


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

    Raises UnknownProgram, ProgramNotInForce, SemesterWanted, YearWanted, and TitleNotUnderstood if the import would not
    recognise program, period and school from the lines above the table.
    """
    program = catalogue.program(code)
    if not program.in_force:
        raise ProgramNotInForce(code=program.code)
    period = period or _present(program, today)
    if not program.takes(period):
        raise (SemesterWanted if program.cadence == "semester" else YearWanted)(program=code, period=period.code)
    endings = catalogue.layout.school_endings
    blank = BlankRoster(program, period, catalogue.school(school), rows, language, endings)
    _require_understood(blank, catalogue)
    return blank


def period_of(program: Program, period: Period) -> Period:
    """The period for which a program is paid in a term or year: of what is paid by the year, its school year."""
    if program.takes(period):
        return period
    return Period(period.school_year) if period.semester else Period(period.year, "autumn")


@dataclass(frozen=True, slots=True)
class WantedRoster:
    """A blank roster that a school is to get. ``rows``: how many with cell checks."""

    school: str
    program: str
    rows: int = ROWS


@dataclass(frozen=True, slots=True)
class BlankRosters:
    """Blank rosters as a .zip, for how many schools and of how many workbooks."""

    period: Period
    schools: int
    files: int
    content: bytes


def blank_workbook(
    catalogue: Catalogue, code: str, period: Period, school: str | None, language: Language, rows: int = ROWS
) -> bytes:
    """A blank roster as a workbook; raises as blank_roster does."""
    from aidledger.sheets.template.workbook import template_workbook  # noqa: PLC0415 - openpyxl is slow

    blank = blank_roster(catalogue, code, period, school, rows, language, period.start)
    return template_workbook(blank, catalogue.programs, translator(language))


def blank_workbooks(
    catalogue: Catalogue,
    period: Period,
    wanted: Sequence[WantedRoster],
    language: Language,
    progress: Callable[[int, int], None] = lambda _done, _total: None,
) -> BlankRosters:
    """Blank rosters as a .zip, for schools and programs: a folder for each school, a workbook for each program.

    A school whose name the import would not recognise gets one without its name, to fill in. Raises NothingToSend.
    """
    if not wanted:
        raise NothingToSend
    packed, names = io.BytesIO(), set[str]()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for done, one in enumerate(wanted):
            progress(done, len(wanted))
            program = catalogue.program(one.program)
            paid_for = period_of(program, period)
            try:
                content = blank_workbook(catalogue, program.code, paid_for, one.school, language, one.rows)
            except TitleNotUnderstood:
                content = blank_workbook(catalogue, program.code, paid_for, None, language, one.rows)
            stem = f"{file_name(one.school)}/{file_name(f'{program.name(language)} {paid_for.code}')}"
            name, number = f"{stem}.xlsx", 2
            while name.casefold() in names:
                name, number = f"{stem} ({number}).xlsx", number + 1
            names.add(name.casefold())
            archive.writestr(name, content)
    return BlankRosters(period, len({one.school for one in wanted}), len(wanted), packed.getvalue())


def file_name(text: str) -> str:
    """A text as the name of a file or folder on any system, without full numbers."""
    plain = "".join(sign if sign.isprintable() else "_" for sign in masked_words(text).replace("*", "x"))
    name = "_".join(safe_parts(plain.replace("/", "_").replace("\\", "_")))
    name = name.encode("utf-8", "replace")[:_NAME_MAX_BYTES].decode("utf-8", "ignore").strip(" .")
    return f"_{name}" if not name or name.split(".")[0].casefold() in _DEVICES else name


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
