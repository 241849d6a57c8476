"""What a person is due: parts of a term, corrected numbers, money that came back, the line that a bank's answer is of.

What was posted before has no part and stays as it is, to the digest.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from aidledger.store.model.immutability import statements

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
CODE = sa.String(length=64)

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("entry", sa.Column("part", CODE, nullable=True))
    has_part = sa.column("part").is_not(None)
    of_claim = ["program_id", "period", "beneficiary_id"]
    op.create_index("entry_in_parts", "entry", of_claim, sqlite_where=has_part, postgresql_where=has_part)
    op.execute(sa.text("ALTER TABLE batch_total RENAME COLUMN person_times TO payments"))
    _let_orders_pay_several_programs()
    whole_number = "INTEGER" if op.get_context().dialect.name == "sqlite" else "BIGINT"
    op.execute(sa.text(f"ALTER TABLE bank_return ADD COLUMN order_id {whole_number} REFERENCES payment_order (id)"))
    op.create_table(
        "number_correction",
        sa.Column("batch_id", ID, sa.ForeignKey("batch.id"), nullable=False, primary_key=True),
        sa.Column("earlier_id", ID, sa.ForeignKey("beneficiary.id"), nullable=False, primary_key=True),
        sa.Column("beneficiary_id", ID, sa.ForeignKey("beneficiary.id"), nullable=False),
    )
    op.create_table(
        "recovery",
        sa.Column("id", ID, autoincrement=False, nullable=False, primary_key=True),
        sa.Column("batch_id", ID, sa.ForeignKey("batch.id"), nullable=False),
        sa.Column("listing_id", ID, sa.ForeignKey("listing.id"), nullable=False),
        sa.Column("row", ID, nullable=False),
        sa.Column("beneficiary_id", ID, sa.ForeignKey("beneficiary.id"), nullable=False),
        sa.Column("program_id", ID, sa.ForeignKey("program.id"), nullable=False),
        sa.Column("period", CODE, nullable=False),
        sa.Column("school_id", ID, sa.ForeignKey("school.id"), nullable=True),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("recovered_on", CODE, nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("name_stated", sa.Text(), nullable=True),
        sa.Column("digest", sa.LargeBinary(length=32), nullable=False),
    )
    for column in ("batch_id", "beneficiary_id"):
        op.create_index(f"ix_recovery_{column}", "recovery", [column], unique=False)
    for statement in statements(op.get_context().dialect.name, ("number_correction", "recovery")):
        op.execute(sa.text(statement))


def _let_orders_pay_several_programs() -> None:
    """An order's program may be empty; SQLite changes no column, so there the two tables of orders are made anew."""
    if op.get_context().dialect.name != "sqlite":
        op.alter_column("payment_order", "program_id", nullable=True)
        return
    op.create_table(
        "order_anew",
        sa.Column("id", ID, autoincrement=False, nullable=False, primary_key=True),
        sa.Column("program_id", ID, sa.ForeignKey("program.id"), nullable=True),
        sa.Column("period", CODE, nullable=False),
        sa.Column("school_id", ID, sa.ForeignKey("school.id"), nullable=True),
        sa.Column("exported_at", sa.String(length=20), nullable=False),
        sa.Column("exported_by", sa.Text(), nullable=False),
        sa.Column("after_batch", ID, nullable=False),
        sa.Column("lines", ID, nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("digest", CODE, nullable=False),
    )
    op.create_table(
        "line_anew",
        sa.Column("order_id", ID, sa.ForeignKey("order_anew.id"), nullable=False, primary_key=True),
        sa.Column("serial", ID, nullable=False, primary_key=True),
        sa.Column("entry_id", ID, sa.ForeignKey("entry.id"), nullable=False),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.UniqueConstraint("order_id", "entry_id"),
    )
    made = (("order_anew", "payment_order"), ("line_anew", "payment_order_line"))
    for anew, table in made:
        op.execute(sa.text(f"INSERT INTO {anew} SELECT * FROM {table}"))  # noqa: S608 - names from above
    for _, table in reversed(made):
        op.drop_table(table)
    for anew, table in made:
        op.rename_table(anew, table)
    op.create_index("ix_payment_order_line_entry_id", "payment_order_line", ["entry_id"], unique=False)
    for statement in statements("sqlite", tuple(table for _, table in made)):
        op.execute(sa.text(statement))
