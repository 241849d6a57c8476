"""Columns named by hand: said as HEADER=field, remembered per school, shown and forgotten."""

from __future__ import annotations

from collections.abc import Iterable

from aidledger.catalogue.catalogue import Catalogue
from aidledger.domain.layout import FIELD_NAMES, fold
from aidledger.errors import NothingRemembered, UnknownMapping
from aidledger.store import mappings
from aidledger.store.ledger import Ledger
from aidledger.store.mappings import Remembered


def mapped_columns(said: Iterable[str], catalogue: Catalogue) -> dict[str, str]:
    """``HEADER=field`` as it was typed, into folded headers and fields or program codes; raises UnknownMapping."""
    known = [*FIELD_NAMES, *catalogue.programs]
    columns = {}
    for text in said:
        header, _, name = text.rpartition("=")
        if not header.strip() or name.strip() not in known:
            raise UnknownMapping(text=text, fields=", ".join(known))
        columns[fold(header)] = name.strip()
    return columns


def remembered(ledger: Ledger) -> list[Remembered]:
    """Everything that is remembered."""
    with ledger.reading() as books:
        return mappings.remembered(books)


def forget(ledger: Ledger, school: str, header: str | None) -> list[Remembered]:
    """Forget a school's columns, or one of them; raises NothingRemembered."""
    with ledger.writing("import") as books:
        some = [
            one
            for one in mappings.remembered(books)
            if one.school == school and (header is None or fold(header) == one.header)
        ]
        if not some:
            raise NothingRemembered(school=school)
        mappings.forget(books, ledger.moment(), ledger.actor, some)
        return some
