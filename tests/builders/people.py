"""Made-up people with right ID numbers; the region is 511300, nobody is real."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from aidledger.domain.identity import check_digit

BORN = date(2006, 3, 15)  # of high-school age in 2021 and 2022
_SURNAMES = "王李张刘陈杨黄赵周吴徐孙马朱胡郭何林罗高"
_GIVEN = (
    "雨桐",
    "子涵",
    "浩然",
    "欣怡",
    "明",
    "思远",
    "佳",
    "梓萱",
    "宇轩",
    "晓梅",
    "文博",
    "静",
    "一诺",
    "俊杰",
    "芳",
)
_SERIALS = 1_000


@dataclass(frozen=True, slots=True)
class Person:
    """One made-up student."""

    name: str
    number: str
    sex: str
    born: date


def resident_number(index: int = 0, born: date = BORN, region: str = "511300") -> str:
    """The ID number of the index-th made-up person born on or soon after a day."""
    day = born + timedelta(days=index // _SERIALS)
    first_17 = f"{region}{day:%Y%m%d}{index % _SERIALS:03d}"
    return first_17 + check_digit(first_17)


def people(count: int, *, first: int = 0, born: date = BORN) -> list[Person]:
    """Made-up people; the same index (and birth) is the same person, whenever asked for."""
    return [_person(index, born) for index in range(first, first + count)]


def _person(index: int, born: date) -> Person:
    surname, given = _SURNAMES[index % len(_SURNAMES)], _GIVEN[index // len(_SURNAMES) % len(_GIVEN)]
    day = born + timedelta(days=index // _SERIALS)
    return Person(surname + given, resident_number(index, born), "男" if index % 2 else "女", day)
