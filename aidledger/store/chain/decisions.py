"""What was decided about findings. Decisions live in the chain of events: who, when, why, and on which facts."""

from __future__ import annotations

import json
from datetime import date

from sqlalchemy import Connection, select

from aidledger.domain.finding import Decision
from aidledger.store.chain import events
from aidledger.store.model.tables import Event

_DECIDE = "decide-finding"


def decisions(books: Connection) -> dict[str, Decision]:
    """The last decision about each finding, by the finding's id."""
    return {finding: made[-1] for finding, made in history(books).items()}


def history(books: Connection, finding: str | None = None) -> dict[str, list[Decision]]:
    """All decisions in their order, by the finding's id."""
    query = select(Event.c.at, Event.c.actor, Event.c.facts).where(Event.c.action == _DECIDE).order_by(Event.c.id)
    found: dict[str, list[Decision]] = {}
    for row in books.execute(query):
        facts = json.loads(row.facts)
        if finding in {None, facts["finding"]}:
            until = date.fromisoformat(facts["until"]) if facts["until"] else None
            made = Decision(facts["state"], facts["text"], row.at, row.actor, facts["facts"], until)
            found.setdefault(str(facts["finding"]), []).append(made)
    return found


def decide(books: Connection, finding: str, decision: Decision) -> None:
    """Record a decision."""
    facts = {
        "finding": finding,
        "state": decision.state,
        "text": decision.text,
        "facts": decision.facts,
        "until": decision.until.isoformat() if decision.until else None,
    }
    events.record(books, decision.at, decision.by, _DECIDE, facts)
