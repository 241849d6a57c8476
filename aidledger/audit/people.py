"""Who the people are whom a rule found: asked for those only, since a ledger has a hundred times as many."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import Row, select

from aidledger.audit.rule import Scope
from aidledger.store.bulk import chunks
from aidledger.store.tables import Beneficiary


def people(scope: Scope, ids: Iterable[int]) -> Mapping[int, Row[Any]]:
    """Some of the ledger's people, each a row of ``beneficiary``, by the number that the ledger has for them."""
    found: dict[int, Row[Any]] = {}
    for some in chunks(sorted(set(ids)), scope.keys_at_once):
        for person in scope.books.execute(select(Beneficiary).where(Beneficiary.c.id.in_(some))):
            found[person.id] = person
    return found
