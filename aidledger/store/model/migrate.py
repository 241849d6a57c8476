"""Migrate a ledger's tables, inside the caller's transaction."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory

if TYPE_CHECKING:
    from sqlalchemy import Connection


def configuration() -> Config:
    """Alembic's settings for the migrations in this package."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    return config


def knows(version: str) -> bool:
    """Whether a migration makes tables of a version."""
    shipped = ScriptDirectory.from_config(configuration())
    return any(version == migration.revision for migration in shipped.walk_revisions())


def upgrade(connection: Connection) -> None:
    """Run the migrations that are missing."""
    config = configuration()
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
