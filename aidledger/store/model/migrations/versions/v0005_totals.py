"""Running totals of every batch, by program, period and school."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from aidledger.store.model.immutability import statements

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
CODE = sa.String(length=64)
_FILLED = """
INSERT INTO batch_total (batch_id, number, program_id, period, school_id, person_times, amount_fen)
SELECT batch_id, row_number() OVER (PARTITION BY batch_id ORDER BY program_id, period, school_id),
       program_id, period, school_id, sum(CASE WHEN reversal_of IS NULL THEN 1 ELSE -1 END), sum(amount_fen)
FROM entry GROUP BY batch_id, program_id, period, school_id
"""

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "batch_total",
        sa.Column("batch_id", ID, sa.ForeignKey("batch.id"), nullable=False, primary_key=True),
        sa.Column("number", ID, nullable=False, primary_key=True),
        sa.Column("program_id", ID, sa.ForeignKey("program.id"), nullable=False),
        sa.Column("period", CODE, nullable=False),
        sa.Column("school_id", ID, sa.ForeignKey("school.id"), nullable=True),
        sa.Column("person_times", ID, nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
    )
    op.execute(sa.text(_FILLED))
    for statement in statements(op.get_context().dialect.name, ("batch_total",)):
        op.execute(sa.text(statement))
