"""Orders before they are made, files held against orders, and answers of banks that match no payment."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from aidledger.domain.money import yuan_text
from aidledger.domain.payment import serial_text
from aidledger.domain.table import Answer, Cell, Column
from aidledger.i18n import N_, Language, translator
from aidledger.presentation.columns import (
    ACCOUNT,
    AMOUNT,
    BATCH,
    ENTRY,
    NAME,
    NUMBER,
    PROGRAM,
    ROW,
    SCHOOL,
    STATE,
    Shape,
    as_json,
)
from aidledger.presentation.printable import harmless, sentences
from aidledger.presentation.result import Result

if TYPE_CHECKING:
    from aidledger.catalogue.catalogue import Catalogue
    from aidledger.operations.ordering import Deviations, OrderDraft
    from aidledger.operations.views import Viewed
    from aidledger.store.payables.due import Due

_SERIAL = Column("serial", N_("Serial no."))
_REASON = Column("reason", N_("Reason"))
_NAMED = 20


def draft_result(viewed: Viewed[OrderDraft], catalogue: Catalogue, language: Language) -> Result:
    """An order as it would be made, who is left out for want of a card, and who waits for another order."""
    draft, translate = viewed.found, translator(language)
    left_out = (
        (N_("Without a card"), N_("Due without a card, in no order: {count}"), draft.without_account),
        (N_("On hold"), N_("On hold until the bank answers another order: {count}"), draft.waiting),
    )

    def tables() -> list[tuple[str, Answer]]:
        others = [
            (translate(sheet), _left_out(title, dues, catalogue, language)) for sheet, title, dues in left_out if dues
        ]
        return [(translate(N_("Payment order")), _draft(draft, catalogue, language)), *others]

    return Result(lambda: _draft_shape(draft), tables, head=viewed.head)


def _draft(draft: OrderDraft, catalogue: Catalogue, language: Language) -> Answer:
    columns = (_SERIAL, ENTRY, NAME, NUMBER, ACCOUNT, SCHOOL, PROGRAM, AMOUNT)
    rows: list[Sequence[Cell]] = [
        (
            serial_text(draft.order, serial),
            one.entry,
            one.name,
            one.number,
            one.account,
            one.school,
            catalogue.programs[one.program].name(language),
            one.amount_fen,
        )
        for serial, one in enumerate(draft.payable, 1)
    ]
    facts = {
        "order": draft.order,
        "period": draft.period,
        "lines": f"{len(rows):,}",
        "tried": draft.tried,
    }
    notes = [N_("Payments to a card from which the bank sent the money back: {tried}.")] if draft.tried else []
    total = (N_("Total"), *(None,) * (len(columns) - 2), draft.amount_fen)
    title = N_("Payment order {order}, not made yet: {period}, {lines} payments")
    return Answer(title, columns, rows, [total] if rows else [], notes=notes, facts=facts)


def _left_out(title: str, dues: Sequence[Due], catalogue: Catalogue, language: Language) -> Answer:
    columns = (ENTRY, NAME, NUMBER, SCHOOL, PROGRAM, AMOUNT)
    rows: list[Sequence[Cell]] = [
        (one.entry, one.name, one.number, one.school, catalogue.programs[one.program].name(language), one.amount_fen)
        for one in dues
    ]
    total = (N_("Total"), *(None,) * (len(columns) - 2), sum(one.amount_fen for one in dues))
    return Answer(title, columns, rows, [total], facts={"count": f"{len(rows):,}"})


def _draft_shape(draft: OrderDraft) -> Shape:
    return {
        "order": draft.order,
        "period": draft.period.code,
        "school": draft.school,
        "lines": len(draft.payable),
        "amount": yuan_text(draft.amount_fen),
        "digest": draft.digest,
        "payments": [_due_shape(one) for one in draft.payable],
        "without_account": [_due_shape(one) for one in draft.without_account],
        "waiting": [_due_shape(one) for one in draft.waiting],
    }


def _due_shape(one: Due) -> Shape:
    return {
        "entry": one.entry,
        "program": one.program,
        "part": one.part,
        "name": one.name,
        "number": one.number,
        "account": one.account,
        "school": one.school,
        "amount": yuan_text(one.amount_fen),
    }


def unmatched_result(viewed: Viewed[Sequence[Any]]) -> Result:
    """Lines of bank returns that match no payment."""
    columns = (BATCH, ROW, NAME, NUMBER, ACCOUNT, AMOUNT, STATE, _REASON, _SERIAL)
    fields = ("batch_id", "row", "name", "number", "account", "amount_fen", "outcome", "reason", "serial_no")
    rows: list[Sequence[Cell]] = [[getattr(one, field) for field in fields] for one in viewed.found]
    answer = Answer(N_("Lines of bank returns that match no payment"), columns, rows)
    return Result(
        lambda: {"unmatched": [as_json(columns, row) for row in rows]}, lambda: [("", answer)], head=viewed.head
    )


def deviations_text(found: Deviations, order: int, language: Language) -> str:
    """How a file for the bank differs from its order, in one sentence."""
    translate = translator(language)
    if found.agrees:
        return translate(N_("This is the file of order {order}: all {lines} lines agree.")).format(
            order=order, lines=f"{found.lines:,}"
        )
    said = [translate(N_("This is not the file of order {order}. Do not send it to the bank.")).format(order=order)]
    for words, serials in (
        (N_("Changed lines ({count}): {lines}."), found.changed),
        (N_("Missing lines ({count}): {lines}."), found.missing),
        (N_("Extra lines ({count}): {lines}."), found.added),
    ):
        if serials:
            named = translate(N_(", ")).join(serials[:_NAMED])
            said.append(translate(words).format(count=len(serials), lines=named))
    return harmless(sentences(*said, language=language))
