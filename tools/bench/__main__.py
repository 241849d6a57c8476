"""``python -m tools.bench``: imports beside their yardsticks, then questions to ledgers of several sizes.

Figures, not tests: it exits 0 whatever comes out. See docs/performance.md.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from time import perf_counter

from tests import postgresql
from tools.bench import commands, feedback, imports, judging, ledgers, machine, page, questions, rosters, table
from tools.bench.kept import kept
from tools.bench.ledgers import Place
from tools.bench.measure import Failed
from tools.bench.rosters import Shape
from tools.bench.yardsticks.question import QUESTIONS

Tell = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Plan:
    """How much is measured.

    ``rows``: of the one large table; ``slow_every``: slow scripts get one in so many files; ``commands``: how often
    each is run.
    """

    district: Shape
    city: Shape
    rows: int
    ledgers: tuple[int, ...]
    rejected: tuple[int, ...]
    rounds: int
    slow_every: int
    commands: int


_STANDARD = Plan(rosters.DISTRICT, rosters.CITY, 1_000_000, (100_000, 1_000_000), (1_000, 10_000), 3, 8, 5)
_QUICK = Plan(Shape("few files", 4_000, 4), Shape("more", 12_000, 10), 10_000, (5_000,), (500,), 1, 2, 1)
# On SQLite: to a server ten million entries are copied for an hour, and there is nothing new to see.
_PROVINCE = (1_000_000, 10_000_000)
_HEADINGS = {False: "The last run", True: "Ten million entries"}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tools.bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="everything once and small: to see that it runs")
    parser.add_argument("--province", action="store_true", help="instead, ledgers of one and ten million entries")
    parser.add_argument("--rounds", type=int, help="how often the import of a district and its yardsticks are run")
    parser.add_argument("--work", type=Path, metavar="DIR", help="keeps rosters and ledgers here for later runs")
    parser.add_argument("--write", type=Path, metavar="PAGE", help="puts the tables into a page, under its last run")
    said = parser.parse_args()
    started = perf_counter()
    postgresql.as_in_an_office()
    plan = _QUICK if said.quick else _STANDARD
    rounds = said.rounds or plan.rounds

    def tell(what: str) -> None:
        print(f"{perf_counter() - started:6.0f} s  {what}", file=sys.stderr)

    before = machine.load_average()
    with tempfile.TemporaryDirectory(prefix="aidledger-bench-") as name:
        folder = Path(name)
        work = said.work or folder / "work"
        work.mkdir(parents=True, exist_ok=True)
        try:
            if said.province:
                places = ledgers.made(work, _PROVINCE, tell)
                parts = list(_asked(places, [name for name in QUESTIONS if name != "copy"], folder, tell))
            else:
                parts = [
                    *_imports(plan, rounds, work, folder, tell),
                    *_questions(plan, work, folder, tell),
                    table.text(feedback.HEADER, feedback.measured(work, folder, plan.rejected, tell)),
                ]
        finally:
            postgresql.stop()
    minutes = (perf_counter() - started) / 60
    about = (
        f"{machine.described()}; load average {before:.1f} before, {machine.load_average():.1f} after {minutes:.0f} "
        f"minutes. Medians of {rounds} interleaved rounds for the district, of one for what is larger."
    )
    told = "\n\n".join([about, *parts])
    print(told)
    if said.write is not None:
        page.put(said.write, _HEADINGS[said.province], told)


def _imports(plan: Plan, rounds: int, work: Path, folder: Path, tell: Tell) -> Iterator[str]:
    compared = {}
    for shape in (plan.district, plan.city):
        tell(f"rosters of a {shape.name}")
        where = kept(work, f"{shape.name}-{shape.payments}", partial(rosters.write, shape))
        some = imports.yardsticks(where)
        if shape is plan.district:
            some += imports.others(where, plan.slow_every)
        turns = rounds if shape is plan.district else 1
        compared[shape.name] = imports.compared(some, folder, turns, tell)
        count = len(list(where.rglob("*.xlsx")))
        title = f"a {shape.name} in {count:,} workbooks"
        yield table.text((title, *judging.HEADER), judging.rows(compared[shape.name], judging.ALL_MIB_MAX))
    tell("one large table")
    where = kept(work, f"table-{plan.rows}", partial(rosters.write_table, plan.rows))
    large = imports.compared(imports.yardsticks(where, wide=True), folder, 1, tell)
    yield table.text((f"one workbook of {plan.rows:,} rows", *judging.HEADER), judging.rows(large))
    yield table.text(judging.GROWTH_HEADER, judging.growth(*compared.values()))


def _questions(plan: Plan, work: Path, folder: Path, tell: Tell) -> Iterator[str]:
    places = ledgers.made(work, plan.ledgers, tell)
    ledgers.copy_to_server(places, folder, tell)
    yield from _asked(places, list(QUESTIONS), folder, tell)
    yield table.text(commands.HEADER, commands.measured(places[0], plan.commands, tell))


def _asked(places: Sequence[Place], some: Sequence[str], folder: Path, tell: Tell) -> Iterator[str]:
    yield table.text(questions.header(places, "question"), questions.answered(places, some, folder, tell))
    yield table.text(questions.rules_header(places), questions.audited(places, tell))


if __name__ == "__main__":
    try:
        main()
    except Failed as failure:  # nothing to measure with
        print(f"failed: {failure}")
