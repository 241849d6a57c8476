"""Rosters that say program or term row by row (资助项目, 学期, 年份), as many county systems export them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from aidledger.domain.problem import Problem
from aidledger.domain.program import Program
from aidledger.domain.term import Period
from aidledger.sheets.cells import is_blank, text_of
from aidledger.sheets.columns import StudentRows
from aidledger.sheets.terms import folded_title, semesters, terms_in, years
from aidledger.sheets.titles import Surroundings, said_by


@dataclass(slots=True)
class Assignments:
    """For each line the program and the period that it is paid under; None where that was not understood."""

    programs: list[str | None]
    periods: list[Period | None]
    problems: list[Problem] = field(default_factory=list)

    def groups(self) -> dict[tuple[str | None, Period | None], list[int]]:
        """The lines of each program and period."""
        found: dict[tuple[str | None, Period | None], list[int]] = {}
        for line, key in enumerate(zip(self.programs, self.periods, strict=True)):
            found.setdefault(key, []).append(line)
        return found


def assigned_by_row(students: StudentRows) -> bool:
    """Whether the header has a column for the program or the term."""
    return any(name in students.header.fields for name in ("program", "term"))


def assign(
    students: StudentRows,
    around: Surroundings,
    programs: Mapping[str, Program],
    program_by_hand: str | None,
    period_by_hand: Period | None,
) -> Assignments:
    """Read program and term of every line.

    Where a cell is blank the title counts; where both speak, both must agree.
    """
    named = [program_by_hand] if program_by_hand else around.programs(programs) or []
    result = Assignments([], [])
    read_program = _remembered(lambda text: _programs_in(text, around, programs))
    for line in range(len(students.rows)):
        code = _program(students, line, named, read_program, result)
        result.programs.append(code)
        period = period_by_hand
        if code is not None and (period is None or not programs[code].takes(period)):
            period = _period(students, line, around, programs[code], result)
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
    if several:
        result.problems.append(Problem("program-ambiguous", place, {"programs": ", ".join(dict.fromkeys(several))}))
    else:
        result.problems.append(Problem("program-unknown", place))
    return None


def _period(
    students: StudentRows, line: int, around: Surroundings, program: Program, result: Assignments
) -> Period | None:
    pick = semesters if program.cadence == "semester" else years
    texts = []
    for name in ("year", "term"):
        index = students.header.index(name)
        text = "" if index is None else text_of(students.rows[line][index])
        if not is_blank(text):
            texts.append(f"{text}年" if name == "year" and text.isdigit() else text)
    found = pick(terms_in(folded_title("".join(texts)))[0]) if texts else []
    around_it = around.periods(program)
    agreed = [period for period in found if period in around_it] if found and around_it else found or around_it
    if len(agreed) == 1:
        return agreed[0]
    said = " / ".join(period.code for period in dict.fromkeys([*found, *around_it]))
    facts = {"cadence": program.cadence, "found": f" ({said})" if said else ""}
    result.problems.append(Problem("period-unknown", students.place(line, students.header.index("term")), facts))
    return None


def _programs_in(text: str, around: Surroundings, programs: Mapping[str, Program]) -> list[str]:
    said = said_by(text, programs.values())
    if said.programs:
        return said.programs
    by_word = [code for code, program in programs.items() if any(word in said.text for word in program.words.column)]
    stages = said.stages or around.stages()
    return [code for code in by_word if programs[code].stage in stages] or by_word


def _remembered(read: Callable[[str], list[str]]) -> Callable[[str], list[str]]:
    known: dict[str, list[str]] = {}

    def once(text: str) -> list[str]:
        if text not in known:
            known[text] = read(text)
        return known[text]

    return once
