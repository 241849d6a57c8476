"""Schools by program in one term: what was posted, waits, was returned or is missing; who is to be reminded."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from aidledger.domain.money import yuan_text
from aidledger.domain.table import Answer, Cell, Column
from aidledger.i18n import N_, Language, translator
from aidledger.presentation.columns import AMOUNT, PERSON_TIMES, PROGRAM, SCHOOL, Shape
from aidledger.presentation.result import Result, table
from aidledger.reports.figures import figure_text
from aidledger.store.postings.totals import LedgerFigures

if TYPE_CHECKING:
    from aidledger.catalogue.catalogue import Catalogue
    from aidledger.operations.gathering import Gathered, Pair
    from aidledger.operations.views import Viewed

_TITLE = N_("Schools by program, {period}")
# How a cell stands, in the order of the legend.
STANDINGS: Mapping[str, str] = {
    "posted": N_("A number: person-times that are posted."),
    "sent": N_("sent: files wait in the inbox and can be posted."),
    "returned": N_("returned: files in the inbox have to be corrected by the school."),
    "missing": N_("missing: sent for the previous term, or for the same term last year, but not for this one."),
    "none": N_("Blank: nothing came, and nothing was expected."),
}
_CELLS: Mapping[str, str] = {
    "sent": N_("sent: {count}"),
    "returned": N_("returned: {count}"),
    "missing": N_("missing"),
}
# Why a roster is owed.
_OWED: Mapping[str, str] = {"missing": N_("missing"), "returned": N_("to be corrected")}
_MISSING = Column("missing", N_("Missing"), "count")


@dataclass(frozen=True, slots=True)
class Reminder:
    """What a school is to be told: its name, and the text."""

    school: str
    text: str


def matrix_result(viewed: Viewed[Gathered], catalogue: Catalogue, language: Language) -> Result:
    """The rosters of a term, by school and program."""
    found = viewed.found
    return Result(lambda: _shape(found, catalogue), table(_answer(found, catalogue, language)), head=viewed.head)


def owing_result(viewed: Viewed[Gathered], catalogue: Catalogue, language: Language) -> Result:
    """The rosters that schools owe: nothing came, or what came has to be corrected."""
    found = viewed.found
    return Result(lambda: _owing_shape(found, catalogue), table(_owing(found, catalogue, language)), head=viewed.head)


def reminders(found: Gathered, catalogue: Catalogue, language: Language) -> list[Reminder]:
    """For each school that owes rosters, a text to send it."""
    translate = translator(language)
    comma = translate(N_(", "))
    texts, programs = [], found.programs(catalogue)
    for school in found.schools:
        pairs = [(school, code) for code in programs if found.owed((school, code))]
        if not pairs:
            continue
        missing = [catalogue.programs[code].name(language) for _, code in pairs if found.missing((school, code))]
        wrong = [catalogue.programs[code].name(language) for _, code in pairs if not found.missing((school, code))]
        lines = [
            translate(N_("{school}, rosters for {period}:")).format(school=school, period=found.period.label(translate))
        ]
        if missing:
            lines.append(
                translate(N_("Not received yet: {programs}. Please send them.")).format(programs=comma.join(missing))
            )
        if wrong:
            lines.append(
                translate(
                    N_("To be corrected and sent again: {programs}. The marked copies say what is wrong.")
                ).format(programs=comma.join(wrong))
            )
        texts.append(Reminder(school, "\n".join(lines)))
    return texts


def standing(found: Gathered, pair: Pair) -> str:
    """A cell's state: the most urgent that applies."""
    if found.missing(pair):
        return "missing"
    if found.returned(pair):
        return "returned"
    if found.sent(pair):
        return "sent"
    return "posted" if pair in found.posted else "none"


def _cell(found: Gathered, pair: Pair, language: Language) -> Cell:
    """A number where all is posted; else words."""
    posted = found.posted.get(pair)
    counts = {"sent": len(found.sent(pair)), "returned": len(found.returned(pair)), "missing": int(found.missing(pair))}
    translate = translator(language)
    words = [translate(_CELLS[name]).format(count=count) for name, count in counts.items() if count]
    if not words:
        return posted.person_times if posted else None
    return "; ".join([f"{posted.person_times:,}", *words] if posted else words)


def _answer(found: Gathered, catalogue: Catalogue, language: Language) -> Answer:
    programs, schools = found.programs(catalogue), found.schools
    columns = (
        SCHOOL,
        *(
            Column(code, catalogue.programs[code].name(language), "count", narrows=figure_text({"program": code}))
            for code in programs
        ),
        PERSON_TIMES,
        AMOUNT,
        _MISSING,
    )
    by_school: dict[str, list[LedgerFigures]] = {school: [] for school in schools}
    by_program: dict[str, list[LedgerFigures]] = {code: [] for code in programs}
    for (school, code), figures in found.posted.items():
        by_school[school].append(figures)
        by_program[code].append(figures)
    rows: list[Sequence[Cell]] = [
        (
            school,
            *(_cell(found, (school, code), language) for code in programs),
            *_sums(by_school[school]),
            sum(found.missing((school, code)) for code in programs) or None,
        )
        for school in schools
    ]
    of_program = [_sums(figures)[0] for figures in by_program.values()]
    missing = [sum(found.missing((school, code)) for school in schools) for code in programs]
    term = {"from": found.period.code, "to": found.period.code}
    return Answer(
        _TITLE,
        columns,
        rows,
        totals=[
            (N_("Total"), *of_program, *_sums(found.posted.values()), None),
            (N_("Missing"), *missing, None, None, sum(missing)),
        ],
        notes=list(STANDINGS.values()),
        facts={"period": found.period},
        traces=[*(figure_text({**term, "school": school}) for school in schools), figure_text(term), ""],
    )


def _sums(figures: Iterable[LedgerFigures]) -> tuple[int, int]:
    counted = list(figures)
    return sum(one.person_times for one in counted), sum(one.amount_fen for one in counted)


def _shape(found: Gathered, catalogue: Catalogue) -> Shape:
    return {
        "period": found.period.code,
        "schools": [
            {
                "school": school,
                "programs": {
                    code: _pair_shape(found, (school, code))
                    for code in found.programs(catalogue)
                    if standing(found, (school, code)) != "none"
                },
            }
            for school in found.schools
        ],
    }


def _pair_shape(found: Gathered, pair: Pair) -> Shape:
    figures = found.posted.get(pair, LedgerFigures())
    return {
        "person_times": figures.person_times,
        "amount": yuan_text(figures.amount_fen),
        "state": standing(found, pair),
        "sent": len(found.sent(pair)),
        "returned": len(found.returned(pair)),
    }


def _owed(found: Gathered, catalogue: Catalogue) -> list[Pair]:
    programs = found.programs(catalogue)
    return [(school, code) for school in found.schools for code in programs if found.owed((school, code))]


def _owing(found: Gathered, catalogue: Catalogue, language: Language) -> Answer:
    pairs = _owed(found, catalogue)
    rows: list[Sequence[Cell]] = []
    for pair in pairs:
        due = found.expected.get(pair)
        rows.append(
            (
                pair[0],
                catalogue.programs[pair[1]].name(language),
                _OWED[standing(found, pair)],
                len(found.returned(pair)) or None,
                due.before.code if due else None,
                due.person_times if due else None,
            )
        )
    columns = (
        SCHOOL,
        PROGRAM,
        Column("state", N_("State"), "word"),
        Column("files", N_("Files to be corrected"), "count"),
        Column("before", N_("Last sent for"), "period"),
        Column("before_person_times", N_("Person-times then"), "count"),
    )
    facts = {"period": found.period, "count": len(pairs), "schools": len({school for school, _ in pairs})}
    return Answer(N_("{schools} schools owe {count} rosters for {period}"), columns, rows, facts=facts)


def _owing_shape(found: Gathered, catalogue: Catalogue) -> Shape:
    shapes = []
    for pair in _owed(found, catalogue):
        due = found.expected.get(pair)
        shapes.append(
            {
                "school": pair[0],
                "program": pair[1],
                "state": standing(found, pair),
                "files": len(found.returned(pair)),
                "before": due.before.code if due else None,
                "before_person_times": due.person_times if due else None,
            }
        )
    return {"period": found.period.code, "owing": shapes}
