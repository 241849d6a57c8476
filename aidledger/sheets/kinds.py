"""Which kind of list a table is, by what its title calls it and by the columns that it has."""

from __future__ import annotations

from collections.abc import Container

from aidledger.domain.layout import Layout
from aidledger.domain.listing import ListKind
from aidledger.sheets.header import Header
from aidledger.sheets.titles import Surroundings


def kind_of(
    header: Header, around: Surroundings, layout: Layout, by_hand: ListKind | None, filled: Container[str]
) -> ListKind:
    """A table that pays is a roster, whatever else it is called; nothing else has amounts of pupils in it.

    ``filled``: the fields that somebody's row says something of; a roster may keep a blank column for the bank's word.
    """
    fields = header.fields.keys()
    called = _called(around, layout)
    if by_hand is not None:
        return by_hand
    if not {"name", "number", "payee"} & fields:
        return "allotment"
    if header.money:
        returned = "outcome" in filled or (called == "bank-return" and bool({"reason", "payee"} & fields))
        return "bank-return" if returned else "roster"
    return _of_people(header, around, called)


def _of_people(header: Header, around: Surroundings, called: ListKind | None) -> ListKind:
    """A table of people without amounts."""
    fields = header.fields.keys()
    if called in {"certification", "register"}:
        return called
    if any(said.programs for said in around.sources):
        return "roster"  # one that lacks its money column
    if "hardship_level" in fields:
        return "certification"
    return "register" if {"status", "left_on", "change"} & fields else "roster"


def _called(around: Surroundings, layout: Layout) -> ListKind | None:
    """The kind whose word the first source that says any (title, sheet, file, folder) has; the longest word counts."""
    kinds: tuple[ListKind, ...] = ("certification", "register", "bank-return", "allotment")
    for said in (*around.sources, *around.folders):
        words = [(len(word), kind) for kind in kinds for word in layout.titles.get(kind, ()) if word in said.text]
        if words:
            return max(words)[1]
    return None
