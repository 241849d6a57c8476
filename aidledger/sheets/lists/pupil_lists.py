"""Reads lists about pupils that no payment rests on: fees collected, deaths, and the cards of a school's staff."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from aidledger.domain.hardship import worded
from aidledger.domain.layout import fold
from aidledger.domain.lines import Lines
from aidledger.domain.listing import Deaths, FeeReceipts, StaffCards
from aidledger.domain.money import yuan_text
from aidledger.domain.problem import Problem
from aidledger.domain.roster import Note
from aidledger.sheets.lists.young import MemberReader
from aidledger.sheets.recognition.cells import (
    AmountNotUnderstood,
    date_of,
    fen_of,
    is_blank,
    is_name,
    name_of,
    number_of,
    text_of,
)
from aidledger.sheets.recognition.columns import shortened
from aidledger.sheets.recognition.money_headings import ROLE_RANK
from aidledger.sheets.recognition.units import Unit, unit_in

if TYPE_CHECKING:
    from aidledger.catalogue.catalogue import Catalogue
    from aidledger.domain.place import Place
    from aidledger.sheets.recognition.columns import StudentRows
    from aidledger.sheets.recognition.titles import Surroundings

_CARD_DIGITS = range(12, 20)
_MONTH_LENGTH = len("2021-12")


@dataclass(frozen=True, slots=True)
class FeeRows:
    """A table of fees collected from pupils, and its surroundings."""

    students: StudentRows
    place: Place
    around: Surroundings
    catalogue: Catalogue

    def facts(self) -> tuple[FeeReceipts, list[Problem]]:
        """The fees by line, and problems other than those of cells."""
        students, header = self.students, self.students.header
        at = header.index("fee")
        if at is None and not header.money:  # what was given back was collected
            at = header.index("refunded")
        if at is None:
            column = min(header.money, key=lambda column: ROLE_RANK[column.role], default=None)
            at = None if column is None else column.index
        if at is None:
            headers = ", ".join(text for text in header.texts if text)
            return _no_fees(len(students.rows)), [
                Problem("missing-column", self.place, {"field": "fee", "headers": headers})
            ]
        return FeeReceipts(
            items=self._items(at),
            amounts_fen=self._amounts(at, needed=True),
            received_on=students.dates("received_on"),
            receipts=[_plain(text) for text in students.texts("receipt" if "receipt" in header.fields else "document")],
            refunded_fen=self._amounts(header.index("refunded"), needed=False),
            refunded_on=students.dates("refunded_on"),
        ), []

    def _items(self, fee_at: int) -> list[str | None]:
        """By line what the fee is for: of its column, of the fee's heading, or of the title."""
        table = self.catalogue.layout.values["fee_item"]
        index = self.students.header.index("fee_item")
        titles = (self.students.header.texts[fee_at], *(source.text for source in self.around.sources))
        titled = next((item for title in titles if (item := worded(title, table))), None)
        items = []
        for line, row in enumerate(self.students.rows):
            text = "" if index is None else text_of(row[index])
            item = titled if is_blank(text) else worded(text, table)
            if item is None and not is_blank(text):
                self.students.report("value-unknown", line, index, value=shortened(text))
            items.append(item)
        return items

    def _amounts(self, index: int | None, *, needed: bool) -> list[int | None]:
        """By line the amount (分) of a column; ``needed``: a line without one is wrong."""
        if index is None:
            return [None] * len(self.students.rows)
        unit = unit_in(fold(self.students.header.texts[index])) or self.around.unit
        return [self._amount(line, index, unit, needed=needed) for line in range(len(self.students.rows))]

    def _amount(self, line: int, index: int, unit: Unit | None, *, needed: bool) -> int | None:
        cell = self.students.rows[line][index]
        try:
            amount = fen_of(cell, unit)
        except AmountNotUnderstood as error:
            self.students.report("amount-format", line, index, value=shortened(error.args[0]))
            return None
        if amount is None and needed:
            self.students.report("amount-missing", line, index)
        elif amount is not None and (amount < 0 or (needed and amount == 0)):
            self.students.report("amount-not-positive", line, index, amount=yuan_text(amount))
        return amount or None


def _no_fees(count: int) -> FeeReceipts:
    return FeeReceipts(
        items=[None] * count,
        amounts_fen=[None] * count,
        received_on=[None] * count,
        receipts=[None] * count,
        refunded_fen=[None] * count,
        refunded_on=[None] * count,
    )


def _plain(text: str | None) -> str | None:
    return unicodedata.normalize("NFKC", text) if text else None


def deaths(students: StudentRows, place: Place) -> tuple[Deaths, Lines, list[Problem], list[Note]]:
    """The deaths of those who were of the age of a pupil or student, and their lines; nobody else is kept."""
    facts = Deaths([])
    number_at, name_at, index = (students.header.index(name) for name in ("number", "name", "died_on"))
    if number_at is None:
        return facts, Lines(), [], []  # reported as a missing column
    if index is None:
        headers = ", ".join(text for text in students.header.texts if text)
        return facts, Lines(), [Problem("missing-column", place, {"field": "died_on", "headers": headers})], []
    reader = MemberReader(students, date.max)
    schools = students.schools()
    for line, row in enumerate(students.rows):
        day = date_of(row[index], date_1904=students.sheet.date_1904)
        if day is None:
            students.report("day-of-death-missing", line, index)
        elif reader.read(line, number_at, name_at, _first(day)):
            facts.died_on.append(day)
            reader.lines.schools[-1] = schools[line]
    return facts, reader.lines, [], [reader.note()]


def _first(day: str) -> date:
    return date.fromisoformat(f"{day}-01" if len(day) == _MONTH_LENGTH else day)


def staff_cards(students: StudentRows, place: Place) -> tuple[StaffCards, Lines, list[Problem]]:
    """The cards of a school's staff with masked names; lines without a card tell nothing and are not kept."""
    facts, lines = StaffCards([]), Lines()
    header = students.header
    index = header.index("account")
    name_at = header.index("staff_name")
    name_at = header.index("name") if name_at is None else name_at
    if index is None:
        headers = ", ".join(text for text in header.texts if text)
        return facts, lines, [Problem("missing-column", place, {"field": "account", "headers": headers})]
    schools = students.schools()
    for line, row in enumerate(students.rows):
        account, lost = number_of(row[index])
        if not account:
            continue
        if lost or not account.isdigit() or len(account) not in _CARD_DIGITS:
            students.report("card-not-read", line, index)
            continue
        name = "" if name_at is None else name_of(row[name_at])
        lines.add(students.numbers[line], accounts=account, schools=schools[line])
        facts.names.append(masked_name(name))
    return facts, lines, []


def masked_name(name: str) -> str:
    """The first character of a name and a star, by which a school recognises its own: 王*."""
    return f"{name[0]}*" if is_name(name) else "*"
