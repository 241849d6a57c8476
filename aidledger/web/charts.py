"""Bars drawn on the server: they print, and each leads where its figure leads.

Every chart stands above the table that holds its figures; what it tells by its shading, it tells by numbers, too.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from aidledger.domain.table import Answer, Cell, Column, period_text
from aidledger.i18n import N_, Translate
from aidledger.presentation.cells import cell_text
from aidledger.presentation.coverages import share_text
from aidledger.web.links import link

if TYPE_CHECKING:
    from aidledger.operations.results import FileResult
    from aidledger.reports.coverage import Coverage
    from aidledger.reports.summary import Summary

_TICKS = ("✓", "✗")
_LABELS = frozenset({"text", "word", "code", "period"})
_COMPARES_MIN = 2
# More bars than a page has lines are no picture; the table below has them all.
_BARS_MAX = 40


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar: its label, its figure as text, its length in hundredths of the longest, and where it leads."""

    label: str
    figure: str
    length: float
    href: str | None


@dataclass(frozen=True, slots=True)
class Segment:
    """A part of a stack, ``number`` in the chart's legend: where it begins and its length, in hundredths."""

    number: int
    label: str
    figure: str
    start: float
    length: float
    href: str | None


@dataclass(frozen=True, slots=True)
class Stack:
    """A bar of several parts; ``length``: of all, in hundredths of the longest stack."""

    label: str
    figure: str
    length: float
    segments: Sequence[Segment]


@dataclass(frozen=True, slots=True)
class Stacks:
    """Stacks, and what the numbers of their segments stand for."""

    stacks: Sequence[Stack]
    legend: Sequence[tuple[int, str]]


@dataclass(frozen=True, slots=True)
class Pair:
    """Two bars under one label: what others printed, which leads nowhere, and what the ledger holds."""

    label: str
    printed: Bar
    held: Bar
    agree: bool


def bars_of(answer: Answer, translate: Translate) -> Sequence[Bar]:
    """A bar for each row of a table that has a label and money; none for a single row, or where the amounts are nil."""
    labels = [i for i, column in enumerate(answer.columns) if column.kind in _LABELS]
    money = next((i for i, column in enumerate(answer.columns) if column.kind == "yuan"), None)
    if money is None or not labels:
        return []
    amounts = [int(row[money] or 0) for row in answer.rows]
    longest = max(amounts, default=0)
    if not _COMPARES_MIN <= len(amounts) <= _BARS_MAX or longest <= 0:
        return []
    column = answer.columns[money]
    return [
        Bar(
            label=" · ".join(filter(None, (_text(row[i], answer.columns[i], translate) for i in labels))),
            figure=_text(row[money], column, translate),
            length=_hundredths(amount, longest),
            href=link(answer, line, column, row[money]),
        )
        for line, (row, amount) in enumerate(zip(answer.rows, amounts, strict=True))
    ]


def counts_of(counts: Mapping[str, int], hrefs: Mapping[str, str] | None = None) -> Sequence[Bar]:
    """A bar for each thing that was counted, the most first."""
    longest = max(counts.values(), default=0)
    most_first = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))[:_BARS_MAX]
    return [
        Bar(label, f"{count:,}", _hundredths(count, longest), (hrefs or {}).get(label))
        for label, count in most_first
        if count
    ]


def problems_by_school(files: Sequence[FileResult], translate: Translate) -> Sequence[Bar]:
    """A bar for each school with problems in a delivery: how many its files have; a file of several counts in each."""
    counts: Counter[str] = Counter()
    for file in files:
        schools = [sheet.school for sheet in file.rosters] + [sheet.school for sheet in file.lists]
        named = dict.fromkeys(school for school in schools if school)
        for school in named or [translate(N_("school not recognised"))]:
            counts[school] += len(file.problems)
    return counts_of(counts)


def shares_of(found: Sequence[Coverage], translate: Translate) -> Sequence[Bar]:
    """A bar for each stage: the share of the pupils on registers who are aided; the whole width is all of them."""
    return [
        Bar(
            label=translate(one.level or N_("not stated")),
            figure=f"{share_text(one)} ({one.aided:,} / {one.enrolled:,})",
            length=_hundredths(one.aided, one.enrolled),
            href=None,
        )
        for one in found
    ]


def stacks_of(found: Summary, answer: Answer, translate: Translate) -> Stacks | None:
    """A stack for each period, of its programs; loans, which are no aid, stand in a stack of their own.

    None unless the summary is by program and period, and there is more than one of either. ``answer``: its table.
    """
    if set(found.by) != {"program", "period"}:
        return None
    at = {column.key: i for i, column in enumerate(answer.columns)}
    money = answer.columns[at["amount"]]
    parts: dict[tuple[str, bool], list[tuple[str, int, str, str | None]]] = {}
    for line, (group, row) in enumerate(zip(found.groups, answer.rows, strict=True)):
        said = _text(row[at["amount"]], money, translate), link(answer, line, money, row[at["amount"]])
        key = str(group.by["period"]), group.repaid
        parts.setdefault(key, []).append((str(row[at["program"]]), group.figures.amount_fen, *said))
    programs = dict.fromkeys(str(row[at["program"]]) for row in answer.rows)
    numbers = {program: number for number, program in enumerate(programs, 1)}
    longest = max((sum(fen for _, fen, *_ in some) for some in parts.values()), default=0)
    if len(answer.rows) < _COMPARES_MIN or longest <= 0:
        return None
    stacks = []
    for (period, lent), some in parts.items():
        whole = sum(fen for _, fen, *_ in some)
        kind = f" · {translate(N_('Loans'))}" if lent else ""
        stacks.append(
            Stack(
                label=period_text(period, translate) + kind,
                figure=_text(whole, money, translate),
                length=_hundredths(whole, longest),
                segments=_segments(some, numbers, longest),
            )
        )
    return Stacks(stacks, [(number, program) for program, number in numbers.items()])


def _segments(
    parts: Sequence[tuple[str, int, str, str | None]], numbers: Mapping[str, int], longest: int
) -> Sequence[Segment]:
    found, begun = [], 0
    for program, fen, figure, href in parts:
        start, length = _hundredths(begun, longest), _hundredths(fen, longest)
        found.append(Segment(numbers[program], program, figure, start, length, href))
        begun += fen
    return found


def pairs_of(answer: Answer, translate: Translate) -> Sequence[Pair]:
    """For each line of a comparison with a published report: the printed amount, and the ledger's below it."""
    at = {column.key: i for i, column in enumerate(answer.columns)}
    printed, held = at["published_wan"], at["ledger_wan"]
    longest = max((int(row[i] or 0) for row in answer.rows for i in (printed, held)), default=0)
    if longest <= 0:
        return []

    def bar(line: int, row: Sequence[Cell], i: int) -> Bar:
        column = answer.columns[i]
        text = _text(row[i], column, translate)
        return Bar(
            translate(column.title), text, _hundredths(int(row[i] or 0), longest), link(answer, line, column, row[i])
        )

    return [
        Pair(str(row[at["program"]]), bar(line, row, printed), bar(line, row, held), bool(row[at["ok"]]))
        for line, row in enumerate(answer.rows)
    ]


def _text(cell: Cell, column: Column, translate: Translate) -> str:
    return cell_text(cell, column, translate, _TICKS)


def _hundredths(amount: int, longest: int) -> float:
    return round(100 * max(0, amount) / longest, 2) if longest else 0.0
