"""The catalogue in the ledger: programs and standards as they were loaded, so that a judgement can be repeated."""

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
    """The id of every program in the ledger, by its code."""
    return {row.code: row.id for row in books.execute(select(ProgramRow.c.code, ProgramRow.c.id))}


def require_known(books: Connection, catalogue: Catalogue) -> None:
    """Refuse a catalogue that lacks programs which the ledger holds."""
    unknown = program_ids(books).keys() - catalogue.programs.keys()
    if unknown:
        raise LedgerUnknownPrograms(codes=", ".join(sorted(unknown)))


@dataclass(frozen=True, slots=True)
class Loaded:
    """A state of the catalogue in the ledger: its id and digest, and the ids of the programs by code."""

    id: int
    digest: str
    programs: Mapping[str, int]


def ensure_loaded(books: Connection, catalogue: Catalogue, moment: str, actor: str) -> Loaded:
    """This state of the catalogue, which is recorded where it is new; raises LedgerUnknownPrograms."""
    require_known(books, catalogue)
    known = books.execute(
        select(CatalogueVersion.c.id).where(CatalogueVersion.c.digest == catalogue.digest)
    ).scalar_one_or_none()
    if known is not None:
        return Loaded(int(known), catalogue.digest, program_ids(books))
    number = next_id(books, CatalogueVersion)
    insert_row(books, CatalogueVersion, id=number, digest=catalogue.digest, loaded_at=moment, loaded_by=actor)
    added = Added()
    ids = program_ids(books)
    new = [program for program in catalogue.programs.values() if program.code not in ids]
    added.insert(
        books, ProgramRow, [_program(number, one) for number, one in enumerate(new, next_id(books, ProgramRow))]
    )
    ids = program_ids(books)
    first = next_id(books, StandardRow)
    rates = [row for program in catalogue.programs.values() for row in _rates(program)]
    rows = [(first + i, number, ids[code], *values) for i, (code, *values) in enumerate(rates)]
    insert_rows(books, StandardRow, _STANDARD_COLUMNS, rows)
    _load_aliases(books, catalogue, added)
    facts = {"catalogue": catalogue.digest, "rates": len(rows), "rates_digest": rates_digest(books, number)}
    events.record(books, moment, actor, _LOAD, facts | added.facts())
    return Loaded(number, catalogue.digest, ids)


def altered(books: Connection) -> list[int]:
    """States of the catalogue that are not what was recorded when they were loaded, or never were."""
    told = {}
    for number, (event, said) in enumerate(events.recorded(books, _LOAD), 1):
        told[number] = (said.get("catalogue"), event.at, event.actor, said.get("rates_digest"))
    there = {}
    for number, *head in books.execute(select(CatalogueVersion).order_by(CatalogueVersion.c.id)):
        with suppress(TypeError):  # a cell that is not of its column's kind
            there[number] = (*head, rates_digest(books, number))
    return [number for number in sorted(told.keys() | there.keys()) if told.get(number) != there.get(number)]


def rates_digest(books: Connection, number: int) -> str:
    """The digest of a catalogue's rates as they stand in the ledger."""
    columns = [StandardRow.c[name] for name in _STANDARD_COLUMNS]
    rows = books.execute(select(*columns).where(StandardRow.c.catalogue_id == number).order_by(StandardRow.c.id))
    return digest_of(tuple(row) for row in rows)


def _load_aliases(books: Connection, catalogue: Catalogue, added: Added) -> None:
    """Schools that the office lists, under all their names; a name that is known keeps its school."""
    known = {row.name for row in books.execute(select(SchoolAlias.c.name))}
    schools = ensure_schools(books, set(catalogue.schools.values()), added)
    more = {name: schools[school] for name, school in sorted(catalogue.schools.items()) if name != school}
    added.insert_aliases(books, {name: school for name, school in more.items() if name not in known})


def _program(number: int, program: Program) -> tuple[Any, ...]:
    names = program.name("zh"), program.name("en")
    return number, program.code, *names, program.stage, program.nature, program.unit, program.cadence


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
