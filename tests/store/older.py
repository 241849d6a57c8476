"""A ledger in a file as an earlier version of the tables made it: what later ones added is taken out again."""

from __future__ import annotations

from typing import Any

# By the version that brought it, the latest first. That orders may pay several programs takes nothing out: whether a
# column may be empty is not to be changed in SQLite, and whatever an older version wrote is not.
_UNDONE = {
    "0009": (
        "DROP TABLE recovery",
        "DROP TABLE number_correction",
        "DROP INDEX entry_in_parts",
        "ALTER TABLE entry DROP COLUMN part",
        "ALTER TABLE bank_return DROP COLUMN order_id",
        "ALTER TABLE batch_total RENAME COLUMN payments TO person_times",
    ),
    "0008": ("DROP INDEX batch_superseding",),
    "0007": ("DROP INDEX event_action",),
    "0006": ("DROP INDEX entry_of_person", "CREATE INDEX entry_beneficiary ON entry (beneficiary_id)"),
    "0005": ("DROP TABLE batch_total",),
    "0004": (
        "DROP TABLE payment_order_line",
        "DROP TABLE payment_order",
        "DROP TABLE notice_line",
        "DROP TABLE notice",
    ),
    "0003": ("ALTER TABLE entry DROP COLUMN guardian",),
    "0002": (
        "DROP TABLE bank_return",
        "DROP TABLE allotment",
        "DROP TABLE enrolment",
        "DROP TABLE certification",
        "DROP TABLE listing",
        "DROP TABLE kept_entry",
    ),
}


def take_back(books: Any, version: str) -> None:  # noqa: ANN401 - a connection of sqlite3 or of sqlcipher3
    """Make a ledger that was made just now one of an earlier version."""
    for later, statements in _UNDONE.items():
        for statement in statements if later > version else ():
            books.execute(statement)
    books.execute("UPDATE alembic_version SET version_num = ?", (version,))
    books.commit()
