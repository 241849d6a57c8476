"""The mutants by module, and who of them lived: ``python -m tools.mutants``; hours for all of them, so it samples.

Once, the tests are run to see which lines each of them runs (kept in ``.mutants.json``; anew for files that changed
since, for all of them where a module did). Every mutant is then tried by the tests that run its line, those that
noticed others and quick ones first, until one of them fails or ``--seconds`` have passed.
"""

from __future__ import annotations

import argparse
import os
import random
import re
from collections.abc import Iterator, Mapping, Sequence

from tools.mutants.mutations import mutants
from tools.mutants.running import ROOT, recorded, tried
from tools.mutants.trying import Fate

# Of tests/sheets what is about limits, other readers, and papers that go back to schools.
_NO_ROSTERS = re.compile("bombs|feedback|foreign|limits|rendered|template|untouched|workers")


def _tests_of(folder: str, *names: str) -> tuple[str, ...]:
    """Test files of a folder: those named, or all that read rosters or ask a ledger."""
    found = sorted(path.name for path in (ROOT / "tests" / folder).glob("test_*.py"))
    wanted = [f"test_{name}.py" for name in names] or [name for name in found if not _NO_ROSTERS.search(name)]
    return tuple(f"tests/{folder}/{name}" for name in wanted)


_FIGURES = (*_tests_of("reports"), *_tests_of("reconcile"), *_tests_of("audit", "money", "once", "parts"))
_STORE = (
    *_tests_of("operations", "claims", "claims_model", "importing", "lists", "paying", "properties", "versions"),
    *_tests_of("store", "constraints", "copying", "person_times", "verify"),
    *_tests_of("cli", "audit", "exit_codes", "import", "json"),
    *_FIGURES,
)
_SHEETS = (*_tests_of("sheets"), *_tests_of("imports"), *_tests_of("domain"), *_tests_of("checks"))
_RULES = _tests_of("audit", "cases", "deaths", "money", "parts", "people", "right_first", "standards")
_PAYABLES = ("claims", "balances", "due", "settlements", "payments", "matching")
_POSTINGS = ("posting", "versions", "reversing", "corrections", "totals", "person_times")
# The modules of the audit's rules.
_JUDGING = (
    *("accounts", "amounts", "announced", "approvals", "averages", "certified", "deaths", "duplicates", "eligibility"),
    *("enrolled", "fees", "majors", "meals", "missing", "money", "months", "names", "national", "populations"),
    *("proofs", "recovering", "registered", "rotating", "sources", "stacking", "stages", "timing", "unspent"),
)
# The modules that move or count money or judge payments, and the tests that may notice.
COVERED: Mapping[str, Sequence[str]] = {
    **{f"store/payables/{name}": _STORE for name in _PAYABLES},
    **{f"store/postings/{name}": _STORE for name in _POSTINGS},
    **{f"audit/{name}": _RULES for name in _JUDGING},
    "domain/part": (*_SHEETS, *_FIGURES),
    **{f"sheets/recognition/{name}": _SHEETS for name in ("cells", "header", "lines")},
}
KEPT = ROOT / ".mutants.json"


def main() -> None:
    """Sample, try, print."""
    parser = argparse.ArgumentParser(prog="python -m tools.mutants", description=__doc__)
    parser.add_argument(
        "modules",
        nargs="*",
        help="store/payables/payments ...; without one, all but the rules of the audit (audit/...)",
    )
    parser.add_argument("--sample", type=int, default=25, help="how many of each module (25)")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--seconds", type=float, default=60, help="of tests, until a mutant is given up (60)")
    asked = parser.parse_args()
    modules = asked.modules or [module for module in COVERED if not module.startswith("audit/")]
    files = list(dict.fromkeys(file for module in modules for file in COVERED[module]))
    known = recorded(KEPT, files, list(COVERED))
    tests = {module: [test for test in known if test.file in COVERED[module]] for module in modules}
    chosen = [(module, at) for module in modules for at in _sample(module, asked.sample, asked.seed)]
    _table(modules, list(_told(tried(chosen, tests, asked.seconds, asked.workers))))


def _sample(module: str, count: int, seed: int) -> list[int]:
    found = list(mutants((ROOT / "aidledger" / f"{module}.py").read_text(encoding="utf-8")))
    some = random.Random(seed).sample(range(len(found)), min(count, len(found)))
    return sorted(some, key=lambda at: found[at].line)


def _told(fates: Iterator[Fate]) -> Iterator[Fate]:
    for one in fates:
        what = f"noticed in {one.seconds} s by {one.by}" if one.by else f"lived {one.tried} tests, {one.seconds} s"
        print(f"{one.module}:{one.line}: {one.was}  →  {one.now}: {what}", flush=True)
        yield one


def _table(modules: Sequence[str], fates: Sequence[Fate]) -> None:
    print("\n| module | mutants | noticed |\n|---|---:|---:|")
    for module in (*modules, None):
        some = [one for one in fates if module in {None, one.module}]
        noticed = sum(one.by is not None for one in some)
        print(f"| {module or 'all'} | {len(some)} | {noticed} ({noticed / max(1, len(some)):.0%}) |")


if __name__ == "__main__":
    main()
