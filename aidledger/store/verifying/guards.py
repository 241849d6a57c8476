"""Whether the ledger has exactly the triggers that refuse changes, as the migrations made them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from sqlalchemy import Connection, text

from aidledger.store.model import immutability, references
from aidledger.store.model.immutability import UNIQUE_KEYS
from aidledger.store.verifying.schema import Difference, compared

_SQLITE = text("SELECT name, tbl_name, sql FROM sqlite_master WHERE type = 'trigger'")
# In the current schema only. tgenabled is D for a disabled trigger, R for one that fires on replicas only.
_POSTGRESQL = text(
    "SELECT t.tgname, c.relname, t.tgenabled IN ('O', 'A'), t.tgtype, "
    "ARRAY(SELECT a.attname::text FROM unnest(t.tgattr) WITH ORDINALITY AS k(number, place) "
    "JOIN pg_attribute a ON a.attrelid = t.tgrelid AND a.attnum = k.number ORDER BY k.place), "
    "t.tgqual IS NOT NULL, t.tgnewtable, p.proname, p.prosrc "
    "FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_namespace n ON n.oid = c.relnamespace "
    "JOIN pg_proc p ON p.oid = t.tgfoid WHERE NOT t.tgisinternal AND n.nspname = current_schema()"
)
_ROW, _BEFORE = 1, 2
_CREATE_TRIGGER = re.compile(r"CREATE TRIGGER (?P<trigger>\w+) (?:BEFORE|AFTER) .*? ON (?P<table>\w+) ")


Place = tuple[str, str]


def breaches(books: Connection) -> Iterator[Difference]:
    """Triggers that are missing, changed or foreign, by name and table."""
    found = _in_sqlite(books) if books.dialect.name == "sqlite" else _in_postgresql(books)
    return compared(_expected(books.dialect.name), found)


def _expected(dialect: str) -> dict[Place, str]:
    """The DDL of each trigger, by name and table."""
    expected = {}
    of_references = references.statements() if dialect == "postgresql" else []
    for ddl in [*immutability.statements(dialect, UNIQUE_KEYS), *of_references]:
        named = _CREATE_TRIGGER.match(ddl)
        assert named, ddl  # noqa: S101 - the program's own statements
        expected[named["trigger"], named["table"]] = ddl
    return expected


def _in_sqlite(books: Connection) -> dict[Place, str]:
    return {(row.name, row.tbl_name): row.sql for row in books.execute(_SQLITE)}


def _in_postgresql(books: Connection) -> dict[Place, str]:
    """The DDL of each trigger as the ledger writes it; empty for disabled and conditional ones and other functions."""
    functions = {*immutability.functions("postgresql"), *references.functions()}
    found = {}
    for trigger, table, enabled, kind, columns, condition, rows, name, source in books.execute(_POSTGRESQL):
        events = [event.format(columns=", ".join(columns)) for bit, event in _events(columns) if kind & bit]
        body = f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $${source}$$"
        timing = "BEFORE" if kind & _BEFORE else "AFTER"
        each = "ROW" if kind & _ROW else "STATEMENT"
        referencing = f" REFERENCING NEW TABLE AS {rows}" if rows else ""
        intact = enabled and not condition and body in functions
        ddl = (
            f"CREATE TRIGGER {trigger} {timing} {' OR '.join(events)} ON {table}{referencing} "
            f"FOR EACH {each} EXECUTE FUNCTION {name}()"
        )
        found[trigger, table] = ddl if intact else ""
    return found


def _events(columns: Sequence[str]) -> tuple[tuple[int, str], ...]:
    """The event bits of tgtype, in the order in which ``statements`` names the events."""
    update = "UPDATE OF {columns}" if columns else "UPDATE"
    return ((4, "INSERT"), (16, update), (8, "DELETE"), (32, "TRUNCATE"))
