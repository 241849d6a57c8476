"""A rule of the audit: what it is for, what it needs, and the one query that finds its cases."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, Literal, Protocol, TypeVar, cast

from sqlalchemy import ColumnElement, Executable, FromClause, Result, Select, Subquery, select

from aidledger.catalogue.catalogue import Catalogue
from aidledger.domain.finding import Need, Severity
from aidledger.domain.listing import ListKind
from aidledger.store.database.bulk import KEYS_PER_QUERY
from aidledger.store.model.tables import Entry, ProgramRow, School
from aidledger.store.postings.entries import in_force

Kind = ListKind | Literal["declared"]
Answer = TypeVar("Answer")
# What a column is looked for in: ids as a list or, of too many, as the select that finds them.
Ids = Select[Any] | list[int]


# Ids in one statement for an engine that reads the whole of it anew each time.
_IDS_MAX = 1_000
# Rows that such an engine looks up in one statement: without an index, each statement goes through the whole table.
_KEYS_MANY = 100_000
# What a ledger has by itself: people by their names and numbers, and one office's books.
OF_A_LEDGER: frozenset[Need] = frozenset({"people-in-full", "one-district", "payment-orders"})


class Books(Protocol):
    """What rules ask: a ledger's connection, or the tables of the same names in a lake."""

    def execute(self, statement: Executable, /) -> Result[*tuple[Any, ...]]:
        """What a select finds."""


@dataclass(frozen=True, slots=True)
class Scope:
    """The ledger that is audited, and to what the question is narrowed; ``holds``: what it has besides.

    ``today``: which terms have ended. ``kept``: a table that holds what ``payments()`` asks for, where there is one.
    """

    books: Books
    catalogue: Catalogue
    today: date
    program: str | None = None
    period: str | None = None
    holds: frozenset[Need] = OF_A_LEDGER
    kept: FromClause | None = None
    _answers: dict[Callable[[Scope], Any], Any] = field(init=False, default_factory=dict, compare=False, repr=False)

    def once(self, question: Callable[[Scope], Answer]) -> Answer:
        """What several rules ask, asked by the first of them."""
        if question not in self._answers:
            self._answers[question] = question(self)
        return cast("Answer", self._answers[question])

    def payments(self, name: str = "paid") -> Subquery:
        """The entries in force as one table.

        Columns: those of entry that say what was paid to whom and why; program (its code), stage, school (its name).
        Who the person is, is asked of those found only: nothing else costs so much.
        """
        narrowed = []
        if self.kept is not None:
            query, program, period = select(self.kept), self.kept.c.program, self.kept.c.period
        else:
            query, program, period = payments(), ProgramRow.c.code, Entry.c.period
        if self.program is not None:
            narrowed.append(program == self.program)
        if self.period is not None:
            narrowed.append(period == self.period)
        return query.where(*narrowed).subquery(name)

    @property
    def keys_at_once(self) -> int:
        """How many rows of a table are looked up by their ids in one statement."""
        return KEYS_PER_QUERY if self.kept is None else _KEYS_MANY

    def among(self, ids: Select[Any]) -> Ids:
        """The ids that a select finds, for ``in_``: a list, asked for once; empty where there are none.

        An engine sees early what a list leaves over. Those of a province's schools are thousands, and a statement
        that names them all takes longer to read than to run: then it is the select itself.
        """
        query = ids.distinct() if self.kept is None else ids.distinct().limit(_IDS_MAX + 1)
        found = sorted(self.books.execute(query).scalars())
        return found if self.kept is None or len(found) <= _IDS_MAX else ids


def payments() -> Select[Any]:
    """The entries in force with what they point to; an engine that likes it better keeps the answer as a table."""
    own = (
        *("id", "program_id", "period", "beneficiary_id", "school_id", "amount_fen", "account", "level", "boarding"),
        *("grade", "tier", "category", "entry_year", "guardian", "part"),
    )
    return described(*(Entry.c[column] for column in own)).where(in_force(Entry))


def described(*columns: ColumnElement[Any]) -> Select[Any]:
    """Some columns of all entries, with program (its code), stage and school (its name)."""
    return (
        select(*columns, ProgramRow.c.code.label("program"), ProgramRow.c.stage, School.c.name.label("school"))
        .join(ProgramRow, ProgramRow.c.id == Entry.c.program_id)
        .outerjoin(School, School.c.id == Entry.c.school_id)
    )


@dataclass(frozen=True, slots=True)
class Case:
    """What a rule found. ``about`` stays the same from run to run: schools by name, people by document.

    A person is written there as the number that the ledger has for him; in a finding it is the document.

    ``entries`` and ``records`` (kind of list, id) are the evidence; ``amount_fen`` is the money in question. A record
    ``declared`` is a roster's own total line.
    """

    about: tuple[str | int, ...]
    entries: tuple[int, ...]
    program: str | None = None
    period: str | None = None
    persons: int = 1
    amount_fen: int = 0
    standard: str | None = None
    facts: Mapping[str, object] = field(default_factory=dict)
    records: tuple[tuple[Kind, int], ...] = ()

    @classmethod
    def of(
        cls,
        paid: Any,  # noqa: ANN401 - a row of Scope.payments()
        facts: Mapping[str, object],
        standard: str | None = None,
        records: tuple[tuple[Kind, int], ...] = (),
    ) -> Case:
        """What speaks against one payment: about its person, program and period, with its whole amount in question."""
        about = (paid.beneficiary_id, paid.program, paid.period)
        return cls(
            about=about,
            entries=(paid.id,),
            program=paid.program,
            period=paid.period,
            amount_fen=paid.amount_fen,
            standard=standard,
            facts=facts,
            records=records,
        )

    def with_also(self, other: Case) -> Case:
        """This case with one about the same person, of other payments: the rows and the money of both.

        Facts that differ are both said, whichever case came first.
        """
        return replace(
            self,
            entries=(*self.entries, *other.entries),
            amount_fen=self.amount_fen + other.amount_fen,
            facts={name: _each(fact, other.facts[name]) for name, fact in self.facts.items()},
            records=tuple(dict.fromkeys((*self.records, *other.records))),
        )


def _each(first: object, second: object) -> object:
    """What two facts say: one of them where they are the same."""
    if first == second:
        return first
    said = {part for fact in (first, second) for part in (fact if isinstance(fact, tuple) else (fact,))}
    return tuple(sorted(said, key=str))


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule.

    ``message`` is the sentence of a finding (English, with facts in braces), ``explanation`` what the rule is for and
    what to do; ``reference`` the document or the practice that it rests on. A rule whose ``needs`` are not in the
    ledger does not run, and the audit says so. ``by_term``: it judges the terms in which an office paid the program
    at all; of several offices at once each is judged by its own.
    """

    code: str
    severity: Severity
    message: str
    explanation: str
    reference: str
    find: Callable[[Scope], Iterator[Case]]
    needs: tuple[Need, ...] = ()
    by_term: bool = False


@dataclass(frozen=True, slots=True)
class Contradiction:
    """A row of a new batch that contradicts what the ledger holds: a rule's code, where the row stands, the facts.

    ``earlier``: the entries that it contradicts, where it does.
    """

    rule: str
    sheet: str
    row: int
    facts: Mapping[str, object]
    earlier: tuple[int, ...] = ()
