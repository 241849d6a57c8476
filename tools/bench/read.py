"""Lists of a district as if they had been read from files: what posting takes, without the files.

A few payments in a thousand are not as they should be: paid twice, by two schools of a district or by two districts;
under another name; to somebody else's card. A few pupils are not on the lists that they should be on.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from random import Random

from aidledger.catalogue.catalogue import Catalogue
from aidledger.demo.columns import grade_name
from aidledger.demo.listings import ListLine
from aidledger.demo.people import NEED_LEVELS
from aidledger.demo.schools import GRADES
from aidledger.domain.hardship import categories_in
from aidledger.domain.lines import Lines
from aidledger.domain.listing import HARDSHIP_LEVELS, Certifications, Enrolments, ListKind, ListTable
from aidledger.domain.roster import Declared, Fate, Roster, RosterFile, Table
from aidledger.domain.term import Period
from tools.bench.districts import Districts, Roll
from tools.bench.members import Member, Members, places

_HEADER_ROW = 3
# Of a thousand payments so many each; of a thousand pupils so many are missing on a list.
_PAID_BY_ANOTHER_SCHOOL, _PAID_BY_ANOTHER_DISTRICT, _OTHER_NAME, _OTHER_CARD = 0.4, 0.3, 1.0, 0.5
_MISSING = 2.0
_OTHER_SIGN = {"玥": "月", "涵": "函"}


@dataclass(frozen=True, slots=True)
class _Columns:
    """What the lines of a list have in all districts alike."""

    rows: list[int]
    documents: list[str]
    levels: list[str | None]
    grades: list[str | None]
    classes: list[str | None]
    boardings: list[str | None]
    tiers: list[str | None]
    categories: list[str | None]
    entry_years: list[int | None]
    nothing: list[None]


class Reading:
    """Files of any district, as posting takes them."""

    def __init__(self, districts: Districts, catalogue: Catalogue) -> None:
        self._districts = districts
        self._words = catalogue.layout.values["category"]
        self._members = Members(districts)
        # With the list that they are of, so that no other comes to stand at its place in memory.
        self._columns: dict[int, tuple[Roll, _Columns]] = {}
        self._beside: dict[tuple[Period, str], list[Roll]] = defaultdict(list)
        for roll in districts.rolls:
            self._beside[_kind(roll)].append(roll)

    def roster(self, district: int, roll: Roll) -> RosterFile:
        """A list that pays."""
        listing = roll.listing
        if id(roll) not in self._columns:
            self._columns[id(roll)] = roll, _columns(listing.lines)
        lines = self._lines(district, self._columns[id(roll)][1], roll.who, listing.lines, listing.sender)
        self._blemish(lines, district, roll)
        end = len(lines)
        table = Table("名册", _HEADER_ROW, self._districts.school(district, listing.sender), {}, lines)
        for i, program in enumerate(listing.programs):
            roster = Roster(program.code, listing.period, [line.amounts_fen[i] for line in listing.lines], "L")
            roster.declared = Declared(_HEADER_ROW + end + 1, roster.payments, roster.amount_fen, 0, end)
            table.rosters.append(roster)
        return _file("roster", end, tables=[table])

    def lists(self, district: int, period: Period, senders: Iterable[str]) -> Iterator[tuple[str, RosterFile]]:
        """What schools say of their pupils for a semester: registers, and at a school year's first who is certified."""
        for sender in senders:
            register = self._members.registers.get((sender, period))
            if register:
                yield f"{sender}学籍名册", self._register(district, sender, period, register)
            certified = self._members.certified.get((sender, period.school_year))
            if certified and self._members.first_semester[period.school_year] == period:
                yield f"{sender}困难认定名册", self._certification(district, sender, period, certified)

    def _register(self, district: int, sender: str, period: Period, members: Sequence[Member]) -> RosterFile:
        kept = _some(members, Random(f"{district}:{sender}:{period}"), _MISSING)
        lines = self._lines_of(district, sender, kept)
        lines.schools = [self._districts.school(district, sender)] * len(kept)
        left_on = period.start.strftime("%Y-%m-%d")
        facts = Enrolments(
            ["transferred" if member.gone else "enrolled" for member in kept],
            ["转出" if member.gone else "在读" for member in kept],
            [left_on if member.gone else None for member in kept],
            [None] * len(kept),
            [None] * len(kept),
        )
        return self._list("register", district, sender, period, lines, facts)

    def _certification(self, district: int, sender: str, period: Period, members: Sequence[Member]) -> RosterFile:
        kept = _some(members, Random(f"{district}:{sender}:{period.school_year}"), _MISSING)
        lines = self._lines_of(district, sender, kept)
        share = len(HARDSHIP_LEVELS) / NEED_LEVELS
        facts = Certifications(
            [HARDSHIP_LEVELS[int(member.line.person.need * share)] for member in kept],
            [tuple(sorted(categories_in(member.line.category, self._words))) for member in kept],
            [None] * len(kept),
        )
        return self._list("certification", district, sender, Period(period.school_year), lines, facts)

    def _list(
        self,
        kind: ListKind,
        district: int,
        sender: str,
        period: Period,
        lines: Lines,
        facts: Certifications | Enrolments,
    ) -> RosterFile:
        school = self._districts.school(district, sender)
        listing = ListTable(kind, "名册", _HEADER_ROW, school, period, {}, lines, facts)
        return _file(kind, len(lines), listings=[listing])

    def _lines_of(self, district: int, sender: str, members: Sequence[Member]) -> Lines:
        who = [member.at for member in members]
        listed = [member.line for member in members]
        return self._lines(district, _columns(listed), who, listed, sender)

    def _lines(
        self, district: int, same: _Columns, who: Sequence[int], listed: Sequence[ListLine], sender: str
    ) -> Lines:
        districts = self._districts
        numbers = districts.numbers(district, who)
        at_college = listed[0].school != sender
        schools: list[str | None] = (
            [line.school for line in listed] if at_college else [districts.school(district, sender)] * len(who)
        )
        return Lines(
            rows=same.rows,
            numbers=numbers,
            document_types=same.documents,
            names=districts.names(district, who),
            sexes=list(same.nothing),
            births=list(same.nothing),
            student_numbers=list(same.nothing) if at_college else [f"G{number}" for number in numbers],
            accounts=list(districts.cards(district, who)),
            schools=schools,
            levels=same.levels,
            grades=same.grades,
            classes=same.classes,
            boardings=same.boardings,
            tiers=same.tiers,
            categories=same.categories,
            entry_years=same.entry_years,
            guardians=list(same.nothing),
            majors=list(same.nothing),
        )

    def _blemish(self, lines: Lines, district: int, roll: Roll) -> None:
        """Make some of a list's lines what they should not be."""
        rng = Random(f"{district}:{roll.listing.sender}:{roll.listing.period}:{roll.listing.part}")
        size = len(lines)
        for i in places(rng, size, _OTHER_NAME):
            name = lines.names[i]
            lines.names[i] = name[:-1] + _OTHER_SIGN.get(name[-1], "子")
        for i in places(rng, size, _OTHER_CARD):
            lines.accounts[i] = lines.accounts[i - 1]
        for i in places(rng, size, _PAID_BY_ANOTHER_SCHOOL):
            other = rng.choice(self._beside.get(_kind(roll)) or [roll])
            self._pay(lines, i, district, rng.choice(other.who))
        for i in places(rng, size, _PAID_BY_ANOTHER_DISTRICT) if district else ():
            self._pay(lines, i, district - 1, roll.who[i])
        lines.student_numbers = [number and f"G{lines.numbers[i]}" for i, number in enumerate(lines.student_numbers)]

    def _pay(self, lines: Lines, i: int, district: int, person: int) -> None:
        lines.numbers[i] = self._districts.numbers(district, [person])[0]
        lines.names[i] = self._districts.names(district, [person])[0]


def _kind(roll: Roll) -> tuple[Period, str]:
    return roll.listing.period, ",".join(program.code for program in roll.listing.programs)


def _columns(lines: Sequence[ListLine]) -> _Columns:
    first = _HEADER_ROW + 1
    nothing = [None] * len(lines)
    return _Columns(
        rows=list(range(first, first + len(lines))),
        documents=["resident-id"] * len(lines),
        levels=[line.level for line in lines],
        grades=[grade_name(line) if line.grade_stated or line.level in GRADES else None for line in lines],
        classes=[f"{line.class_no}班" if line.level in GRADES else None for line in lines],
        boardings=[line.boarding for line in lines],
        tiers=[line.tier for line in lines],
        categories=[line.category for line in lines],
        entry_years=[line.entry_year for line in lines],
        nothing=nothing,
    )


def _file(
    kind: str, students: int, tables: list[Table] | None = None, listings: list[ListTable] | None = None
) -> RosterFile:
    file = RosterFile(kind, tables or [], listings or [])
    file.fates[Fate.STUDENT], file.fates[Fate.HEADING] = students, _HEADER_ROW
    file.rows_read = students + _HEADER_ROW
    return file


def _some(members: Sequence[Member], rng: Random, missing_per_thousand: float) -> list[Member]:
    """All but a few."""
    missing = set(places(rng, len(members), missing_per_thousand))
    return [member for i, member in enumerate(members) if i not in missing]
