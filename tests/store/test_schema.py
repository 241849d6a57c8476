"""Whatever is done to the tables themselves, to their keys and indexes, or put beside them: `verify` names it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from aidledger.operations import ledgers
from aidledger.store.verifying import schema
from aidledger.store.verifying.verify import structure
from tests.store.ledgers import ON_POSTGRESQL, new_place, opened, plain
from tools.compiled.schema import roles

if TYPE_CHECKING:
    from sqlalchemy import Connection

DIALECT = "postgresql" if ON_POSTGRESQL else "sqlite"
BESIDE = {
    "sqlite": {
        "a view": "CREATE VIEW paid AS SELECT * FROM entry",
        "a table": "CREATE TABLE notes (id INTEGER PRIMARY KEY)",
        "a trigger": "CREATE TRIGGER mine AFTER INSERT ON entry BEGIN SELECT 1; END",
        "a generated column": "ALTER TABLE entry ADD COLUMN twice INTEGER AS (amount_fen * 2)",
        "a check taken out": """
            PRAGMA writable_schema = ON;;
            UPDATE sqlite_master SET sql = replace(sql, 'amount_fen > 0', 'amount_fen > -9') WHERE name = 'entry';;
            PRAGMA writable_schema = OFF""",
    },
    "postgresql": {
        "a view": "CREATE VIEW paid AS SELECT * FROM entry",
        "a table": "CREATE TABLE notes (id INTEGER PRIMARY KEY)",
        "a rule": "CREATE RULE never AS ON INSERT TO payment_order DO INSTEAD NOTHING",
        "a child table": "CREATE TABLE more () INHERITS (entry)",
        "row security": "ALTER TABLE entry ENABLE ROW LEVEL SECURITY",
        "row security for the owner": """
            ALTER TABLE event ENABLE ROW LEVEL SECURITY;;
            ALTER TABLE event FORCE ROW LEVEL SECURITY""",
        "a policy": "CREATE POLICY some_only ON entry FOR SELECT USING (amount_fen < 100000)",
        "a policy on events": "CREATE POLICY all_may ON event FOR INSERT WITH CHECK (true)",
        "a default": "ALTER TABLE entry ALTER COLUMN account SET DEFAULT '6217000000000000000'",
        "a generated column": "ALTER TABLE entry ADD COLUMN twice BIGINT GENERATED ALWAYS AS (amount_fen * 2) STORED",
        "an unlogged table": "ALTER TABLE batch_total SET UNLOGGED",
        "a trigger switched off": "ALTER TABLE entry DISABLE TRIGGER entry_refused",
        "a trigger": """
            CREATE FUNCTION mine() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$;;
            CREATE TRIGGER mine BEFORE INSERT ON entry FOR EACH ROW EXECUTE FUNCTION mine()""",
        "a function of ours that does nothing": """
            CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql
            AS $$ BEGIN RETURN NULL; END $$""",
        "a function that fits a call better than the server's own": """
            CREATE FUNCTION to_char(date, text) RETURNS text LANGUAGE sql AS $$ SELECT '2006-03-15' $$""",
        "an operator that fits better": """
            CREATE FUNCTION same(varchar, varchar) RETURNS boolean LANGUAGE sql AS $$ SELECT true $$;;
            CREATE OPERATOR = (LEFTARG = varchar, RIGHTARG = varchar, FUNCTION = same)""",
        "a table of the same name in another schema behind": """
            CREATE SCHEMA other;;
            CREATE TABLE other.entry (id BIGINT);;
            SET LOCAL search_path = public, other""",
        "a table of the same name in another schema before": """
            CREATE SCHEMA other;;
            CREATE TABLE other.entry (id BIGINT);;
            SET LOCAL search_path = other, public""",
        "functions before the server's own": "SET LOCAL search_path = public, pg_catalog",
        "a temporary table of the same name": "CREATE TEMPORARY TABLE entry (id BIGINT)",
        "a column that may be empty": "ALTER TABLE entry ALTER COLUMN digest DROP NOT NULL",
    },
}


def deeds() -> Iterator[tuple[str, str]]:
    """What is tried: something with each part of the schema, and what is put beside it."""
    yield from BESIDE[DIALECT].items()
    for (kind, name), said in schema.made()[DIALECT].items():
        if kind == "index" and said and (ON_POSTGRESQL or not name.startswith("sqlite_")):
            looser = said.replace("UNIQUE ", "") if "UNIQUE" in said else f"{said.split(' WHERE ')[0]} WHERE 1 = 1"
            if not is_of_constraint(name):
                yield f"drop index {name}", f"DROP INDEX {name}"
                yield f"make index {name} anew, looser", f"DROP INDEX {name};; {looser}"
        elif kind == "constraint":
            table, constraint = name.split(".")
            yield f"drop constraint {name}", f"ALTER TABLE {table} DROP CONSTRAINT {constraint} CASCADE"
        elif kind in {"table", "relation"}:
            yield f"add a column to {name}", f"ALTER TABLE {name} ADD COLUMN more INTEGER DEFAULT 1"
            yield f"give {name} another name", f"ALTER TABLE {name} RENAME TO other"


def is_of_constraint(index: str) -> bool:
    """Whether an index is a primary or unique key's, which goes with its constraint."""
    return any(kind == "constraint" and name.endswith(f".{index}") for kind, name in schema.made()[DIALECT])


@pytest.fixture(scope="module")
def books(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Connection]:
    with plain(new_place(tmp_path_factory.mktemp("schema"))) as books:
        yield books


@pytest.mark.parametrize(("what", "deed"), [pytest.param(*one, id=one[0]) for one in deeds()])
def test_whatever_is_done_to_the_schema_is_named(books: Connection, what: str, deed: str) -> None:
    books.rollback()
    with books.begin() as transaction:
        if not ON_POSTGRESQL:
            books.exec_driver_sql("BEGIN")
        assert list(structure(books)) == []
        for statement in deed.split(";;"):
            books.exec_driver_sql(statement)
        faults = list(structure(books))
        transaction.rollback()
    assert faults, what


@pytest.mark.skipif(not ON_POSTGRESQL, reason="roles are a server's")
def test_the_roles_of_the_documentation_are_no_fault(books: Connection) -> None:
    books.rollback()
    with books.begin() as transaction:
        books.exec_driver_sql(roles())
        faults = list(structure(books))
        transaction.rollback()
    assert faults == []


def test_a_table_of_somebody_else_is_named_by_verify(tmp_path: Path) -> None:
    place = new_place(tmp_path)
    with plain(place) as books:
        books.exec_driver_sql("CREATE VIEW paid AS SELECT * FROM entry")
        books.commit()
    with closing(opened(place)) as ledger:
        (fault,) = ledgers.verify(ledger).faults
    assert fault.what.format_map(fault.facts) == (
        f"the {'relation' if ON_POSTGRESQL else 'view'} paid does not belong to the ledger"
    )
