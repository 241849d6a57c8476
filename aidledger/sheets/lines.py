"""What every row under a header is: a student, a total, a repeated header, a signature, a blank."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from aidledger.domain.layout import Layout, fold
from aidledger.domain.roster import Fate
from aidledger.sheets.cells import text_of
from aidledger.sheets.grid import Cell
from aidledger.sheets.header import Header

_PERSONS = re.compile(r"([0-9][0-9,]*)(?:人次|人|名)")
# An amount in the capital numerals of cheques, written into the same cell as 合计.
_CAPITALS = re.compile("[零壹贰叁肆伍陆柒捌玖拾佰仟万亿圆元角分整正]{2,}$")
_TRAILING = "::元("


@dataclass(slots=True)
class TotalLine:
    """A line that declares totals: of the whole table, or of the rows since the last one."""

    row: int
    scope: Literal["whole", "section"]
    person_times: int | None


@dataclass(slots=True)
class Sorted:
    """The rows under a header by what they are; indexes into the sheet's rows."""

    students: list[int] = field(default_factory=list)
    totals: list[TotalLine] = field(default_factory=list)
    fates: dict[Fate, int] = field(default_factory=lambda: dict.fromkeys(Fate, 0))


def sort_rows(rows: Sequence[Sequence[Cell]], header: Header, layout: Layout) -> Sorted:
    """A fate for every row below the header."""
    result = Sorted()
    name, number = header.index("name"), header.index("number")
    header_cells = {fold(text) for text in header.texts if text}
    words = _Words(layout)
    for at in range(header.row + 1, len(rows)):
        row = rows[at]
        # The fast way for the many: a number that is as long as one, and a name beside it.
        if number is not None and name is not None and row[name]:
            value = row[number]
            if isinstance(value, str) and len(value) == 18:  # noqa: PLR2004 - a resident ID number
                result.students.append(at)
                continue
        fate = _fate(row, header, header_cells, words)
        result.fates[fate] += 1
        if fate is Fate.STUDENT:
            result.students.append(at)
        elif fate is Fate.TOTAL:
            result.totals.append(_total(row, at, words))
    result.fates[Fate.STUDENT] = len(result.students)
    return result


class _Words:
    def __init__(self, layout: Layout) -> None:
        self.subtotal = frozenset(layout.subtotal)
        self.total = frozenset(layout.total) | self.subtotal
        self.closing = layout.closing


def _label(text: str) -> str:
    return fold(text).strip(_TRAILING)


def _is_total(label: str, words: _Words) -> bool:
    bare = _CAPITALS.sub("", _PERSONS.sub("", label)).strip(":()元")
    bare = re.sub(r"\((?:大写|小写|人民币)\)|人民币|大写|小写", "", bare).strip(":()")
    return bare in words.total


def _fate(row: Sequence[Cell], header: Header, header_cells: set[str], words: _Words) -> Fate:
    texts = [text_of(cell) for cell in row]
    filled = [i for i, text in enumerate(texts) if text]
    serials = header.fields.get("serial", ())
    if not filled or all(i in serials and texts[i].isascii() for i in filled):
        return Fate.BLANK
    labels = [_label(texts[i]) for i in filled]
    same = sum(label in header_cells for label in labels)
    if same >= max(2, len(labels) - 1):
        return Fate.HEADING
    number = header.index("number")
    if number is not None and _looks_like_number(texts[number]):
        return Fate.STUDENT
    if any(_is_total(label, words) for label in labels[:3]):
        return Fate.TOTAL
    if _closes(texts, filled, labels, header, words):
        return Fate.OTHER
    return Fate.STUDENT


def _looks_like_number(text: str) -> bool:
    return sum(sign.isdigit() for sign in text) >= 8  # noqa: PLR2004 - a passport has as many


def _closes(texts: list[str], filled: list[int], labels: list[str], header: Header, words: _Words) -> bool:
    if any(label.startswith(words.closing) for label in labels[:2]) and not _person_in(texts, header):
        return not any(any(sign.isdigit() for sign in texts[column.index]) for column in header.money)
    # A sentence that stands alone is a note, unless it stands where a name or an amount would.
    telling = {*header.fields.get("name", ()), *header.fields.get("number", ()), *(m.index for m in header.money)}
    return len(filled) == 1 and filled[0] not in telling and not texts[filled[0]].isascii()


def _person_in(texts: list[str], header: Header) -> bool:
    number = header.index("number")
    return number is not None and bool(texts[number]) and _looks_like_number(texts[number])


def _total(row: Sequence[Cell], at: int, words: _Words) -> TotalLine:
    labels = [fold(text) for cell in row if (text := text_of(cell))]
    section = any(_label(_PERSONS.sub("", label)) in words.subtotal for label in labels[:3])
    text = unicodedata.normalize("NFKC", " ".join(labels))
    persons = _PERSONS.search(text)
    return TotalLine(at, "section" if section else "whole", int(persons[1].replace(",", "")) if persons else None)
