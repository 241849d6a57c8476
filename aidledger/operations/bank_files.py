"""The bank's file of an order: lines with their purpose, and control totals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal, get_args

from aidledger.catalogue.catalogue import Catalogue
from aidledger.domain.money import yuan_text
from aidledger.domain.part import part_text
from aidledger.domain.payment import PaymentLine
from aidledger.domain.term import Period
from aidledger.i18n import translator
from aidledger.reports.bank_file import csv_bytes, workbook_bytes
from aidledger.store.payables.payments import lines_digest

BankFormat = Literal["xlsx", "csv"]
BANK_FORMATS: Sequence[BankFormat] = get_args(BankFormat)
# A line, its program, and the part of the term that it pays.
Paying = tuple[PaymentLine, str, str | None]


def bank_file(
    catalogue: Catalogue,
    order: int,
    period: Period,
    paying: Sequence[Paying],
    head: str,
    forms: Sequence[BankFormat] = BANK_FORMATS,
) -> Mapping[BankFormat, bytes]:
    """An order's file in each format. In Chinese: the bank reads it. ``head``: the ledger's, among the totals."""
    chinese = translator("zh")
    term = period.label(chinese)

    def purpose(program: str, part: str | None) -> str:
        """2026年秋季普高国家助学金, with the part of the term if there is one."""
        return f"{term}{catalogue.programs[program].name('zh')}{f'({part_text(part, chinese)})' if part else ''}"

    lines = [line for line, _, _ in paying]
    names = dict.fromkeys(catalogue.programs[program].name("zh") for _, program, _ in paying)
    totals = (
        ("批次", f"{order:06d}"),
        ("项目", "、".join(names)),
        ("学期/年度", term),
        ("笔数", str(len(lines))),
        ("金额(元)", yuan_text(sum(line.amount_fen for line in lines))),
        ("明细指纹", lines_digest(lines)),
        ("台账指纹", head),
    )
    purposed = [(line, purpose(program, part)) for line, program, part in paying]
    return {form: workbook_bytes(purposed, totals) if form == "xlsx" else csv_bytes(purposed) for form in forms}
