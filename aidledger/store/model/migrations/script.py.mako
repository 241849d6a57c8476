"""${message}."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}
branch_labels = ${repr(branch_labels)}
depends_on = ${repr(depends_on)}


# SQLite changes no column: make the table anew, and its guards (statements). Not with op.batch_alter_table, which writes
# keys in any order: verify holds a table to the text that made it.
def upgrade() -> None:
    ${upgrades if upgrades else "pass"}
