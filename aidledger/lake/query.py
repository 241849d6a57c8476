"""The ledger's questions in the words of another engine: SQLAlchemy compiles them, sqlglot translates them.

The rules stay as they are: each is a select on the ledger's tables, and an engine of the lake has tables of the same
names and columns (tables.py).
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
from aidledger.lake.layout import asked_for
from aidledger.store.model.tables import Entry
from aidledger.store.postings.entries import in_force
from aidledger.store.postings.totals import SUMS

if TYPE_CHECKING:
    from sqlalchemy import Executable, Select

Dialect = Literal["duckdb", "spark"]
# Named parameters: with the driver's own style every % of a pattern would be doubled.
_COMPILER = postgresql.dialect(paramstyle="named")  # type: ignore[no-untyped-call]
# A list in a statement before and after it is translated: it is written out afterwards, or each of its thousand ids
# would be read, understood and written anew.
_LIST = re.compile(r"__\[POSTCOMPILE_(\w+)\]")
_LISTED = re.compile(r"([$:])list_of_(\w+)")
# Statements differ by the program and the term they ask for: as many as there are, and then some.
_REMEMBERED = 2_000


def asked(statement: Executable, dialect: Dialect) -> tuple[str, Mapping[str, Any]]:
    """A select in an engine's words, and its parameters.

    Values stay apart from the words: a rule asks the same of every program and term, and is translated once.
    """
    compiled = statement.compile(dialect=_COMPILER)  # type: ignore[attr-defined]
    lists = {name: compiled.params[name] for name in _LIST.findall(str(compiled))}
    values = {name: value for name, value in compiled.params.items() if name not in lists}
    if not all(lists.values()):
        # What nothing is in, and what everything is not in, SQLAlchemy says in words of its own.
        compiled = statement.compile(dialect=_COMPILER, compile_kwargs={"render_postcompile": True})  # type: ignore[attr-defined]
        return translated(str(compiled), "postgres", dialect), compiled.params
    sql = translated(_LIST.sub(r":list_of_\1", str(compiled)), "postgres", dialect)
    return _LISTED.sub(lambda found: _members(found[1], found[2], lists[found[2]], values), sql), values


def _members(sign: str, name: str, members: Sequence[Any], values: dict[str, Any]) -> str:
    """The members of a list: numbers as they are, and texts as parameters, which are added to ``values``."""
    if all(isinstance(member, int) for member in members):
        return ", ".join(map(str, members))
    named = {f"{name}_{place}": member for place, member in enumerate(members)}
    values |= named
    return ", ".join(sign + one for one in named)


@lru_cache(_REMEMBERED)
def translated(sql: str, read: str, write: Dialect) -> str:
    """A statement in another engine's words."""
    return sqlglot.transpile(sql, read=read, write=write)[0]


# What the audit's payments() asks for, as a table: a view of the entries as entries_in() describes them.
PAYMENTS = table("payment", *(column(one.name, one.type) for one in payments().selected_columns))
PAYMENTS_IN = f"SELECT {', '.join(PAYMENTS.c.keys())} FROM entry WHERE in_force"  # noqa: S608 - names of ours


def entries_in(dialect: Dialect) -> str:
    """The entries, in an engine's words, with what rules ask of them most: joined once, and kept in place of them."""
    return _in(described(*(Entry.c[name] for name in asked_for("entry")), in_force(Entry).label("in_force")), dialect)


def totals_in(dialect: Dialect) -> str:
    """What a ledger adds up with every batch (``batch_total``), in an engine's words; of entries that are there."""
    return _in(SUMS, dialect)


def _in(query: Select[Any], dialect: Dialect) -> str:
    compiled = query.compile(dialect=_COMPILER, compile_kwargs={"literal_binds": True})
    return translated(str(compiled), "postgres", dialect)


class Engine(Protocol):
    """What runs a lake's statements."""

    dialect: Dialect

    def rows(self, sql: str, parameters: Mapping[str, Any]) -> tuple[Sequence[str], Iterable[Sequence[Any]]]:
        """The names of a statement's columns, and its rows."""


class Tables:
    """The lake's tables, asked as a ledger is."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def execute(self, statement: Executable, /) -> Result[*tuple[Any, ...]]:
        """What a select finds."""
        names, rows = self._engine.rows(*asked(statement, self._engine.dialect))
        return IteratorResult(SimpleResultMetaData(list(names)), iter(rows))
