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
    with tempfile.TemporaryDirectory() as folder, _made(URL.create("sqlite", database=f"{folder}/new.db")) as books:
        made = {"sqlite": schema.parts(books), "sqlite with roles": {}}
    with tempfile.TemporaryDirectory() as folder, _made(postgresql.new_database(Path(folder))) as books:
        made["postgresql"] = schema.parts(books)
        books.exec_driver_sql(roles())
        with_roles = schema.parts(books)
        made["postgresql with roles"] = {
            part: said for part, said in with_roles.items() if made["postgresql"].get(part) != said
        }
        books.rollback()
    return schema.as_json(made)


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
