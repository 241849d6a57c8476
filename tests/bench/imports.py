"""The yardsticks beside the import, interleaved: a round runs each of them once, so that all see the same machine."""

from __future__ import annotations

import json
import sqlite3
import sys
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from tests.bench.measure import Failed, Measured, job, watched
from tests.bench.table import Row, number, verdict

WALL_TIMES_FLOOR_MAX = 2.5
ALL_MIB_MAX = 200.0
HEADER = (
    "import of all rosters", "payments", "wall s", "× floor", "CPU s", "× floor", "own MiB", "all MiB", "target"
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Yardstick:
    """One way to do it. ``every``: it gets one in so many files, and its times are scaled by the payments it made."""

    title: str
    run: Callable[[Path], Measured]
    every: int = 1
    ours: bool = False


def yardsticks(rosters: Path, made: Path, every: int) -> tuple[Yardstick, ...]:
    """The floor comes first. ``made``: a ledger of the same rosters, where the floor has its entries from."""
    where = str(rosters)

    def command(place: Path) -> Measured:
        aidledger = [sys.executable, "-m", "aidledger", "--ledger", str(place)]
        watched([*aidledger, "init"])
        return watched([*aidledger, "import", where])

    def ours(workers: int) -> Yardstick:
        title = f"import, {workers} worker{'s' if workers > 1 else ''}"
        return Yardstick(title, lambda place: job("ours", rosters=where, place=str(place), workers=workers), ours=True)

    def pandas(engine: str, every: int) -> Yardstick:
        return Yardstick(
            f"pandas script, {engine} engine",
            lambda place: job("pandas_script", rosters=where, place=str(place), engine=engine, every=every),
            every,
        )

    return (
        Yardstick(
            "floor: calamine + executemany",
            lambda place: job("floor", rosters=where, made=str(made), place=str(place)),
        ),
        ours(2),
        ours(1),
        Yardstick("aidledger import, whole command", command, ours=True),
        pandas("calamine", 1),
        pandas("openpyxl", every),
        Yardstick(
            "openpyxl + SQLModel script",
            lambda place: job("sqlmodel_script", rosters=where, place=str(place), every=every),
            every,
        ),
    )


@dataclass(frozen=True, slots=True)
class Run:
    """One run, its times scaled to all files, and beside those of the floor in the same round."""

    payments: int
    wall: float
    cpu: float
    wall_ratio: float
    cpu_ratio: float
    own_mib: float | None
    all_mib: float | None


def compared(some: Sequence[Yardstick], folder: Path, rounds: int, tell: Callable[[str], None]) -> list[Row]:
    """The rows of the table; a yardstick that fails has its last words in its row."""
    runs: dict[str, list[Run]] = {yardstick.title: [] for yardstick in some}
    failures: dict[str, str] = {}
    for turn in range(rounds):
        floor: Run | None = None
        for i, yardstick in enumerate(some):
            tell(f"round {turn + 1} of {rounds}: {yardstick.title}")
            try:
                run = _run(yardstick, folder / f"{turn}-{i}.db", floor)
            except Failed as failure:
                failures[yardstick.title] = str(failure)
            else:
                floor = floor or run
                runs[yardstick.title].append(run)
    return [
        (yardstick.title, f"failed: {failures[yardstick.title]}")
        if yardstick.title in failures
        else _row(yardstick, runs[yardstick.title])
        for yardstick in some
    ]


def _run(yardstick: Yardstick, place: Path, floor: Run | None) -> Run:
    try:
        measured = yardstick.run(place)
        made = int(measured.answer) if measured.answer.strip().isdigit() else _entries(place)
    finally:
        place.unlink(missing_ok=True)
    scale = floor.payments / made if floor and yardstick.every > 1 else 1.0
    wall, cpu = measured.wall_seconds * scale, measured.cpu_seconds * scale
    ratios = (wall / floor.wall, cpu / floor.cpu) if floor else (1.0, 1.0)
    return Run(made, wall, cpu, *ratios, measured.own_mib, measured.all_mib)


def _entries(place: Path) -> int:
    with closing(sqlite3.connect(place)) as connection:
        return int(connection.execute("SELECT count(*) FROM entry").fetchone()[0])


def _row(yardstick: Yardstick, runs: Sequence[Run]) -> Row:
    # The median of the rounds' ratios, not the ratio of medians: what else ran then slowed both.
    wall_ratio, cpu_ratio = median(run.wall_ratio for run in runs), median(run.cpu_ratio for run in runs)
    own, everything = _peak([run.own_mib for run in runs]), _peak([run.all_mib for run in runs])
    targets = ""
    if yardstick.ours:
        wall = verdict(wall_ratio, WALL_TIMES_FLOOR_MAX)
        memory = "" if everything is None else f"; < {ALL_MIB_MAX:.0f} MiB {verdict(everything, ALL_MIB_MAX)}"
        targets = f"<= {WALL_TIMES_FLOOR_MAX} × {wall}{memory}"
    title = yardstick.title if yardstick.every == 1 else f"{yardstick.title} (1/{yardstick.every} of the files, scaled)"
    return (
        title,
        f"{runs[0].payments:,}",
        number(median(run.wall for run in runs)),
        number(wall_ratio),
        number(median(run.cpu for run in runs)),
        number(cpu_ratio),
        number(own),
        number(everything),
        targets,
    )


def _peak(sizes: Sequence[float | None]) -> float | None:
    return median(known) if (known := [size for size in sizes if size is not None]) else None


def make(rosters: Path, place: Path) -> tuple[int, int]:
    """A ledger of the rosters, unmeasured; how many of them were posted with how many payments. Raises Failed."""
    payments = json.loads(job("ours", rosters=str(rosters), place=str(place), workers=2).answer)
    with closing(sqlite3.connect(place)) as connection:
        return int(connection.execute("SELECT count(*) FROM batch").fetchone()[0]), int(payments)
