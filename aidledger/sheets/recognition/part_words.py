"""Parts of a period as titles, headers, cells and people word them: 9月份, 9-10月, 第一批, 补发, 补差."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from aidledger.domain.part import NO_PART, Part
from aidledger.errors import UnknownPart
from aidledger.sheets.formats.sheet import Cell
from aidledger.sheets.recognition.cells import is_blank, text_of
from aidledger.sheets.recognition.terms import folded_title, semesters, terms_in

# Every wording of a part contains one of these.
_SIGNS = "月批补差"
_NUMERALS = "元一二三四五六七八九"
_YEAR = r"(?:(?<!\d)(?:20)?[12]\d年|(?<!\d)20\d\d[.\-/])"
_NUMBER = rf"(?:1[0-2]|0?[1-9]|十[一二]?|[{_NUMERALS}])"
_AND = r"(?:[-—–―~至到]{1,2}|[、,和及与])"
# 9月, 2021年9月份, 9-10月, 九、十月, 2021年11月至2022年1月.
_MONTHS = re.compile(
    rf"(?<![\d第每满.十{_NUMERALS}])(?:{_YEAR}?{_NUMBER}(?:月份?{_AND}?|{_AND})){{0,11}}{_YEAR}?{_NUMBER}月(份?)",
    re.ASCII,
)
_ONE = re.compile(rf"({_YEAR})?({_NUMBER})", re.ASCII)
_FROM_TO = re.compile(r"[-—–―~至到]")
_DAYS = re.compile(
    r"(?:(?:20)?\d\d年)?\d{1,2}月\d{1,2}(?:[-—~至到]\d{1,2})?[日号]?(?![\d月])|20\d\d[.\-/]\d{1,2}[.\-/]\d{1,2}(?![\d月])",
    re.ASCII,
)
# 填报时间:2021年9月, 截至9月, 公示期9月: dates of the list itself, or of its notice.
_DATED = re.compile(rf"(?:日期|时间|公示期?|截[至止]|入学|入校|出生|开学)[于为:]*{_MONTHS.pattern}", re.ASCII)
# The same after the month: 9月底, 9月公示, 9月发放 (but not 9月发放表).
_DATES_AN_EVENT = re.compile(
    r"[日号底末]|初(?![中级一二三])|[上中下]旬|以[前来后]|之[前后]|[前后起止](?=[)的入,、]|$)|开[始学]|入[学校]|出生"
    r"|新[生增入]|公示|填[报表]|制(?=[表作)]|$)|报(?=[送批告)]|$)|印(?=[发制)]|$)"
    r"|(?:发放|支付|拨付|打卡|到账|兑付|下达|划拨)(?!的?(?:花?名|表|明细|清单|册|登记|汇总|情况|信息|统计))"
)
_ORDINAL = rf"[{_NUMERALS[1:]}]?十[{_NUMERALS[1:]}]?|[{_NUMERALS[1:]}]|[1-9]\d?"
_INSTALMENT = re.compile(rf"(?<!本科)(?<!专科)(?:第({_ORDINAL})(?:{_AND}第?({_ORDINAL}))?|首)批次?", re.ASCII)
_INSTALMENT_CELL = re.compile(
    rf"(?:20\d\d年?)?(?:[春秋]季?(?:学期)?)?(?:第?({_ORDINAL})|首)(?:批次?)?(?:发放)?", re.ASCII
)
_TOP_UP = re.compile(r"补差|差额补发|补[发足].{0,30}?差额")
# 含补发: a roster includes back payments, rather than consisting of them.
_BACK_PAYMENT = re.compile(r"(?<![含及和与、,+加不无未停])补发")
_OF_A_COLUMN = re.compile(r"补发|补差额?")
_MONTH_CELL = re.compile(r"(20\d\d)[-./年]?(\d{1,2})月?份?(?:-01)?", re.ASCII)
# Words of a title that names a roster, rather than an office or date.
_LIST = re.compile(r"(?<![填制报])表(?!人)|[名花]册|名单|清单|明细|台账|一览")
_RETURN = re.compile(r"回盘|返盘|代发|退票")
_TERM = re.compile(r"学期|学年|[春秋]季")
_LABEL = re.compile(r"(?:月份?|批次):")
_MARKS = re.compile(r"[\s()\[\]【】〔〕,、.·:\-—_]+")
_LATE = re.compile(rf"(?:{_LIST.pattern}).*20\d\d年\d{{1,2}}月[)\]]?$", re.ASCII)
_WHOLE_TERM_MONTHS = 4
_BEGINNINGS = frozenset({2, 3, 8, 9})
_YEAR_MONTHS = 12
_CENTURY = 2000
_ENGLISH_KINDS = {"back payment": "back-payment", "top up": "top-up"}
_ENGLISH_INSTALMENT = re.compile(r"(\d{1,2})(?:st|nd|rd|th)(?: instalment| batch)?|instalment (\d{1,2})", re.ASCII)


@dataclass(frozen=True, slots=True)
class NamedPart:
    """A part that a text names.

    ``doubtful``: a month with its year, which may date the list itself. ``dates``: the months may determine the period
    where nothing else does: in 2021年9月发放表, but not in 2021年9月助学金.
    """

    part: Part
    doubtful: bool = False
    dates: bool = False


def parts_named(text: str) -> list[NamedPart]:
    """The parts in the name of a sheet or file, or in a title; contradictory ones are all returned."""
    folded = folded_title(text)
    if not any(sign in folded for sign in _SIGNS):
        return []
    return [*_months_named(folded), *map(NamedPart, _instalments(folded)), *map(NamedPart, _kinds(folded))]


def parts_titled(lines: Sequence[str], aid: Sequence[str]) -> list[NamedPart]:
    """The parts in those cells above a header that name the roster; ``aid``: words of programs."""
    return [named for line in lines for named in parts_named(line) if _names_roster(folded_title(line), named, aid)]


def _names_roster(line: str, named: NamedPart, aid: Sequence[str]) -> bool:
    if _LIST.search(line) or _RETURN.search(line) or _LABEL.search(line):
        return True
    if ":" not in line and (_TERM.search(line) or any(word in line for word in aid)):
        return True
    rest = _BACK_PAYMENT.sub("", _TOP_UP.sub("", _INSTALMENT.sub("", _MONTHS.sub("", line))))
    return not named.doubtful and not _MARKS.sub("", rest)


def _months_named(line: str) -> Iterator[NamedPart]:
    line = _DAYS.sub("\n", _DATED.sub("\n", line))
    for match in _MONTHS.finditer(line):
        if _DATES_AN_EVENT.match(line, match.end()):
            continue
        runs = list(_runs(match[0]))
        certain = bool(match[1]) or bool(_LABEL.search(line[: match.start()]))
        for run in runs:
            doubtful = not certain and len(run) == 1 and has_year(run[0])
            yield NamedPart(Part(run), doubtful, dates=not doubtful or bool(_LIST.search(line)))


def _runs(text: str) -> Iterator[tuple[str, ...]]:
    """The runs of consecutive months in an expression, as codes; runs that are a whole semester are left out."""
    return (_codes(run) for run in _spans(text) if not _is_whole_term(run))


def _spans(text: str) -> Iterator[list[int]]:
    """The runs of consecutive months in an expression, as months since year 0 (or its own year, if named)."""
    named: list[int] = []
    for match in _ONE.finditer(text):
        month = _month_number(match[2]) - 1
        year = int(match[1][:-1]) % 100 + _CENTURY if match[1] else named[-1] // _YEAR_MONTHS if named else 0
        at = year * _YEAR_MONTHS + month
        named.append(at + _YEAR_MONTHS if named and at < named[-1] else at)
    if len(named) == 2 and _FROM_TO.search(text):  # noqa: PLR2004 - first and last
        named = [*range(named[0], named[1] + 1)]
    while named:
        length = next((i for i in range(1, len(named)) if named[i] != named[0] + i), len(named))
        yield named[:length]
        named = named[length:]


def _codes(run: Sequence[int]) -> tuple[str, ...]:
    return tuple(map(_month_code, dict.fromkeys((run[0], run[-1]))))


def has_year(month: str) -> bool:
    """Whether a month code includes its year: ``2021-09`` rather than ``09``."""
    return len(month) > 2  # noqa: PLR2004 - length of the month alone


def _month_number(text: str) -> int:
    return int(text) if text.isdigit() else _ordinal(text.replace("元", "一"))


def _month_code(at: int) -> str:
    year, month = divmod(at, _YEAR_MONTHS)
    # Without a named year the count starts at year 0, and months after December are in year 1.
    return f"{year}-{month + 1:02d}" if year > 1 else f"{month + 1:02d}"


def _is_whole_term(run: Sequence[int]) -> bool:
    """Whether a run of months is the whole semester: 9-12月, 2-7月."""
    begins = run[0] % _YEAR_MONTHS + 1 in _BEGINNINGS
    return len(run) > _WHOLE_TERM_MONTHS or (len(run) == _WHOLE_TERM_MONTHS and begins)


def _ordinal(text: str) -> int:
    if text.isdigit():
        return int(text)
    tens, ten, ones = text.rpartition("十")
    return (_ordinal(tens) if tens else 1 if ten else 0) * 10 + ("〇一二三四五六七八九".index(ones) if ones else 0)


def _instalments(line: str) -> list[Part]:
    parts = []
    for match in _INSTALMENT.finditer(line):
        parts += [
            Part(instalment=_ordinal(number or "1")) for number in dict.fromkeys((match[1], match[2] or match[1]))
        ]
    return list(dict.fromkeys(parts))


def _kinds(line: str) -> list[Part]:
    if _TOP_UP.search(line):
        return [Part(kind="top-up")]
    return [Part(kind="back-payment")] if _BACK_PAYMENT.search(line) else []


def says_when_made(name: str) -> bool:
    """Whether a month at the end of a file name may date the file itself: 助学金花名册2021年12月."""
    return bool(_LATE.search(folded_title(name)))


def without_parts(text: str) -> str:
    """A folded title without the words of parts, which would otherwise run into the name of a school."""
    if not any(sign in text for sign in _SIGNS):
        return text
    return _BACK_PAYMENT.sub("\n", _INSTALMENT.sub("\n", _MONTHS.sub("\n", text)))


def part_in_heading(heading: str) -> tuple[Part, str]:
    """The part that the folded header of a column names, and the rest of the header.

    补发 and 补差 count only if the header names the period (补发2021年秋季); alone they are a component of an amount.
    """
    part, rest = NO_PART, heading
    if not any(sign in heading for sign in _SIGNS):
        return part, rest
    match, runs = _MONTHS.search(rest), []
    if match is not None and not _DAYS.search(rest):
        runs = list(_runs(match[0]))
    if match is not None and len(runs) == 1:
        part, rest = Part(runs[0]), rest.replace(match[0], "", 1)
    instalment = _INSTALMENT.search(rest)
    if instalment is not None and not instalment[2]:
        part, rest = Part(part.months, _ordinal(instalment[1] or "1")), rest.replace(instalment[0], "", 1)
    kind = _OF_A_COLUMN.search(rest)
    if kind is not None and semesters(terms_in(rest)[0]):
        part = Part(part.months, part.instalment, "back-payment" if kind[0] == "补发" else "top-up")
        rest = rest.replace(kind[0], "", 1)
    return part, rest


def months_in_cell(cell: Cell) -> tuple[str, ...]:
    """The month that a cell names, or the first and last of several; empty where it names none."""
    run = _run_in_cell(cell)
    return _codes(run) if run else ()


def month_in_cell(cell: Cell) -> Part:
    """The part that the months in a cell are; NO_PART where they are a whole semester."""
    run = _run_in_cell(cell)
    return Part(_codes(run)) if run and not _is_whole_term(run) else NO_PART


def _run_in_cell(cell: Cell) -> list[int]:
    if isinstance(cell, date):
        return [cell.year * _YEAR_MONTHS + cell.month - 1]
    text = "" if is_blank(text_of(cell)) else folded_title(text_of(cell))
    compact = _MONTH_CELL.fullmatch(text)
    if compact:
        text = f"{compact[1]}年{int(compact[2])}月"
    match = _MONTHS.fullmatch(text if text.endswith(("月", "份")) else f"{text}月")
    runs = list(_spans(match[0])) if match else []
    return runs[0] if len(runs) == 1 else []


def instalment_in_cell(cell: Cell) -> Part:
    """The part that a cell of an instalment column names; a bank's batch number is none."""
    text = folded_title(text_of(cell))
    match = _INSTALMENT_CELL.fullmatch(text)
    if match is not None:
        return Part(instalment=_ordinal(match[1] or "1"))
    kinds = _kinds(text)
    return kinds[0] if kinds else NO_PART


def part_by_hand(text: str) -> Part:
    """Parse a part typed as a code or in words, Chinese or English; raises UnknownPart."""
    typed = text.strip().casefold()
    try:
        return Part.parse(_ENGLISH_KINDS.get(typed, typed))
    except UnknownPart:
        part = _joined(typed)
    if not part:
        raise UnknownPart(text=text)
    return part


def _joined(text: str) -> Part:
    """Parse a combination, every component of which must be valid: 2021年9月, 补发."""
    whole = NO_PART
    for piece in re.split(r"\s*[,,;+]\s*", text):
        part = _piece(piece)
        joined = whole.within(part)
        if not part or joined is None:
            return NO_PART
        whole = joined
    return whole


def _piece(text: str) -> Part:
    instalment = _ENGLISH_INSTALMENT.fullmatch(text)
    if text in _ENGLISH_KINDS:
        return Part.parse(_ENGLISH_KINDS[text])
    if instalment:
        return Part(instalment=int(instalment[1] or instalment[2]))
    named = parts_named(text)
    folded = without_parts(_TOP_UP.sub("", folded_title(text)))
    if len(named) == 1 and not _MARKS.sub("", folded):
        return named[0].part
    months = [months_in_cell(piece.strip()) for piece in re.split(r"\s+[-–—]\s+|/", text)]
    ends = [month for run in months for month in run]
    return Part(tuple(ends)) if all(months) and len(ends) <= 2 and _has_month(text) else NO_PART  # noqa: PLR2004


def _has_month(text: str) -> bool:
    """Whether a text marks its number as a month, by 月 or by a year."""
    return "月" in text or bool(re.search(r"20\d\d", text))
