"""A sheet of a page: letters, row numbers and merged cells as in Excel, with the cells that something is wrong with."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from aidledger.catalogue.catalogue import Catalogue
from aidledger.domain.place import Place
from aidledger.domain.problem import Problem
from aidledger.i18n import Language, translator
from aidledger.operations.views import Viewed
from aidledger.presentation.printable import printable
from aidledger.presentation.sheets import meaning_text, sheet_result
from aidledger.presentation.wording import place_text, problem_text
from aidledger.sheets.facsimile import Excerpt, Facsimile
from aidledger.web.asked import Asked
from aidledger.web.remedies import FILES

WHOLE_ROWS, PAGE_ROWS = 1_000, 500


@dataclass(frozen=True, slots=True)
class SheetCell:
    """A cell: its text, how far it is merged, the anchor of its place, and how severe its worst problem is."""

    text: str
    anchor: str
    colspan: int = 1
    rowspan: int = 1
    severity: str = ""


@dataclass(frozen=True, slots=True)
class SheetRow:
    """A row with its number; ``gap``: rows before it are not shown. ``meanings``: of a header, shown above it."""

    number: int
    cells: Sequence[SheetCell]
    gap: bool
    severity: str = ""
    meanings: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class SheetProblem:
    """A problem beside the sheet: where it is, in words and as a link, and what it says."""

    severity: str
    label: str
    where: str
    text: str
    href: str | None


@dataclass(frozen=True, slots=True)
class DrawnSheet:
    """A sheet. ``first`` and ``last``: the rows of this page, beside which those with problems stand."""

    name: str
    number: int
    sheets: Sequence[tuple[str, int]]
    letters: Sequence[str]
    rows: Sequence[SheetRow]
    rows_total: int
    first: int
    last: int

    @property
    def later(self) -> int | None:
        """The first row of the next page."""
        return self.last + 1 if self.last < self.rows_total else None

    @property
    def earlier(self) -> int | None:
        """The first row of the page before."""
        return max(1, self.first - PAGE_ROWS) if self.first > 1 else None


def excerpt_of(asked: Asked, named: str | None = None, problems: Sequence[Problem] = ()) -> Excerpt:
    """The page of a sheet that was asked for by their numbers, with all its rows that have a problem.

    ``named``: the sheet where none was asked for. A sheet's name, which may hold a number, stands in no URL.
    """
    rows: dict[str, set[int]] = {}
    for one in problems:
        if one.place.sheet and one.place.row is not None:
            rows.setdefault(one.place.sheet, set()).add(one.place.row)
    first, number = asked.number("first", 1), asked.number("sheet", 0) if asked.text("sheet") else None
    return Excerpt(
        named,
        number,
        first,
        WHOLE_ROWS if first == 1 else PAGE_ROWS,
        {sheet: frozenset(numbers) for sheet, numbers in rows.items()},
    )


def draw_sheet(
    viewed: Viewed[Facsimile],
    excerpt: Excerpt,
    problems: Sequence[Problem],
    catalogue: Catalogue,
    language: Language,
) -> DrawnSheet:
    """A sheet with its problems marked, its numbers masked unless revealed."""
    sheet = viewed.found
    (answer,) = sheet_result(viewed).answers()
    texts = {int(number or 0): [str(text) for text in row] for number, *row in answer.rows}
    last = excerpt.first + excerpt.count - 1
    return DrawnSheet(
        name=sheet.sheet,
        number=sheet.number if sheet.sheet else 0,
        sheets=sheet.sheets,
        letters=sheet.letters,
        rows=list(
            _rows(sheet, texts, [one for one in problems if one.place.sheet == sheet.sheet], catalogue, language)
        ),
        rows_total=sheet.rows_total,
        first=excerpt.first,
        last=min(last, sheet.rows_total),
    )


def _rows(
    sheet: Facsimile,
    texts: Mapping[int, Sequence[str]],
    problems: Sequence[Problem],
    catalogue: Catalogue,
    language: Language,
) -> Iterator[SheetRow]:
    worst = _worst(problems)
    spans, covered = _merged(sheet)
    before = 0
    for number, row in texts.items():
        cells = []
        for at, (letter, text) in enumerate(zip(sheet.letters, row, strict=True), sheet.first_column):
            if (number, at) not in covered:
                rows, columns = spans.get((number, at), (1, 1))
                severity = worst.get((number, letter), "")
                cells.append(SheetCell(printable(text), f"{letter}{number}", columns, rows, severity))
        meanings = sheet.meanings.get(number, {})
        above = [meaning_text(meanings[one], catalogue, language) if one in meanings else "" for one in sheet.letters]
        yield SheetRow(
            number,
            cells,
            number != before + 1,
            worst.get((number, None), ""),
            above if number in sheet.meanings else (),
        )
        before = number


def _worst(problems: Sequence[Problem]) -> Mapping[tuple[int, str | None], str]:
    """The severity of each cell, or row, that something is wrong with; the last that is set is the worst."""
    found: dict[tuple[int, str | None], str] = {}
    order = ["warning", "conflict", "error"]
    for one in sorted(problems, key=lambda problem: order.index(problem.severity.value)):
        if one.place.row is not None:
            found[one.place.row, one.place.column] = one.severity.value
    return found


def _merged(sheet: Facsimile) -> tuple[Mapping[tuple[int, int], tuple[int, int]], frozenset[tuple[int, int]]]:
    """By row number and column of merged cells' top left ones: how many rows and columns; and the cells under them.

    A merged area is cut where rows between are not shown.
    """
    spans: dict[tuple[int, int], tuple[int, int]] = {}
    covered: set[tuple[int, int]] = set()
    right_most = sheet.first_column + len(sheet.letters) - 1
    for (top, left), (bottom, right) in sheet.merges:
        shown = [number for number in range(top + 1, bottom + 2) if number in sheet.rows]
        columns = range(max(left, sheet.first_column), min(right, right_most) + 1)
        if not shown or not columns or shown[0] != top + 1 or len(shown) != shown[-1] - shown[0] + 1:
            continue
        spans[top + 1, columns[0]] = (len(shown), len(columns))
        covered |= {(number, at) for number in shown for at in columns} - {(top + 1, columns[0])}
    return spans, frozenset(covered)


def sheet_problems(
    problems: Sequence[Problem], shown: str | None, catalogue: Catalogue, language: Language
) -> list[SheetProblem]:
    """The problems in reading order; those on another sheet lead there."""
    translate = translator(language)
    return [
        SheetProblem(
            one.severity.value,
            translate(one.severity.value),
            printable(place_text(one.place, language)),
            printable(problem_text(one, FILES, catalogue.programs, language)),
            anchor_of(one.place) if one.place.sheet == shown else None,
        )
        for one in problems
    ]


def anchor_of(place: Place) -> str | None:
    """The anchor of a cell, or of a row."""
    if place.row is None:
        return None
    return f"#{place.column}{place.row}" if place.column else f"#row-{place.row}"
