"""For negative controls: first on the path, this gives every connection settings that the ledger must not have."""

import os

from aidledger.store.database import engine

engine._PRAGMAS = (*engine._PRAGMAS, *os.environ["TORTURE_PRAGMA"].split(";"))  # type: ignore[assignment]
