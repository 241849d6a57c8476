"""Importing rosters: each file whole or not at all, in the order of its name."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

from aidledger.catalogue.catalogue import Catalogue
from aidledger.domain.changes import Changes, PaymentChange, changes_between
from aidledger.domain.problem import Problem
from aidledger.domain.role import Action
from aidledger.domain.roster import Note, RosterFile
from aidledger.errors import CheckOutdated, FatesDoNotAddUp, OneFileToSupersede, OtherRoster
from aidledger.operations import examining, files
from aidledger.operations.contradictions import candidates, contradictions, problems
from aidledger.operations.feedback import Feedback
from aidledger.operations.files import CHANGED, Found, InputFile, PassedOver, Reader, shown_path
from aidledger.operations.group_commit import SECONDS_MAX, posted_in_groups
from aidledger.operations.results import FileResult, ImportResult, result_of
from aidledger.operations.returns import answered, doubts_of, matched, recovery_doubts
from aidledger.operations.turned_away import TurnedAway
from aidledger.operations.workers import NotReady
from aidledger.sheets.formats.limits import DEFAULT_LIMITS, Limits
from aidledger.sheets.recognition.hints import Hints
from aidledger.store.chain import events, mappings
from aidledger.store.ledger import Books, Ledger
from aidledger.store.master.catalogues import LoadedCatalogue, ensure_loaded
from aidledger.store.postings import posting, versions
from aidledger.store.postings.differences import payment_changes
from aidledger.store.postings.journal import Stamp
from aidledger.store.postings.listings import Answered
from aidledger.store.privacy import forgetting

# A file and its content as read; None if the file is already known.
Read = tuple[InputFile, RosterFile | None]
# The digits of an ID or card number; every encoding that we read has them as ASCII.
_LONG_NUMBER = re.compile(rb"(?:\d\0?){15}")
_LIST_LINES_MIN = 2


@dataclass(frozen=True, slots=True)
class Instructions:
    """What is said by hand about a file.

    ``hints``: what the file leaves open. ``record_conflicts``: post also what contradicts the ledger. ``supersedes``:
    the batch of which it is a new version. ``remember``: keep the columns that were named for the file's school.
    """

    hints: Hints = field(default_factory=Hints)
    record_conflicts: bool = False
    supersedes: int | None = None
    remember: bool = False

    @property
    def told_apart(self) -> bool:
        """Whether they say what is paid for: the same file can then be a different payment."""
        hints = self.hints
        return bool(hints.program or hints.period or hints.part or hints.school)


@dataclass(frozen=True, slots=True)
class ImportRequest:
    """What to import and how. ``shelf``: where the paths are, if not on disk.

    ``instructions``: for all files but those in ``by_file``, by path as shown. ``only``: of what is there, no other
    files, and these with no other content: SHA-256 by path as shown.
    ``stopped``: asked before each file; once true, no further file is taken. ``head``: the ledger's, if it must not
    have moved on before the first file is posted.
    """

    paths: Sequence[Path]
    instructions: Instructions = field(default_factory=Instructions)
    by_file: Mapping[str, Instructions] = field(default_factory=dict)
    feedback: Feedback | None = None
    dry_run: bool = False
    workers: int | None = None
    limits: Limits = DEFAULT_LIMITS
    shelf: files.Shelf | None = None
    only: Mapping[str, str] | None = None
    head: str | None = None
    stopped: Callable[[], bool] = lambda: False


def import_files(
    ledger: Ledger,
    catalogue: Catalogue,
    request: ImportRequest,
    started: Callable[[int], None] = lambda _count: None,
    progress: Callable[[FileResult], None] = lambda _result: None,
) -> ImportResult:
    """Import files and folders; reports how many there are, and each file as it finishes.

    Every file is posted whole or not at all. A dry run is the real run in one transaction, which is rolled back. Raises
    NotNamed, OtherRole before a file is read; OneFileToSupersede, UnknownBatch, NoEarlierVersion, SupersededBatch,
    OtherRoster for a wrong batch to supersede.
    """
    action: Action = "check" if request.dry_run else "import"
    with ledger.reading(action):
        walked = files.walk(request.paths, request.limits, request.shelf)
    if request.only is not None:
        walked.found = [one for one in walked.found if shown_path(one.path) in request.only]
    if request.instructions.supersedes is not None and len(walked.found) != 1:
        raise OneFileToSupersede(count=len(walked.found))
    if request.feedback is not None:
        request.feedback.prepare()
    started(len(walked.found))
    if request.dry_run:
        with ledger.writing(action, keep=False) as books:
            run = _Run(ledger, catalogue, request, lambda: nullcontext(books), progress)
            results = run.files(walked.found)
            return ImportResult(results, events.head(books), [*walked.passed_over, *run.passed_over], run.unreached)
    run = _Run(ledger, catalogue, request, partial(ledger.writing, action), progress)
    results = run.files(walked.found)
    with ledger.reading("open") as books:
        return ImportResult(results, events.head(books), [*walked.passed_over, *run.passed_over], run.unreached)


@dataclass(slots=True)
class _Run:
    """One run over many files: read in workers, posted here, one file at a time.

    ``known``: the SHA-256 of files in force. ``remembered``: the columns remembered, by school. ``no_lists``: files
    that turned out not to be lists. ``unreached``: files that were left when it was stopped.
    """

    ledger: Ledger
    catalogue: Catalogue
    request: ImportRequest
    transaction: Callable[[], AbstractContextManager[Books]]
    progress: Callable[[FileResult], None]
    loaded: LoadedCatalogue = field(init=False)
    known: Container[str] = field(init=False)
    remembered: dict[str, dict[str, str]] = field(default_factory=dict)
    no_lists: list[Found] = field(default_factory=list)
    unreached: list[str] = field(default_factory=list)
    turned_away: TurnedAway = field(default_factory=TurnedAway)

    def instructions(self, source: InputFile) -> Instructions:
        """What was said by hand about a file."""
        return self.request.by_file.get(source.shown, self.request.instructions)

    def hints(self, source: InputFile) -> Hints:
        """What was said by hand about a file, this time and earlier."""
        return replace(self.instructions(source).hints, remembered=self.remembered)

    @property
    def passed_over(self) -> list[PassedOver]:
        """The files that are not lists, as reported."""
        return [PassedOver(shown_path(one.path), "no-list") for one in self.no_lists]

    def files(self, found: Sequence[Found]) -> list[FileResult]:
        """Read, post and report each file, in the order found; files that are not lists go to ``no_lists``."""
        with self.transaction() as books:
            if self.request.head not in {None, events.head(books)}:
                raise CheckOutdated
            self.loaded = ensure_loaded(books, self.catalogue, self.ledger.moment(), self.ledger.actor)
            self.known = posting.sources_in_force(books)
            self.remembered = mappings.by_school(books)
        # A dry run is one transaction anyway: nothing is posted again after a failure.
        seconds_max = 0.0 if self.request.dry_run else SECONDS_MAX
        workers = max(1, min(self.request.workers or examining.default_workers(), len(found)))
        results: dict[Found, FileResult] = {}
        with Reader(self.request.limits) as reader:
            sources = (self._as_checked(source) for source in self._opened(reader, found))
            taken = self._until_stopped(self._lists(self._read(sources, workers)))
            for (source, _), result in posted_in_groups(self.transaction, self._post, taken, seconds_max):
                results[source.place] = self._report(source, result)
        if self.request.stopped():
            self.unreached = [shown_path(one.path) for one in found if one not in results and one not in self.no_lists]
        elif results.keys() | set(self.no_lists) != set(found):
            raise RuntimeError(f"{len(found)} files went in, {len(results) + len(self.no_lists)} came out")  # noqa: TRY003
        return [results[one] for one in found if one in results]

    def _opened(self, reader: Reader, found: Iterable[Found]) -> Iterator[InputFile]:
        for one in found:
            source = reader.read(one)
            # keep a folder of known files out of memory
            yield replace(source, content=b"") if self._is_settled(source) else source

    def _is_settled(self, source: InputFile) -> bool:
        """Whether a file needs no reading: its bytes are already in the ledger, or it could not be opened."""
        known = source.sha256 in self.known and not self.instructions(source).told_apart
        return known or source.failure is not None

    def _until_stopped(self, reads: Iterable[Read | NotReady]) -> Iterator[Read | NotReady]:
        """The same until somebody stops it; what was taken before is posted whole."""
        for read in reads:
            if self.request.stopped():
                return
            yield read

    def _read(self, sources: Iterable[InputFile], workers: int) -> Iterator[Read | NotReady]:
        """Each file and its content as read, in order; those that need no reading wait for those before them."""
        ahead: deque[InputFile] = deque()
        unread = (source for source in examining.noted(sources, ahead) if not self._is_settled(source))
        for read in examining.examined(unread, self.catalogue, self.hints, self.request.limits, workers):
            if not isinstance(read, NotReady):
                while self._is_settled(ahead[0]):
                    yield _settled(ahead.popleft())
                ahead.popleft()
            yield read
        yield from map(_settled, ahead)

    def _as_checked(self, source: InputFile) -> InputFile:
        """A file that is another than the one that was checked counts as changed while it was read."""
        only = self.request.only
        if only is None or source.failure is not None or only[source.shown] == source.sha256:
            return source
        return replace(source, content=b"", failure=Problem("unreadable-file", facts={"why": CHANGED}))

    def _lists(self, reads: Iterable[Read | NotReady]) -> Iterator[Read | NotReady]:
        """The files that are lists, in the order of posting; the others go to ``no_lists``."""
        later: list[Read] = []
        for read in reads:
            if isinstance(read, NotReady):
                yield read
            elif _is_no_list(read):
                self.no_lists.append(read[0].place)
            elif _rank(read):
                later.append(read)
            else:
                yield read
        yield from sorted(later, key=_rank)

    def _post(self, books: Books, read: Read) -> FileResult:
        """Post a file if nothing speaks against it, and remember the columns named for its school."""
        source, file = read
        result = self._settle(books, source, file)
        return self._remember(books, source, result, file) if self.instructions(source).remember else result

    def _report(self, source: InputFile, result: FileResult) -> FileResult:
        """Report a file once its result is committed; a rejected one gets its marked copy."""
        if self.request.feedback is not None and result.outcome == "rejected":
            result = replace(result, feedback=str(self.request.feedback.write(source, result)))
        self.progress(result)
        return result

    def _settle(self, books: Books, source: InputFile, file: RosterFile | None) -> FileResult:
        """Post a file, or find out why not."""
        said = self.instructions(source)
        # An unreadable file has no bytes to be known by.
        batch = None if source.failure is not None else posting.batch_in_force_of(books, source.sha256)
        if batch is not None and (file is None or (file.rows_read and not (said.told_apart and file.tables))):
            return result_of(source, RosterFile(), "unchanged", batch)
        if file is None:  # reversed by somebody else in the meantime
            return self._again(books, source)
        accounted = sum(file.fates.values())
        if accounted != file.rows_read:
            raise FatesDoNotAddUp(file=source.shown, read=file.rows_read, accounted=accounted)
        if file.blocked(record_conflicts=said.record_conflicts):
            contradicted = self.turned_away.contradicted(source.sha256, file)
            result = result_of(source, replace(file, problems=[*file.problems, *contradicted]), "rejected", None)
        else:
            with books.begin_nested() as savepoint:
                result = self._try(books, source, file)
                if result.outcome in {"rejected", "unchanged"}:
                    savepoint.rollback()
        if result.outcome == "rejected":
            self.turned_away.add(self._called(source), source.sha256, file)
        return result

    def _again(self, books: Books, source: InputFile) -> FileResult:
        """The same after reading the file again: it may have changed or gone."""
        again = self._as_checked(files.read_again(source, self.request.limits))
        if again.failure is not None:
            return self._settle(books, again, RosterFile(problems=[again.failure]))
        file = examining.examine(again.content, again.heard, self.hints(again), self.catalogue, self.request.limits)
        return self._settle(books, again, file)

    def _called(self, source: InputFile) -> str:
        """A file's name relative to the folder or archive given."""
        if self.request.shelf is not None:
            return source.shown
        roots = [path for path in self.request.paths if path.is_dir() and source.path.is_relative_to(path)]
        archive = source.place.archive
        root = max(roots, key=lambda path: len(path.parts)) if roots else (archive or source.path).parent
        return shown_path(source.path.relative_to(root))

    def _remember(self, books: Books, source: InputFile, result: FileResult, file: RosterFile | None) -> FileResult:
        """Remember the columns named for a file's school, if they were understood that way."""
        columns = self.instructions(source).hints.columns
        schools = {table.school for table in file.tables} if file else set()
        unclear = {problem.code for problem in result.problems} & {"no-header", "missing-column"}
        if not columns or unclear or None in schools:
            return result
        known = mappings.by_school(books)
        for school in sorted(filter(None, schools)):
            if not columns.items() <= known.get(school, {}).items():
                mappings.remember(books, self.ledger.moment(), self.ledger.actor, school, columns)
        return replace(result, remembered=sorted(filter(None, schools)))

    def _try(self, books: Books, source: InputFile, file: RosterFile) -> FileResult:
        """Post a file and see what it contradicts; the caller rolls it back if it must not stand."""
        earlier = self._superseded(books, source, file)
        before = earlier.counted() if earlier else None
        matches = matched(books, file)
        posted = self._posted(books, source, file, earlier, answered(matches))
        doubts = [*doubts_of(file, matches), *recovery_doubts(books, posted.batch, file)]
        found = contradictions(books, self.catalogue, posted, file)
        changes: dict[int, tuple[Changes, Sequence[PaymentChange]]] = {}
        for batch in [earlier.batch] if earlier else candidates(books, posted, found):
            was = versions.contents(books, batch).counted() if before is None else before
            now = versions.contents(books, posted.batch).counted()
            changed = changes_between(was, now)
            changes[batch] = changed, payment_changes(books, was, now) if self.request.dry_run else ()
            if changed.none:
                told = [Note("same-content", "")] if file.tables else []
                return result_of(source, RosterFile(notes=told), "unchanged", batch)
        file = replace(file, problems=[*file.problems, *doubts, *problems(found, file, posted.batch)])
        file = replace(file, problems=[*file.problems, *self.turned_away.contradicted(source.sha256, file)])
        again = forgetting.named_again(books, posted.batch)
        if again:
            file = replace(file, notes=[*file.notes, Note("forgotten-people", "", again)])
        if posted.corrected:
            file = replace(file, notes=[*file.notes, Note("corrected-numbers", "", posted.corrected)])
        if file.blocked(record_conflicts=self.instructions(source).record_conflicts):
            result = result_of(source, file, "rejected", None)
        elif self.request.dry_run:
            result = result_of(source, file, "would-post", None)
        else:
            result = result_of(source, file, "posted", posted.batch)
        if not changes:
            return result
        supersedes, (changed, differences) = next(iter(changes.items()))
        return replace(result, changes=changed, supersedes=supersedes, differences=differences)

    def _superseded(self, books: Books, source: InputFile, file: RosterFile) -> versions.Version | None:
        supersedes = self.instructions(source).supersedes
        if supersedes is None:
            return None
        earlier = versions.version(books, supersedes)
        paid = versions.paid_by(books, earlier.batch)
        pays = {(roster.program, str(roster.period)) for table in file.tables for roster in table.rosters}
        if not paid & (pays | {(str(listing.kind), str(listing.period)) for listing in file.listings}):
            if source.shown in self.request.by_file:
                return None  # one file of many: what it contradicts is among its problems, and the others go on
            said = ", ".join(f"{program} {period}" for program, period in sorted(paid))
            raise OtherRoster(file=source.shown, number=earlier.batch, paid=said)
        return earlier

    def _posted(
        self, books: Books, source: InputFile, file: RosterFile, earlier: versions.Version | None, answers: Answered
    ) -> posting.Posted:
        kept = posting.Source(shown_path(Path(source.path.name)), source.sha256, source.content)
        stamp = Stamp(self.ledger.moment(), self.ledger.actor, self.loaded)
        return posting.post(books, kept, file, stamp, earlier, answers)


def _settled(source: InputFile) -> Read:
    return source, None if source.failure is None else RosterFile(problems=[source.failure])


def _rank(read: Read) -> int:
    """The posting order: rosters and lists, then bank returns, then recoveries."""
    _, file = read
    kinds = {listing.kind for listing in file.listings} if file else set()
    return 2 if "recovery" in kinds else 1 if "bank-return" in kinds else 0


def _is_no_list(read: Read) -> bool:
    """Whether a text file in a folder is not a list: no table, and no two lines with an ID or card number."""
    source, file = read
    if file is None or not source.place.tentative or file.tables or file.listings:
        return False
    return sum(1 for line in source.content.splitlines() if _LONG_NUMBER.search(line)) < _LIST_LINES_MIN
