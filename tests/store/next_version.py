"""The version after this one, made up: the mechanism of upgrading is tried before there is anything to upgrade to."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from aidledger.store import ledger
from aidledger.store.copies import restoring, upgrading
from aidledger.store.ledger import REVISION
from aidledger.store.model import immutability, migrate
from aidledger.store.verifying import schema
from tools.compiled.schema import of_postgresql, of_sqlite

if TYPE_CHECKING:
    from alembic.config import Config

NEXT = f"{int(REVISION) + 1:04}"
_HEAD = """
import sqlalchemy as sa
from alembic import op

from aidledger.store.model.immutability import statements

revision, down_revision, branch_labels, depends_on = {revision!r}, {down_revision!r}, None, None


def upgrade() -> None:
"""
# What an upgrade may have to do: a column more, a table more with what is known already, another column's definition.
REMARKS = """
    dialect = op.get_context().dialect.name
    op.add_column("batch", sa.Column("remark", sa.Text(), nullable=True))
    op.create_table(
        "remark",
        sa.Column("batch_id", sa.BigInteger(), sa.ForeignKey("batch.id"), autoincrement=False, primary_key=True),
        sa.Column("remark", sa.Text(), nullable=False),
    )
    op.execute("INSERT INTO remark SELECT id, file_name FROM batch WHERE file_name IS NOT NULL")
    if dialect == "postgresql":
        op.alter_column("batch_total", "period", nullable=True)
    else:
        op.create_table(
            "anew",
            sa.Column("batch_id", sa.Integer(), sa.ForeignKey("batch.id"), primary_key=True),
            sa.Column("number", sa.Integer(), primary_key=True),
            sa.Column("program_id", sa.Integer(), sa.ForeignKey("program.id"), nullable=False),
            sa.Column("period", sa.String(64), nullable=True),
            sa.Column("school_id", sa.Integer(), sa.ForeignKey("school.id"), nullable=True),
            sa.Column("payments", sa.Integer(), nullable=False),
            sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        )
        op.execute("INSERT INTO anew SELECT * FROM batch_total")
        op.drop_table("batch_total")
        op.rename_table("anew", "batch_total")
    for statement in statements(dialect, ("remark", "batch_total") if dialect == "sqlite" else ("remark",)):
        op.execute(statement)
"""
NOTHING = "    pass\n"
FAILS = "    raise RuntimeError('half way')\n"
IS_KILLED = "    import os, signal\n    os.kill(os.getpid(), signal.SIGKILL)\n"


@contextmanager
def next_version(folder: Path, *migrations: str) -> Iterator[str]:
    """The program as its next version, or the one after as many ``migrations``, will be; which that is.

    In the block, ``new_place`` and its like copy ledgers of this version, and ``create_ledger`` makes one of that.
    """
    newest = REVISION
    where = folder / f"migrations-{len(list(folder.glob('migrations-*')))}"
    where.mkdir()
    for body in migrations or (REMARKS,):
        before, newest = newest, f"{int(newest) + 1:04}"
        (where / f"v{newest}.py").write_text(_HEAD.format(revision=newest, down_revision=before) + body)
    made = _Made()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(migrate, "configuration", lambda: _with(where))
        patch.setattr(schema, "made", lambda: made)
        patch.setattr(immutability, "APPEND_ONLY", (*immutability.APPEND_ONLY, "remark"))
        patch.setitem(immutability.UNIQUE_KEYS, "remark", (("batch_id",),))
        for module in (ledger, upgrading, restoring):
            patch.setattr(module, "REVISION", newest)
        yield newest


_shipped = migrate.configuration


def _with(folder: Path) -> Config:
    config = _shipped()
    shipped = Path(str(config.get_main_option("script_location"))) / "versions"
    config.set_main_option("path_separator", "newline")
    config.set_main_option("version_locations", f"{shipped}\n{folder}")
    return config


class _Made(dict[str, schema.Parts]):
    """What verify holds the tables to, as `make compiled` would write it; of an engine when it is asked for."""

    def __missing__(self, engine: str) -> schema.Parts:
        self.update(of_postgresql() if engine.startswith("postgresql") else of_sqlite())
        return self[engine]
