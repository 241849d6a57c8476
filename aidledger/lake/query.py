"""Running the ledger's queries on another engine: SQLAlchemy compiles them, sqlglot translates the dialect.

Rules need no change: each is a select on the ledger's tables, and a lake's engine has tables with the same names and
columns (tables.py).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Literal, Protocol

import sqlglot
from sqlalchemy import column, table
from sqlalchemy.dialects import postgresql
from sqlalchemy.engine import IteratorResult, Result
from sqlalchemy.engine.result import SimpleResultMetaData

from aidledger.audit.rule import described, payments
from aidledger.lake.layout import columns_read
from aidledger.store.model.tables import Entry
from aidledger.store.postings.entries import in_force
from aidledger.store.postings.totals import SUMS

if TYPE_CHECKING:
    from sqlalchemy import Executable, Select

Dialect = Literal["duckdb", "spark"]
# Named parameters, because the driver's own style would double every % in a pattern.
_COMPILER = postgresql.dialect(paramstyle="named")  # type: ignore[no-untyped-call]
# A list in a statement before and after translation: it is expanded afterwards, so that sqlglot need not parse and
# write its thousand ids.
_LIST = re.compile(r"__\[POSTCOMPILE_(\w+)\]")
_LISTED = re.compile(r"([$:])list_of_(\w+)")
# More than the distinct statements of an audit.
_CACHE_SIZE = 2_000


def statement_for(statement: Executable, dialect: Dialect) -> tuple[str, Mapping[str, Any]]:
    """A select in an engine's dialect, and its parameters.

    Values stay parameters, so that a query that differs only in program and period is translated once.
    """
    compiled = statement.compile(dialect=_COMPILER)  # type: ignore[attr-defined]
    lists = {name: compiled.params[name] for name in _LIST.findall(str(compiled))}
    values = {name: value for name, value in compiled.params.items() if name not in lists}
    if not all(lists.values()):
        # SQLAlchemy renders IN and NOT IN of an empty list in a special way.
        compiled = statement.compile(dialect=_COMPILER, compile_kwargs={"render_postcompile": True})  # type: ignore[attr-defined]
        return translated(str(compiled), "postgres", dialect), compiled.params
    sql = translated(_LIST.sub(r":list_of_\1", str(compiled)), "postgres", dialect)
    return _LISTED.sub(lambda found: _members(found[1], found[2], lists[found[2]], values), sql), values


def _members(sign: str, name: str, members: Sequence[Any], values: dict[str, Any]) -> str:
    """A list's members as SQL: numbers as literals, texts as parameters, which are added to ``values``."""
    if all(isinstance(member, int) for member in members):
        return ", ".join(map(str, members))
    named = {f"{name}_{place}": member for place, member in enumerate(members)}
    values |= named
    return ", ".join(sign + parameter for parameter in named)


@lru_cache(_CACHE_SIZE)
def translated(sql: str, read: str, write: Dialect) -> str:
    """A statement in another dialect."""
    return sqlglot.transpile(sql, read=read, write=write)[0]


# The rows of the audit's payments() as a table: a view of the entries that entries_in() selects.
PAYMENTS = table("payment", *(column(selected.name, selected.type) for selected in payments().selected_columns))
PAYMENTS_IN = f"SELECT {', '.join(PAYMENTS.c.keys())} FROM entry WHERE in_force"  # noqa: S608 - names of ours


def entries_in(dialect: Dialect) -> str:
    """A select of entries with the columns that most rules join; its result replaces the entries."""
    columns = (Entry.c[name] for name in columns_read("entry"))
    return _in(described(*columns, in_force(Entry).label("in_force")), dialect)


def totals_in(dialect: Dialect) -> str:
    """A select of the running totals (``batch_total``), which a ledger stores, from the entries."""
    return _in(SUMS, dialect)


def _in(query: Select[Any], dialect: Dialect) -> str:
    compiled = query.compile(dialect=_COMPILER, compile_kwargs={"literal_binds": True})
    return translated(str(compiled), "postgres", dialect)


class Engine(Protocol):
    """Runs a lake's statements."""

    dialect: Dialect

    def rows(self, sql: str, parameters: Mapping[str, Any]) -> tuple[Sequence[str], Iterable[Sequence[Any]]]:
        """A statement's column names and rows."""


class Tables:
    """A lake's tables, queried like a ledger (see Queryable)."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def execute(self, statement: Executable, /) -> Result[*tuple[Any, ...]]:
        """The rows of a select."""
        names, rows = self._engine.rows(*statement_for(statement, self._engine.dialect))
        return IteratorResult(SimpleResultMetaData(list(names)), iter(rows))
