"""Payment orders: exported for the bank, released by a second person, answered by bank returns."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aidledger import private
from aidledger.catalogue.catalogue import Catalogue
from aidledger.domain.payment import OrderState, PaymentLine
from aidledger.domain.role import same_name
from aidledger.domain.term import Period
from aidledger.errors import (
    FileExists,
    NoBankFile,
    OrderAltered,
    OrderSettled,
    OrderStale,
    PaysFromAltered,
    ReleasedByExporter,
    ReleasedByImporter,
    UnknownOrder,
)
from aidledger.operations.bank_files import BANK_FORMATS, BankFormat, bank_file
from aidledger.operations.examining import run_guarded
from aidledger.operations.files import read
from aidledger.operations.views import Reveal, Viewed, record_reveal, view
from aidledger.reports.bank_file import lines_in
from aidledger.reports.dues import DueCut, DueRows, Dues, dues
from aidledger.sheets.formats.failures import FileRefused
from aidledger.sheets.formats.limits import DEFAULT_LIMITS, Limits
from aidledger.sheets.formats.package import open_package
from aidledger.store.chain import actors, events
from aidledger.store.ledger import Books, Ledger
from aidledger.store.master.schools import school_named
from aidledger.store.model.makers import importers
from aidledger.store.payables import payments
from aidledger.store.payables.claims import ClaimScope
from aidledger.store.payables.due import Due, to_pay
from aidledger.store.payables.payments import OrderLine, OrderRecord
from aidledger.store.payables.settlements import settle
from aidledger.store.verifying.verify import faults_behind

_FAULTS_NAMED = 20


@dataclass(frozen=True, slots=True)
class Exported:
    """An order and its files; ``order``: None if nothing was due.

    ``without_account``: people due without a card. ``waiting``: people with another unanswered order.
    ``head``: the ledger's, including the order and the access log entry.
    """

    order: int | None
    lines: int
    amount_fen: int
    digest: str | None
    files: Sequence[Path]
    without_account: Sequence[Due]
    waiting: Sequence[Due]
    head: str


def export(
    ledger: Ledger,
    catalogue: Catalogue,
    programs: Sequence[str],
    period: Period,
    school: str | None,
    target: Path,
    reason: str,
) -> Exported:
    """Write what is due for a period, under the programs given or all, as FILE.xlsx and FILE.csv.

    The order is recorded with who took full numbers out of the ledger, and why, and only when both files are whole;
    then they get their names. Killed in between, it leaves an order without files, never a file without an order.
    What an order rests on is verified first: rows smuggled into the tables are never paid. Raises FileExists,
    CannotWrite, UnknownProgram, UnknownSchool, PaysFromAltered.
    """
    scope = ClaimScope(frozenset(catalogue.program(code).code for code in programs), {period.code})
    files = _not_there_yet(target)
    with ExitStack() as aside:
        with ledger.writing("export") as books:
            at = None if school is None else school_named(books, catalogue.school(school) or school)[1]
            found = to_pay(books, scope, at)
            payable = [one for one in found.due if one.account]
            without = [one for one in found.due if not one.account]
            if not payable:
                return Exported(None, 0, 0, None, (), without, found.waiting, events.head(books))
            require_unaltered(books, [one.entry for one in payable])
            moment = ledger.moment()
            order, lines, digest = payments.export(books, scope, period.code, at, payable, moment, ledger.actor)
            head = record_reveal(books, ledger, Reveal(reason), f"pay export {order}")
            paying = [(line, one.program, one.part) for line, one in zip(lines, payable, strict=True)]
            contents = bank_file(catalogue, order, period, paying, head)
            parts = _written({path: contents[form] for path, form in files.items()}, aside)
        _put_in_place(parts, ledger, order)
    amount = sum(line.amount_fen for line in lines)
    return Exported(order, len(lines), amount, digest, list(files), without, found.waiting, head)


def _not_there_yet(target: Path) -> Mapping[Path, BankFormat]:
    """The names of an order's files with their formats; raises FileExists."""
    files = {target.with_suffix(f".{form}"): form for form in BANK_FORMATS}
    for path in files:
        if os.path.lexists(path):
            raise FileExists(path=path)
    return files


def require_unaltered(
    books: Books, entries: Sequence[int], progress: Callable[[int, int], None] = lambda _done, _total: None
) -> None:
    """Raises PaysFromAltered if these entries, or any answers or orders, are not as recorded in the chain.

    ``progress`` gets how many batches are verified, and of how many.
    """
    faults = faults_behind(books, entries, progress)
    if faults:
        said = ", ".join(dict.fromkeys(str(fault.entry or fault.batch or "-") for fault in faults[:_FAULTS_NAMED]))
        raise PaysFromAltered(count=len(faults), where=said)


def due(
    ledger: Ledger,
    catalogue: Catalogue,
    programs: Sequence[str],
    period: Period | None,
    school: str | None,
    by: Sequence[DueCut],
    *,
    rows: DueRows = "open",
    reveal: Reveal | None = None,
) -> Viewed[Dues]:
    """The balances of claims; raises UnknownProgram, UnknownSchool. ``rows``: as in reports.dues."""
    codes = frozenset(catalogue.program(code).code for code in programs)
    scope = ClaimScope(codes, {period.code} if period else ())

    def read(books: Books) -> Dues:
        at = None if school is None else school_named(books, catalogue.school(school) or school)[1]
        return dues(books, catalogue, scope, by, at, rows=rows)

    return view(ledger, read, reveal, lambda found: f"pay due {','.join(found.by)}")


def _written(contents: Mapping[Path, bytes], aside: ExitStack) -> dict[Path, Path]:
    """Write each file whole, under a temporary name while ``aside`` is open; raises CannotWrite."""
    parts = {path: aside.enter_context(private.unfinished(path)) for path in contents}
    for path, part in parts.items():
        part.write_bytes(contents[path])
        private.flush(part)
    return parts


def _put_in_place(parts: Mapping[Path, Path], ledger: Ledger, order: int) -> None:
    """Give all files their names, or none and roll the order back; raises FileExists, OSError."""
    published: list[Path] = []
    try:
        for path, part in parts.items():
            private.publish(part, path)
            published.append(path)
    except BaseException:
        for path in published:
            path.unlink(missing_ok=True)
        with ledger.writing("export") as books:
            _settled(books, ledger, _unsettled(books, order), "withdrawn", "its files could not be written")
        raise


def orders(ledger: Ledger) -> list[OrderRecord]:
    """All orders."""
    with ledger.reading() as books:
        return payments.orders(books)


@dataclass(frozen=True, slots=True)
class OrderContent:
    """An order, its lines, and the lines of bank returns that match no payment."""

    record: OrderRecord
    lines: Sequence[OrderLine]
    unmatched: Sequence[Any]


def order(ledger: Ledger, number: int, reveal: Reveal | None = None) -> Viewed[OrderContent]:
    """One order; raises UnknownOrder."""

    def read(books: Books) -> OrderContent:
        record = order_record(books, number)
        return OrderContent(record, payments.lines_of(books, record), payments.unmatched(books))

    return view(ledger, read, reveal, lambda _: f"pay order {number}")


def release(ledger: Ledger, number: int, path: Path) -> OrderRecord:
    """Release an order to the bank: only with the exported file, and not by the person who exported it.

    If roles are assigned, nor by anybody who imported what it pays: a former clerk may be a reviewer now. Raises
    UnknownOrder, OrderSettled, ReleasedByExporter, ReleasedByImporter, OrderAltered, OrderStale, NoBankFile.
    """
    digest = payments.lines_digest(_lines_in(path))
    with ledger.writing("release") as books:
        record = releasable(books, ledger, number)
        if digest != record.digest:
            raise OrderAltered(path=path.name, order=number)
        return released(books, ledger, record)


def releasable(books: Books, ledger: Ledger, number: int) -> OrderRecord:
    """An order that the actor may release.

    Raises UnknownOrder, OrderSettled, ReleasedByExporter, ReleasedByImporter.
    """
    record = _unsettled(books, number)
    if same_name(record.exported_by) == same_name(ledger.actor):
        raise ReleasedByExporter(order=number, actor=ledger.actor)
    if actors.named(books):
        for batch, maker in importers(books, number):
            if same_name(maker) == same_name(ledger.actor):
                raise ReleasedByImporter(actor=ledger.actor, batch=batch, order=number)
    return record


def released(books: Books, ledger: Ledger, record: OrderRecord) -> OrderRecord:
    """Record that an order is released; raises OrderStale."""
    stale = payments.no_longer_due(books, record)
    if stale:
        raise OrderStale(order=record.order, count=len(stale), lines=", ".join(stale))
    return _settled(books, ledger, record, "released")


def _lines_in(path: Path) -> list[PaymentLine]:
    """The lines of a bank file; raises NoBankFile."""
    source = read(path, DEFAULT_LIMITS.file_size_max_bytes)
    if source.failure is not None:
        raise NoBankFile(path=source.shown)
    return guarded_lines(source.content, path.name, source.shown)


def guarded_lines(content: bytes, name: str, shown: str) -> list[PaymentLine]:
    """The lines of a bank file, read with the limits of any untrusted file; raises NoBankFile."""
    try:
        lines: list[PaymentLine] = run_guarded(bank_lines, content, name, DEFAULT_LIMITS, limits=DEFAULT_LIMITS)
    except FileRefused:
        raise NoBankFile(path=shown) from None
    return lines


def bank_lines(content: bytes, name: str, limits: Limits) -> list[PaymentLine]:
    """The lines of a bank file: a worker's job. Raises FileRefused, NoBankFile."""
    if len(content) > limits.file_size_max_bytes:
        raise FileRefused("file-too-large", what="the size", limit=f"{limits.file_size_max_bytes >> 20} MiB")
    if name.lower().endswith(".xlsx"):
        open_package(content, limits)
    return lines_in(content, name)


def withdraw(ledger: Ledger, number: int, reason: str) -> OrderRecord:
    """Withdraw an unreleased order; its payments are due again. Raises UnknownOrder, OrderSettled."""
    with ledger.writing("release") as books:
        return _settled(books, ledger, _unsettled(books, number), "withdrawn", reason)


def order_record(books: Books, number: int) -> OrderRecord:
    """One order; raises UnknownOrder."""
    found = payments.orders(books, number)
    if not found:
        raise UnknownOrder(number=number)
    return found[0]


def _unsettled(books: Books, number: int) -> OrderRecord:
    record = order_record(books, number)
    if record.state != "exported":
        raise OrderSettled(order=number, state=record.state, by=record.settled_by)
    return record


def _settled(
    books: Books, ledger: Ledger, record: OrderRecord, state: OrderState, reason: str | None = None
) -> OrderRecord:
    settle(books, record.order, record.digest, state, ledger.moment(), ledger.actor, reason)
    return order_record(books, record.order)
