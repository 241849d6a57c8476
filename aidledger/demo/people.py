"""Made-up people with numbers that nobody has; each ID number and card is given once."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from random import Random

from aidledger.demo.names import Sex, person_name
from aidledger.domain.identity import check_digit

# The code of Nanchong as a whole. Real numbers have a county's or district's code, so nobody has this one.
_REGION = "511300"
_BANK = "621700"
_SERIALS_PER_DAY = 1000
_MIDDLES = 10**12  # of the 12 digits between a card's bank and last digit
_STRIDE = 618_033_988_749  # coprime to _MIDDLES: each middle comes up once, in no visible order
NEED_LEVELS = 10_000


@dataclass(frozen=True, slots=True)
class Person:
    """A made-up person. ``need``: a rank from 0 (neediest) to NEED_LEVELS - 1, for life."""

    number: str
    name: str
    sex: Sex
    account: str
    need: int

    @property
    def birth(self) -> date:
        """The date of birth in the ID number."""
        return date(int(self.number[6:10]), int(self.number[10:12]), int(self.number[12:14]))

    @property
    def student_number(self) -> str:
        """The usual student number: G and the ID number."""
        return f"G{self.number}"


@dataclass(slots=True)
class People:
    """The source of people. It remembers the ID numbers given and counts the cards."""

    rng: Random
    _given: set[str] = field(default_factory=set)

    def born(self, first: date, last: date) -> Person:
        """A new person, born between two dates."""
        rng = self.rng
        sex: Sex = "男" if rng.random() < 0.52 else "女"  # noqa: PLR2004 - slightly more boys than girls, as usual
        start, days = first.toordinal(), last.toordinal() - first.toordinal() + 1
        while True:
            day = date.fromordinal(start + int(rng.random() * days))
            serial = int(rng.random() * (_SERIALS_PER_DAY // 2)) * 2 + (sex == "男")
            body = f"{_REGION}{day:%Y%m%d}{serial:03d}"
            if body not in self._given:
                break
        card = account(len(self._given))
        self._given.add(body)
        number = body + check_digit(body)
        return Person(number, person_name(rng, sex), sex, card, int(rng.random() * NEED_LEVELS))


def account(serial: int) -> str:
    """A 19-digit card number that fails the banks' check (Luhn), so that nobody has it."""
    body = f"{_BANK}{(serial + 1) * _STRIDE % _MIDDLES:012d}"
    return f"{body}{(_luhn_digit(body) + 5) % 10}"


def _luhn_digit(body: str) -> int:
    doubled = sum(sum(divmod(2 * int(digit), 10)) for digit in body[-1::-2])
    return -(doubled + sum(int(digit) for digit in body[-2::-2])) % 10
