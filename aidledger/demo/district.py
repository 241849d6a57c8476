"""The whole district: the lists of every stage, as rosters in name order."""

from __future__ import annotations

from collections.abc import Iterable
from random import Random

from aidledger.catalogue.catalogue import Catalogue
from aidledger.demo import college, compulsory, high_school, preschool, vocational
from aidledger.demo.listings import DemoList, District
from aidledger.demo.people import People
from aidledger.demo.sheets import DemoRoster, roster_of, roster_path
from aidledger.domain.published import PublishedReport
from aidledger.errors import Unsolvable

_PROGRAMS = frozenset(
    {
        preschool.PROGRAM,
        compulsory.PROGRAM,
        high_school.GRANT,
        high_school.WAIVER,
        vocational.GRANT,
        vocational.WAIVER,
        vocational.SUBSIDY,
        college.AID,
        college.LOAN,
    }
)


def district_rosters(catalogue: Catalogue, report: PublishedReport, seed: int = 2021) -> list[DemoRoster]:
    """Rosters of made-up people, in name order, whose rows make the report's count and sum for every program.

    The same arguments give the same rosters. Raises Unsolvable if the standards in force cannot make a figure.
    """
    return rosters_of(district_listings(catalogue, report, seed), catalogue)


def rosters_of(listings: Iterable[DemoList], catalogue: Catalogue) -> list[DemoRoster]:
    """Each list as its sender writes it."""
    return [roster_of(listing, catalogue.layout) for listing in listings]


def district_listings(catalogue: Catalogue, report: PublishedReport, seed: int) -> list[DemoList]:
    """Who is paid what, list by list, before it is written in the senders' ways; empty lists are left out."""
    for line in report.lines:
        if line.program not in _PROGRAMS:
            raise Unsolvable(program=line.program, why="the demo has no rosters of this program")
    # An office's schemas may list a real school's fee: no made-up school may have its name.
    taken = {fee.school for program in catalogue.programs.values() for fee in program.fees}
    district = District(catalogue, report, seed, People(Random(f"{seed}:people")), taken)
    of_high_schools, finished = high_school.listings(district)
    listings = [
        *preschool.listings(district),
        *compulsory.listings(district),
        *of_high_schools,
        *vocational.listings(district),
        *college.listings(district, finished),
    ]
    paying = (listing for listing in listings if listing.lines)
    return sorted(paying, key=roster_path)
