"""Column types that mean the same on SQLite and PostgreSQL."""

from __future__ import annotations

from sqlalchemy import BigInteger, Integer, LargeBinary, String

# In SQLite only an INTEGER key is the row id; PostgreSQL's INTEGER ends at two billion.
ID = BigInteger().with_variant(Integer, "sqlite")
FEN = BigInteger()
DIGEST = LargeBinary(32)
HEX = String(64)
CODE = String(64)
# UTC to the second, as text (2026-03-01T08:00:00Z): digests cover it, and SQLite has no time zones.
MOMENT = String(20)
