"""Columns named by hand: given as HEADER=field, remembered per school, listed and forgotten."""

from __future__ import annotations

from collections.abc import Iterable

from aidledger.catalogue.catalogue import Catalogue
from aidledger.domain.layout import FIELD_NAMES, fold
from aidledger.domain.naming import close_text
from aidledger.errors import NothingRemembered, UnknownMapping, UnknownProgram
from aidledger.store.chain import mappings
from aidledger.store.chain.mappings import Remembered
from aidledger.store.ledger import Ledger

# Layouts have no word for an amount column; they recognise one by the parts of its header.
_MONEY = frozenset({"金额", "资助金额", "发放金额"})


def mapped_columns(typed: Iterable[str], catalogue: Catalogue) -> dict[str, str]:
    """Typed ``HEADER=field`` as folded headers with fields or program codes; raises UnknownMapping.

    A field may be named by any header word for it, a program by its names.
    """
    columns = {}
    for text in typed:
        header, _, name = text.rpartition("=")
        field = _field(fold(name), catalogue)
        if not header.strip() or field is None:
            known = [*FIELD_NAMES, *catalogue.in_force]
            close = close_text(fold(name), [*known, *catalogue.layout.fields])
            raise UnknownMapping(text=text, close=close, fields=", ".join(known))
        columns[fold(header)] = field
    return columns


def _field(name: str, catalogue: Catalogue) -> str | None:
    """The field or program that a folded word means."""
    if name in FIELD_NAMES:
        return name
    if name in catalogue.layout.fields:
        return catalogue.layout.fields[name]
    if name in _MONEY:
        return "amount"
    try:
        return catalogue.program(name).code if name else None
    except UnknownProgram:
        return None


def remembered(ledger: Ledger) -> list[Remembered]:
    """All remembered columns."""
    with ledger.reading() as books:
        return mappings.remembered(books)


def forget(ledger: Ledger, school: str, header: str | None) -> list[Remembered]:
    """Forget a school's columns, or one of them; raises NothingRemembered."""
    with ledger.writing("import") as books:
        forgotten = [
            one
            for one in mappings.remembered(books)
            if one.school == school and (header is None or fold(header) == one.header)
        ]
        if not forgotten:
            raise NothingRemembered(school=school)
        mappings.forget(books, ledger.moment(), ledger.actor, forgotten)
        return forgotten
