"""The manifests: which files an export added to the lake. What no manifest names was never there.

A manifest is written last and never changed; its number counts a district's exports from 1. An export that is killed
leaves files without a manifest, and the next one removes them.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from aidledger import private
from aidledger.errors import LakeDamaged
from aidledger.lake.layout import FORMAT, MANIFESTS

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class File:
    """A file of the lake, by its path below it."""

    table: str
    path: str
    rows: int
    size_bytes: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """What one export added.

    ``head`` stands for the whole ledger as it was; ``last``: for each table the last row that is in the lake now;
    ``batches``: the first and the last batch that this export added. ``people`` and ``key``: how people are written,
    and the fingerprint of the key.
    """

    district: str
    part: int
    head: str
    made_at: str
    made_by: str
    people: str
    key: str
    catalogue: str
    batches: tuple[int, int]
    last: Mapping[str, int]
    person_times: int
    amount_fen: int
    files: Sequence[File]

    @property
    def path(self) -> str:
        """Where it lies, below the lake."""
        return f"{MANIFESTS}/{self.district}/{self.part:06d}.json"

    def facts(self) -> dict[str, object]:
        """What every file of the export says of itself: the same whoever wrote it when."""
        of_whole = {"files", "last", "made_at", "made_by"}
        facts = {name: fact for name, fact in asdict(self).items() if name not in of_whole}
        return {"format": FORMAT, **facts}

    def text(self) -> str:
        """As it is written."""
        whole = {"format": FORMAT} | asdict(self)
        return json.dumps(whole, ensure_ascii=False, indent=1) + "\n"


def checked(manifests: Iterable[Manifest]) -> list[Manifest]:
    """A district's manifests, none of them missing; raises LakeDamaged."""
    ordered = sorted(manifests, key=lambda one: one.part)
    for expected, one in enumerate(ordered, start=1):
        if one.part != expected:
            raise LakeDamaged(path=f"{MANIFESTS}/{one.district}/{expected:06d}.json")
    return ordered


def put(lake: Path, manifest: Manifest) -> None:
    """Publish a manifest; raises FileExists where another export of the district was faster."""
    private.put(lake / manifest.path, manifest.text().encode("utf-8"))
