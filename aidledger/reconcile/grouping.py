"""Lines of several periods put together by year."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from aidledger.domain.cut import YearCut, year_of
from aidledger.domain.term import Period
from aidledger.reconcile.line import Figures, Line

if TYPE_CHECKING:
    from aidledger.reconcile.behind import Behind


def grouped(lines: Iterable[Line], cut: YearCut) -> list[Line]:
    """One line per comparison, program, year (or term) and school, instead of one per period.

    A group is right where all its lines are: what is wrong in one term is not made good by the other. Lines of
    published figures have a span of their own and stay as they are.
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
    return [_together(groups[key], key[2] or "", cut) for key in in_order] + published


def _together(lines: Sequence[Line], year: str, cut: YearCut) -> Line:
    rows: list[Behind] = [row for line in lines for row in line.entries or ()]
    sources = dict.fromkeys(part for line in lines if line.source for part in line.source.split(", "))
    left = [line.left_fen for line in lines if line.left_fen is not None]
    return replace(
        lines[0],
        period=year,
        cut=cut,
        ok=all(line.ok for line in lines),
        expected=Figures(
            _expected([(line.expected.person_times, line.actual.person_times) for line in lines]),
            _expected([(line.expected.amount_fen, line.actual.amount_fen) for line in lines]),
        ),
        actual=Figures(
            sum(line.actual.person_times or 0 for line in lines) if _counts(lines) else None,
            sum(line.actual.amount_fen or 0 for line in lines),
        ),
        source=", ".join(sources) or None,
        entries=rows if any(line.entries is not None for line in lines) else None,
        left_fen=sum(left) if left else None,
    )


def _counts(lines: Sequence[Line]) -> bool:
    return any(line.actual.person_times is not None for line in lines)


def _expected(sides: Sequence[tuple[int | None, int | None]]) -> int | None:
    """The sum of what was expected; a line that expects nothing counts with what it holds, unless none expects."""
    if all(expected is None for expected, _ in sides):
        return None
    return sum((actual or 0) if expected is None else expected for expected, actual in sides)
