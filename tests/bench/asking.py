"""Questions to the ledger: the operation in a process that is warm, and the command from its start to its end."""

from __future__ import annotations

import json
import sqlite3
import sys
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path
from statistics import median

from tests.bench.measure import Failed, job, timed
from tests.bench.table import Row, number, verdict

HEADER = ("question", "operation s", "command s", "target")
# Seconds: of the operation, and of --help of the whole command.
_TARGETS = {"report summary": 0.5, "report summary --by school": 0.5, "reconcile": 0.5, "verify": 5.0, "--help": 0.15}


def answered(place: Path, folder: Path, rounds: int, tell: Callable[[str], None]) -> list[Row]:
    """The rows of the table."""
    who, entry = _somebody(place)
    tell("questions: operations")
    try:
        said = job("questions", place=str(place), rounds=rounds, who=who, entry=entry, folder=str(folder))
    except Failed as failure:
        return [("questions", f"failed: {failure}")]
    operations = json.loads(said.answer)
    arguments = {
        "report summary": ["report", "summary"],
        "report summary --by school": ["report", "summary", "--by", "school"],
        "report summary -o x.xlsx": [
            "report", "summary", "--format", "xlsx", "-o", str(folder / "command.xlsx")
        ],
        "reconcile": ["reconcile"],
        "verify": ["verify"],
        "person": ["person", who],
        "trace": ["trace", str(entry)],
        "--help": ["--help"],
    }  # fmt: skip
    aidledger = [sys.executable, "-m", "aidledger", "--ledger", str(place)]
    rows: list[Row] = []
    for name, words in arguments.items():
        tell(f"questions: aidledger {name}")
        rows.append(_row(name, operations.get(name), [*aidledger, *words], rounds))
    return [*rows, _row("a bare interpreter", None, [sys.executable, "-c", "pass"], rounds)]


def _row(name: str, operation: float | None, command: Sequence[str], rounds: int) -> Row:
    try:
        whole = median(timed(command) for _ in range(rounds))
    except Failed as failure:
        return name, number(operation), f"failed: {failure}"
    target = _TARGETS.get(name)
    judged = operation if operation is not None else whole
    return name, number(operation), number(whole), f"< {target:g} s {verdict(judged, target)}" if target else ""


def _somebody(place: Path) -> tuple[str, int]:
    """The number of the person with the most entries, and an entry in the middle."""
    most = """
        SELECT number FROM beneficiary JOIN entry ON beneficiary_id = beneficiary.id
        GROUP BY beneficiary_id ORDER BY count(*) DESC, number LIMIT 1
    """
    with closing(sqlite3.connect(place)) as connection:
        who = str(connection.execute(most).fetchone()[0])
        return who, int(connection.execute("SELECT (max(id) + 1) / 2 FROM entry").fetchone()[0])
