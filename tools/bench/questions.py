"""Questions to ledgers of several sizes, how they grow, and the audit's rules one by one."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from math import inf, log
from pathlib import Path
from statistics import fmean

from tools.bench.judging import EXPONENT_MAX
from tools.bench.ledgers import Place, ask
from tools.bench.measure import Failed, Measured, job
from tools.bench.table import Row, number, verdict
from tools.bench.yardsticks.auditing import SECONDS_MAX

ENGINES = ("SQLite", "PostgreSQL")
# Seconds that an answer may take over so many entries and more; the larger counts where the ledger is as large.
_TARGETS: Mapping[str, Mapping[int, float]] = {
    "report summary": {800_000: 0.3, 8_000_000: 3.0},
    "report summary, totals": {800_000: 0.1},
    "report summary, one period": {800_000: 0.1},
    "person": {0: 0.02},
    "pay due": {800_000: 1.0},
    "a new list posted and judged": {0: 1.0},
}
# Of these the time must not grow faster than the ledger.
_GROWING = frozenset({"verify"})
_ONE = 1_000_000


def _engines(places: Sequence[Place]) -> list[str]:
    """Those that some ledger is on."""
    return [engine for engine in ENGINES if any(engine in place.places for place in places)]


def header(places: Sequence[Place], of: str) -> Row:
    """The table's head: for each engine a column for each size, and how the time grows."""
    columns = [
        column
        for engine in _engines(places)
        for column in (*(f"{engine} {_short(place.entries)}" for place in places), "exponent")
    ]
    return of, *columns, "CPU s", "own MiB", "target"


def answered(places: Sequence[Place], some: Sequence[str], folder: Path, tell: Callable[[str], None]) -> list[Row]:
    """The rows of the table: wall seconds; CPU and memory are SQLite's on the largest ledger."""
    rows = []
    for question in some:
        took: dict[tuple[str, int], Measured] = {}
        for place in places:
            for engine in place.places:
                tell(f"{question}: {engine}, {place.entries:,} entries")
                try:
                    took[engine, place.entries] = _asked(place, engine, question, folder)
                except Failed as failure:
                    tell(f"not answered: {failure}")
        if took:
            rows.append(_row(question, places, took))
    return rows


def _asked(place: Place, engine: str, question: str, folder: Path) -> Measured:
    """A copy goes from SQLite to the engine whose column it is; that to the server was made before."""
    if question == "copy" and engine != "SQLite":
        if place.copied is None:
            raise Failed(question)
        return place.copied
    target = folder / "target.xlsx"
    target.unlink(missing_ok=True)
    return ask(place, engine, question, str(target))


def _row(question: str, places: Sequence[Place], took: Mapping[tuple[str, int], Measured]) -> Row:
    walls = {key: measured.wall_seconds for key, measured in took.items()}
    largest = took.get(("SQLite", places[-1].entries))
    targets = []
    if largest is not None:
        limits = [limit for least, limit in _TARGETS.get(question, {}).items() if places[-1].entries >= least]
        targets += [f"<= {limit:g} s {verdict(largest.wall_seconds, limit)}" for limit in limits[-1:]]
        if question == "verify":
            targets.append(f"{number(largest.wall_seconds * _ONE / places[-1].entries)} s a million")
    if question in _GROWING:
        targets += _growth(places, walls)
    cells = _cells(places, walls)
    memory = (number(largest.cpu_seconds), number(largest.own_mib)) if largest else ("-", "-")
    return question, *cells, *memory, "; ".join(targets)


def _cells(places: Sequence[Place], walls: Mapping[tuple[str, int], float]) -> list[str]:
    cells = []
    for engine in _engines(places):
        for place in places:
            wall = walls.get((engine, place.entries))
            cells.append(f"> {SECONDS_MAX}" if wall == inf else number(wall))
        exponent = _exponent(places, walls, engine)
        cells.append("-" if exponent is None else f"{exponent:.2f}")
    return cells


def _growth(places: Sequence[Place], walls: Mapping[tuple[str, int], float]) -> list[str]:
    exponent = _exponent(places, walls, "SQLite")
    return [] if exponent is None else [f"exponent <= {EXPONENT_MAX} {verdict(exponent, EXPONENT_MAX)}"]


def _exponent(places: Sequence[Place], walls: Mapping[tuple[str, int], float], engine: str) -> float | None:
    """The slope of the logarithms: the line that comes nearest to all sizes."""
    some = [(place.entries, walls.get((engine, place.entries), inf)) for place in places]
    points = [(log(entries), log(wall)) for entries, wall in some if wall < inf]
    if len(points) < 2:
        return None
    middle_x, middle_y = fmean(x for x, _ in points), fmean(y for _, y in points)
    across = sum((x - middle_x) ** 2 for x, _ in points)
    return sum((x - middle_x) * (y - middle_y) for x, y in points) / across


def audited(places: Sequence[Place], tell: Callable[[str], None]) -> list[Row]:
    """The rows of the table of rules: wall seconds, and what a rule found in the largest ledger."""
    took: dict[str, dict[tuple[str, int], float]] = {}
    found: dict[str, int] = {}
    for place in places:
        for engine, where in place.places.items():
            tell(f"audit, rule by rule: {engine}, {place.entries:,} entries")
            try:
                said = json.loads(job("auditing", place=where).answer)
            except Failed as failure:
                tell(f"failed: {failure}")
                continue
            said["all rules"] = [sum(seconds or SECONDS_MAX for seconds, _ in said.values()), 0]
            for rule, (seconds, findings) in said.items():
                took.setdefault(rule, {})[engine, place.entries] = inf if seconds is None else seconds
                found[rule] = max(found.get(rule, 0), findings)
    return [
        (rule, *_cells(places, walls), f"{found[rule]:,}" if found[rule] else "", "; ".join(_growth(places, walls)))
        for rule, walls in sorted(took.items(), key=lambda item: item[0] == "all rules")
    ]


def rules_header(places: Sequence[Place]) -> Row:
    """The head of the table of rules."""
    return *header(places, "rule")[:-3], "findings", "target"


def _short(entries: int) -> str:
    for size, letter in ((1_000_000, "M"), (1_000, "k")):
        if entries >= size:
            return f"{entries / size:.3g}{letter}"
    return str(entries)
