"""Coverage by stage of education, as JSON and as a table."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from aidledger.domain.table import Answer, Cell, Column
from aidledger.i18n import N_
from aidledger.presentation.result import Result, table

if TYPE_CHECKING:
    from aidledger.domain.term import Period
    from aidledger.operations.views import Viewed
    from aidledger.reports.coverage import Coverage


def coverage_result(viewed: Viewed[Sequence[Coverage]], period: Period) -> Result:
    """Pupils on the registers of a term, and how many of them are aided; beside the schools on the page."""
    return Result(lambda: _shape(viewed.found, period), table(_answer(viewed.found, period)), head=viewed.head)


def share_text(one: Coverage) -> str:
    """The share in percent with one decimal: ``"12.5%"``."""
    return f"{100 * one.aided / one.enrolled:.1f}%"


def _answer(found: Sequence[Coverage], period: Period) -> Answer:
    columns = (
        Column("level", N_("Level"), "word"),
        Column("enrolled", N_("On registers"), "count"),
        Column("aided", N_("Of these aided"), "count"),
        Column("share", N_("Coverage")),
    )
    rows = [(one.level or N_("not stated"), one.enrolled, one.aided, share_text(one)) for one in found]
    whole = sum(one.enrolled for one in found), sum(one.aided for one in found)
    totals: list[Sequence[Cell]] = [(N_("Total"), *whole, None)]
    notes = (
        N_("Enrolled by the registers of this term. Aided: by any program but loans, for this term or its year."),
        N_("Aided pupils whom no register names are not counted here."),
    )
    return Answer(N_("Coverage by stage, {period}"), columns, rows, totals, notes, {"period": period})


def _shape(found: Sequence[Coverage], period: Period) -> dict[str, object]:
    stages = [{"level": one.level, "enrolled": one.enrolled, "aided": one.aided} for one in found]
    return {"period": period.code, "stages": stages}
