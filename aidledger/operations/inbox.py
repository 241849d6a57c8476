"""A delivery from beginning to end: announced, received, checked, posted as checked, returned to the schools."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from aidledger.catalogue.catalogue import Catalogue
from aidledger.domain.part import Part
from aidledger.domain.term import Period
from aidledger.errors import (
    CheckOutdated,
    FilesTooMany,
    NoEarlierVersion,
    NothingToPost,
    NothingToRead,
    SupersededBatch,
    UnknownBatch,
    WorkCancelled,
)
from aidledger.operations.feedback import Feedback
from aidledger.operations.files import SPREADSHEETS, InputFile, PassedOver, Reader, by_name, walk
from aidledger.operations.importing import ImportRequest, Instructions, import_files
from aidledger.operations.results import FileResult, ImportResult
from aidledger.operations.sides import inbox_of
from aidledger.sheets.formats.archive import safe_parts
from aidledger.sheets.formats.limits import DEFAULT_LIMITS, MIB
from aidledger.sheets.recognition.hints import Hints
from aidledger.store.chain import events
from aidledger.store.database.bulk import next_id
from aidledger.store.inbox import AnnouncedFile, Delivery, Inbox
from aidledger.store.jobs import JobFile
from aidledger.store.ledger import Books, Ledger
from aidledger.store.model.tables import Batch
from aidledger.store.postings import posting, versions

__all__ = [
    "AnnouncedDelivery",
    "AnnouncedFile",
    "Checked",
    "Delivery",
    "Inbox",
    "announce",
    "check",
    "clear_old",
    "file_key",
    "files_of",
    "inbox_of",
    "instruct",
    "instructions_of",
    "may_instruct",
    "passed_over",
    "post",
    "receive",
    "remove",
    "sent_back",
    "take_posted",
]

FILES_MAX = 5_000
# With what is passed over; and the length of a path that any system allows.
ANNOUNCED_MAX = 20_000
_PATH_MAX = 4_096
DAYS_KEPT = 90
# An archive of a district's rosters; a spreadsheet is refused by its own limit.
_ARCHIVE_MAX_BYTES = 512 * MIB


@dataclass(frozen=True, slots=True)
class Checked:
    """What a check of a delivery found, the ledger's head that it was checked against, and what was said by hand."""

    delivery: int
    head: str
    result: ImportResult
    instructions: Mapping[str, Instructions] = field(default_factory=dict)

    @property
    def postable(self) -> list[FileResult]:
        """The files that would be posted."""
        return self.result.counted("would-post")

    @property
    def digest(self) -> str:
        """What the button that posts is bound to: the head, and every file with its content, person-times and 分."""
        return self._digest_of(self.postable)

    def digest_of(self, file: FileResult) -> str:
        """The same of the button that posts one file."""
        return self._digest_of([file])

    def _digest_of(self, files: Iterable[FileResult]) -> str:
        told = [
            (file.path, file.sha256, file.person_times, file.amount_fen, self.instructions.get(file.path))
            for file in files
        ]
        return hashlib.sha256(repr((self.delivery, self.head, told)).encode()).hexdigest()

    def file(self, key: str) -> FileResult:
        """The file with a key; raises CheckOutdated."""
        for file in self.result.files:
            if file_key(file.path) == key:
                return file
        raise CheckOutdated


def file_key(path: str) -> str:
    """What names a file in a URL, where its own name, which may hold a number, must not stand."""
    return hashlib.sha256(path.encode("utf-8", "replace")).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class AnnouncedDelivery:
    """A delivery that was announced. ``missing``: the number of each file to send, and its place among those announced.

    ``passed_over``: how many are not wanted.
    """

    delivery: int
    missing: Sequence[tuple[int, int]]
    passed_over: int


def announce(ledger: Ledger, files: Sequence[AnnouncedFile]) -> AnnouncedDelivery:
    """Open a delivery, for whom the office lets import.

    Names are labels: no path of the sender's leads anywhere. What an import would pass over is not waited for. The
    same names, sizes and times as of a delivery that lacks files go on with that one. What has lain here for
    ``DAYS_KEPT`` days goes. Raises NotNamed, OtherRole, FilesTooMany, NothingToRead.
    """
    ledger.require("import")
    clear_old(ledger)
    if len(files) > ANNOUNCED_MAX or any(len(file.path) > _PATH_MAX for file in files):
        raise FilesTooMany(count=len(files), most=ANNOUNCED_MAX)
    labels = _Labels()
    passed: list[tuple[str, str]] = []
    for i in sorted(range(len(files)), key=lambda one: files[one].path):  # whatever the order, the labels are the same
        label = "/".join(safe_parts(files[i].path.encode("utf-8", "replace").decode()))
        why = by_name(label)
        if why is None:
            labels.give(label, i)
        else:
            passed.append((label, why))
    given = labels.given
    if not given:
        raise NothingToRead(count=len(passed))
    labelled = [replace(files[i], path=label) for label, i in sorted(given.items(), key=lambda one: one[1])]
    if len(given) > FILES_MAX or any(not 0 <= file.size <= _size_max(file.path) for file in labelled):
        raise FilesTooMany(count=len(given), most=FILES_MAX)
    box = inbox_of(ledger)
    number = box.announce(ledger.moment(), ledger.actor, labelled, passed)
    missing = [(one.number, given[one.path]) for one in box.delivery(number).missing]
    return AnnouncedDelivery(number, missing, len(passed))


def _size_max(label: str) -> int:
    """How large a file may be; a spreadsheet that is a byte too large comes, and is refused by its own limit."""
    spreadsheet = Path(label).suffix.lower() in SPREADSHEETS
    return DEFAULT_LIMITS.file_size_max_bytes + 1 if spreadsheet else _ARCHIVE_MAX_BYTES


def passed_over(delivery: Delivery) -> list[PassedOver]:
    """What was in the folder that was dropped and was not taken, with the reason."""
    return [PassedOver(path, why) for path, _ in delivery.passed_over if (why := by_name(path)) is not None]


def clear_old(ledger: Ledger) -> None:
    """Remove what has lain in the inbox for ``DAYS_KEPT`` days."""
    before = ledger.clock().astimezone(UTC) - timedelta(days=DAYS_KEPT)
    inbox_of(ledger).clear(before.strftime("%Y-%m-%dT%H:%M:%SZ"))


@dataclass(slots=True)
class _Labels:
    """The names of a delivery's files: each unlike all others, and none a folder of another, as archives look like."""

    given: dict[str, int] = field(default_factory=dict)
    _folders: set[str] = field(default_factory=set)
    _numbers: dict[Path, int] = field(default_factory=dict)

    def give(self, label: str, file: int) -> None:
        """Give a file its label, or one like it that is free."""
        wanted = Path(label)
        while (taken := self._taken(label)) is not None:
            number = self._numbers[wanted] = self._numbers.get(wanted, 1) + 1
            name = wanted if taken == label else Path(taken)
            free = Path(taken).with_name(f"{name.stem} ({number}){name.suffix}")
            label = f"{free.as_posix()}{label[len(taken) :]}"
        self.given[label] = file
        self._folders.update(map(Path.as_posix, Path(label).parents))

    def _taken(self, label: str) -> str | None:
        """What of a label is another file's: all of it, or a folder above."""
        if label in self.given or label in self._folders:
            return label
        return next((above for one in Path(label).parents if (above := one.as_posix()) in self.given), None)


def receive(ledger: Ledger, delivery: int, number: int, pieces: Iterable[bytes]) -> str:
    """Take in a file that was announced; returns its SHA-256.

    Raises NotNamed, OtherRole, UnknownDelivery, UploadIncomplete.
    """
    ledger.require("import")
    return inbox_of(ledger).receive(delivery, number, pieces)


def remove(ledger: Ledger, delivery: int) -> None:
    """Remove what is left of a delivery; raises NotNamed, OtherRole, UnknownDelivery."""
    ledger.require("import")
    box = inbox_of(ledger)
    box.remove(delivery, [file.number for file in box.delivery(delivery).files])


def may_instruct(ledger: Ledger, delivery: int, said: Instructions) -> None:
    """Whether something can be said about a file.

    Raises NotNamed, OtherRole, UnknownDelivery; UnknownBatch, NoEarlierVersion, SupersededBatch for what it supersedes.
    """
    with ledger.reading("import") as books:
        if said.supersedes is not None:
            versions.version(books, said.supersedes)
    inbox_of(ledger).delivery(delivery)


def instruct(ledger: Ledger, delivery: int, path: str, said: Instructions) -> None:
    """Keep what was said by hand about a file until it is posted, for the next check; raises as ``may_instruct``."""
    may_instruct(ledger, delivery, said)
    inbox_of(ledger).instruct(delivery, path, None if said == Instructions() else _written(said))


def instructions_of(ledger: Ledger, delivery: int) -> dict[str, Instructions]:
    """What was said by hand about the files of a delivery, by path."""
    return {path: _read(said) for path, said in inbox_of(ledger).instructions(delivery).items()}


def _still(books: Books, said: Instructions) -> Instructions:
    """What was said, without a batch that has been reversed or corrected since: one file must not stop all others."""
    try:
        if said.supersedes is not None:
            versions.version(books, said.supersedes)
    except (UnknownBatch, NoEarlierVersion, SupersededBatch):
        return replace(said, supersedes=None)
    return said


def _written(said: Instructions) -> str:
    hints = said.hints
    return json.dumps(
        {
            "program": hints.program,
            "period": hints.period.code if hints.period else None,
            "part": hints.part.code if hints.part else None,
            "school": hints.school,
            "kind": hints.kind,
            "columns": dict(hints.columns),
            "record_conflicts": said.record_conflicts,
            "supersedes": said.supersedes,
            "remember": said.remember,
        }
    )


def _read(written: str) -> Instructions:
    told = json.loads(written)
    period, part = told["period"], told["part"]
    hints = Hints(
        program=told["program"],
        period=Period.parse(period) if period else None,
        school=told["school"],
        columns=told["columns"],
        kind=told["kind"],
        part=Part.parse(part) if part else None,
    )
    return Instructions(hints, told["record_conflicts"], told["supersedes"], told["remember"])


def check(
    ledger: Ledger,
    catalogue: Catalogue,
    delivery: int,
    started: Callable[[int], None] = lambda _count: None,
    progress: Callable[[FileResult], None] = lambda _result: None,
    stopped: Callable[[], bool] = lambda: False,
) -> Checked:
    """Run the import of a delivery and roll it back; nothing is kept.

    Raises UnknownDelivery, NotNamed, OtherRole, WorkCancelled once ``stopped`` is true.
    """
    with ledger.reading("check") as books:
        head, coming = events.head(books), next_id(books, Batch)
        said = {path: _still(books, one) for path, one in instructions_of(ledger, delivery).items()}
    shelf = inbox_of(ledger).shelf(delivery)
    request = ImportRequest(list(shelf.files), by_file=said, dry_run=True, shelf=shelf, stopped=stopped)
    result = import_files(ledger, catalogue, request, started, progress)
    if result.unreached:
        raise WorkCancelled
    # A batch that the check made is gone with it: such a file is the same as another of the delivery.
    files = [replace(file, batch=None) if (file.batch or 0) >= coming else file for file in result.files]
    return Checked(delivery, head, replace(result, files=files), said)


def post(
    ledger: Ledger,
    catalogue: Catalogue,
    checked: Checked,
    started: Callable[[int], None] = lambda _count: None,
    progress: Callable[[FileResult], None] = lambda _result: None,
    stopped: Callable[[], bool] = lambda: False,
    one: FileResult | None = None,
) -> ImportResult:
    """Post what a check found to be right, and remove it from the inbox; what was not right stays there.

    ``one``: post this file alone. Once ``stopped`` is true, no further file is posted; what was not reached stays, too.

    Raises CheckOutdated if the ledger has changed since the check, NothingToPost.
    """
    ledger.require("import")
    wanted = {file.path: file.sha256 for file in checked.postable if one is None or file == one}
    if not wanted:
        raise NothingToPost
    box = inbox_of(ledger)
    shelf = box.shelf(checked.delivery)
    request = ImportRequest(
        list(shelf.files),
        by_file=checked.instructions,
        shelf=shelf,
        only=wanted,
        stopped=stopped,
        head=checked.head,
    )
    result = import_files(ledger, catalogue, request, started, progress)
    posted = {file.path for file in result.counted("posted")}
    with ledger.reading("import") as books:
        done = [
            file
            for file in checked.result.files
            if (file.outcome == "would-post" and file.path in posted) or _in_force(books, file)
        ]
    left = [file.path for file in checked.result.files if file not in done]
    _take(box, checked.delivery, {*(file.path for file in done), *_passed(checked)}, set(left))
    return result


def _in_force(books: Books, file: FileResult) -> bool:
    """Whether a file that the check found unchanged is in the ledger: already then, or since the rest was posted."""
    if file.outcome != "unchanged":
        return False
    return file.batch is not None or posting.batch_in_force_of(books, file.sha256) is not None


def _passed(checked: Checked) -> Iterable[str]:
    return (one.path for one in checked.result.passed_over)


def files_of(checked: Checked, result: ImportResult | None = None) -> list[JobFile]:
    """The files of a delivery for the record of its posting: what waits and what does not, or what became of it."""
    known = {file.path: file for file in result.files} if result else {}
    told = []
    for file in checked.result.files:
        now = known.get(file.path, file) if file.outcome == "would-post" else file
        waits = now.outcome == "would-post" or (now.outcome == "unchanged" and now.batch is None)
        told.append(JobFile(file.path, file.sha256, "waiting" if waits else now.outcome, now.batch))
    return told


def take_posted(ledger: Ledger, delivery: int, files: Sequence[JobFile]) -> None:
    """Remove from the inbox what the record of a posting says was posted; of a delivery that is gone, nothing."""
    done = {one.path for one in files if one.state in {"posted", "unchanged"}}
    left = {one.path for one in files if one.state not in {"posted", "unchanged"}}
    _take(inbox_of(ledger), delivery, done, left)


def _take(box: Inbox, delivery: int, done: set[str], left: set[str]) -> None:
    """Remove the files that contain something done and nothing left to do; an archive may contain both."""
    if all(one.id != delivery for one in box.deliveries()):
        return  # it was removed meanwhile
    files = box.shelf(delivery).files.items()
    box.remove(delivery, [one.number for path, one in files if _holds(path, done) and not _holds(path, left)])


def _holds(path: Path, others: Iterable[str]) -> bool:
    """Whether a file, or one in it, is among others; what came after the check is not."""
    return any(Path(one) == path or path in Path(one).parents for one in others)


def sent_back(
    ledger: Ledger,
    checked: Checked,
    feedback: Callable[[Path, Sequence[Path]], Feedback],
    some: Sequence[FileResult] | None = None,
    progress: Callable[[int, int], None] = lambda _done, _total: None,
) -> bytes:
    """A .zip of marked copies of the files that were not right, in a folder for each school; raises UnknownDelivery.

    ``feedback``: how copies are written to a folder, given what was imported. ``some``: of these files alone.
    ``progress`` gets how many copies are made, and of how many; what it raises ends the making.
    """
    with ledger.reading("import"):  # they hold full numbers, as the files do that a clerk sent
        pass
    shelf = inbox_of(ledger).shelf(checked.delivery)
    rejected = {file.path: file for file in checked.result.counted("rejected") if some is None or file in some}
    found = walk(shelf.files, DEFAULT_LIMITS, shelf).found
    packed = io.BytesIO()
    with TemporaryDirectory() as folder, Reader(DEFAULT_LIMITS) as reader, zipfile.ZipFile(packed, "w") as archive:
        copies = feedback(Path(folder), list(shelf.files))
        for one in found:
            source: InputFile = reader.read(one)
            if source.shown in rejected:
                progress(len(archive.namelist()), len(rejected))
                written = copies.write(source, rejected[source.shown])
                below = Path(*safe_parts(rejected[source.shown].school or "")) / written.relative_to(folder)
                archive.write(written, below, zipfile.ZIP_DEFLATED)
        progress(len(rejected), len(rejected))
    return packed.getvalue()
