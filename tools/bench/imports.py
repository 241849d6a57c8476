"""The import of the same files beside its yardsticks: a round runs each once, so that all see the same machine."""

from __future__ import annotations

import sqlite3
import sys
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from tests import postgresql
from tools.bench.measure import Failed, Measured, job, watched

Role = Literal["import", "floor", "server", "pandas", "sqlmodel", "other"]


@dataclass(frozen=True, slots=True)
class Yardstick:
    """One way to do it: ``run`` with a path for its ledger, and that of the import's in the same round.

    ``every``: it gets one in so many files, and its times are scaled by the payments it made.
    """

    title: str
    run: Callable[[Path, Path], Measured]
    role: Role = "other"
    every: int = 1


def yardsticks(rosters: Path, *, wide: bool = False) -> tuple[Yardstick, ...]:
    """The import and its floor, and the import into PostgreSQL where there is one. The import comes first.

    ``wide``: without the limits of a clerk's import.
    """
    where = str(rosters)

    def server(place: Path, _made: Path) -> Measured:
        url = postgresql.new_database(place.parent)
        try:
            return _ours(where, url.render_as_string(hide_password=False), None, wide=wide)
        finally:
            postgresql.drop_of(place.parent)

    some = [
        Yardstick("import", lambda place, _: _ours(where, str(place), None, wide=wide), "import"),
        Yardstick(
            "floor: calamine + executemany", lambda place, made: _floor(where, place, made, guarded=False), "floor"
        ),
    ]
    if postgresql.programs() or postgresql.GIVEN:
        some.append(Yardstick("import into PostgreSQL", server, "server"))
    return tuple(some)


def others(rosters: Path, every: int) -> tuple[Yardstick, ...]:
    """The import in other ways, and the scripts that one would write instead; ``every``: for the slow ones."""
    where = str(rosters)

    def command(place: Path, _made: Path) -> Measured:
        aidledger = [sys.executable, "-m", "aidledger", "--ledger", str(place)]
        watched([*aidledger, "init"])
        return watched([*aidledger, "import", where])

    def ours(workers: int) -> Yardstick:
        title = f"import, {workers} worker{'s' if workers > 1 else ''}"
        return Yardstick(title, lambda place, _: _ours(where, str(place), workers, wide=False))

    def pandas(engine: str, role: Role, every: int) -> Yardstick:
        return Yardstick(
            f"pandas script, {engine} engine",
            lambda place, _: job("pandas_script", rosters=where, place=str(place), engine=engine, every=every),
            role,
            every,
        )

    return (
        Yardstick("floor with triggers, foreign keys", lambda place, made: _floor(where, place, made, guarded=True)),
        ours(1),
        ours(2),
        Yardstick("aidledger import, whole command", command),
        pandas("calamine", "other", 1),
        pandas("openpyxl", "pandas", every),
        Yardstick(
            "openpyxl + SQLModel script",
            lambda place, _: job("sqlmodel_script", rosters=where, place=str(place), every=every),
            "sqlmodel",
            every,
        ),
    )


def _ours(where: str, place: str, workers: int | None, *, wide: bool) -> Measured:
    return job("ours", rosters=where, place=place, workers=workers, wide=wide)


def _floor(where: str, place: Path, made: Path, *, guarded: bool) -> Measured:
    """Its two halves, each in a process of its own; the memory is that of reading."""
    read = job("bare_read", rosters=where)
    inserted = job("bare_insert", made=str(made), place=str(place), guarded=guarded)
    return replace(
        inserted,
        wall_seconds=read.wall_seconds + inserted.wall_seconds,
        cpu_seconds=read.cpu_seconds + inserted.cpu_seconds,
        own_mib=read.own_mib,
        all_mib=read.all_mib,
    )


@dataclass(frozen=True, slots=True)
class Run:
    """One run, its times scaled to all files."""

    payments: int
    wall: float
    cpu: float
    own_mib: float | None
    all_mib: float | None


Round = dict[str, Run]


@dataclass(frozen=True, slots=True)
class Compared:
    """What the rounds took; the last words of a yardstick that failed."""

    yardsticks: Sequence[Yardstick]
    rounds: Sequence[Round]
    failures: dict[str, str]


def compared(some: Sequence[Yardstick], folder: Path, rounds: int, tell: Callable[[str], None]) -> Compared:
    """Run them all, round after round."""
    failures: dict[str, str] = {}
    done: list[Round] = []
    made = folder / "made.db"
    for turn in range(rounds):
        runs: Round = {}
        for yardstick in some:
            tell(f"round {turn + 1} of {rounds}: {yardstick.title}")
            place = made if yardstick.role == "import" else folder / "other.db"
            try:
                runs[yardstick.title] = _run(yardstick, place, made, runs)
            except Failed as failure:
                failures[yardstick.title] = str(failure)
            finally:
                if place != made:
                    place.unlink(missing_ok=True)
        made.unlink(missing_ok=True)
        done.append(runs)
    return Compared(some, done, failures)


def _run(yardstick: Yardstick, place: Path, made: Path, runs: Round) -> Run:
    measured = yardstick.run(place, made)
    payments = int(measured.answer) if measured.answer.strip().isdigit() else _entries(place)
    if not payments:
        raise Failed("it posted nothing")  # noqa: TRY003 - told in the table
    scale = next(iter(runs.values())).payments / payments if runs and yardstick.every > 1 else 1.0
    return Run(
        payments, measured.wall_seconds * scale, measured.cpu_seconds * scale, measured.own_mib, measured.all_mib
    )


def _entries(place: Path) -> int:
    with closing(sqlite3.connect(place)) as connection:
        return int(connection.execute("SELECT count(*) FROM entry").fetchone()[0])
