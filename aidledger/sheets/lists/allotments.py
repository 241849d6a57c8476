"""Reads tables of allotments (资金下达): amounts by document, program, period and source."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from aidledger.domain.layout import fold
from aidledger.domain.lines import Lines
from aidledger.domain.listing import SOURCES, TOTAL, Allotments, ListTable
from aidledger.domain.money import yuan_text
from aidledger.i18n import N_
from aidledger.sheets.recognition.assignments import assign
from aidledger.sheets.recognition.cells import AmountNotUnderstood, date_of, fen_of, is_blank, text_of
from aidledger.sheets.recognition.columns import shortened
from aidledger.sheets.recognition.money_headings import ROLE_RANK
from aidledger.sheets.recognition.units import Unit, unit_in

if TYPE_CHECKING:
    from aidledger.catalogue.catalogue import Catalogue
    from aidledger.domain.place import Place
    from aidledger.domain.problem import Problem
    from aidledger.sheets.recognition.columns import StudentRows
    from aidledger.sheets.recognition.hints import Hints
    from aidledger.sheets.recognition.titles import Surroundings

# 川财教〔2021〕45号, with brackets of any kind.
_DOCUMENT = re.compile(r"[一-鿿]{2,10}[〔\[【((]?(?:19|20)[0-9]{2}[〕\]】))]?(?:第)?[0-9]{1,4}号")


def read_allotments(
    students: StudentRows,
    place: Place,
    around: Surroundings,
    catalogue: Catalogue,
    hints: Hints,
    columns: Mapping[str, str | None],
) -> tuple[ListTable, list[Problem]]:
    """Read the allotments of a table; every line needs a document, a program and a period."""
    assigned = assign(students, around, catalogue.programs, hints.program, hints.period)
    problems = list(assigned.problems)
    facts = Allotments()
    document_above = document_in("\n".join(source.text for source in around.sources))
    for line, row_number in enumerate(students.numbers):
        document = document_of(students, line) or document_above
        if document is None:
            students.report("document-missing", line, students.header.index("document"))
        program, period = assigned.programs[line], assigned.periods[line]
        for source, fen in _amounts(students, line, catalogue, unit=around.unit):
            if document is None or program is None or period is None:
                continue
            facts.rows.append(row_number)
            facts.documents.append(document)
            facts.issued_on.append(_issued_on(students, line))
            facts.programs.append(program)
            facts.periods.append(period)
            facts.sources.append(source)
            facts.amounts_fen.append(fen)
    listing = ListTable(
        kind="allotment",
        sheet=students.sheet.name,
        header_row=place.row or 1,
        school=None,
        period=None,
        columns=columns,
        lines=Lines(rows=students.numbers),
        facts=facts,
    )
    return listing, problems


def document_of(students: StudentRows, line: int) -> str | None:
    """The document (文号) that a line names in its own column; None without one."""
    index = students.header.index("document")
    text = "" if index is None else text_of(students.rows[line][index])
    if is_blank(text):
        return None
    return document_in(text) or unicodedata.normalize("NFKC", text)


def document_in(text: str) -> str | None:
    """The document number (文号) in a text, with its year in 〔〕."""
    match = _DOCUMENT.search("".join(text.split()))
    return re.sub(r"[\[【((]", "〔", re.sub(r"[\]】))]", "〕", match[0])) if match else None


def _issued_on(students: StudentRows, line: int) -> str | None:
    index = students.header.index("issued_on")
    date_1904 = students.sheet.date_1904
    return None if index is None else date_of(students.rows[line][index], date_1904=date_1904)


def _amounts(students: StudentRows, line: int, catalogue: Catalogue, *, unit: Unit | None) -> Iterator[tuple[str, int]]:
    """The amounts (分) of a line by source: one column per source, or an amount and a column that names its source."""
    header = students.header
    money = min(header.money, key=lambda column: ROLE_RANK[column.role], default=None)
    whole = None if money is None else _fen(students, line, money.index, unit=money.counted_in(unit))
    columns = {source: header.fields[source][0] for source in SOURCES if source in header.fields}
    if columns:
        parts = _amounts_by_source(students, line, columns, unit=unit)
        stated = sum(parts.values())
        if not parts:
            students.report("amount-missing", line, next(iter(columns.values())))
        elif money is not None and whole not in {None, stated}:
            facts = {"declared": yuan_text(whole or 0), "actual": yuan_text(stated)}
            students.report("declared-total-mismatch", line, money.index, unit=N_("yuan"), **facts)
        yield from parts.items()
    elif money is not None and whole is None:
        students.report("amount-missing", line, money.index)
    elif whole:
        yield _source(students, line, catalogue), whole


def _amounts_by_source(
    students: StudentRows, line: int, columns: Mapping[str, int], *, unit: Unit | None
) -> dict[str, int]:
    """The amounts (分) of a line other than 0 by source, each from its own column."""
    units = {source: unit_in(fold(students.header.texts[at])) or unit for source, at in columns.items()}
    amounts = {source: _fen(students, line, at, unit=units[source]) for source, at in columns.items()}
    return {source: fen for source, fen in amounts.items() if fen}


def _source(students: StudentRows, line: int, catalogue: Catalogue) -> str:
    index = students.header.index("source")
    text = "" if index is None else text_of(students.rows[line][index])
    if is_blank(text):
        return TOTAL
    table = catalogue.layout.values["source"]
    source = next((value.removesuffix("-funds") for word, value in table.items() if word in text), None)
    if source is None:
        students.report("value-unknown", line, index, value=shortened(text))
    return source or TOTAL


def _fen(students: StudentRows, line: int, index: int, *, unit: Unit | None) -> int | None:
    """An amount in 分; 0, and a problem, where it is unreadable."""
    try:
        return fen_of(students.rows[line][index], unit)
    except AmountNotUnderstood as error:
        students.report("amount-format", line, index, value=shortened(error.args[0]))
        return 0
