"""Total rows: the number of persons, the amounts, and the rows that they cover."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cache
from itertools import pairwise
from typing import Literal

from aidledger.domain.layout import Layout, fold
from aidledger.domain.money import FEN_PER_WAN, FEN_PER_YUAN
from aidledger.sheets.formats.grid import Cell
from aidledger.sheets.recognition.capitals import CAPITALS, capital_fen
from aidledger.sheets.recognition.cells import AmountNotUnderstood, fen_of, text_of

_NUMBER = r"[0-9][0-9,]*(?:\.[0-9]+)?"
_PERSONS = re.compile(r"(?<![0-9.])(?<![0-9],)([0-9][0-9,]*)个?(?:学生|幼儿)?(人次|人|名|生)")
_AMOUNT = re.compile(
    rf"[¥￥]({_NUMBER})(万)?元?|(?<![0-9.])(?<![0-9],)({_NUMBER})(万)?元|(?<=金额)[:为]?({_NUMBER})(?![0-9人名万元.,])"
)
_BARE = re.compile(rf"[¥￥]?{_NUMBER}万?元?整?")
_COUNT_LABEL = re.compile(r"(?:人数|人次)[:为]?$")
_MONEY_LABEL = re.compile(r"金额[:为]?$")
_COUNTED = re.compile(r"(?:人数|人次)[:为]?([0-9]+)(?![0-9.,]|元)")
_CLASS = re.compile(
    r"[高初][一二三123](?:年级)?|[一二三四五六七八九1-9]年级|[(]?[0-9一二三四五六七八九十]{1,40}[)]?班|[大中小]班|学前班|托班"
)
_MARKS = re.compile(r"[:;,.。、()\[\]\-—_/|\s*]|整|正")
_COVERS_WHOLE = ("累计", "总计", "总合计", "全校", "全园", "全区", "全县", "全部")
_OF_SECTION = ("本页", "本班", "全班", "班级")
_LONGEST = 80
Scope = Literal["whole", "section", "open"]


@dataclass(slots=True)
class TotalLine:
    """A row that declares totals.

    ``scope``: ``section`` covers the rows since the last total, ``whole`` all rows so far, ``open`` either, as with
    合计. ``amounts_fen``: the amounts (分) stated in words, by cell index. ``titled``: it is above the header.
    """

    row: int
    scope: Scope
    person_times: int | None = None
    amounts_fen: dict[int, list[int]] = field(default_factory=dict)
    titled: bool = False


@cache
def _any_of(words: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile("|".join(map(re.escape, sorted(set(words), key=len, reverse=True))))


class TotalWords:
    """The words of total rows in a layout."""

    def __init__(self, layout: Layout) -> None:
        self.subtotal = layout.subtotal
        self.core = (*layout.subtotal, *layout.total)
        self.known = _any_of((*self.core, *layout.beside_totals))

    def is_total(self, label: str) -> bool:
        """Whether a folded text is a total and nothing else: a word for one, with counts and amounts."""
        if len(label) > _LONGEST or not any(word in label for word in self.core):
            return False
        return not self._unknown(label)

    def is_figures(self, label: str) -> bool:
        """Whether a folded text holds only counts, amounts and words of total rows."""
        return len(label) <= _LONGEST and not self._unknown(label)

    def _unknown(self, label: str) -> str:
        rest = CAPITALS.sub("", _AMOUNT.sub("", _PERSONS.sub("", label)))
        rest = self.known.sub("", _CLASS.sub("", rest))
        return re.sub(r"[0-9,.]+", "", _MARKS.sub("", rest))

    def scope(self, labels: Iterable[str]) -> Scope:
        """The rows that a total with these labels covers."""
        text = "".join(labels)
        if any(word in text for word in self.subtotal) or any(word in text for word in _OF_SECTION):
            return "section"
        if any(word in text for word in _COVERS_WHOLE):
            return "whole"
        return "section" if _CLASS.search(text) else "open"


def total_line(row: Sequence[Cell], at: int, words: TotalWords, counted: Sequence[int]) -> TotalLine:
    """Read a total row; ``counted``: the columns (name, number) in which a bare number counts persons."""
    labels = {i: fold(text) for i, cell in enumerate(row) if (text := text_of(cell))}
    figures = {i: label for i, label in labels.items() if words.is_figures(label)}
    line = TotalLine(at, words.scope(label for i, label in figures.items() if words.is_total(label)))
    line.person_times = _persons(figures, labels, counted)
    for i, label in figures.items():
        # A bare figure belongs to its column, whatever that is.
        amounts = [] if _BARE.fullmatch(label) and i not in counted else list(amounts_in(label))
        if amounts:
            line.amounts_fen[i] = amounts
    for i, following in _following(labels, _MONEY_LABEL):
        if i not in line.amounts_fen and (amount := _plain_amount(following)) is not None:
            line.amounts_fen[i] = [amount]
    return line


def titled_totals(row: Sequence[Cell], at: int, words: TotalWords) -> TotalLine | None:
    """The total stated in a row above the header, if any: 共12人，金额12000元."""
    line = TotalLine(at, "whole", titled=True)
    text = "".join(cell for cell in row if isinstance(cell, str))
    paid = "人数" in text and "金额" in text
    for i, cell in enumerate(row):
        if not isinstance(cell, str) or not cell:
            continue
        for piece in re.split(r"[\s(())（）]+", cell):
            label = fold(piece)
            if words.is_figures(label) and (paid or _TITLED.search(label)):
                line.person_times = line.person_times or _persons({i: label}, {}, ())
                line.amounts_fen.setdefault(i, []).extend(amounts_in(label))
    return line if line.person_times or any(line.amounts_fen.values()) else None


# A number of persons in a title may be that of the whole school; these words mark the number paid.
_TITLED = re.compile(r"共|合计|总计|(?:受助|资助|发放|享受|减免|补助)(?:学生|幼儿)?(?:总?人数|总?人次|总?金额|资金)")


def amounts_in(label: str) -> Iterable[int]:
    """The amounts (分) in a folded text, in figures and in capitals."""
    for match in _AMOUNT.finditer(label):
        figure = match[1] or match[3] or match[5]
        wan = bool(match[2] or match[4])
        yield int(Decimal(figure.replace(",", "")) * (FEN_PER_WAN if wan else FEN_PER_YUAN))
    for match in CAPITALS.finditer(label):
        fen = capital_fen(match[0])
        if fen is not None:
            yield fen


def _persons(figures: dict[int, str], labels: dict[int, str], counted: Sequence[int]) -> int | None:
    """The number of persons, preferably of person-times (人次)."""
    stated = [match for label in figures.values() for match in _PERSONS.finditer(label)]
    if stated:
        best = next((match for match in stated if match[2] == "人次"), stated[0])
        return int(best[1].replace(",", ""))
    counted_up = next(filter(None, map(_COUNTED.search, figures.values())), None)
    if counted_up:
        return int(counted_up[1])
    return _bare_count(labels, counted)


def _bare_count(labels: dict[int, str], counted: Sequence[int]) -> int | None:
    """A number alone in its cell that counts persons: beside a label that says so, or in a column of persons."""
    beside = [label for _, label in _following(labels, _COUNT_LABEL)]
    bare = [labels[i] for i in counted if i in labels]
    return next((int(text) for text in (*beside, *bare) if text.isascii() and text.isdigit() and len(text) < 8), None)  # noqa: PLR2004 - an ID number, not a count


def _following(labels: dict[int, str], label: re.Pattern[str]) -> Iterable[tuple[int, str]]:
    """The filled cells to the right of a label."""
    for here, after in pairwise(labels):
        if label.search(labels[here]):
            yield after, labels[after]


def _plain_amount(text: str) -> int | None:
    try:
        return fen_of(text)
    except AmountNotUnderstood:
        return None
