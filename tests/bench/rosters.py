"""The demo district's rosters, written once for all yardsticks."""

from __future__ import annotations

import os
from pathlib import Path


def write(folder: Path, every: int) -> None:
    """All of the rosters, or one in so many."""
    from aidledger.catalogue.loading import load
    from aidledger.demo import district_rosters, write_rosters

    catalogue = load()
    rosters = district_rosters(catalogue, next(iter(catalogue.reports.values())))
    write_rosters(rosters[::every], folder, workers=os.cpu_count() or 1)


def files(folder: str) -> list[Path]:
    """The rosters in a folder, in the order of their names."""
    return sorted(Path(folder).rglob("*.xlsx"))
