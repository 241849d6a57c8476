"""Lists of entries as tables and as JSON."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from aidledger.domain.money import yuan_text
from aidledger.domain.table import Answer, Cell, Column
from aidledger.i18n import N_, Language, translator
from aidledger.presentation.columns import (
    ACCOUNT,
    AMOUNT,
    ENTRY,
    FILE,
    NAME,
    NUMBER,
    PERIOD,
    PERSON,
    PLACE,
    PROGRAM,
    ROW,
    SCHOOL,
    SHEET,
    STATE,
    Shape,
)
from aidledger.presentation.result import Result, table
from aidledger.reports.figures import parse_figure

if TYPE_CHECKING:
    from aidledger.audit.sampling import Sample
    from aidledger.catalogue.catalogue import Catalogue
    from aidledger.operations.views import Viewed
    from aidledger.reports.explaining import Explained
    from aidledger.store.postings.lookups import EntryRecord

ENTRY_COLUMNS = (
    ENTRY,
    PERSON,
    SHEET,
    ROW,
    NAME,
    NUMBER,
    PROGRAM,
    PERIOD,
    SCHOOL,
    AMOUNT,
    ACCOUNT,
    STATE,
)


def entry_cells(entry: EntryRecord, catalogue: Catalogue, language: Language) -> Sequence[Cell]:
    return (
        entry.entry,
        entry.person,
        entry.sheet,
        entry.row,
        entry.name_stated or entry.name,
        entry.number,
        catalogue.programs[entry.program].name(language),
        entry.period,
        entry.school,
        entry.amount_fen,
        entry.account,
        _state(entry),
    )


def _state(entry: EntryRecord) -> str:
    if entry.reversal_of is not None:
        return N_("reversal")
    return N_("in-force") if entry.in_force else N_("reversed")


def entry_shape(entry: EntryRecord) -> Shape:
    """An entry with its place; numbers are masked unless revealed."""
    return {
        "entry": entry.entry,
        "batch": entry.batch,
        "file": entry.file,
        "sheet": entry.sheet,
        "row": entry.row,
        "program": entry.program,
        "period": entry.period,
        "school": entry.school,
        "name": entry.name_stated or entry.name,
        "document_type": entry.document_type,
        "number": entry.number,
        "amount": yuan_text(entry.amount_fen),
        "account": entry.account,
        "level": entry.level,
        "boarding": entry.boarding,
        "grade": entry.grade,
        "class": entry.class_name,
        "tier": entry.tier,
        "category": entry.category,
        "entry_year": entry.entry_year,
        "part": entry.part,
        "reversal_of": entry.reversal_of,
        "in_force": bool(entry.in_force),
    }


def entries_result(viewed: Viewed[Explained], catalogue: Catalogue, language: Language) -> Result:
    """``report entries FIGURE``."""
    return Result(
        lambda: _explained_shape(viewed.found),
        table(_explained(viewed.found, catalogue, language)),
        head=viewed.head,
        reveal=viewed.revealed,
    )


def sample_result(viewed: Viewed[Sample], catalogue: Catalogue, language: Language) -> Result:
    """``sample``."""
    return Result(
        lambda: _sample_shape(viewed.found),
        table(_sampled(viewed.found, catalogue, language)),
        head=viewed.head,
        reveal=viewed.revealed,
    )


_PAYMENT_COLUMNS = (SCHOOL, NAME, NUMBER, PROGRAM, PERIOD, AMOUNT)


def _payment_cells(entry: EntryRecord, catalogue: Catalogue, language: Language) -> tuple[Cell, ...]:
    """Who was paid what, for what."""
    program = catalogue.programs[entry.program].name(language)
    return (entry.school, entry.name_stated or entry.name, entry.number, program, entry.period, entry.amount_fen)


_EXPLAINED_COLUMNS = (ENTRY, *PLACE, *_PAYMENT_COLUMNS)


def _explained(found: Explained, catalogue: Catalogue, language: Language) -> Answer:
    """The entries behind a figure, and the figure below them."""
    rows: list[Sequence[Cell]] = [
        (
            *(entry.entry, entry.roster_batch, entry.file, entry.sheet, entry.row),
            *_payment_cells(entry, catalogue, language),
        )
        for entry in found.entries
    ]
    blanks = (None,) * (len(_EXPLAINED_COLUMNS) - 2)
    totals: list[Sequence[Cell]] = [(N_("Total"), *blanks, found.figures.amount_fen)]
    notes: tuple[str, ...] = ()
    if found.share_fen is not None:
        totals.append((N_("By share"), *blanks, found.share_fen))
        notes = (N_("By share: what the source “{source}” paid, by its share of the allotment."),)
    facts = {
        "figure": found.figure,
        "count": found.figures.person_times,
        "persons": found.figures.persons,
        "amount": yuan_text(found.figures.amount_fen),
        "source": translator(language)(found.source) if found.source else "",
    }
    title = N_("Entries behind {figure}: {count} person-times, persons: {persons}, {amount} yuan")
    # What arrived of an entry is not always its amount.
    paid = parse_figure(found.figure).get("count") == "paid"
    columns = (*_EXPLAINED_COLUMNS[:-1], replace(AMOUNT, narrows=None)) if paid else _EXPLAINED_COLUMNS
    return Answer(title, columns, rows, totals=totals, notes=notes, facts=facts)


def _explained_shape(found: Explained) -> Shape:
    """``report entries``."""
    share = {} if found.share_fen is None else {"source": found.source, "share": yuan_text(found.share_fen)}
    return {
        "figure": found.figure,
        "person_times": found.figures.person_times,
        "persons": found.figures.persons,
        "amount": yuan_text(found.figures.amount_fen),
        **share,
        "entries": [entry_shape(entry) for entry in found.entries],
    }


_SAMPLE_COLUMNS = (*_PAYMENT_COLUMNS, FILE, SHEET, ROW, Column("seen", N_("Seen")), Column("by_on", N_("By, on")))


def _sampled(drawn: Sample, catalogue: Catalogue, language: Language) -> Answer:
    """The spot-check list, to be filled in by hand."""
    rows = [
        (*_payment_cells(entry, catalogue, language), entry.file, entry.sheet, entry.row, None, None)
        for entry in drawn.entries
    ]
    facts = {
        "count": len(drawn.entries),
        "population": drawn.population,
        "seed": drawn.seed,
        "size": drawn.size,
        "groups": drawn.groups,
    }
    title = N_("Spot check: {count} of {population} entries, seed {seed}")
    note = N_("Drawn: {size} from each of {groups} group(s). The same seed draws the same list from the same entries.")
    return Answer(title, _SAMPLE_COLUMNS, rows, notes=(note,), facts=facts)


def _sample_shape(drawn: Sample) -> Shape:
    """``sample``."""
    return {
        "seed": drawn.seed,
        "size": drawn.size,
        "by": list(drawn.by),
        "groups": drawn.groups,
        "population": drawn.population,
        "entries": [entry_shape(entry) for entry in drawn.entries],
    }
