"""Terms as titles write them: 2021年秋季学期, 2021-2022学年第二学期, 二〇二一年秋, 2022年上半年."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable

from aidledger.domain.term import Period, plausible_year

_NUMERALS = str.maketrans("〇○零一二三四五六七八九", "000123456789")
_CHINESE_YEAR = re.compile("[〇○零一二三四五六七八九]{4}(?=[年\\-—至级学])")
_DASH = r"[-—–―－~～至/]{1,2}"
_AND = r"[和、及与,/至]"
# Years that say when somebody entered school, and days, are no terms.
_NOT_TERMS = re.compile(
    rf"20\d\d年?{_DASH}20\d\d年?(?:秋季|春季)?入学|20\d\d年?(?:及|或)?(?:以前|之前|以后)?(?:秋季|春季)?入学"
    r"|20\d\d年(?:及|或)?(?:以前|之前|以后)|20\d\d(?:级|届)|20\d\d[年.\-/]\d{1,2}(?:[月.\-/](?:\d{1,2}日?)?)",
    re.ASCII,
)
_TERM = r"第[一1二2]学期|[上下]学期|[上下]期|[春秋]季|[春秋]"
_SCHOOL_YEAR = re.compile(
    rf"(?<!\d)(20\d\d)(?:年?{_DASH}(20\d\d|\d\d))?年?(?:学年度|学年)的?\(?({_TERM})?(?:\)?{_AND}({_TERM}))?",
    re.ASCII,
)
_HALF = r"春|秋|上半年|下半年"
_SEASON = re.compile(
    rf"(?<!\d)(20\d\d)年?度?\(?({_HALF})(?:季?\)?(?:学期)?{_AND}(?:20\d\d年)?({_HALF})|([春秋])(?=[两季]))?",
    re.ASCII,
)
_YEAR = re.compile(r"(?<!\d)(20\d\d)(?:年度|年)(?!\d)", re.ASCII)
_CODE = re.compile(r"(?<!\d)(20\d\d)-?(spring|autumn|fall)", re.ASCII)
_SPRING = ("春", "上半年", "spring")
_SECOND = ("第二学期", "第2学期", "下学期", "下期", "春季", "春")
_REST_OF_TERM = re.compile(r"\n\)?(?:季学期|季|学期|期)?\)?")


def folded_title(text: str) -> str:
    """A title without spaces and full-width forms, its Chinese numerals of years as digits."""
    text = "".join(unicodedata.normalize("NFKC", text).split()).lower()
    return _CHINESE_YEAR.sub(lambda match: match[0].translate(_NUMERALS), text)


def terms_in(title: str) -> tuple[list[Period], str]:
    """The semesters and years that a folded title names, in their order, and the title without them."""
    found: list[Period] = []
    rest = _NOT_TERMS.sub("", title)
    for pattern, read in ((_SCHOOL_YEAR, _school_year), (_SEASON, _season), (_CODE, _season), (_YEAR, _year)):

        def taken(match: re.Match[str], read: Callable[[re.Match[str]], list[Period]] = read) -> str:
            periods = read(match)
            found.extend(period for period in periods if period not in found)
            return "\n" if periods else match[0]

        rest = pattern.sub(taken, rest)
    return found, _REST_OF_TERM.sub("\n", rest)


def _school_year(match: re.Match[str]) -> list[Period]:
    first = int(match[1])
    follows = match[2] is None or int(match[2]) % 100 == (first + 1) % 100
    if not follows or not plausible_year(first):
        return []
    terms = [term for term in (match[3], match[4]) if term]
    return [Period(first + 1, "spring") if term in _SECOND else Period(first, "autumn") for term in terms] or [
        Period(first)
    ]


def _season(match: re.Match[str]) -> list[Period]:
    year = int(match[1])
    halves = [half for half in match.groups()[1:] if half]
    return [Period(year, "spring" if half in _SPRING else "autumn") for half in halves] if plausible_year(year) else []


def _year(match: re.Match[str]) -> list[Period]:
    year = int(match[1])
    return [Period(year)] if plausible_year(year) else []


def semesters(found: list[Period]) -> list[Period]:
    """The semesters among the terms of a title."""
    return [period for period in found if period.semester]


def years(found: list[Period]) -> list[Period]:
    """The years among the terms of a title; an autumn semester names the year that begins with it."""
    named = [period for period in found if not period.semester]
    begun = [Period(period.year) for period in found if period.half == "autumn"]
    return named or list(dict.fromkeys(begun))
