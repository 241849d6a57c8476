"""Of lists of the whole population, the people whom a rule may ask after: children and students.

Nobody else's number leaves the file: 个人信息保护法 6 and 19 ask for no more than is needed (docs/privacy.md).
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from aidledger.domain.identity import (
    RESIDENT_LENGTH,
    birth_of,
    document_type_of,
    mask_number,
    resident_fault,
    sex_of,
)
from aidledger.domain.lines import Lines
from aidledger.domain.roster import Note
from aidledger.sheets.recognition.cells import KEPT_DIGITS, is_name, name_of, number_of

if TYPE_CHECKING:
    from aidledger.sheets.recognition.columns import StudentRows

# Ages at which somebody may be a pupil or student while a list counts: kindergarten begins at 3, and a list of spring
# counts in autumn; college ends before 26.
AGES_KEPT = range(2, 26)
_DISABILITY_CARD_LENGTH = 20


def is_kept(born: date, day: date) -> bool:
    """Whether somebody born then is of an age that is kept, on a day."""
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day)) in AGES_KEPT


class MemberReader:
    """Reads people out of rows one by one into ``lines``: those of an age that is kept, each once."""

    def __init__(self, students: StudentRows, day: date) -> None:
        """``day``: the list's day, on which ages are counted."""
        self.lines = Lines()
        self._students = students
        self._day = day
        self._seen: set[str] = set()
        self._people = 0

    def read(self, line: int, number_at: int, name_at: int | None, day: date | None = None) -> bool:
        """Read the person in a row's columns; whether they are kept. A number that is none is a problem.

        ``day``: on which this person's age counts, where it is not the list's.
        """
        row = self._students.rows[line]
        name = "" if name_at is None else name_of(row[name_at])
        number, lost = number_of(row[number_at])
        if not number:
            if is_name(name) and number_at in self._students.header.fields.get("number", ()):
                self._students.report("member-not-read", line, number_at, value="")
            return False
        number = _resident_number(number)
        if lost or resident_fault(number) is not None:
            value = f"{number[:KEPT_DIGITS][:6]}…" if lost else mask_number(number)
            self._students.report("member-not-read", line, number_at, value=value)
            return False
        self._people += number not in self._seen
        born = birth_of(number)
        if born is None or number in self._seen or not is_kept(born, day or self._day):
            self._seen.add(number)
            return False
        self._seen.add(number)
        if not is_name(name):
            self._students.report("name-missing", line, name_at)
            return False
        self._add(line, number, name)
        return True

    def note(self) -> Note:
        """How many of the people in the list were kept."""
        return Note("members-kept", self._students.sheet.name, len(self.lines), (str(self._people),))

    def _add(self, line: int, number: str, name: str) -> None:
        self.lines.add(
            self._students.numbers[line],
            numbers=number,
            document_types=document_type_of(number),
            names=name,
            sexes=sex_of(number),
        )


def _resident_number(number: str) -> str:
    """A number without the G of a student number before it, or the last two digits of a disabled person's card."""
    if len(number) == RESIDENT_LENGTH + 1 and number.startswith("G"):
        return number[1:]
    return number[:RESIDENT_LENGTH] if len(number) == _DISABILITY_CARD_LENGTH else number
