"""Commands from the interpreter's start to their end."""

from __future__ import annotations

import sys
from collections.abc import Callable
from statistics import median

from tools.bench.ledgers import Place
from tools.bench.measure import Failed, timed
from tools.bench.table import Row, number, verdict

HEADER = ("command", "wall s", "target")
_TARGETS = {"--help": 0.15, "person": 0.3}


def measured(place: Place, rounds: int, tell: Callable[[str], None]) -> list[Row]:
    """The rows of the table; the rounds are interleaved."""
    aidledger = [sys.executable, "-m", "aidledger", "--ledger", place.places["SQLite"]]
    commands = {
        "a bare interpreter": [sys.executable, "-c", "pass"],
        "--help": [*aidledger, "--help"],
        "person": [*aidledger, "person", place.who],
        "report summary": [*aidledger, "report", "summary"],
        "trace": [*aidledger, "trace", str(place.entries // 2)],
    }
    took: dict[str, list[float]] = {name: [] for name in commands}
    for turn in range(rounds):
        tell(f"commands, round {turn + 1} of {rounds}")
        for name, command in commands.items():
            try:
                took[name].append(timed(command))
            except Failed as failure:
                tell(f"{name}: {failure}")
    return [_row(name, walls) for name, walls in took.items() if walls]


def _row(name: str, walls: list[float]) -> Row:
    wall, target = median(walls), _TARGETS.get(name)
    return name, number(wall), f"<= {target:g} s {verdict(wall, target)}" if target else ""
