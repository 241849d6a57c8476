"""aidledger/store/model/tables.py: the models' tables as statements need them, their columns and types."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from sqlmodel import SQLModel

from aidledger.store.model import columns, models

if TYPE_CHECKING:
    from sqlalchemy import Column, Table

PATH = Path(columns.__file__).with_name("tables.py")
_TYPES = {id(getattr(columns, name)): name for name in ("ID", "FEN", "DIGEST", "HEX", "CODE", "MOMENT")}
_HEAD = '''"""The tables as statements need them: columns and types, without what makes and guards them.

Written by `make compiled` from models.py, where they are to be changed.
"""

from __future__ import annotations

from sqlalchemy import Column, Date, LargeBinary, MetaData, Table, Text

from aidledger.store.model.columns import CODE, DIGEST, FEN, HEX, ID, MOMENT

_METADATA = MetaData()
'''


def tables() -> dict[str, Table]:
    """The tables of the models by the names of their classes, in their order."""
    found = (model for model in vars(models).values() if isinstance(model, type) and issubclass(model, SQLModel))
    return {model.__name__: model.__table__ for model in found if hasattr(model, "__table__")}


def text() -> str:
    """The module."""
    return _HEAD + "".join(part for name, table in tables().items() for part in _table(name, table))


def _table(name: str, table: Table) -> Iterator[str]:
    yield f'{name} = Table(\n    "{table.name}",\n    _METADATA,\n'
    for column in table.columns:
        yield f"    Column({', '.join(_column(column))}),\n"
    yield ")\n"


def _column(column: Column[object]) -> Iterator[str]:
    yield f'"{column.name}"'
    yield _TYPES.get(id(column.type)) or type(column.type).__name__
    if column.primary_key:
        yield "primary_key=True"
        if column.autoincrement is False:
            yield "autoincrement=False"
    elif not column.nullable:
        yield "nullable=False"
