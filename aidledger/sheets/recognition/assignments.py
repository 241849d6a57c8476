"""Programs and periods by row (资助项目, 学期, 年份), as many county systems export them."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache

from aidledger.domain.problem import Problem
from aidledger.domain.program import Program
from aidledger.domain.term import Period, semester_of
from aidledger.sheets.recognition.cells import is_blank, text_of
from aidledger.sheets.recognition.columns import StudentRows
from aidledger.sheets.recognition.part_words import has_year, months_in_cell
from aidledger.sheets.recognition.terms import folded_title, half_in, semesters, terms_in, years
from aidledger.sheets.recognition.titles import Surroundings, source_of

# Year, term and month as a row words them.
_Wording = tuple[str, str, str]
_TWO_YEARS = re.compile(r"20\d\d[-—–~/至]20\d\d", re.ASCII)
_TERMS = {"1": "第1学期", "2": "第2学期", "一": "第1学期", "二": "第2学期", "上": "上学期", "下": "下学期"}
_BOTH = re.compile(r"全年|全学年|两|双")


@dataclass(slots=True)
class Assignments:
    """By line the program and the period that it is paid for; None where they were not recognised."""

    programs: list[str | None]
    periods: list[Period | None]
    problems: list[Problem] = field(default_factory=list)

    def groups(self) -> dict[tuple[str | None, Period | None], list[int]]:
        """The lines of each program and period."""
        lines: dict[tuple[str | None, Period | None], list[int]] = {}
        for line, key in enumerate(zip(self.programs, self.periods, strict=True)):
            lines.setdefault(key, []).append(line)
        return lines


def assigned_by_row(students: StudentRows) -> bool:
    """Whether rows name program or period: in columns for them, for year and month, or for dated months."""
    fields = students.header.fields.keys()
    if {"program", "term"} & fields or fields >= {"year", "month"}:
        return True
    index = students.header.index("month")
    first = next((row[index] for row in students.rows if row[index] != ""), "") if index is not None else ""
    return any(map(has_year, months_in_cell(first)))


def assign(
    students: StudentRows,
    around: Surroundings,
    programs: Mapping[str, Program],
    program_by_hand: str | None,
    period_by_hand: Period | None,
) -> Assignments:
    """Read the program and period of every line.

    Where a cell is blank the title counts; where both name one, they must agree. ``program_by_hand`` takes the place of
    the title, ``period_by_hand`` that of title and cell.
    """
    named = [program_by_hand] if program_by_hand else around.programs(programs) or []
    result = Assignments([], [])
    read_program = cache(lambda text: _programs_in(text, around, programs))
    read_period = cache(lambda wording, code: _periods_in(wording, around, programs[code]))
    for line in range(len(students.rows)):
        code = _program(students, line, named, read_program, result)
        result.programs.append(code)
        period = period_by_hand
        if code is not None and (period is None or not programs[code].takes(period)):
            period, problem = _period(students, line, programs[code], read_period)
            result.problems += [problem] if problem else []
        result.periods.append(period)
    return result


def _program(
    students: StudentRows,
    line: int,
    named: list[str],
    read: Callable[[str], list[str]],
    result: Assignments,
) -> str | None:
    index = students.header.index("program")
    text = "" if index is None else text_of(students.rows[line][index])
    found = named if is_blank(text) else read(text)
    agreed = [code for code in found if code in named] if named and not is_blank(text) else found
    if len(agreed) == 1:
        return agreed[0]
    several = agreed or [*found, *named]
    place = students.place(line, index)
    if several and found:
        result.problems.append(Problem("program-ambiguous", place, {"programs": ", ".join(dict.fromkeys(several))}))
    else:
        result.problems.append(Problem("program-unknown", place))
    return None


def _period(
    students: StudentRows, line: int, program: Program, read: Callable[[_Wording, str], list[Period]]
) -> tuple[Period | None, Problem | None]:
    found = read(_wording(students, line), program.code)
    if len(found) == 1:
        return found[0], None
    codes = " / ".join(period.code for period in dict.fromkeys(found))
    facts = {"cadence": program.cadence, "found": f" ({codes})" if codes else ""}
    header = students.header
    index = next((i for name in ("term", "month") if (i := header.index(name)) is not None), None)
    return None, Problem("period-unknown", students.place(line, index), facts)


def _wording(students: StudentRows, line: int) -> _Wording:
    texts = []
    for name in ("year", "term", "month"):
        index = students.header.index(name)
        text = "" if index is None else text_of(students.rows[line][index])
        texts.append("" if is_blank(text) else folded_title(text))
    year, term, month = texts
    index = students.header.index("month")
    if index is not None and isinstance(students.rows[line][index], date):
        month = "/".join(months_in_cell(students.rows[line][index]))
    index = students.header.index("year")
    if year and index is not None:
        school_year = "学年" in students.header.texts[index] or bool(_TWO_YEARS.fullmatch(year))
        year = f"{year}学年" if school_year and "学年" not in year else f"{year}年" if year.isdigit() else year
    return year, _TERMS.get(term, term), month


def _periods_in(wording: _Wording, around: Surroundings, program: Program) -> list[Period]:
    """The periods that a row may be paid for: exactly one where its cells and the title leave no doubt."""
    year, term, month = wording
    named = terms_in(year + term)[0]
    titled = around.periods(program)
    if program.cadence == "year":
        return _agreed(years(named), titled, wording)
    if semesters(named):
        return _agreed(semesters(named), titled, wording)
    if month and not term:
        return _agreed(_in_month(year, month), titled, wording)
    half = half_in(term)
    if half and (titled or not year):
        return around.semesters_in(half, term)
    if half or _BOTH.search(term):
        return []
    return _agreed([], titled, wording)


def _agreed(own: list[Period], titled: list[Period], wording: _Wording) -> list[Period]:
    """The periods that row and title agree on, or all of both; where only one names any, those of the one.

    The title does not stand in for a dated month of the row that was not recognised.
    """
    if own and titled:
        return [period for period in own if period in titled] or [*own, *titled]
    year, term, month = wording
    dated_month = month and year and not term
    return own or ([] if dated_month else titled)


def _in_month(year: str, text: str) -> list[Period]:
    """The semester of one or more months in a year; autumn is August to January."""
    named = terms_in(year)[0]
    months = months_in_cell(text)
    if not months or "学年" in year:
        return []
    found: set[Period] = set()
    for month in months:
        years = {int(month[:4])} if has_year(month) else {period.year for period in named}
        if len(years) != 1 or not years.issuperset(period.year for period in named):
            return []
        later = month[-2:] < months[0][-2:] and not has_year(month)
        found.add(semester_of(date(years.pop() + later, int(month[-2:]), 1)))
    return list(found) if len(found) == 1 else []


def _programs_in(text: str, around: Surroundings, programs: Mapping[str, Program]) -> list[str]:
    cell = source_of(text, programs.values())
    if cell.programs:
        return cell.programs
    running = {code: program for code, program in programs.items() if program.in_force}
    by_word = [code for code, program in running.items() if any(word in cell.text for word in program.words.column)]
    stages = cell.stages or around.stages()
    return [code for code in by_word if programs[code].stage in stages] or by_word
