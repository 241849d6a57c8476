"""Schools by program in one term: what was posted, and where nothing was."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from aidledger.catalogue.catalogue import Catalogue
from aidledger.domain.money import yuan_text
from aidledger.domain.table import Answer, Cell, Column
from aidledger.domain.term import Period
from aidledger.i18n import N_, Language
from aidledger.operations.views import Viewed
from aidledger.presentation.columns import AMOUNT, PERSON_TIMES, SCHOOL, Shape
from aidledger.presentation.result import Result, table
from aidledger.reports.figures import figure_text
from aidledger.reports.summary import Summary
from aidledger.store.postings.totals import LedgerFigures

_TITLE = N_("Schools by program, {period}")
_NOTE = N_("Person-times. Blank: nothing was posted for the school and program in this term.")


def matrix_result(viewed: Viewed[Summary], period: Period | None, catalogue: Catalogue, language: Language) -> Result:
    """A summary by school and program of one period."""
    found = viewed.found
    return Result(lambda: _shape(found, period), table(_answer(found, period, catalogue, language)), head=viewed.head)


def _by_school(found: Summary) -> dict[str, dict[str, LedgerFigures]]:
    schools: dict[str, dict[str, LedgerFigures]] = {}
    for group in found.groups:
        school, program = group.by["school"], group.by["program"]
        if school is not None and program is not None:
            schools.setdefault(school, {})[program] = group.figures
    return schools


def _answer(found: Summary, period: Period | None, catalogue: Catalogue, language: Language) -> Answer:
    schools = _by_school(found)
    programs = [code for code in catalogue.programs if any(code in paid for paid in schools.values())]
    columns = (
        SCHOOL,
        *(
            Column(code, catalogue.programs[code].name(language), "count", narrows=figure_text({"program": code}))
            for code in programs
        ),
        PERSON_TIMES,
        AMOUNT,
    )
    rows: list[Sequence[Cell]] = [
        (school, *(paid[code].person_times if code in paid else None for code in programs), *_sums(paid.values()))
        for school, paid in schools.items()
    ]
    of_program = (sum(paid[code].person_times for paid in schools.values() if code in paid) for code in programs)
    term = {"from": found.first, "to": found.last} if period else {}
    every = [figures for paid in schools.values() for figures in paid.values()]
    return Answer(
        _TITLE,
        columns,
        rows,
        totals=[(N_("Total"), *of_program, *_sums(every))],
        notes=[_NOTE],
        facts={"period": period or "—"},
        traces=[figure_text({**term, "school": school}) for school in schools] + [figure_text(term)],
    )


def _sums(figures: Iterable[LedgerFigures]) -> tuple[int, int]:
    counted = list(figures)
    return sum(one.person_times for one in counted), sum(one.amount_fen for one in counted)


def _shape(found: Summary, period: Period | None) -> Shape:
    return {
        "period": period.code if period else None,
        "schools": [
            {
                "school": school,
                "programs": {
                    code: {"person_times": figures.person_times, "amount": yuan_text(figures.amount_fen)}
                    for code, figures in paid.items()
                },
            }
            for school, paid in _by_school(found).items()
        ],
    }
