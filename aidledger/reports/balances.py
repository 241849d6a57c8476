"""A balance of claims as cells of a table, and as JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aidledger.domain.money import yuan_text
from aidledger.domain.table import Column
from aidledger.i18n import N_

if TYPE_CHECKING:
    from aidledger.store.payables.balances import Balance

BALANCE_COLUMNS = (
    Column("claimed", N_("Claimed"), "yuan", narrows=""),
    Column("paid", N_("Paid"), "yuan"),
    Column("under_way", N_("Under way"), "yuan"),
    Column("due", N_("Due"), "yuan"),
    Column("to_claim_back", N_("To be claimed back"), "yuan"),
)


def balance_cells(balance: Balance) -> tuple[int, ...]:
    """A balance in the order of BALANCE_COLUMNS, in 分."""
    return (
        balance.claimed_fen,
        balance.paid_fen,
        balance.under_way_fen,
        balance.due_fen,
        balance.to_claim_back_fen,
    )


def balance_value(balance: Balance) -> dict[str, str]:
    """A balance as JSON, in 元."""
    return {column.key: yuan_text(fen) for column, fen in zip(BALANCE_COLUMNS, balance_cells(balance), strict=True)}
