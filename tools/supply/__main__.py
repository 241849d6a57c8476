"""`make audit-deps`: whether what is installed at run time is pinned, and has vulnerabilities that are known."""

from __future__ import annotations

import argparse
import sys

from tools.supply.auditing import audited
from tools.supply.pins import REQUIREMENTS, faults, packages

NOT_ASKED = 3


def main() -> int:
    """0: asked and nothing known, or not asked for want of a network; 1: something is; 3: not asked, with --strict."""
    parser = argparse.ArgumentParser(prog="python -m tools.supply", description=__doc__)
    parser.add_argument("--strict", action="store_true", help="exit with 3 where nobody could be asked")
    strict = parser.parse_args().strict
    lock = REQUIREMENTS / "runtime.txt"
    wrong = [fault for file in sorted(REQUIREMENTS.glob("*.txt")) for fault in faults(file)]
    result = audited(lock)
    for line in (*wrong, *result.found):
        print(line)
    if result.asked is None:
        print(
            f"skipped: nobody could be asked, so nothing is known of {len(packages(lock))} packages ({result.why})",
            file=sys.stderr,
        )
        return 1 if wrong else NOT_ASKED if strict else 0
    print(f"{result.asked} of {len(packages(lock))} packages asked after; to look at: {len(result.found)}")
    return 1 if wrong or result.found else 0


if __name__ == "__main__":
    raise SystemExit(main())
