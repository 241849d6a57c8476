"""Posting a file: every row with a payment becomes an entry."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import compress
from typing import Any

from sqlalchemy import Connection, bindparam, func, select

from aidledger.domain.lines import Lines
from aidledger.domain.listing import ListTable, SchoolSums
from aidledger.domain.roster import Roster, RosterFile, Table
from aidledger.store.chain.digests import ENTRY_FIELDS, entry_digests
from aidledger.store.database.bulk import chunks, insert_row, next_ids
from aidledger.store.master.catalogues import LoadedCatalogue
from aidledger.store.master.master_data import Added
from aidledger.store.master.people import ensure_people, ensure_schools
from aidledger.store.master.survivors import survivors
from aidledger.store.model.tables import Batch, Entry, RosterRow, SourceFile
from aidledger.store.postings.corrections import corrected_numbers
from aidledger.store.postings.entries import batch_in_force
from aidledger.store.postings.journal import ENTRY_COLUMNS, Draft, Stamp, write
from aidledger.store.postings.listings import NOTHING_ANSWERED, Answered, Pointers, Records, records_of
from aidledger.store.postings.reversing import reversals
from aidledger.store.postings.versions import PAYMENT_FIELDS, Payment, Version, reversed_payments
from aidledger.store.privacy.forgetting import asked_to_be_forgotten

# Columns of equal length, by name.
Columns = dict[str, Sequence[Any]]


@dataclass(frozen=True, slots=True)
class Source:
    """A file's name, SHA-256 and content."""

    name: str
    sha256: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Posted:
    """A posted batch, and the chain's new head.

    ``paid_before``: somebody already had an entry for the same program and period. ``other_name``: somebody in the
    batch or the ledger has another name than first recorded. Without them, the audit's rules cannot find anything.
    ``corrected``: the number of people whose ID number differs from the earlier version.
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
# ORDER BY makes PostgreSQL use the index on this column even without statistics for a new ledger.
_ANY_OTHER_NAME = select(Entry.c.id).where(Entry.c.name_stated.is_not(None)).order_by(Entry.c.name_stated).limit(1)
_ENTERED = (Entry.c.program_id, Entry.c.period, Entry.c.beneficiary_id)
_OCCURRENCES = (
    select(*_ENTERED, func.max(Entry.c.occurrence))
    .where(*(column.in_(bindparam(f"{column.name}s", expanding=True)) for column in _ENTERED))
    .group_by(*_ENTERED)
)


def sources_in_force(books: Connection) -> dict[str, int]:
    """Batches in force, by the SHA-256 of their files."""
    return {row.source_sha256: row.id for row in books.execute(_SOURCES)}


def batch_in_force_of(books: Connection, sha256: str) -> int | None:
    """The batch in force that was imported from a file with this SHA-256."""
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
    """Post a file's payments and lists as one batch.

    ``earlier``: the version of the roster that this one supersedes. Payments in both versions keep their entries,
    payments in the earlier one only are reversed, and new ones are posted. ``answered``: the payments that the lines of
    bank returns answer (see listings.records_of).
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
    """The posting of one file."""

    def __init__(self, books: Connection, file: RosterFile, loaded: LoadedCatalogue, earlier: Version | None) -> None:
        self.books = books
        self.file = file
        self.batch_id, self.first_entry, self._first_roster = next_ids(books, Batch, Entry, RosterRow)
        self.roster_rows: list[dict[str, Any]] = []
        self.kept: list[tuple[int, int]] = []
        self._earlier = earlier
        self._pays: dict[int, Payment] = {}  # one payment per person, if there is an earlier version to compare with
        self.paid_before = False
        self.other_name = books.execute(_ANY_OTHER_NAME).first() is not None
        self._programs = loaded.programs
        of_people = [listing.lines for listing in file.listings if listing.of_people]
        self.added = Added()
        self._people = ensure_people(books, [*(table.lines for table in file.tables), *of_people], self.added)
        tables: list[Table | ListTable] = [*file.tables, *file.listings]
        named = [school for table in tables for school in {table.school, *table.lines.schools, *_of_sums(table)}]
        names = {school for school in named if school}
        self._schools = ensure_schools(books, names, self.added)
        self._survivors = survivors(books)
        self._paid = self._paid_before()
        self._before = earlier.firsts if earlier else reversed_payments(books, self._rosters_paid())

    def entries(self) -> list[tuple[Any, ...]]:
        """The file's new entries with their digests; also fills ``roster_rows`` and ``kept``."""
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
        """People whose number differs from the earlier version, or from rosters that were reversed; call after entries.

        Pairs of the earlier and the new id.
        """
        before = self._before
        removed = {person: payment for person, payment in before.items() if person not in self._pays}
        added = {person: payment for person, payment in self._pays.items() if person not in before}
        return corrected_numbers(self.books, removed, added)

    def records(self, answered: Answered) -> Records:
        """The rows of the file's other lists."""
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
        """A roster's new entries as rows of ENTRY_COLUMNS, built by column for speed."""
        payees = self._payees(table)
        program, period = str(roster.program), str(roster.period)
        program_id = self._programs[program]
        new = self._new(roster_id, program_id, payees, roster)
        columns: Columns = {"amount_fen": roster.amounts_fen, "part": _parts(roster), **payees}
        count = sum(new)
        if count < len(new):
            columns = {name: list(compress(column, new)) for name, column in columns.items()}
        constants = {
            "batch_id": self.batch_id,
            "roster_id": roster_id,
            "program": program,
            "program_id": program_id,
            "period": period,
            "reversal_of": None,
        }
        columns |= {name: [value] * count for name, value in constants.items()}
        columns["id"] = list(range(first, first + count))
        columns["occurrence"] = self._counted(program_id, period, columns["beneficiary_id"])
        columns["digest"] = entry_digests(zip(*(columns[name] for name in ENTRY_FIELDS), strict=True))
        self.other_name |= any(name is not None for name in columns["name_stated"])
        return zip(*(columns[name] for name in ENTRY_COLUMNS), strict=True)

    def _payees(self, table: Table) -> Columns:
        """The columns of a table's lines that all of its rosters share."""
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
            "name_stated": [
                None if stated == name else stated for stated, name in zip(lines.names, names, strict=True)
            ],
            "account": lines.accounts,
            "level": lines.levels,
            "boarding": lines.boardings,
            "grade": lines.grades,
            "class_name": lines.classes,
            "tier": lines.tiers,
            "category": lines.categories,
            "entry_year": lines.entry_years,
            "guardian": lines.guardians,
            "student_number": self._other_student_numbers(lines),
            "major": lines.majors,
        }

    def _other_student_numbers(self, lines: Lines) -> list[str | None]:
        """The student numbers of lines that differ from those first recorded; none of who asked to be forgotten."""
        documents = list(zip(lines.document_types, lines.numbers, strict=True))
        known = (self._people.student_numbers[document] for document in documents)
        other = [
            None if stated == number else stated for stated, number in zip(lines.student_numbers, known, strict=True)
        ]
        forgotten = asked_to_be_forgotten(self.books) if any(other) else frozenset()
        if not forgotten:
            return other
        ids = (self._people.ids[document] for document in documents)
        return [None if person in forgotten else number for person, number in zip(ids, other, strict=True)]

    def _new(self, roster_id: int, program_id: int, payees: Columns, roster: Roster) -> list[bool]:
        """Which lines become entries: those with a payment that no entry of the earlier version covers."""
        new = [amount is not None for amount in roster.amounts_fen]
        if not (self._earlier or self._before):
            return new
        count = len(new)
        columns = payees | {
            "school_id": [self._survivors.of(school, program_id) for school in payees["school_id"]],
            "program_id": [program_id] * count,
            "period": [str(roster.period)] * count,
            "amount_fen": roster.amounts_fen,
            "part": _parts(roster),
        }
        payments = zip(*(columns[name] for name in PAYMENT_FIELDS), strict=True)
        for i, (person, payment) in enumerate(zip(payees["beneficiary_id"], payments, strict=True)):
            if new[i]:
                self._pays.setdefault(person, payment)
            same = self._earlier.take(person, payment) if self._earlier and new[i] else None
            if same is not None:
                self.kept.append((roster_id, same))
                new[i] = False
        return new

    def _rosters_paid(self) -> set[tuple[int, str, int | None]]:
        """The programs (ids), periods and schools (ids) that the file pays."""
        return {
            (program, str(roster.period), self._survivors.of(self._schools[table.school][0], program))
            for table in self.file.tables
            for roster in table.rosters
            if roster.payments and table.school
            for program in [self._programs[str(roster.program)]]
        }

    def _counted(self, program_id: int, period: str, persons: Sequence[int]) -> list[int]:
        """The next occurrence for each payment under a program and period."""
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
        """The last occurrence of each known person, by program and period of the file."""
        rosters = [roster for table in self.file.tables for roster in table.rosters if roster.payments]
        paid = {
            "program_ids": sorted({self._programs[str(roster.program)] for roster in rosters}),
            "periods": sorted({str(roster.period) for roster in rosters}),
        }
        counts: defaultdict[tuple[int, str], dict[int, int]] = defaultdict(dict)
        known = sorted(set(self._people.ids.values()) - self._people.new) if rosters else []
        for people in chunks(known):
            for program, period, person, last in self.books.execute(_OCCURRENCES, paid | {"beneficiary_ids": people}):
                counts[program, period][person] = last
        return counts


def _parts(roster: Roster) -> Sequence[str | None]:
    return roster.parts or [None] * len(roster.amounts_fen)


def _of_sums(table: Table | ListTable) -> Iterable[str | None]:
    """The schools of a list without people."""
    return table.facts.schools if isinstance(table, ListTable) and isinstance(table.facts, SchoolSums) else ()
