"""Versions of the catalogue: the programs and standards that the ledger loaded, so that any check can be repeated."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, select

from aidledger.catalogue.catalogue import Catalogue
from aidledger.domain.program import Program
from aidledger.errors import LedgerUnknownPrograms
from aidledger.store.chain import events
from aidledger.store.chain.digests import digest_of
from aidledger.store.database.bulk import insert_row, insert_rows, next_id
from aidledger.store.master.master_data import Added
from aidledger.store.master.people import ensure_schools
from aidledger.store.model.tables import CatalogueVersion, ProgramRow, SchoolAlias, StandardRow

_LOAD = "load-catalogue"
_STANDARD_COLUMNS = (
    "id",
    "catalogue_id",
    "program_id",
    "start",
    "low_fen",
    "high_fen",
    "basis",
    "level",
    "boarding",
    "label",
    "school",
    "average_fen",
    "reference",
)


def program_ids(books: Connection) -> dict[str, int]:
    """Ids of the ledger's programs, by code."""
    return {row.code: row.id for row in books.execute(select(ProgramRow.c.code, ProgramRow.c.id))}


def require_known(books: Connection, catalogue: Catalogue) -> None:
    """Refuse a catalogue that lacks one of the ledger's programs; raises LedgerUnknownPrograms."""
    unknown = program_ids(books).keys() - catalogue.programs.keys()
    if unknown:
        raise LedgerUnknownPrograms(codes=", ".join(sorted(unknown)))


@dataclass(frozen=True, slots=True)
class LoadedCatalogue:
    """A catalogue version in the ledger: its id and digest, and program ids by code."""

    id: int
    digest: str
    programs: Mapping[str, int]


def ensure_loaded(books: Connection, catalogue: Catalogue, moment: str, actor: str) -> LoadedCatalogue:
    """The version of this catalogue, recorded first if it is new; raises LedgerUnknownPrograms."""
    require_known(books, catalogue)
    known = books.execute(
        select(CatalogueVersion.c.id).where(CatalogueVersion.c.digest == catalogue.digest)
    ).scalar_one_or_none()
    if known is not None:
        return LoadedCatalogue(int(known), catalogue.digest, program_ids(books))
    number = next_id(books, CatalogueVersion)
    insert_row(books, CatalogueVersion, id=number, digest=catalogue.digest, loaded_at=moment, loaded_by=actor)
    added = Added()
    ids = program_ids(books)
    new = [program for program in catalogue.programs.values() if program.code not in ids]
    numbered = enumerate(new, next_id(books, ProgramRow))
    added.insert(books, ProgramRow, [_program_row(program_id, program) for program_id, program in numbered])
    ids = program_ids(books)
    first = next_id(books, StandardRow)
    rates = [row for program in catalogue.programs.values() for row in _rates(program)]
    rows = [(first + i, number, ids[code], *values) for i, (code, *values) in enumerate(rates)]
    insert_rows(books, StandardRow, _STANDARD_COLUMNS, rows)
    _load_aliases(books, catalogue, added)
    facts = {"catalogue": catalogue.digest, "rates": len(rows), "rates_digest": rates_digest(books, number)}
    events.record(books, moment, actor, _LOAD, facts | added.facts())
    return LoadedCatalogue(number, catalogue.digest, ids)


def altered(books: Connection) -> list[int]:
    """Ids of catalogue versions that differ from the event that loaded them, or have none."""
    recorded = {}
    for number, (event, facts) in enumerate(events.recorded(books, _LOAD), 1):
        recorded[number] = (facts.get("catalogue"), event.at, event.actor, facts.get("rates_digest"))
    stored = {}
    for number, *head in books.execute(select(CatalogueVersion).order_by(CatalogueVersion.c.id)):
        with suppress(TypeError):  # a cell of the wrong type
            stored[number] = (*head, rates_digest(books, number))
    return [number for number in sorted(recorded.keys() | stored.keys()) if recorded.get(number) != stored.get(number)]


def rates_digest(books: Connection, number: int) -> str:
    """The digest of the stored rates of a catalogue version."""
    columns = [StandardRow.c[name] for name in _STANDARD_COLUMNS]
    rows = books.execute(select(*columns).where(StandardRow.c.catalogue_id == number).order_by(StandardRow.c.id))
    return digest_of(tuple(row) for row in rows)


def _load_aliases(books: Connection, catalogue: Catalogue, added: Added) -> None:
    """Add the schools that the office lists, with their other names; a known name keeps its school."""
    known = {row.name for row in books.execute(select(SchoolAlias.c.name))}
    schools = ensure_schools(books, set(catalogue.schools.values()), added)
    more = {name: schools[school] for name, school in sorted(catalogue.schools.items()) if name != school}
    added.insert_aliases(books, {name: school for name, school in more.items() if name not in known})


def _program_row(program_id: int, program: Program) -> tuple[Any, ...]:
    names = program.name("zh"), program.name("en")
    return program_id, program.code, *names, program.stage, program.nature, program.unit, program.cadence


def _rates(program: Program) -> Iterator[tuple[Any, ...]]:
    for standard in program.standards:
        start = standard.start.code if standard.start else ""
        for rate in standard.rates:
            yield (
                program.code,
                start,
                rate.low_fen,
                rate.high_fen,
                rate.basis,
                rate.level,
                rate.boarding,
                rate.label,
                None,
                standard.average_fen,
                standard.reference,
            )
    for fee in program.fees:
        start = fee.start.code if fee.start else ""
        fen = fee.amount_fen
        yield program.code, start, fen, fen, "school-fee", None, None, None, fee.school, None, fee.reference
