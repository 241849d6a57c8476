"""Manifests: which files an export added to the lake. Files that no manifest names do not count.

An export writes its manifest last and never changes it; ``part`` counts a district's exports from 1. A killed export
leaves files without a manifest, which the next one removes.
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


# Left out of a manifest that has nothing to say of them.
_OF_SCHOOLS = ("schools", "schools_under", "school_names")


@dataclass(frozen=True, slots=True)
class File:
    """A file of the lake; ``path`` is relative to the lake."""

    table: str
    path: str
    rows: int
    size_bytes: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """What one export added.

    ``head``: the ledger's, at the time. ``last``: each table's last row in the lake. ``batches``: the first and last
    batch that the export added. ``people``: how people are written; ``key``: the fingerprint of the key. ``schools``:
    which schools (ids) count as which since they were renamed or merged, ``schools_under``: under some programs only;
    ``school_names``: what they are called since. Those of a district's last export hold for all of its files.
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
    schools: Sequence[tuple[int, int]] = ()
    schools_under: Sequence[tuple[int, int, tuple[str, ...]]] = ()
    school_names: Sequence[tuple[int, str]] = ()

    @property
    def path(self) -> str:
        """The manifest's path, relative to the lake."""
        return f"{MANIFESTS}/{self.district}/{self.part:06d}.json"

    def facts(self) -> dict[str, object]:
        """The metadata of every file of the export, which does not depend on when and by whom it was made."""
        of_whole = {"files", "last", "made_at", "made_by", *_OF_SCHOOLS}
        facts = {name: fact for name, fact in asdict(self).items() if name not in of_whole}
        return {"format": FORMAT, **facts}

    def text(self) -> str:
        """The manifest as JSON."""
        said = {name: fact for name, fact in asdict(self).items() if fact or name not in _OF_SCHOOLS}
        whole = {"format": FORMAT} | said
        return json.dumps(whole, ensure_ascii=False, indent=1) + "\n"


def checked(manifests: Iterable[Manifest]) -> list[Manifest]:
    """A district's manifests in order; raises LakeDamaged if one is missing."""
    ordered = sorted(manifests, key=lambda manifest: manifest.part)
    for expected, manifest in enumerate(ordered, start=1):
        if manifest.part != expected:
            raise LakeDamaged(path=f"{MANIFESTS}/{manifest.district}/{expected:06d}.json")
    return ordered


def put(lake: Path, manifest: Manifest) -> None:
    """Publish a manifest; raises FileExists if another export of the district was faster."""
    private.put(lake / manifest.path, manifest.text().encode("utf-8"))
