"""Headers of money columns: program, role (due, paid, …), unit, period and part."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Literal

from aidledger.domain.layout import Layout, fold
from aidledger.domain.part import NO_PART, Part
from aidledger.domain.program import Program
from aidledger.domain.term import Half, Period
from aidledger.sheets.recognition.part_words import part_in_heading
from aidledger.sheets.recognition.terms import half_in, semesters, terms_in
from aidledger.sheets.recognition.units import Unit, unit_in

MoneyRole = Literal["paid", "plain", "due", "capitals", "sum", "standard", "part", "recovered"]
# The column with the lowest rank counts: paid before due; a sum or a standard only without a better one; a component
# or a recovery never.
ROLE_RANK: Mapping[MoneyRole, int] = {
    "paid": 0,
    "plain": 1,
    "due": 2,
    "capitals": 3,
    "sum": 4,
    "standard": 5,
    "part": 6,
    "recovered": 7,
}
FIELD_ROLES: Mapping[str, MoneyRole] = {
    "amount": "plain",
    "amount_paid": "paid",
    "amount_due": "due",
    "amount_standard": "standard",
    "sum": "sum",
    "recovered": "recovered",
}
# The time that one amount covers.
Span = Literal["year", "term", "month"]
# 元/生·年, 元/年, 每生每月, 年标准.
_SPAN = re.compile(
    r"[/每·.](?:[人生]|学生|幼儿)?[/每·.]?(?P<per>学期|期|学?年|个?月)(?!级|份)|^(?P<head>学期|年|月)(?=.*标准)"
)
_SPANS: Mapping[str, Span] = {
    "学期": "term",
    "期": "term",
    "年": "year",
    "学年": "year",
    "月": "month",
    "个月": "month",
}
_TERM = re.compile(r"第[一二12]学期|[上下](?:学期|半年|期)|[春秋](?:季学期|季|学期|期|(?=\n|$))")
# 上学期 is the first semester beside 下学期, but the previous one by itself.
RELATIVE = re.compile(r"[上下](?:学期|期)")


@dataclass(frozen=True, slots=True)
class MoneyColumn:
    """A column of amounts, as its header describes it.

    ``programs``: codes of the programs named; ``period``: the semester; ``half``: the half of a year; ``part``: the
    part of a period; ``span``: the time that one amount covers; ``bare``: the header names nothing but a term or part;
    ``by_hand``: an option maps the column to its program.
    """

    index: int
    header: str
    role: MoneyRole
    programs: tuple[str, ...] = ()
    period: Period | None = None
    half: Half | None = None
    span: Span | None = None
    bare: bool = False
    unit: Unit | None = None
    part: Part = NO_PART
    by_hand: bool = False

    @property
    def names_term(self) -> bool:
        """Whether its header names a semester or a half of the year."""
        return self.period is not None or self.half is not None

    def counted_in(self, around: Unit | None) -> Unit | None:
        """The unit of its amounts; ``around``: the unit that the rows around the table state for all amounts."""
        return self.unit or around


def span_of(heading: str) -> Span | None:
    """The time that one amount under a folded heading covers; None where it names none."""
    match = _SPAN.search(heading)
    return _SPANS[match["per"] or match["head"]] if match else None


def money_column(
    index: int, header: str, heading: str, bare: str, layout: Layout, programs: Mapping[str, Program]
) -> MoneyColumn | None:
    """A money column, if every word of the heading names money, a program or a term; else None.

    ``heading``: folded; ``bare``: also without brackets and unit.
    """
    part, rest = part_in_heading(bare)
    periods, rest = terms_in(rest)
    named = semesters(periods)
    term = _TERM.search(rest)
    if term:
        rest = rest.replace(term[0], "", 1)
    rest = rest.replace("\n", "")
    codes, rest = _programs(rest, programs)
    role, rest, noun = _role(rest, layout)
    noun = noun or part.kind is not None
    bare_term = bool(named or term or part) and not noun and not codes
    if rest or not (noun or codes or bare_term):
        return None
    if "大写" in heading and "小写" not in heading:
        role = "capitals"
    return MoneyColumn(
        index,
        header,
        role,
        unit=unit_in(heading),
        programs=codes,
        period=named[0] if len(named) == 1 else None,
        half=half_in(term[0]) if term else None,
        span=span_of(heading),
        bare=bare_term,
        part=part,
    )


def _programs(text: str, programs: Mapping[str, Program]) -> tuple[tuple[str, ...], str]:
    """The programs that a heading names (of the stage that it names, if any), and the rest of the heading."""
    found: list[tuple[bool, str, str]] = []
    for program in programs.values():
        word = next((word for word in _longest_first(program.words.column) if word in text), None)
        if word is None:
            continue
        rest = text.replace(word, "", 1)
        stage = next((stage for stage in _longest_first(program.words.title[0]) if stage in rest), None)
        found.append((stage is not None, program.code, rest.replace(stage, "", 1) if stage else rest))
    if not found:
        return (), text
    staged = [match for match in found if match[0]] or found
    shortest = min((rest for _, _, rest in staged), key=len)
    return tuple(code for _, code, _ in staged), shortest


@cache
def _longest_first(words: Sequence[str]) -> tuple[str, ...]:
    return tuple(sorted(map(fold, words), key=len, reverse=True))


def _role(text: str, layout: Layout) -> tuple[MoneyRole, str, bool]:
    """The role of a column, the rest of its heading, and whether the heading has a noun for money."""
    role: MoneyRole = "plain"
    noun = False
    for word in layout.money_parts:
        if word in text:
            role, text, noun = "part", text.replace(word, ""), True
    if "标准" in text and role == "plain":
        role = "standard"
        noun = True
    for word in layout.money_nouns:
        if word in text:
            noun = True
            text = text.replace(word, "", 1)
            break
    for word in layout.money_around:
        if word in text:
            if role == "plain" and word in layout.money_paid:
                role = "paid"
            elif role == "plain" and word in layout.money_due:
                role = "due"
            text = text.replace(word, "")
    return role, text, noun
