"""Summaries as tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from aidledger.catalogue.catalogue import Catalogue
from aidledger.domain.money import wan_text, yuan_text
from aidledger.domain.part import part_text
from aidledger.domain.table import Answer, Cell, Column, Kind
from aidledger.domain.term import Period
from aidledger.i18n import N_, Language, translator
from aidledger.operations.views import Viewed
from aidledger.presentation.columns import AMOUNT, PERSON_TIMES, PERSONS, PROGRAM, Shape
from aidledger.presentation.result import Result, table
from aidledger.reports.figures import figure_text
from aidledger.reports.stated import StatedSum
from aidledger.reports.summary import Summary, SummaryGroup
from aidledger.store.postings.totals import LedgerFigures

FIGURE_COLUMNS = (
    PERSON_TIMES,
    PERSONS,
    AMOUNT,
    Column("amount_wan", N_("Amount (10k yuan)"), "wan", narrows=""),
)
DIMENSION_TITLES = {
    "program": N_("Program"),
    "school": N_("School"),
    "period": N_("Period"),
    "calendar-year": N_("Calendar year"),
    "school-year": N_("School year"),
    "term": N_("Term"),
    "stage": N_("Stage"),
    "level": N_("Level"),
    "tier": N_("Tier"),
    "grade": N_("Grade"),
    "category": N_("Category"),
    "source": N_("Funding source"),
    "payment": N_("Payment"),
    "part": N_("Part of the term"),
}
_KINDS: Mapping[str, Kind] = {
    "stage": "word",
    "period": "period",
    "calendar-year": "period",
    "school-year": "period",
    "term": "word",
    "level": "word",
    "source": "word",
    "payment": "word",
}
# The kinds of cuts whose values are words to translate.
WORDS = (
    *(N_("spring"), N_("autumn"), N_("year")),
    *(N_("set-off"), N_("lent"), N_("paid"), N_("sent-back"), N_("no-answer")),
    *(N_("all sources"), N_("central"), N_("provincial"), N_("city"), N_("county")),
)
TITLE = N_("Student aid {first} to {last}")
NOTES = (
    N_("Person-times: one person, one program, one semester. Persons: distinct people in the cell's scope."),
    N_("Loans are lent, not given, and are not part of aid."),
)
PAID_NOTE = N_(
    "Only what was paid is counted: payments confirmed by a bank return, amounts set off against fees, and loans, "
    "which the bank pays. Excess payments, which are to be claimed back, are not."
)
_STATED = N_("{program}: by documents")
STATED_NOTE = N_(
    "By documents: a number and an amount by school, without a list of pupils. They are in no total, and no persons "
    "can be counted."
)
SOURCES_NOTE = N_(
    "Amounts are split by each source's share of the money allotted to a program and period, exact to the fen. "
    "People are not split: they are counted once, under all sources. No source: nothing was allotted."
)


def summary_result(viewed: Viewed[Summary], catalogue: Catalogue, language: Language) -> Result:
    """``report summary``; its workbook has charts."""
    summary = viewed.found
    answer = (_by_group if summary.by else _by_program)(summary, catalogue, language)

    def bind(finished: Answer) -> bytes:
        from aidledger.reports.charts import chart_sheet  # noqa: PLC0415 - openpyxl is slow to load
        from aidledger.reports.summary_workbook import summary_workbook  # noqa: PLC0415

        extra = chart_sheet(summary, catalogue, language)
        translate = translator(language)
        return summary_workbook(finished, translate, catalogue.district, chart=not summary.by, extra=extra)

    return Result(lambda: _shape(summary, catalogue, language), table(answer), head=viewed.head, bind=bind)


def paragraph_result(text: str) -> Result:
    """``report summary --format text``."""
    return Result(lambda: {"text": text}, text=lambda: text)


def _by_program(summary: Summary, catalogue: Catalogue, language: str) -> Answer:
    """Every program of the catalogue, then total aid and loans."""
    rows: list[Sequence[Cell]] = []
    traces: list[str] = []
    for code, figures in summary.programs.items():
        name = catalogue.programs[code].name(language)
        rows.append((name, *_cells(figures)))
        traces.append(_trace(summary, {"program": code}))
        stated = summary.stated.get(code)
        if stated is not None:  # no entry stands behind it, and nobody is named
            label = translator(language)(_STATED).format(program=name)
            rows.append((label, stated.person_times, None, stated.amount_fen, stated.amount_fen))
            traces.append("")
    return Answer(
        title=TITLE,
        columns=(PROGRAM, *FIGURE_COLUMNS),
        rows=rows,
        totals=_totals(summary, 1),
        notes=_notes(summary),
        facts=_span(summary),
        traces=traces + _total_traces(summary),
    )


def _by_group(summary: Summary, catalogue: Catalogue, language: Language) -> Answer:
    """One row per group."""
    rows: list[Sequence[Cell]] = []
    for group in summary.groups:
        named = [_named(name, value, catalogue, language) for name, value in group.by.items()]
        kind = () if "program" in summary.by else (N_("Loan") if group.repaid else N_("Aid"),)
        rows.append((*named, *kind, *_group_cells(group)))
    kind_column = () if "program" in summary.by else (Column("kind", N_("Kind"), "word"),)
    columns = (
        *(Column(name, DIMENSION_TITLES[name], _KINDS.get(name, "text")) for name in summary.by),
        *kind_column,
    )
    return Answer(
        title=TITLE,
        columns=(*columns, *FIGURE_COLUMNS),
        rows=rows,
        totals=_totals(summary, len(columns)),
        notes=_notes(summary),
        facts=_span(summary),
        traces=[_group_trace(summary, group) for group in summary.groups] + _total_traces(summary),
    )


def _notes(summary: Summary) -> Sequence[str]:
    sources = (SOURCES_NOTE,) if "source" in summary.by else ()
    stated = (STATED_NOTE,) if summary.stated else ()
    return (*NOTES, *stated, *sources, *((PAID_NOTE,) if summary.count == "paid" else ()))


def _trace(summary: Summary, of: Mapping[str, str | None]) -> str:
    """A figure of the summary, by which ``report entries`` finds its entries."""
    span = {} if "period" in of else {"from": summary.first, "to": summary.last}
    counted = {"count": summary.count} if summary.count != "posted" else {}
    return figure_text({**of, **counted, **{end: code for end, code in span.items() if code}})


def _group_trace(summary: Summary, group: SummaryGroup) -> str:
    kind = {} if "program" in group.by else {"kind": "loan" if group.repaid else "aid"}
    return _trace(summary, {**group.by, **kind})


def _total_traces(summary: Summary) -> list[str]:
    return [_trace(summary, {"kind": kind}) for kind in ("aid", "loan")]


def _cells(figures: LedgerFigures) -> tuple[Cell, ...]:
    return figures.person_times, figures.persons, figures.amount_fen, figures.amount_fen


def _group_cells(group: SummaryGroup) -> tuple[Cell, ...]:
    times, persons, *amounts = _cells(group.figures)
    return (*((times, persons) if group.counts else (None, None)), *(amounts if group.pays else (None, None)))


def _totals(summary: Summary, labels: int) -> Sequence[Sequence[Cell]]:
    blanks = (None,) * (labels - 1)
    return [(N_("Aid in total"), *blanks, *_cells(summary.aid)), (N_("Loans"), *blanks, *_cells(summary.loans))]


def _span(summary: Summary) -> dict[str, object]:
    ends = {"first": summary.first, "last": summary.last}
    return {name: Period.parse(code) if code else "—" for name, code in ends.items()}


def _named(name: str, value: str | None, catalogue: Catalogue, language: Language) -> str | None:
    if name == "part" and value:
        return part_text(value, translator(language))
    return catalogue.programs[value].name(language) if name == "program" and value else value


def _stated_figures(stated: StatedSum) -> Shape:
    return {"person_times": stated.person_times, "amount": yuan_text(stated.amount_fen)}


def _shape(summary: Summary, catalogue: Catalogue, language: str) -> Shape:
    """``report summary``."""
    shape: Shape = {
        "from": summary.first,
        "to": summary.last,
        "count": summary.count,
        "programs": [
            {
                "code": code,
                "name": catalogue.programs[code].name(language),
                "unit": catalogue.programs[code].unit,
                **_figures(figures),
            }
            for code, figures in summary.programs.items()
        ],
        "aid": _figures(summary.aid),
        "loans": _figures(summary.loans),
    }
    if summary.stated:
        shape["stated"] = [
            {"code": code, "name": catalogue.programs[code].name(language), **_stated_figures(summary.stated[code])}
            for code in summary.programs
            if code in summary.stated
        ]
    if summary.by:
        groups = [{**group.by, "loan": group.repaid, **_group_figures(group)} for group in summary.groups]
        shape |= {"by": list(summary.by), "groups": groups}
    return shape


def _figures(figures: LedgerFigures) -> Shape:
    return {
        "person_times": figures.person_times,
        "persons": figures.persons,
        "amount": yuan_text(figures.amount_fen),
        "amount_wan": wan_text(figures.amount_fen),
    }


def _group_figures(group: SummaryGroup) -> Shape:
    counted, paid = {"person_times", "persons"}, {"amount", "amount_wan"}
    unsaid = (set() if group.counts else counted) | (set() if group.pays else paid)
    return {name: None if name in unsaid else value for name, value in _figures(group.figures).items()}
