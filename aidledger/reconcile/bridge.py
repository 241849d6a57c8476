"""The bridge between two cuts: the first figure, less what only it includes, plus what only the second includes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Literal

from sqlalchemy import ColumnElement, Connection, case, func, literal, select

from aidledger.catalogue.catalogue import Catalogue
from aidledger.domain.cut import Cut
from aidledger.domain.term import Period
from aidledger.store.model.tables import Batch, Entry, ProgramRow
from aidledger.store.postings.person_times import CLAIM, NAMES_PARTS, surpluses

StepKind = Literal["from", "only-from", "only-to", "to"]


@dataclass(frozen=True, slots=True)
class Atom:
    """Entries that neither cut separates: of one program and period, payments or reversals (negative).

    ``in_first`` and ``in_second``: whether the cut includes the day of posting; always true for a cut by periods.
    ``person_times``: those that the entries added (negative: removed); further parts of a person-time add none.
    """

    program: str
    period: str
    reversal: bool
    in_first: bool
    in_second: bool
    person_times: int
    amount_fen: int


@dataclass(frozen=True, slots=True)
class Step:
    """A row of a bridge; for what only one cut includes, ``label`` is the period. Deductions are negative.

    All steps before the last add up to it. ``reversal``: the step is about reversed payments.
    """

    kind: StepKind
    label: str
    person_times: int
    amount_fen: int
    reversal: bool = False


@dataclass(frozen=True, slots=True)
class Bridge:
    """The steps from one cut's figure to the other's, for a program, or (None) for all aid or all loans."""

    program: str | None
    repaid: bool
    steps: Sequence[Step]


def bridges(books: Connection, catalogue: Catalogue, first: Cut, second: Cut, *, by_program: bool) -> list[Bridge]:
    """The bridges with any figure, in catalogue order; loans are never added to aid."""
    atoms = [*_atoms(books, first, second), *_further_parts(books, first, second)]
    repaid = {code: program.repaid for code, program in catalogue.programs.items()}
    keys: list[tuple[str | None, bool]] = [(None, False), (None, True)]
    if by_program:
        keys = [(program.code, program.repaid) for program in catalogue.programs.values()]
    found = []
    for code, loan in keys:
        own = [atom for atom in atoms if (code is None or atom.program == code) and repaid[atom.program] == loan]
        steps = bridge(own, first, second)
        if len(steps) > 2 or any(step.person_times or step.amount_fen for step in steps):  # noqa: PLR2004 - both ends
            found.append(Bridge(code, loan, steps))
    return found


def bridge(atoms: Iterable[Atom], first: Cut, second: Cut) -> list[Step]:
    """The steps from the first cut to the second.

    The figure of a cut by days is what those days added; a person-time paid in parts was added by its first part.
    """
    start, end = [0, 0], [0, 0]
    only: dict[tuple[bool, Period, bool], list[int]] = {}
    for atom in atoms:
        period = Period.parse(atom.period)
        in_first = first.holds(period) and atom.in_first
        in_second = second.holds(period) and atom.in_second
        if in_first:
            _add(start, atom, 1)
        if in_second:
            _add(end, atom, 1)
        if in_first != in_second:
            # Only a cut by days separates a payment from its reversal; in a cut by periods the two cancel out.
            apart = atom.reversal and (first.by_day or second.by_day)
            _add(only.setdefault((in_second, period, apart), [0, 0]), atom, -1 if in_first else 1)
    between = [
        Step("only-to" if in_second else "only-from", period.code, count, amount, apart)
        for (in_second, period, apart), (count, amount) in sorted(only.items(), key=_step_order)
        if count or amount
    ]
    return [Step("from", first.code, start[0], start[1]), *between, Step("to", second.code, end[0], end[1])]


def _add(figure: list[int], atom: Atom, sign: int) -> None:
    figure[0] += sign * atom.person_times
    figure[1] += sign * atom.amount_fen


def _step_order(step: tuple[tuple[bool, Period, bool], list[int]]) -> tuple[object, ...]:
    (in_second, period, apart), _ = step
    return in_second, period.sort_key, apart


def _atoms(books: Connection, first: Cut, second: Cut) -> list[Atom]:
    """All entries ever posted, grouped; entries and their reversals cancel out."""
    reversal = Entry.c.reversal_of.is_not(None)
    entry = (
        select(
            ProgramRow.c.code,
            Entry.c.period,
            case((reversal, 1), else_=0).label("reversal"),
            _posted_in(first).label("in_first"),
            _posted_in(second).label("in_second"),
            case((reversal, -1), else_=1).label("sign"),
            Entry.c.amount_fen,
        )
        .join(ProgramRow, ProgramRow.c.id == Entry.c.program_id)
        .join(Batch, Batch.c.id == Entry.c.batch_id)
        .subquery()
    )
    keys = (entry.c.code, entry.c.period, entry.c.reversal, entry.c.in_first, entry.c.in_second)
    grouped = select(
        *keys, func.sum(entry.c.sign).label("person_times"), func.sum(entry.c.amount_fen).label("amount_fen")
    ).group_by(*keys)
    return [
        Atom(
            row.code,
            row.period,
            bool(row.reversal),
            bool(row.in_first),
            bool(row.in_second),
            int(row.person_times),
            int(row.amount_fen),
        )
        for row in books.execute(grouped)
    ]


def _further_parts(books: Connection, first: Cut, second: Cut) -> list[Atom]:
    """The deductions for payments that are further parts of a person-time.

    For each interval between the moments at which a cut begins or ends: by how much its payments increased the number
    of further parts, and then by how much its reversals reduced it.
    """
    if books.execute(NAMES_PARTS).first() is None:
        return []
    moments = sorted({moment for cut in (first, second) if cut.by_day for moment in cut.moments()})
    found = []
    before: _Surplus = {}
    for begin, end in pairwise(["", *moments, None]):
        inside = [not cut.by_day or cut.moments()[0] <= str(begin) < cut.moments()[1] for cut in (first, second)]
        added = _surplus(books, entered=end, reversed_=begin)
        after = _surplus(books, entered=end, reversed_=end)
        for reversal, (earlier, later) in ((False, (before, added)), (True, (added, after))):
            for key in earlier.keys() | later.keys():
                more = later.get(key, 0) - earlier.get(key, 0)
                found.append(Atom(*key, reversal, inside[0], inside[1], -more, 0))
        before = after
    return found


# By program and period.
_Surplus = dict[tuple[str, str], int]


def _surplus(books: Connection, *, entered: str | None, reversed_: str | None) -> _Surplus:
    """The number of further parts among payments posted before one moment and not reversed before another."""
    reversal, batch = Entry.alias("reversal"), Batch.alias("reversing")
    undone = (
        select(reversal.c.id)
        .join(batch, batch.c.id == reversal.c.batch_id)
        .where(reversal.c.reversal_of == Entry.c.id, *_before(batch, reversed_))
    )
    paid = (
        select(ProgramRow.c.code, *(Entry.c[name] for name in (*CLAIM, "part")))
        .join(ProgramRow, ProgramRow.c.id == Entry.c.program_id)
        .join(Batch, Batch.c.id == Entry.c.batch_id)
        .where(Entry.c.reversal_of.is_(None), *_before(Batch, entered), ~undone.exists())
    )
    return {(code, period): n for (code, period), n in surpluses(books, paid.subquery(), "code", "period").items()}


def _before(batch: Any, moment: str | None) -> list[ColumnElement[bool]]:  # noqa: ANN401 - a table
    return [] if moment is None else [batch.c.posted_at < moment]


def _posted_in(cut: Cut) -> ColumnElement[int]:
    if not cut.by_day:
        return literal(1)
    begin, end = cut.moments()
    return case(((Batch.c.posted_at >= begin) & (Batch.c.posted_at < end), 1), else_=0)
