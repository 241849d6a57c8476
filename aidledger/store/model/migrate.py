"""Bring a ledger's tables up to this version, inside the caller's transaction."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from alembic import command
from alembic.config import Config

if TYPE_CHECKING:
    from sqlalchemy import Connection


def configuration() -> Config:
    """Alembic's settings: the migrations that are shipped in the package."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    return config


def upgrade(connection: Connection, to: str = "head") -> None:
    """Run the migrations that are missing, up to one of them."""
    config = configuration()
    config.attributes["connection"] = connection
    command.upgrade(config, to)
