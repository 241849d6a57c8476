"""Alembic's entry: the caller hands over its connection and owns the transaction."""

from __future__ import annotations

from alembic import context

from aidledger.store.model.models import Entry

context.configure(connection=context.config.attributes["connection"], target_metadata=Entry.metadata)
context.run_migrations()
