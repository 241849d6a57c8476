"""Column types that mean the same on SQLite and PostgreSQL."""

from __future__ import annotations

from sqlalchemy import BigInteger, Integer, LargeBinary, String

# SQLite gives row ids only to INTEGER; PostgreSQL's INTEGER ends at two thousand million.
ID = BigInteger().with_variant(Integer, "sqlite")
FEN = BigInteger()
DIGEST = LargeBinary(32)
HEX = String(64)
CODE = String(64)
# UTC to the second as text (2026-03-01T08:00:00Z): it enters digests, and SQLite keeps no time zones.
MOMENT = String(20)
