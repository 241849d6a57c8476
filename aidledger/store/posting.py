"""Posting a roster file, and reversing a batch: the only ways in which entries come to be."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, bindparam, func, select

from aidledger.domain.roster import Roster, RosterFile, Table
from aidledger.errors import AlreadyReversed, NotReversible, UnknownBatch
from aidledger.store import events
from aidledger.store.bulk import chunks, insert_row, insert_rows, next_ids, tables_of
from aidledger.store.catalogues import Loaded
from aidledger.store.digests import ENTRY_FIELDS, batch_digest, entry_digest
from aidledger.store.entries import covered_by_digest, in_batch, in_force
from aidledger.store.people import Known, ensure_people, ensure_schools
from aidledger.store.tables import Batch, Entry, RosterRow, SourceFile

_batch, _entry, _roster, _source = tables_of(Batch, Entry, RosterRow, SourceFile)
ENTRY_COLUMNS = (
    "id",
    "batch_id",
    "roster_id",
    "row",
    "program_id",
    "period",
    "beneficiary_id",
    "school_id",
    "occurrence",
    "amount_fen",
    "name_stated",
    "account",
    "level",
    "boarding",
    "grade",
    "class_name",
    "tier",
    "category",
    "entry_year",
    "reversal_of",
    "digest",
)
_DIGEST_AT = ENTRY_COLUMNS.index("digest")
_AMOUNT_AT = ENTRY_COLUMNS.index("amount_fen")


@dataclass(frozen=True, slots=True)
class Source:
    """A file: what it is called, what it hashes to, its bytes."""

    name: str
    sha256: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Posted:
    """A batch that was posted, and the chain's new head.

    ``paid_before``: somebody in it had an entry for the same program and period; ``other_name``: somebody in it, or
    in the ledger before, stands under another name than first recorded. Only then is there anything to find for the
    audit's rules.
    """

    batch: int
    head: str
    paid_before: bool = False
    other_name: bool = False


_reversal = _batch.alias()
_SOURCES = (
    select(_batch.c.source_sha256, _batch.c.id)
    .where(_batch.c.source_sha256.is_not(None))
    .where(~select(_reversal.c.id).where(_reversal.c.reverses == _batch.c.id).exists())
    .order_by(_batch.c.id)
)
_BATCH_OF_SOURCE = _SOURCES.where(_batch.c.source_sha256 == bindparam("sha256"))
_SOURCE = select(_source.c.sha256).where(_source.c.sha256 == bindparam("sha256"))
_ANY_OTHER_NAME = select(_entry.c.id).where(_entry.c.name_stated.is_not(None)).limit(1)
_OCCURRENCES = (
    select(_entry.c.beneficiary_id, func.max(_entry.c.occurrence))
    .where(_entry.c.program_id == bindparam("program"), _entry.c.period == bindparam("period"))
    .where(_entry.c.beneficiary_id.in_(bindparam("people", expanding=True)))
    .group_by(_entry.c.beneficiary_id)
)


def sources_in_force(books: Connection) -> dict[str, int]:
    """The batches in force, by what their files hash to."""
    return {row.source_sha256: row.id for row in books.execute(_SOURCES)}


def batch_in_force_of(books: Connection, sha256: str) -> int | None:
    """The batch in force that holds these bytes."""
    row = books.execute(_BATCH_OF_SOURCE, {"sha256": sha256}).first()
    return row.id if row else None


def post(books: Connection, source: Source, file: RosterFile, loaded: Loaded, moment: str, actor: str) -> Posted:
    """Post everything a roster file pays as one batch."""
    posting = _Posting(books, file, loaded)
    entries = posting.entries()
    if books.execute(_SOURCE, {"sha256": source.sha256}).first() is None:
        size = len(source.content)
        insert_row(books, SourceFile, sha256=source.sha256, size_bytes=size, content=source.content)
    head = {
        "id": posting.batch_id,
        "kind": file.kind,
        "file_name": source.name,
        "source_sha256": source.sha256,
        "posted_at": moment,
        "posted_by": actor,
        "catalogue_id": loaded.id,
        "reverses": None,
        "supersedes": None,
        "reason": None,
        "first_entry": posting.first_entry,
        "entries": len(entries),
        "person_times": len(entries),
        "amount_fen": sum(row[_AMOUNT_AT] for row in entries),
    }
    chain_head = _write(books, "post", head, loaded, posting.roster_rows, entries)
    return Posted(posting.batch_id, chain_head, posting.paid_before, posting.other_name)


def _write(
    books: Connection,
    action: str,
    head: dict[str, Any],
    loaded: Loaded,
    rosters: list[dict[str, Any]],
    entries: list[tuple[Any, ...]],
) -> str:
    """Write a batch with its digest, and its link in the chain; returns the chain's new head."""
    covered = head | {"catalogue": loaded.digest}
    digest = batch_digest(covered, rosters, (row[_DIGEST_AT] for row in entries))
    insert_row(books, Batch, **head, digest=digest)
    if rosters:
        books.execute(_roster.insert(), rosters)
    insert_rows(books, Entry, ENTRY_COLUMNS, entries)
    totals = {name: head[name] for name in ("entries", "person_times", "amount_fen")}
    facts = {"batch": head["id"], "digest": digest, **totals}
    return events.record(books, head["posted_at"], head["posted_by"], action, facts, head["id"])


class _Posting:
    """One file on its way into the ledger."""

    def __init__(self, books: Connection, file: RosterFile, loaded: Loaded) -> None:
        self.books = books
        self.file = file
        self.batch_id, self.first_entry, self._first_roster = next_ids(books, Batch, Entry, RosterRow)
        self.roster_rows: list[dict[str, Any]] = []
        self.paid_before = False
        self.other_name = books.execute(_ANY_OTHER_NAME).first() is not None
        self._programs = loaded.programs
        self._people = ensure_people(books, [table.lines for table in file.tables])
        names = {school for table in file.tables for school in {table.school, *table.lines.schools} if school}
        self._schools = ensure_schools(books, names)
        self._paid: dict[tuple[int, str], dict[int, int]] = {}

    def entries(self) -> list[tuple[Any, ...]]:
        """All entries of the file, with their digests; fills ``roster_rows``."""
        rows: list[tuple[Any, ...]] = []
        roster_id = self._first_roster
        for table in self.file.tables:
            for roster in table.rosters:
                if roster.person_times:
                    self._roster_row(roster_id, table, roster)
                    rows.extend(self._roster_entries(roster_id, table, roster, self.first_entry + len(rows)))
                    roster_id += 1
        return rows

    def _roster_row(self, roster_id: int, table: Table, roster: Roster) -> None:
        declared = roster.declared
        self.roster_rows.append(
            {
                "id": roster_id,
                "batch_id": self.batch_id,
                "sheet": table.sheet,
                "header_row": table.header_row,
                "program_id": self._programs[str(roster.program)],
                "period": str(roster.period),
                "school_id": self._schools[table.school][0] if table.school else None,
                "person_times": roster.person_times,
                "amount_fen": roster.amount_fen,
                "declared_row": declared.row if declared else None,
                "declared_person_times": declared.person_times if declared else None,
                "declared_amount_fen": declared.amount_fen if declared else None,
            }
        )

    def _roster_entries(self, roster_id: int, table: Table, roster: Roster, first: int) -> Iterator[tuple[Any, ...]]:
        lines, people = table.lines, self._people
        program, period, batch = str(roster.program), str(roster.period), self.batch_id
        program_id = self._programs[program]
        occurrences = self._occurrences(program_id, period, people)
        entry = first
        for i, amount in enumerate(roster.amounts_fen):
            if amount is None:
                continue
            document = (lines.document_types[i], lines.numbers[i])
            person, name = people.ids[document], people.names[document]
            occurrence = occurrences[person] = occurrences.get(person, 0) + 1
            self.paid_before |= occurrence > 1
            school = lines.schools[i]
            school_id, school_name = self._schools[school] if school else (None, None)
            stated = None if lines.names[i] == name else lines.names[i]
            self.other_name |= stated is not None
            facts = (
                stated,
                lines.accounts[i],
                lines.levels[i],
                lines.boardings[i],
                lines.grades[i],
                lines.classes[i],
                lines.tiers[i],
                lines.categories[i],
                lines.entry_years[i],
                None,
            )
            at = lines.rows[i]
            digest = entry_digest(
                (entry, batch, roster_id, at, program, period, *document, name, school_name, occurrence, amount, *facts)
            )
            yield (
                entry, batch, roster_id, at, program_id, period, person, school_id, occurrence, amount, *facts, digest
            )  # fmt: skip
            entry += 1

    def _occurrences(self, program_id: int, period: str, people: Known) -> dict[int, int]:
        """How often people of the file were entered under a program and period before."""
        key = (program_id, period)
        if key not in self._paid:
            counts: dict[int, int] = {}
            for some in chunks(sorted(set(people.ids.values()) - people.new)):
                asked = {"program": program_id, "period": period, "people": some}
                counts.update((person, last) for person, last in self.books.execute(_OCCURRENCES, asked))
            self._paid[key] = counts
        return self._paid[key]


def reverse(books: Connection, number: int, reason: str, loaded: Loaded, moment: str, actor: str) -> Posted:
    """Take a batch back by reversing each of its entries that is still in force."""
    batch = books.execute(select(_batch).where(_batch.c.id == number)).first()
    if batch is None:
        raise UnknownBatch(number=number)
    if batch.reverses is not None:
        raise NotReversible(number=number)
    by = books.execute(select(_batch.c.id).where(_batch.c.reverses == number)).scalar_one_or_none()
    if by is not None:
        raise AlreadyReversed(number=number, by=by)
    new_batch, first = next_ids(books, Batch, Entry)
    entries = _reversals(books, number, new_batch, first)
    head = {
        "id": new_batch,
        "kind": "reversal",
        "file_name": None,
        "source_sha256": None,
        "posted_at": moment,
        "posted_by": actor,
        "catalogue_id": loaded.id,
        "reverses": number,
        "supersedes": None,
        "reason": reason,
        "first_entry": first,
        "entries": len(entries),
        "person_times": -len(entries),
        "amount_fen": sum(row[_AMOUNT_AT] for row in entries),
    }
    return Posted(new_batch, _write(books, "reverse", head, loaded, [], entries))


def _reversals(books: Connection, number: int, new_batch: int, first: int) -> list[tuple[Any, ...]]:
    query = (
        covered_by_digest()
        .add_columns(_entry.c.program_id, _entry.c.beneficiary_id, _entry.c.school_id)
        .where(in_batch(_entry, number), in_force(_entry))
        .order_by(_entry.c.id)
    )
    entries = []
    for entry, row in enumerate(books.execute(query), first):
        *covered, program_id, beneficiary_id, school_id = row
        covered[0], covered[1] = entry, new_batch
        by_name = dict(zip(ENTRY_FIELDS, covered, strict=True))
        by_name |= {
            "occurrence": -by_name["occurrence"],
            "amount_fen": -by_name["amount_fen"],
            "reversal_of": row[0],
            "program_id": program_id,
            "beneficiary_id": beneficiary_id,
            "school_id": school_id,
        }
        by_name["digest"] = entry_digest(tuple(by_name[name] for name in ENTRY_FIELDS))
        entries.append(tuple(by_name[name] for name in ENTRY_COLUMNS))
    return entries
