"""``python -m tools.bench.pages --ledger PLACE``: how long the server takes for each page of a ledger.

Make the ledger with ``python -m tools.bench.province --entries 1000000 --ledger PLACE``. Pages that start work (an
audit, a check) are not among them: they answer at once, and say how far the work is.
"""

from __future__ import annotations

import argparse
import statistics
from dataclasses import dataclass
from http import HTTPStatus
from time import perf_counter, process_time
from typing import TYPE_CHECKING

from tests.web.site import visited

if TYPE_CHECKING:
    from starlette.testclient import TestClient

PAGES = (
    "/",
    "/inbox",
    "/figures",
    "/figures?by=program&by=period",
    "/figures?by=school",
    "/entries?figure=program=high-school-grant,period={period},school={school}",
    "/entries/{entry}",
    "/comparisons?check=declared",
    "/payments",
    "/payments/due",
    "/payments/due?by=person&by=program&by=period&only=due&school={school}",
    "/schools",
    "/schools/statement?school={school}",
    "/schools/owing",
    "/people/1",
    "/reports",
    "/reports/returns",
    "/batches",
    "/batches/1",
    "/settings",
    "/settings/programs",
    "/jobs",
)


@dataclass(frozen=True)
class Asked:
    """How long a page took by the clock and on this process's processor, in ms, and its size."""

    clock: float
    processor: float
    size: int


def _asked(client: TestClient, path: str) -> Asked:
    began, used = perf_counter(), process_time()
    answer = client.get(path)
    taken = Asked((perf_counter() - began) * 1000, (process_time() - used) * 1000, len(answer.content))
    assert answer.status_code == HTTPStatus.OK, (path, answer.status_code)
    return taken


def main() -> None:
    """Ask each page some times, and print the first and the median time, in milliseconds.

    On a busy machine the processor's time says more; of a server's work it says nothing.
    """
    parser = argparse.ArgumentParser(prog="python -m tools.bench.pages", description=__doc__)
    parser.add_argument("--ledger", required=True, help="a ledger of the province benchmark: a file or a URL")
    parser.add_argument("--rounds", type=int, default=5)
    asked = parser.parse_args()
    with visited(asked.ledger) as client:
        some = client.get("/entries/1?format=json").json()["entry"]
        print(f"{'first':>8} {'cpu':>7} {'median':>8} {'cpu':>7} {'bytes':>9}  page (ms)")
        for page in PAGES:
            path = page.format(period=some["period"], school=some["school"], entry=some["entry"])
            first, *others = [_asked(client, path) for _ in range(asked.rounds + 1)]
            again, used = (statistics.median(getattr(one, of) for one in others) for of in ("clock", "processor"))
            print(
                f"{first.clock:>8.0f} {first.processor:>7.0f} {again:>8.0f} {used:>7.0f} {first.size:>9,}  {path}",
                flush=True,
            )


if __name__ == "__main__":
    main()
