"""Payments on their way to a bank: what a file asks it to pay, line by line."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from aidledger.domain.money import yuan_text

_SERIAL = re.compile(r"(\d{6,})-(\d{5,})", re.ASCII)
# What became of a line: asked for; released; the bank said paid, failed, or sent back after that; the order withdrawn.
LineState = Literal["exported", "released", "paid", "failed", "returned", "withdrawn"]
OrderState = Literal["exported", "released", "withdrawn"]


@dataclass(frozen=True, slots=True)
class PaymentLine:
    """One line of a bank's batch file: the card of ``account`` is paid ``amount_fen`` (分) for the person named."""

    serial: str
    name: str
    number: str
    account: str
    amount_fen: int

    def covered(self) -> tuple[str, ...]:
        """What the file's digest covers of it, as it stands in the file."""
        return self.serial, self.name, self.number, self.account, yuan_text(self.amount_fen)


def serial_text(order: int, serial: int) -> str:
    """The serial number by which the bank and its return name a line: 000012-00345."""
    return f"{order:06d}-{serial:05d}"


def serial_of(text: str | None) -> tuple[int, int] | None:
    """The order and the place in it that a serial number names; None where it is none of ours."""
    found = _SERIAL.fullmatch((text or "").strip())
    return (int(found[1]), int(found[2])) if found else None
