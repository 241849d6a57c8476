"""What rows refer to is there: on PostgreSQL it is looked for once for all rows of a statement.

A foreign key looks for every row and each of its keys by itself, a third of the time of an import. What is referred to
is never deleted, nor given another id (immutability.py): so it is enough to look when a row comes in. SQLite's
foreign keys cost little, and stay.
"""

from __future__ import annotations

from collections.abc import Mapping

# Of the tables with a row for each line of a school's list: to which table's id each column points.
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
}


def functions() -> list[str]:
    """The DDL that the triggers rest on."""
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
    """Whether a column points to what is not there; to few, mostly, from many rows.

    Asked of each id that is pointed to, by its index: a join PostgreSQL makes so that it reads all of the table that is
    pointed to, for every statement. OFFSET keeps it from asking before it has told the ids apart.
    """
    pointed = f"SELECT DISTINCT {column} AS id FROM added WHERE {column} IS NOT NULL OFFSET 0"  # noqa: S608 - names from above
    there = f"SELECT {target}.id FROM {target} WHERE {target}.id = pointed.id"  # noqa: S608
    return f"EXISTS (SELECT FROM ({pointed}) AS pointed WHERE ({there}) IS NULL)"
