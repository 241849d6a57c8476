"""Programs from their files: an office's additions applied, standards sorted by date, amounts in 分 per period."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from decimal import Decimal

from aidledger.catalogue.models import (
    ALWAYS,
    NONE_FOUND,
    AdditionModel,
    DeadlineModel,
    FeeModel,
    ProgramModel,
    ShareModel,
    StandardModel,
    TurnedModel,
)
from aidledger.catalogue.strict_yaml import Document
from aidledger.domain.listing import SOURCES
from aidledger.domain.money import yuan_to_fen
from aidledger.domain.program import (
    Bounds,
    Cadence,
    Deadline,
    Ending,
    Fee,
    Majors,
    Program,
    Rate,
    Share,
    Standard,
    Turned,
    Words,
)
from aidledger.domain.school import school_name
from aidledger.domain.term import Period


def program_from(document: Document) -> Program:
    """Build a program from its file; raises CatalogueError."""
    model = document.validated(ProgramModel)
    words = Words(model.words.title, model.words.column, model.words.never, model.words.over)
    return Program(
        code=model.code,
        order=model.order,
        names=model.names.model_dump(),
        stage=model.stage,
        nature=model.nature,
        unit=model.unit,
        cadence=model.cadence,
        words=words,
        wording=model.wording,
        continues=model.continues,
        reference=_reference(model.reference),
        standards=_standards(document, model.standards, model.cadence, ()),
        fees=_fees(document, model.fees, ()),
        entry_years=Bounds(**model.entry_years.model_dump()) if model.entry_years else None,
        ages=Bounds(**model.ages.model_dump()) if model.ages else None,
        grades=model.grades,
        excludes=model.excludes,
        certified=model.certified,
        deadlines=_deadlines(model.deadlines),
        note=model.note,
        believed=model.believed,
        in_force=model.in_force,
        by_school=model.by_school,
        for_recipients_of=model.for_recipients_of,
        ends=tuple(Ending(Period.parse(ending.last), ending.years, ending.grade) for ending in model.ends),
        turned=_turned(model.turned),
        public_fee=model.public_fee,
        majors=Majors(**model.majors.model_dump()) if model.majors else None,
        shares=_shares(model.shares),
    )


def extended(program: Program, document: Document) -> Program:
    """Add a region's or an office's own standards, fees, deadlines and words to a program; raises CatalogueError."""
    model = document.validated(AdditionModel)
    return replace(
        program,
        standards=_standards(document, model.standards, program.cadence, program.standards),
        fees=_fees(document, model.fees, program.fees),
        deadlines=(*program.deadlines, *_deadlines(model.deadlines)),
        shares=(*program.shares, *_shares(model.shares)),
        wording=model.wording or program.wording,
        note=model.note or program.note,
        for_recipients_of=model.for_recipients_of or program.for_recipients_of,
    )


def _reference(text: str) -> str | None:
    return None if text == NONE_FOUND else text


def _start(text: str) -> Period | None:
    return None if text == ALWAYS else Period.parse(text)


def _fees(document: Document, models: Iterable[FeeModel], known: Iterable[Fee]) -> tuple[Fee, ...]:
    fees = {_fee_key(fee): fee for fee in known}
    for i, model in enumerate(models):
        start, reference = _start(model.start), _reference(model.reference)
        fee = Fee(school_name(model.school), start, yuan_to_fen(model.amount), reference)
        if fees.setdefault(_fee_key(fee), fee) is not fee:
            raise document.fault(f"two fees of {fee.school} begin with {model.start}", "fees", i)
    return tuple(fees[key] for key in sorted(fees))


def _fee_key(fee: Fee) -> tuple[str, tuple[object, ...]]:
    return fee.school, fee.start.sort_key if fee.start else ()


def _deadlines(models: Iterable[DeadlineModel]) -> tuple[Deadline, ...]:
    deadlines = []
    for model in models:
        month, day = map(int, model.by.split("-"))
        deadlines.append(Deadline(_start(model.start), model.term, month, day, _reference(model.reference)))
    return tuple(deadlines)


def _shares(models: Iterable[ShareModel]) -> tuple[Share, ...]:
    return tuple(Share(_start(model.start), _percents(model), _reference(model.reference)) for model in models)


def _percents(model: ShareModel) -> tuple[tuple[str, int], ...]:
    stated = ((source, getattr(model, source)) for source in SOURCES)
    return tuple((source, percent) for source, percent in stated if percent is not None)


def _turned(model: TurnedModel | None) -> Turned | None:
    return None if model is None else Turned(model.age, *map(int, model.by.split("-")))


def _standards(
    document: Document, models: tuple[StandardModel, ...], cadence: Cadence, known: tuple[Standard, ...]
) -> tuple[Standard, ...]:
    by_start = {standard.begins(): standard for standard in known}
    own_starts: set[date] = set()
    for i, model in enumerate(models):
        standard = _standard(document, i, model, cadence)
        begins = standard.begins()
        if begins in own_starts or (begins in by_start and not model.replaces):
            what = f"two standards begin with {model.start}; to put one in place of a shipped one, say replaces: true"
            raise document.fault(what, "standards", i)
        own_starts.add(begins)
        by_start[begins] = standard
    return tuple(by_start[begins] for begins in sorted(by_start))


def _standard(document: Document, i: int, model: StandardModel, cadence: Cadence) -> Standard:
    if model.per == "semester" and cadence == "year":
        raise document.fault("a program that is paid by the year has standards by the year", "standards", i, "per")
    periods = 2 if model.per == "year" and cadence == "semester" else 1

    def fen(yuan: Decimal | None) -> int:
        total = yuan_to_fen(yuan or Decimal(0))
        if total % periods:
            raise document.fault("half of it is no whole number of 分", "standards", i)
        return total // periods

    rates = tuple(
        Rate(
            low_fen=fen(rate.amount or rate.low),
            high_fen=fen(rate.amount or rate.high) * (rate.days or 1),
            basis=rate.basis,
            level=rate.level,
            boarding=rate.boarding,
            label=rate.label,
            categories=rate.categories,
        )
        for rate in model.rates
    )
    return Standard(
        start=_start(model.start),
        rates=rates,
        reference=_reference(model.reference),
        average_fen=fen(model.average) if model.average else None,
        grades=model.grades,
        note=model.note,
        fee_where_lower=model.fee_where_lower,
        believed=model.believed,
    )
