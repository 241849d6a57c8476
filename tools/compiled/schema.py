"""aidledger/store/verifying/schema.json: the parts of a new ledger's schema, on each engine."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection, create_engine
from sqlalchemy.engine import URL

from aidledger.store.model.migrate import upgrade
from aidledger.store.verifying import schema
from tests import postgresql

PATH = schema.PATH
_DOC = Path(__file__).parents[2] / "docs" / "postgresql.md"


def text() -> str:
    """The file."""
    return schema.as_json(of_sqlite() | of_postgresql())


def of_sqlite() -> dict[str, schema.Parts]:
    """The parts of a new ledger in a file."""
    with tempfile.TemporaryDirectory() as folder, _made(URL.create("sqlite", database=f"{folder}/new.db")) as books:
        return {"sqlite": schema.parts(books), "sqlite with roles": {}}


def of_postgresql() -> dict[str, schema.Parts]:
    """The parts of a new ledger on a server, and what the roles add to them."""
    with tempfile.TemporaryDirectory() as folder, _made(postgresql.new_database(Path(folder))) as books:
        parts = schema.parts(books)
        books.exec_driver_sql(roles())
        added = {part: said for part, said in schema.parts(books).items() if parts.get(part) != said}
        books.rollback()
    return {"postgresql": parts, "postgresql with roles": added}


def roles() -> str:
    """The statements of docs/postgresql.md that make the roles."""
    (block,) = re.findall(r"<!-- tested -->\n```sql\n(.*?)```", _DOC.read_text(encoding="utf-8"), re.DOTALL)
    return str(block)


@contextmanager
def _made(url: URL) -> Iterator[Connection]:
    engine = create_engine(url)
    with engine.connect() as books:
        upgrade(books)
        yield books
    engine.dispose()
