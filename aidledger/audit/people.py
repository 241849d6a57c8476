"""Who the people are whom a rule found: asked for those only, since a ledger has a hundred times as many."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import Row, select

from aidledger.audit.rule import Scope
from aidledger.store.database.bulk import chunks
from aidledger.store.model.tables import Beneficiary

_COLUMNS = (Beneficiary.c.id, Beneficiary.c.document_type, Beneficiary.c.number, Beneficiary.c.name)


def people(scope: Scope, ids: Iterable[int]) -> Mapping[int, Row[Any]]:
    """Some of the ledger's people by the number that it has for them: id, document_type, number, name."""
    found: dict[int, Row[Any]] = {}
    for some in chunks(sorted(set(ids)), scope.keys_at_once):
        for person in scope.books.execute(select(*_COLUMNS).where(Beneficiary.c.id.in_(some))):
            found[person.id] = person
    return found
