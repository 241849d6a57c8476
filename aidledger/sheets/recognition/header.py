"""Finds the header of a table, and the field of each column."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache

from aidledger.domain.layout import Layout, fold
from aidledger.domain.listing import SOURCES
from aidledger.domain.place import column_letter
from aidledger.domain.program import Program
from aidledger.sheets.formats.grid import Cell
from aidledger.sheets.recognition.cells import text_of
from aidledger.sheets.recognition.headings import bare, field_in, folded_heading, is_others, is_others_note, is_own
from aidledger.sheets.recognition.money_headings import FIELD_ROLES, RELATIVE, MoneyColumn, money_column, span_of
from aidledger.sheets.recognition.units import unit_in

HEADER_ROWS_SEARCHED = 1_000
# Two levels of group headings above the column headings.
_HEADER_DEPTH_MAX = 3
# A header may number its columns or name a year; a pupil's row holds an ID number or an amount.
_HEADER_DIGITS_MAX = 4
_AMOUNT = re.compile(r"(?!20\d\d$)\d{3,}(?:\.\d+)?|\d+\.\d+", re.ASCII)
_A_MONTH = re.compile(r"20\d\d年\d{1,2}月(?!\d)", re.ASCII)
# Words in a group heading besides the person: 监护人信息.
_ABOUT = re.compile(r"基本|信息|情况|资料")
_MEMBER = re.compile(
    r"(?:户主|成员|子女|家属)(?:[(]?[0-9一二三四五六七八九十]{1,2}[)]?)?(?:的|之)?(?=[^0-9一二三四五六七八九十])"
)
_COUNTED = re.compile(r"[(]?[0-9一二三四五六七八九十]{1,2}[)]?$")
_UNIT = re.compile(r"[(\[]?(?:单位:?)?(?:人民币)?(?:万元|元|人|名)(?:/.{1,6})?[)\]]?")
# Bounds the cache: header cells repeat across files, but titles and pupils' rows, which are tried as headers, do not.
_MEANINGS_KEPT = 1_000
Groups = Sequence[tuple[str, ...]]
_COUNTS = frozenset({"persons", "places"})
_STAFF = frozenset({"staff_name", "account"})


@dataclass(slots=True)
class Header:
    """A header: the column indexes of each field, and the money columns.

    It takes up ``rows`` rows, the last of which is ``row``. ``first_column``: the sheet's column (0-based) of index 0.
    ``own``: columns that are explicitly the pupil's. ``members``: those with the ID number of a member of the
    household. ``of_sums``: it may be that of sums by school.
    """

    row: int
    texts: list[str]
    fields: dict[str, list[int]] = field(default_factory=dict)
    money: list[MoneyColumn] = field(default_factory=list)
    own: set[int] = field(default_factory=set)
    rows: int = 1
    first_column: int = 0
    members: list[int] = field(default_factory=list)
    of_sums: bool = False

    def index(self, name: str) -> int | None:
        """The column of a field, the first of several; None without one."""
        columns = self.fields.get(name)
        return columns[0] if columns else None

    def words_by_recognition(self) -> tuple[list[str], list[str]]:
        """Its texts that are recognised, and those that are not."""
        used = {index for indexes in self.fields.values() for index in indexes}
        used |= {column.index for column in self.money}
        filled = [(index in used, text) for index, text in enumerate(self.texts) if text]
        return [text for known, text in filled if known], [text for known, text in filled if not known]

    def missing_fields(self) -> tuple[str, ...]:
        """The fields that a roster needs and the header lacks."""
        missing = [name for name in ("name", "number") if name not in self.fields]
        return (*missing, *(() if self.money else ("amount",)))


@dataclass(frozen=True, slots=True)
class _Meaning:
    """The meaning of a header cell: a field (``own``: explicitly the pupil's), a money column, a member's ID number."""

    wording: str
    field: str | None
    own: bool
    money: MoneyColumn | None = None
    member: bool = False


_Memory = dict[tuple[str, ...], _Meaning | None]


@lru_cache(maxsize=4)
def _memory(layout: Layout, programs: tuple[tuple[str, ...], ...]) -> _Memory:
    """The cache of meanings for a catalogue's words, kept across files."""
    _ = layout, programs
    return {}


@dataclass(frozen=True, slots=True)
class HeaderWords:
    """What header cells are matched against: the layout, the programs' column words, mappings from the options.

    ``of_sums``: the table is titled as sums by school, so that its header need not name a person.
    """

    layout: Layout
    programs: Mapping[str, Program]
    by_hand: Mapping[str, str] = field(default_factory=dict)
    first_column: int = 0
    of_sums: bool = False
    memory: _Memory = field(default_factory=dict, compare=False)

    @classmethod
    def of(cls, layout: Layout, programs: Mapping[str, Program]) -> HeaderWords:
        """The words of a catalogue, with their cache."""
        words = tuple((code, *program.words.column) for code, program in programs.items())
        return cls(layout, programs, memory=_memory(layout, words))

    def read(self, row: int, cells: Sequence[Cell], above: Groups = ()) -> Header:
        """Read a row as a header; ``above``: the group headings above each cell, outermost first."""
        texts = [text_of(cell) for cell in cells]
        header = Header(row, texts, first_column=self.first_column, of_sums=self.of_sums)
        groups = above or [()] * len(header.texts)
        for index, (text, over) in enumerate(zip(header.texts, groups, strict=True)):
            if text or any(over):
                self._place(header, index, text, [group for group in over if group])
        if self.by_hand:
            self._prefer(header, lambda name, i: self._field_by_hand(i, header.texts[i]) == name)
        if header.own:
            self._prefer(header, lambda _, i: i in header.own)
        header.money = _without_false_money(header.money)
        return header

    def _place(self, header: Header, index: int, text: str, over: list[str]) -> None:
        by_hand = self._field_by_hand(index, text) or self._field_by_hand(index, "".join([*over, text]))
        if by_hand is not None:
            self._put(header, index, text, by_hand, "".join([*over, text]))
            return
        key = (text, *over)
        if key not in self.memory:
            if len(self.memory) >= _MEANINGS_KEPT:
                self.memory.clear()
            self.memory[key] = self._meaning(text, over)
        meaning = self.memory[key]
        if meaning is None:
            return
        if meaning.own:
            header.own.add(index)
        if meaning.member:
            header.members.append(index)
        elif meaning.money is not None:
            header.money.append(replace(meaning.money, index=index))
        elif meaning.field is not None:
            self._put(header, index, text or meaning.wording, meaning.field, "".join([*over, text]))

    def _meaning(self, text: str, over: list[str]) -> _Meaning | None:
        # Other people's columns (a guardian's ID or card number) are ignored, except for the guardian's name.
        if any(is_others(group, self.layout) for group in over) or is_others_note(text, self.layout):
            name, _ = field_in("".join([_ABOUT.sub("", over[-1]) if over else "", text]), self.layout)
            if name == "guardian":
                return _Meaning(text, name, own=False)
            return self._member(text, over)
        counted = next((name for group in over if (name := field_in(group, self.layout)[0]) in _COUNTS), None)
        if self.of_sums and counted is not None:
            return _Meaning(text, counted, own=False)  # a program under 名额 is no money
        wordings = ["".join([*over[at:], text]) for at in range(len(over) + 1) if over[at:] or text]
        for wording in dict.fromkeys([*wordings, *reversed(over)]):
            name, own = field_in(wording, self.layout)
            if name is not None:
                return _Meaning(wording, name, own or any(is_own(group, self.layout) for group in over))
            money = self._money(text, over, wording, in_full=wording == wordings[0])
            if money is not None:
                return _Meaning(wording, None, own=False, money=money)
        return self._member(text, over)

    def _member(self, text: str, over: list[str]) -> _Meaning | None:
        """The ID number of a member of the household: 户主身份证号, 成员1 身份证号, 家庭成员证件号码2, 身份证号2."""
        wording = _ABOUT.sub("", folded_heading("".join([*over, text])))
        match, counted = _MEMBER.search(wording), _COUNTED.search(wording)
        if match is None and counted is None:
            return None
        of_member = wording[match.end() if match else 0 : counted.start() if counted else None]
        if field_in(of_member, self.layout)[0] != "number":
            return None
        return _Meaning(text, None, own=False, member=True)

    def _money(self, text: str, over: list[str], wording: str, *, in_full: bool) -> MoneyColumn | None:
        """The money column that a wording names, if any; ``in_full``: the wording has all headings above the text."""
        heading = folded_heading(wording)
        money = money_column(0, text or wording, heading, bare(heading), self.layout, self.programs)
        if money is not None and money.bare and money.part and not in_full:
            money = self._under_months(money, over)
        return None if money is None else replace(money, unit=unit_in(fold("".join([*over, text]))))

    def _under_months(self, money: MoneyColumn, over: list[str]) -> MoneyColumn | None:
        """A month under 月份 is a money column; under any other field (出勤天数) it is not."""
        return replace(money, bare=False) if field_in(over[-1], self.layout)[0] == "month" else None

    def speaks_of_others(self, cells: Sequence[Cell]) -> bool:
        """Whether a row has a group heading for somebody other than the pupil."""
        return any(is_others(text_of(cell), self.layout) for cell in cells if cell != "")

    def _field_by_hand(self, index: int, text: str) -> str | None:
        if not self.by_hand:
            return None
        return self.by_hand.get(fold(text)) or self.by_hand.get(column_letter(self.first_column + index).casefold())

    def _put(self, header: Header, index: int, text: str, name: str, wording: str) -> None:
        if name not in self.programs and name not in FIELD_ROLES:
            header.fields.setdefault(name, []).append(index)
            return
        unit = unit_in(fold(wording))
        if name in self.programs:
            header.money.append(MoneyColumn(index, text, "paid", (name,), unit=unit, by_hand=True))
        else:
            heading = folded_heading(wording)
            role = "capitals" if "大写" in heading and "小写" not in heading else FIELD_ROLES[name]
            header.money.append(MoneyColumn(index, text, role, span=span_of(heading), unit=unit))

    def _prefer(self, header: Header, better: Callable[[str, int], bool]) -> None:
        """Of several columns for a field, keep the better ones (mapped by hand, explicitly the pupil's), if any."""
        for name, indexes in header.fields.items():
            preferred = [i for i in indexes if better(name, i)]
            if preferred:
                header.fields[name] = preferred


def _without_false_money(money: list[MoneyColumn]) -> list[MoneyColumn]:
    """Drop columns that only resemble money columns."""
    return _without_bare_terms(_without_single_month(_without_single_relative_term(money)))


def _without_single_relative_term(money: list[MoneyColumn]) -> list[MoneyColumn]:
    """上学期 without 下学期 means the last semester, not the first."""
    halves = {"下" if "下" in column.header else "上" for column in money if _is_relative(column)}
    if len(halves) != 1:
        return money
    return [column for column in money if not _is_relative(column) or column.period]


def _without_single_month(money: list[MoneyColumn]) -> list[MoneyColumn]:
    """A single bare month is no money column."""
    months = [column for column in money if column.bare and column.part]
    return [column for column in money if column not in months] if len(months) == 1 else money


def _without_bare_terms(money: list[MoneyColumn]) -> list[MoneyColumn]:
    """A single bare term is no money column, nor is any beside columns that name money and a term."""
    terms = [column for column in money if column.bare and not column.part]
    if len(terms) != 1 and not any(map(_is_paid_by_term, money)):
        return money
    return [column for column in money if column not in terms]


def _is_paid_by_term(column: MoneyColumn) -> bool:
    """Whether a column names money as well as a term."""
    return column.names_term and not (column.bare or column.part)


def _is_relative(column: MoneyColumn) -> bool:
    return column.role != "part" and bool(RELATIVE.search(fold(column.header)))


def is_header(header: Header) -> bool:
    """Whether a row names enough fields: a person by name or number, and one more field of a roster.

    Of a list of households: the ID numbers of members. Of staff: a name and a card. Of sums by school: a number of
    persons, and of what. Of a list of allotments: a source or document, and an amount.
    """
    fields = header.fields.keys()
    person = {"name", "number", "payee"} & fields
    if person:
        return len(person) > 1 or bool(header.money) or _is_of_households(header)
    if _is_of_households(header) or fields >= _STAFF:
        return True
    if header.of_sums and _COUNTS & fields and ({"school", "program"} & fields or header.money):
        return True
    sources = fields & set(SOURCES)
    return len(sources) > 1 or (bool(header.money or sources) and bool({"document", "source"} & fields))


def _is_of_households(header: Header) -> bool:
    """Whether a row names members of households by number, or disabled people by the number of their card."""
    numbers = len(header.members) + len(header.fields.get("number", ()))
    return (
        numbers > 1
        or (bool(header.members) and bool({"guardian", "relation", "household"} & header.fields.keys()))
        or {"name", "disability_card"} <= header.fields.keys()
    )


def find_header(rows: Sequence[Sequence[Cell]], words: HeaderWords, start: int = 0) -> Header | None:
    """The first header from row ``start`` on, with any group headings above it (学生信息: 姓名, 身份证号)."""
    for row in range(start, min(len(rows), start + HEADER_ROWS_SEARCHED)):
        header = header_at(rows, row, words)
        if header is not None:
            return header
    return None


def likeliest_header(rows: Sequence[Sequence[Cell]], words: HeaderWords) -> Header | None:
    """The row without data that has most recognised words; None where no row has any."""
    candidates = [
        words.read(row, cells)
        for row, cells in enumerate(rows[:HEADER_ROWS_SEARCHED])
        if not any(_is_datum(cell) for cell in cells if cell != "")
    ]
    likeliest = max(candidates, key=lambda header: len(header.words_by_recognition()[0]), default=None)
    return likeliest if likeliest is not None and likeliest.words_by_recognition()[0] else None


def header_at(rows: Sequence[Sequence[Cell]], row: int, words: HeaderWords) -> Header | None:
    """The header that begins at a row, if any."""
    if sum(isinstance(cell, str) and cell != "" for cell in rows[row]) <= 1 and not words.speaks_of_others(rows[row]):
        return None
    best = words.read(row, rows[row])
    for depth in range(2, _HEADER_DEPTH_MAX + 1):
        if _is_blank_row(rows, row + depth - 1):
            continue  # cells merged downwards, or a blank row below them
        deeper = _stacked(rows, row, depth, words)
        if deeper is None or _is_no_header_below(rows, deeper.row, best, words):
            break
        if _weight(deeper) > _weight(best):
            if _begins_below(rows, row, deeper, words):
                return None
            best = deeper
        elif _weight(deeper) == _weight(best) and _continues(rows[deeper.row], best, words):
            best = deeper
    return best if is_header(best) else None


def _begins_below(rows: Sequence[Sequence[Cell]], row: int, deeper: Header, words: HeaderWords) -> bool:
    """Whether a row is part of the title rather than a group heading, so that the header begins below it."""
    alone = words.read(deeper.row, rows[deeper.row])
    right_below = deeper.row == row + 1 or _is_blank_row(rows, deeper.row - 1)
    return right_below and _sufficient(alone, deeper) and not words.speaks_of_others(rows[row])


def _continues(cells: Sequence[Cell], above: Header, words: HeaderWords) -> bool:
    """Whether a row that adds no field still belongs to the header above it."""
    return _holds_units(cells) or _names_columns_of_groups(cells, above, words)


def _is_blank_row(rows: Sequence[Sequence[Cell]], row: int) -> bool:
    return row < len(rows) and all(cell == "" for cell in rows[row])


def _is_no_header_below(rows: Sequence[Sequence[Cell]], row: int, above: Header, words: HeaderWords) -> bool:
    """Whether a row below a header is a title or a pupil's row rather than part of the header."""
    cells, alone = rows[row], words.read(row, rows[row])
    above_fields = {index for indexes in above.fields.values() for index in indexes}
    filled = [index for index, cell in enumerate(cells) if cell != ""]
    if len(filled) == 1 and filled[0] in above_fields:
        return True
    own_fields = {index for indexes in alone.fields.values() for index in indexes}
    identifying = {index for name in ("serial", "name", "number") for index in above.fields.get(name, ())}
    return any(index in identifying and index not in own_fields for index in filled)


def _holds_units(cells: Sequence[Cell]) -> bool:
    """Whether a row below a header holds only units."""
    texts = [fold(text_of(cell)) for cell in cells if cell != ""]
    return all(map(_UNIT.fullmatch, texts))


def _names_columns_of_groups(cells: Sequence[Cell], above: Header, words: HeaderWords) -> bool:
    """Whether a row below a header holds only column headings, and none below an identifying field."""
    identifying = {index for name in ("serial", "name", "number") for index in above.fields.get(name, ())}
    filled = [index for index, cell in enumerate(cells) if cell != ""]
    return not identifying.intersection(filled) and all(fold(text_of(cells[i])) in words.layout.fields for i in filled)


def _sufficient(alone: Header, deeper: Header) -> bool:
    """Whether the lower row alone names as much as together with the one above it."""
    return is_header(alone) and not duplicate_fields(alone) and _weight(alone) >= _weight(deeper)


def duplicate_fields(header: Header) -> list[str]:
    """The identifying fields that more than one column claims."""
    return [name for name in ("name", "number") if len(header.fields.get(name, ())) > 1]


def _weight(header: Header) -> int:
    """How much a header names: its fields, and its distinguishable money columns.

    Bare months do not count, as the row above may name them better.
    """
    distinct_money = {
        (column.role, column.programs, column.period, column.half, column.part, column.span)
        for column in header.money
        if not (column.bare and column.part)
    }
    counts = sum(len(header.fields.get(name, ())) for name in _COUNTS) if header.of_sums else 0
    return is_header(header) * (len(header.fields) + len(distinct_money) + len(header.members) + counts)


def _stacked(rows: Sequence[Sequence[Cell]], row: int, depth: int, words: HeaderWords) -> Header | None:
    """Several rows as one header, if the lower ones hold words only and are blank below spanning headings."""
    below = rows[row + 1 : row + depth]
    if len(below) < depth - 1:
        return None
    texts = [[text_of(cell) for cell in cells] for cells in rows[row : row + depth]]
    if any(map(_is_title, texts[1:])):
        return None
    if any(_is_datum(cell) for cells in (*below, rows[row]) for cell in cells if cell != ""):
        return None
    money = {column.index for column in words.read(row, rows[row + depth - 1]).money}
    spread = [_spread(texts[level], texts[level + 1 :], money, words) for level in range(depth - 1)]
    above = list(zip(*spread, strict=True))
    header = words.read(row + depth - 1, rows[row + depth - 1], above)
    header.rows = depth
    header.texts = [
        " ".join(dict.fromkeys(filter(None, [*over, text]))) for over, text in zip(above, texts[-1], strict=True)
    ]
    return header


def _is_title(texts: list[str]) -> bool:
    """Whether a row is filled in its first cell only, like a title and unlike a lower header row."""
    return bool(texts[0]) and not any(texts[1:])


def _spread(upper: list[str], below: list[list[str]], money: set[int], words: HeaderWords) -> list[str]:
    """Extend group headings over blanks to their right that have cells below; a guardian's never spans money."""
    groups, group = [], ""
    for index, over in enumerate(upper):
        ends = index in money and is_others(group, words.layout)
        group = over or (group if any(line[index] for line in below) and not ends else "")
        groups.append(group)
    return groups


def _is_datum(cell: Cell) -> bool:
    if isinstance(cell, str) and _AMOUNT.fullmatch(cell.strip()):
        return True
    if not isinstance(cell, str):
        return True
    return sum(sign.isdigit() for sign in cell) > _HEADER_DIGITS_MAX and not _A_MONTH.match(cell)
