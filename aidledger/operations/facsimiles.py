"""Sheets as schools sent them: of files that wait, and of files that were posted."""

from __future__ import annotations

from dataclasses import dataclass, replace

from aidledger.catalogue.catalogue import Catalogue
from aidledger.errors import CheckOutdated, SourceMissing
from aidledger.operations.examining import Guard
from aidledger.operations.files import InputFile, Reader, walk
from aidledger.operations.importing import Instructions
from aidledger.operations.inbox import Checked, inbox_of
from aidledger.operations.views import Reveal, Viewed, view
from aidledger.sheets.facsimile import Excerpt, Facsimile, facsimile
from aidledger.sheets.formats.limits import DEFAULT_LIMITS
from aidledger.sheets.recognition.hints import Hints
from aidledger.store.chain import mappings
from aidledger.store.ledger import Books, Ledger
from aidledger.store.postings import lookups
from aidledger.store.postings.lookups import BatchRecord


@dataclass(frozen=True, slots=True)
class PostedSheet:
    """A sheet of a batch's file."""

    batch: BatchRecord
    sheet: Facsimile


def of_batch(
    ledger: Ledger,
    catalogue: Catalogue,
    number: int,
    excerpt: Excerpt,
    guard: Guard,
    reveal: Reveal | None = None,
) -> Viewed[PostedSheet]:
    """Part of a sheet of a batch's file; raises UnknownBatch, SourceMissing, FileRefused."""

    def read(books: Books) -> PostedSheet:
        batch = lookups.batch(books, number)
        content = lookups.source_of(books, number)
        if content is None:
            raise SourceMissing(number=number)
        return PostedSheet(batch, _drawn(guard, content, batch.file or "", Hints(), excerpt, catalogue))

    return view(ledger, read, reveal, lambda _: f"batch {number}")


def of_staged(
    ledger: Ledger,
    catalogue: Catalogue,
    checked: Checked,
    path: str,
    excerpt: Excerpt,
    guard: Guard,
    reveal: Reveal | None = None,
) -> Viewed[Facsimile]:
    """Part of a sheet of a file that waits, read as it was checked.

    Raises UnknownDelivery, NotNamed, OtherRole, FileRefused; CheckOutdated if the file is another than was checked.
    """
    with ledger.reading("check") as books:
        remembered = mappings.by_school(books)
    source = staged(ledger, checked, path)
    hints = replace(checked.instructions.get(path, Instructions()).hints, remembered=remembered)

    def read(_: Books) -> Facsimile:
        return _drawn(guard, source.content, source.heard, hints, excerpt, catalogue)

    return view(ledger, read, reveal, lambda _: f"delivery {checked.delivery}")


def staged(ledger: Ledger, checked: Checked, path: str) -> InputFile:
    """A file that waits, as it was checked; raises UnknownDelivery, CheckOutdated."""
    shelf = inbox_of(ledger).shelf(checked.delivery)
    digests = {file.path: file.sha256 for file in checked.result.files}
    with Reader(DEFAULT_LIMITS) as reader:
        for one in walk(shelf.files, DEFAULT_LIMITS, shelf).found:
            source = reader.read(one) if InputFile(one.path, b"", "", found=one).shown == path else None
            if source is not None and digests.get(path) == source.sha256:
                return source
    raise CheckOutdated


def _drawn(guard: Guard, content: bytes, path: str, hints: Hints, excerpt: Excerpt, catalogue: Catalogue) -> Facsimile:
    drawn: Facsimile = guard(facsimile, content, path, hints, excerpt, catalogue, guard.limits)
    return drawn
