"""An index that tells who was paid under which program; on PostgreSQL, references are sought for all rows at once."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from aidledger.store.model import references

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("entry_of_person", "entry", ["beneficiary_id", "program_id", "period", "occurrence"], unique=False)
    op.drop_index("entry_beneficiary", "entry")
    if op.get_context().dialect.name == "sqlite":
        return
    for table in references.REFERENCES:
        for key in sa.inspect(op.get_bind()).get_foreign_keys(table):
            op.drop_constraint(str(key["name"]), table, type_="foreignkey")
    for statement in (*references.functions(), *references.statements()):
        op.execute(sa.text(statement))
