"""Payments on their way: exported for the bank, released by somebody else, answered by its returns."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aidledger import private
from aidledger.catalogue.catalogue import Catalogue
from aidledger.domain.money import yuan_text
from aidledger.domain.payment import OrderState, PaymentLine
from aidledger.domain.role import same_name
from aidledger.domain.term import Period
from aidledger.errors import (
    FileExists,
    NoBankFile,
    OrderAltered,
    OrderSettled,
    ReleasedByExporter,
    ReleasedByImporter,
    UnknownOrder,
)
from aidledger.operations.examining import run_guarded
from aidledger.operations.files import read
from aidledger.reports.bank_file import csv_bytes, lines_in, workbook_bytes
from aidledger.sheets.failures import FileRefused
from aidledger.sheets.limits import DEFAULT_LIMITS, Limits
from aidledger.sheets.package import open_package
from aidledger.store import actors, events, payments
from aidledger.store.ledger import Books, Ledger
from aidledger.store.makers import importers
from aidledger.store.payments import Due, OrderLine, OrderRecord


@dataclass(frozen=True, slots=True)
class Exported:
    """An order and its files; ``order`` None: nothing was due. ``without_account``: who is due and has no card.

    ``head``: the ledger's, with the order and the request for full numbers in it.
    """

    order: int | None
    lines: int
    amount_fen: int
    digest: str | None
    files: Sequence[Path]
    without_account: Sequence[Due]
    head: str


def export(
    ledger: Ledger, catalogue: Catalogue, program: str, period: Period, school: str | None, target: Path, reason: str
) -> Exported:
    """Write what is due under a program for a period as FILE.xlsx and FILE.csv, and record the order.

    Who took full numbers out of the ledger, and why, is kept with it; the order only when both files are whole.
    Raises FileExists, CannotWrite, UnknownProgram.
    """
    named = catalogue.program(program)
    files = [target.with_suffix(".xlsx"), target.with_suffix(".csv")]
    for path in files:
        if path.exists():
            raise FileExists(path=path)
    with _taken_back() as published, ledger.writing("export") as books:
        due = payments.due(books, program, period.code, catalogue.school(school))
        payable = [one for one in due if one.account]
        without = [one for one in due if not one.account]
        if not payable:
            return Exported(None, 0, 0, None, (), without, events.head(books))
        moment = ledger.moment()
        order, lines, digest = payments.export(
            books, program, period.code, catalogue.school(school), payable, moment, ledger.actor
        )
        facts = {"reason": reason, "seen": f"pay export {order}"}
        head = events.record(books, moment, ledger.actor, "reveal", facts)
        amount = sum(line.amount_fen for line in lines)
        purpose = f"{period.code} {named.name('zh')}"
        control = (
            ("批次", f"{order:06d}"),
            ("项目", named.name("zh")),
            ("学期/年度", period.code),
            ("笔数", str(len(lines))),
            ("金额(元)", yuan_text(amount)),
            ("明细指纹", digest),
            ("台账指纹", head),
        )
        contents = workbook_bytes(lines, purpose, control), csv_bytes(lines, purpose)
        _write_all(dict(zip(files, contents, strict=True)), published)
    return Exported(order, len(lines), amount, digest, files, without, head)


@contextmanager
def _taken_back() -> Iterator[list[Path]]:
    """Files that are put in place in the block, and gone again where it fails: no file is there that is not logged."""
    published: list[Path] = []
    try:
        yield published
    except BaseException:
        for path in published:
            path.unlink(missing_ok=True)
        raise


def _write_all(contents: Mapping[Path, bytes], published: list[Path]) -> None:
    """Put each file in place when all are whole, over none that is there; raises FileExists, CannotWrite."""
    with ExitStack() as unfinished:
        parts = {path: unfinished.enter_context(private.unfinished(path)) for path in contents}
        for path, part in parts.items():
            part.write_bytes(contents[path])
            private.flush(part)
        for path, part in parts.items():
            private.publish(part, path)
            published.append(path)


def orders(ledger: Ledger) -> list[OrderRecord]:
    """All orders."""
    with ledger.reading() as books:
        return payments.orders(books)


@dataclass(frozen=True, slots=True)
class OrderContent:
    """An order, its lines, and the lines of bank returns of which no payment is known."""

    record: OrderRecord
    lines: Sequence[OrderLine]
    unmatched: Sequence[Any]


def order(ledger: Ledger, number: int) -> OrderContent:
    """One order; raises UnknownOrder."""
    with ledger.reading() as books:
        record = _order(books, number)
        return OrderContent(record, payments.lines_of(books, record), payments.unmatched(books))


def release(ledger: Ledger, number: int, path: Path) -> OrderRecord:
    """Let an order go to the bank, in the file that was exported and no other, by somebody else than its maker.

    Where people are named, nor by who brought in any of what it pays: a clerk of then may be a reviewer now. Raises
    UnknownOrder, OrderSettled, ReleasedByExporter, ReleasedByImporter, OrderAltered, NoBankFile.
    """
    digest = payments.lines_digest(_lines_in(path))
    with ledger.writing("release") as books:
        record = _unsettled(books, number)
        if same_name(record.exported_by) == same_name(ledger.actor):
            raise ReleasedByExporter(order=number, actor=ledger.actor)
        if actors.named(books):
            for batch, maker in importers(books, number):
                if same_name(maker) == same_name(ledger.actor):
                    raise ReleasedByImporter(actor=ledger.actor, batch=batch, order=number)
        if digest != record.digest:
            raise OrderAltered(path=path.name, order=number)
        return _settled(books, ledger, record, "released")


def _lines_in(path: Path) -> list[PaymentLine]:
    """What stands in a bank file, which anybody may have changed: read within the limits of every file."""
    source = read(path, DEFAULT_LIMITS.file_size_max_bytes)
    if source.failure is not None:
        raise NoBankFile(path=source.shown)
    try:
        lines: list[PaymentLine] = run_guarded(
            bank_lines, source.content, path.name, DEFAULT_LIMITS, limits=DEFAULT_LIMITS
        )
    except FileRefused:
        raise NoBankFile(path=source.shown) from None
    return lines


def bank_lines(content: bytes, name: str, limits: Limits) -> list[PaymentLine]:
    """The lines of a bank file; what a worker does. Raises FileRefused, NoBankFile."""
    if len(content) > limits.file_size_max_bytes:
        raise FileRefused("file-too-large", what="the size", limit=f"{limits.file_size_max_bytes >> 20} MiB")
    if name.lower().endswith(".xlsx"):
        open_package(content, limits)
    return lines_in(content, name)


def withdraw(ledger: Ledger, number: int, reason: str) -> OrderRecord:
    """Take back an order that was not released: its payments are due again. Raises UnknownOrder, OrderSettled."""
    with ledger.writing("release") as books:
        return _settled(books, ledger, _unsettled(books, number), "withdrawn", reason)


def _order(books: Books, number: int) -> OrderRecord:
    found = payments.orders(books, number)
    if not found:
        raise UnknownOrder(number=number)
    return found[0]


def _unsettled(books: Books, number: int) -> OrderRecord:
    record = _order(books, number)
    if record.state != "exported":
        raise OrderSettled(order=number, state=record.state, by=record.settled_by)
    return record


def _settled(
    books: Books, ledger: Ledger, record: OrderRecord, state: OrderState, reason: str | None = None
) -> OrderRecord:
    payments.settle(books, record, state, ledger.moment(), ledger.actor, reason)
    return _order(books, record.order)
