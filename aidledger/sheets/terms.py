"""Terms as titles write them: 2021年秋季学期, 2021-2022学年第二学期, 二〇二一年秋, 2022年上半年."""

from __future__ import annotations

import re
import unicodedata

from aidledger.domain.term import Period, plausible_year

_NUMERALS = str.maketrans("〇○零一二三四五六七八九", "000123456789")
_CHINESE_YEAR = re.compile("[〇○零一二三四五六七八九]{4}(?=[年\\-—至级学])")
_DASH = r"[-—–―－~～至/]{1,2}"
# Years that say when somebody entered school, and days, are no terms.
_NOT_TERMS = re.compile(
    rf"20\d\d年?{_DASH}20\d\d年?(?:秋季|春季)?入学|20\d\d年?(?:及|或)?(?:以前|之前|以后)?(?:秋季|春季)?入学"
    r"|20\d\d年(?:及|或)?(?:以前|之前|以后)|20\d\d(?:级|届)|20\d\d[年.\-/]\d{1,2}(?:[月.\-/](?:\d{1,2}日?)?)",
    re.ASCII,
)
_SCHOOL_YEAR = re.compile(
    rf"(20\d\d)(?:年?{_DASH}(20\d\d|\d\d))?年?(?:学年度|学年)(?:的)?(?:[(（]?(第[一1]学期|上学期|上期|秋季|秋|第[二2]学期|下学期|下期|春季|春))?",
    re.ASCII,
)
_SEASON = re.compile(r"(20\d\d)年?度?(春|秋|上半年|下半年)", re.ASCII)
_YEAR = re.compile(r"(20\d\d)(?:年度|年)(?!\d)", re.ASCII)
_CODE = re.compile(r"(20\d\d)-?(spring|autumn|fall)", re.ASCII)
_SPRING = ("春", "上半年", "spring")
_SECOND = ("第二学期", "第2学期", "下学期", "下期", "春季", "春")


def folded_title(text: str) -> str:
    """A title without spaces and full-width forms, its Chinese numerals of years as digits."""
    text = "".join(unicodedata.normalize("NFKC", text).split()).lower()
    return _CHINESE_YEAR.sub(lambda match: match[0].translate(_NUMERALS), text)


def terms_in(title: str) -> tuple[list[Period], str]:
    """The semesters and years that a folded title names, in their order, and the title without them."""
    found: list[Period] = []
    rest = _NOT_TERMS.sub("", title)
    for pattern, read in ((_SCHOOL_YEAR, _school_year), (_SEASON, _season), (_CODE, _season), (_YEAR, _year)):

        def taken(match: re.Match[str], read: object = read) -> str:
            period = read(match)  # type: ignore[operator]
            if period is None:
                return match[0]
            if period not in found:
                found.append(period)
            return "\n"

        rest = pattern.sub(taken, rest)
    tail = re.compile(r"\n(?:季学期|季|学期|期)?")
    return found, tail.sub("\n", rest)


def _school_year(match: re.Match[str]) -> Period | None:
    first = int(match[1])
    if match[2] is not None and int(match[2]) % 100 != (first + 1) % 100:
        return None
    if not plausible_year(first):
        return None
    term = match[3]
    if term is None:
        return Period(first)
    return Period(first + 1, "spring") if term in _SECOND else Period(first, "autumn")


def _season(match: re.Match[str]) -> Period | None:
    year = int(match[1])
    return Period(year, "spring" if match[2] in _SPRING else "autumn") if plausible_year(year) else None


def _year(match: re.Match[str]) -> Period | None:
    year = int(match[1])
    return Period(year) if plausible_year(year) else None


def semesters(found: list[Period]) -> list[Period]:
    """The semesters among the terms of a title."""
    return [period for period in found if period.semester]


def years(found: list[Period]) -> list[Period]:
    """The years among the terms of a title; an autumn semester names the year that begins with it."""
    named = [period for period in found if not period.semester]
    begun = [Period(period.year) for period in found if period.half == "autumn"]
    return named or list(dict.fromkeys(begun))
