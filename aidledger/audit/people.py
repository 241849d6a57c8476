"""Identities of the people in findings, looked up for those only: a ledger has a hundred times as many."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import Row, select

from aidledger.audit.rule import Scope
from aidledger.store.database.bulk import chunks
from aidledger.store.model.tables import Beneficiary

_COLUMNS = tuple(Beneficiary.c[name] for name in ("id", "document_type", "number", "name", "sex"))


def people(scope: Scope, ids: Iterable[int]) -> Mapping[int, Row[Any]]:
    """People by id, with the columns id, document_type, number, name and sex."""
    found: dict[int, Row[Any]] = {}
    for chunk in chunks(sorted(set(ids)), scope.keys_at_once):
        for person in scope.books.execute(select(*_COLUMNS).where(Beneficiary.c.id.in_(chunk))):
            found[person.id] = person
    return found
