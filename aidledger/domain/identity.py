"""Identity documents: validation of the resident ID number (GB 11643-1999), and masking of numbers.

Validation is table-driven because it runs for every row of every roster; python-stdnum is the oracle of its tests.
"""

from __future__ import annotations

import re
from datetime import date
from typing import Literal

from aidledger.i18n import N_

DocumentType = Literal["resident-id", "residence-permit", "passport", "student-number", "other"]

RESIDENT_LENGTH = 18
# First digit of the number on a foreigner's permanent residence card.
PERMANENT_RESIDENCE = "9"
# Documents whose numbers follow the rules of the resident ID number.
RESIDENT_RULES = frozenset({"resident-id", "residence-permit"})
# A permanent 学籍号 of a pupil without an ID number (L numbers are temporary, G numbers contain the ID number).
PERMANENT_STUDENT_NUMBER = re.compile(r"J[0-9]{18}", re.ASCII)
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECK_DIGITS = "10X98765432"
_DIGITS = frozenset("0123456789")
# Provinces, and 81/82/83: residence permits for Hong Kong, Macao and Taiwan residents, in the same format since 2018.
_PROVINCES = frozenset(
    str(code)
    for codes in (
        range(11, 16),
        range(21, 24),
        range(31, 38),
        range(41, 47),
        range(50, 55),
        range(61, 66),
        [71],
        range(81, 84),
    )
    for code in codes
)
_FIRST_BIRTH_YEAR = 1900


class _Weighted(dict[str, int]):
    """Weighted sums of runs of digits that begin at ``offset``; -1 where a character is no digit."""

    def __init__(self, offset: int) -> None:
        super().__init__()
        self.offset = offset

    def __missing__(self, digits: str) -> int:
        if not _DIGITS.issuperset(digits):
            return -1
        total = sum(int(digit) * _WEIGHTS[self.offset + i] for i, digit in enumerate(digits))
        self[digits] = total
        return total


class _Births(dict[str, date | None]):
    """Dates by their eight digits; None for an invalid date. Bounded: there are some 73,000 plausible dates."""

    def __missing__(self, digits: str) -> date | None:
        try:
            day = date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
        except ValueError:
            return None
        self[digits] = day
        return day


# Caches of pure functions.
_regions, _days, _serials = _Weighted(0), _Weighted(6), _Weighted(14)
_births = _Births()

IdFault = Literal["id-format", "id-checksum", "id-birthdate"]


def resident_fault(number: str) -> IdFault | None:
    """The first fault of a resident ID number (X in upper case), or None."""
    if len(number) != RESIDENT_LENGTH or (number[:2] not in _PROVINCES and region_in(number) not in _PROVINCES):
        return "id-format"
    region, day, serial = _regions[number[:6]], _days[number[6:14]], _serials[number[14:17]]
    if region < 0 or day < 0 or serial < 0 or (number[17] not in _DIGITS and number[17] != "X"):
        return "id-format"
    if _CHECK_DIGITS[(region + day + serial) % 11] != number[17]:
        return "id-checksum"
    born = _births[number[6:14]]
    if born is None or born.year < _FIRST_BIRTH_YEAR:
        return "id-birthdate"
    return None


def region_in(number: str) -> str:
    """The two digits of the province: the first two, or those after the 9 of a permanent residence card.

    Since 2023 those cards have 18 characters, with birth date and check digit as in GB 11643.
    """
    return number[1:3] if number.startswith(PERMANENT_RESIDENCE) else number[:2]


def format_fault(number: str) -> str:
    """Why a text does not have the format of an ID number, as an untranslated phrase."""
    if len(number) < RESIDENT_LENGTH:
        return N_("it is too short, 18 characters are needed")
    if len(number) > RESIDENT_LENGTH:
        return N_("it is too long, 18 characters are needed")
    if set("OIL").intersection(number[:17]):
        return N_("it has a letter where a digit belongs (O for 0, I or l for 1)")
    if not _DIGITS.issuperset(number[:17]) or number[17] not in _DIGITS | {"X"}:
        return N_("it may contain only digits, and an X at its end")
    return N_("it does not begin with the code of any region")


def check_digit(first_17: str) -> str:
    """The check character of the first 17 digits."""
    total = sum(int(digit) * weight for digit, weight in zip(first_17, _WEIGHTS, strict=True))
    return _CHECK_DIGITS[total % 11]


def birth_of(number: str) -> date | None:
    """The birth date in a resident ID number; None where it is no valid date."""
    return _births[number[6:14]] if len(number) == RESIDENT_LENGTH else None


def sex_of(number: str) -> Literal["male", "female"]:
    """The sex in a resident ID number: male if the 17th digit is odd."""
    return "male" if number[16] in "13579" else "female"


def document_type_of(number: str) -> DocumentType:
    """The document type that an 18-character number implies."""
    if number.startswith(PERMANENT_RESIDENCE):
        return "other"
    return "residence-permit" if number[:2] in {"81", "82", "83"} else "resident-id"


def mask_number(number: str) -> str:
    """``511303********1234``: keeps the region and the last four characters, fewer of a shorter number."""
    if len(number) == RESIDENT_LENGTH:
        return f"{number[:6]}********{number[-4:]}"
    keep = min(4, len(number) // 3)
    return f"{'*' * (len(number) - keep)}{number[len(number) - keep :]}"


def mask_account(account: str | None) -> str | None:
    """A card or account number with all but at most its last four digits masked."""
    if not account:
        return account
    keep = min(4, len(account) // 2)
    return f"{'*' * (len(account) - keep)}{account[len(account) - keep :]}"


# Within a cell: eight digits or more, with any separators that people type between them, zero-width characters
# included. Dates and amounts are shorter.
_BETWEEN = r"[\s\-–—_\u200b-\u200d\u2060\ufeff]"
_LONG_NUMBER = re.compile(rf"[A-Za-z]{{0,2}}\d(?:{_BETWEEN}?\d){{7,}}[A-Za-z]?")
_SEPARATOR = re.compile(_BETWEEN)
# In the row of one pupil, where no sum and no serial number has so many digits: nor what a date or a time is made of.
_SHORT_NUMBER = re.compile(r"(?<![0-9A-Za-z*])(?:[A-Za-z]{1,16}\d{5,}|\d{6,})[A-Za-z]?(?![0-9A-Za-z*])")

# Within prose, beside dates, times, amounts and digests: eleven digits (a telephone number) or more.
_DIGEST = r"(?<![0-9A-Za-z])[0-9a-f]{64}(?![0-9A-Za-z])"
_DAY = r"(?<!\d)(?:19|20)\d\d-[01]\d-[0-3]\d(?!\d)"
_TO_THE_MINUTE = r"(?<!\d)(?:19|20)\d\d[01]\d[0-3]\d[0-2]\d[0-5]\d(?:[0-5]\d)?(?!\d)"
_MONEY = r"(?<![\d.])\d{11,13}\.\d\d(?!\d)"
# The serial number of a payment order line (domain/payment.py).
_SERIAL = r"(?<!\d)\d{6}-\d{5}(?!\d)"
_NUMBER = rf"\d(?:{_BETWEEN}?\d){{10,}}[Xx]?"
# Passports and permits as they stand in file names: a letter and eight digits or more that are no day, or two letters
# and seven. Fewer, or digits alone, are more often cells, days, classes and codes of schools.
_DOCUMENT = r"(?<![\dA-Za-z])(?:[A-Z](?!(?:19|20)\d\d[01]\d[0-3]\d(?!\d))[0-9]{8,9}|[A-Z]{2}[0-9]{7})(?![\dA-Za-z])"
_IN_WORDS = re.compile(
    rf"{_DIGEST}|{_DAY}|{_TO_THE_MINUTE}|{_MONEY}|{_SERIAL}(?!{_BETWEEN}?\d)|(?P<number>{_NUMBER}|{_DOCUMENT})"
)
# A fast pre-check: most texts hold no such number.
_MANY_DIGITS = re.compile(rf"\d(?:{_BETWEEN}?\d){{10}}|[A-Z]\d{{7}}")


def masked_text(text: str) -> str:
    """The text of a cell with all identity, card and telephone numbers in it masked."""
    return _LONG_NUMBER.sub(lambda match: _masked(match[0]), text)


def masked_source(text: str) -> str:
    """A cell of a pupil's row as it stands in a file: passports and school numbers, too, which are short."""
    return _SHORT_NUMBER.sub(lambda match: _masked(match[0]), masked_text(text))


def masked_words(text: str) -> str:
    """Prose or a file name with such numbers and passports masked; dates, amounts, serial numbers, digests stay."""
    if not _MANY_DIGITS.search(text):
        return text
    return _IN_WORDS.sub(lambda match: _masked(match[0]) if match["number"] else match[0], text)


def _masked(number: str) -> str:
    return mask_number(_SEPARATOR.sub("", number))
