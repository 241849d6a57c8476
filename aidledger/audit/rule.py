"""Audit rules, their scope, and the cases that they find."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, Literal, TypeVar, cast

from sqlalchemy import ColumnElement, FromClause, Select, Subquery, select

from aidledger.catalogue.catalogue import Catalogue
from aidledger.domain.finding import Need, Severity
from aidledger.domain.listing import ListKind
from aidledger.domain.program import Program
from aidledger.domain.term import Period
from aidledger.store.database.bulk import KEYS_PER_QUERY
from aidledger.store.database.queryable import Queryable
from aidledger.store.model.tables import Entry, ProgramRow, School
from aidledger.store.postings.entries import in_force

Kind = ListKind | Literal["declared"]
Answer = TypeVar("Answer")
# Ids for an IN: a list or, if there are too many, the select that finds them.
Ids = Select[Any] | list[int]


# The most ids in a statement for an engine that parses every statement anew.
_IDS_MAX = 1_000
# Rows to look up per statement for an engine without indexes, which scans the whole table each time.
_KEYS_MANY = 100_000
# What every ledger has: people by name and number, one office's data, payment orders.
OF_A_LEDGER: frozenset[Need] = frozenset({"people-in-full", "one-district", "payment-orders"})


@dataclass(frozen=True, slots=True)
class Scope:
    """The ledger or lake to audit, narrowed to a program and a period if they are given.

    ``today`` decides which periods have ended. ``holds``: the needs of rules that are met, besides the data itself.
    ``kept``: a table with the rows of ``payments()``, if the engine has one.
    """

    books: Queryable
    catalogue: Catalogue
    today: date
    program: str | None = None
    period: str | None = None
    holds: frozenset[Need] = OF_A_LEDGER
    kept: FromClause | None = None
    _answers: dict[Callable[[Scope], Any], Any] = field(init=False, default_factory=dict, compare=False, repr=False)

    def once(self, question: Callable[[Scope], Answer]) -> Answer:
        """The answer to a question that several rules share, computed once per scope."""
        if question not in self._answers:
            self._answers[question] = question(self)
        return cast("Answer", self._answers[question])

    def narrowed(self, program: ColumnElement[Any], period: ColumnElement[Any]) -> list[ColumnElement[bool]]:
        """The scope's program and period as conditions on the columns of the program's code and the period."""
        conditions = []
        if self.program is not None:
            conditions.append(program == self.program)
        if self.period is not None:
            conditions.append(period == self.period)
        return conditions

    def payments(self, name: str = "paid") -> Subquery:
        """The entries in force as one table.

        Columns: those of entry about person, purpose and amount; program (its code), stage, school (its name). Not the
        person's identity, whose join costs most: look that up for the people found (people.py).
        """
        if self.kept is not None:
            query, program, period = select(self.kept), self.kept.c.program, self.kept.c.period
        else:
            query, program, period = payments(), ProgramRow.c.code, Entry.c.period
        return query.where(*self.narrowed(program, period)).subquery(name)

    @property
    def keys_at_once(self) -> int:
        """The number of ids to look up in one statement."""
        return KEYS_PER_QUERY if self.kept is None else _KEYS_MANY

    def among(self, ids: Select[Any]) -> Ids:
        """The ids that a select finds, for ``in_``: a list that is queried once, or the select itself.

        With a list, the planner knows how few rows remain. A province has thousands of schools: listing them all takes
        longer to parse than to run, so those stay a select.
        """
        query = ids.distinct() if self.kept is None else ids.distinct().limit(_IDS_MAX + 1)
        found = sorted(self.books.execute(query).scalars())
        return found if self.kept is None or len(found) <= _IDS_MAX else ids


def payments() -> Select[Any]:
    """The entries in force with program, stage and school; a lake keeps them as a table (Scope.kept)."""
    own = (
        *("id", "program_id", "period", "beneficiary_id", "school_id", "amount_fen", "account", "level", "boarding"),
        *("grade", "tier", "category", "entry_year", "guardian", "part"),
    )
    return described(*(Entry.c[column] for column in own)).where(in_force(Entry))


def described(*columns: ColumnElement[Any]) -> Select[Any]:
    """These columns of all entries, with program (its code), stage and school (its name)."""
    return (
        select(*columns, ProgramRow.c.code.label("program"), ProgramRow.c.stage, School.c.name.label("school"))
        .join(ProgramRow, ProgramRow.c.id == Entry.c.program_id)
        .outerjoin(School, School.c.id == Entry.c.school_id)
    )


@dataclass(frozen=True, slots=True)
class Case:
    """What a rule found.

    ``about`` identifies the case from run to run: schools by name, people by id here, and by document in the finding.
    ``entries`` and ``records`` (kind of list, id) are the evidence; a record ``declared`` is a roster's own total line.
    ``amount_fen``: the amount in question. ``severity``: the case's own, where it is not the rule's.
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
    severity: Severity | None = None

    @classmethod
    def of(
        cls,
        paid: Any,  # noqa: ANN401 - a row of Scope.payments()
        facts: Mapping[str, object],
        standard: str | None = None,
        records: tuple[tuple[Kind, int], ...] = (),
    ) -> Case:
        """A case about one payment: its person, program and period, with the whole amount in question."""
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
        """This case merged with another one about the same: the evidence and the amounts of both.

        Facts that differ are both kept, whatever the order.
        """
        return replace(
            self,
            entries=(*self.entries, *other.entries),
            amount_fen=self.amount_fen + other.amount_fen,
            facts={name: _each(fact, other.facts[name]) for name, fact in self.facts.items()},
            records=tuple(dict.fromkeys((*self.records, *other.records))),
        )


def _each(first: object, second: object) -> object:
    """Two facts as one: the same one, or a tuple of their distinct parts."""
    if first == second:
        return first
    parts = {part for fact in (first, second) for part in (fact if isinstance(fact, tuple) else (fact,))}
    return tuple(sorted(parts, key=str))


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule.

    ``message``: the sentence of a finding (English, with facts in braces). ``explanation``: the rule's purpose and what
    to do. ``reference``: the document or practice behind it. A rule whose ``needs`` the ledger does not meet does not
    run, and the audit reports that. ``by_term``: the rule judges the periods for which an office paid a program at all;
    in a lake, each office by its own.
    """

    code: str
    severity: Severity
    message: str
    explanation: str
    reference: str
    find: Callable[[Scope], Iterator[Case]]
    needs: tuple[Need, ...] = ()
    by_term: bool = False


def reference_for(program: Program, period: Period) -> str | None:
    """The document that a case cites: that of the standard in force, else the program's."""
    standard = program.standard_for(period)
    return (standard.document if standard else None) or program.document


@dataclass(frozen=True, slots=True)
class Contradiction:
    """A row of a new batch that contradicts the ledger: the rule's code, the row's place, the facts.

    ``earlier``: the entries that it contradicts, if any.
    """

    rule: str
    sheet: str
    row: int
    facts: Mapping[str, object]
    earlier: tuple[int, ...] = ()
