"""Units of money: which one a heading, the lines around a table, or a cell names."""

from __future__ import annotations

import re
from dataclasses import dataclass

from aidledger.domain.money import FEN_PER_YUAN


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit as it is written, and how many 分 one is; None: it is none of 元, and nothing is converted into it."""

    name: str
    fen: int | None


YUAN = Unit("元", FEN_PER_YUAN)
_TIMES = {"": 1, "十": 10, "百": 100, "千": 1_000, "万": 10_000, "十万": 100_000, "百万": 1_000_000, "千万": 10_000_000}
_SMALL = {"角": 10, "分": 1}
_CURRENCIES = (
    r"美元|美金|港[元币幣]|澳[元币門门]|欧元|日元|英镑|台币|加元|usd|hkd|mop|eur|jpy|gbp|[$€£%]|百分|泰铢|韩元|卢布"
)
_FOREIGN = re.compile(_CURRENCIES)
# Not 1千元, which is an amount.
_OF_YUAN = re.compile(r"(?<![0-9.一二三四五六七八九两几])((?:[百千]万|[十百千]万|[十百千万])?)[元圆]|[元圆]")
# 分 and 角 are parts of many words, and 万 of numbers: units where they stand by themselves behind 单位 or in brackets.
_ALONE = re.compile(r"(?:单位:?|[(\[/:])(?:人民币)?([角分]|[百千]?万|[百千])(?![^\W\d_])")
WRITTEN = r"(?:[百千]万|[十百千万])?[元圆]|[百千十]?万|[角分]"
# Of a line of its own: 单位 is an organisation as well, and 单位:元坝小学 is one.
_SAID = re.compile(rf"单位:?\(?(?:人民币)?({_CURRENCIES}|{WRITTEN})(?![^\W\d_])")


def unit_said(folded: str) -> Unit | None:
    """The unit that a folded line says of all amounts below it: 金额单位:人民币万元."""
    match = _SAID.search(folded)
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
    """The unit that one of the words of ``WRITTEN`` is."""
    if text in _SMALL:
        return Unit(text, _SMALL[text])
    times = text.rstrip("元圆")
    return Unit(f"{times}元", _TIMES[times] * FEN_PER_YUAN)
