"""Where faults are planted: the district's rosters as editable drafts, and who is on which of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from random import Random

from aidledger.catalogue.catalogue import Catalogue
from aidledger.demo.faults.key import Expected
from aidledger.demo.listings import DemoList, ListLine, roll_order
from aidledger.demo.people import People, Person, account
from aidledger.demo.sheets import roster_path
from aidledger.domain.term import Period

_FIRST_CARD = 10_000_000  # the district's own people have fewer cards than this


@dataclass(slots=True)
class DraftRoster:
    """An editable roster."""

    listing: DemoList
    lines: list[ListLine]

    @property
    def school(self) -> str:
        """The sender."""
        return self.listing.sender

    @property
    def period(self) -> Period:
        """The period that it pays for."""
        return self.listing.period

    @property
    def codes(self) -> tuple[str, ...]:
        """The codes of its programs."""
        return tuple(program.code for program in self.listing.programs)

    @property
    def file(self) -> str:
        """Where it will be written."""
        return str(roster_path(self.listing))

    def paid(self, line: ListLine) -> Iterator[tuple[str, int]]:
        """The programs that pay a line, with amounts in 分."""
        for code, amount in zip(self.codes, line.amounts_fen, strict=True):
            if amount is not None:
                yield code, amount

    def finished(self) -> DemoList:
        """The list as sent in, with new pupils in roll order. The office's own lists have no order."""
        lines = self.lines if self.listing.part else sorted(self.lines, key=roll_order)
        return replace(self.listing, lines=tuple(lines))


@dataclass(frozen=True, slots=True)
class Stay:
    """A person's line on a roster."""

    draft: DraftRoster
    line: ListLine

    @property
    def paid(self) -> dict[str, int]:
        """The programs that pay the person, with amounts in 分."""
        return dict(self.draft.paid(self.line))


@dataclass(frozen=True)
class Life:
    """A person and all their rosters, in order."""

    person: Person
    stays: tuple[Stay, ...]

    @cached_property
    def programs(self) -> frozenset[str]:
        """The programs that ever pay the person."""
        return frozenset(code for stay in self.stays for code in stay.paid)

    @cached_property
    def periods(self) -> frozenset[str]:
        """The periods paid for."""
        return frozenset(stay.draft.period.code for stay in self.stays)

    @cached_property
    def schools(self) -> frozenset[str]:
        """The schools that ever pay the person."""
        return frozenset(stay.draft.school for stay in self.stays)

    @cached_property
    def levels(self) -> frozenset[str]:
        """The levels that the person attends."""
        return frozenset(stay.line.level for stay in self.stays)

    def stay(self, period: str, program: str | None = None) -> Stay | None:
        """The first line for a period, of a program if one is named."""
        for stay in self.stays:
            if stay.draft.period.code == period and (program is None or program in stay.paid):
                return stay
        return None

    def only(self, *programs: str) -> bool:
        """Whether exactly these programs pay the person."""
        return self.programs == frozenset(programs)


@dataclass(slots=True)
class Planting:
    """The district while faults are planted. Nobody has more than one fault, so that they stay distinguishable."""

    catalogue: Catalogue
    drafts: list[DraftRoster]
    people: People
    rng: Random
    expected: list[Expected] = field(default_factory=list)
    _cards: int = 0
    _used: set[str] = field(default_factory=set)
    _lives: list[Life] = field(default_factory=list)
    _of: dict[str, list[DraftRoster]] = field(default_factory=dict)

    @classmethod
    def of(cls, listings: Iterable[DemoList], catalogue: Catalogue, seed: int) -> Planting:
        """The district of these lists, without faults yet."""
        drafts = [DraftRoster(listing, list(listing.lines)) for listing in listings]
        known = {line.person.number[:-1] for draft in drafts for line in draft.lines}
        planting = cls(catalogue, drafts, People(Random(f"{seed}:others"), known), Random(f"{seed}:faults"))
        planting.look_again()
        return planting

    @property
    def lives(self) -> list[Life]:
        """Everybody, with all their rosters."""
        return self._lives

    def look_again(self) -> None:
        """Index the people again, after lists were changed."""
        stays: dict[str, list[Stay]] = defaultdict(list)
        self._of = defaultdict(list)
        for draft in self.drafts:
            for line in draft.lines:
                stays[line.person.number].append(Stay(draft, line))
                self._of[line.person.number].append(draft)
        self._lives = [Life(found[0].line.person, tuple(found)) for found in stays.values()]
        self.rng.shuffle(self._lives)

    def somebody(self, first: date, last: date) -> Person:
        """A new person, born between two dates, with an unused card."""
        self._cards += 1
        return replace(self.people.born(first, last), account=account(_FIRST_CARD + self._cards))

    def card(self) -> str:
        """An unused card."""
        self._cards += 1
        return account(_FIRST_CARD + self._cards)

    def pick(
        self,
        count: int,
        test: Callable[[Life], bool],
        apart: Callable[[Life], Hashable] = lambda life: life.stays[-1].draft.school,
        each: int = 1,
    ) -> list[Life]:
        """``count`` people who pass a test and have no fault; at most ``each`` with equal ``apart`` (a school).

        Raises ValueError if there are too few.
        """
        found: list[Life] = []
        seen: dict[Hashable, int] = defaultdict(int)
        for life in self._lives:
            if len(found) == count:
                break
            if life.person.number in self._used or not test(life) or seen[apart(life)] == each:
                continue
            seen[apart(life)] += 1
            found.append(life)
        if len(found) < count:
            raise ValueError(count - len(found))
        self._used.update(life.person.number for life in found)
        return found

    def change(
        self, life: Life, change: Callable[[DraftRoster, ListLine], ListLine | None], draft: DraftRoster | None = None
    ) -> None:
        """Change somebody's lines, on one roster or all; None removes a line."""
        number = life.person.number
        for one in [draft] if draft else self._of[number]:
            changed = [change(one, line) if line.person.number == number else line for line in one.lines]
            one.lines = [line for line in changed if line is not None]

    def put(self, stay: Stay, line: ListLine) -> None:
        """Replace a line."""
        lines = stay.draft.lines
        lines[next(i for i, one in enumerate(lines) if one is stay.line)] = line

    def exchange(self, life: Life, person: Person) -> None:
        """Replace a person on all rosters."""
        self._used.add(person.number)
        self.change(life, lambda _, line: replace(line, person=person))

    def known(self, body: str) -> bool:
        """Whether a document number of the district begins with these 17 digits."""
        return any(f"{body}{last}" in self._of for last in "0123456789X")

    def spared(self, number: str) -> bool:
        """Whether somebody has no fault yet."""
        return number not in self._used

    def use(self, number: str) -> None:
        """Record that somebody has a fault."""
        self._used.add(number)

    def add(self, draft: DraftRoster, line: ListLine) -> None:
        """Add a line to a roster."""
        self._used.add(line.person.number)
        draft.lines.append(line)

    def expect(
        self,
        rule: str,
        subject: str,
        program: str = "",
        period: str = "",
        *,
        draft: DraftRoster | None = None,
        note: str,
    ) -> None:
        """Add a finding to the key. ``draft``: the roster with the fault."""
        place = (draft.school, draft.file) if draft else ("", "")
        self.expected.append(Expected(rule, subject, program, period, *place, note))

    def expect_payments(
        self, rule: str, life: Life, *, note: str, number: str | None = None, programs: Iterable[str] | None = None
    ) -> None:
        """Add a finding to the key for each payment to somebody, under some programs or all."""
        for stay in life.stays:
            for code in stay.paid:
                if programs is None or code in programs:
                    period = stay.draft.period.code
                    self.expect(rule, number or life.person.number, code, period, draft=stay.draft, note=note)

    def expect_stranger(self, life: Life, draft: DraftRoster, programs: Iterable[str]) -> None:
        """Add to the key that a school pays somebody who is only in another school's register."""
        for code in programs:
            note = "in the register of another school"
            self.expect("not-enrolled", life.person.number, code, draft.period.code, draft=draft, note=note)

    def rosters(self, program: str, period: str) -> list[DraftRoster]:
        """The rosters of a program and period, in the order of their paths."""
        found = [draft for draft in self.drafts if program in draft.codes and draft.period.code == period]
        return sorted(found, key=lambda draft: draft.file)
