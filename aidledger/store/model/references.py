"""Referential integrity on PostgreSQL, checked by one trigger per statement instead of foreign keys.

Foreign keys check every row and key by itself: a third of an import's time. Referenced rows are never deleted and keep
their ids (immutability.py), so a check on insert is enough. SQLite keeps its foreign keys, which cost little.
"""

from __future__ import annotations

from collections.abc import Mapping

# For the tables with a row per line of a school's list: the table whose id each column references.
REFERENCES: Mapping[str, Mapping[str, str]] = {
    "entry": {
        "batch_id": "batch",
        "roster_id": "roster",
        "program_id": "program",
        "beneficiary_id": "beneficiary",
        "school_id": "school",
        "reversal_of": "entry",
    },
    "certification": {
        "batch_id": "batch",
        "listing_id": "listing",
        "beneficiary_id": "beneficiary",
        "school_id": "school",
    },
    "enrolment": {
        "batch_id": "batch",
        "listing_id": "listing",
        "beneficiary_id": "beneficiary",
        "school_id": "school",
    },
    "population": {
        "batch_id": "batch",
        "listing_id": "listing",
        "beneficiary_id": "beneficiary",
    },
    "fee_receipt": {
        "batch_id": "batch",
        "listing_id": "listing",
        "beneficiary_id": "beneficiary",
        "school_id": "school",
    },
    "national_payment": {
        "batch_id": "batch",
        "listing_id": "listing",
        "program_id": "program",
        "beneficiary_id": "beneficiary",
        "school_id": "school",
    },
}


def functions() -> list[str]:
    """The DDL of the functions that the triggers call."""
    return [_function(table, columns) for table, columns in REFERENCES.items()]


def statements() -> list[str]:
    """The DDL of the triggers."""
    return [
        f"CREATE TRIGGER {table}_references_sought AFTER INSERT ON {table} REFERENCING NEW TABLE AS added "
        f"FOR EACH STATEMENT EXECUTE FUNCTION {table}_references()"
        for table in REFERENCES
    ]


def _function(table: str, columns: Mapping[str, str]) -> str:
    wrong = " OR ".join(_nowhere(column, target) for column, target in columns.items())
    why = f"RAISE foreign_key_violation USING MESSAGE = '{table} refers to what is not there'"
    body = f"$$ BEGIN IF {wrong} THEN {why}; END IF; RETURN NULL; END $$"
    return f"CREATE FUNCTION {table}_references() RETURNS trigger LANGUAGE plpgsql AS {body}"


def _nowhere(column: str, target: str) -> str:
    """Whether any value of a column has no row in the target table.

    Many rows reference few ids, so look each distinct id up by its index: for a join PostgreSQL would scan the whole
    target table on every statement. OFFSET 0 keeps the planner from looking up before DISTINCT.
    """
    pointed = f"SELECT DISTINCT {column} AS id FROM added WHERE {column} IS NOT NULL OFFSET 0"  # noqa: S608 - names from above
    there = f"SELECT {target}.id FROM {target} WHERE {target}.id = pointed.id"  # noqa: S608
    return f"EXISTS (SELECT FROM ({pointed}) AS pointed WHERE ({there}) IS NULL)"
