"""The way of a delivery: announced, received, checked, posted as it was checked, sent back."""

from __future__ import annotations

import hashlib
import io
import zipfile
from collections.abc import Callable, Container, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from aidledger.catalogue.catalogue import Catalogue
from aidledger.errors import CheckOutdated, DeliveryTooLarge, NothingToPost
from aidledger.operations.feedback import Feedback
from aidledger.operations.files import SPREADSHEETS, InputFile, Reader, walk
from aidledger.operations.importing import ImportRequest, import_files
from aidledger.operations.opening import file_of
from aidledger.operations.results import FileResult, ImportResult
from aidledger.sheets.formats.archive import safe_parts
from aidledger.sheets.formats.limits import DEFAULT_LIMITS, MIB
from aidledger.store.chain import events
from aidledger.store.inbox import AnnouncedFile, Delivery, Inbox
from aidledger.store.ledger import Ledger
from aidledger.store.side import side_path

__all__ = [
    "AnnouncedFile",
    "Checked",
    "Delivery",
    "Inbox",
    "announce",
    "check",
    "inbox_of",
    "post",
    "receive",
    "remove",
    "sent_back",
]

FILES_MAX = 5_000
# An archive of a district's rosters; a spreadsheet is refused by its own limit.
_ARCHIVE_MAX_BYTES = 512 * MIB


@dataclass(frozen=True, slots=True)
class Checked:
    """What a check of a delivery found, and the ledger's head that it was checked against."""

    delivery: int
    head: str
    result: ImportResult

    @property
    def postable(self) -> list[FileResult]:
        """The files that would be posted."""
        return self.result.counted("would-post")

    @property
    def digest(self) -> str:
        """What the button that posts is bound to: the head, and every file with its content, person-times and 分."""
        told = [(file.path, file.sha256, file.person_times, file.amount_fen) for file in self.postable]
        return hashlib.sha256(repr((self.delivery, self.head, told)).encode()).hexdigest()


def inbox_of(ledger: Ledger) -> Inbox:
    """Where the files for a ledger wait: beside its file, or for one on a server in its user's own folder."""
    return Inbox(side_path(file_of(ledger.place), ledger.place, "inbox"), ledger.secret)


def announce(ledger: Ledger, files: Sequence[AnnouncedFile]) -> int:
    """Open a delivery, for whom the office lets import; returns its number.

    Names are labels: no path of the sender's leads anywhere. Raises NotNamed, OtherRole, DeliveryTooLarge.
    """
    with ledger.reading("import"):
        pass
    labels: dict[str, AnnouncedFile] = {}
    for file in files:
        label = "/".join(safe_parts(file.path.encode("utf-8", "replace").decode()))
        limit = (
            DEFAULT_LIMITS.file_size_max_bytes + 1 if Path(label).suffix.lower() in SPREADSHEETS else _ARCHIVE_MAX_BYTES
        )
        if file.size > limit or file.size < 0:
            raise DeliveryTooLarge
        label = _unlike(label, labels)
        labels[label] = AnnouncedFile(label, file.size)
    if not labels or len(labels) > FILES_MAX:
        raise DeliveryTooLarge
    return inbox_of(ledger).announce(ledger.moment(), ledger.actor, labels.values())


def _unlike(label: str, labels: Container[str]) -> str:
    """A label that is not taken yet."""
    path, number = Path(label), 2
    while label in labels:
        label, number = path.with_name(f"{path.stem} ({number}){path.suffix}").as_posix(), number + 1
    return label


def receive(ledger: Ledger, delivery: int, number: int, pieces: Iterable[bytes]) -> str:
    """Take in a file that was announced; returns its SHA-256.

    Raises NotNamed, OtherRole, UnknownDelivery, DeliveryTooLarge.
    """
    with ledger.reading("import"):
        pass
    return inbox_of(ledger).receive(delivery, number, pieces)


def remove(ledger: Ledger, delivery: int) -> None:
    """Remove what is left of a delivery; raises NotNamed, OtherRole, UnknownDelivery."""
    with ledger.reading("import"):
        pass
    box = inbox_of(ledger)
    box.remove(delivery, [file.number for file in box.delivery(delivery).files])


def check(
    ledger: Ledger,
    catalogue: Catalogue,
    delivery: int,
    started: Callable[[int], None] = lambda _count: None,
    progress: Callable[[FileResult], None] = lambda _result: None,
) -> Checked:
    """Run the import of a delivery and roll it back; nothing is kept. Raises UnknownDelivery, NotNamed, OtherRole."""
    with ledger.reading("check") as books:
        head = events.head(books)
    shelf = inbox_of(ledger).shelf(delivery)
    request = ImportRequest(list(shelf.files), dry_run=True, shelf=shelf)
    return Checked(delivery, head, import_files(ledger, catalogue, request, started, progress))


def post(
    ledger: Ledger,
    catalogue: Catalogue,
    checked: Checked,
    started: Callable[[int], None] = lambda _count: None,
    progress: Callable[[FileResult], None] = lambda _result: None,
) -> ImportResult:
    """Post what a check found to be right, and remove it from the inbox; what was not right stays there.

    Raises CheckOutdated if the ledger has changed since the check, NothingToPost.
    """
    with ledger.reading("import") as books:
        if events.head(books) != checked.head:
            raise CheckOutdated
    wanted = {file.path: file.sha256 for file in checked.postable}
    if not wanted:
        raise NothingToPost
    box = inbox_of(ledger)
    shelf = box.shelf(checked.delivery)
    request = ImportRequest(list(shelf.files), shelf=shelf, only=wanted)
    result = import_files(ledger, catalogue, request, started, progress)
    done = {file.path for file in (*result.counted("posted"), *checked.result.counted("unchanged"))}
    done |= {one.path for one in checked.result.passed_over}
    left = {file.path for file in checked.result.files} - done
    box.remove(
        checked.delivery,
        (one.number for path, one in shelf.files.items() if _holds(path, done) and not _holds(path, left)),
    )
    return result


def _holds(path: Path, others: Iterable[str]) -> bool:
    """Whether a file, or one in it, is among others; what came after the check is not."""
    return any(Path(one) == path or path in Path(one).parents for one in others)


def sent_back(ledger: Ledger, checked: Checked, feedback: Callable[[Path, Sequence[Path]], Feedback]) -> bytes:
    """A .zip of marked copies of the files that were not right, for the schools; raises UnknownDelivery.

    ``feedback``: how copies are written to a folder, given what was imported.
    """
    with ledger.reading("check"):
        pass
    shelf = inbox_of(ledger).shelf(checked.delivery)
    rejected = {file.path: file for file in checked.result.counted("rejected")}
    found = walk(shelf.files, DEFAULT_LIMITS, shelf).found
    packed = io.BytesIO()
    with TemporaryDirectory() as folder, Reader(DEFAULT_LIMITS) as reader, zipfile.ZipFile(packed, "w") as archive:
        copies = feedback(Path(folder), list(shelf.files))
        for one in found:
            source: InputFile = reader.read(one)
            if source.shown in rejected:
                written = copies.write(source, rejected[source.shown])
                archive.write(written, written.relative_to(folder), zipfile.ZIP_DEFLATED)
    return packed.getvalue()
