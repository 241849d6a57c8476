"""Triggers that refuse to change or delete recorded rows."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping

APPEND_ONLY = (
    "entry",
    "event",
    "batch",
    "roster",
    "source_file",
    "catalogue",
    "standard",
    "kept_entry",
    "listing",
    "certification",
    "enrolment",
    "allotment",
    "bank_return",
    "payment_order",
    "payment_order_line",
    "notice",
    "notice_line",
    "batch_total",
    "number_correction",
    "recovery",
    "population",
    "school_amount",
    "quota",
    "fee_receipt",
    "staff",
    "death",
    "national_payment",
    "program",
    "school",
    "school_alias",
)
# A person's identity never changes; the other columns may be cleared on request (forgetting.py).
KEPT_COLUMNS = {"beneficiary": ("id", "document_type", "number", "name", "birth_date")}
# The keys by which SQLite's INSERT OR REPLACE would replace a row.
UNIQUE_KEYS = {
    "entry": (("id",), ("program_id", "period", "beneficiary_id", "occurrence"), ("reversal_of",)),
    "event": (("id",),),
    "batch": (("id",), ("reverses",)),
    "roster": (("id",),),
    "source_file": (("sha256",),),
    "catalogue": (("id",), ("digest",)),
    "standard": (("id",),),
    "beneficiary": (("id",), ("number", "document_type")),
    "school": (("id",), ("name",)),
    "program": (("id",), ("code",)),
    "school_alias": (("name",),),
    "kept_entry": (("roster_id", "entry_id"),),
    "listing": (("id",),),
    "certification": (("id",),),
    "enrolment": (("id",),),
    "allotment": (("id",),),
    "bank_return": (("id",),),
    "payment_order": (("id",),),
    "payment_order_line": (("order_id", "serial"), ("order_id", "entry_id")),
    "notice": (("id",),),
    "notice_line": (("notice_id", "entry_id"),),
    "batch_total": (("batch_id", "number"),),
    "number_correction": (("batch_id", "earlier_id"),),
    "recovery": (("id",),),
    "population": (("id",),),
    "school_amount": (("id",),),
    "quota": (("id",),),
    "fee_receipt": (("id",),),
    "staff": (("id",),),
    "death": (("id",),),
    "national_payment": (("id",),),
}


def statements(dialect: str, tables: Container[str]) -> list[str]:
    """The DDL of the triggers on these tables, for ``sqlite`` or ``postgresql``; see also ``functions``."""
    append_only = [table for table in APPEND_ONLY if table in tables]
    kept = {table: columns for table, columns in KEPT_COLUMNS.items() if table in tables}
    if dialect != "sqlite":
        return _postgresql(append_only, kept)
    return _sqlite(append_only, kept, {table: keys for table, keys in UNIQUE_KEYS.items() if table in tables})


def functions(dialect: str) -> list[str]:
    """The DDL of the functions that the triggers call; run it once per ledger."""
    refuse = "$$ BEGIN RAISE EXCEPTION '% on % is refused', TG_OP, TG_TABLE_NAME; END $$"
    if dialect == "sqlite":
        return []
    return [f"CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS {refuse}"]


Keys = tuple[tuple[str, ...], ...]


def _sqlite(append_only: Iterable[str], kept: Mapping[str, tuple[str, ...]], unique: Mapping[str, Keys]) -> list[str]:
    def refuse(table: str, action: str, columns: str, why: str) -> str:
        name = f"{table}_{action.lower()}_refused"
        return f"CREATE TRIGGER {name} BEFORE {action}{columns} ON {table} BEGIN SELECT RAISE(ABORT, '{why}'); END"

    ddl = [
        refuse(table, action, "", f"{table} is append-only") for table in append_only for action in ("UPDATE", "DELETE")
    ]
    # REPLACE deletes the old row without firing DELETE triggers: refuse to insert an existing row.
    for table, keys in unique.items():
        exists = " OR ".join(f"({' AND '.join(f'{name} = NEW.{name}' for name in key)})" for key in keys)
        when = f"WHEN EXISTS (SELECT 1 FROM {table} WHERE {exists})"  # noqa: S608 - names from above
        why = f"SELECT RAISE(ABORT, '{table} has this row already')"
        ddl.append(f"CREATE TRIGGER {table}_replace_refused BEFORE INSERT ON {table} {when} BEGIN {why}; END")
    for table, columns in kept.items():
        ddl.append(refuse(table, "UPDATE", f" OF {', '.join(columns)}", f"identity in {table} does not change"))
        ddl.append(refuse(table, "DELETE", "", f"{table} is never deleted from"))
    return ddl


def _postgresql(append_only: Iterable[str], kept: Mapping[str, tuple[str, ...]]) -> list[str]:
    ddl = [
        f"CREATE TRIGGER {table}_refused BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        for table in append_only
    ]
    for table, columns in kept.items():
        ddl.append(
            f"CREATE TRIGGER {table}_refused BEFORE UPDATE OF {', '.join(columns)} OR DELETE OR TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        )
    return ddl
