"""Everything held about a person, as JSON and as sheets with the same rows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from aidledger.domain.identity import masked_text
from aidledger.domain.table import Answer, Cell, Column
from aidledger.i18n import N_
from aidledger.presentation.columns import (
    ACCOUNT,
    AMOUNT,
    BATCH,
    ENTRY,
    FILE,
    NAME,
    NUMBER,
    PERIOD,
    PERSON,
    PLACE,
    PROGRAM,
    RULE,
    SCHOOL,
    SEVERITY,
    STATE,
    Shape,
    as_json,
)
from aidledger.presentation.result import Result

if TYPE_CHECKING:
    from datetime import date

    from aidledger.domain.listing import ListKind
    from aidledger.operations.rights import Copy
    from aidledger.operations.views import Viewed
    from aidledger.store.privacy.holdings import Holdings

Rows = Sequence[Sequence[Cell]]


@dataclass(frozen=True, slots=True)
class _Section:
    """One kind of record: its key in JSON, its sheet's name, its columns and rows."""

    key: str
    title: str
    columns: Sequence[Column]
    rows: Rows

    def shape(self) -> list[Shape]:
        return [as_json(self.columns, row) for row in self.rows]

    def printed(self, programs: Mapping[str, str]) -> Rows:
        """The rows of a table: programs by name, years as text, so that no thousands separator is put in."""
        return [
            [_printed(cell, column, programs) for column, cell in zip(self.columns, row, strict=True)]
            for row in self.rows
        ]


def _printed(cell: Cell, column: Column, programs: Mapping[str, str]) -> Cell:
    if column.kind != "text" or cell is None:
        return cell
    return programs.get(str(cell), str(cell)) if column.key == PROGRAM.key else str(cell)


# Fields with another name in the ledger: reserved words, amounts in 分.
_FIELDS = {"amount": "amount_fen", "class": "class_name", "refunded": "refunded_fen"}
_LEVEL, _BOARDING = Column("level", N_("Level"), "word"), Column("boarding", N_("Boarding"), "word")
_GRADE, _CLASS = Column("grade", N_("Grade")), Column("class", N_("Class"))
_STATED = Column("name_stated", N_("Name in the file"))
_ENTRY_YEAR = Column("entry_year", N_("Year of entry"))
_IN_FORCE = Column("in_force", N_("In force"), "mark")
_REASON = Column("reason", N_("Reason"))
_AT, _BY = Column("at", N_("When"), "time"), Column("by", N_("Who"))
_MAJOR = Column("major", N_("Major"))
_STUDENT_NUMBER = Column("student_number", N_("Student number"), "number")


def copy_result(viewed: Viewed[Copy], today: date, programs: Mapping[str, str]) -> Result:
    """``export person``."""
    return Result(
        lambda: _shape(viewed.found, today),
        lambda: _tables(viewed.found, today, programs),
        reveal=viewed.revealed,
    )


def _shape(copy: Copy, today: date) -> Shape:
    """``export``."""
    person, *others = _sections(copy, today)
    return {person.key: person.shape()[0]} | {section.key: section.shape() for section in others}


def _tables(copy: Copy, today: date, programs: Mapping[str, str]) -> list[tuple[str, Answer]]:
    """A sheet for each kind of record; ``programs``: their names by code."""
    return [(one.title, Answer(one.title, one.columns, one.printed(programs))) for one in _sections(copy, today)]


def _sections(copy: Copy, today: date) -> Iterator[_Section]:
    held = copy.held
    yield _identity(held)
    yield _entries(held)
    yield from _lists(held)
    columns: tuple[Column, ...] = (
        Column("order", N_("Order"), "count"), Column("serial", N_("Serial no.")), ENTRY, ACCOUNT, AMOUNT,
        Column("exported_at", N_("When"), "time"), Column("exported_by", N_("Exported by")), STATE,
    )  # fmt: skip
    yield _Section("payment_orders", N_("Payment orders"), columns, [_cells(one, columns) for one in held.ordered])
    columns = (
        Column("notice", N_("Notice"), "count"), ENTRY, PROGRAM, PERIOD,
        Column("posted_from", N_("From")), Column("posted_until", N_("To")),
    )  # fmt: skip
    yield _Section("notices", N_("Public notices"), columns, [_cells(one, columns) for one in held.announced])
    yield from _findings(copy, today)
    yield from _log(copy)
    columns = (
        BATCH, FILE, Column("sha256", "SHA-256"), Column("posted_at", N_("Posted"), "time"),
        Column("posted_by", N_("By")), STATE,
    )  # fmt: skip
    yield _Section("files", N_("Files"), columns, [_cells(one, columns) for one in held.files])


def _cells(record: object, columns: Sequence[Column]) -> list[Cell]:
    """The fields of a record that have columns."""
    return [getattr(record, _FIELDS.get(column.key, column.key)) for column in columns]


def _identity(held: Holdings) -> _Section:
    who = held.identity
    columns = (
        PERSON, Column("document_type", N_("Kind of document")), NUMBER, NAME,
        Column("other_names", N_("Also called")), Column("birth_date", N_("Born")),
        Column("sex", N_("Sex"), "word"), _STUDENT_NUMBER,
    )  # fmt: skip
    born = who.birth_date.isoformat() if who.birth_date else None
    names = ", ".join(who.other_names) or None
    row = (who.person, who.document_type, who.number, who.name, names, born, who.sex, who.student_number)
    return _Section("person", N_("Identity"), columns, [row])


def _entries(held: Holdings) -> _Section:
    columns = (
        ENTRY, *PLACE, PROGRAM, PERIOD, SCHOOL, _STATED, AMOUNT, ACCOUNT, _LEVEL, _BOARDING, _GRADE, _CLASS,
        Column("tier", N_("Tier")), Column("category", N_("Category")), _ENTRY_YEAR,
        Column("reversal_of", N_("Reverses"), "count"), _IN_FORCE,
    )  # fmt: skip
    beside = held.beside
    rows = [[*_cells(entry, columns), *beside.get(entry.entry, (None, None, None))] for entry in held.entries]
    more_columns = Column("guardian", N_("Guardian")), _STUDENT_NUMBER, _MAJOR
    return _Section("entries", N_("Entries"), (*columns, *more_columns), rows)


def _lists(held: Holdings) -> Iterator[_Section]:
    pupil = (SCHOOL, _LEVEL, _GRADE, _CLASS, _STATED)
    certified = (
        PERIOD, *pupil, Column("categories", N_("Categories")), Column("category_stated", N_("Category")),
        Column("certified_on", N_("Certified on")),
    )  # fmt: skip
    enrolled = (
        PERIOD, *pupil, _STUDENT_NUMBER, Column("status", N_("Status")), Column("status_stated", N_("As stated")),
        Column("left_on", N_("Left on")), Column("change", N_("Change of enrolment"), "word"),
        Column("changed_on", N_("Changed on")), _BOARDING, _ENTRY_YEAR, _MAJOR,
    )  # fmt: skip
    returned = (
        ENTRY, NAME, NUMBER, ACCOUNT, AMOUNT, Column("outcome", N_("Outcome")), _REASON,
        Column("paid_on", N_("Paid on")), Column("serial_no", N_("Serial no.")),
    )  # fmt: skip
    yield _list(held, "certification", "certifications", N_("Certifications"), certified)
    yield _list(held, "register", "enrolments", N_("School registers"), enrolled)
    yield _list(held, "bank-return", "bank_returns", N_("Bank returns"), returned)
    came_back = (
        PROGRAM, PERIOD, SCHOOL, AMOUNT, Column("recovered_on", N_("Came back on")),
        Column("document", N_("Document")), _REASON, _STATED,
    )  # fmt: skip
    yield _list(held, "recovery", "recoveries", N_("Recoveries"), came_back)
    yield from _lists_beside(held)


def _lists_beside(held: Holdings) -> Iterator[_Section]:
    """Rows of lists that no payment rests on."""
    needy = (
        Column("source", N_("List")), Column("category", N_("Category"), "word"),
        Column("status", N_("Status"), "word"),
        Column("as_of", N_("As of")), Column("household", N_("Household from row"), "count"),
        Column("relation", N_("Relation")), _STATED,
    )  # fmt: skip
    charged = (
        PERIOD, SCHOOL, _GRADE, _CLASS, Column("item", N_("Kind of fee"), "word"), AMOUNT,
        Column("received_on", N_("Collected on")), Column("receipt", N_("Receipt number")),
        Column("refunded", N_("Fee refunded"), "yuan"), Column("refunded_on", N_("Refunded on")), _STATED,
    )  # fmt: skip
    died = (SCHOOL, Column("died_on", N_("Died on")), _STATED)
    exported = (PROGRAM, PERIOD, Column("part", N_("Part")), SCHOOL, AMOUNT, _STATED)
    yield _list(held, "population", "populations", N_("Hardship populations"), needy)
    yield _list(held, "fee-receipt", "fee_receipts", N_("Fees collected"), charged)
    yield _list(held, "death", "deaths", N_("Deaths"), died)
    yield _list(held, "national-export", "national_payments", N_("Payments by the national system"), exported)


def _list(held: Holdings, kind: ListKind, key: str, title: str, says: Sequence[Column]) -> _Section:
    keys = ["entry_id" if record.key == "entry" else _FIELDS.get(record.key, record.key) for record in says]
    rows = [
        [record.batch, record.file, record.sheet, record.row, *(record.says[key] for key in keys), record.in_force]
        for record in held.of(kind)
    ]
    return _Section(key, title, (*PLACE, *says, _IN_FORCE), rows)


def _findings(copy: Copy, today: date) -> Iterator[_Section]:
    """Findings without their messages, which may name other people."""
    finding = Column("finding", N_("Finding"))
    columns = (
        finding,
        RULE,
        SEVERITY,
        PROGRAM,
        PERIOD,
        STATE,
    )
    rows = [(one.id, one.rule, one.severity, one.program, one.period, one.state(today)) for one in copy.findings]
    yield _Section("findings", N_("Findings"), columns, rows)
    decided = [
        (number, one.at, one.by, one.state, masked_text(one.text), one.until.isoformat() if one.until else None)
        for number, made in copy.decisions.items()
        for one in made
    ]
    columns = (finding, _AT, _BY, STATE, Column("text", N_("Reason")), Column("until", N_("To")))
    yield _Section("decisions", N_("Decisions"), columns, decided)


def _log(copy: Copy) -> Iterator[_Section]:
    event = Column("event", N_("Event"), "count")
    columns: Sequence[Column] = (
        event, _AT, _BY, Column("seen", N_("What was shown")), _REASON, Column("certain", N_("Certain"), "mark"),
    )  # fmt: skip
    rows = [
        (
            one.access.event,
            one.access.at,
            one.access.actor,
            one.access.seen,
            masked_text(one.access.reason),
            one.certain,
        )
        for one in copy.looked
    ]
    yield _Section("accesses", N_("Access log"), columns, rows)
    columns = (event, _AT, _BY, Column("removed", N_("Removed")), _REASON)
    requests = [(one.event, one.at, one.by, ", ".join(one.removed), one.reason) for one in copy.requests]
    yield _Section("requests", N_("Requests to remove"), columns, requests)
