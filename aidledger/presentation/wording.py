"""Problems and faults worded in the reader's language."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import partial

from aidledger.domain.part import part_text
from aidledger.domain.place import Place
from aidledger.domain.problem import Problem
from aidledger.domain.program import Program
from aidledger.domain.term import Period
from aidledger.i18n import Language, translator
from aidledger.presentation.printable import sentences

_WORDS = frozenset(
    (
        *("why", "what", "cadence", "stated", "actual", "field", "unit"),
        *("list", "kinship", "whose", "factor", "status", "state", "paid_as", "told"),
    )
)


# Characters that look different on every machine.
_PRIVATE = re.compile("[\ue000-\uf8ff]")


def problem_text(
    problem: Problem, remedies: Mapping[str, str], programs: Mapping[str, Program], language: Language
) -> str:
    """What is wrong, what to do, and how to do it in the interface at hand (``remedies``, by code)."""
    message, hint = message_and_hint(problem, programs, language)
    remedy = translator(language)(remedies[problem.code]) if problem.code in remedies else ""
    # Remedies contain codes to type, not words.
    return sentences(message, hint, remedy.format_map(_Facts(problem.facts)), language=language)


def message_and_hint(problem: Problem, programs: Mapping[str, Program], language: Language) -> tuple[str, str]:
    """What is wrong, and what to do."""
    translate = translator(language)
    facts = said_facts(problem.facts, programs, language)
    kind = problem.kind
    return translate(kind.sentence(problem.facts)).format_map(facts), translate(kind.hint).format_map(facts)


def place_text(place: Place, language: Language) -> str:
    """Sheet, row and column; empty for the whole file."""
    translate = translator(language)
    parts = [place.sheet] if place.sheet else []
    if place.row is not None:
        cell = f"{place.column or ''}{place.row}" if place.column else str(place.row)
        parts.append(
            translate("cell {cell}").format(cell=cell) if place.column else translate("row {row}").format(row=cell)
        )
    return (", " if language == "en" else "，").join(parts)


def said_facts(
    facts: Mapping[str, object], programs: Mapping[str, Program], language: Language
) -> Mapping[str, object]:
    """Facts in the reader's language, ready to fill into a sentence."""
    return _Facts({name: _fact(name, value, programs, language) for name, value in facts.items()})


class _Facts(dict[str, object]):
    def __missing__(self, key: str) -> str:
        return "?"


def _fact(name: str, value: object, programs: Mapping[str, Program], language: Language) -> object:
    translate = translator(language)
    match name:
        case _ if isinstance(value, tuple):
            say = partial(part_text, translate=translate) if name == "months" else translate
            fact = ("、" if language == "zh" else ", ").join(say(str(part)) for part in value)
        case _ if isinstance(value, Place):
            where = place_text(value, language)
            fact = f" ({where})" if language == "en" else f"（{where}）"
        case "program" if value in programs:
            fact = programs[str(value)].name(language)
        case "programs":
            fact = _named(str(value), programs, language)
        case "period" | "before" if value:
            fact = Period.parse(str(value)).label(translate)
        case "name" | "other":
            fact = _PRIVATE.sub(lambda sign: f"{sign[0]}(U+{ord(sign[0]):04X})", str(value))
        case _:
            return translate(str(value)) if name in _WORDS and value else value
    return fact


def _named(codes: str, programs: Mapping[str, Program], language: Language) -> str:
    """Programs by name and code; the catalogue of the day may not know a code that a finding holds."""
    return ", ".join(
        f"{programs[code].name(language)} ({code})" if code in programs else code for code in codes.split(", ")
    )
