"""New versions of rosters, and the lists that pay nobody: certifications, registers, allotments, bank returns."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

from aidledger.store.model.immutability import statements

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
CODE = sa.String(length=64)
_TABLES = ("kept_entry", "listing", "certification", "enrolment", "allotment", "bank_return")

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def _needed(name: str, kind: sa.types.TypeEngine[Any] = ID) -> sa.Column[Any]:
    return sa.Column(name, kind, nullable=False)


def _key() -> sa.Column[Any]:
    return sa.Column("id", ID, autoincrement=False, nullable=False, primary_key=True)


def _to(table: str, name: str, *, optional: bool = False) -> sa.Column[Any]:
    return sa.Column(name, ID, sa.ForeignKey(f"{table}.id"), nullable=optional)


def _record() -> list[sa.Column[Any]]:
    return [_key(), _to("batch", "batch_id"), _to("listing", "listing_id"), _needed("row")]


def _texts(*names: str) -> list[sa.Column[Any]]:
    return [sa.Column(name, sa.Text(), nullable=True) for name in names]


def _codes(*names: str) -> list[sa.Column[Any]]:
    return [sa.Column(name, CODE, nullable=True) for name in names]


def upgrade() -> None:
    op.create_table(
        "kept_entry",
        _to("batch", "batch_id"),
        sa.Column("roster_id", ID, sa.ForeignKey("roster.id"), nullable=False, primary_key=True),
        sa.Column("entry_id", ID, sa.ForeignKey("entry.id"), nullable=False, primary_key=True),
    )
    op.create_table(
        "listing",
        _key(),
        _to("batch", "batch_id"),
        _needed("kind", CODE),
        _needed("sheet", sa.Text()),
        _needed("header_row"),
        *_codes("period"),
        _to("school", "school_id", optional=True),
        _needed("records"),
        sa.Column("amount_fen", sa.BigInteger(), nullable=True),
    )
    op.create_table(
        "certification",
        *_record(),
        _to("beneficiary", "beneficiary_id"),
        _needed("period", CODE),
        _to("school", "school_id", optional=True),
        *_codes("level"),
        _needed("categories", sa.Text()),
        *_texts("category_stated", "grade", "class_name", "name_stated"),
        _needed("digest", sa.LargeBinary(length=32)),
    )
    op.create_table(
        "enrolment",
        *_record(),
        _to("beneficiary", "beneficiary_id"),
        _needed("period", CODE),
        _to("school", "school_id", optional=True),
        *_codes("student_number"),
        _needed("status", CODE),
        *_texts("status_stated"),
        *_codes("left_on", "level"),
        *_texts("grade", "class_name"),
        *_codes("boarding"),
        sa.Column("entry_year", ID, nullable=True),
        *_texts("name_stated"),
        _needed("digest", sa.LargeBinary(length=32)),
    )
    op.create_table(
        "allotment",
        *_record(),
        _needed("document", sa.Text()),
        *_codes("issued_on"),
        _to("program", "program_id"),
        _needed("period", CODE),
        _needed("source", CODE),
        _needed("amount_fen", sa.BigInteger()),
        _needed("digest", sa.LargeBinary(length=32)),
    )
    op.create_table(
        "bank_return",
        *_record(),
        _to("entry", "entry_id", optional=True),
        *_codes("number"),
        _needed("name", sa.Text()),
        *_texts("account"),
        _needed("amount_fen", sa.BigInteger()),
        _needed("outcome", CODE),
        *_texts("reason"),
        *_codes("paid_on"),
        *_texts("serial_no"),
        _needed("digest", sa.LargeBinary(length=32)),
    )
    for table in _TABLES:
        op.create_index(f"ix_{table}_batch_id", table, ["batch_id"], unique=False)
    for table in ("certification", "enrolment"):
        op.create_index(f"ix_{table}_beneficiary_id", table, ["beneficiary_id"], unique=False)
    op.create_index("ix_bank_return_entry_id", "bank_return", ["entry_id"], unique=False)
    for statement in statements(op.get_context().dialect.name, _TABLES):
        op.execute(sa.text(statement))
