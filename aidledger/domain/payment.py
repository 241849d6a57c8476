"""Payment orders: the lines of a bank file."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from aidledger.domain.money import yuan_text

_SERIAL = re.compile(r"(\d{6,})-(\d{5,})", re.ASCII)
# Exported and released by the office; paid, failed or (after payment) returned by the bank; withdrawn with its order.
LineState = Literal["exported", "released", "paid", "failed", "returned", "withdrawn"]
OrderState = Literal["exported", "released", "withdrawn"]


@dataclass(frozen=True, slots=True)
class PaymentLine:
    """One line of a payment order: pays ``amount_fen`` (分) to the card ``account`` for the person named."""

    serial: str
    name: str
    number: str
    account: str
    amount_fen: int

    def covered(self) -> tuple[str, ...]:
        """The fields that the digest of the file covers, as the file states them."""
        return self.serial, self.name, self.number, self.account, yuan_text(self.amount_fen)


def serial_text(order: int, serial: int) -> str:
    """The serial number that identifies a line in a bank return: 000012-00345."""
    return f"{order:06d}-{serial:05d}"


def serial_of(text: str | None) -> tuple[int, int] | None:
    """Order and line of a serial number; None where this program did not issue it."""
    found = _SERIAL.fullmatch((text or "").strip())
    return (int(found[1]), int(found[2])) if found else None
