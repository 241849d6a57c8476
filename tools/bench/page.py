"""A run on a page: what stands under its heading is written anew."""

from __future__ import annotations

from pathlib import Path


def put(path: Path, heading: str, told: str) -> None:
    """Replace what a page says below a heading; raises ValueError where it has no such heading."""
    page = path.read_text(encoding="utf-8")
    before, found, rest = page.partition(f"## {heading}\n")
    if not found:
        raise ValueError(heading)
    _, following, after = rest.partition("\n## ")
    path.write_text(f"{before}{found}\n{told.strip()}\n{following}{after}", encoding="utf-8")
