"""A sheet as it was sent: its cells as a table, the meanings of its columns in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from aidledger.domain.identity import mask_account
from aidledger.domain.layout import FieldName
from aidledger.domain.table import Answer, Cell, Column
from aidledger.i18n import N_, Language, translator
from aidledger.presentation.columns import AMOUNT, NAME, NUMBER, PERIOD, PROGRAM, ROW, Shape
from aidledger.presentation.result import Result, table

if TYPE_CHECKING:
    from aidledger.catalogue.catalogue import Catalogue
    from aidledger.domain.changes import PaymentChange
    from aidledger.operations.results import FileResult
    from aidledger.operations.views import Viewed
    from aidledger.sheets.facsimile import Facsimile

FIELD_TITLES: Mapping[FieldName, str] = {
    "serial": N_("Serial number"),
    "name": N_("Name"),
    "number": N_("ID number"),
    "document_type": N_("Type of document"),
    "sex": N_("Sex"),
    "birth": N_("Date of birth"),
    "student_number": N_("Student number"),
    "account": N_("Account"),
    "school": N_("School"),
    "level": N_("Level"),
    "grade": N_("Grade"),
    "class": N_("Class"),
    "boarding": N_("Boarding"),
    "tier": N_("Tier"),
    "category": N_("Hardship category"),
    "entry_year": N_("Year of entry"),
    "guardian": N_("Guardian"),
    "program": N_("Program"),
    "term": N_("Term"),
    "year": N_("Year"),
    "month": N_("Month"),
    "instalment": N_("Instalment"),
    "amount": N_("Amount (yuan)"),
    "amount_standard": N_("Standard amount"),
    "amount_due": N_("Amount due"),
    "amount_paid": N_("Amount paid"),
    "sum": N_("Sum"),
    "recovered": N_("Amount recovered"),
    "hardship_level": N_("Hardship level"),
    "certified_on": N_("Certified on"),
    "status": N_("Enrolment status"),
    "change": N_("Change of enrolment"),
    "left_on": N_("Left on"),
    "changed_on": N_("Changed on"),
    "major": N_("Major"),
    "opera": N_("Opera performance"),
    "household": N_("Household number"),
    "relation": N_("Relation"),
    "entitlement": N_("Entitled to the policy"),
    "disability_card": N_("Number of the disability card"),
    "persons": N_("Number of persons"),
    "places": N_("Places"),
    "fee": N_("Fee collected"),
    "fee_item": N_("Kind of fee"),
    "received_on": N_("Collected on"),
    "receipt": N_("Receipt number"),
    "refunded": N_("Fee refunded"),
    "refunded_on": N_("Refunded on"),
    "staff_name": N_("Name of the member of staff"),
    "died_on": N_("Died on"),
    "payee": N_("Account holder"),
    "outcome": N_("Bank's answer"),
    "reason": N_("Reason of the bank"),
    "paid_on": N_("Paid on"),
    "serial_no": N_("Payment serial number"),
    "document": N_("Document number"),
    "issued_on": N_("Issued on"),
    "recovered_on": N_("Recovered on"),
    "recovery_reason": N_("Reason of recovery"),
    "unpaid_reason": N_("Reason for not paying"),
    "source": N_("Source of funds"),
    "central": N_("Central funds"),
    "provincial": N_("Provincial funds"),
    "city": N_("City funds"),
    "county": N_("County funds"),
}
_TITLES: Mapping[str, str] = {str(name): title for name, title in FIELD_TITLES.items()} | {
    "name_stated": N_("Name"),
    "class_name": N_("Class"),
    "part": N_("Part"),
}
_CHANGED = {(False, True): N_("added"), (True, False): N_("removed"), (True, True): N_("changed")}


def meaning_text(meaning: str, catalogue: Catalogue, language: Language) -> str:
    """A field, or the program of an amount, in words."""
    if meaning in catalogue.programs:
        return catalogue.programs[meaning].name(language)
    return translator(language)(_TITLES.get(meaning, meaning))


def sheet_result(viewed: Viewed[Facsimile]) -> Result:
    """The rows of a sheet, each with its number; a column for each of its own."""
    sheet = viewed.found
    columns = (ROW, *(Column(letter, letter, "source") for letter in sheet.letters))
    rows: list[list[Cell]] = [[number, *texts] for number, texts in sheet.rows.items()]
    answer = Answer(N_("Sheet {sheet}"), columns, rows, facts={"sheet": sheet.sheet})
    return Result(lambda: _sheet_shape(sheet), table(answer), reveal=viewed.revealed)


def _sheet_shape(sheet: Facsimile) -> Shape:
    """A sheet's cells, as a trace has those of a row."""
    cells = [
        {"row": number, "column": letter, "value": text}
        for number, texts in sheet.rows.items()
        for letter, text in zip(sheet.letters, texts, strict=True)
    ]
    return {"sheet": sheet.sheet, "cells": cells}


def differences_result(file: FileResult, catalogue: Catalogue, language: Language) -> Result:
    """What differs between a file and the batch that it would supersede, payment by payment."""
    columns = (
        Column("change", N_("Change"), "word"),
        NAME,
        NUMBER,
        PROGRAM,
        PERIOD,
        Column("before", N_("Before (yuan)"), "yuan"),
        AMOUNT,
        Column("other", N_("Other data"), "message"),
    )
    rows = [_difference(one, catalogue, language) for one in file.differences]
    answer = Answer(N_("Compared with batch {batch}"), columns, rows, facts={"batch": file.supersedes})
    keys = [column.key for column in columns]
    return Result(lambda: {"differences": [dict(zip(keys, row, strict=True)) for row in rows]}, table(answer))


def _difference(
    change: PaymentChange, catalogue: Catalogue, language: Language
) -> tuple[str, str, str, str, str, int | None, int | None, str]:
    before, after = change.before or {}, change.after or {}
    facts = after or before
    other = [
        f"{meaning_text(name, catalogue, language)}: {_stated(name, before)} → {_stated(name, after)}"
        for name in before.keys() & after.keys()
        if name != "amount_fen" and before[name] != after[name]
    ]
    return (
        _CHANGED[bool(before), bool(after)],
        str(facts["name_stated"] or change.name),
        change.number,
        catalogue.programs[str(facts["program"])].name(language),
        str(facts["period"]),
        _fen(before),
        _fen(after),
        "; ".join(sorted(other)),
    )


def _stated(name: str, payment: Mapping[str, object]) -> str:
    """What a payment states, in a sentence, where a column's kind masks nothing."""
    value = payment[name]
    text = "" if value is None else str(value)
    return (mask_account(text) if name == "account" else text) or "—"


def _fen(payment: Mapping[str, object]) -> int | None:
    amount = payment.get("amount_fen")
    return amount if isinstance(amount, int) else None
