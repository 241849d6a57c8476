"""Whether a ledger has exactly the tables, columns, keys and indexes that the migrations make.

schema.json holds what they make on each engine; `make compiled` generates it from new ledgers. Triggers are compared
with their DDL (guards.py).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TypeAlias

from sqlalchemy import Connection, text

# A part's kind and name; its definition, by part.
Part: TypeAlias = tuple[str, str]
Parts: TypeAlias = dict[Part, str]
PATH = Path(__file__).with_name("schema.json")
_QUERIES = {
    engine: text(Path(__file__).with_name(f"schema_{engine}.sql").read_text(encoding="utf-8"))
    for engine in ("sqlite", "postgresql")
}


@dataclass(frozen=True, slots=True)
class Difference:
    """A part that is ``missing``, ``changed``, or not the ledger's (``foreign``)."""

    what: str
    part: Part


def differences(books: Connection) -> Iterator[Difference]:
    """What differs from the migrations, in the order of kinds and names."""
    expected, with_roles = (made()[engine] for engine in (books.dialect.name, f"{books.dialect.name} with roles"))
    found = parts(books)
    # A missing policy is no difference: without it more is refused, not less.
    in_use = {
        part: definition
        for part, definition in with_roles.items()
        if found.get(part, expected.get(part)) != expected.get(part)
    }
    return compared(expected | in_use, found)


def compared(expected: Parts, found: Parts) -> Iterator[Difference]:
    """The differences between expected and actual parts."""
    for part in sorted(expected.keys() | found.keys()):
        if part not in found:
            yield Difference("missing", part)
        elif part not in expected:
            yield Difference("foreign", part)
        elif found[part] != expected[part]:
            yield Difference("changed", part)


def parts(books: Connection) -> Parts:
    """The actual parts of a schema."""
    return {(kind, name): _folded(sql) for kind, name, sql in books.execute(_QUERIES[books.dialect.name])}


def _folded(sql: object) -> str:
    """A definition without white space and quotes, which differ between versions of an engine."""
    return re.sub(r"\s+", " ", str(sql)).replace('"', "").strip()


@cache
def made() -> Mapping[str, Parts]:
    """The expected parts by engine; ``with roles``: parts that the roles of docs/postgresql.md may add or change."""
    written = json.loads(PATH.read_text(encoding="utf-8"))
    return {
        engine: {(kind, name): definition for kind, name, definition in definitions}
        for engine, definitions in written.items()
    }


def as_json(of_engines: Mapping[str, Parts]) -> str:
    """The content of schema.json, a line per part."""
    engines = []
    for engine, definitions in of_engines.items():
        lines = ",\n".join(f"    {json.dumps([*part, sql])}" for part, sql in sorted(definitions.items()))
        engines.append(f"  {json.dumps(engine)}: [\n{lines}\n  ]" if lines else f"  {json.dumps(engine)}: []")
    return "{\n" + ",\n".join(engines) + "\n}\n"
