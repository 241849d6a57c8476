"""Lines of several periods grouped by year."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import chain
from typing import TYPE_CHECKING

from aidledger.domain.cut import YearCut, year_of
from aidledger.domain.term import Period
from aidledger.reconcile.line import Figures, Line

if TYPE_CHECKING:
    from aidledger.reconcile.behind import Behind


def grouped(lines: Iterable[Line], cut: YearCut) -> list[Line]:
    """One line per comparison, program, year (or period of another cut) and school, instead of one per period.

    A group is right if all its lines are: opposite differences of two periods do not cancel out. Lines of published
    figures have a span of their own and stay as they are.
    """
    groups: dict[tuple[str | None, ...], list[Line]] = {}
    published = []
    for line in lines:
        if line.check == "report":
            published.append(line)
            continue
        year = year_of(Period.parse(line.period), cut)
        key = line.check, line.program, year, line.school, line.document, line.funding
        groups.setdefault(key, []).append(line)
    ranks = {key[:2]: rank for rank, key in reversed(list(enumerate(groups)))}
    in_order = sorted(groups, key=lambda key: (ranks[key[:2]], key[2] or ""))
    return [_sum(groups[key], key[2] or "", cut) for key in in_order] + published


def _sum(lines: Sequence[Line], year: str, cut: YearCut) -> Line:
    """One line for those of a year."""
    return replace(
        lines[0],
        period=year,
        cut=cut,
        ok=all(line.ok for line in lines),
        expected=_expected(lines),
        actual=_actual(lines),
        source=_sources(lines),
        entries=_rows(lines),
        left_fen=_total(line.left_fen for line in lines),
    )


def _expected(lines: Sequence[Line]) -> Figures:
    """The sum of what was expected; a line that expects nothing counts with its actual figure, unless all do."""
    pairs = [(line.expected, line.actual) for line in lines]
    person_times = [(expected.person_times, actual.person_times) for expected, actual in pairs]
    amounts = [(expected.amount_fen, actual.amount_fen) for expected, actual in pairs]
    return Figures(_expected_total(person_times), _expected_total(amounts))


def _expected_total(pairs: Sequence[tuple[int | None, int | None]]) -> int | None:
    if all(expected is None for expected, _ in pairs):
        return None
    return _total(actual if expected is None else expected for expected, actual in pairs)


def _actual(lines: Sequence[Line]) -> Figures:
    person_times = _total(line.actual.person_times for line in lines)
    return Figures(person_times, _total(line.actual.amount_fen for line in lines) or 0)


def _sources(lines: Sequence[Line]) -> str | None:
    """The distinct documents of the lines, in their order."""
    named = [line.source for line in lines if line.source]
    return ", ".join(dict.fromkeys(", ".join(named).split(", "))) or None


def _rows(lines: Sequence[Line]) -> list[Behind] | None:
    """The rows behind all differences; None if no line was explained."""
    explained = [line.entries for line in lines if line.entries is not None]
    return list(chain.from_iterable(explained)) if explained else None


def _total(figures: Iterable[int | None]) -> int | None:
    """The sum of the figures that are known; None if none is."""
    known = [figure for figure in figures if figure is not None]
    return sum(known) if known else None
