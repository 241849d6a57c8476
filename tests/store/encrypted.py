"""Encrypted and sealed ledgers for tests, whatever the engine of the run."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from functools import cache
from pathlib import Path

from aidledger.domain.secret import Secret
from aidledger.operations import ledgers
from aidledger.store.database.keys import Keys
from aidledger.store.ledger import Ledger, open_ledger
from tests.builders import roster_xlsx
from tests.store.ledgers import ACTOR, bring_in, catalogue, clock

KEY, OTHER = Secret("0a" * 32), Secret("0b" * 32)
PASSPHRASE = Secret('it\'s 12 万元 of "aid"')
SEAL, OTHER_SEAL = Secret("5e" * 32), Secret("5f" * 32)
# What stands in the roster of an encrypted ledger, as bytes that a reader of the file would look for.
TELLING = (b"511300", "高一".encode(), b"beneficiary", b"CREATE TABLE")


def keys(file: Secret | None = KEY, seal: Secret | None = None) -> Keys:
    return Keys(lambda: file, lambda: seal)


@cache
def _with_a_roster() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "aidledger.db")
        ledger = ledgers.init(str(path), catalogue(), ACTOR, clock, keys(), lambda: KEY)
        assert bring_in(ledger, roster_xlsx(3)).outcome == "posted"
        ledger.close()
        return path.read_bytes()


def encrypted_path(folder: Path, name: str = "aidledger.db") -> Path:
    """An encrypted ledger with one batch of three entries; its key is KEY."""
    path = folder / name
    path.touch(0o600, exist_ok=False)
    path.write_bytes(_with_a_roster())
    return path


def unlocked(place: Path | str, file: Secret | None = KEY, seal: Secret | None = None) -> Ledger:
    return open_ledger(str(place), ACTOR, clock, keys=keys(file, seal))


def with_seal_key(ledger: Ledger, seal: Secret | None = SEAL) -> Ledger:
    """The same ledger, opened by somebody who has a seal key."""
    return replace(ledger, keys=Keys(ledger.keys.file, lambda: seal))
