"""What the surroundings of a table state: program, period, part, school, unit."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cache

from aidledger.domain.layout import Layout, fold
from aidledger.domain.part import NO_PART, Part
from aidledger.domain.program import Program, meant
from aidledger.domain.school import school_name
from aidledger.domain.term import Half, Period, semester_of
from aidledger.sheets.formats.grid import Cell
from aidledger.sheets.recognition.cells import text_of
from aidledger.sheets.recognition.part_words import (
    NamedPart,
    has_year,
    parts_named,
    parts_titled,
    says_when_made,
    without_parts,
)
from aidledger.sheets.recognition.terms import folded_title, named_terms, semesters, terms_in, years
from aidledger.sheets.recognition.units import Unit, stated_unit

_BRACKETED = re.compile(r"[((\[【][^))\]】]{0,200}[))\]】]")
_DISTRICT = re.compile(r"^(?:[^\W\d_]{1,5}?[省市区县])+")
_LABEL = re.compile(r"^(.{2,10}?(?:[(](?:章|公章|盖章|签章)[)](?=[^:])|[:]))[:]?(.+)$")
_SEAL = re.compile(r"[(](?:章|公章|盖章|签章|加盖公章)[)]")
_SCHOOL_BEGINS = 8
Rows = Sequence[Sequence[Cell]]


@dataclass(frozen=True, slots=True)
class TextSource:
    """One source of information (title, name of sheet, file or folder): its folded text, and what that names.

    ``terms``: periods, ``programs``: codes; ``own``, ``dated``: as in NamedTerms.
    """

    text: str
    terms: list[Period]
    programs: list[str]
    stages: set[str]
    own: list[Period]
    dated: bool


@dataclass(slots=True)
class Surroundings:
    """Everything around one table.

    ``sources``: title, sheet name and file name, which must not contradict each other. ``folders``: nearest first, used
    only where the sources are silent. ``parts``: the parts of a period that are named, nearest first.
    """

    sources: list[TextSource] = field(default_factory=list)
    folders: list[TextSource] = field(default_factory=list)
    parts: list[NamedPart] = field(default_factory=list)
    school: str | None = None
    unit: Unit | None = None

    def programs(self, known: Mapping[str, Program]) -> list[str] | None:
        """The codes of programs on which the sources agree; None where they contradict each other."""
        agreed: list[str] = []
        for source in self.sources:
            if source.programs:
                agreed = [code for code in agreed if code in source.programs] if agreed else source.programs
                if not agreed:
                    return None
        if not agreed:
            agreed = self._combined(known)
        return self._narrowed(agreed, known)

    def _combined(self, known: Mapping[str, Program]) -> list[str]:
        """Where no single source names a program: the stage may be in the title, the kind of aid in the sheet name."""
        text = ""
        for source in (*self.sources, *self.folders):
            text += source.text
            programs = source_of(text, known.values()).programs
            if programs:
                return programs
        return []

    def _narrowed(self, programs: list[str], known: Mapping[str, Program]) -> list[str]:
        """Of several programs, those with a column word in the name of sheet or file, if any."""
        for source in self.sources[1:]:
            named = [code for code in programs if any(word in source.text for word in known[code].words.column)]
            if len(programs) > 1 and named:
                programs = named
        return programs

    def stages(self) -> set[str]:
        """The stages that the first source with any names."""
        return next((source.stages for source in (*self.sources, *self.folders) if source.stages), set())

    def terms(self) -> list[Period]:
        """The semesters and years that the sources name, else those of the nearest folder that names any."""
        named = self.stated_terms()
        return named or next((source.terms for source in self.folders if source.terms), [])

    def stated_terms(self) -> list[Period]:
        """The periods that the sources name; only that of a back payment or recovery, if a source names it."""
        dated = [source for source in self.sources if source.dated]
        return [period for source in dated or self.sources for period in source.terms]

    def own_terms(self, program: Program) -> tuple[Period, ...]:
        """The periods of the list itself, apart from those of back payments."""
        pick = semesters if program.cadence == "semester" else years
        named = [period for source in self.sources for period in pick(source.own)]
        return tuple(dict.fromkeys(named or next((own for source in self.folders if (own := pick(source.own))), [])))

    def semesters_in(self, half: Half | None, wording: str) -> list[Period]:
        """The semesters that a half named by a column or cell may be; several where the sources contradict it.

        春 and 秋 belong to a calendar year, 第一学期 and 上学期 only to a school year.
        """
        named = self.terms()
        semesters_named = [period for period in named if period.semester]
        if semesters_named:
            agreed = [period for period in semesters_named if period.half == half]
            return list(dict.fromkeys(agreed or [*semesters_named, Period(semesters_named[0].year, half)]))
        by_school_year = any("学年" in source.text for source in (*self.sources, *self.folders))
        if not by_school_year and not any(sign in wording for sign in "春秋年"):
            return []
        later = by_school_year and half == "spring"
        return list(dict.fromkeys(Period(period.year + later, half) for period in named))

    def periods(self, program: Program) -> list[Period]:
        """The periods that the program may be paid for: exactly one where the sources agree."""
        pick = semesters if program.cadence == "semester" else years
        named = pick(self.stated_terms())
        if not named:
            named = next((found for source in self.folders if (found := pick(source.terms))), [])
        if not named and program.cadence == "semester" and not any(source.dated for source in self.sources):
            named = self.terms_of_parts()
        return list(dict.fromkeys(named))

    def terms_of_parts(self) -> list[Period]:
        """The semesters of the months named, for use where nothing else names a period."""
        return [period for named in self.parts if named.dates for period in self.semesters_of(named.part.months)]

    def semesters_of(self, months: tuple[str, ...]) -> list[Period]:
        """The semesters of months: those named that include them, else semesters of the years named."""
        named = semesters(self.terms())
        if named:
            return [period for period in named if Part(months).of(period).months] or named
        by_month = [{semester_of(day) for day in self._days(month)} for month in months]
        return sorted(set.intersection(*by_month), key=lambda period: period.sort_key)

    def _days(self, month: str) -> list[date]:
        """The possible first days of a month, in its own year or in the years named."""
        number = int(month[-2:])
        if has_year(month):
            return [date(int(month[:4]), number, 1)]
        by_school_year = any("学年" in source.text for source in (*self.sources, *self.folders))
        later = by_school_year and number < _SCHOOL_BEGINS
        return [date(period.year + later, number, 1) for period in self.terms()]

    def part(self, period: Period | None, *, kinds: bool = True) -> Part | None:
        """The part that title and names state together; None where they contradict each other.

        A dated month outside the period dates the list itself; a month without a year needs a known period. ``kinds``:
        include 补发 and 补差.
        """
        whole: Part | None = NO_PART
        for named in self.parts:
            part = named.part if kinds else replace(named.part, kind=None)
            dated = all(map(has_year, part.months))
            fixed = part.of(period) if period else part if dated else replace(part, months=())
            if period and part.months and not fixed.months and not dated:
                return None
            whole = whole.within(fixed) if whole is not None else None
        return whole


def source_of(text: str, programs: Iterable[Program]) -> TextSource:
    """Read a title or a name."""
    title = folded_title(text)
    terms = named_terms(title)
    named: list[Program] = []
    stages: set[str] = set()
    for program in programs:
        words = program.words
        if any(word in title for word in words.never):
            continue
        if program.in_force and program.stage != "any" and any(word in title for word in words.title[0]):
            stages.add(program.stage)
        if all(any(word in title for word in group) for group in words.title):
            named.append(program)
    return TextSource(title, terms.named, [program.code for program in meant(named)], stages, terms.own, terms.dated)


class SourceCache(dict[str, TextSource]):
    """Caches sources by text: the names of file and folders recur with every sheet."""

    def __init__(self, programs: Iterable[Program]) -> None:
        super().__init__()
        self._programs = tuple(programs)
        running = (program for program in self._programs if program.in_force)
        self.aid = tuple({fold(word) for program in running for word in program.words.column})

    def __missing__(self, text: str) -> TextSource:
        source = self[text] = source_of(text, self._programs)
        return source


def surroundings(
    title_rows: Rows,
    names: Iterable[str],
    folders: Sequence[str],
    cache_of_sources: SourceCache,
    layout: Layout,
    general_rows: Rows = (),
) -> Surroundings:
    """Read the rows above a header, the names of sheet and file, and the folders, nearest first.

    ``general_rows`` (the title of a table above, a cover sheet) are used only where nothing nearer says anything.
    """
    found = Surroundings()
    texts = [_text(title_rows), *names]
    general = _text(general_rows)
    found.sources = [cache_of_sources[text] for text in texts]
    found.folders = [cache_of_sources[text] for text in ([general] if general else []) + [*folders]]
    found.parts = _parts_around(title_rows, texts[1:], found.sources, cache_of_sources.aid, general_rows)
    found.unit = next((unit for text in (texts[0], general) if (unit := stated_unit(fold(text)))), None)
    found.school = (
        _labelled_school(title_rows, layout)
        or _school_in_any(texts, layout)
        or school_of(general_rows, layout)
        or _school_in_any(folders, layout)
    )
    return found


def _parts_around(
    title_rows: Rows, names: Sequence[str], sources: Sequence[TextSource], aid: Sequence[str], general_rows: Rows
) -> list[NamedPart]:
    """The parts that title (or else ``general_rows``) and names state.

    A dated month is the date of the list itself where its text names the period as well, or at the end of a file name
    where any source names the period.
    """
    names_term = [bool(semesters(source.terms)) for source in sources]
    titled = parts_of_title(title_rows, aid)
    parts = [part for part in titled if not (part.doubtful and names_term[0])] or parts_of_title(general_rows, aid)
    for name, named_here in zip(names, names_term[1:], strict=True):
        is_list_date = named_here or (name is names[-1] and any(names_term) and says_when_made(name))
        parts += [part for part in parts_named(name) if not (part.doubtful and is_list_date)]
    return parts


def parts_of_title(rows: Rows, aid: Sequence[str]) -> list[NamedPart]:
    """The parts that the rows of a title name."""
    return parts_titled([text for row in rows for cell in row if (text := text_of(cell))], aid)


def _text(rows: Rows) -> str:
    return "\n".join(" ".join(filter(None, map(text_of, row))) for row in rows)


def school_of(rows: Rows, layout: Layout) -> str | None:
    """The school that rows of a title name, after a label or in running text."""
    return _labelled_school(rows, layout) or _school_in_any([_text(rows)], layout)


def _school_in_any(texts: Iterable[str], layout: Layout) -> str | None:
    return next((school for text in texts for line in text.split("\n") if (school := school_in(line, layout))), None)


def _labelled_school(rows: Rows, layout: Layout) -> str | None:
    for line in ([text for cell in row if (text := text_of(cell))] for row in rows):
        for i, cell in enumerate(line):
            for piece in re.split(r"\s{2,}|　+|\s(?=\S{2,6}[:：])", cell):
                match = _LABEL.match(unicodedata.normalize("NFKC", piece).strip())
                label = fold(_BRACKETED.sub("", match[1] if match else piece)).rstrip(":")
                if label not in layout.school_labels:
                    continue
                name = match[2] if match else line[i + 1] if i + 1 < len(line) else ""
                name = _SEAL.sub("", school_name(name))
                if any(ending in name for ending in layout.school_endings):
                    return name
    return None


def school_in(text: str, layout: Layout) -> str | None:
    """The school that a title or name begins with, or names before the program."""
    _, rest = terms_in(without_parts(folded_title(text)))
    pattern = _names_of_schools(layout.school_endings)
    for piece in rest.split("\n"):
        match = pattern.search(piece)
        if match and _is_a_name(match[0], layout):
            return match[0]
    return None


@cache
def _names_of_schools(endings: tuple[str, ...]) -> re.Pattern[str]:
    one = rf"(?:{'|'.join(map(re.escape, endings))})(?![生校])"
    return re.compile(
        rf"[^\W\d_·、,。]{{2,60}}?{one}(?:(?:附属|附设|分校|第[一二三四五]).{{0,8}}?{one}|\([^()]{{1,10}}校区\))?"
    )


def _is_a_name(text: str, layout: Layout) -> bool:
    """Whether a match has more before its ending than a district and a kind of school."""
    kinds = "|".join(map(re.escape, layout.school_kinds))
    heads = [text.removesuffix(ending) for ending in layout.school_endings if text.endswith(ending)]
    return not any(re.fullmatch(rf"(?:{kinds})*", _DISTRICT.sub("", head)) for head in heads)
