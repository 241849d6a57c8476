"""Reads a grid into a roster file: sheet by sheet, with a fate for every row."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import PurePath

from aidledger.catalogue.catalogue import Catalogue
from aidledger.domain.identity import resident_fault
from aidledger.domain.layout import fold
from aidledger.domain.listing import Deaths, ListTable, Populations, SchoolSums, StaffCards
from aidledger.domain.place import Place
from aidledger.domain.problem import Problem
from aidledger.domain.roster import Fate, Note, RosterFile, Table
from aidledger.domain.term import Period
from aidledger.sheets.feedback.column import FEEDBACK_COLUMNS, FEEDBACK_TITLES
from aidledger.sheets.formats.grid import Sheet
from aidledger.sheets.lists.bank_lines import is_bank_list
from aidledger.sheets.recognition.blocks import blocks_of
from aidledger.sheets.recognition.cells import number_of
from aidledger.sheets.recognition.header import HEADER_ROWS_SEARCHED, HeaderWords, likeliest_header
from aidledger.sheets.recognition.hints import Hints
from aidledger.sheets.recognition.outside import outside
from aidledger.sheets.tables import TableReader

# ID number, program, period; and a claim with its part and the amount in 分.
_Claim = tuple[str, str | None, Period | None]
_Payment = tuple[_Claim, str | None, int]


def read_roster(sheets: Sequence[Sheet], path: str, catalogue: Catalogue, hints: Hints) -> RosterFile:
    """Read the sheets of a file. The result holds problems of cells and recognition; the checks run separately."""
    result = RosterFile()
    reader = TableReader(result, PurePath(path), catalogue, hints)
    words = HeaderWords.of(catalogue.layout, catalogue.in_force)
    headerless = []
    for sheet in sheets:
        _blank_feedback(sheet)
        result.rows_read += sheet.rows_total
        result.fates[Fate.BLANK] += sheet.first_row
        by_hand = reader.columns_by_hand(sheet)
        blocks = blocks_of(
            sheet, replace(words, by_hand=by_hand, first_column=sheet.first_column, of_sums=reader.of_sums(sheet))
        )
        if blocks:
            reader.read(sheet, blocks)
            result.problems += outside(sheet, blocks, catalogue.layout)
        else:
            headerless.append(sheet)
            _skip(sheet, result)
            reader.note_cover(sheet)
        _note_hidden(sheet, result)
    _drop_summaries(result, catalogue)
    if hints.kind is None:
        _drop_sums(result)
    tables: list[Table | ListTable] = [*result.tables, *result.listings]
    unread = [sheet for sheet in headerless if sheet.rows and (not tables or _holds_people(sheet))]
    result.problems += [_no_header(sheet, words) for sheet in unread]
    if not tables and not unread:
        result.problems.append(Problem("no-header"))
    if tables and not any(len(table.lines) or _is_read_in_part(table) for table in tables):
        first = tables[0]
        result.problems.append(Problem("empty-roster", Place(first.sheet, first.header_row)))
    if result.listings and not result.tables:
        result.kind = result.listings[0].kind
    return result


def _no_header(sheet: Sheet, words: HeaderWords) -> Problem:
    """The problem of a sheet without a header, naming the likeliest row and which of its words are recognised."""
    likeliest = likeliest_header(sheet.rows, words)
    if likeliest is None:
        return Problem("no-header", Place(sheet.name), {"list": "bank-return"} if is_bank_list(sheet.rows) else {})
    known, unknown = likeliest.words_by_recognition()
    facts = {"offered": tuple(known), "unknown": tuple(unknown) or ("—",), "missing": likeliest.missing_fields()}
    return Problem("no-header", Place(sheet.name), {"row": sheet.first_row + likeliest.row + 1, **facts})


def _blank_feedback(sheet: Sheet) -> None:
    """Blank what earlier feedback added: it mentions counts and amounts that are not the school's own."""
    if sheet.rows and sheet.rows[0][0] in FEEDBACK_TITLES:
        sheet.rows = []
    for row in sheet.rows[:HEADER_ROWS_SEARCHED]:
        for name in FEEDBACK_COLUMNS:
            if name in row:
                index = row.index(name)
                for other in sheet.rows:
                    other[index] = ""


def _skip(sheet: Sheet, result: RosterFile) -> None:
    for row in sheet.rows:
        result.fates[Fate.OTHER if any(cell != "" for cell in row) else Fate.BLANK] += 1


def _holds_people(sheet: Sheet) -> bool:
    return any(resident_fault(number_of(cell)[0]) is None for row in sheet.rows for cell in row if cell != "")


def _note_hidden(sheet: Sheet, result: RosterFile) -> None:
    if sheet.rows and not sheet.visible:
        result.notes.append(Note("hidden-sheet", sheet.name))
    if sheet.hidden_rows:
        result.notes.append(Note("hidden-rows", sheet.name, sheet.hidden_rows))
    if sheet.covered_cells:
        result.notes.append(Note("covered-cells", sheet.name, sheet.covered_cells))
    if sheet.hidden_columns:
        result.notes.append(Note("hidden-columns", sheet.name, sheet.hidden_columns))
    if sheet.hidden_cells:
        result.notes.append(Note("hidden-cells", sheet.name, sheet.hidden_cells))
    if sheet.doubtful_cells:
        result.notes.append(Note("doubtful-cells", sheet.name, sheet.doubtful_cells))
    if sheet.struck:
        result.notes.append(Note("struck-out-cells", sheet.name, len(sheet.struck)))


def _drop_summaries(result: RosterFile, catalogue: Catalogue) -> None:
    """Drop sheets that are named a summary and only repeat the payments of other sheets."""
    for table in list(result.tables):
        if not any(word in fold(table.sheet) for word in catalogue.layout.summary):
            continue
        others = [payment for other in result.tables if other is not table for payment in _payments(other)]
        own = set(_payments(table))
        if own and own.issubset({*others, *_sums(others)}):
            result.tables.remove(table)
            result.fates[Fate.STUDENT] -= len(table.lines)
            result.fates[Fate.OTHER] += len(table.lines)
            result.problems = [problem for problem in result.problems if problem.place.sheet != table.sheet]
            result.notes.append(Note("summary-sheet", table.sheet))


def _drop_sums(result: RosterFile) -> None:
    """Drop sums by school beside the pupils that they count."""
    sums = [listing for listing in result.listings if isinstance(listing.facts, SchoolSums)]
    if not sums or len(sums) == len(result.tables) + len(result.listings):
        return
    for listing in sums:
        result.listings.remove(listing)
        result.fates[Fate.STUDENT] -= len(listing.lines)
        result.fates[Fate.OTHER] += len(listing.lines)
        result.problems = [problem for problem in result.problems if problem.place.sheet != listing.sheet]
        result.notes.append(Note("summary-sheet", listing.sheet))


def _is_read_in_part(table: Table | ListTable) -> bool:
    """Whether a list may be whole without anybody of it being kept."""
    return isinstance(table, ListTable) and isinstance(table.facts, Populations | Deaths | StaffCards)


def _payments(table: Table) -> Iterator[_Payment]:
    for roster in table.rosters:
        for line, (number, amount) in enumerate(zip(table.lines.numbers, roster.amounts_fen, strict=True)):
            if amount is not None:
                yield (number, roster.program, roster.period), roster.part(line), amount


def _sums(payments: Iterable[_Payment]) -> Iterator[_Payment]:
    """The payments summed over the parts of a period, as a summary states them."""
    sums: dict[_Claim, int] = {}
    for claim, _, amount in payments:
        sums[claim] = sums.get(claim, 0) + amount
    return ((claim, None, total) for claim, total in sums.items())
