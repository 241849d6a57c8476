"""The field that a header cell names."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from aidledger.domain.layout import Layout, fold

_ORNAMENTS = re.compile(r"^[*★※☆▲△#]+|[*★※☆▲△:：]{1,99}$|^[0-9]{1,2}[.、]")
_BRACKETS = re.compile(r"[(\[【<《].{0,200}?[)\]】>》]")
_UNIT = re.compile(
    r"[/,:;-]?(?:单位:?)?(?:人民币)?(?:[百千]?万|[十百千])?元(?:[/每].*)?$|[/,:;-](?:单位:?)?(?:人民币)?[角分]$"
)
_ENGLISH = re.compile(r"(?<=[^\x00-\x7f])[/|]?[a-z.]+$")
_EITHER = re.compile(r"[/|或]")
_TRADITIONAL = str.maketrans(
    "證號碼學級銀帳戶額應實發補減費類別檔總計時間種貧縣區園齡業監護聯絡標準資",
    "证号码学级银账户额应实发补减费类别档总计时间种贫县区园龄业监护联络标准资",
)
# Alternatives that may follow an ID number: 身份证号/护照号.
_OTHER_NUMBERS = re.compile(r"护照|通行证|居住证|证件|学籍|号码?$")


def folded_heading(text: str) -> str:
    """A header cell folded, in simplified characters, without ornaments around it."""
    return _ORNAMENTS.sub("", fold(text).translate(_TRADITIONAL))


def bare(heading: str) -> str:
    """A folded heading without brackets and unit."""
    return _UNIT.sub("", _ORNAMENTS.sub("", _BRACKETS.sub("", heading)))


@lru_cache(maxsize=4096)  # headings repeat across schools
def field_in(text: str, layout: Layout) -> tuple[str | None, bool]:
    """The field that a header cell names, and whether it is explicitly the pupil's."""
    heading = folded_heading(text)
    own = is_own(heading, layout)
    for spelling in _spellings(heading):
        name = layout.fields.get(spelling)
        if name is not None:
            return name, own or _begins_own(spelling, layout)
        if spelling.startswith(layout.own):
            for word in layout.own:
                name = layout.fields.get(spelling.removeprefix(word)) if spelling.startswith(word) else None
                if name is not None and name != "serial":
                    return name, True
    return _either(bare(heading), layout), own


def _spellings(heading: str) -> Iterator[str]:
    yield heading
    without = bare(heading)
    if without != heading:
        yield without
    chinese = _ENGLISH.sub("", without)
    if chinese != without:
        yield chinese


def _begins_own(spelling: str, layout: Layout) -> bool:
    return spelling.startswith(layout.own) and spelling not in layout.own


def _either(heading: str, layout: Layout) -> str | None:
    """The field of a heading with alternatives: 姓名/Name, 身份证号或护照号."""
    parts = [part for part in _EITHER.split(heading) if part]
    names = {layout.fields.get(part) for part in parts} - {None}
    unknown = [part for part in parts if part not in layout.fields]
    if len(parts) == 1 or len(names) != 1:
        return None
    (name,) = names
    harmless = all(part.isascii() or (name == "number" and _OTHER_NUMBERS.search(part)) for part in unknown)
    return name if harmless else None


def is_own(text: str, layout: Layout) -> bool:
    """Whether a group heading or a note in brackets refers to the pupil."""
    heading = fold(text)
    noted = [note[1:-1] for note in _BRACKETS.findall(heading)]
    return any(note.startswith(layout.own) for note in noted) or heading.startswith(("学生", "幼儿", "受助"))


def is_others(text: str, layout: Layout) -> bool:
    """Whether a group heading refers to somebody else."""
    folded = fold(text)
    return any(word in folded for word in layout.others)


def is_others_note(text: str, layout: Layout) -> bool:
    """Whether a note in brackets refers to somebody else only: 身份证号(监护人), not 卡号(学生或家长)."""
    notes = _BRACKETS.findall(fold(text))
    return any(is_others(note, layout) and not any(word in note for word in layout.own) for note in notes)
