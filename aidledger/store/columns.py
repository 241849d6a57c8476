"""Column types that mean the same on SQLite and PostgreSQL."""

from __future__ import annotations

from typing import Any

from sqlalchemy import BigInteger, Integer, LargeBinary, String
from sqlmodel import Field

# SQLite gives row ids only to INTEGER; PostgreSQL's INTEGER ends at two thousand million.
ID = BigInteger().with_variant(Integer, "sqlite")
FEN = BigInteger()
DIGEST = LargeBinary(32)
HEX = String(64)
CODE = String(64)
# UTC to the second as text (2026-03-01T08:00:00Z): it enters digests, and SQLite keeps no time zones.
MOMENT = String(20)


def key() -> Any:  # noqa: ANN401 - sqlmodel's Field is typed so
    """A primary key that the ledger counts itself, without gaps, so that a removed row shows."""
    return Field(primary_key=True, sa_type=ID, sa_column_kwargs={"autoincrement": False})


def reference(target: str, *, index: bool = False, unique: bool = False) -> Any:  # noqa: ANN401
    """A foreign key to ``table.column``."""
    return Field(foreign_key=target, sa_type=ID, index=index, unique=unique)


def optional_reference(target: str, *, unique: bool = False) -> Any:  # noqa: ANN401
    """A foreign key that may be empty."""
    return Field(default=None, foreign_key=target, sa_type=ID, unique=unique)
