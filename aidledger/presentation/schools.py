"""The ledger's schools, and what joining two of them did, as tables and as JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aidledger.domain.money import yuan_text
from aidledger.domain.table import Answer, Column
from aidledger.i18n import N_, Language, translator
from aidledger.presentation.catalogues import listed
from aidledger.presentation.columns import SCHOOL, Shape
from aidledger.presentation.result import Result, Tables

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aidledger.domain.succession import Succession
    from aidledger.operations.schools import Joined, SchoolList
    from aidledger.operations.views import Viewed
    from aidledger.store.postings.totals import LedgerFigures

_KINDS = {"rename": N_("renamed"), "merge": N_("merged"), "undo": N_("told apart again")}
_SHEETS = (N_("Schools"), N_("Renamed and merged"))
_FIGURES = (
    Column("person_times", N_("Person-times"), "count"),
    Column("persons", N_("Persons"), "count"),
    Column("amount", N_("Amount"), "yuan"),
)


def schools_result(viewed: Viewed[SchoolList], language: Language) -> Result:
    """``office schools``."""
    return Result(lambda: _shape(viewed.found), lambda: _tables(viewed.found, language), head=viewed.head)


def _tables(found: SchoolList, language: Language) -> Tables:
    tables = [(_SHEETS[0], _schools(found, language))]
    return [*tables, (_SHEETS[1], _successions(found))] if found.successions else tables


def joined_result(joined: Joined, language: Language) -> Result:
    """``office schools rename``, ``merge`` and ``undo``."""
    return Result(lambda: _joined_shape(joined), lambda: [("", _joined(joined, language))], head=joined.head)


def _schools(found: SchoolList, language: Language) -> Answer:
    """One row per school."""
    translate = translator(language)
    columns = (
        SCHOOL,
        Column("stages", N_("Stages")),
        Column("aliases", N_("Other names")),
        Column("former", N_("Joined to it")),
    )
    rows = [
        (
            one.name,
            listed(map(translate, one.stages), language) or None,
            listed(one.aliases, language) or None,
            listed([*one.former, *one.partly], language) or None,
        )
        for one in found.schools
    ]
    facts = {"apart": listed((f"{name} → {school}" for name, school in found.apart), language)}
    notes = (N_("Another name of a school in the office's folder, but a school of its own here: {apart}. Merge them?"),)
    return Answer(N_("Schools"), columns, rows, notes=notes if found.apart else (), facts=facts)


def _successions(found: SchoolList) -> Answer:
    """One row per renaming or merger."""
    columns = (
        SCHOOL,
        Column("kind", N_("What"), "word"),
        Column("into", N_("Counts as")),
        Column("stage", N_("Stage"), "word"),
        Column("date", N_("On")),
        Column("reason", N_("Reason"), "message"),
        Column("by", N_("By")),
        Column("at", N_("Recorded"), "time"),
        Column("undone", N_("Undone"), "message"),
    )
    return Answer(N_("Renamed and merged"), columns, [_succession(one) for one in found.successions])


def _succession(one: Succession) -> tuple[str | None, ...]:
    undone = None if one.in_force else f"{one.undone_by}: {one.undone_for}"
    return (one.school, _KINDS[one.kind], one.into, one.stage, one.date, one.reason, one.by, one.at, undone)


def _joined(joined: Joined, language: Language) -> Answer:
    """The figures of the schools before and after."""
    columns = (Column("when", N_("When"), "word"), SCHOOL, *_FIGURES)
    rows = [
        (when, school, one.person_times, one.persons, one.amount_fen)
        for when, figures in ((N_("before"), joined.before), (N_("after"), joined.after))
        for school, one in figures.items()
    ]
    titles = {
        "rename": N_("{school} is {into} now"),
        "merge": N_("{school} counts as {into}"),
        "undo": N_("{school} no longer counts as {into}"),
    }
    notes = []
    if joined.stage is not None:
        notes.append(N_("Only what is paid under programs of this stage: {stage}."))
    if joined.twice:
        notes.append(N_("Paid by both to one person under one program and term: {twice}. The audit names them."))
    facts = {"school": joined.school, "into": joined.into, "twice": joined.twice}
    facts["stage"] = translator(language)(joined.stage) if joined.stage else ""
    return Answer(titles[joined.kind], columns, rows, notes=notes, facts=facts)


def _shape(found: SchoolList) -> Shape:
    return {
        "schools": [
            {
                "name": one.name,
                "stages": one.stages,
                "aliases": one.aliases,
                "former": one.former,
                "partly": one.partly,
            }
            for one in found.schools
        ],
        "successions": [
            {
                "number": one.number,
                "kind": one.kind,
                "school": one.school,
                "into": one.into,
                "stage": one.stage,
                "date": one.date,
                "reason": one.reason,
                "at": one.at,
                "by": one.by,
                "in_force": one.in_force,
                "undone": None
                if one.in_force
                else {"at": one.undone_at, "by": one.undone_by, "reason": one.undone_for},
            }
            for one in found.successions
        ],
        "apart": [{"name": name, "school": school} for name, school in found.apart],
    }


def _joined_shape(joined: Joined) -> Shape:
    return {
        "done": joined.kind,
        "school": joined.school,
        "into": joined.into,
        "stage": joined.stage,
        "before": _figures(joined.before),
        "after": _figures(joined.after),
        "twice": joined.twice,
    }


def _figures(figures: Mapping[str, LedgerFigures]) -> list[Shape]:
    return [
        {
            "school": school,
            "person_times": one.person_times,
            "persons": one.persons,
            "amount": yuan_text(one.amount_fen),
        }
        for school, one in figures.items()
    ]
