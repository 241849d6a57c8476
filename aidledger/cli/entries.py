"""Lists of entries for people to look at: as tables, and as JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aidledger.cli.shapes import Shape, entry_shape
from aidledger.domain.identity import mask_number
from aidledger.domain.money import yuan_text
from aidledger.domain.table import Answer, Cell, Column
from aidledger.i18n import N_, translator

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aidledger.audit.sampling import Sample
    from aidledger.catalogue.catalogue import Catalogue
    from aidledger.i18n import Language
    from aidledger.reports.explaining import Explained
    from aidledger.store.postings.lookups import EntryRecord

_EXPLAINED_COLUMNS = (
    Column("entry", N_("Entry"), "count"),
    Column("batch", N_("Batch"), "count"),
    Column("file", N_("File")),
    Column("sheet", N_("Sheet")),
    Column("row", N_("Row"), "count"),
    Column("school", N_("School")),
    Column("name", N_("Name")),
    Column("number", N_("ID number")),
    Column("program", N_("Program")),
    Column("period", N_("Period"), "period"),
    Column("amount", N_("Amount (yuan)"), "yuan"),
)


def explained(found: Explained, catalogue: Catalogue, language: Language, *, reveal: bool) -> Answer:
    """The entries behind a figure, and the figure under them."""
    rows: list[Sequence[Cell]] = [
        (
            entry.entry,
            entry.roster_batch,
            entry.file,
            entry.sheet,
            entry.row,
            entry.school,
            entry.name_stated or entry.name,
            shown_number(entry, reveal=reveal),
            catalogue.programs[entry.program].name(language),
            entry.period,
            entry.amount_fen,
        )
        for entry in found.entries
    ]
    blanks = (None,) * (len(_EXPLAINED_COLUMNS) - 2)
    totals: list[Sequence[Cell]] = [(N_("Total"), *blanks, found.figures.amount_fen)]
    notes: tuple[str, ...] = ()
    if found.share_fen is not None:
        totals.append((N_("By share"), *blanks, found.share_fen))
        notes = (N_("By share: what the source “{source}” paid of it, by its part of the money allotted."),)
    facts = {
        "figure": found.figure,
        "count": found.figures.person_times,
        "persons": found.figures.persons,
        "amount": yuan_text(found.figures.amount_fen),
        "source": translator(language)(found.source) if found.source else "",
    }
    title = N_("Behind {figure}: {count} person-times, {persons} person(s), {amount} yuan")
    return Answer(title, _EXPLAINED_COLUMNS, rows, totals=totals, notes=notes, facts=facts)


def explained_shape(found: Explained, *, reveal: bool) -> Shape:
    """``report explain``."""
    share = {} if found.share_fen is None else {"source": found.source, "share": yuan_text(found.share_fen)}
    return {
        "figure": found.figure,
        "person_times": found.figures.person_times,
        "persons": found.figures.persons,
        "amount": yuan_text(found.figures.amount_fen),
        **share,
        "entries": [entry_shape(entry, reveal=reveal) for entry in found.entries],
    }


_SAMPLE_COLUMNS = (
    Column("school", N_("School")),
    Column("name", N_("Name")),
    Column("number", N_("ID number")),
    Column("program", N_("Program")),
    Column("period", N_("Period"), "period"),
    Column("amount", N_("Amount (yuan)"), "yuan"),
    Column("file", N_("File")),
    Column("sheet", N_("Sheet")),
    Column("row", N_("Row"), "count"),
    Column("seen", N_("Seen")),
    Column("by_on", N_("By, on")),
)


def sampled(drawn: Sample, catalogue: Catalogue, language: Language, *, reveal: bool) -> Answer:
    """The list of a spot check, to be filled in by hand."""
    rows: list[Sequence[Cell]] = [
        (
            entry.school,
            entry.name_stated or entry.name,
            shown_number(entry, reveal=reveal),
            catalogue.programs[entry.program].name(language),
            entry.period,
            entry.amount_fen,
            entry.file,
            entry.sheet,
            entry.row,
            None,
            None,
        )
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
    note = N_("Drawn: {size} of each of {groups} group(s). The same seed draws the same list from the same entries.")
    return Answer(title, _SAMPLE_COLUMNS, rows, notes=(note,), facts=facts)


def sample_shape(drawn: Sample, *, reveal: bool) -> Shape:
    """``sample``."""
    return {
        "seed": drawn.seed,
        "size": drawn.size,
        "by": list(drawn.by),
        "groups": drawn.groups,
        "population": drawn.population,
        "entries": [entry_shape(entry, reveal=reveal) for entry in drawn.entries],
    }


def shown_number(entry: EntryRecord, *, reveal: bool) -> str:
    """An entry's document number, masked unless it was asked for."""
    return entry.number if reveal else mask_number(entry.number)
