"""Hardship categories as lists word them (教财〔2018〕16号)."""

from __future__ import annotations

import re
from collections.abc import Mapping

from aidledger.domain.layout import fold
from aidledger.domain.listing import HARDSHIP_CATEGORIES

# A county system writes a code, followed by the year of the code list: 16（2018）.
_CODED = re.compile(r"(\d{1,2})\((?:20\d\d)\)", re.ASCII)
_CODES: Mapping[int, str] = {
    1: "poverty-household",
    **dict.fromkeys((5, 6), "low-income"),
    **dict.fromkeys((7, 8), "destitute"),
    9: "disabled",
    10: "orphan",
    11: "martyr",
    16: "near-low-income",
}
# White space between two words of English separates nothing: Minimum living allowance.
_SEPARATORS = re.compile(r"(?:[,,、;;/+和及]|(?<![A-Za-z])\s|\s(?![A-Za-z]))+")
OTHER = HARDSHIP_CATEGORIES[-1]
# As templates and figures name them, in the order of domain.listing.HARDSHIP_CATEGORIES, gravest first.
CATEGORIES: Mapping[str, Mapping[str, str]] = {
    "poverty-household": {"zh": "脱贫户", "en": "Lifted out of poverty"},
    "monitored": {"zh": "监测对象", "en": "Monitored"},
    "low-income": {"zh": "低保", "en": "Minimum living allowance"},
    "destitute": {"zh": "特困供养", "en": "Destitute"},
    "orphan": {"zh": "孤儿/事实无人抚养", "en": "Orphan or without care"},
    "disabled": {"zh": "残疾学生", "en": "Disability"},
    "martyr": {"zh": "烈士子女", "en": "Martyr's child"},
    "poverty-household-unaided": {"zh": "脱贫户(不享受政策)", "en": "Out of poverty without aid"},
    "risk-removed": {"zh": "风险已消除", "en": "Risk removed"},
    "near-low-income": {"zh": "低保边缘家庭", "en": "Near minimum living allowance"},
    "disabled-family": {"zh": "残疾人子女", "en": "Family with disability"},
    "farm-household": {"zh": "一般农户", "en": "Farm household"},
    "other-hardship": {"zh": "其他", "en": "Other hardship"},
}

# What says that there is another hardship, and not which.
_UNSAID = frozenset(fold(word) for word in (*CATEGORIES[OTHER].values(), "其它"))


def worded(text: str, table: Mapping[str, str]) -> str | None:
    """The value of a text: an exact match in ``table``, else the longest word of ``table`` in it."""
    folded = fold(text)
    return table.get(folded) or next((value for word, value in table.items() if len(word) > 1 and word in folded), None)


def categories_in(text: str, table: Mapping[str, str]) -> set[str]:
    """The categories in a cell; a part that no word matches is ``other-hardship``."""
    return {_coded(part) or worded(part, table) or OTHER for part in _SEPARATORS.split(text) if part}


def _coded(part: str) -> str | None:
    found = _CODED.fullmatch(fold(part))
    return _CODES.get(int(found[1]), OTHER) if found else None


def category_name(stated: str, table: Mapping[str, str]) -> str:
    """One name for a stated category and its synonyms (残疾, 持证残疾人: 残疾学生); several are named in their order.

    What no word of ``table`` matches stays as it is stated, and so does what is only another hardship (单亲), unless it
    does not say which (其它: 其他).
    """
    if fold(stated) in _UNSAID:
        return CATEGORIES[OTHER]["zh"]
    parts = [CATEGORIES[OTHER]["zh"] if fold(part) in _UNSAID else part for part in _SEPARATORS.split(stated) if part]
    meant = {part: _coded(part) or worded(part, table) or OTHER for part in parts}
    known = set(meant.values()) - {OTHER}
    if not known:
        return stated
    named = [CATEGORIES[category]["zh"] for category in HARDSHIP_CATEGORIES if category in known]
    return "、".join([*named, *dict.fromkeys(part for part in parts if meant[part] == OTHER)])
