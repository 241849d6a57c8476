"""What queries run on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from sqlalchemy import Executable, Result


class Queryable(Protocol):
    """A ledger's connection, or the tables of the same names in a lake."""

    def execute(self, statement: Executable, /) -> Result[*tuple[Any, ...]]:
        """The rows of a select."""
