"""The last run on a page: what stands under its heading is written anew."""

from __future__ import annotations

from pathlib import Path

_HEADING = "## The last run\n"


def put(path: Path, told: str) -> None:
    """Replace what a page says of the last run; raises ValueError where it has no such heading."""
    page = path.read_text(encoding="utf-8")
    before, heading, rest = page.partition(_HEADING)
    if not heading:
        raise ValueError(_HEADING)
    _, following, after = rest.partition("\n## ")
    path.write_text(f"{before}{heading}\n{told.strip()}\n{following}{after}", encoding="utf-8")
