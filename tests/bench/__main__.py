"""``python -m tests.bench``: the import beside its yardsticks, then questions to the ledger that it made, the
audit rule by rule.

Figures, not tests: it exits 0 whatever comes out. See docs/performance.md.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from tests.bench import asking, growth, imports, machine, rosters, table
from tests.bench.measure import Failed

# A run for a look takes one in so many of the district's files; slow scripts get a part of the files in any run.
_QUICK_EVERY, _SLOW_EVERY, _SLOW_EVERY_QUICK = 16, 8, 2
_ROUNDS = 3


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a few of the files, once: half a minute")
    parser.add_argument("--rounds", type=int, help=f"how often each is run; default {_ROUNDS}")
    parser.add_argument("--rosters", type=Path, metavar="DIR", help="these rosters instead of newly written ones")
    said = parser.parse_args()
    rounds = said.rounds or (1 if said.quick else _ROUNDS)
    before = machine.load_average()
    with tempfile.TemporaryDirectory(prefix="aidledger-bench-") as name:
        folder = Path(name)
        district = said.rosters
        if district is None:
            district = folder / "rosters"
            _tell("writing the demo district's rosters")
            rosters.write(district, _QUICK_EVERY if said.quick else 1)
        made = folder / "made.db"
        _tell("importing them once")
        posted, payments = imports.make(district, made)
        some = imports.yardsticks(district, made, _SLOW_EVERY_QUICK if said.quick else _SLOW_EVERY)
        import_rows = imports.compared(some, folder, rounds, _tell)
        question_rows = asking.answered(made, folder, rounds, _tell)
        growth_rows = growth.measured(folder, _tell)
        count = len(rosters.files(str(district)))
    print(f"{machine.described()}; load average {before:.1f} before, {machine.load_average():.1f} after.")
    print(f"{count} rosters, {posted} posted with {payments:,} payments; medians of {rounds} interleaved rounds.\n")
    print(table.text(imports.HEADER, import_rows), end="\n\n")
    print(table.text(asking.HEADER, question_rows), end="\n\n")
    print(table.text(growth.HEADER, growth_rows))


def _tell(what: str) -> None:
    print(f"… {what}", file=sys.stderr)


if __name__ == "__main__":
    try:
        main()
    except Failed as failure:  # nothing to measure with
        print(f"failed: {failure}")
