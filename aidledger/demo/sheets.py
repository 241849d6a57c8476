"""Rosters as laid out: title, a line of notes, header, pupils, total, signatures; on one sheet or several."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from aidledger.demo import wording
from aidledger.demo.columns import Cell, DemoColumn, columns_for, grade_name, yuan_cell
from aidledger.demo.listings import DemoList, ListLine
from aidledger.domain.layout import Layout

Row = tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class DemoSheet:
    """One sheet from top to bottom; rows are no longer than the header. ``widths`` in characters."""

    name: str
    title: str
    note: Row | None
    header: tuple[str, ...]
    rows: tuple[Row, ...]
    total: Row
    foot: tuple[Row, ...]
    widths: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class DemoRoster:
    """A workbook to write: its path relative to the demo's folder, and its sheets."""

    path: PurePosixPath
    sheets: tuple[DemoSheet, ...]


def roster_path(listing: DemoList) -> PurePosixPath:
    """A list's path: by period, stage and sender."""
    return PurePosixPath(listing.period.code, listing.folder, wording.file_name(listing))


def roster_of(listing: DemoList, layout: Layout) -> DemoRoster:
    """A list as its sender writes it."""
    columns = columns_for(listing, layout)
    return DemoRoster(
        roster_path(listing), tuple(_sheet(listing, columns, name, lines) for name, lines in _sheets(listing))
    )


def _sheets(listing: DemoList) -> Iterator[tuple[str, Sequence[ListLine]]]:
    if listing.sheeting == "one":
        yield ("Sheet1", "名册", wording.program_names(listing.programs))[listing.style % 3], listing.lines
        return
    by_grade: dict[str, list[ListLine]] = {}
    for line in listing.lines:
        by_grade.setdefault(grade_name(line), []).append(line)
    yield from by_grade.items()


def _sheet(listing: DemoList, columns: tuple[DemoColumn, ...], name: str, lines: Sequence[ListLine]) -> DemoSheet:
    makers = [column.make for column in columns[1:]]
    note = wording.note(listing)
    return DemoSheet(
        name=name,
        title=wording.title(listing),
        note=_spaced(note, len(columns)) if note else None,
        header=tuple(column.header for column in columns),
        rows=tuple((serial, *[make(line) for make in makers]) for serial, line in enumerate(lines, 1)),
        total=_total(listing, columns, lines),
        foot=tuple(_spaced(signed, len(columns)) for signed in wording.foot(listing)),
        widths=tuple(column.width for column in columns),
    )


def _total(listing: DemoList, columns: tuple[DemoColumn, ...], lines: Sequence[ListLine]) -> Row:
    """The sum of each amount column; the number of people, if everybody is paid under every program."""
    say_count = listing.style % 6 != 0 and all(None not in line.amounts_fen for line in lines)
    cells: list[Cell] = []
    for i, column in enumerate(columns):
        if i == 0:
            cells.append("总计" if listing.style % 8 == 0 else "合计")
        elif column.field == "name" and say_count:
            cells.append(f"{len(lines)}人")
        elif column.programs:
            cells.append(yuan_cell(sum(line.amounts_fen[p] or 0 for line in lines for p in column.programs)))
        else:
            cells.append(None)
    return tuple(cells)


def _spaced(texts: Sequence[str], width: int) -> Row:
    """Texts across a sheet: one at the left; two at both ends; three with one in the middle."""
    cells: list[Cell] = [None] * width
    for i, text in enumerate(texts):
        at = 0 if i == 0 else (width - 2 if len(texts) > 2 else width - 1) * i // (len(texts) - 1)  # noqa: PLR2004
        cells[at] = text
    return tuple(cells)
