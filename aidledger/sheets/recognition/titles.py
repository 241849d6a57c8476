"""What a roster says of itself around the table: program, term, school, unit."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cache

from aidledger.domain.layout import Layout, fold
from aidledger.domain.part import NO_PART, Part
from aidledger.domain.program import Program
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
from aidledger.sheets.recognition.terms import folded_title, semesters, terms_in, terms_said, years
from aidledger.sheets.recognition.units import Unit, unit_said

_BRACKETED = re.compile(r"[((\[【][^))\]】]{0,200}[))\]】]")
_DISTRICT = re.compile(r"^(?:[^\W\d_]{1,5}?[省市区县])+")
_LABEL = re.compile(r"^(.{2,10}?(?:[(](?:章|公章|盖章|签章)[)](?=[^:])|[:]))[:]?(.+)$")
_SEAL = re.compile(r"[(](?:章|公章|盖章|签章|加盖公章)[)]")
_SCHOOL_BEGINS = 8
Rows = Sequence[Sequence[Cell]]


@dataclass(frozen=True, slots=True)
class Said:
    """What one source (the title, the sheet's name, the file's, a folder's) says; ``text`` is folded.

    ``own``, ``dated``: as in TermsSaid.
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

    ``sources``: the title, the sheet's name, the file's name, most believed first; they must not contradict each
    other. ``folders``: heard only where the sources say nothing. ``parts``: of the term, those named nearest first.
    """

    sources: list[Said] = field(default_factory=list)
    folders: list[Said] = field(default_factory=list)
    parts: list[NamedPart] = field(default_factory=list)
    school: str | None = None
    unit: Unit | None = None

    def programs(self, known: Mapping[str, Program]) -> list[str] | None:
        """The programs that are named in agreement; None where the sources contradict each other."""
        agreed: list[str] = []
        for said in self.sources:
            if said.programs:
                agreed = [code for code in agreed if code in said.programs] if agreed else said.programs
                if not agreed:
                    return None
        if not agreed:
            agreed = self._together(known)
        return self._narrowed(agreed, known)

    def _together(self, known: Mapping[str, Program]) -> list[str]:
        """Where no source names a program by itself: the stage may stand in the title, the aid in the sheet's name."""
        together = ""
        for said in (*self.sources, *self.folders):
            together += said.text
            programs = said_by(together, known.values()).programs
            if programs:
                return programs
        return []

    def _narrowed(self, programs: list[str], known: Mapping[str, Program]) -> list[str]:
        """Of several programs those whose own word the sheet's or the file's name has, where it has one."""
        for said in self.sources[1:]:
            named = [code for code in programs if any(word in said.text for word in known[code].words.column)]
            if len(programs) > 1 and named:
                programs = named
        return programs

    def stages(self) -> set[str]:
        """The stages of education that are named, by the first source that names any."""
        return next((said.stages for said in (*self.sources, *self.folders) if said.stages), set())

    def terms(self) -> list[Period]:
        """The semesters and years that the sources name; where they name none, those of the nearest folder."""
        named = self.terms_heard()
        return named or next((said.terms for said in self.folders if said.terms), [])

    def terms_heard(self) -> list[Period]:
        """The terms that the sources name; where one says what is paid back for a term, that counts alone."""
        dated = [said for said in self.sources if said.dated]
        return [period for said in dated or self.sources for period in said.terms]

    def own_terms(self, program: Program) -> tuple[Period, ...]:
        """The terms of the list itself, beside which it may pay back for others."""
        pick = semesters if program.cadence == "semester" else years
        named = [period for said in self.sources for period in pick(said.own)]
        return tuple(dict.fromkeys(named or next((own for said in self.folders if (own := pick(said.own))), [])))

    def semesters_in(self, half: Half | None, wording: str) -> list[Period]:
        """The semesters that one half of a year, as a column or a cell words it, may be: several where they clash.

        春 and 秋 lie in a calendar year, 第一学期 and 上学期 only in a school year.
        """
        named = self.terms()
        semesters_named = [period for period in named if period.semester]
        if semesters_named:
            agreed = [period for period in semesters_named if period.half == half]
            return list(dict.fromkeys(agreed or [*semesters_named, Period(semesters_named[0].year, half)]))
        by_school_year = any("学年" in said.text for said in (*self.sources, *self.folders))
        if not by_school_year and not any(sign in wording for sign in "春秋年"):
            return []
        later = by_school_year and half == "spring"
        return list(dict.fromkeys(Period(period.year + later, half) for period in named))

    def periods(self, program: Program) -> list[Period]:
        """The periods that it may be paid for: one where the sources agree; more, or none, where they do not."""
        pick = semesters if program.cadence == "semester" else years
        named = pick(self.terms_heard())
        if not named:
            named = next((found for said in self.folders if (found := pick(said.terms))), [])
        if not named and program.cadence == "semester" and not any(said.dated for said in self.sources):
            named = self.terms_of_parts()
        return list(dict.fromkeys(named))

    def terms_of_parts(self) -> list[Period]:
        """The semesters of the months that are named, where nothing else names a term."""
        return [period for one in self.parts if one.dates for period in self.semesters_of(one.part.months)]

    def semesters_of(self, months: tuple[str, ...]) -> list[Period]:
        """The semesters that months lie in: of those that are named, else of the years that are."""
        named = semesters(self.terms())
        if named:
            return [period for period in named if Part(months).of(period).months] or named
        found = [{semester_of(day) for day in self._days(month)} for month in months]
        return sorted(set.intersection(*found), key=lambda period: period.sort_key)

    def _days(self, month: str) -> list[date]:
        """The first days that a month may begin with, in the year that stands with it or in those that are named."""
        number = int(month[-2:])
        if has_year(month):
            return [date(int(month[:4]), number, 1)]
        by_school_year = any("学年" in said.text for said in (*self.sources, *self.folders))
        later = by_school_year and number < _SCHOOL_BEGINS
        return [date(period.year + later, number, 1) for period in self.terms()]

    def part(self, period: Period | None, *, kinds: bool = True) -> Part | None:
        """The part of a term that title and names say together; None where they contradict each other.

        A month with its year that is not in the term says when something was done; one without is of no term that is
        not known. ``kinds``: also 补发 and 补差.
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


def said_by(text: str, programs: Iterable[Program]) -> Said:
    """What a title or a name says."""
    title = folded_title(text)
    terms = terms_said(title)
    codes: list[str] = []
    stages: set[str] = set()
    for program in programs:
        words = program.words
        if any(word in title for word in words.never):
            continue
        if any(word in title for word in words.title[0]):
            stages.add(program.stage)
        if all(any(word in title for word in group) for group in words.title):
            codes.append(program.code)
    return Said(title, terms.named, codes, stages, terms.own, terms.dated)


class Hearing(dict[str, Said]):
    """What titles and names say, each heard once: those of a file and its folders come with each of its sheets."""

    def __init__(self, programs: Iterable[Program]) -> None:
        super().__init__()
        self._programs = tuple(programs)
        self.aid = tuple({fold(word) for program in self._programs for word in program.words.column})

    def __missing__(self, text: str) -> Said:
        said = self[text] = said_by(text, self._programs)
        return said


def surroundings(
    title_rows: Rows,
    names: Iterable[str],
    folders: Sequence[str],
    hearing: Hearing,
    layout: Layout,
    general_rows: Rows = (),
) -> Surroundings:
    """What the rows above a header say, then the names of sheet and file, then the folders, the nearest first.

    ``general_rows`` (the title of a table above it, a cover sheet) are heard where nothing nearer speaks.
    """
    found = Surroundings()
    texts = [_text(title_rows), *names]
    general = _text(general_rows)
    found.sources = [hearing[text] for text in texts]
    found.folders = [hearing[text] for text in ([general] if general else []) + [*folders]]
    found.parts = _parts_around(title_rows, texts[1:], found.sources, hearing.aid, general_rows)
    found.unit = next((unit for text in (texts[0], general) if (unit := unit_said(fold(text)))), None)
    found.school = (
        _labelled_school(title_rows, layout)
        or _school_in_any(texts, layout)
        or school_of(general_rows, layout)
        or _school_in_any(folders, layout)
    )
    return found


def _parts_around(
    title_rows: Rows, names: Sequence[str], sources: Sequence[Said], aid: Sequence[str], general_rows: Rows
) -> list[NamedPart]:
    """The parts that the title (or the one above it) and the names say.

    A month and its year in a text that names the term as well is when it was made; so it is behind a file's name,
    where something else names the term.
    """
    in_words = [bool(semesters(said.terms)) for said in sources]
    titled = parts_of_title(title_rows, aid)
    found = [one for one in titled if not (one.doubtful and in_words[0])] or parts_of_title(general_rows, aid)
    for name, named_here in zip(names, in_words[1:], strict=True):
        made = named_here or (name is names[-1] and any(in_words) and says_when_made(name))
        found += [one for one in parts_named(name) if not (one.doubtful and made)]
    return found


def parts_of_title(rows: Rows, aid: Sequence[str]) -> list[NamedPart]:
    """The parts of a term that rows of a title name."""
    return parts_titled([text for row in rows for cell in row if (text := text_of(cell))], aid)


def _text(rows: Rows) -> str:
    return "\n".join(" ".join(filter(None, map(text_of, row))) for row in rows)


def school_of(rows: Rows, layout: Layout) -> str | None:
    """The school that rows of a title name: behind a label, or in a sentence."""
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
    """The school that a title or a name begins with, or names before its program."""
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
    """Whether more stands before the ending than a district and a kind of school."""
    kinds = "|".join(map(re.escape, layout.school_kinds))
    heads = [text.removesuffix(ending) for ending in layout.school_endings if text.endswith(ending)]
    return not any(re.fullmatch(rf"(?:{kinds})*", _DISTRICT.sub("", head)) for head in heads)
