"""Who is on the lists that pay nobody: in the registers of schools, and among the certified. All districts alike."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from random import Random

from aidledger.demo.listings import ListLine
from aidledger.domain.term import Period
from tools.bench.districts import Districts

# Of a thousand who were certified the year before and get nothing any more, so many are certified all the same.
_FOR_NOTHING = 300.0
# Of so many whom a school no longer pays, one is still there.
_STILL_THERE = 5


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody on a list that pays nobody; ``at`` counts the people of a district."""

    at: int
    line: ListLine
    gone: bool = False


class Members:
    """By school and term."""

    def __init__(self, districts: Districts) -> None:
        self._districts = districts

    @cached_property
    def first_semester(self) -> dict[int, Period]:
        """Of each school year."""
        found: dict[int, Period] = {}
        for roll in self._districts.rolls:
            if roll.listing.period.semester:
                found.setdefault(roll.listing.period.school_year, roll.listing.period)
        return found

    @cached_property
    def registers(self) -> dict[tuple[str, Period], list[Member]]:
        """Whom a school pays in a semester, and whom it paid in the one before: most of these have left."""
        found: dict[tuple[str, Period], dict[int, Member]] = {}
        before: dict[str, dict[int, Member]] = {}
        for roll in self._districts.rolls:
            listing = roll.listing
            if listing.period.semester:
                members = found.setdefault((listing.sender, listing.period), {})
                members.update((at, Member(at, line)) for at, line in zip(roll.who, listing.lines, strict=True))
        for (sender, _), members in found.items():
            here = dict(members)
            gone = (member for at, member in before.get(sender, {}).items() if at not in here)
            members.update((one.at, Member(one.at, one.line, gone=one.at % _STILL_THERE > 0)) for one in gone)
            before[sender] = here
        return {key: list(members.values()) for key, members in found.items()}

    @cached_property
    def certified(self) -> dict[tuple[str, int], list[Member]]:
        """Whom a school pays in a school year what only the certified get; and some of those of the year before."""
        found: dict[tuple[str, int], dict[int, Member]] = {}
        for roll in self._districts.rolls:
            listing = roll.listing
            asked = [i for i, program in enumerate(listing.programs) if program.certified]
            if listing.period.semester and asked:
                members = found.setdefault((listing.sender, listing.period.school_year), {})
                for at, line in zip(roll.who, listing.lines, strict=True):
                    if any(line.amounts_fen[i] is not None for i in asked):
                        members.setdefault(at, Member(at, line))
        for (sender, year), members in found.items():
            last_year = [member for at, member in found.get((sender, year - 1), {}).items() if at not in members]
            rng = Random(f"{sender}:{year}")
            members.update((last_year[i].at, last_year[i]) for i in places(rng, len(last_year), _FOR_NOTHING))
        return {key: list(members.values()) for key, members in found.items()}


def places(rng: Random, size: int, per_thousand: float) -> list[int]:
    """So many in a thousand of some places, each at most once."""
    return rng.sample(range(size), min(size, int(size * per_thousand / 1000 + rng.random())))
