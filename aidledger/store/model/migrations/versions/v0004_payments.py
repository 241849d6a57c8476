"""What a bank was asked to pay, and what was announced."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from aidledger.store.model.immutability import statements

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
CODE, HEX, MOMENT = sa.String(length=64), sa.String(length=64), sa.String(length=20)
_TABLES = ("payment_order", "payment_order_line", "notice", "notice_line")

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "payment_order",
        sa.Column("id", ID, autoincrement=False, nullable=False, primary_key=True),
        *_of_program(),
        sa.Column("exported_at", MOMENT, nullable=False),
        sa.Column("exported_by", sa.Text(), nullable=False),
        sa.Column("after_batch", ID, nullable=False),
        sa.Column("lines", ID, nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("digest", HEX, nullable=False),
    )
    op.create_table(
        "payment_order_line",
        sa.Column("order_id", ID, sa.ForeignKey("payment_order.id"), nullable=False, primary_key=True),
        sa.Column("serial", ID, nullable=False, primary_key=True),
        sa.Column("entry_id", ID, sa.ForeignKey("entry.id"), nullable=False),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.UniqueConstraint("order_id", "entry_id"),
    )
    op.create_index("ix_payment_order_line_entry_id", "payment_order_line", ["entry_id"], unique=False)
    op.create_table(
        "notice",
        sa.Column("id", ID, autoincrement=False, nullable=False, primary_key=True),
        *_of_program(),
        sa.Column("posted_from", CODE, nullable=False),
        sa.Column("posted_until", CODE, nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("made_by", sa.Text(), nullable=False),
        sa.Column("persons", ID, nullable=False),
        sa.Column("digest", HEX, nullable=False),
    )
    op.create_table(
        "notice_line",
        sa.Column("notice_id", ID, sa.ForeignKey("notice.id"), nullable=False, primary_key=True),
        sa.Column("entry_id", ID, sa.ForeignKey("entry.id"), nullable=False, primary_key=True),
    )
    for statement in statements(op.get_context().dialect.name, _TABLES):
        op.execute(sa.text(statement))


def _of_program() -> list[sa.Column[object]]:
    return [
        sa.Column("program_id", ID, sa.ForeignKey("program.id"), nullable=False),
        sa.Column("period", CODE, nullable=False),
        sa.Column("school_id", ID, sa.ForeignKey("school.id"), nullable=True),
    ]
