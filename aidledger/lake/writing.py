"""Exporting a ledger to a lake: what was posted since the last export, each table to files of its own.

Files are written under temporary names, then renamed, then named in the manifest: a killed export leaves nothing that
readers of manifests see. Files named in a manifest never change.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from itertools import groupby, islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import pyarrow as pa
from pyarrow import parquet
from sqlalchemy import BigInteger, Connection, Date, Integer, Select, func, select, union

from aidledger import private
from aidledger.errors import FileExists, LakeOfAnother, LakeRaced
from aidledger.lake.layout import OF_PEOPLE, SHAPES, Made, file_column, folder_of
from aidledger.lake.manifest import File, Manifest, put
from aidledger.lake.pseudonyms import Pseudonyms
from aidledger.lake.reading import manifests_in
from aidledger.store.chain import events
from aidledger.store.database.bulk import streamed
from aidledger.store.master.survivors import told
from aidledger.store.model.tables import Batch, Beneficiary, Event, ProgramRow

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy import Table

_METADATA = Batch.metadata
# Rows per row group of a file: tens of megabytes for the widest table.
_ROWS_AT_ONCE = 100_000
# Columns of the person's document, appended to the table's own.
_DOCUMENT = ("_document_type", "_number")
_FILE_SUFFIX = ".parquet"
# As in Manifest: which schools count as which, under which programs only, and what they are called.
_SchoolsNow: TypeAlias = tuple[
    tuple[tuple[int, int], ...], tuple[tuple[int, int, tuple[str, ...]], ...], tuple[tuple[int, str], ...]
]


@dataclass(slots=True)
class _Export:
    """An export in progress, with the files written so far under temporary names."""

    books: Connection
    lake: Path
    pseudonyms: Pseudonyms
    manifest: Manifest
    before: Manifest | None
    name: str
    parts: ExitStack
    files: list[File] = field(default_factory=list)
    unnamed: list[tuple[Path, Path]] = field(default_factory=list)

    def tables(self) -> None:
        for name in SHAPES:
            self._table(name)

    def _table(self, name: str) -> None:
        shape = SHAPES[name]
        query = self._new_rows(table_of_name(name))
        fields = [
            pa.field(file_column(name, column), self._type(name, column, made))
            for column, made in shape.columns.items()
        ]
        facts = {"aidledger": json.dumps(self.manifest.facts() | {"table": name}, ensure_ascii=True)}
        held = [column.name != "period" or not shape.by_period for column in fields]
        schema = pa.schema([column for column, kept in zip(fields, held, strict=True) if kept], metadata=facts)
        at = list(shape.columns).index("period") if shape.by_period else -1
        with streamed(self.books, query, _ROWS_AT_ONCE) as rows:
            for period, of_period in groupby(rows, key=lambda row: row[at] if shape.by_period else None):
                folder = folder_of(name, self.manifest.district, period)
                self._file(name, folder, schema, self._columns(name, of_period, held))

    def _new_rows(self, table: Table) -> Select[Any]:
        """The rows that are not in the lake yet, followed by the columns of the person's document."""
        shape = SHAPES[table.name]
        columns = [
            ProgramRow.c.code.label("program") if made == "program" else table.c[name]
            for name, made in shape.columns.items()
        ]
        query = select(*columns)
        if table is Beneficiary:
            return query.add_columns(table.c.document_type, table.c.number).where(table.c.id.in_(self._people()))
        query = query.select_from(table).where(table.c[shape.grows_by] > self._last(table.name))
        if "program" in shape.columns.values():
            query = query.join(ProgramRow, ProgramRow.c.id == table.c.program_id)
        if "person" in shape.columns.values():
            query = query.join(Beneficiary, Beneficiary.c.id == table.c.beneficiary_id)
            query = query.add_columns(Beneficiary.c.document_type, Beneficiary.c.number)
        order = [table.c[shape.grows_by]]
        return query.order_by(table.c.period, *order) if shape.by_period else query.order_by(*order)

    def _people(self) -> Any:  # noqa: ANN401 - a select
        """The people of the new rows, known ones included, because their details may have been completed since."""
        named = []
        for name in OF_PEOPLE:
            table = table_of_name(name)
            named.append(select(table.c.beneficiary_id).where(table.c.id > self._last(name)))
        return select(union(*named).subquery().c.beneficiary_id)

    def _last(self, table: str) -> int:
        return self.before.last[table] if self.before else 0

    def _type(self, table: str, column: str, made: Made) -> pa.DataType:
        kind = table_of_name(table).c[column].type
        if made == "person" or (made != "program" and isinstance(kind, (BigInteger, Integer))):
            return pa.int64()
        if isinstance(kind, Date):
            return pa.date32()
        # Dates of lists stay text, because some are months only. A dictionary does not pay for distinct pseudonyms.
        return pa.string() if made in {"number", "name", "card"} else pa.dictionary(pa.int32(), pa.string())

    def _columns(self, table: str, rows: Iterator[Any], held: Sequence[bool]) -> Iterator[list[Sequence[Any]]]:
        """Row groups as columns, with people and cards as they are to be written."""
        makers = self.pseudonyms.makers()
        made = list(SHAPES[table].columns.values())
        while group := list(islice(rows, _ROWS_AT_ONCE)):
            columns = list(zip(*group, strict=True))
            people = columns[len(made) :]
            yield [
                _made(column, how, makers.get(how), people, self.pseudonyms)
                for column, how, kept in zip(columns, made, held, strict=False)
                if kept
            ]

    def _file(self, table: str, folder: str, schema: pa.Schema, runs: Iterator[list[Sequence[Any]]]) -> None:
        private.make_folder(self.lake / folder)
        path = f"{folder}/{self.name}{_FILE_SUFFIX}"
        target = self.lake / path
        part = self.parts.enter_context(private.unfinished(target))
        self.unnamed.append((part, target))
        rows = 0
        with (
            part.open("wb") as file,
            parquet.ParquetWriter(file, schema, compression="zstd") as writer,
        ):
            for run in runs:
                arrays = [pa.array(values, column.type) for values, column in zip(run, schema, strict=True)]
                writer.write_batch(pa.record_batch(arrays, schema=schema))
                rows += len(run[0])
        private.flush(part)
        with part.open("rb") as written:
            digest = hashlib.file_digest(written, "sha256").hexdigest()
        self.files.append(File(table, path, rows, part.stat().st_size, digest))

    def publish(self) -> Manifest:
        """Rename the files, then publish the manifest; raises LakeRaced."""
        for part, target in self.unnamed:
            private.publish(part, target, over=True)  # a killed export may have left the same bytes
        done = replace(self.manifest, files=self.files)
        private.make_folder((self.lake / done.path).parent)
        try:
            put(self.lake, done)
        except FileExists as error:
            raise LakeRaced(district=done.district) from error
        self._remove_leftovers()
        return done

    def _remove_leftovers(self) -> None:
        """Remove files of this number that the manifest does not name: exports that were killed or lost the race."""
        named = {target for _, target in self.unnamed}
        district, number = self.manifest.district, f"{self.manifest.part:06d}-"
        for table in SHAPES:
            for folder in (self.lake / table).glob(f"**/district={district}"):
                private.clear_away(folder)
                for path in folder.iterdir():
                    if path not in named and path.name.lstrip(".").startswith(number):
                        path.unlink(missing_ok=True)


def export(
    books: Connection,
    lake: Path,
    district: str,
    pseudonyms: Pseudonyms,
    catalogue: str,
    made_at: str,
    made_by: str,
) -> Manifest | None:
    """Add to a lake what is new in a ledger; None if nothing is.

    Raises LakeOfAnother if earlier exports came from another ledger, or used another key or way of writing people;
    LakeRaced if another export of the district ran at the same time; LakeDamaged; OSError.
    """
    earlier = manifests_in(lake, district)
    before = earlier[-1] if earlier else None
    _require_same(books, before, district, pseudonyms)
    last = {name: _last_of(books, name) for name in SHAPES}
    now = _schools_now(books)
    if before is not None and last == dict(before.last) and now == _schools_of(before):
        return None
    first = (before.last["batch"] if before else 0) + 1
    head = events.head(books)
    totals = select(func.coalesce(func.sum(Batch.c.person_times), 0), func.coalesce(func.sum(Batch.c.amount_fen), 0))
    times, amount = books.execute(totals.where(Batch.c.id >= first)).one()
    manifest = Manifest(
        district=district,
        part=len(earlier) + 1,
        head=head,
        made_at=made_at,
        made_by=made_by,
        people=pseudonyms.showing,
        key=pseudonyms.fingerprint,
        catalogue=catalogue,
        batches=(first, last["batch"]),
        last=last,
        person_times=int(times),
        amount_fen=int(amount),
        files=(),
        schools=now[0],
        schools_under=now[1],
        school_names=now[2],
    )
    # Exports of the same state write the same bytes under the same name; others never share a name.
    name = f"{manifest.part:06d}-{_short(head, pseudonyms)}"
    with ExitStack() as parts:
        under_way = _Export(books, lake, pseudonyms, manifest, before, name, parts)
        under_way.tables()
        return under_way.publish()


def _schools_now(books: Connection) -> _SchoolsNow:
    """Which schools count as which, and what they are called."""
    found = told(books)
    codes = {row.id: str(row.code) for row in books.execute(select(ProgramRow.c.id, ProgramRow.c.code))}
    under = tuple((one, into, tuple(codes[program] for program in programs)) for one, into, programs in found.under)
    return found.always, under, found.printed


def _schools_of(export: Manifest) -> _SchoolsNow:
    return tuple(export.schools), tuple(export.schools_under), tuple(export.school_names)


def _short(head: str, pseudonyms: Pseudonyms) -> str:
    state = f"{head} {pseudonyms.showing} {pseudonyms.fingerprint}"
    return hashlib.sha256(state.encode("ascii")).hexdigest()[:12]


def _require_same(books: Connection, before: Manifest | None, district: str, pseudonyms: Pseudonyms) -> None:
    if before is None:
        return
    known = select(Event.c.id).where(Event.c.digest == before.head)
    same_ledger = books.execute(known).first() is not None
    if not same_ledger or before.key != pseudonyms.fingerprint or before.people != pseudonyms.showing:
        raise LakeOfAnother(district=district, people=before.people, head=before.head[:12])


def _last_of(books: Connection, name: str) -> int:
    # People are exported with the rows that are about them.
    if name == "beneficiary":
        return 0
    column = table_of_name(name).c[SHAPES[name].grows_by]
    return int(books.execute(select(func.coalesce(func.max(column), 0))).scalar_one())


def table_of_name(name: str) -> Table:
    """A table of the ledger by its name."""
    return _METADATA.tables[name]


def _made(
    column: Sequence[Any],
    how: Made,
    maker: Callable[[Any], Any] | None,
    people: Sequence[Sequence[Any]],
    pseudonyms: Pseudonyms,
) -> Sequence[Any]:
    if how == "person":
        return [pseudonyms.person(kind, number) for kind, number in zip(*people, strict=True)]
    return column if maker is None else [None if value is None else maker(value) for value in column]
