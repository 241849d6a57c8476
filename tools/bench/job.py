"""``python -m tools.bench.job NAME TASK``: one yardstick; prepares unmeasured, then prints what the work took as JSON.

Its imports stay light: the import's worker processes load this module, too.
"""

from __future__ import annotations

import json
import sys
from importlib import import_module
from time import perf_counter


def main() -> None:
    from tools.bench.measure import cpu_seconds

    name, task = sys.argv[1:]
    work = import_module(f"tools.bench.yardsticks.{name}").prepare(**json.loads(task))
    cpu, wall = cpu_seconds(), perf_counter()
    answer = work()
    said = {"wall_seconds": perf_counter() - wall, "cpu_seconds": cpu_seconds() - cpu, "answer": answer}
    print(json.dumps(said))


if __name__ == "__main__":
    main()
