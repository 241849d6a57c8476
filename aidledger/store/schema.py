"""Whether a ledger's tables, columns, keys and indexes are those that the migrations make, and nothing is beside them.

What the migrations make stands in schema.json, for each engine: `make compiled` writes it from new ledgers. Triggers
are held to their statements (guards.py).
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

# What a part of a schema is and its name, and how it is defined.
Part: TypeAlias = tuple[str, str]
Parts: TypeAlias = dict[Part, str]
PATH = Path(__file__).with_name("schema.json")
_QUERIES = {
    engine: text(Path(__file__).with_name(f"schema_{engine}.sql").read_text(encoding="utf-8"))
    for engine in ("sqlite", "postgresql")
}


@dataclass(frozen=True, slots=True)
class Difference:
    """A part of the schema that is ``missing``, ``changed``, or none of the ledger's (``foreign``)."""

    what: str
    kind: str
    name: str


def differences(books: Connection) -> Iterator[Difference]:
    """What is other than the migrations make it, in the order of kinds and names."""
    known = made()
    wanted, allowed = known[books.dialect.name], known[f"{books.dialect.name} with roles"]
    found = parts(books)
    for part in sorted(wanted.keys() | found.keys()):
        if part not in found:
            yield Difference("missing", *part)
        elif found[part] not in {wanted.get(part), allowed.get(part)}:
            yield Difference("changed" if part in wanted or part in allowed else "foreign", *part)


def parts(books: Connection) -> Parts:
    """The parts of a schema as they are."""
    return {(kind, name): _folded(said) for kind, name, said in books.execute(_QUERIES[books.dialect.name])}


def _folded(sql: object) -> str:
    """A definition without what versions of an engine write differently: blanks and quotes."""
    return re.sub(r"\s+", " ", str(sql)).replace('"', "").strip()


@cache
def made() -> Mapping[str, Parts]:
    """By engine; ``with roles``: what there may be besides where an office has the roles of docs/postgresql.md."""
    written = json.loads(PATH.read_text(encoding="utf-8"))
    return {engine: {(kind, name): said for kind, name, said in told} for engine, told in written.items()}


def as_json(of_engines: Mapping[str, Parts]) -> str:
    """What schema.json holds, a part a line."""
    engines = []
    for engine, told in of_engines.items():
        lines = ",\n".join(f"    {json.dumps([*part, said])}" for part, said in sorted(told.items()))
        engines.append(f"  {json.dumps(engine)}: [\n{lines}\n  ]" if lines else f"  {json.dumps(engine)}: []")
    return "{\n" + ",\n".join(engines) + "\n}\n"
