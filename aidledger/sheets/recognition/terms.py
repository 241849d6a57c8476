"""Periods as titles word them: 2021年秋季学期, 2021-2022学年第二学期, 二〇二一年秋, 2022年上半年."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import date

from aidledger.domain.term import Half, Period, plausible_year, semester_of

_NUMERALS = str.maketrans("一二三四五六七八九壹贰叁肆伍陆柒捌玖", "123456789123456789")
# 二O二一, 二0二一: substitutes for 〇, which keyboards lack.
_ZERO = "〇○零0o"
_DIGIT = f"[{_ZERO}一二三四五六七八九壹贰叁肆伍陆柒捌玖]"
_CHINESE_YEAR = re.compile(f"[二贰]{_DIGIT}{{3}}(?=[年春秋\\-—–~至级学届])")
_TRADITIONAL = str.maketrans("學", "学")
_DASH = r"[-—–―－~～至到/_]{1,2}"
_AND = r"[和、及与,/至]"
# Years of entry, and dates, are no periods.
_NOT_TERMS = re.compile(
    rf"20\d\d年?{_DASH}20\d\d年?(?:秋季|春季)?入学|20\d\d年?(?:及|或)?(?:以前|之前|以后)?(?:秋季|春季)?入学"
    r"|20\d\d年(?:及|或)?(?:以前|之前|以后)|20\d\d(?:级|届)|20\d\d[年.\-/]\d{1,2}(?:[月.\-/](?:\d{1,2}日?)?)",
    re.ASCII,
)
# What may follow a semester abbreviated to 上 or 下; excludes 下达 and 上报.
_ENDS = r"(?=[)\-_、,普中义学国困家贫小初高幼]|$)"
_TERM = rf"第?(?:[一二12]|i{{1,2}})学期|[上下](?:学期|期)|[春秋]季|[春秋]|[上下]{_ENDS}"
_SCHOOL_YEAR = re.compile(
    rf"(?<!\d)(20\d\d|[12]\d(?={_DASH}\d))(?:年?{_DASH}(20\d\d|\d\d))?年?(?:学年度|学年)的?[-_(]?({_TERM})?"
    rf"(?:\)?{_AND}({_TERM}))?",
    re.ASCII,
)
# A school year and a semester of it: 2021-2022上学期, 2021-2022-1, 2021-2022(1).
_TWO_YEARS = re.compile(
    rf"(?<!\d)(20\d\d)年?{_DASH}(20\d\d)年?度?(?:[-_(]([12])\)?(?:学期)?(?![\d班级页份.])|[-_(]?({_TERM}))", re.ASCII
)
_HALF = r"春|秋|上半年|下半年"
_SEASON = re.compile(
    rf"(?<!\d)(20\d\d|(?<![件表第班])(?:1[5-9]|2\d)(?=年?[春秋]))年?度?[-_(]?({_HALF})"
    rf"(?:(?:季?\)?(?:学期)?{_AND}(?:(20\d\d)年)?({_HALF}))|([春秋])(?=[两季]))?",
    re.ASCII,
)
_YEAR = re.compile(r"(?<!\d)(20\d\d)(?:年度|年)(?!\d)", re.ASCII)
_CODE = re.compile(r"(?<!\d)(20\d\d)-?(spring|autumn|fall)", re.ASCII)
# 2021年9月-2022年1月, 2022年2-7月.
_MONTHS = re.compile(
    r"(?<!\d)(20\d\d)[年.](\d{1,2})月?[-—–~至到]{1,2}(?:(20\d\d)[年.])?(\d{1,2})(?:月|(?![\d.年月日]))", re.ASCII
)
_HALVES = re.compile(r"第[一二12]学期|[上下](?:学期|半年|期)|[春秋](?![、和及秋春])")
_SPRING = ("春", "上半年", "spring")
_REST_OF_TERM = re.compile(r"\n\)?(?:季学期|季|学期|期)?\)?")
_CENTURY = 2000
# Back payment or recovery for the period that follows; 含补发 means that a list has both current and back payments.
_FOR_A_TERM = re.compile(r"(?<![含及和与、,+加])(?:补发|补差|追缴|清退|收回|追回|退回|缴回|退还)")
_BOTH = re.compile(r"[含及和与、,+加](?:补发|补差)")
_END_OF_NAME = re.compile(r"表|册|名单|清单|明细")
_TERM_BEFORE = re.compile(r".{0,6}?(?:上[一个]?学?[期年]|去年|往年|以前|历年|前期)")


def folded_title(text: str) -> str:
    """A title normalised: NFKC, lower case, without white space, years in Chinese numerals as digits."""
    text = "".join(unicodedata.normalize("NFKC", text).split()).lower().translate(_TRADITIONAL)
    return _CHINESE_YEAR.sub(_year_in_digits, text)


def _year_in_digits(match: re.Match[str]) -> str:
    return "".join("0" if sign in _ZERO else sign for sign in match[0]).translate(_NUMERALS)


def terms_in(title: str) -> tuple[list[Period], str]:
    """The semesters and years that a folded title names, in order, and the rest of the title.

    A range of months counts only if nothing else names a semester, as it may be that of a public notice.
    """
    found: list[Period] = []
    months = _MONTHS.search(title)
    rest = _NOT_TERMS.sub("", _MONTHS.sub("\n", title) if months else title)
    for pattern, read in _READINGS:

        def taken(match: re.Match[str], read: Callable[[re.Match[str]], list[Period]] = read) -> str:
            periods = read(match)
            found.extend(period for period in periods if period not in found)
            return "\n" if periods else match[0]

        rest = pattern.sub(taken, rest)
    if months and not semesters(found):
        found += _of_months(months)
    return found, _REST_OF_TERM.sub("\n", rest)


@dataclass(frozen=True, slots=True)
class NamedTerms:
    """The periods that a title names; ``own``: those of the list itself, apart from back payments and recoveries.

    ``dated``: the whole list is about the period of a back payment or recovery: 2022年春季学期补发2021年秋季.
    """

    named: list[Period]
    own: list[Period]
    dated: bool = False


def named_terms(title: str) -> NamedTerms:
    """The periods that a folded title names. A relative one (补发上学期) is never resolved."""
    named = terms_in(title)[0]
    both = _BOTH.search(title)
    if both is not None:
        return NamedTerms(named, terms_in(title[: both.start()])[0])
    verb = _FOR_A_TERM.search(title)
    if verb is None:
        return NamedTerms(named, named)
    behind = _END_OF_NAME.split(title[verb.end() :])[0]
    own = terms_in(f"{title[: verb.start()]}\n{title[verb.end() + len(behind) :]}")[0]
    paid_for = terms_in(behind)[0]
    if semesters(paid_for) or (paid_for and not semesters(own)):
        return NamedTerms(paid_for, own, dated=True)
    if _TERM_BEFORE.match(behind):
        return NamedTerms([], own, dated=True)
    return NamedTerms(named, named)


def _year_of(text: str) -> int:
    return int(text) % _CENTURY + _CENTURY


def _school_year(match: re.Match[str]) -> list[Period]:
    first = _year_of(match[1])
    follows = match[2] is None or int(match[2]) % 100 == (first + 1) % 100
    if not follows or not plausible_year(first):
        return []
    return [_in_school_year(first, term) for term in (match[3], match[4]) if term] or [Period(first)]


def _in_school_year(first: int, term: str) -> Period:
    second = any(sign in term for sign in "二2下春") or "ii" in term
    return Period(first + 1, "spring") if second else Period(first, "autumn")


def _two_years(match: re.Match[str]) -> list[Period]:
    first = int(match[1])
    return [_in_school_year(first, match[3] or match[4])] if int(match[2]) == first + 1 else []


def _season(match: re.Match[str]) -> list[Period]:
    year = _year_of(match[1])
    halves = [(year, match[2])]
    if match.re is _SEASON and (match[4] or match[5]):
        halves.append((int(match[3] or year), match[4] or match[5]))
    return (
        [Period(of, "spring" if half in _SPRING else "autumn") for of, half in halves] if plausible_year(year) else []
    )


def _year(match: re.Match[str]) -> list[Period]:
    year = int(match[1])
    return [Period(year)] if plausible_year(year) else []


def _of_months(match: re.Match[str]) -> list[Period]:
    year, month, last = int(match[1]), int(match[2]), int(match[4])
    if not (month in _MONTH_NUMBERS and last in _MONTH_NUMBERS):
        return []
    named = {
        semester_of(date(year, month, 1)),
        semester_of(date(int(match[3]) if match[3] else year, last, 1)),
    }
    return list(named) if len(named) == 1 else []


_MONTH_NUMBERS = range(1, 13)
_READINGS: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], list[Period]]], ...] = (
    (_SCHOOL_YEAR, _school_year),
    (_TWO_YEARS, _two_years),
    (_SEASON, _season),
    (_CODE, _season),
    (_YEAR, _year),
)


def half_in(text: str) -> Half | None:
    """The half that a folded text names without a year: 第一学期, 下学期, 秋季, 上半年; None for none or both."""
    match = _HALVES.search(text)
    if match is None:
        return None
    second = any(sign in match[0] for sign in "二2春") or match[0] in {"下学期", "下期", "上半年"}
    return "spring" if second else "autumn"


def semesters(found: list[Period]) -> list[Period]:
    """The semesters among periods."""
    return [period for period in found if period.semester]


def years(found: list[Period]) -> list[Period]:
    """The years among periods; without any, the years that autumn semesters begin."""
    named = [period for period in found if not period.semester]
    begun = [Period(period.year) for period in found if period.half == "autumn"]
    return named or list(dict.fromkeys(begun))


def school_years(found: list[Period]) -> list[Period]:
    """The school years of periods, each as the year in which it begins."""
    return list(dict.fromkeys(Period(period.school_year) for period in found))


# A date as systems append it to the name of an export: 学生基本信息_20250904.
_EXPORTED = re.compile(r"(?<!\d)(20\d\d)(\d\d)(\d\d)(?!\d)", re.ASCII)


def semesters_exported(name: str) -> list[Period]:
    """The semesters of the dates in a file name: a register states the enrolment on that date."""
    found = []
    for year, month, day in _EXPORTED.findall(name):
        with suppress(ValueError):
            found.append(semester_of(date(int(year), int(month), int(day))))
    return list(dict.fromkeys(found))
