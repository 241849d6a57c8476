"""The secrets that a ledger may want, asked for when they are wanted and not before."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from aidledger.domain.secret import Secret


def _nobody() -> Secret | None:
    """No secret is to be had."""
    return None


@dataclass(frozen=True, slots=True)
class Keys:
    """Whom to ask for the key of an encrypted file, and for the key of the seals; None: there is none."""

    file: Callable[[], Secret | None] = _nobody
    seal: Callable[[], Secret | None] = _nobody


NO_KEYS = Keys()
