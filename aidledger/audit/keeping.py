"""An audit as JSON and back, so that the last one can be stored and shown without running it again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import date
from typing import Any, cast

from aidledger.audit.running import Audit
from aidledger.domain.finding import Evidence, Finding


def said(found: Audit) -> dict[str, Any]:
    """An audit with its full numbers, without the decisions on its findings: those are in the ledger."""
    return {
        "findings": [_finding(one) for one in found.findings],
        "ran": list(found.ran),
        "not_run": {code: list(needs) for code, needs in found.not_run.items()},
    }


def heard(told: Mapping[str, Any]) -> Audit:
    """The audit again; its findings are undecided."""
    return Audit(
        [_heard(one) for one in told["findings"]],
        tuple(told["ran"]),
        {code: tuple(needs) for code, needs in told["not_run"].items()},
    )


def _finding(one: Finding) -> dict[str, Any]:
    evidence = [asdict(row) for row in one.evidence]
    facts = {name: _fact(fact) for name, fact in one.facts.items()}
    told = {name: getattr(one, name) for name in _PLAIN}
    return told | {"about": list(one.about), "evidence": evidence, "facts": facts}


_PLAIN = ("rule", "severity", "program", "period", "persons", "amount_fen", "standard")


def _fact(fact: object) -> object:
    """A fact as JSON can say it; raises TypeError rather than keep it as another."""
    if isinstance(fact, tuple):
        return [_fact(part) for part in fact]
    if fact is None or isinstance(fact, str | int | float):
        return fact
    if isinstance(fact, date):
        return {"date": fact.isoformat()}
    raise TypeError(type(fact).__name__)


def _heard(told: Mapping[str, Any]) -> Finding:
    return Finding(
        **{name: told[name] for name in _PLAIN},
        about=tuple(told["about"]),
        evidence=[Evidence(**row) for row in told["evidence"]],
        facts={name: _heard_fact(fact) for name, fact in told["facts"].items()},
    )


def _heard_fact(fact: object) -> object:
    if isinstance(fact, list):
        return tuple(map(_heard_fact, fact))
    return date.fromisoformat(cast("dict[str, str]", fact)["date"]) if isinstance(fact, dict) else fact
