"""The ledger's first tables, and the triggers that keep recorded facts as they are."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from aidledger.store.model.immutability import functions, statements

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

_TABLES = frozenset(
    (
        *("entry", "event", "batch", "roster", "source_file", "catalogue", "standard"),
        *("beneficiary", "school", "program"),
    )
)

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "beneficiary",
        sa.Column("id", ID, autoincrement=False, nullable=False),
        sa.Column("document_type", sa.String(length=64), nullable=False),
        sa.Column("number", sa.String(length=64), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("birth_date", sa.Date(), nullable=True),
        sa.Column("sex", sa.String(length=64), nullable=True),
        sa.Column("student_number", sa.String(length=64), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("number", "document_type"),
    )
    op.create_table(
        "catalogue",
        sa.Column("id", ID, autoincrement=False, nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("loaded_at", sa.String(length=20), nullable=False),
        sa.Column("loaded_by", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("digest"),
    )
    op.create_table(
        "program",
        sa.Column("id", ID, autoincrement=False, nullable=False),
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.Column("name_zh", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=False),
        sa.Column("stage", sa.String(length=64), nullable=False),
        sa.Column("nature", sa.String(length=64), nullable=False),
        sa.Column("unit", sa.String(length=64), nullable=False),
        sa.Column("cadence", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("code"),
    )
    op.create_table(
        "school",
        sa.Column("id", ID, autoincrement=False, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("name"),
    )
    op.create_table(
        "source_file",
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("size_bytes", ID, nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("sha256"),
    )
    op.create_table(
        "batch",
        sa.Column("id", ID, autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(length=64), nullable=False),
        sa.Column("file_name", sa.Text(), nullable=True),
        sa.Column("source_sha256", sa.String(length=64), nullable=True),
        sa.Column("posted_at", sa.String(length=20), nullable=False),
        sa.Column("posted_by", sa.Text(), nullable=False),
        sa.Column("catalogue_id", ID, nullable=False),
        sa.Column("reverses", ID, nullable=True),
        sa.Column("supersedes", ID, nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("first_entry", ID, nullable=False),
        sa.Column("entries", ID, nullable=False),
        sa.Column("person_times", ID, nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["catalogue_id"],
            ["catalogue.id"],
        ),
        sa.ForeignKeyConstraint(
            ["reverses"],
            ["batch.id"],
        ),
        sa.ForeignKeyConstraint(
            ["source_sha256"],
            ["source_file.sha256"],
        ),
        sa.ForeignKeyConstraint(
            ["supersedes"],
            ["batch.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("reverses"),
    )
    op.create_index(op.f("ix_batch_source_sha256"), "batch", ["source_sha256"], unique=False)
    op.create_table(
        "school_alias",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("school_id", ID, nullable=False),
        sa.ForeignKeyConstraint(
            ["school_id"],
            ["school.id"],
        ),
        sa.PrimaryKeyConstraint("name"),
    )
    op.create_table(
        "standard",
        sa.Column("id", ID, autoincrement=False, nullable=False),
        sa.Column("catalogue_id", ID, nullable=False),
        sa.Column("program_id", ID, nullable=False),
        sa.Column("start", sa.String(length=64), nullable=False),
        sa.Column("low_fen", sa.BigInteger(), nullable=False),
        sa.Column("high_fen", sa.BigInteger(), nullable=False),
        sa.Column("basis", sa.String(length=64), nullable=False),
        sa.Column("level", sa.String(length=64), nullable=True),
        sa.Column("boarding", sa.String(length=64), nullable=True),
        sa.Column("label", sa.Text(), nullable=True),
        sa.Column("school", sa.Text(), nullable=True),
        sa.Column("average_fen", sa.BigInteger(), nullable=True),
        sa.Column("reference", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["catalogue_id"],
            ["catalogue.id"],
        ),
        sa.ForeignKeyConstraint(
            ["program_id"],
            ["program.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_standard_catalogue_id"), "standard", ["catalogue_id"], unique=False)
    op.create_table(
        "event",
        sa.Column("id", ID, autoincrement=False, nullable=False),
        sa.Column("at", sa.String(length=20), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("action", sa.String(length=64), nullable=False),
        sa.Column("batch_id", ID, nullable=True),
        sa.Column("facts", sa.Text(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["batch_id"],
            ["batch.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "roster",
        sa.Column("id", ID, autoincrement=False, nullable=False),
        sa.Column("batch_id", ID, nullable=False),
        sa.Column("sheet", sa.Text(), nullable=False),
        sa.Column("header_row", ID, nullable=False),
        sa.Column("program_id", ID, nullable=False),
        sa.Column("period", sa.String(length=64), nullable=False),
        sa.Column("school_id", ID, nullable=True),
        sa.Column("person_times", ID, nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("declared_row", ID, nullable=True),
        sa.Column("declared_person_times", ID, nullable=True),
        sa.Column("declared_amount_fen", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["batch_id"],
            ["batch.id"],
        ),
        sa.ForeignKeyConstraint(
            ["program_id"],
            ["program.id"],
        ),
        sa.ForeignKeyConstraint(
            ["school_id"],
            ["school.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_roster_batch_id"), "roster", ["batch_id"], unique=False)
    op.create_table(
        "entry",
        sa.Column("id", ID, autoincrement=False, nullable=False),
        sa.Column("batch_id", ID, nullable=False),
        sa.Column("roster_id", ID, nullable=False),
        sa.Column("row", ID, nullable=False),
        sa.Column("program_id", ID, nullable=False),
        sa.Column("period", sa.String(length=64), nullable=False),
        sa.Column("beneficiary_id", ID, nullable=False),
        sa.Column("school_id", ID, nullable=True),
        sa.Column("occurrence", ID, nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("name_stated", sa.Text(), nullable=True),
        sa.Column("account", sa.Text(), nullable=True),
        sa.Column("level", sa.String(length=64), nullable=True),
        sa.Column("boarding", sa.String(length=64), nullable=True),
        sa.Column("grade", sa.Text(), nullable=True),
        sa.Column("class_name", sa.Text(), nullable=True),
        sa.Column("tier", sa.Text(), nullable=True),
        sa.Column("category", sa.Text(), nullable=True),
        sa.Column("entry_year", ID, nullable=True),
        sa.Column("reversal_of", ID, nullable=True),
        sa.Column("digest", sa.LargeBinary(length=32), nullable=False),
        sa.CheckConstraint("(reversal_of IS NULL) = (amount_fen > 0)", name="reversal_sign"),
        sa.CheckConstraint("(reversal_of IS NULL) = (occurrence > 0)", name="reversal_occurrence"),
        sa.ForeignKeyConstraint(
            ["batch_id"],
            ["batch.id"],
        ),
        sa.ForeignKeyConstraint(
            ["beneficiary_id"],
            ["beneficiary.id"],
        ),
        sa.ForeignKeyConstraint(
            ["program_id"],
            ["program.id"],
        ),
        sa.ForeignKeyConstraint(
            ["reversal_of"],
            ["entry.id"],
        ),
        sa.ForeignKeyConstraint(
            ["roster_id"],
            ["roster.id"],
        ),
        sa.ForeignKeyConstraint(
            ["school_id"],
            ["school.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("entry_beneficiary", "entry", ["beneficiary_id"], unique=False)
    op.create_index("entry_once", "entry", ["program_id", "period", "beneficiary_id", "occurrence"], unique=True)
    op.create_index(
        "entry_other_name",
        "entry",
        ["name_stated"],
        unique=False,
        sqlite_where=sa.text("name_stated IS NOT NULL"),
        postgresql_where=sa.text("name_stated IS NOT NULL"),
    )
    op.create_index(
        "entry_reversed_once",
        "entry",
        ["reversal_of"],
        unique=True,
        sqlite_where=sa.text("reversal_of IS NOT NULL"),
        postgresql_where=sa.text("reversal_of IS NOT NULL"),
    )
    dialect = op.get_context().dialect.name
    for statement in [*functions(dialect), *statements(dialect, _TABLES)]:
        op.execute(sa.text(statement))
