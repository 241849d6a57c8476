"""Which files there are to read."""

from __future__ import annotations

from pathlib import Path


def files(folder: str) -> list[Path]:
    """The rosters in a folder, in the order of their names."""
    return sorted(Path(folder).rglob("*.xlsx"))
