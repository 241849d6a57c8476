"""An index that finds the few events of a kind among those of all batches: who may do what is asked for every file."""

from __future__ import annotations

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("event_action", "event", ["action"], unique=False)
