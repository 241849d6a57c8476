"""What the rounds of an import and its yardsticks took as rows of a table, each beside what is to be reached."""

from __future__ import annotations

from collections.abc import Sequence
from math import log
from statistics import median
from typing import Literal

from tools.bench.imports import Compared, Role
from tools.bench.table import Row, at_least, number, verdict

# To reach: wall times over the floor's, over the import's, MiB.
WALL_TIMES_FLOOR_MAX, SERVER_TIMES_IMPORT_MAX = 1.5, 1.3
PANDAS_TIMES_IMPORT_MIN, SQLMODEL_TIMES_IMPORT_MIN = 8.0, 25.0
ALL_MIB_MAX, MEMORY_TIMES_READ_MAX = 200.0, 1.5
EXPONENT_MAX = 1.05
HEADER = (
    "payments", "wall s", "× floor", "× import", "CPU s", "× floor", "own MiB", "all MiB", "target"
)  # fmt: skip
GROWTH_HEADER = ("from the district to the city", "payments", "wall s", "payments", "wall s", "exponent", "target")


def rows(compared: Compared, memory_max_mib: float | None = None) -> list[Row]:
    """The rows of the table. ``memory_max_mib``: what the import may take; None: so many times the bare read's."""
    by_role = {yardstick.role: yardstick.title for yardstick in compared.yardsticks}
    found: list[Row] = []
    for yardstick in compared.yardsticks:
        runs = [turn[yardstick.title] for turn in compared.rounds if yardstick.title in turn]
        if yardstick.title in compared.failures or not runs:
            found.append((yardstick.title, f"failed: {compared.failures.get(yardstick.title, 'not run')}"))
            continue
        over_floor = _ratio(compared, yardstick.title, by_role["floor"], "wall")
        over_import = _ratio(compared, yardstick.title, by_role["import"], "wall")
        own, everything = _peak([run.own_mib for run in runs]), _peak([run.all_mib for run in runs])
        title = yardstick.title if yardstick.every == 1 else f"{yardstick.title} (1/{yardstick.every}, scaled)"
        target = _target(yardstick.role, over_floor, over_import)
        if yardstick.role == "import":
            read = _peak([turn[by_role["floor"]].own_mib for turn in compared.rounds if by_role["floor"] in turn])
            target += _memory_target(everything, memory_max_mib, read)
        found.append(
            (
                title,
                f"{runs[0].payments:,}",
                number(median(run.wall for run in runs)),
                number(over_floor),
                number(over_import),
                number(median(run.cpu for run in runs)),
                number(_ratio(compared, yardstick.title, by_role["floor"], "cpu")),
                number(own),
                number(everything),
                target,
            )
        )
    return found


def _ratio(compared: Compared, title: str, of: str, what: Literal["wall", "cpu"]) -> float | None:
    """The median of the rounds' ratios, not the ratio of medians: what else ran then slowed both."""
    ratios = [
        getattr(turn[title], what) / getattr(turn[of], what) for turn in compared.rounds if title in turn and of in turn
    ]
    return median(ratios) if ratios else None


def _target(role: Role, over_floor: float | None, over_import: float | None) -> str:
    if role == "import" and over_floor is not None:
        return f"<= {WALL_TIMES_FLOOR_MAX} × floor {verdict(over_floor, WALL_TIMES_FLOOR_MAX)}"
    if over_import is None:
        return ""
    if role == "server":
        return f"<= {SERVER_TIMES_IMPORT_MAX} × import {verdict(over_import, SERVER_TIMES_IMPORT_MAX)}"
    if role == "pandas":
        return f">= {PANDAS_TIMES_IMPORT_MIN:g} × import {at_least(over_import, PANDAS_TIMES_IMPORT_MIN)}"
    if role == "sqlmodel":
        return f">= {SQLMODEL_TIMES_IMPORT_MIN:g} × import {at_least(over_import, SQLMODEL_TIMES_IMPORT_MIN)}"
    return ""


def _memory_target(mib: float | None, limit: float | None, read: float | None) -> str:
    if mib is None or (limit is None and read is None):
        return ""
    if limit is not None:
        return f"; <= {limit:.0f} MiB {verdict(mib, limit)}"
    return f"; <= {MEMORY_TIMES_READ_MAX} × the bare read's memory {verdict(mib, MEMORY_TIMES_READ_MAX * (read or 1))}"


def growth(small: Compared, large: Compared) -> list[Row]:
    """How what both have grows with the payments."""
    found: list[Row] = []
    for yardstick in large.yardsticks:
        sizes = []
        for compared in (small, large):
            runs = [turn[yardstick.title] for turn in compared.rounds if yardstick.title in turn]
            if runs:
                sizes.append((runs[0].payments, median(run.wall for run in runs)))
        if len(sizes) == 2:
            (few, fast), (many, slow) = sizes
            exponent = log(slow / fast) / log(many / few)
            ours = yardstick.role in {"import", "server"}
            target = f"<= {EXPONENT_MAX} {verdict(exponent, EXPONENT_MAX)}" if ours else ""
            cells = (f"{few:,}", number(fast), f"{many:,}", number(slow), f"{exponent:.2f}", target)
            found.append((yardstick.title, *cells))
    return found


def _peak(sizes: Sequence[float | None]) -> float | None:
    return median(known) if (known := [size for size in sizes if size is not None]) else None
