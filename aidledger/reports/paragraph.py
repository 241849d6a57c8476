"""The report's paragraph on student aid, in its original wording."""

from __future__ import annotations

from aidledger.catalogue.catalogue import Catalogue
from aidledger.domain.money import wan_text
from aidledger.domain.term import Period
from aidledger.reports.summary import Summary


def paragraph(summary: Summary, catalogue: Catalogue, years: dict[str, list[int]]) -> str:
    """One phrase for every program that paid something, in catalogue order; empty if none did.

    ``years``: by program code, the years of the periods that were paid.
    """
    text = ""
    stage_before = None
    for program in catalogue.programs.values():
        figures = summary.programs.get(program.code)
        if figures is None or not figures.person_times:
            continue
        phrase = program.wording.format(
            count=figures.persons if program.unit == "persons" else figures.person_times,
            amount=wan_text(figures.amount_fen),
            district=catalogue.district,
            year=_span(years.get(program.code, [])),
        )
        joint = "" if not text else "," if program.continues and program.stage == stage_before else ";"
        text += joint + phrase
        stage_before = program.stage
    return f"{text}。" if text else ""


def years_of(periods: dict[str, list[str]]) -> dict[str, list[int]]:
    """The years of period codes, by program."""
    return {code: sorted({Period.parse(period).year for period in some}) for code, some in periods.items()}


def _span(years: list[int]) -> str:
    if not years:
        return ""
    return str(years[0]) if len(years) == 1 else f"{years[0]}—{years[-1]}"
