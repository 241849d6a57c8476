"""Lines with the rows that explain their differences."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from aidledger.domain.published import PublishedReport
from aidledger.reconcile.behind import Behind
from aidledger.reconcile.behind_declared import misdeclared
from aidledger.reconcile.behind_entries import not_confirmed, off_standard
from aidledger.reconcile.behind_sums import beyond_allotment, groups_of
from aidledger.reconcile.line import Line
from aidledger.reconcile.standard import Judge

if TYPE_CHECKING:
    from sqlalchemy import Connection


def explained(
    books: Connection, judge: Judge, lines: Iterable[Line], reports: Mapping[str, PublishedReport]
) -> list[Line]:
    """The lines, each with the rows behind its difference; ``reports``: the published reports, by code."""
    return [line if line.ok else replace(line, entries=_behind(books, judge, line, reports)) for line in lines]


def _behind(books: Connection, judge: Judge, line: Line, reports: Mapping[str, PublishedReport]) -> Sequence[Behind]:
    if line.check == "standard":
        return list(off_standard(books, judge, line))
    if line.check == "payment":
        return list(not_confirmed(books, line))
    if line.check == "declared":
        return list(misdeclared(books, line))
    if line.check == "allotment":
        return list(beyond_allotment(books, line))
    report = reports.get(line.source or "")
    return [] if report is None else list(groups_of(books, report, line))
