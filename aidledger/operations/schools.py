"""Schools: the list of them, and renaming, merging and telling apart again, which joins their figures and no rows."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import partial

from aidledger.catalogue.catalogue import Catalogue
from aidledger.domain.school import school_name
from aidledger.domain.succession import Succession, rules_of, runs_in_circles, successor
from aidledger.domain.visible import says_something
from aidledger.errors import (
    SameSchool,
    SchoolCountedAs,
    SchoolNameTaken,
    SchoolNotJoined,
    SchoolsInCircle,
    SchoolsJoinedSince,
    SchoolUnnamed,
    SuccessionAhead,
    UnknownSchool,
)
from aidledger.operations.views import Viewed, view
from aidledger.reports.summary import counted
from aidledger.store.chain import events
from aidledger.store.chain import successions as chain
from aidledger.store.ledger import Books, Ledger
from aidledger.store.master import school_list
from aidledger.store.master.school_list import ListedSchool
from aidledger.store.master.schools import school_named
from aidledger.store.master.survivors import settle
from aidledger.store.postings import lookups, totals
from aidledger.store.postings.totals import LedgerFigures

__all__ = ["Joined", "ListedSchool", "SchoolList", "merge", "part", "rename", "schools"]


@dataclass(frozen=True, slots=True)
class SchoolList:
    """The schools, what was renamed and merged (and undone), and pairs that look like one school.

    ``apart``: names that the office's folder calls another name of a school, though rows were posted under both.
    """

    schools: Sequence[ListedSchool]
    successions: Sequence[Succession]
    apart: Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Joined:
    """A school that counts as another from now on, or (``kind`` undo) no longer does, and the figures of both.

    ``before`` and ``after``: person-times, persons and 分 by school, over all terms. ``twice``: payments of one person
    under one program and term that both schools made.
    """

    kind: str
    school: str
    into: str
    stage: str | None
    before: Mapping[str, LedgerFigures]
    after: Mapping[str, LedgerFigures]
    twice: int = 0
    head: str | None = field(default=None, compare=False)


def schools(ledger: Ledger, catalogue: Catalogue) -> Viewed[SchoolList]:
    """The schools of the ledger."""
    return view(ledger, partial(_listed, catalogue))


def _listed(catalogue: Catalogue, books: Books) -> SchoolList:
    found = chain.successions(books)
    rules = rules_of(found)
    others = {name: school for name, school in catalogue.schools.items() if name != school}
    listed = school_list.listed(books, rules, others)
    apart = [
        (name, school)
        for name, school in sorted(others.items())
        if successor(rules, name) != successor(rules, school) and school_list.is_used(books, name)
    ]
    return SchoolList(listed, found, apart)


def rename(ledger: Ledger, school: str, into: str, day: date, reason: str, *, keep: bool = True) -> Joined:
    """Give a school another name, under which all of its rows count.

    Without ``keep``, all is done and rolled back. Raises UnknownSchool, SchoolNameTaken, SchoolCountedAs, SameSchool,
    SuccessionAhead.
    """
    with ledger.writing("office", keep=keep) as books:
        old = _one_to_join(books, school, None)
        new = _free(books, old, school_name(into))
        write = partial(chain.rename, books, ledger.moment(), ledger.actor, old, new, _day(ledger, day), reason)
        return _join(books, "rename", old, new, None, write)


def merge(
    ledger: Ledger, school: str, into: str, stage: str | None, day: date, reason: str, *, keep: bool = True
) -> Joined:
    """Count a school as another one: all of it, or only what is paid under the programs of a stage.

    Without ``keep``, all is done and rolled back. Raises UnknownSchool, SchoolCountedAs, SameSchool, SchoolsInCircle,
    SuccessionAhead.
    """
    with ledger.writing("office", keep=keep) as books:
        old = _one_to_join(books, school, stage)
        new = school_named(books, into)[1]
        moment, on = ledger.moment(), _day(ledger, day)
        write = partial(chain.merge, books, moment, ledger.actor, old, new, stage, on, reason)
        return _join(books, "merge", old, new, stage, write)


def part(ledger: Ledger, school: str, stage: str | None, reason: str, *, keep: bool = True) -> Joined:
    """Take back that a school counts as another; raises SchoolNotJoined, SchoolsJoinedSince.

    Rows that came under its own name since are its own again as well.
    """
    with ledger.writing("office", keep=keep) as books:
        name = school_name(school)
        in_force = [one for one in chain.successions(books) if one.in_force]
        succession = next((one for one in in_force if (one.school, one.stage) == (name, stage)), None)
        if succession is None:
            raise SchoolNotJoined(school=school)
        _require_last(succession, in_force)
        now = successor(rules_of(in_force), name, stage)
        before = _figures(books, (now,))
        chain.part(books, ledger.moment(), ledger.actor, succession, reason)
        settle(books)
        after = _figures(books, (name, now))
        return Joined("undo", name, now, stage, before, after, head=events.head(books))


def _require_last(succession: Succession, in_force: Sequence[Succession]) -> None:
    """Refuse to take a name from a school that others were joined to, or that was joined to others, under that name."""
    others = [
        one.school if one.into == succession.into else one.into
        for one in in_force
        if one is not succession and succession.into in {one.school, one.into}
    ]
    if succession.kind == "rename" and others:
        raise SchoolsJoinedSince(school=succession.school, into=succession.into, others="、".join(others))


def _one_to_join(books: Books, typed: str, stage: str | None) -> str:
    """The name, as rosters post it or as it is now, of a school that counts as no other yet.

    Raises UnknownSchool, SchoolCountedAs.
    """
    rules = rules_of(chain.successions(books))
    name = school_name(typed)
    if school_list.posted_id(books, name) is None and name not in rules.values():
        name = school_list.named_by_alias(books, name) or school_named(books, name)[1]
    into = rules.get((name, stage)) or rules.get((name, None))
    if into is not None:
        raise SchoolCountedAs(school=name, into=successor(rules, name, stage))
    return name


def _free(books: Books, school: str, into: str) -> str:
    """The new name of a school, which no other school has or had.

    Raises SchoolUnnamed, SameSchool, SchoolNameTaken, SchoolCountedAs.
    """
    if not says_something(into):
        raise SchoolUnnamed
    if into == school:
        raise SameSchool(school=school, into=into)
    rules = rules_of(chain.successions(books))
    if (final := rules.get((into, None))) is not None:
        raise SchoolCountedAs(school=into, into=successor(rules, final))
    alias_of = school_list.named_by_alias(books, into)
    if school_list.is_used(books, into) or into in rules.values() or alias_of not in {None, school, into}:
        raise SchoolNameTaken(school=school, into=into)
    return into


def _join(books: Books, kind: str, old: str, new: str, stage: str | None, write: Callable[[], None]) -> Joined:
    if new == old:
        raise SameSchool(school=old, into=new)
    rules = rules_of(chain.successions(books))
    if runs_in_circles({**rules, (old, stage): new}):
        raise SchoolsInCircle(school=old, into=new)
    before, twice = _figures(books, (old, new)), _twice(books, old, new, stage)
    write()
    settle(books)
    after = _figures(books, (old, new) if stage else (new,))
    return Joined(kind, old, new, stage, before, after, twice, events.head(books))


def _day(ledger: Ledger, day: date) -> str:
    if day > ledger.clock().date():
        raise SuccessionAhead(date=day)
    return day.isoformat()


def _figures(books: Books, names: Sequence[str]) -> dict[str, LedgerFigures]:
    """What is in force of schools, over all terms."""
    found = counted(books, totals.periods(books), "school")
    return {name: found.get((name,), LedgerFigures()) for name in dict.fromkeys(names)}


def _twice(books: Books, old: str, new: str, stage: str | None) -> int:
    """How many payments of a person under a program for a term both schools made."""
    try:
        first, second = (school_named(books, name)[0] for name in (old, new))
    except UnknownSchool:  # a name that no roster used yet
        return 0
    return lookups.paid_by_both(books, first, second, stage)
