"""A cache of slow results beside the ledger, one per kind, each with the ledger head that it was computed for.

They may hold full ID numbers. Results of another version of the program are ignored, because it may compute them
differently.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from aidledger import __version__
from aidledger.store import side

if TYPE_CHECKING:
    import sqlite3

    from aidledger.domain.secret import Secret

_TABLES = """
CREATE TABLE IF NOT EXISTS kept (
    kind TEXT PRIMARY KEY, version TEXT NOT NULL, head TEXT, content TEXT NOT NULL);
"""


@dataclass(frozen=True, slots=True)
class KeptAnswers:
    """The answers of a ledger, in the database at ``path``; ``secret``: the ledger's key, if it has one."""

    path: Path
    secret: Secret | None = None

    def put(self, kind: str, head: str | None, content: object) -> None:
        """Keep an answer (what JSON can say) instead of the one before."""
        told = (kind, __version__, head, json.dumps(content, ensure_ascii=False))
        with self._open() as box, box:
            box.execute("INSERT OR REPLACE INTO kept VALUES (?, ?, ?, ?)", told)

    def get(self, kind: str) -> tuple[str | None, object] | None:
        """The head and the answer that is kept; None if there is none of this version."""
        if not self.path.exists():
            return None
        with self._open() as box:
            query = "SELECT head, content FROM kept WHERE kind = ? AND version = ?"
            found = box.execute(query, (kind, __version__)).fetchone()
        return None if found is None else (found[0], json.loads(found[1]))

    def drop(self, kind: str) -> None:
        """Keep an answer no longer."""
        if self.path.exists():
            with self._open() as box, box:
                box.execute("DELETE FROM kept WHERE kind = ?", (kind,))

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        with side.opened(self.path, self.secret, _TABLES) as box:
            yield box
