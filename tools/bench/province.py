"""``python -m tools.bench.province --entries 1000000 --ledger PLACE``: a ledger of many districts, without files.

Rosters, certification lists and school registers are posted by the store itself, as an import posts what it has read:
one batch for each, semester after semester. So it is a ledger as any other, and ``verify`` proves it. What is kept of
a file is a line of text; there are no allotments, notices and bank files.
"""

from __future__ import annotations

import argparse
import hashlib
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, time, timedelta
from itertools import groupby
from time import perf_counter
from typing import Any

from sqlalchemy import event, text

from aidledger.catalogue.catalogue import Catalogue
from aidledger.catalogue.loading import load
from aidledger.domain.roster import RosterFile
from aidledger.domain.term import Period
from aidledger.operations import ledgers
from aidledger.store.ledger import Books, Ledger
from aidledger.store.master.catalogues import ensure_loaded
from aidledger.store.postings import reversing
from aidledger.store.postings.journal import Stamp
from aidledger.store.postings.posting import Source, post
from tools.bench.districts import Districts, Roll, copies, districts_over
from tools.bench.read import Reading

_ACTOR = "bench"
_DAYS_AFTER_START = 100
# One roster in so many is taken back, and posted once more.
_REVERSED_EVERY = 400
# While the ledger is made, and only in the making connection: it is made anew if the power fails.
_PRAGMAS = ("synchronous=OFF", "cache_size=-524288")


def make(place: str, entries: int, tell: Callable[[str], None] = lambda _said: None) -> Ledger:
    """A new ledger with about so many payments; raises LedgerExists."""
    catalogue = load()
    ledger = ledgers.init(place, catalogue, _ACTOR, lambda: datetime.now(UTC))
    if ledger.engine.dialect.name == "sqlite":
        event.listen(ledger.engine, "connect", _hurry)
        ledger.engine.dispose()
    districts = districts_over()
    wanted = list(copies(districts, entries))
    posting = _Posting(ledger, catalogue, districts)
    for period, rolls in _by_period(wanted):
        for district, some in rolls:
            posting.district(period, district, some)
        tell(f"{period}: {posting.posted:,} payments")
    if ledger.engine.dialect.name == "postgresql":
        with ledger.writing("import") as books:  # what a server does by itself after a while
            books.execute(text("ANALYZE"))
    return ledger


def _hurry(driver_connection: Any, _record: object) -> None:  # noqa: ANN401 - the driver's own connection
    for pragma in _PRAGMAS:
        driver_connection.execute(f"PRAGMA {pragma}")


def _by_period(wanted: list[tuple[int, list[Roll]]]) -> Iterator[tuple[Period, list[tuple[int, list[Roll]]]]]:
    """Period by period, each district's lists."""
    by_period: dict[Period, list[tuple[int, list[Roll]]]] = {}
    for district, rolls in wanted:
        for period, some in groupby(rolls, key=lambda roll: roll.listing.period):
            by_period.setdefault(period, []).append((district, list(some)))
    yield from sorted(by_period.items(), key=lambda item: item[0].sort_key)


class _Posting:
    def __init__(self, ledger: Ledger, catalogue: Catalogue, districts: Districts) -> None:
        self.posted = 0
        self._ledger = ledger
        self._catalogue = catalogue
        self._districts = districts
        self._reading = Reading(districts, catalogue)
        self._rosters = 0

    def district(self, period: Period, district: int, rolls: list[Roll]) -> None:
        """All lists of a district for a period, in one transaction."""
        moment = datetime.combine(period.start + timedelta(_DAYS_AFTER_START), time(9), UTC)
        with self._ledger.writing("import") as books:
            at = moment.strftime("%Y-%m-%dT%H:%M:%SZ")
            stamp = Stamp(at, _ACTOR, ensure_loaded(books, self._catalogue, at, _ACTOR))
            senders = dict.fromkeys(roll.listing.sender for roll in rolls)
            for name, file in self._reading.lists(district, period, senders):
                self._post(books, stamp, f"{district}/{period}/{name}", file)
            for roll in rolls:
                listing = roll.listing
                name = f"{district}/{period}/{listing.sender}{listing.part}{listing.programs[0].code}"
                file = self._reading.roster(district, roll)
                batch = self._post(books, stamp, name, file)
                self.posted += sum(roster.payments for table in file.tables for roster in table.rosters)
                self._rosters += 1
                if self._rosters % _REVERSED_EVERY == 0:
                    reversing.reverse(books, batch, "made to be taken back", stamp)
                    self._post(books, stamp, f"{name}2", file)

    def _post(self, books: Books, stamp: Stamp, name: str, file: RosterFile) -> int:
        content = f"{name}: posted without a file\n".encode()
        source = Source(f"{name.rpartition('/')[2]}.xlsx", hashlib.sha256(content).hexdigest(), content)
        return post(books, source, file, stamp).batch


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tools.bench.province", description=__doc__)
    parser.add_argument("--entries", type=int, default=1_000_000, help="about so many payments; default 1,000,000")
    parser.add_argument("--ledger", required=True, metavar="PLACE", help="a path where nothing is yet, or a URL")
    said = parser.parse_args()
    started = perf_counter()
    tell = _teller(started)
    make(said.ledger, said.entries, tell).close()
    tell("done")


def _teller(started: float) -> Callable[[str], None]:
    return lambda what: print(f"{perf_counter() - started:7.1f} s  {what}", file=sys.stderr)


if __name__ == "__main__":
    main()
