"""Payment orders as tables and as JSON."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from aidledger.domain.money import yuan_text
from aidledger.domain.table import Answer, Cell, Column, Question
from aidledger.i18n import N_, Language, translator
from aidledger.presentation.columns import (
    ACCOUNT,
    AMOUNT,
    ENTRY,
    NAME,
    NUMBER,
    PERIOD,
    PERSON,
    PROGRAM,
    SCHOOL,
    STATE,
    Shape,
    total_of,
)
from aidledger.presentation.result import Result, table
from aidledger.reports.balances import BALANCE_COLUMNS, balance_cells, balance_value
from aidledger.reports.figures import figure_text

if TYPE_CHECKING:
    from aidledger.catalogue.catalogue import Catalogue
    from aidledger.operations.paying import Exported, OrderContent
    from aidledger.operations.views import Viewed
    from aidledger.reports.dues import DueRow, Dues
    from aidledger.store.payables.due import Due
    from aidledger.store.payables.payments import OrderLine, OrderRecord


def dues_result(viewed: Viewed[Dues], catalogue: Catalogue, language: Language) -> Result:
    """``pay due``."""
    return Result(
        lambda: _dues_shape(viewed.found),
        table(_dues(viewed.found, catalogue, language)),
        head=viewed.head,
        reveal=viewed.revealed,
    )


def exported_result(done: Exported) -> Result:
    """``pay export``."""
    return Result(lambda: _exported_shape(done), table(_exported(done)), head=done.head)


def orders_result(records: Sequence[OrderRecord], catalogue: Catalogue, language: Language) -> Result:
    """``pay orders``."""
    return Result(
        lambda: {"orders": [_order_shape(one) for one in records]}, table(_orders(records, catalogue, language))
    )


def settled_result(record: OrderRecord, catalogue: Catalogue, language: Language) -> Result:
    """``pay release``, ``pay withdraw``."""
    return Result(lambda: _order_shape(record), table(_orders([record], catalogue, language)))


def order_result(viewed: Viewed[OrderContent], catalogue: Catalogue, language: Language) -> Result:
    """``pay order N``."""
    return Result(
        lambda: _content_shape(viewed.found),
        table(_order(viewed.found, catalogue, language)),
        reveal=viewed.revealed,
    )


def _exported_shape(done: Exported) -> Shape:
    """``pay export``."""
    return {
        "order": done.order,
        "lines": done.lines,
        "amount": yuan_text(done.amount_fen),
        "digest": done.digest,
        "files": [str(path) for path in done.files],
        "without_account": [_due(one) for one in done.without_account],
        "waiting": [_due(one) for one in done.waiting],
    }


def _due(one: Due) -> Shape:
    return {
        "entry": one.entry,
        "program": one.program,
        "period": one.period,
        "part": one.part,
        "name": one.name,
        "number": one.number,
        "school": one.school,
        "amount": yuan_text(one.amount_fen),
    }


def _exported(done: Exported) -> Answer:
    """What was exported, and who could not be paid because the roster has no card."""
    # What is due of an entry is not always its amount.
    columns: tuple[Column, ...] = (ENTRY, NAME, NUMBER, SCHOOL, replace(AMOUNT, narrows=None))
    rows = [(one.entry, one.name, one.number, one.school, one.amount_fen) for one in done.without_account]
    columns = columns if rows else ()
    facts = {
        "order": done.order,
        "lines": done.lines,
        "amount": yuan_text(done.amount_fen),
        "digest": done.digest,
        "files": ", ".join(str(path) for path in done.files),
        "count": len(rows),
        "waiting": len(done.waiting),
    }
    waiting = [N_("On hold until the bank answers another order: {waiting}")]
    waiting = waiting if done.waiting else []
    if done.order is None:
        return Answer(
            N_("Nothing with a card is due; nothing was written. Without a card: {count}"),
            columns,
            rows,
            notes=waiting,
            facts=facts,
        )
    notes = [N_("Files: {files}"), N_("Digest: {digest}"), *waiting]
    title = N_("Payment order {order}: {lines} payments, {amount} yuan. Left out, no card: {count}")
    return Answer(title, columns, rows, notes=notes, facts=facts)


def _order_shape(record: OrderRecord) -> Shape:
    """An order in ``pay orders``."""
    return {
        "order": record.order,
        "program": record.program,
        "period": record.period,
        "school": record.school,
        "state": record.state,
        "exported": {"at": record.exported_at, "by": record.exported_by},
        "settled": {"at": record.settled_at, "by": record.settled_by} if record.settled_at else None,
        "lines": record.lines,
        "amount": yuan_text(record.amount_fen),
        "paid": record.paid,
        "failed": record.failed,
        "open": record.open,
        "digest": record.digest,
    }


def _orders(records: Sequence[OrderRecord], catalogue: Catalogue, language: Language) -> Answer:
    """One row per order."""
    columns = (
        Column("order", N_("Order"), "count"),
        PROGRAM,
        PERIOD,
        SCHOOL,
        STATE,
        Column("exported_by", N_("Exported by")),
        Column("settled_by", N_("Released by")),
        Column("lines", N_("Payments"), "count", narrows=""),
        AMOUNT,
        Column("paid", N_("Paid"), "count", narrows=""),
        Column("failed", N_("Returned"), "count", narrows=""),
        Column("open", N_("No answer"), "count", narrows=""),
    )
    rows: list[Sequence[Cell]] = [
        (
            order.order,
            _program_name(order, catalogue, language),
            order.period,
            order.school,
            order.state,
            order.exported_by,
            order.settled_by,
            order.lines,
            order.amount_fen,
            order.paid,
            order.failed,
            order.open,
        )
        for order in records
    ]
    return Answer(N_("Payment orders"), columns, rows)


def _program_name(record: OrderRecord, catalogue: Catalogue, language: Language) -> str:
    if record.program is None:
        return translator(language)(N_("several programs"))
    return catalogue.programs[record.program].name(language)


def _content_shape(content: OrderContent) -> Shape:
    """``pay order N``."""
    return {
        **_order_shape(content.record),
        "payments": [_line_shape(one) for one in content.lines],
        "unmatched": [
            {
                "batch": row.batch_id,
                "row": row.row,
                "name": row.name,
                "number": row.number,
                "account": row.account,
                "amount": yuan_text(row.amount_fen),
                "outcome": row.outcome,
                "reason": row.reason,
                "serial": row.serial_no,
            }
            for row in content.unmatched
        ],
    }


def _line_shape(line: OrderLine) -> Shape:
    return {
        "serial": line.line.serial,
        "entry": line.entry,
        "program": line.program,
        "name": line.line.name,
        "number": line.line.number,
        "account": line.line.account,
        "school": line.school,
        "amount": yuan_text(line.line.amount_fen),
        "state": line.state,
        "reason": line.reason,
    }


def _order(content: OrderContent, catalogue: Catalogue, language: Language) -> Answer:
    """One row per line; a line without a bank return has the state of its order."""
    columns = (
        Column("serial", N_("Serial no.")),
        ENTRY,
        NAME,
        NUMBER,
        ACCOUNT,
        SCHOOL,
        AMOUNT,
        STATE,
        Column("reason", N_("Reason")),
    )
    rows: list[Sequence[Cell]] = [
        (
            line.line.serial,
            line.entry,
            line.line.name,
            line.line.number,
            line.line.account,
            line.school,
            line.line.amount_fen,
            line.state,
            line.reason,
        )
        for line in content.lines
    ]
    record = content.record
    facts = {
        "order": record.order,
        "program": _program_name(record, catalogue, language),
        "paid": record.paid,
        "failed": record.failed,
        "open": record.open,
        "unmatched": len(content.unmatched),
    }
    title = N_("Payment order {order}, {program}: {paid} paid, {failed} returned, {open} unanswered")
    notes = [N_("Lines of bank returns that match no payment: {unmatched}.")]
    # A line of a withdrawn order moved nothing, unless the bank paid it all the same.
    moved = [line.state != "withdrawn" for line in content.lines]
    behind = [Question("claims", figure_text({"person": str(line.person)})) for line in content.lines]
    questions = [{"amount": one} if of_claim else {} for one, of_claim in zip(behind, moved, strict=True)]
    totals = [total_of(columns, record.amount_fen)]
    return Answer(title, columns, rows, totals=totals, notes=notes, facts=facts, questions=questions)


_DUE_COLUMNS: dict[str, tuple[Column, ...]] = {
    "program": (PROGRAM,),
    "period": (PERIOD,),
    "school": (SCHOOL,),
    "person": (PERSON, NAME, NUMBER),
}


def _dues(found: Dues, catalogue: Catalogue, language: Language) -> Answer:
    """One row per group; totals of aid and of loans below, never added together."""
    columns = [column for cut in found.by for column in _DUE_COLUMNS[cut]]
    rows = [(*_due_cells(row, found.by, catalogue, language), *balance_cells(row.balance)) for row in found.rows]
    traces = [_due_trace(row, found) for row in found.rows]
    blanks = (None,) * (len(columns) - 1)
    totals: list[Sequence[Cell]] = [(N_("Aid"), *blanks, *balance_cells(found.aid))]
    if found.loans.claimed_fen:
        totals.append((N_("Loans"), *blanks, *balance_cells(found.loans)))
    kinds = [] if found.asked is None else [figure_text({"kind": kind, **found.asked}) for kind in ("aid", "loan")]
    traces += kinds[: len(totals)] or [""] * len(totals)
    return Answer(N_("Claimed, paid and due (yuan)"), [*columns, *BALANCE_COLUMNS], rows, totals, traces=traces)


def _due_trace(row: DueRow, found: Dues) -> str:
    """A row's claims as a figure; none for a row that leaves some out."""
    if found.asked is None or not row.whole:
        return ""
    cuts: dict[str, str | None] = {cut: getattr(row, cut) for cut in found.by if cut != "person"}
    person = {"person": str(row.person.person)} if row.person else {}
    return figure_text({**found.asked, **cuts, **person})


def _due_cells(row: DueRow, by: Sequence[str], catalogue: Catalogue, language: Language) -> Iterator[Cell]:
    for cut in by:
        if cut == "program":
            yield catalogue.programs[str(row.program)].name(language)
        elif cut == "person":
            yield from _person_cells(row)
        else:
            yield row.period if cut == "period" else row.school


def _person_cells(row: DueRow) -> tuple[Cell, Cell, Cell]:
    who = row.person
    if who is None:
        return None, None, None
    return who.person, who.name, who.number


def _dues_shape(found: Dues) -> Shape:
    """``pay due``."""
    rows = []
    for row in found.rows:
        value: Shape = {cut: getattr(row, cut) for cut in found.by if cut != "person"}
        if "person" in found.by:
            value |= dict(zip(("person", "name", "number"), _person_cells(row), strict=True))
        rows.append(value | balance_value(row.balance))
    totals = {"aid": balance_value(found.aid), "loans": balance_value(found.loans)}
    return {"by": list(found.by), "rows": rows, "totals": totals}
