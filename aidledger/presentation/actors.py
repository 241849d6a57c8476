"""People and their roles, as JSON and as a table."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aidledger.domain.table import Answer, Column
from aidledger.i18n import N_
from aidledger.presentation.result import Result, table

if TYPE_CHECKING:
    from aidledger.operations.actors import RoleAssignments


def actors_result(roll: RoleAssignments) -> Result:
    """``actors``."""
    return Result(lambda: _shape(roll), table(_answer(roll)))


def _shape(roll: RoleAssignments) -> dict[str, Any]:
    """``actors``, ``actors name`` and ``actors dismiss``."""
    return {"actors": [{"actor": one.actor, "role": one.role, "since": one.at, "by": one.by} for one in roll.named]}


def _answer(roll: RoleAssignments) -> Answer:
    """One row per person, and a note on what missing roles mean."""
    columns = (
        Column("actor", N_("Who")),
        Column("role", N_("Role"), "word"),
        Column("since", N_("Assigned on"), "time"),
        Column("by", N_("Assigned by")),
    )
    rows = [(one.actor, one.role, one.at, one.by) for one in roll.named]
    if not rows:
        return Answer(N_("No roles are assigned: everybody may do everything"), (), ())
    notes = (
        () if roll.reviewed else (N_("There is no reviewer: nobody can release payments, and anybody may assign one."),)
    )
    return Answer(N_("People with roles: {count}"), columns, rows, notes=notes, facts={"count": len(rows)})
