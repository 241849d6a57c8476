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
    """A part that is ``missing``, ``changed``, or there although it is none of the ledger's (``foreign``)."""

    what: str
    part: Part


def differences(books: Connection) -> Iterator[Difference]:
    """What is other than the migrations make it, in the order of kinds and names."""
    wanted, allowed = (made()[engine] for engine in (books.dialect.name, f"{books.dialect.name} with roles"))
    found = parts(books)
    # A policy may be missing: what it allows is refused then.
    with_roles = {part: said for part, said in allowed.items() if found.get(part, wanted.get(part)) != wanted.get(part)}
    return compared(wanted | with_roles, found)


def compared(wanted: Parts, found: Parts) -> Iterator[Difference]:
    """What differs between parts as they should be and as they are."""
    for part in sorted(wanted.keys() | found.keys()):
        if part not in found:
            yield Difference("missing", part)
        elif part not in wanted:
            yield Difference("foreign", part)
        elif found[part] != wanted[part]:
            yield Difference("changed", part)


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
