"""Which money column pays under which program."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from aidledger.domain.place import Place, column_letter
from aidledger.domain.problem import Problem
from aidledger.domain.program import Program
from aidledger.sheets.header import ROLE_RANK, Header, MoneyColumn
from aidledger.sheets.titles import Surroundings


@dataclass(frozen=True, slots=True)
class Payment:
    """A program, or None where it was not recognised, and the column of its amounts."""

    program: str | None
    column: MoneyColumn | None


def payments_of(
    header: Header, around: Surroundings, programs: Mapping[str, Program], by_hand: str | None, place: Place
) -> tuple[list[Payment], list[Problem]]:
    """What a table pays, and what keeps us from knowing it. Nothing is guessed."""
    named_by_title = [by_hand] if by_hand else around.programs(programs)
    if named_by_title is None:
        everything = list(dict.fromkeys(code for said in around.sources for code in said.programs))
        return _unresolved(header, _problem("program-ambiguous", place, programs=", ".join(everything)))
    by_program: dict[str, list[MoneyColumn]] = {}
    for column in header.money:
        if not column.programs:
            continue
        fitting = _fitting(column, named_by_title, around.stages(), programs)
        if len(fitting) > 1:
            return _unresolved(header, _problem("program-ambiguous", place, programs=", ".join(fitting)))
        if fitting:
            by_program.setdefault(fitting[0], []).append(column)
    if by_hand:
        by_program = {code: columns for code, columns in by_program.items() if code == by_hand}
    if len(by_program) > 1:
        return _several(header, by_program, named_by_title, place)
    return _single(header, by_program, named_by_title, place)


def _fitting(column: MoneyColumn, named: list[str], stages: set[str], programs: Mapping[str, Program]) -> list[str]:
    by_title = [code for code in column.programs if code in named]
    by_stage = [code for code in column.programs if programs[code].stage in stages]
    return by_title or by_stage or list(column.programs)


def _several(
    header: Header, by_program: dict[str, list[MoneyColumn]], named: list[str], place: Place
) -> tuple[list[Payment], list[Problem]]:
    payments, problems = [], []
    for code, columns in by_program.items():
        column, problem = _best(header, columns, code, place)
        payments.append(Payment(code, column))
        problems += problem
    problems += [_missing(header, code, place) for code in named if code not in by_program]
    return payments, problems


def _single(
    header: Header, by_program: dict[str, list[MoneyColumn]], named: list[str], place: Place
) -> tuple[list[Payment], list[Problem]]:
    codes = list(by_program) if by_program and (not named or set(by_program) <= set(named)) else named
    unnamed = [column for column in header.money if not column.programs]
    if len(named) > 1:
        if not by_program:
            return _unresolved(header, _problem("program-ambiguous", place, programs=", ".join(named)))
        return _several(header, by_program, named, place)
    if not codes:
        return _unresolved(header, _problem("program-unknown", place))
    column, problems = _best(header, [*by_program.get(codes[0], ()), *unnamed], codes[0], place)
    return [Payment(codes[0], column)], problems


def _best(
    header: Header, columns: list[MoneyColumn], code: str, place: Place
) -> tuple[MoneyColumn | None, list[Problem]]:
    if not columns:
        return None, [_missing(header, "amount", place)]
    rank = min(ROLE_RANK[column.role] for column in columns)
    best = [column for column in columns if ROLE_RANK[column.role] == rank]
    if len(best) > 1:
        candidates = ", ".join(f"{column_letter(column.index)} {column.header}" for column in best)
        return None, [_problem("missing-column", place, field=code, headers=candidates)]
    return best[0], []


def _unresolved(header: Header, problem: Problem) -> tuple[list[Payment], list[Problem]]:
    column = min(header.money, key=lambda column: ROLE_RANK[column.role], default=None)
    return [Payment(None, column)], [problem]


def _missing(header: Header, name: str, place: Place) -> Problem:
    return _problem("missing-column", place, field=name, headers=", ".join(text for text in header.texts if text))


def _problem(code: str, place: Place, **facts: object) -> Problem:
    return Problem(code, place, facts)
