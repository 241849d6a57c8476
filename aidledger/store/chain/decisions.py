"""Decisions about findings, kept in the chain of events: who, when, why, and on which facts."""

from __future__ import annotations

import json
from datetime import date

from sqlalchemy import Connection, select

from aidledger.domain.finding import Decision
from aidledger.store.chain import events
from aidledger.store.model.tables import Event

_DECIDE = "decide-finding"


def decisions(books: Connection) -> dict[str, Decision]:
    """The latest decision about each finding, by finding id."""
    return {finding: taken[-1] for finding, taken in history(books).items()}


def history(books: Connection, finding: str | None = None) -> dict[str, list[Decision]]:
    """All decisions in order, by finding id; or those about one finding."""
    query = select(Event.c.at, Event.c.actor, Event.c.facts).where(Event.c.action == _DECIDE).order_by(Event.c.id)
    found: dict[str, list[Decision]] = {}
    for row in books.execute(query):
        facts = json.loads(row.facts)
        if finding in {None, facts["finding"]}:
            until = date.fromisoformat(facts["until"]) if facts["until"] else None
            decision = Decision(facts["state"], facts["text"], row.at, row.actor, facts["facts"], until)
            found.setdefault(str(facts["finding"]), []).append(decision)
    return found


def decide(books: Connection, finding: str, decision: Decision) -> None:
    facts = {
        "finding": finding,
        "state": decision.state,
        "text": decision.text,
        "facts": decision.facts,
        "until": decision.until.isoformat() if decision.until else None,
    }
    events.record(books, decision.at, decision.by, _DECIDE, facts)
