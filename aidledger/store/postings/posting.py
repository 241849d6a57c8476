"""Posting a roster file: every row that pays becomes an entry."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import compress
from typing import Any

from sqlalchemy import Connection, bindparam, func, select

from aidledger.domain.listing import Listing
from aidledger.domain.roster import Roster, RosterFile, Table
from aidledger.store.chain.digests import ENTRY_FIELDS, entry_digests
from aidledger.store.database.bulk import chunks, insert_row, next_ids
from aidledger.store.master.catalogues import Loaded
from aidledger.store.master.master_data import Added
from aidledger.store.master.people import ensure_people, ensure_schools
from aidledger.store.model.tables import Batch, Entry, RosterRow, SourceFile
from aidledger.store.postings.corrections import corrected_numbers
from aidledger.store.postings.entries import batch_in_force
from aidledger.store.postings.journal import ENTRY_COLUMNS, Draft, Stamp, write
from aidledger.store.postings.listings import NOTHING_ANSWERED, Answered, Pointers, Records, records_of
from aidledger.store.postings.reversing import reversals
from aidledger.store.postings.versions import PAYMENT_FIELDS, Payment, Version, taken_back

# Columns of equal length, by name.
Columns = dict[str, Sequence[Any]]


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
    audit's rules. ``corrected``: so many people have another number than in the version before.
    """

    batch: int
    head: str
    paid_before: bool = False
    other_name: bool = False
    corrected: int = 0


_SOURCES = (
    select(Batch.c.source_sha256, Batch.c.id)
    .where(Batch.c.source_sha256.is_not(None), batch_in_force(Batch))
    .order_by(Batch.c.id)
)
_BATCH_OF_SOURCE = _SOURCES.where(Batch.c.source_sha256 == bindparam("sha256"))
_SOURCE = select(SourceFile.c.sha256).where(SourceFile.c.sha256 == bindparam("sha256"))
# Ordered, so that PostgreSQL takes the index on this column also while it has no statistics of a new ledger.
_ANY_OTHER_NAME = select(Entry.c.id).where(Entry.c.name_stated.is_not(None)).order_by(Entry.c.name_stated).limit(1)
_ENTERED = (Entry.c.program_id, Entry.c.period, Entry.c.beneficiary_id)
_OCCURRENCES = (
    select(*_ENTERED, func.max(Entry.c.occurrence))
    .where(*(column.in_(bindparam(f"{column.name}s", expanding=True)) for column in _ENTERED))
    .group_by(*_ENTERED)
)


def sources_in_force(books: Connection) -> dict[str, int]:
    """The batches in force, by what their files hash to."""
    return {row.source_sha256: row.id for row in books.execute(_SOURCES)}


def batch_in_force_of(books: Connection, sha256: str) -> int | None:
    """The batch in force that holds these bytes."""
    row = books.execute(_BATCH_OF_SOURCE, {"sha256": sha256}).first()
    return row.id if row else None


def post(
    books: Connection,
    source: Source,
    file: RosterFile,
    stamp: Stamp,
    earlier: Version | None = None,
    answered: Answered = NOTHING_ANSWERED,
) -> Posted:
    """Post everything a file pays, and whatever else its lists say, as one batch.

    ``earlier``: the version of the same roster that this one supersedes. What both hold keeps its entries; what only
    the earlier one holds is reversed; only what is new is entered. ``answered``: of bank returns, by their place in
    the file, the payment that each line is of (see listings.records_of).
    """
    posting = _Posting(books, file, stamp.loaded, earlier)
    entries = posting.entries()
    corrected = posting.corrected_numbers()
    if earlier is not None:
        entries += reversals(books, earlier.left(), posting.batch_id, posting.first_entry + len(entries))
    if books.execute(_SOURCE, {"sha256": source.sha256}).first() is None:
        size = len(source.content)
        insert_row(books, SourceFile, sha256=source.sha256, size_bytes=size, content=source.content)
    draft = Draft(
        batch=posting.batch_id,
        first_entry=posting.first_entry,
        kind=file.kind,
        entries=entries,
        rosters=posting.roster_rows,
        kept=posting.kept,
        corrected=corrected,
        records=posting.records(answered),
        added=posting.added,
        file_name=source.name,
        source_sha256=source.sha256,
        supersedes=earlier.batch if earlier else None,
    )
    head = write(books, "supersede" if earlier else "post", draft, stamp)
    return Posted(posting.batch_id, head, posting.paid_before, posting.other_name, len(corrected))


class _Posting:
    """One file on its way into the ledger."""

    def __init__(self, books: Connection, file: RosterFile, loaded: Loaded, earlier: Version | None) -> None:
        self.books = books
        self.file = file
        self.batch_id, self.first_entry, self._first_roster = next_ids(books, Batch, Entry, RosterRow)
        self.roster_rows: list[dict[str, Any]] = []
        self.kept: list[tuple[int, int]] = []
        self._earlier = earlier
        self._pays: dict[int, Payment] = {}  # of everybody one payment, where there is something to compare it with
        self.paid_before = False
        self.other_name = books.execute(_ANY_OTHER_NAME).first() is not None
        self._programs = loaded.programs
        of_people = [listing.lines for listing in file.listings if listing.of_people]
        self.added = Added()
        self._people = ensure_people(books, [*(table.lines for table in file.tables), *of_people], self.added)
        tables: list[Table | Listing] = [*file.tables, *file.listings]
        names = {school for table in tables for school in {table.school, *table.lines.schools} if school}
        self._schools = ensure_schools(books, names, self.added)
        self._paid = self._paid_before()
        self._before = earlier.firsts if earlier else taken_back(books, self._rosters_told())

    def entries(self) -> list[tuple[Any, ...]]:
        """All entries of the file, with their digests; fills ``roster_rows``."""
        rows: list[tuple[Any, ...]] = []
        roster_id = self._first_roster
        for table in self.file.tables:
            for roster in table.rosters:
                if roster.payments:
                    self._roster_row(roster_id, table, roster)
                    rows.extend(self._roster_entries(roster_id, table, roster, self.first_entry + len(rows)))
                    roster_id += 1
        return rows

    def corrected_numbers(self) -> list[tuple[int, int]]:
        """Who stood in the roster before, its earlier version or one that was taken back, under another number."""
        before = self._before
        gone = {person: payment for person, payment in before.items() if person not in self._pays}
        come = {person: payment for person, payment in self._pays.items() if person not in before}
        return corrected_numbers(self.books, gone, come)

    def records(self, answered: Answered) -> Records:
        """What the file's other lists say."""
        if not self.file.listings:
            return Records()
        pointers = Pointers(self.batch_id, self._people, self._schools, self._programs)
        return records_of(self.books, self.file.listings, pointers, answered)

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
                "person_times": roster.person_times(table.lines),
                "amount_fen": roster.amount_fen,
                "declared_row": declared.row if declared else None,
                "declared_person_times": declared.person_times if declared else None,
                "declared_amount_fen": declared.amount_fen if declared else None,
            }
        )

    def _roster_entries(self, roster_id: int, table: Table, roster: Roster, first: int) -> Iterator[tuple[Any, ...]]:
        """A roster's new entries as rows of ENTRY_COLUMNS, made column by column."""
        payees = self._payees(table)
        program, period = str(roster.program), str(roster.period)
        program_id = self._programs[program]
        new = self._new(roster_id, program_id, payees, roster)
        columns: Columns = {"amount_fen": roster.amounts_fen, "part": _parts(roster), **payees}
        count = sum(new)
        if count < len(new):
            columns = {name: list(compress(column, new)) for name, column in columns.items()}
        of_all = {
            "batch_id": self.batch_id,
            "roster_id": roster_id,
            "program": program,
            "program_id": program_id,
            "period": period,
            "reversal_of": None,
        }
        columns |= {name: [value] * count for name, value in of_all.items()}
        columns["id"] = list(range(first, first + count))
        columns["occurrence"] = self._counted(program_id, period, columns["beneficiary_id"])
        columns["digest"] = entry_digests(zip(*(columns[name] for name in ENTRY_FIELDS), strict=True))
        self.other_name |= any(name is not None for name in columns["name_stated"])
        return zip(*(columns[name] for name in ENTRY_COLUMNS), strict=True)

    def _payees(self, table: Table) -> Columns:
        """Whom a table's lines pay, and what they say of it: the columns that are the same for all of its rosters."""
        lines, people = table.lines, self._people
        documents = list(zip(lines.document_types, lines.numbers, strict=True))
        names = [people.names[document] for document in documents]
        schools = [self._schools[school] if school else (None, None) for school in lines.schools]
        return {
            "row": lines.rows,
            "document_type": lines.document_types,
            "number": lines.numbers,
            "name": names,
            "beneficiary_id": [people.ids[document] for document in documents],
            "school": [name for _, name in schools],
            "school_id": [school for school, _ in schools],
            "name_stated": [None if said == name else said for said, name in zip(lines.names, names, strict=True)],
            "account": lines.accounts,
            "level": lines.levels,
            "boarding": lines.boardings,
            "grade": lines.grades,
            "class_name": lines.classes,
            "tier": lines.tiers,
            "category": lines.categories,
            "entry_year": lines.entry_years,
            "guardian": lines.guardians,
        }

    def _new(self, roster_id: int, program_id: int, payees: Columns, roster: Roster) -> list[bool]:
        """Which lines become entries: those that are paid, but for what the earlier version holds and keeps."""
        new = [amount is not None for amount in roster.amounts_fen]
        if not (self._earlier or self._before):
            return new
        count = len(new)
        said = payees | {
            "program_id": [program_id] * count,
            "period": [str(roster.period)] * count,
            "amount_fen": roster.amounts_fen,
            "part": _parts(roster),
        }
        payments = zip(*(said[name] for name in PAYMENT_FIELDS), strict=True)
        for i, (person, payment) in enumerate(zip(payees["beneficiary_id"], payments, strict=True)):
            if new[i]:
                self._pays.setdefault(person, payment)
            same = self._earlier.take(person, payment) if self._earlier and new[i] else None
            if same is not None:
                self.kept.append((roster_id, same))
                new[i] = False
        return new

    def _rosters_told(self) -> set[tuple[int, str, int | None]]:
        """Which programs the file pays for which periods at which schools."""
        return {
            (self._programs[str(roster.program)], str(roster.period), self._schools[table.school][0])
            for table in self.file.tables
            for roster in table.rosters
            if roster.payments and table.school
        }

    def _counted(self, program_id: int, period: str, persons: Sequence[int]) -> list[int]:
        """The occurrence of each person under a program and period."""
        last = self._paid[program_id, period]
        if not last and len(set(persons)) == len(persons):
            last.update(dict.fromkeys(persons, 1))
            return [1] * len(persons)
        counted = []
        for person in persons:
            occurrence = last[person] = last.get(person, 0) + 1
            self.paid_before |= occurrence > 1
            counted.append(occurrence)
        return counted

    def _paid_before(self) -> defaultdict[tuple[int, str], dict[int, int]]:
        """How often people of the file were entered before, under each of its programs and for each of its periods."""
        rosters = [roster for table in self.file.tables for roster in table.rosters if roster.payments]
        asked = {
            "program_ids": sorted({self._programs[str(roster.program)] for roster in rosters}),
            "periods": sorted({str(roster.period) for roster in rosters}),
        }
        counts: defaultdict[tuple[int, str], dict[int, int]] = defaultdict(dict)
        known = sorted(set(self._people.ids.values()) - self._people.new) if rosters else []
        for some in chunks(known):
            for program, period, person, last in self.books.execute(_OCCURRENCES, asked | {"beneficiary_ids": some}):
                counts[program, period][person] = last
        return counts


def _parts(roster: Roster) -> Sequence[str | None]:
    return roster.parts or [None] * len(roster.amounts_fen)
