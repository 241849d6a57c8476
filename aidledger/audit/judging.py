"""Judging payments by what they have in common, so that Python judges combinations and SQL finds the rows."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Row, Subquery, and_, or_, select

from aidledger.audit.rule import Books
from aidledger.store.bulk import chunks

Facts = Mapping[str, object]
# Combinations of seven columns asked for at once: well below what a statement may hold of parameters.
_AT_ONCE = 200


def judged(
    books: Books,
    paid: Subquery,
    keys: Sequence[str],
    judge: Callable[[Any], Facts | None],
    *further: ColumnElement[bool],
) -> Iterator[tuple[Row[Any], Facts]]:
    """The payments whose combination of ``keys`` the judge has facts against, with the facts; in the order of ids.

    ``further``: conditions on ``paid`` that a payment must meet besides.
    """
    columns = [paid.c[name] for name in keys]
    found: dict[tuple[Any, ...], Facts] = {}
    for combination in books.execute(select(*columns).where(*further).distinct()):
        facts = judge(combination)
        if facts is not None:
            found[tuple(combination)] = facts
    rows = [row for some in chunks(list(found), _AT_ONCE) for row in books.execute(_rows(paid, columns, some, further))]
    for row in sorted(rows, key=lambda row: row.id):
        yield row, found[tuple(getattr(row, name) for name in keys)]


def _rows(paid: Subquery, columns: Sequence[Any], some: Sequence[Any], further: Sequence[Any]) -> Any:  # noqa: ANN401
    # Written out with ORs the engine can use its index on what the payment is for; NULLs are compared as such.
    either = [
        and_(
            *(
                column.is_(None) if value is None else column == value
                for column, value in zip(columns, one, strict=True)
            )
        )
        for one in some
    ]
    return select(paid).where(or_(*either), *further)
