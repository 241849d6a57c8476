"""Lists of values in a statement to a lake: they are expanded only after it was translated."""

from __future__ import annotations

from collections.abc import Iterator

import duckdb
import pytest
from sqlalchemy import ColumnElement, select

from aidledger.lake.embedded import Embedded
from aidledger.lake.query import Tables, statement_for
from aidledger.store.model.tables import School

pytestmark = [pytest.mark.sqlite_only, pytest.mark.plain_only]


@pytest.fixture
def schools() -> Iterator[Tables]:
    with duckdb.connect() as connection:
        connection.execute(
            "CREATE TABLE school AS SELECT * FROM (VALUES (1, '第一小学'), (2, '''二''小')) AS s(id, name)"
        )
        yield Tables(Embedded(connection))


@pytest.mark.parametrize(
    ("which", "found"),
    [
        (School.c.id.in_([2, 3]), [2]),
        (School.c.id.not_in(range(2, 20_000)), [1]),
        (School.c.name.in_(["第一小学", "'二'小"]), [1, 2]),
        (School.c.name.in_(["$list_of_name_1", "x') OR ('1' = '1"]), []),
        (School.c.id.in_([1, 2]) & School.c.name.not_in(["第一小学"]), [2]),
        (School.c.id.in_([]), []),
        (School.c.id.not_in([]) & School.c.name.in_(["第一小学"]), [1]),
    ],
)
def test_a_list_holds_what_it_held(schools: Tables, which: ColumnElement[bool], found: list[int]) -> None:
    assert list(schools.execute(select(School.c.id).where(which).order_by(School.c.id)).scalars()) == found


def test_a_list_may_be_asked_about_twice(schools: Tables) -> None:
    either = School.c.id.in_([1])
    assert list(schools.execute(select(School.c.name).where(either | (either & (School.c.name == "-")))).scalars())


def test_texts_never_stand_in_the_statement() -> None:
    sql, values = statement_for(select(School.c.id).where(School.c.name.in_(["第一小学", "第二小学"])), "spark")
    assert "小学" not in sql
    assert sorted(values.values()) == ["第一小学", "第二小学"]
