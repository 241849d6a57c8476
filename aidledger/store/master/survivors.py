"""The one place that makes renamed and merged schools one: wherever a question reads a school, it reads the survivor.

Rows keep the school that their digests cover. Once a transaction has been told of successions (``settle``), every
``school_id`` of a select is compiled to the survivor's id, and a school's name to the one that it has now: rules,
figures and filters need not know of it. Literals rather than parameters, because PostgreSQL takes two parameters for
two expressions, and would group by neither. A ledger without successions compiles as before.

What writes rows anew, checks digests or copies reads them ``as_posted``.
"""

from __future__ import annotations

import copy
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Any, cast

from sqlalchemy import Column, ColumnClause, FromClause, String, Table, select
from sqlalchemy.sql.selectable import Alias

from aidledger.domain.succession import SuccessionRules, rules_of, successor
from aidledger.store.chain.successions import any_recorded, successions
from aidledger.store.model.tables import ProgramRow, School, SchoolAlias

if TYPE_CHECKING:
    from sqlalchemy import Connection, Dialect

# Execution option of a transaction that knows of successions.
_SURVIVORS = "aidledger_survivors"
_COMPILED_MAX = 32


@dataclass(frozen=True)
class Survivors:
    """Which school stands for which, by id.

    ``always``: pairs of a school and its survivor. ``under``: a school, its survivor, and the programs (ids) under
    which another one than ``always`` says survives. ``printed``: rows that have another name now, with it. ``known``:
    every name that a succession mentions, with the survivor's id and name now. ``renamed``: pairs of a new name and the
    one before.
    """

    always: tuple[tuple[int, int], ...] = ()
    under: tuple[tuple[int, int, tuple[int, ...]], ...] = ()
    printed: tuple[tuple[int, str], ...] = ()
    known: tuple[tuple[str, int, str], ...] = ()
    renamed: tuple[tuple[str, str], ...] = ()

    @cached_property
    def _always(self) -> dict[int, int]:
        return dict(self.always)

    @cached_property
    def by_name(self) -> dict[str, tuple[int, str]]:
        """The survivor's id and name, by every name that a succession mentions."""
        return {name: (school, printed) for name, school, printed in self.known}

    @cached_property
    def first_names(self) -> dict[str, str]:
        """The name that a renamed school had first, by the name that it has now: findings keep their ids by it."""
        before = dict(self.renamed)
        firsts = {}
        for name in before:
            first = name
            for _ in before:
                first = before.get(first, first)
            firsts[name] = first
        return firsts

    def of(self, school: int | None, program: int | None = None) -> int | None:
        """The school that stands for one, in a row under a program (id) or in a list that names none."""
        if school is None:
            return None
        for one, into, programs in self.under:
            if one == school and program in programs:
                return into
        return self._always.get(school, school)

    def called(self, name: str | None) -> str | None:
        """The name now of a school that a file names."""
        return self.by_name[name][1] if name in self.by_name else name


NOBODY = Survivors()


def settle(books: Connection) -> None:
    """Read the successions; from now on in this transaction, questions are answered by them."""
    with as_posted(books):
        found = told(books)
    books.execution_options(**{_SURVIVORS: found})
    books.dialect = books.engine.dialect if found == NOBODY else _telling(books.engine.dialect, found)


def told(books: Connection) -> Survivors:
    """What the successions come to; the transaction must read rows as they were posted."""
    return _survivors(books) if any_recorded(books) else NOBODY


def settle_again(books: Connection) -> None:
    """Read them again, where the transaction knew of any: it has added a school that one of them may mention."""
    if survivors(books) != NOBODY:
        settle(books)


def survivors(books: Connection) -> Survivors:
    """What the transaction was told of successions."""
    return cast("Survivors", books.get_execution_options().get(_SURVIVORS, NOBODY))


@contextmanager
def as_posted(books: Connection) -> Iterator[None]:
    """Within the block, rows name the schools under which they were posted."""
    telling = books.dialect
    books.dialect = books.engine.dialect
    try:
        yield
    finally:
        books.dialect = telling


def _survivors(books: Connection) -> Survivors:
    found = successions(books)
    rules = rules_of(found)
    if not rules:
        return NOBODY
    named = sorted({name for name, _ in rules} | set(rules.values()))
    ids = dict(map(tuple, books.execute(select(School.c.name, School.c.id).where(School.c.name.in_(named)))))
    programs: defaultdict[str, list[int]] = defaultdict(list)
    for row in books.execute(select(ProgramRow.c.id, ProgramRow.c.stage).order_by(ProgramRow.c.id)):
        programs[row.stage].append(row.id)
    standing = _standing(rules, ids)
    finals = {name: successor(rules, name) for name in named}
    return Survivors(
        always=tuple(
            (ids[name], standing[final])
            for name, final in finals.items()
            if name in ids and standing.get(final, ids[name]) != ids[name]
        ),
        under=tuple(_under(rules, ids, standing, programs)),
        printed=tuple(_printed(standing, ids)),
        known=tuple((name, standing[final], final) for name, final in finals.items() if final in standing),
        renamed=tuple((one.into, one.school) for one in found if one.in_force and one.kind == "rename"),
    )


def _standing(rules: SuccessionRules, ids: Mapping[str, int]) -> dict[str, int]:
    """The row that stands for each surviving name: the oldest of its schools'.

    Not that of the name itself: there is none before a roster uses a new name, and then a version that was read before
    would name another row than the next one.
    """
    members: defaultdict[str, list[int]] = defaultdict(list)
    for name, school in ids.items():
        members[successor(rules, name)].append(school)
    return {final: min(schools) for final, schools in members.items()}


def _printed(standing: Mapping[str, int], ids: Mapping[str, int]) -> Iterator[tuple[int, str]]:
    """What rows are called now; a row that gives its name to another one takes that one's, so that no two are alike."""
    posted = {school: name for name, school in ids.items()}
    for name, school in standing.items():
        if posted[school] != name:
            yield school, name
            if name in ids:
                yield ids[name], posted[school]


def _under(
    rules: SuccessionRules, ids: Mapping[str, int], standing: Mapping[str, int], programs: Mapping[str, Sequence[int]]
) -> Iterator[tuple[int, int, tuple[int, ...]]]:
    for stage in sorted({stage for _, stage in rules if stage is not None}):
        for name, school in ids.items():
            final = successor(rules, name, stage)
            if final != successor(rules, name) and final in standing and programs.get(stage):
                yield school, standing[final], tuple(programs[stage])


class _Telling:
    """A compiler that writes the survivor wherever a select reads a school."""

    told = NOBODY

    def visit_column(
        self, column: ColumnClause[Any], *args: object, include_table: bool = True, **kwargs: object
    ) -> str:
        """The column, or what stands for it."""
        written: str = super().visit_column(column, *args, include_table=include_table, **kwargs)  # type: ignore[misc]
        if not include_table or not isinstance(column, Column):
            return written
        instead = self._instead(column, written)
        if instead is None:
            return written
        # A column that is selected keeps its name, by which the select around it asks for it.
        bare = kwargs.get("within_columns_clause") and not kwargs.get("within_label_clause")
        return f"{instead} AS {column.name}" if bare else instead

    def _instead(self, column: Column[Any], written: str) -> str | None:
        table = _table_of(column.table)
        if table is School and column.name == "name":
            return self._case(self._beside(column, "id"), self.told.printed, written)
        if column.name != "school_id" or table is None or table is SchoolAlias:
            return None
        return self._survivor(column, written)

    def _survivor(self, column: Column[Any], written: str) -> str:
        otherwise = self._case(written, self.told.always, written)
        if not self.told.under or "program_id" not in column.table.c:
            return otherwise
        program = self._beside(column, "program_id")
        whens = " ".join(
            f"WHEN {written} = {school} AND {program} IN ({', '.join(map(str, programs))}) THEN {into}"
            for school, into, programs in self.told.under
        )
        return f"CASE {whens} ELSE {otherwise} END"

    def _beside(self, column: Column[Any], name: str) -> str:
        """Another column of the same row."""
        return cast("str", super().visit_column(column.table.c[name]))  # type: ignore[misc]

    def _case(self, of: str, instead: Sequence[tuple[int, int | str]], otherwise: str) -> str:
        if not instead:
            return otherwise
        whens = " ".join(f"WHEN {school} THEN {self._literal(value)}" for school, value in instead)
        return f"CASE {of} {whens} ELSE {otherwise} END"

    def _literal(self, value: int | str) -> str:
        if isinstance(value, int):
            return str(value)
        return cast("str", self.render_literal_value(value, String()))  # type: ignore[attr-defined]


def _table_of(source: FromClause) -> Table | None:
    """The table that a source is, under whatever name; None for a subquery, whose select has told already."""
    while isinstance(source, Alias):
        source = source.element
    return source if isinstance(source, Table) and ("school_id" in source.c or source is School) else None


@lru_cache(maxsize=_COMPILED_MAX)
def _telling(dialect: Dialect, told: Survivors) -> Dialect:
    """The same dialect with such a compiler: another object, so that statements compiled by it are kept apart."""
    telling = copy.copy(dialect)
    telling.statement_compiler = type("_Compiler", (_Telling, dialect.statement_compiler), {"told": told})
    return telling
