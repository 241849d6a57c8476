"""Districts as many as are wanted: the demo's, and others like it with other people, schools and cards.

The first is solved once from the published figures, stretched over more semesters; the others hold its lists with
people of their own. What is held of a further district is its cards; all else is worked out list by list.
"""

from __future__ import annotations

from array import array
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache, cached_property

from aidledger.catalogue.catalogue import Catalogue
from aidledger.catalogue.loading import load
from aidledger.demo.district import district_listings
from aidledger.demo.listings import DemoList, ListLine
from aidledger.demo.people import Person, account
from aidledger.domain.identity import check_digit
from aidledger.domain.term import Period

_SEED = 2021
# In this span no standard changes, so that the published figures can be made over all of it.
LAST = Period(2023, "spring")
_CARDS_PER_DISTRICT = 1_000_000
# Cities of Sichuan and then of other provinces: people get the number of their county, so nobody has a city's.
_PROVINCES = (51, 50, 52, 53, 54, 61, 62, 63, 64, 65)
_CITIES = [number for number in range(1, 100) if number != 13]  # the first district's people have that one
_STEMS, _BRANCHES, _PAIRS = "甲乙丙丁戊己庚辛壬癸", "子丑寅卯辰巳午未申酉戌亥", 60
_KINDS, _QUARTERS = "区县市", ("", "东", "西", "南", "北", "上", "下")
_NAMES_APART = 7_919  # how far a name moves from district to district


@dataclass(frozen=True, slots=True)
class Roll:
    """A list of the first district; ``who``: where its people stand among all. Alike for all its copies."""

    listing: DemoList
    who: tuple[int, ...]


class Districts:
    """``count`` districts of the same figures."""

    def __init__(self, catalogue: Catalogue, last: Period | None) -> None:
        report = next(iter(catalogue.reports.values()))
        self.name = report.district or catalogue.district
        listings = district_listings(catalogue, replace(report, end=last or report.end), _SEED)
        at: dict[str, int] = {}
        self.people: list[Person] = []
        self.rolls: list[Roll] = []
        for listing in sorted(listings, key=lambda listing: listing.period.sort_key):
            for line in listing.lines:
                if at.setdefault(line.person.number, len(at)) == len(self.people):
                    self.people.append(line.person)
            self.rolls.append(Roll(listing, tuple(at[line.person.number] for line in listing.lines)))
        self._cards: dict[int, array[int]] = {}

    @cached_property
    def payments(self) -> int:
        """How many payments a district has."""
        return sum(payments(roll.listing) for roll in self.rolls)

    def part(self, wanted: int) -> list[Roll]:
        """The lists of so many of a district's senders, all their terms, that about so many payments are in them."""
        by_sender: dict[str, list[Roll]] = defaultdict(list)
        for roll in self.rolls:
            by_sender[roll.listing.sender].append(roll)
        taken: set[str] = set()
        # From the smallest: every step comes as near as it can, and the stages are mixed as the sizes are.
        for sender, rolls in sorted(by_sender.items(), key=lambda item: item[0][::-1]):
            size = sum(payments(roll.listing) for roll in rolls)
            if size <= wanted:
                taken.add(sender)
                wanted -= size
        return [roll for roll in self.rolls if roll.listing.sender in taken]

    def numbers(self, district: int, who: Sequence[int]) -> list[str]:
        """The ID numbers of some people of a district."""
        if district == 0:
            return [self.people[i].number for i in who]
        bodies = (f"{region_of(district)}{self.people[i].number[6:17]}" for i in who)
        return [body + check_digit(body) for body in bodies]

    def names(self, district: int, who: Sequence[int]) -> list[str]:
        """Their names: those of others of the same sex."""
        by_sex, place = self._names
        shift = district * _NAMES_APART
        return [names[(at + shift) % len(names)] for i in who for names, at in [(by_sex[self.people[i].sex], place[i])]]

    def cards(self, district: int, who: Sequence[int]) -> list[str]:
        """Their cards."""
        if district == 0:
            return [self.people[i].account for i in who]
        if district not in self._cards:
            first = district * _CARDS_PER_DISTRICT
            self._cards[district] = array("q", (int(account(first + i)) for i in range(len(self.people))))
        cards = self._cards[district]
        return [str(cards[i]) for i in who]

    def school(self, district: int, name: str) -> str:
        """What a school of the first district is called in another; colleges are the same for all."""
        if district == 0 or not name.startswith(self.name):
            return name
        return f"{name_of(district)}{name.removeprefix(self.name)}"

    def listing(self, district: int, roll: Roll) -> DemoList:
        """A list with the people of a district on it."""
        if district == 0:
            return roll.listing
        lines = tuple(
            self._line(district, line, Person(number, name, line.person.sex, card, line.person.need))
            for line, number, name, card in zip(
                roll.listing.lines,
                self.numbers(district, roll.who),
                self.names(district, roll.who),
                self.cards(district, roll.who),
                strict=True,
            )
        )
        return replace(roll.listing, sender=self.school(district, roll.listing.sender), lines=lines)

    def _line(self, district: int, line: ListLine, person: Person) -> ListLine:
        return replace(line, person=person, school=self.school(district, line.school))

    @cached_property
    def _names(self) -> tuple[dict[str, list[str]], list[int]]:
        """All names by sex, and where each person's stands in its list."""
        by_sex: dict[str, list[str]] = {"男": [], "女": []}
        place = []
        for person in self.people:
            place.append(len(by_sex[person.sex]))
            by_sex[person.sex].append(person.name)
        return by_sex, place


def payments(listing: DemoList) -> int:
    """How many payments a list asks for."""
    return sum(len(line.amounts_fen) - line.amounts_fen.count(None) for line in listing.lines)


def region_of(district: int) -> str:
    """The first six digits of the numbers that a further district's people have."""
    province, city = divmod(district - 1, len(_CITIES))
    return f"{_PROVINCES[province]}{_CITIES[city]:02d}00"


def name_of(district: int) -> str:
    """A further district's name: a pair of the old counting of years and a kind of district, as no real one has it."""
    kind, pair = divmod(district - 1, _PAIRS)
    quarter, kind = divmod(kind, len(_KINDS))
    return f"{_QUARTERS[quarter]}{_STEMS[pair % len(_STEMS)]}{_BRANCHES[pair % len(_BRANCHES)]}{_KINDS[kind]}"


@cache
def districts_over(last: Period | None = LAST) -> Districts:
    """Districts under the program's own catalogue, from its first report's beginning to some period; None: its end.

    They take seconds to make and are never changed.
    """
    return Districts(load(), last)


def copies(districts: Districts, wanted: int) -> Iterator[tuple[int, list[Roll]]]:
    """Districts with their lists until about so many payments are in them; of the last one only a part."""
    for district in range(wanted // districts.payments):
        yield district, districts.rolls
    rest = districts.part(wanted % districts.payments)
    if rest:
        yield wanted // districts.payments, rest
