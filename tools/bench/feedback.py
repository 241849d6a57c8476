"""A school's file that is sent back: read, judged, and its copy written with the wrong cells marked."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from math import log
from pathlib import Path

from tools.bench import rosters
from tools.bench.kept import kept
from tools.bench.measure import Failed, Measured, job
from tools.bench.table import Row, number

HEADER = ("a rejected workbook", "rows", "wall s", "CPU s", "own MiB", "all MiB", "exponent")
_WRONG_EVERY = 50


def measured(work: Path, folder: Path, sizes: Sequence[int], tell: Callable[[str], None]) -> list[Row]:
    """The rows of the table, with and without the copy."""
    rows: list[Row] = []
    for marked in (False, True):
        title = "import --feedback" if marked else "import"
        before: tuple[int, Measured] | None = None
        for size in sizes:
            tell(f"{title}: a workbook of {size:,} rows, some of them wrong")
            name = f"wrong-{size}"
            where = kept(work, name, partial(rosters.write_table, size, wrong_every=_WRONG_EVERY))
            place = folder / f"feedback-{size}-{marked}.db"
            try:
                took = job("sending_back", rosters=str(where), place=str(place), marked=marked)
            except Failed as failure:
                rows.append((title, f"failed: {failure}"))
                continue
            exponent = ""
            if before is not None:
                fewer, earlier = before
                exponent = f"{log(took.wall_seconds / earlier.wall_seconds) / log(size / fewer):.2f}"
            before = size, took
            figures = (took.wall_seconds, took.cpu_seconds, took.own_mib, took.all_mib)
            rows.append((title, f"{size:,}", *map(number, figures), exponent))
    return rows
