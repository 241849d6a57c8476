"""Whether the triggers that refuse changes are there, as they were made, and no others."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from sqlalchemy import Connection, text

from aidledger.store.model import immutability, references
from aidledger.store.model.immutability import UNIQUE_KEYS
from aidledger.store.verifying.schema import Difference, compared

_SQLITE = text("SELECT name, tbl_name, sql FROM sqlite_master WHERE type = 'trigger'")
# In the current schema only. A switched-off trigger is D, one for replicas alone R.
_POSTGRESQL = text(
    "SELECT t.tgname, c.relname, t.tgenabled IN ('O', 'A'), t.tgtype, "
    "ARRAY(SELECT a.attname::text FROM unnest(t.tgattr) WITH ORDINALITY AS k(number, place) "
    "JOIN pg_attribute a ON a.attrelid = t.tgrelid AND a.attnum = k.number ORDER BY k.place), "
    "t.tgqual IS NOT NULL, t.tgnewtable, p.proname, p.prosrc "
    "FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_namespace n ON n.oid = c.relnamespace "
    "JOIN pg_proc p ON p.oid = t.tgfoid WHERE NOT t.tgisinternal AND n.nspname = current_schema()"
)
_ROW, _BEFORE = 1, 2
_MADE = re.compile(r"CREATE TRIGGER (?P<trigger>\w+) (?:BEFORE|AFTER) .*? ON (?P<table>\w+) ")


Place = tuple[str, str]


def breaches(books: Connection) -> Iterator[Difference]:
    """What is other than the ledger's own guards, in the order of the triggers' names; of each its name and table."""
    found = _in_sqlite(books) if books.dialect.name == "sqlite" else _in_postgresql(books)
    return compared(_wanted(books.dialect.name), found)


def _wanted(dialect: str) -> dict[Place, str]:
    """By a trigger's name and table, what makes it."""
    made = {}
    sought = references.statements() if dialect == "postgresql" else []
    for ddl in [*immutability.statements(dialect, UNIQUE_KEYS), *sought]:
        named = _MADE.match(ddl)
        assert named, ddl  # noqa: S101 - statements are ours
        made[named["trigger"], named["table"]] = ddl
    return made


def _in_sqlite(books: Connection) -> dict[Place, str]:
    return {(row.name, row.tbl_name): row.sql for row in books.execute(_SQLITE)}


def _in_postgresql(books: Connection) -> dict[Place, str]:
    """As it would be written, where it is switched on and its function is the ledger's; else other than that."""
    functions = {*immutability.functions("postgresql"), *references.functions()}
    found = {}
    for trigger, table, enabled, kind, columns, condition, rows, name, source in books.execute(_POSTGRESQL):
        events = [said.format(columns=", ".join(columns)) for bit, said in _events(columns) if kind & bit]
        body = f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $${source}$$"
        at = "BEFORE" if kind & _BEFORE else "AFTER"
        each = "ROW" if kind & _ROW else "STATEMENT"
        seen = f" REFERENCING NEW TABLE AS {rows}" if rows else ""
        whole = enabled and not condition and body in functions
        made = (
            f"CREATE TRIGGER {trigger} {at} {' OR '.join(events)} ON {table}{seen} "
            f"FOR EACH {each} EXECUTE FUNCTION {name}()"
        )
        found[trigger, table] = made if whole else ""
    return found


def _events(columns: Sequence[str]) -> tuple[tuple[int, str], ...]:
    """The bits of a trigger's kind in the order in which ``statements`` names them."""
    update = "UPDATE OF {columns}" if columns else "UPDATE"
    return ((4, "INSERT"), (16, update), (8, "DELETE"), (32, "TRUNCATE"))
