"""Programs and their standards as JSON and as tables."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from aidledger.domain.money import yuan_text
from aidledger.domain.table import Answer, Cell, Column
from aidledger.i18n import N_, Language, Translate, translator
from aidledger.presentation.columns import (
    Shape,
)
from aidledger.presentation.result import Result, table

if TYPE_CHECKING:
    from aidledger.catalogue.catalogue import Catalogue
    from aidledger.domain.program import Program, Rate, Standard
    from aidledger.domain.term import Period


def programs_result(catalogue: Catalogue, period: Period, language: Language) -> Result:
    """``programs``."""
    return Result(
        lambda: {"programs": [_shape(program, language) for program in catalogue.programs.values()]},
        table(_programs(catalogue, period, language)),
    )


def program_result(program: Program, language: Language) -> Result:
    """``program CODE``."""
    return Result(lambda: _shape(program, language), table(_program(program, language)))


def _programs(catalogue: Catalogue, period: Period, language: Language) -> Answer:
    """The catalogue with the standards of a period."""
    columns = (
        Column("code", N_("Code")),
        Column("name", N_("Program")),
        Column("unit", N_("Counted in"), "word"),
        Column("standard", N_("Per period (yuan)")),
        Column("since", N_("Since"), "period"),
    )
    rows: list[Sequence[Cell]] = []
    for program in catalogue.programs.values():
        standard = program.standard_for(period)
        since = standard.start.code if standard and standard.start else None
        rows.append((program.code, program.name(language), program.unit, _rates(standard) if standard else None, since))
    return Answer(N_("Programs, with the standards for {period}"), columns, rows, facts={"period": period})


def _program(one: Program, language: Language) -> Answer:
    """One program's standards through time."""
    translate = translator(language)
    columns = (
        Column("from", N_("From"), "period"),
        Column("rates", N_("Per period (yuan)")),
        Column("average", N_("Average"), "yuan"),
        Column("reference", N_("Document")),
    )
    rows = [
        (
            standard.start.code if standard.start else None,
            "; ".join(_rate(rate, translate) for rate in standard.rates),
            standard.average_fen,
            standard.reference or "—",
        )
        for standard in one.standards
    ]
    facts = {
        "code": one.code,
        "name": one.name(language),
        "reference": one.reference or "—",
        "note": translate(one.note) if one.note else "—",
        "excludes": ", ".join(one.excludes) or "—",
    }
    notes = (
        N_("Document of the program: {reference}. A dash means that none was found."),
        N_("Excludes: {excludes}."),
        "{note}",
    )
    return Answer("{code}: {name}", columns, rows, notes=notes, facts=facts)


def _rates(standard: Standard) -> str:
    return ", ".join(dict.fromkeys(_rate_amount(rate) for rate in standard.rates))


def _rate_amount(rate: Rate) -> str:
    low, high = (yuan_text(fen).removesuffix(".00") for fen in (rate.low_fen, rate.high_fen))
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
