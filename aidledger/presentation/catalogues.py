"""Programs and their standards as JSON and as tables."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from aidledger.domain.money import yuan_text
from aidledger.domain.table import Answer, Cell, Column, period_text
from aidledger.i18n import N_, Language, Translate, translator
from aidledger.presentation.columns import (
    Shape,
)
from aidledger.presentation.result import Result, table

if TYPE_CHECKING:
    from aidledger.catalogue.catalogue import Catalogue
    from aidledger.domain.program import Ending, Program, Rate, Standard
    from aidledger.domain.term import Period


def programs_result(catalogue: Catalogue, period: Period, language: Language) -> Result:
    """``programs``: those that the office runs."""
    return Result(
        lambda: {
            "region": catalogue.region,
            "programs": [_shape(program, language) for program in catalogue.in_force.values()],
            "not_in_force": [code for code, program in catalogue.programs.items() if not program.in_force],
        },
        table(_programs(catalogue, period, language)),
    )


def program_result(catalogue: Catalogue, program: Program, language: Language) -> Result:
    """``program CODE``."""
    return Result(lambda: _shape(program, language), table(_program(catalogue, program, language)))


def _programs(catalogue: Catalogue, period: Period, language: Language) -> Answer:
    """The programs that the office runs, with the standards of a period."""
    columns = (
        Column("code", N_("Code")),
        Column("name", N_("Program")),
        Column("unit", N_("Counted in"), "word"),
        Column("standard", N_("Per period (yuan)")),
        Column("since", N_("Since"), "period"),
    )
    translate = translator(language)
    rows: list[Sequence[Cell]] = []
    for program in catalogue.in_force.values():
        standard = program.standard_for(period)
        since = standard.start.code if standard and standard.start else None
        rows.append((program.code, program.name(language), program.unit, _in_term(program, period, translate), since))
    idle = [program.name(language) for program in catalogue.programs.values() if not program.in_force]
    notes = (
        N_("Standards: {region}."),
        *((N_("In the catalogue, but not in force: {idle}."),) if idle else ()),
    )
    facts = {
        "period": period,
        "region": catalogue.regions[catalogue.region].name(language),
        "idle": listed(idle, language),
    }
    return Answer(N_("Programs, with the standards for {period}"), columns, rows, notes=notes, facts=facts)


def listed(names: Iterable[str], language: Language) -> str:
    """Names one after the other, as a language separates them."""
    return ("、" if language == "zh" else ", ").join(names)


def _in_term(program: Program, period: Period, translate: Translate) -> str | None:
    """The amounts of a period in short; None where there is no standard yet."""
    if program.ended(period):
        return translate(N_("ended"))
    standard = program.standard_for(period)
    if standard is None:
        return None if program.standards else translate(N_("the office's own"))
    return _rates(standard)


def _program(catalogue: Catalogue, one: Program, language: Language) -> Answer:
    """One program's standards through time."""
    translate = translator(language)
    columns = (
        Column("from", N_("From"), "period"),
        Column("rates", N_("Per period (yuan)")),
        Column("average", N_("Average"), "yuan"),
        Column("reference", N_("Document")),
        Column("remark", N_("Remarks")),
    )
    rows = [
        (
            standard.start.code if standard.start else None,
            "; ".join(_rate(rate, translate) for rate in standard.rates),
            standard.average_fen,
            standard.reference or "—",
            _remark(standard, translate) or None,
        )
        for standard in one.standards
    ]
    facts = {
        "code": one.code,
        "name": one.name(language),
        "region": catalogue.regions[catalogue.region].name(language),
        "reference": one.reference or "—",
        "note": translate(one.note) if one.note else "—",
        "excludes": ", ".join(one.excludes) or "—",
        "recipients": catalogue.programs[one.for_recipients_of].name(language) if one.for_recipients_of else "",
        "endings": "; ".join(_ending(ending, translate) for ending in one.ends),
    }
    return Answer("{code}: {name}", columns, rows, notes=_program_notes(one), facts=facts)


def _program_notes(one: Program) -> Sequence[str]:
    """What is to be said below a program's standards."""
    believed = N_("Document of the program: {reference} (believed, not found).")
    found = N_("Document of the program: {reference}. A dash means that none was found.")
    return (
        N_("Standards: {region}."),
        *(() if one.in_force else (N_("Not in force: the office has not switched it on."),)),
        *(
            ()
            if one.standards
            else (N_("No national standard: the amounts are the office's own, and never off standard."),)
        ),
        believed if one.believed else found,
        N_("Excludes: {excludes}."),
        *((N_("For whoever gets this: {recipients}."),) if one.for_recipients_of else ()),
        *((N_("Last paid: {endings}."),) if one.ends else ()),
        "{note}",
    )


def _remark(standard: Standard, translate: Translate) -> str:
    """What is believed only, and the note."""
    marks = {"document": N_("document believed, not found"), "amounts": N_("amounts in part believed, not found")}
    words = [translate(marks[what]) for what in standard.believed]
    return "; ".join([*words, *([translate(standard.note)] if standard.note else [])])


def _ending(ending: Ending, translate: Translate) -> str:
    last = period_text(ending.last.code, translate)
    if ending.grade is not None:
        return translate(N_("{last} (year {grade} of the stage)")).format(last=last, grade=ending.grade)
    if ending.years is not None:
        return translate(N_("{last} (courses of {years} years)")).format(last=last, years=ending.years)
    return last


def _rates(standard: Standard) -> str:
    return ", ".join(dict.fromkeys(_rate_amount(rate) for rate in standard.rates))


def _rate_amount(rate: Rate) -> str:
    low, high = (yuan_text(fen).removesuffix(".00") for fen in (rate.low_fen, rate.high_fen))
    if rate.basis == "daily":
        return f"{low} × 1-{rate.high_fen // rate.low_fen}"
    return low if low == high else f"{low}-{high}"


def _rate(rate: Rate, translate: Translate) -> str:
    words = [translate(word) for word in (rate.label, rate.level, rate.boarding) if word]
    if rate.basis != "norm":
        words.append(translate(rate.basis))
    return f"{_rate_amount(rate)} ({', '.join(words)})" if words else _rate_amount(rate)


def _shape(program: Program, language: str) -> Shape:
    """One program with its standards."""
    return {
        "code": program.code,
        "name": program.name(language),
        "names": dict(program.names),
        "stage": program.stage,
        "nature": program.nature,
        "unit": program.unit,
        "cadence": program.cadence,
        "entry_years": str(program.entry_years) if program.entry_years else None,
        "ages": str(program.ages) if program.ages else None,
        "excludes": list(program.excludes),
        "reference": program.reference,
        "believed": program.believed,
        "in_force": program.in_force,
        "by_school": program.by_school,
        "for_recipients_of": program.for_recipients_of,
        "ends": [{"last": ending.last.code, "years": ending.years, "grade": ending.grade} for ending in program.ends],
        "note": program.note,
        "standards": [_standard(standard) for standard in program.standards],
        "fees": [
            {"school": fee.school, "from": fee.start and fee.start.code, "amount": yuan_text(fee.amount_fen)}
            for fee in program.fees
        ],
    }


def _standard(standard: Standard) -> Shape:
    return {
        "from": standard.start.code if standard.start else None,
        "average": None if standard.average_fen is None else yuan_text(standard.average_fen),
        "reference": standard.reference,
        "believed": list(standard.believed),
        "note": standard.note,
        "rates": [
            {
                "low": yuan_text(rate.low_fen),
                "high": yuan_text(rate.high_fen),
                "basis": rate.basis,
                "level": rate.level,
                "boarding": rate.boarding,
                "label": rate.label,
            }
            for rate in standard.rates
        ],
    }
