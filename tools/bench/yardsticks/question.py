"""One question to a ledger, or one thing done with it, in a process of its own, as the operation that commands call."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import TYPE_CHECKING

from sqlalchemy import select

from aidledger.domain.term import Period

if TYPE_CHECKING:
    from aidledger.catalogue.catalogue import Catalogue
    from aidledger.store.ledger import Ledger

Question = Callable[[], object]
# A question is repeated until so many answers or so many seconds are reached.
_TIMES_MAX, _SECONDS_MAX = 7, 3.0
_PERIOD = Period(2022, "autumn")
# After the last of the ledger's periods, in which nobody has been paid yet; the standards are still the same.
_NEW = Period(2023, "autumn")


def prepare(place: str, ask: str, who: str, target: str) -> Callable[[], dict[str, float]]:
    """``who``: a person's number; ``target``: where a file or a copy goes, which is made once if it is no file."""
    from aidledger.catalogue.loading import load
    from aidledger.store.ledger import open_ledger

    catalogue = load()
    ledger = open_ledger(place, "bench", lambda: datetime.now(UTC))
    question = QUESTIONS[ask](ledger, catalogue, who, target)

    def work() -> dict[str, float]:
        from tools.bench.measure import cpu_seconds

        walls: list[float] = []
        cpus: list[float] = []
        while not walls or (len(walls) < _TIMES_MAX and sum(walls) < _SECONDS_MAX):
            cpu, started = cpu_seconds(), perf_counter()
            question()
            walls.append(perf_counter() - started)
            cpus.append(cpu_seconds() - cpu)
            if "://" in target:
                break
            Path(target).unlink(missing_ok=True)
        warm = slice(1, None) if len(walls) > 1 else slice(None)
        return {"wall": median(walls[warm]), "cpu": median(cpus[warm])}

    return work


def _summary(ledger: Ledger, catalogue: Catalogue, *_: object) -> Question:
    from aidledger.operations import reporting

    return lambda: reporting.summary(ledger, catalogue)


def _totals(ledger: Ledger, *_: object) -> Question:
    from aidledger.store.postings import totals

    def sums() -> None:
        with ledger.reading() as books:
            totals.sums(books, totals.periods(books))

    return sums


def _summary_by_school(ledger: Ledger, catalogue: Catalogue, *_: object) -> Question:
    from aidledger.operations import reporting

    return lambda: reporting.summary(ledger, catalogue, by=("school",))


def _summary_of_a_period(ledger: Ledger, catalogue: Catalogue, *_: object) -> Question:
    from aidledger.operations import reporting

    return lambda: reporting.summary(ledger, catalogue, _PERIOD, _PERIOD)


def _workbook(ledger: Ledger, catalogue: Catalogue, _who: str, target: str) -> Question:
    from aidledger.i18n import translator
    from aidledger.operations import reporting
    from aidledger.presentation.summaries import summary_result

    def write() -> None:
        result = summary_result(reporting.summary(ledger, catalogue), catalogue, "zh")
        Path(target).write_bytes(result.workbook(translator("zh")))

    return write


def _reconcile(ledger: Ledger, catalogue: Catalogue, *_: object) -> Question:
    from aidledger.operations import reconciling

    return lambda: reconciling.reconcile(ledger, catalogue, ("declared", "standard", "report"))


def _due(ledger: Ledger, catalogue: Catalogue, *_: object) -> Question:
    from aidledger.operations import paying

    return lambda: paying.due(ledger, catalogue, (), None, None, ("program", "period", "school"))


def _to_pay(ledger: Ledger, *_: object) -> Question:
    """What an order of one period asks for, checked as before it is written."""
    from aidledger.store.payables.claims import ClaimScope
    from aidledger.store.payables.due import to_pay
    from aidledger.store.verifying.verify import faults_behind

    def look() -> None:
        with ledger.reading() as books:
            found = to_pay(books, ClaimScope({"high-school-grant"}, {_PERIOD.code}))
            faults_behind(books, [one.entry for one in (*found.due, *found.waiting)])

    return look


def _person(ledger: Ledger, catalogue: Catalogue, who: str, *_: object) -> Question:
    from aidledger.operations import people

    return lambda: people.person(ledger, catalogue, who)


def _verify(ledger: Ledger, *_: object) -> Question:
    from aidledger.operations import ledgers

    return lambda: ledgers.verify(ledger)


def _verify_since(ledger: Ledger, *_: object) -> Question:
    from aidledger.operations import ledgers
    from aidledger.store.model.tables import Event

    event = Event
    with ledger.reading() as books:
        heads = list(books.execute(select(event.c.digest).order_by(event.c.id)).scalars())
    return lambda: ledgers.verify(ledger, since=heads[len(heads) * 99 // 100])


def _backup(ledger: Ledger, _catalogue: Catalogue, _who: str, target: str) -> Question:
    from aidledger.operations import copies

    return lambda: copies.backup(ledger, Path(target))


def _copy(ledger: Ledger, _catalogue: Catalogue, _who: str, target: str) -> Question:
    from aidledger.operations import copies

    return lambda: copies.copy(ledger, target, lambda _done, _total: None)


def _new_batch(ledger: Ledger, catalogue: Catalogue, *_: object) -> Question:
    """A school's list for a new term posted and judged against the whole ledger, and taken back.

    One of its people is on it for the term before, too, which was paid: so there is something to find.
    """
    from aidledger.operations.contradictions import contradictions
    from aidledger.store.master.catalogues import ensure_loaded
    from aidledger.store.postings import posting
    from aidledger.store.postings.journal import Stamp
    from tools.bench.districts import Roll, districts_over
    from tools.bench.read import Reading

    districts = districts_over()
    before = max((roll for roll in districts.rolls if roll.listing.period == _PERIOD), key=lambda roll: len(roll.who))
    again = Roll(replace(before.listing, lines=before.listing.lines[:1]), before.who[:1])
    reading = Reading(districts, catalogue)
    file = reading.roster(0, Roll(replace(before.listing, period=_NEW), before.who))
    file.tables += reading.roster(0, again).tables
    source = posting.Source("new.xlsx", "0" * 64, b"")

    def post() -> None:
        with ledger.writing("import", keep=False) as books:
            loaded = ensure_loaded(books, catalogue, ledger.moment(), ledger.actor)
            posted = posting.post(books, source, file, Stamp(ledger.moment(), ledger.actor, loaded))
            contradictions(books, catalogue, posted, file)

    return post


QUESTIONS: dict[str, Callable[[Ledger, Catalogue, str, str], Question]] = {
    "report summary": _summary,
    "report summary, totals": _totals,
    "report summary, one period": _summary_of_a_period,
    "report summary --by school": _summary_by_school,
    "report summary -o x.xlsx": _workbook,
    "person": _person,
    "pay due": _due,
    "what an order pays": _to_pay,
    "reconcile": _reconcile,
    "a new list posted and judged": _new_batch,
    "verify": _verify,
    "verify --since, the last hundredth": _verify_since,
    "backup": _backup,
    "copy": _copy,
}
