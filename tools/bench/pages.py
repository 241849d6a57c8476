"""``python -m tools.bench.pages --ledger PLACE``: how long the server takes for each page of a ledger.

Make the ledger with ``python -m tools.bench.province --entries 1000000 --ledger PLACE``. Pages that start work (an
audit, a check) are not among them: they answer at once, and say how far the work is.
"""

from __future__ import annotations

import argparse
import statistics
from http import HTTPStatus
from time import perf_counter
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
    "/schools",
    "/schools/statement?school={school}",
    "/people/1",
    "/reports",
    "/reports/returns",
    "/batches",
    "/batches/1",
    "/settings",
    "/settings/programs",
)


def _seconds(client: TestClient, path: str) -> tuple[float, int]:
    began = perf_counter()
    answer = client.get(path)
    taken = perf_counter() - began
    assert answer.status_code == HTTPStatus.OK, (path, answer.status_code)
    return taken, len(answer.content)


def main() -> None:
    """Ask each page some times, and print the first and the median time, in milliseconds."""
    parser = argparse.ArgumentParser(prog="python -m tools.bench.pages", description=__doc__)
    parser.add_argument("--ledger", required=True, help="a ledger of the province benchmark: a file or a URL")
    parser.add_argument("--rounds", type=int, default=5)
    asked = parser.parse_args()
    with visited(asked.ledger) as client:
        some = client.get("/entries/1?format=json").json()["entry"]
        print(f"{'first':>8} {'median':>8} {'bytes':>9}  page (ms)")
        for page in PAGES:
            path = page.format(period=some["period"], school=some["school"], entry=some["entry"])
            times = [_seconds(client, path) for _ in range(asked.rounds)]
            median = statistics.median(seconds for seconds, _ in times)
            print(f"{times[0][0] * 1000:>8.0f} {median * 1000:>8.0f} {times[0][1]:>9,}  {path}")


if __name__ == "__main__":
    main()
