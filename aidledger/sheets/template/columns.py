"""The columns of a blank roster: those that the standard requires, with headers that the reader recognises."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from aidledger.domain.hardship import CATEGORIES
from aidledger.domain.program import Program, Rate
from aidledger.i18n import N_, Language
from aidledger.sheets.template.roster import BlankRoster

Wording = Mapping[Language, str]


@dataclass(frozen=True, slots=True)
class TemplateColumn:
    """One column. ``how``: untranslated instructions; ``choices``: its drop-down list, empty for none.

    ``offered``: values outside the list are accepted. ``text``: the cells are formatted as text.
    """

    field: str
    header: str
    width: int
    how: str
    required: bool = False
    choices: tuple[str, ...] = ()
    offered: bool = False
    text: bool = False


@dataclass(frozen=True, slots=True)
class _Kind:
    names: Wording
    width: int
    how: str


_KINDS: Mapping[str, _Kind] = {
    "serial": _Kind({"zh": "序号", "en": "No."}, 6, N_("A running number; may be left blank.")),
    "name": _Kind({"zh": "姓名", "en": "Name"}, 12, N_("As on the ID document.")),
    "document_type": _Kind(
        {"zh": "证件类型", "en": "Document type"},
        18,
        N_("From the list; blank means the resident ID card."),
    ),
    "number": _Kind(
        {"zh": "身份证件号码", "en": "ID number"},
        23,
        N_("18 characters for a resident ID; the last one may be X. Each pupil only once."),
    ),
    "student_number": _Kind(
        {"zh": "学籍号", "en": "Student number"},
        23,
        N_("The national student number: G, J or L and 18 characters; may be blank."),
    ),
    "level": _Kind({"zh": "学段", "en": "Level"}, 14, N_("From the list; the standard depends on it.")),
    "grade": _Kind({"zh": "年级", "en": "Grade"}, 10, N_("From the list, or as your school calls it.")),
    "class": _Kind({"zh": "班级", "en": "Class"}, 10, N_("As your school calls it.")),
    "boarding": _Kind({"zh": "就读方式", "en": "Boarding"}, 10, N_("From the list; the standard depends on it.")),
    "school": _Kind(
        {"zh": "就读院校", "en": "School name"}, 24, N_("The college or university that the student attends.")
    ),
    "entry_year": _Kind({"zh": "入学年份", "en": "Entry year"}, 11, N_("The year of entry, four digits.")),
    "category": _Kind(
        {"zh": "困难类型", "en": "Category"}, 22, N_("From the list; if several apply, the first of them.")
    ),
    "tier": _Kind({"zh": "资助档次", "en": "Tier"}, 10, N_("From the list; the standard depends on it.")),
    "amount": _Kind(
        {"zh": "发放金额(元)", "en": "Amount (yuan)"}, 15, N_("In yuan, for the whole period, as the standard allows.")
    ),
    "account": _Kind(
        {"zh": "银行卡号", "en": "Bank card number"},
        23,
        N_("12 to 19 digits; blank if not paid to a card."),
    ),
    "remarks": _Kind({"zh": "备注", "en": "Remarks"}, 16, N_("Anything else worth knowing; kept with the row.")),
}
_AMOUNTS: Mapping[str, Wording] = {
    "waiver": {"zh": "减免金额(元)", "en": "Amount (yuan)"},
    "loan": {"zh": "贷款金额(元)", "en": "Amount (yuan)"},
}
_REQUIRED = frozenset({"name", "number", "level", "boarding", "entry_year", "tier", "amount"})
_TEXT = frozenset({"number", "student_number", "account"})

LEVELS: Mapping[str, Wording] = {
    "preschool": {"zh": "学前教育", "en": "Preschool"},
    "primary": {"zh": "小学", "en": "Primary"},
    "junior": {"zh": "初中", "en": "Junior"},
    "senior": {"zh": "高中", "en": "Senior"},
    "vocational": {"zh": "中职", "en": "Vocational"},
    "undergraduate": {"zh": "本专科", "en": "Undergraduate"},
    "graduate": {"zh": "研究生", "en": "Postgraduate"},
}
BOARDINGS: Mapping[str, Wording] = {
    "boarder": {"zh": "寄宿", "en": "Boarder"},
    "day": {"zh": "走读", "en": "Day"},
}
DOCUMENT_TYPES: Mapping[str, Wording] = {
    "resident-id": {"zh": "居民身份证", "en": "Resident ID card"},
    "residence-permit": {"zh": "港澳台居民居住证", "en": "Residence permit"},
    "passport": {"zh": "护照", "en": "Passport"},
    "other": {"zh": "其他", "en": "Other"},
}


def columns_of(blank: BlankRoster) -> tuple[TemplateColumn, ...]:
    """The columns of a blank roster, in order."""
    program, rates, language = blank.program, blank.rates, blank.language
    choices: Mapping[str, tuple[str, ...]] = {
        "document_type": tuple(word[language] for word in DOCUMENT_TYPES.values()),
        "level": tuple(LEVELS[level][language] for level in _distinct([rate.level for rate in rates])),
        "grade": program.grades,
        "boarding": tuple(BOARDINGS[boarding][language] for boarding in _distinct([rate.boarding for rate in rates])),
        "category": tuple(word[language] for word in CATEGORIES.values()),
        "tier": tuple(_distinct([rate.label for rate in rates])),
    }
    absent = _absent(program, choices)
    return tuple(
        TemplateColumn(
            field=field,
            header=(_AMOUNTS.get(program.nature, kind.names) if field == "amount" else kind.names)[language],
            width=kind.width,
            how=kind.how,
            required=field in _REQUIRED,
            choices=choices.get(field, ()),
            offered=field == "grade",
            text=field in _TEXT,
        )
        for field, kind in _KINDS.items()
        if field not in absent
    )


def _absent(program: Program, choices: Mapping[str, Sequence[str]]) -> set[str]:
    """The fields left out, so that no data is collected without need."""
    absent = {field for field in ("level", "grade", "boarding", "tier") if not choices[field]}
    if "grade" in absent:
        absent.add("class")
    absent.add("student_number" if program.stage == "college" else "school")
    if program.entry_years is None:
        absent.add("entry_year")
    if program.repaid:
        absent.add("category")
    return absent


def _distinct(values: Sequence[str | None]) -> list[str]:
    return list(dict.fromkeys(value for value in values if value))


def meant_for(rate: Rate, language: Language) -> list[str]:
    """The column values of the pupils that a rate applies to; empty where it applies to all."""
    words = [LEVELS[rate.level][language]] if rate.level else []
    words += [BOARDINGS[rate.boarding][language]] if rate.boarding else []
    return [*words, rate.label] if rate.label else words
