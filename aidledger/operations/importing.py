"""Importing rosters: each file whole or not at all, in the order of its name."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Container, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal

from aidledger.audit.duplicates import duplicates
from aidledger.audit.names import names
from aidledger.audit.rule import Contradiction
from aidledger.catalogue.catalogue import Catalogue
from aidledger.domain.changes import Changes, changes_between
from aidledger.domain.layout import FIELD_NAMES, fold
from aidledger.domain.place import Place
from aidledger.domain.problem import Problem
from aidledger.domain.roster import Declared, Fate, Note, RosterFile
from aidledger.errors import FatesDoNotAddUp, OneFileToSupersede, OtherRoster, UnknownMapping
from aidledger.operations import examining, files
from aidledger.operations.files import SourceFile, shown_path
from aidledger.sheets.limits import DEFAULT_LIMITS, Limits
from aidledger.sheets.reader import Hints
from aidledger.store import events, posting, versions
from aidledger.store.catalogues import Loaded, ensure_loaded
from aidledger.store.journal import Stamp
from aidledger.store.ledger import Books, Ledger

Outcome = Literal["posted", "would-post", "rejected", "unchanged"]
# The audit's rules by which an import knows that a row contradicts the ledger, and the code and column with which it
# is reported.
_CODES = {
    "duplicate-disbursement": ("duplicate-in-ledger", "number"),
    "name-id-mismatch": ("name-id-mismatch", "name"),
}


@dataclass(frozen=True, slots=True)
class Request:
    """What to import and how."""

    paths: Sequence[Path]
    hints: Hints = field(default_factory=Hints)
    record_conflicts: bool = False
    supersedes: int | None = None
    dry_run: bool = False
    workers: int | None = None
    limits: Limits = DEFAULT_LIMITS


@dataclass(frozen=True, slots=True)
class RosterResult:
    """One sheet under one program as it was understood; amounts in 分."""

    sheet: str
    program: str | None
    period: str | None
    school: str | None
    header_row: int
    person_times: int
    amount_fen: int
    declared: Declared | None


@dataclass(frozen=True, slots=True)
class FileResult:
    """What became of a file. ``batch``: the one it was posted as, or the earlier one that holds the same.

    ``changes``: how it differs from the batch ``supersedes``, which it took the place of or, where it was rejected,
    could take the place of.
    """

    path: str
    sha256: str
    kind: str
    outcome: Outcome
    batch: int | None
    rosters: Sequence[RosterResult]
    rows: dict[Fate, int]
    rows_read: int
    problems: Sequence[Problem]
    notes: Sequence[Note]
    changes: Changes | None = None
    supersedes: int | None = None

    @property
    def person_times(self) -> int:
        """Payments in the file."""
        return sum(roster.person_times for roster in self.rosters)

    @property
    def amount_fen(self) -> int:
        """Money in the file, in 分."""
        return sum(roster.amount_fen for roster in self.rosters)


@dataclass(frozen=True, slots=True)
class ImportResult:
    """What became of every file, and the ledger's head afterwards."""

    files: Sequence[FileResult]
    head: str

    def counted(self, *outcomes: Outcome) -> list[FileResult]:
        """The files with one of these outcomes."""
        return [file for file in self.files if file.outcome in outcomes]


def import_files(
    ledger: Ledger,
    catalogue: Catalogue,
    request: Request,
    started: Callable[[int], None] = lambda _count: None,
    progress: Callable[[FileResult], None] = lambda _result: None,
) -> ImportResult:
    """Import files and folders; tells how many there are, and then of each file as it is done.

    Every file is a transaction of its own. A dry run is the real run in one transaction that is taken back. Raises
    OneFileToSupersede, UnknownBatch, NoEarlierVersion, SupersededBatch, OtherRoster where a version is misnamed.
    """
    paths = files.walk(request.paths)
    if request.supersedes is not None and len(paths) != 1:
        raise OneFileToSupersede(count=len(paths))
    started(len(paths))
    run = _Run(ledger, catalogue, request)
    if request.dry_run:
        with ledger.writing(keep=False) as books:
            results = run.files(paths, lambda: nullcontext(books), progress)
            return ImportResult(results, events.head(books))
    results = run.files(paths, ledger.writing, progress)
    with ledger.reading() as books:
        return ImportResult(results, events.head(books))


class _Run:
    """One run over many files."""

    def __init__(self, ledger: Ledger, catalogue: Catalogue, request: Request) -> None:
        self.ledger = ledger
        self.catalogue = catalogue
        self.request = request

    def files(
        self,
        paths: Sequence[Path],
        transaction: Callable[[], AbstractContextManager[Books]],
        progress: Callable[[FileResult], None],
    ) -> list[FileResult]:
        """Read in workers, post here, one file after the other."""
        workers = self.request.workers or examining.default_workers()
        sources = (files.read(path, self.request.limits.file_size_max_bytes) for path in paths)
        with transaction() as books:
            loaded = ensure_loaded(books, self.catalogue, self.ledger.moment(), self.ledger.actor)
            known = posting.sources_in_force(books)
        results = []
        for source, file in self._examined(sources, known, max(1, min(workers, len(paths)))):
            with transaction() as books:
                result = self._settle(books, source, file, loaded)
            results.append(result)
            progress(result)
        if len(results) != len(paths):
            raise RuntimeError(f"{len(paths)} files went in, {len(results)} came out")  # noqa: TRY003
        return results

    def _examined(
        self, sources: Iterable[SourceFile], known: Container[str], workers: int
    ) -> Iterator[tuple[SourceFile, RosterFile | None]]:
        """Each file with what was read of it; None where its bytes are in the ledger already."""
        skipped: dict[SourceFile, None] = {}
        ahead: deque[SourceFile] = deque()

        def unknown() -> Iterator[SourceFile]:
            for source in sources:
                if source.sha256 in known or source.failure is not None:
                    passed = replace(source, content=b"")  # a folder of known files need not be held in memory
                    ahead.append(passed)
                    skipped[passed] = None
                else:
                    ahead.append(source)
                    yield source

        def passed_over() -> Iterator[tuple[SourceFile, RosterFile | None]]:
            while ahead and ahead[0] in skipped:
                source = ahead.popleft()
                yield source, None if source.failure is None else _unopened(source.failure)

        request = self.request
        for source, file in examining.examined(unknown(), self.catalogue, request.hints, request.limits, workers):
            yield from passed_over()
            ahead.popleft()
            yield source, file
        yield from passed_over()

    def _settle(self, books: Books, source: SourceFile, file: RosterFile | None, loaded: Loaded) -> FileResult:
        """Post a file, or find why not."""
        batch = posting.batch_in_force_of(books, source.sha256)
        if batch is not None and (file is None or file.rows_read):
            return _result(source, RosterFile(), "unchanged", batch)
        if file is None:  # reversed by somebody else since we looked
            source = files.read(source.path, self.request.limits.file_size_max_bytes)
            file = examining.examine(
                source.content, source.shown, self.catalogue, self.request.hints, self.request.limits
            )
        accounted = sum(file.fates.values())
        if accounted != file.rows_read:
            raise FatesDoNotAddUp(file=source.shown, read=file.rows_read, accounted=accounted)
        if file.blocked(record_conflicts=self.request.record_conflicts):
            return _result(source, file, "rejected", None)
        with books.begin_nested() as savepoint:
            result = self._try(books, source, file, loaded)
            if result.outcome in {"rejected", "unchanged"}:
                savepoint.rollback()
        return result

    def _try(self, books: Books, source: SourceFile, file: RosterFile, loaded: Loaded) -> FileResult:
        """Post a file and see what that contradicts; the caller takes it back where it is not to stand."""
        earlier = self._superseded(books, source, file)
        before = earlier.counted() if earlier else {}
        posted = self._post(books, source, file, loaded, earlier)
        found = _contradictions(books, posted)
        supersedes = earlier.batch if earlier else _candidate(books, posted, found)
        changes = None
        if supersedes is not None:
            before = before or versions.contents(books, supersedes).counted()
            changes = changes_between(before, versions.contents(books, posted.batch).counted())
            if changes.none:
                return _result(source, RosterFile(), "unchanged", supersedes)
        file = replace(file, problems=[*file.problems, *_problems(found, file)])
        if file.blocked(record_conflicts=self.request.record_conflicts):
            result = _result(source, file, "rejected", None)
        else:
            result = _result(
                source, file, *(("would-post", None) if self.request.dry_run else ("posted", posted.batch))
            )
        return replace(result, changes=changes, supersedes=supersedes)

    def _superseded(self, books: Books, source: SourceFile, file: RosterFile) -> versions.Version | None:
        if self.request.supersedes is None:
            return None
        earlier = versions.version(books, self.request.supersedes)
        paid = versions.paid_by(books, earlier.batch)
        if not paid & {(roster.program, str(roster.period)) for table in file.tables for roster in table.rosters}:
            said = ", ".join(f"{program} {period}" for program, period in sorted(paid))
            raise OtherRoster(file=source.shown, number=earlier.batch, paid=said)
        return earlier

    def _post(
        self,
        books: Books,
        source: SourceFile,
        file: RosterFile,
        loaded: Loaded,
        earlier: versions.Version | None,
    ) -> posting.Posted:
        kept = posting.Source(shown_path(Path(source.path.name)), source.sha256, source.content)
        stamp = Stamp(self.ledger.moment(), self.ledger.actor, loaded)
        return posting.post(books, kept, file, stamp, earlier)


def _unopened(why: str) -> RosterFile:
    return RosterFile(problems=[Problem("unreadable-file", facts={"why": why})])


def _contradictions(books: Books, posted: posting.Posted) -> list[Contradiction]:
    """What the audit's rules say of the new batch."""
    found: list[Contradiction] = []
    if posted.other_name:
        found += names(books, posted.batch)
    if posted.paid_before:
        found += duplicates(books, posted.batch)
    return found


def _candidate(books: Books, posted: posting.Posted, found: Iterable[Contradiction]) -> int | None:
    """The batch of which a new one looks like another version: the same school paid the same people for the same."""
    earlier = [one.earlier for one in found if one.rule == "duplicate-disbursement"]
    batch = versions.current_version_of(books, earlier)
    if batch is None or not versions.schools_of(books, batch) & versions.schools_of(books, posted.batch):
        return None
    return batch


def _problems(found: Iterable[Contradiction], file: RosterFile) -> Iterator[Problem]:
    """Contradictions as problems of the file, where the roster's own checks have not said the same already."""
    columns = {table.sheet: table.columns for table in file.tables}
    said = {(problem.code, problem.place.sheet, problem.place.row) for problem in file.problems}
    for contradiction in found:
        code, column = _CODES[contradiction.rule]
        if (code, contradiction.sheet, contradiction.row) not in said:
            place = Place(contradiction.sheet, contradiction.row, columns[contradiction.sheet].get(column))
            yield Problem(code, place, contradiction.facts)


def _result(source: SourceFile, file: RosterFile, outcome: Outcome, batch: int | None) -> FileResult:
    rosters = [
        RosterResult(
            sheet=table.sheet,
            program=roster.program,
            period=roster.period.code if roster.period else None,
            school=table.school,
            header_row=table.header_row,
            person_times=roster.person_times,
            amount_fen=roster.amount_fen,
            declared=roster.declared,
        )
        for table in file.tables
        for roster in table.rosters
    ]
    order = {table.sheet: i for i, table in enumerate(file.tables)}
    problems = sorted(file.problems, key=lambda problem: _reading_order(problem, order))
    return FileResult(
        path=source.shown,
        sha256=source.sha256,
        kind=file.kind,
        outcome=outcome,
        batch=batch,
        rosters=rosters,
        rows=file.fates,
        rows_read=file.rows_read,
        problems=problems,
        notes=file.notes,
    )


def _reading_order(problem: Problem, sheets: dict[str, int]) -> tuple[int, int, int, str]:
    place = problem.place
    column = place.column or ""
    return sheets.get(place.sheet or "", -1), place.row or 0, len(column), column


def mapped_columns(said: Iterable[str], catalogue: Catalogue) -> dict[str, str]:
    """``HEADER=field`` as it was typed, into folded headers and fields or program codes; raises UnknownMapping."""
    known = [*FIELD_NAMES, *catalogue.programs]
    columns = {}
    for text in said:
        header, _, name = text.rpartition("=")
        if not header.strip() or name.strip() not in known:
            raise UnknownMapping(text=text, fields=", ".join(known))
        columns[fold(header)] = name.strip()
    return columns
