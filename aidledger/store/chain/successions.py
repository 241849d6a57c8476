"""Schools renamed, merged, and told apart again, kept in the chain of events.

By name, like everything that the chain says of schools: a new name needs no row before a roster uses it, and what was
posted keeps the name that its digest covers. ``store.master.survivors`` reads them into every question.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from aidledger.domain.succession import Succession
from aidledger.store.chain import events
from aidledger.store.model.tables import Event

if TYPE_CHECKING:
    from sqlalchemy import Connection

_RENAME, _MERGE, _PART = "rename-school", "merge-schools", "part-schools"
_ALL = (_RENAME, _MERGE, _PART)
_ANY = select(Event.c.id).where(Event.c.action.in_((_RENAME, _MERGE))).limit(1)
_FACTS = ("school", "into", "date", "reason")


def any_recorded(books: Connection) -> bool:
    """Whether a school was ever renamed or merged: most ledgers know of none."""
    return books.execute(_ANY).first() is not None


def successions(books: Connection) -> list[Succession]:
    """All that were recorded, in order; those with unreadable facts are left out, which verify reports."""
    recorded = sorted((pair for action in _ALL for pair in events.recorded(books, action)), key=lambda pair: pair[0].id)
    found: dict[int, Succession] = {}
    for event, facts in recorded:
        if event.action == _PART:
            number = facts.get("succession")
            if isinstance(number, int) and number in found:
                undone = {"undone_at": event.at, "undone_by": event.actor, "undone_for": str(facts.get("reason", ""))}
                found[number] = replace(found[number], **undone)
        elif _is_readable(facts):
            said = {name: facts[name] for name in _FACTS}
            found[event.id] = Succession(
                number=event.id,
                kind="rename" if event.action == _RENAME else "merge",
                stage=facts.get("stage"),
                at=event.at,
                by=event.actor,
                **said,
            )
    return list(found.values())


def _is_readable(facts: Mapping[str, Any]) -> bool:
    stage = facts.get("stage")
    return all(isinstance(facts.get(name), str) for name in _FACTS) and (stage is None or isinstance(stage, str))


def rename(books: Connection, moment: str, by: str, school: str, into: str, date: str, reason: str) -> None:
    """Record that a school has another name."""
    events.record(books, moment, by, _RENAME, {"school": school, "into": into, "date": date, "reason": reason})


def merge(
    books: Connection, moment: str, by: str, school: str, into: str, stage: str | None, date: str, reason: str
) -> None:
    """Record that a school, or what it was paid under a stage's programs, counts as another."""
    facts = {"school": school, "into": into, "date": date, "reason": reason}
    events.record(books, moment, by, _MERGE, facts | ({"stage": stage} if stage else {}))


def part(books: Connection, moment: str, by: str, succession: Succession, reason: str) -> None:
    """Record that a renaming or merger is taken back."""
    facts = {"succession": succession.number, "school": succession.school, "into": succession.into, "reason": reason}
    events.record(books, moment, by, _PART, facts)
