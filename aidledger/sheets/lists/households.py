"""Reads lists of hardship populations: a row per household with its members side by side, or a row per person."""

from __future__ import annotations

import calendar
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, NamedTuple

from aidledger.domain.hardship import OTHER, categories_in, worded
from aidledger.domain.layout import fold
from aidledger.domain.lines import Lines
from aidledger.domain.listing import HARDSHIP_CATEGORIES, Populations
from aidledger.domain.problem import Problem
from aidledger.domain.roster import Note
from aidledger.sheets.lists.young import MemberReader
from aidledger.sheets.recognition.cells import YES, optional_text, text_of
from aidledger.sheets.recognition.terms import semesters

if TYPE_CHECKING:
    from aidledger.catalogue.catalogue import Catalogue
    from aidledger.domain.place import Place
    from aidledger.sheets.recognition.columns import StudentRows
    from aidledger.sheets.recognition.header import Header
    from aidledger.sheets.recognition.hints import Hints
    from aidledger.sheets.recognition.titles import Surroundings

_DAY = re.compile(r"(?<!\d)(20\d\d)(?:[年.\-/_](\d{1,2})[月.\-/_](\d{1,2})|(\d\d)(\d\d))(?!\d)", re.ASCII)
_MONTH = re.compile(r"(?<!\d)(20\d\d)(?:[年.\-/_](\d{1,2})|(\d\d))(?=月|[^\d]|$)", re.ASCII)
_NAME = re.compile(r"姓名|名字|户主$|成员[0-9一二三四五六七八九十]*$")
_NO_NAME = re.compile(r"身份证|证件|公民身份|关系|性别|电话|银行|账|卡|人数|数量")
_RELATION = re.compile(r"关系")
_TOWNSHIP = re.compile(r"(?<![一-鿿])[一-鿿]{1,4}?(?<![城乡全各本])(?:街道|镇|乡)(?!镇)")
_BESIDE_TOWNSHIP = re.compile(
    r"[省市县区]|20[0-9]{2}年?|[0-9]+月|备案|花名册|名[单册]|明细|台账|清单|汇总|登记|信息|情况|对象|人员|家庭|表"
)
_AREAS = (("rural", re.compile(r"农村")), ("urban", re.compile(r"城镇|城市")))
_HEADS = frozenset({"户主", "本人", "本人或户主", "户主本人"})
_NO = frozenset({"否", "n", "no", "0", "无", "×"})
_REMOVAL = "消除"
# A category as certifications name it may say a status, too.
_BASES = {
    "poverty-household-unaided": ("poverty-household", "not-entitled"),
    "risk-removed": ("monitored", "risk-removed"),
}


class _MemberColumns(NamedTuple):
    """The columns of one person in a row."""

    number: int
    name: int | None
    relation: int | None


@dataclass(frozen=True, slots=True)
class HouseholdRows:
    """A table of households and its surroundings."""

    students: StudentRows
    place: Place
    around: Surroundings
    catalogue: Catalogue
    hints: Hints

    def facts(self) -> tuple[Populations, Lines, list[Problem], list[Note]]:
        """What the list says of the members kept, their lines, and problems and notes of the whole list."""
        facts = Populations([], [], [], [], [], [])
        named, problems = self._listed()
        columns = _people_in(self.students.header)
        if not columns:
            headers = ", ".join(text for text in self.students.header.texts if text)
            problems.append(Problem("missing-column", self.place, {"field": "number", "headers": headers}))
        if problems:
            return facts, Lines(), problems, []
        reader = MemberReader(self.students, named.day)
        rows = list(self._rows(named))
        for line, household in enumerate(self._households(columns)):
            category, status = rows[line]
            for person in columns:
                if reader.read(line, person.number, person.name):
                    relation = None if person.relation is None else self.students.rows[line][person.relation]
                    facts.sources.append(named.source)
                    facts.categories.append(category)
                    facts.statuses.append(status)
                    facts.days.append(named.day.isoformat())
                    facts.households.append(household)
                    facts.relations.append(None if relation is None else optional_text(relation))
        return facts, reader.lines, [], [reader.note()]

    def _listed(self) -> tuple[_Named, list[Problem]]:
        """What the surroundings say of the whole list, and problems where they say too little."""
        problems = []
        day = self._day()
        if day is None:
            problems.append(Problem("day-missing", self.place))
        texts = [source.text for source in self.around.sources]
        layout = self.catalogue.layout
        stated = next((found for text in texts if (found := worded(text, layout.values["category"]))), None)
        word = next((word for text in texts for word in layout.titles["population"] if word in text), None)
        if stated is None and word is None and "category" not in self.students.header.fields:
            problems.append(Problem("population-unknown", self.place))
        category, implied = _BASES.get(stated or OTHER, (stated or OTHER, None))
        status = implied or next((said for text in texts if (said := self._status_in(text))), None)
        area = " ".join(name for name, pattern in _AREAS if any(map(pattern.search, texts)))
        what = category if category != OTHER else word or OTHER
        source = " ".join(filter(None, (what, area if " " not in area else "", status, self._township())))
        return _Named(day or date.min, category, status, source[:_SOURCE_MAX]), problems

    def _status_in(self, text: str) -> str | None:
        table = self.catalogue.layout.values["population_status"]
        return next((status for word, status in table.items() if len(word) > _SHORTEST and word in text), None)

    def _day(self) -> date | None:
        """The day of the list: of its file's name, else of title or sheet; the last of a month; a term's first."""
        sources = [*reversed(self.around.sources), *self.around.folders]
        texts = [unicodedata.normalize("NFKC", source.text) for source in sources]
        days = [day for text in texts for match in _DAY.finditer(text) if (day := _day_of(match))]
        days += [day for text in texts for match in _MONTH.finditer(text) if (day := _end_of(match))]
        # A year by itself may be any: 2025年度.
        periods = [self.hints.period] if self.hints.period else semesters(self.around.terms())
        return next(iter(days), None) or next((period.start for period in periods), None)

    def _township(self) -> str | None:
        """The township of a list that is one township's: as its file is named, or its title where that says nothing."""
        layout = self.catalogue.layout
        titles = [source.text for source in self.around.sources]
        of_file = titles[-1]
        if any(word in of_file for word in layout.titles["population"]):
            titles = [of_file]
        words = "|".join(map(re.escape, layout.titles["population"]))
        rests = (_BESIDE_TOWNSHIP.sub("\n", re.sub(words, "\n", text)) for text in titles)
        return next((match[0] for rest in rests if (match := _TOWNSHIP.search(rest))), None)

    def _rows(self, named: _Named) -> Iterator[tuple[str, str | None]]:
        """By line, category and status: of their own columns, else of the whole list."""
        header, values = self.students.header, self.catalogue.layout.values
        columns = header.fields.get("category", ())
        status_at = header.index("entitlement")
        for row in self.students.rows:
            texts = [text_of(row[index]) for index in columns]
            stated = {category for text in texts for category in categories_in(text, values["category"])} - {OTHER}
            category, status = named.category, named.status
            if stated:
                first = min(stated, key=HARDSHIP_CATEGORIES.index)
                category, implied = _BASES.get(first, (first, None))
                status = implied or status
            if status_at is not None:
                status = self._status(text_of(row[status_at]), header.texts[status_at]) or status
            yield category, status

    def _status(self, text: str, header: str) -> str | None:
        folded = fold(text)
        if folded in YES or folded in _NO:
            yes, no = ("risk-removed", "at-risk") if _REMOVAL in header else ("entitled", "not-entitled")
            return yes if folded in YES else no
        return worded(text, self.catalogue.layout.values["population_status"]) if folded else None

    def _households(self, columns: Sequence[_MemberColumns]) -> Iterator[int]:
        """By line the row in which its household begins."""
        header = self.students.header
        key_at = header.index("household")
        if key_at is None and header.members and "number" in header.fields:
            key_at = header.members[0]
        relation_at = columns[0].relation if len(columns) == 1 else None
        begun: dict[str, int] = {}
        first = 0
        for row, number in zip(self.students.rows, self.students.numbers, strict=True):
            key = None if key_at is None else optional_text(row[key_at])
            if key is not None:
                first = begun.setdefault(key, number)
            elif key_at is None and (relation_at is None or text_of(row[relation_at]) in _HEADS):
                first = number
            first = first or number
            yield first


@dataclass(frozen=True, slots=True)
class _Named:
    """What a whole list says: its day, category and status, and the name by which the next one replaces it."""

    day: date
    category: str
    status: str | None
    source: str


_SOURCE_MAX = 64
_SHORTEST = 2


def _people_in(header: Header) -> list[_MemberColumns]:
    """The columns of each person of a row, from left to right: number, name before or behind it, relation."""
    fields = header.fields
    numbers = sorted({*fields.get("number", ()), *header.members}) or fields.get("disability_card", [])
    texts = [fold(text) for text in header.texts]
    names = {i for i, text in enumerate(texts) if _NAME.search(text) and not _NO_NAME.search(text)}
    names |= {*fields.get("name", ()), *fields.get("guardian", ())}
    relations = [i for i, text in enumerate(texts) if _RELATION.search(text)]
    found: list[_MemberColumns] = []
    for at, number in enumerate(numbers):
        before = numbers[at - 1] if at else -1
        behind = numbers[at + 1] if at + 1 < len(numbers) else len(texts)
        left = [i for i in names if before < i < number and not _taken(i, found)]
        right = [i for i in names if number < i < behind]
        name = max(left, default=None) if left else min(right, default=None)
        begins = min(number, number if name is None else name)
        ends = min((i for i in names if i > max(number, begins) and i != name), default=behind)
        relation = next((i for i in relations if begins < i < ends), None)
        found.append(_MemberColumns(number, name, relation))
    return found


def _taken(index: int, people: Sequence[_MemberColumns]) -> bool:
    return any(person.name == index for person in people)


def _day_of(match: re.Match[str]) -> date | None:
    try:
        return date(int(match[1]), int(match[2] or match[4]), int(match[3] or match[5]))
    except ValueError:
        return None


def _end_of(match: re.Match[str]) -> date | None:
    year, month = int(match[1]), int(match[2] or match[3])
    try:
        return date(year, month, calendar.monthrange(year, month)[1])
    except ValueError:  # calendar.IllegalMonthError is one
        return None
