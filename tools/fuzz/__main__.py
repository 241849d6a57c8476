"""`make fuzz`: good files spoiled a few thousand times, and values that hypothesis makes up.

With --folder DIR: the workbooks in a folder, whoever made them. Every file is read in a worker with limits, as an
import reads it; some of the spoiled ones, and a whole folder, go through the program itself into a new ledger.
"""

from __future__ import annotations

import argparse
import random
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from aidledger.operations.files import walk
from tools.fuzz.importing import imported
from tools.fuzz.mutations import spoiled
from tools.fuzz.originals import originals
from tools.fuzz.reading import Tally, tally
from tools.fuzz.values import PROPERTIES, tried

SEED = 20211203
TRIES, EXAMPLES, IMPORTED = 500, 2_000, 20
SHORT_TRIES, SHORT_EXAMPLES, SHORT_IMPORTED = 40, 60, 2
# Whatever a spreadsheet has ever been called, beside what an import takes from a folder.
FOREIGN = frozenset(
    {".csv", ".tsv", ".tab", ".txt", ".et", ".ods", ".ots", ".fods", ".xml", ".html", ".htm", ".mht", ".mhtml"}
)
_HEAD = f"{'tried':>6} {'posted':>6} {'rejected':>8} {'ended':>5} {'slowest s':>9} {'MiB':>5}  format"


def spoiled_files(ending: str, originals_: Sequence[bytes], count: int, seed: int) -> Iterator[tuple[str, bytes]]:
    """So many spoiled files of a format, the same for the same seed."""
    rng = random.Random(f"{seed} {ending}")
    for at in range(count):
        way, content = spoiled(rng.choice(originals_), rng)
        yield f"{at:05}-{way}.{ending}", content


def foreign_files(folder: Path) -> dict[str, list[Path]]:
    """The spreadsheets in a folder by their endings."""
    found: dict[str, list[Path]] = {}
    for path in sorted(folder.rglob("*")):
        ending = path.suffix.lower()
        if path.is_file() and (ending.startswith((".xl", ".sxc")) or ending in FOREIGN):
            found.setdefault(ending[1:], []).append(path)
    return found


def show(result: Tally) -> None:
    """A line of the table; the codes that were given, and what must not be."""
    ended = sum(result.ended.values())
    print(
        f"{result.tried:>6} {result.posted:>6} {result.rejected:>8} {ended:>5} {result.slowest_seconds:>9.1f} "
        f"{result.memory_bytes / 2**20:>5.0f}  {result.kind}",
        flush=True,
    )
    codes = ", ".join(f"{code} {count}" for code, count in result.codes.most_common(6))
    print(f"{'':>46}{codes}")
    for breach in result.breaches[:10]:
        print(f"{'':>46}BROKEN {breach}")


def over_folder(folder: Path) -> bool:
    """Every file of a folder; whether all held."""
    held = True
    for ending, paths in foreign_files(folder).items():
        result = tally(ending, ((str(path.relative_to(folder)), path.read_bytes()) for path in paths))
        show(result)
        held &= not result.breaches
    return _program(folder) and held


def over_spoiled(tries: int, seed: int, to_import: int, only: str | None = None) -> bool:
    """Files spoiled in every format, and some of each through the program; whether all held."""
    held = True
    with tempfile.TemporaryDirectory() as beside:
        for ending, files in originals().items():
            if only not in {None, ending}:
                continue
            result = tally(ending, spoiled_files(ending, files, tries, seed))
            show(result)
            held &= not result.breaches
            for name, content in spoiled_files(ending, files, to_import, seed + 1):
                (Path(beside) / f"{name}.xls").write_bytes(content)
        return _program(Path(beside)) and held


def over_values(examples: int, seed: int) -> bool:
    """Every property; whether all held."""
    held = True
    for name, property_ in PROPERTIES.items():
        wrong = tried(property_, examples, seed)
        print(f"{examples:>6} {'':>38} {name}", flush=True)
        if wrong is not None:
            print(f"{'':>46}BROKEN {wrong}")
        held &= wrong is None
    return held


def _program(folder: Path) -> bool:
    wrong = list(imported(folder))
    print(f"{len(walk([folder]).found):>6} {'':>38} checked, imported and verified by the program itself")
    for one in wrong:
        print(f"{'':>46}BROKEN {one}")
    return not wrong


def main() -> int:
    """Run it; 1 if something did not hold."""
    parser = argparse.ArgumentParser(prog="python -m tools.fuzz", description=__doc__)
    parser.add_argument("--short", action="store_true", help="a few tries of everything")
    parser.add_argument("--seed", type=int, default=SEED, help="other files, other values")
    parser.add_argument("--tries", type=int, help="spoiled files of each format")
    parser.add_argument("--only", help="one format: xlsx, xls, …")
    parser.add_argument("--folder", type=Path, help="the workbooks in this folder instead")
    said = parser.parse_args()
    print(_HEAD)
    if said.folder is not None:
        return 0 if over_folder(said.folder) else 1
    tries = said.tries or (SHORT_TRIES if said.short else TRIES)
    held = over_spoiled(tries, said.seed, SHORT_IMPORTED if said.short else IMPORTED, said.only)
    if said.only is None:
        held &= over_values(SHORT_EXAMPLES if said.short else EXAMPLES, said.seed)
    return 0 if held else 1


if __name__ == "__main__":
    raise SystemExit(main())
