"""The few batches that supersede another are found by an index.

On PostgreSQL besides: what rows refer to is looked for by its index (by a join, all of what may be referred to was read
for every file), and schools' files are kept as they are (workbooks are compressed; the server tried it again, in vain).
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from aidledger.store.model import references

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    is_one = sa.column("supersedes").is_not(None)
    op.create_index("batch_superseding", "batch", ["supersedes"], sqlite_where=is_one, postgresql_where=is_one)
    if op.get_context().dialect.name == "sqlite":
        return
    for function in references.functions():
        op.execute(function.replace("CREATE", "CREATE OR REPLACE", 1))
    op.execute("ALTER TABLE source_file ALTER COLUMN content SET STORAGE EXTERNAL")
