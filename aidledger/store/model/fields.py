"""Key fields of the models."""

from __future__ import annotations

from typing import Any

from sqlmodel import Field

from aidledger.store.model.columns import ID


def key() -> Any:  # noqa: ANN401 - sqlmodel's Field is typed so
    """A primary key without gaps, assigned by the program, so that a removed row shows."""
    return Field(primary_key=True, sa_type=ID, sa_column_kwargs={"autoincrement": False})


def reference(target: str, *, index: bool = False, unique: bool = False) -> Any:  # noqa: ANN401
    """A foreign key to ``table.column``."""
    return Field(foreign_key=target, sa_type=ID, index=index, unique=unique)


def optional_reference(target: str, *, unique: bool = False) -> Any:  # noqa: ANN401
    """A nullable foreign key."""
    return Field(default=None, foreign_key=target, sa_type=ID, unique=unique)
