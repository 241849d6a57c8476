"""The guardian that a roster names beside a pupil: whose children share a card."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("entry", sa.Column("guardian", sa.Text(), nullable=True))
