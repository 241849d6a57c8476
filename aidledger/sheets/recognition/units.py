"""Units of money in headings, in rows around a table, and in cells."""

from __future__ import annotations

import re
from dataclasses import dataclass

from aidledger.domain.money import FEN_PER_YUAN


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit as written, and its value in 分; None for units that cannot be converted, such as foreign currencies."""

    name: str
    fen: int | None


YUAN = Unit("元", FEN_PER_YUAN)
_TIMES = {"": 1, "十": 10, "百": 100, "千": 1_000, "万": 10_000, "十万": 100_000, "百万": 1_000_000, "千万": 10_000_000}
_SMALL = {"角": 10, "分": 1}
_CURRENCIES = (
    r"美元|美金|港[元币幣]|澳[元币門门]|欧元|日元|英镑|台币|加元|usd|hkd|mop|eur|jpy|gbp|[$€£%]|百分|泰铢|韩元|卢布"
)
_FOREIGN = re.compile(_CURRENCIES)
# Excludes 1千元, which is an amount.
_OF_YUAN = re.compile(r"(?<![0-9.一二三四五六七八九两几])((?:[百千]万|[十百千]万|[十百千万])?)[元圆]|[元圆]")
# 分 and 角 occur in many words and 万 in numbers: they are units only after 单位 or in brackets.
_ALONE = re.compile(r"(?:单位:?|[(\[/:])(?:人民币)?([角分]|[百千]?万|[百千])(?![^\W\d_])")
WRITTEN = r"(?:[百千]万|[十百千万])?[元圆]|[百千十]?万|[角分]"
# In a row of its own: 单位 means organisation, too, as in 单位:元坝小学.
_STATED = re.compile(rf"单位:?\(?(?:人民币)?({_CURRENCIES}|{WRITTEN})(?![^\W\d_])")


def stated_unit(folded: str) -> Unit | None:
    """The unit that a folded row states for all amounts below: 金额单位:人民币万元."""
    match = _STATED.search(folded)
    if match is None:
        return None
    return Unit(match[1], None) if _FOREIGN.fullmatch(match[1]) else written(match[1])


def unit_in(folded: str) -> Unit | None:
    """The unit that a folded heading names; None where it names none."""
    foreign = _FOREIGN.search(folded)
    if foreign:
        return Unit(foreign[0], None)
    alone = _ALONE.search(folded)
    if alone:
        return written(alone[1])
    match = _OF_YUAN.search(folded)
    return written(match[0]) if match else None


def written(text: str) -> Unit:
    """The unit of a match of ``WRITTEN``."""
    if text in _SMALL:
        return Unit(text, _SMALL[text])
    times = text.rstrip("元圆")
    return Unit(f"{times}元", _TIMES[times] * FEN_PER_YUAN)
