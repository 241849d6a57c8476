"""Which schools' rosters of a term are posted, wait in the inbox, are to be corrected, or have not come."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from aidledger.catalogue.catalogue import Catalogue
from aidledger.domain.term import Period, semester_of, within
from aidledger.errors import UnknownSchool
from aidledger.operations.inbox import Checked, inbox_of
from aidledger.operations.results import FileResult
from aidledger.operations.templates import ROWS, WantedRoster
from aidledger.operations.views import Viewed, view
from aidledger.reports.summary import posted_at_schools
from aidledger.store.ledger import Books, Ledger
from aidledger.store.master.schools import school_named
from aidledger.store.postings import totals
from aidledger.store.postings.totals import LedgerFigures

ROWS_MIN, ROWS_MAX = 100, 5_000
# A school and a program.
Pair = tuple[str, str]


@dataclass(frozen=True, slots=True)
class WaitingFile:
    """A file with a roster that waits in the inbox: its delivery, and whether it could be posted as it is."""

    path: str
    delivery: int
    right: bool


@dataclass(frozen=True, slots=True)
class CameBefore:
    """A roster that is owed: the last period for which it came, and its person-times then."""

    before: Period
    person_times: int


@dataclass(frozen=True, slots=True)
class Gathered:
    """A term's rosters by school and program. ``held``: the periods for which anything was posted, in their order.

    ``posted``: the ledger's figures; ``waiting``: files in the inbox; ``expected``: what came in the term before, or in
    the same term of the year before.
    """

    period: Period
    held: Sequence[Period]
    posted: Mapping[Pair, LedgerFigures]
    waiting: Mapping[Pair, Sequence[WaitingFile]]
    expected: Mapping[Pair, CameBefore]

    def sent(self, pair: Pair) -> list[WaitingFile]:
        """Files that wait and could be posted."""
        return [one for one in self.waiting.get(pair, ()) if one.right]

    def returned(self, pair: Pair) -> list[WaitingFile]:
        """Files that wait and are to be corrected by the school."""
        return [one for one in self.waiting.get(pair, ()) if not one.right]

    def missing(self, pair: Pair) -> bool:
        """Whether a roster is expected of which nothing came."""
        return pair in self.expected and pair not in self.posted and pair not in self.waiting

    def owed(self, pair: Pair) -> bool:
        """Whether the school is to send something: what is missing, or a correction of what was never posted."""
        return self.missing(pair) or (pair not in self.posted and bool(self.returned(pair)) and not self.sent(pair))

    def wanted(self, program: str | None) -> list[WantedRoster]:
        """The blank rosters for this term, with room to grow: of the programs that each school pays or paid.

        ``program``: rather that one, for every school.
        """
        pairs = self._pairs() if program is None else {(school, program) for school in self.schools}
        return [WantedRoster(*pair, rows=self._rows(pair)) for pair in sorted(pairs)]

    def _rows(self, pair: Pair) -> int:
        posted, before = self.posted.get(pair), self.expected.get(pair)
        times = max(posted.person_times if posted else 0, before.person_times if before else 0)
        return min(ROWS_MAX, max(ROWS_MIN, times * 2)) if times else ROWS

    @property
    def schools(self) -> list[str]:
        """The schools, by name."""
        return sorted({school for school, _ in self._pairs()})

    def programs(self, catalogue: Catalogue) -> list[str]:
        """The programs, in the catalogue's order."""
        found = {program for _, program in self._pairs()}
        return [code for code in catalogue.programs if code in found]

    def _pairs(self) -> set[Pair]:
        return {*self.posted, *self.waiting, *self.expected}


def gathered(
    ledger: Ledger, catalogue: Catalogue, period: Period | None, checks: Sequence[Checked] = ()
) -> Viewed[Gathered]:
    """The rosters of a term or school year; None: the last that was posted.

    ``checks``: those of deliveries, of which files still lie in the inbox.
    """

    def read(books: Books) -> Gathered:
        held = sorted(map(Period.parse, totals.periods(books)), key=lambda one: one.sort_key)
        wanted = period or (held[-1] if held else semester_of(ledger.clock().date()))
        return Gathered(
            wanted,
            held,
            _figures(books, [one for one in held if within(one, wanted, wanted)]),
            _waiting(ledger, books, catalogue, wanted, checks),
            _expected(books, catalogue, wanted, held),
        )

    return view(ledger, read)


def _figures(books: Books, periods: Sequence[Period]) -> dict[Pair, LedgerFigures]:
    """What is in force, by school and program."""
    if not periods:
        return {}
    found = posted_at_schools(books, [one.code for one in periods])
    return {(school, program): figures for (school, program), figures in found.items() if school is not None}


def _expected(books: Books, catalogue: Catalogue, period: Period, held: Sequence[Period]) -> dict[Pair, CameBefore]:
    """What came before: in the same term of the year before, or, rather, in the term before."""
    year_before = Period(period.year - 1, period.half)
    found: dict[Pair, CameBefore] = {}
    for one in sorted(held, key=lambda one: one.sort_key):
        # What is paid by the year comes once a year.
        if not within(one, year_before, year_before) and one != _before(period):
            continue
        for (school, code), figures in _figures(books, [one]).items():
            program = catalogue.programs.get(code)
            if program is not None and (period.half is None or program.takes(_now(one, period))):
                found[school, code] = CameBefore(one, figures.person_times)
    return found


def _before(period: Period) -> Period | None:
    """The term before; None for a year."""
    if period.half is None:
        return None
    return Period(period.year, "spring") if period.half == "autumn" else Period(period.year - 1, "autumn")


def _now(before: Period, period: Period) -> Period:
    """The period for which a program that was paid for a period before is paid now."""
    return period if before.semester else Period(period.school_year)


def _waiting(
    ledger: Ledger, books: Books, catalogue: Catalogue, period: Period, checks: Sequence[Checked]
) -> dict[Pair, list[WaitingFile]]:
    """The files in the inbox with rosters of a term, as they were checked; a file that is gone counts no more."""
    lying = {one.id: {Path(file.path) for file in one.files} for one in inbox_of(ledger).deliveries()}
    found: dict[Pair, list[WaitingFile]] = defaultdict(list)
    for checked in checks:
        there = lying.get(checked.delivery, set())
        for file in checked.result.counted("would-post", "rejected"):
            if there.isdisjoint((Path(file.path), *Path(file.path).parents)):
                continue
            for pair in _pairs(books, catalogue, period, file):
                found[pair].append(WaitingFile(file.path, checked.delivery, file.outcome == "would-post"))
    return dict(found)


def _pairs(books: Books, catalogue: Catalogue, period: Period, file: FileResult) -> Iterator[Pair]:
    """The schools and programs of a file's rosters for a term, each once."""
    pairs = {
        (_called(books, catalogue, one.school), one.program): None
        for one in file.rosters
        if one.school and one.program and one.period and within(Period.parse(one.period), period, period)
    }
    return iter(pairs)


def _called(books: Books, catalogue: Catalogue, school: str) -> str:
    """A school as the ledger prints it, or would."""
    name = catalogue.school(school) or school
    try:
        return school_named(books, name)[1]
    except UnknownSchool:
        return name
