"""The ledger's tables, and the triggers that keep recorded facts as they are.

On PostgreSQL, triggers look for what the rows of long lists refer to (references.py), and schools' files are stored as
they are: workbooks are compressed, and the server would try it again, in vain.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa
from alembic import op

from aidledger.store.model import references
from aidledger.store.model.immutability import functions, statements

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
FEN = sa.BigInteger()
DIGEST = sa.LargeBinary(length=32)
HEX, CODE, MOMENT = sa.String(length=64), sa.String(length=64), sa.String(length=20)
TEXT = sa.Text()

_TABLES = frozenset(
    (
        *("beneficiary", "catalogue", "program", "school", "school_alias", "standard", "source_file"),
        *("batch", "batch_total", "event", "roster", "entry", "kept_entry", "number_correction"),
        *("payment_order", "payment_order_line", "notice", "notice_line"),
        *("listing", "certification", "enrolment", "allotment", "recovery", "bank_return"),
        *("population", "school_amount", "quota", "fee_receipt", "staff", "death", "national_payment"),
    )
)

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    _make_master_data()
    _make_batches()
    _make_entries()
    _make_payments()
    _make_lists()
    dialect = op.get_context().dialect.name
    guards = [*functions(dialect), *statements(dialect, _TABLES)]
    if dialect == "postgresql":
        guards += [*references.functions(), *references.statements()]
        guards.append("ALTER TABLE source_file ALTER COLUMN content SET STORAGE EXTERNAL")
    for statement in guards:
        op.execute(sa.text(statement))


def _key() -> sa.Column[Any]:
    return sa.Column("id", ID, autoincrement=False, nullable=False, primary_key=True)


def _part_of_key(name: str) -> sa.Column[Any]:
    return sa.Column(name, ID, nullable=False, primary_key=True)


def _needed(kind: sa.types.TypeEngine[Any], *names: str) -> Iterable[sa.Column[Any]]:
    return [sa.Column(name, kind, nullable=False) for name in names]


def _optional(kind: sa.types.TypeEngine[Any], *names: str) -> Iterable[sa.Column[Any]]:
    return [sa.Column(name, kind, nullable=True) for name in names]


def _references(**targets: str) -> Iterable[sa.ForeignKeyConstraint]:
    return [sa.ForeignKeyConstraint([column], [target]) for column, target in targets.items()]


def _references_sought(**targets: str) -> Iterable[sa.ForeignKeyConstraint]:
    """Of tables that references.py names."""
    return [] if op.get_context().dialect.name == "postgresql" else _references(**targets)


def _index_batch(*tables: str) -> None:
    for table in tables:
        op.create_index(f"ix_{table}_batch_id", table, ["batch_id"])


def _index_where(name: str, table: str, columns: list[str], filled: str, *, unique: bool = False) -> None:
    """An index of the rows in which a column is filled."""
    there = sa.column(filled).is_not(None)
    op.create_index(name, table, columns, unique=unique, sqlite_where=there, postgresql_where=there)


def _make_master_data() -> None:
    op.create_table(
        "beneficiary",
        _key(),
        *_needed(CODE, "document_type", "number"),
        *_needed(TEXT, "name"),
        *_optional(sa.Date(), "birth_date"),
        *_optional(CODE, "sex", "student_number"),
        sa.UniqueConstraint("number", "document_type"),
    )
    op.create_table(
        "catalogue",
        _key(),
        *_needed(HEX, "digest"),
        *_needed(MOMENT, "loaded_at"),
        *_needed(TEXT, "loaded_by"),
        sa.UniqueConstraint("digest"),
    )
    op.create_table(
        "program",
        _key(),
        *_needed(CODE, "code"),
        *_needed(TEXT, "name_zh", "name_en"),
        *_needed(CODE, "stage", "nature", "unit", "cadence"),
        sa.UniqueConstraint("code"),
    )
    op.create_table("school", _key(), *_needed(TEXT, "name"), sa.UniqueConstraint("name"))
    op.create_table(
        "school_alias",
        sa.Column("name", TEXT, nullable=False, primary_key=True),
        *_needed(ID, "school_id"),
        *_references(school_id="school.id"),
    )
    op.create_table(
        "standard",
        _key(),
        *_needed(ID, "catalogue_id", "program_id"),
        *_needed(CODE, "start"),
        *_needed(FEN, "low_fen", "high_fen"),
        *_needed(CODE, "basis"),
        *_optional(CODE, "level", "boarding"),
        *_optional(TEXT, "label", "school"),
        *_optional(FEN, "average_fen"),
        *_optional(TEXT, "reference"),
        *_references(catalogue_id="catalogue.id", program_id="program.id"),
    )
    op.create_index("ix_standard_catalogue_id", "standard", ["catalogue_id"])


def _make_batches() -> None:
    op.create_table(
        "source_file",
        sa.Column("sha256", HEX, nullable=False, primary_key=True),
        *_needed(ID, "size_bytes"),
        *_needed(sa.LargeBinary(), "content"),
    )
    op.create_table(
        "batch",
        _key(),
        *_needed(CODE, "kind"),
        *_optional(TEXT, "file_name"),
        *_optional(HEX, "source_sha256"),
        *_needed(MOMENT, "posted_at"),
        *_needed(TEXT, "posted_by"),
        *_needed(ID, "catalogue_id"),
        *_optional(ID, "reverses", "supersedes"),
        *_optional(TEXT, "reason"),
        *_needed(ID, "first_entry", "entries", "person_times"),
        *_needed(FEN, "amount_fen"),
        *_needed(HEX, "digest"),
        *_references(
            catalogue_id="catalogue.id",
            reverses="batch.id",
            source_sha256="source_file.sha256",
            supersedes="batch.id",
        ),
        sa.UniqueConstraint("reverses"),
    )
    op.create_index("ix_batch_source_sha256", "batch", ["source_sha256"])
    _index_where("batch_superseding", "batch", ["supersedes"], "supersedes")
    op.create_table(
        "batch_total",
        *(_part_of_key(name) for name in ("batch_id", "number")),
        *_needed(ID, "program_id"),
        *_needed(CODE, "period"),
        *_optional(ID, "school_id"),
        *_needed(ID, "payments"),
        *_needed(FEN, "amount_fen"),
        *_references(batch_id="batch.id", program_id="program.id", school_id="school.id"),
    )
    op.create_table(
        "event",
        _key(),
        *_needed(MOMENT, "at"),
        *_needed(TEXT, "actor"),
        *_needed(CODE, "action"),
        *_optional(ID, "batch_id"),
        *_needed(TEXT, "facts"),
        *_needed(HEX, "digest"),
        *_references(batch_id="batch.id"),
    )
    op.create_index("event_action", "event", ["action"])


def _make_entries() -> None:
    op.create_table(
        "roster",
        _key(),
        *_needed(ID, "batch_id"),
        *_needed(TEXT, "sheet"),
        *_needed(ID, "header_row", "program_id"),
        *_needed(CODE, "period"),
        *_optional(ID, "school_id"),
        *_needed(ID, "person_times"),
        *_needed(FEN, "amount_fen"),
        *_optional(ID, "declared_row", "declared_person_times"),
        *_optional(FEN, "declared_amount_fen"),
        *_references(batch_id="batch.id", program_id="program.id", school_id="school.id"),
    )
    op.create_table(
        "entry",
        _key(),
        *_needed(ID, "batch_id", "roster_id", "row", "program_id"),
        *_needed(CODE, "period"),
        *_needed(ID, "beneficiary_id"),
        *_optional(ID, "school_id"),
        *_needed(ID, "occurrence"),
        *_needed(FEN, "amount_fen"),
        *_optional(TEXT, "name_stated", "account"),
        *_optional(CODE, "level", "boarding"),
        *_optional(TEXT, "grade", "class_name", "tier", "category"),
        *_optional(ID, "entry_year", "reversal_of"),
        *_needed(DIGEST, "digest"),
        *_optional(TEXT, "guardian"),
        *_optional(CODE, "part", "student_number"),
        *_optional(TEXT, "major"),
        sa.CheckConstraint("(reversal_of IS NULL) = (amount_fen > 0)", name="reversal_sign"),
        sa.CheckConstraint("(reversal_of IS NULL) = (occurrence > 0)", name="reversal_occurrence"),
        *_references_sought(
            batch_id="batch.id",
            beneficiary_id="beneficiary.id",
            program_id="program.id",
            reversal_of="entry.id",
            roster_id="roster.id",
            school_id="school.id",
        ),
    )
    of_claim = ["program_id", "period", "beneficiary_id"]
    op.create_index("entry_once", "entry", [*of_claim, "occurrence"], unique=True)
    op.create_index("entry_of_person", "entry", ["beneficiary_id", "program_id", "period", "occurrence"])
    _index_where("entry_reversed_once", "entry", ["reversal_of"], "reversal_of", unique=True)
    _index_where("entry_other_name", "entry", ["name_stated"], "name_stated")
    _index_where("entry_student_number", "entry", ["beneficiary_id", "student_number"], "student_number")
    _index_where("entry_in_parts", "entry", of_claim, "part")
    op.create_table(
        "kept_entry",
        *_needed(ID, "batch_id"),
        *(_part_of_key(name) for name in ("roster_id", "entry_id")),
        *_references(batch_id="batch.id", roster_id="roster.id", entry_id="entry.id"),
    )
    op.create_table(
        "number_correction",
        *(_part_of_key(name) for name in ("batch_id", "earlier_id")),
        *_needed(ID, "beneficiary_id"),
        *_references(batch_id="batch.id", earlier_id="beneficiary.id", beneficiary_id="beneficiary.id"),
    )
    _index_batch("roster", "kept_entry")


def _make_payments() -> None:
    op.create_table(
        "payment_order",
        _key(),
        *_optional(ID, "program_id"),
        *_needed(CODE, "period"),
        *_optional(ID, "school_id"),
        *_needed(MOMENT, "exported_at"),
        *_needed(TEXT, "exported_by"),
        *_needed(ID, "after_batch", "lines"),
        *_needed(FEN, "amount_fen"),
        *_needed(HEX, "digest"),
        *_references(program_id="program.id", school_id="school.id"),
    )
    op.create_table(
        "payment_order_line",
        *(_part_of_key(name) for name in ("order_id", "serial")),
        *_needed(ID, "entry_id"),
        *_needed(TEXT, "account"),
        *_needed(FEN, "amount_fen"),
        sa.UniqueConstraint("order_id", "entry_id"),
        *_references(order_id="payment_order.id", entry_id="entry.id"),
    )
    op.create_index("ix_payment_order_line_entry_id", "payment_order_line", ["entry_id"])
    op.create_table(
        "notice",
        _key(),
        *_needed(ID, "program_id"),
        *_needed(CODE, "period"),
        *_optional(ID, "school_id"),
        *_needed(CODE, "posted_from", "posted_until"),
        *_needed(MOMENT, "made_at"),
        *_needed(TEXT, "made_by"),
        *_needed(ID, "persons"),
        *_needed(HEX, "digest"),
        *_references(program_id="program.id", school_id="school.id"),
    )
    op.create_table(
        "notice_line",
        *(_part_of_key(name) for name in ("notice_id", "entry_id")),
        *_references(notice_id="notice.id", entry_id="entry.id"),
    )


def _make_lists() -> None:
    op.create_table(
        "listing",
        _key(),
        *_needed(ID, "batch_id"),
        *_needed(CODE, "kind"),
        *_needed(TEXT, "sheet"),
        *_needed(ID, "header_row"),
        *_optional(CODE, "period"),
        *_optional(ID, "school_id"),
        *_needed(ID, "records"),
        *_optional(FEN, "amount_fen"),
        *_references(batch_id="batch.id", school_id="school.id"),
    )
    in_list = {"batch_id": "batch.id", "listing_id": "listing.id"}
    of_person = {**in_list, "beneficiary_id": "beneficiary.id", "school_id": "school.id"}
    op.create_table(
        "certification",
        _key(),
        *_needed(ID, "batch_id", "listing_id", "row", "beneficiary_id"),
        *_needed(CODE, "period"),
        *_optional(ID, "school_id"),
        *_optional(CODE, "level"),
        *_needed(TEXT, "categories"),
        *_optional(TEXT, "category_stated", "grade", "class_name", "name_stated"),
        *_optional(CODE, "boarding", "certified_on"),
        *_needed(DIGEST, "digest"),
        *_references_sought(**of_person),
    )
    op.create_table(
        "enrolment",
        _key(),
        *_needed(ID, "batch_id", "listing_id", "row", "beneficiary_id"),
        *_needed(CODE, "period"),
        *_optional(ID, "school_id"),
        *_optional(CODE, "student_number"),
        *_needed(CODE, "status"),
        *_optional(TEXT, "status_stated"),
        *_optional(CODE, "left_on", "level"),
        *_optional(TEXT, "grade", "class_name"),
        *_optional(CODE, "boarding"),
        *_optional(ID, "entry_year"),
        *_optional(CODE, "change", "changed_on"),
        *_optional(TEXT, "major", "name_stated"),
        *_needed(DIGEST, "digest"),
        *_references_sought(**of_person),
    )
    op.create_table(
        "allotment",
        _key(),
        *_needed(ID, "batch_id", "listing_id", "row"),
        *_needed(TEXT, "document"),
        *_optional(CODE, "issued_on"),
        *_needed(ID, "program_id"),
        *_needed(CODE, "period", "source"),
        *_needed(FEN, "amount_fen"),
        *_needed(DIGEST, "digest"),
        *_references(**in_list, program_id="program.id"),
    )
    op.create_table(
        "recovery",
        _key(),
        *_needed(ID, "batch_id", "listing_id", "row", "beneficiary_id", "program_id"),
        *_needed(CODE, "period"),
        *_optional(ID, "school_id"),
        *_needed(FEN, "amount_fen"),
        *_needed(CODE, "recovered_on"),
        *_needed(TEXT, "document"),
        *_optional(TEXT, "reason", "name_stated"),
        *_needed(DIGEST, "digest"),
        *_references(**in_list, beneficiary_id="beneficiary.id", program_id="program.id", school_id="school.id"),
    )
    op.create_table(
        "bank_return",
        _key(),
        *_needed(ID, "batch_id", "listing_id", "row"),
        *_optional(ID, "entry_id"),
        *_optional(CODE, "number"),
        *_needed(TEXT, "name"),
        *_optional(TEXT, "account"),
        *_needed(FEN, "amount_fen"),
        *_needed(CODE, "outcome"),
        *_optional(TEXT, "reason"),
        *_optional(CODE, "paid_on"),
        *_optional(TEXT, "serial_no"),
        *_needed(DIGEST, "digest"),
        *_optional(ID, "order_id"),
        *_references(**in_list, entry_id="entry.id", order_id="payment_order.id"),
    )
    _make_lists_about_people()
    _make_lists_of_sums()
    _index_batch("listing", "certification", "enrolment", "allotment", "recovery", "bank_return")
    _index_batch("population", "school_amount", "quota", "fee_receipt", "staff", "death", "national_payment")
    for table in ("certification", "enrolment", "recovery", "population", "fee_receipt", "death", "national_payment"):
        op.create_index(f"ix_{table}_beneficiary_id", table, ["beneficiary_id"])
    op.create_index("ix_bank_return_entry_id", "bank_return", ["entry_id"])


_IN_LIST = {"batch_id": "batch.id", "listing_id": "listing.id"}
_OF_PERSON = {**_IN_LIST, "beneficiary_id": "beneficiary.id"}
_OF_PUPIL = {**_OF_PERSON, "school_id": "school.id"}


def _make_lists_about_people() -> None:
    in_row = ("batch_id", "listing_id", "row")
    op.create_table(
        "population",
        _key(),
        *_needed(ID, *in_row, "beneficiary_id"),
        *_needed(CODE, "source", "category"),
        *_optional(CODE, "status"),
        *_needed(CODE, "as_of"),
        *_needed(ID, "household"),
        *_optional(TEXT, "relation", "name_stated"),
        *_needed(DIGEST, "digest"),
        *_references_sought(**_OF_PERSON),
    )
    op.create_table(
        "fee_receipt",
        _key(),
        *_needed(ID, *in_row, "beneficiary_id"),
        *_needed(CODE, "period"),
        *_optional(ID, "school_id"),
        *_optional(CODE, "item"),
        *_needed(FEN, "amount_fen"),
        *_optional(CODE, "received_on"),
        *_optional(TEXT, "receipt"),
        *_optional(FEN, "refunded_fen"),
        *_optional(CODE, "refunded_on"),
        *_optional(TEXT, "grade", "class_name", "name_stated"),
        *_needed(DIGEST, "digest"),
        *_references_sought(**_OF_PUPIL),
    )
    op.create_table(
        "staff",
        _key(),
        *_needed(ID, *in_row),
        *_optional(ID, "school_id"),
        *_needed(TEXT, "name", "account"),
        *_needed(DIGEST, "digest"),
        *_references(**_IN_LIST, school_id="school.id"),
    )
    op.create_table(
        "death",
        _key(),
        *_needed(ID, *in_row, "beneficiary_id"),
        *_optional(ID, "school_id"),
        *_needed(CODE, "died_on"),
        *_optional(TEXT, "name_stated"),
        *_needed(DIGEST, "digest"),
        *_references(**_OF_PUPIL),
    )
    op.create_table(
        "national_payment",
        _key(),
        *_needed(ID, *in_row, "beneficiary_id", "program_id"),
        *_needed(CODE, "period"),
        *_optional(CODE, "part"),
        *_optional(ID, "school_id"),
        *_needed(FEN, "amount_fen"),
        *_optional(TEXT, "name_stated"),
        *_needed(DIGEST, "digest"),
        *_references_sought(**_OF_PUPIL, program_id="program.id"),
    )


def _make_lists_of_sums() -> None:
    amount = {"school_amount": _needed, "quota": _optional}
    for name, given in amount.items():
        op.create_table(
            name,
            _key(),
            *_needed(ID, "batch_id", "listing_id", "row", "program_id"),
            *_needed(CODE, "period"),
            *_optional(ID, "school_id"),
            *_needed(ID, "persons"),
            *given(FEN, "amount_fen"),
            *_optional(TEXT, "document"),
            *_optional(CODE, "issued_on"),
            *_needed(DIGEST, "digest"),
            *_references(**_IN_LIST, program_id="program.id", school_id="school.id"),
        )
