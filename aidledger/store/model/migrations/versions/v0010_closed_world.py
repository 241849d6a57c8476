"""No row of master data changes any more, but for what ``forget`` empties; the event of the upgrade tells all of it.

Programs could be given another nature or unit, people another birth date, schools another alias, and nothing said so.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from aidledger.store.model.immutability import statements

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

_TABLES = ("beneficiary", "program", "school", "school_alias")


def upgrade() -> None:
    books = op.get_bind()
    if books.dialect.name == "sqlite":
        named = sa.text("SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = :name")
        for table in _TABLES:
            for trigger in books.execute(named, {"name": table}).scalars().all():
                op.execute(sa.text(f"DROP TRIGGER {trigger}"))
    else:
        for table in _TABLES:
            op.execute(sa.text(f"DROP TRIGGER IF EXISTS {table}_refused ON {table}"))
    for statement in statements(books.dialect.name, _TABLES):
        op.execute(sa.text(statement))
