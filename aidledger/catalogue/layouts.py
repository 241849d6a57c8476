"""Merging of layouts: the shipped words, extended by an office's own."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from aidledger.catalogue.models import VALUE_GROUPS, LayoutModel, Strict
from aidledger.domain.layout import Layout, fold


def merged(models: Sequence[LayoutModel]) -> Layout:
    """One layout with the words of all models."""
    money = [model.money for model in models]
    lines = [model.lines for model in models]
    schools = [model.school for model in models]
    return Layout(
        fields=_fields(models),
        own=_words(models, "own"),
        others=_words(models, "others"),
        money_around=_words(money, "around"),
        money_nouns=_words(money, "nouns"),
        money_parts=_words(money, "parts"),
        money_due=_words(money, "due"),
        money_paid=_words(money, "paid"),
        total=_words(lines, "total"),
        subtotal=_words(lines, "subtotal"),
        beside_totals=_words(lines, "beside_totals"),
        closing=_words(lines, "closing"),
        summary=_words(lines, "summary"),
        school_labels=_words(schools, "labels"),
        school_kinds=_words(schools, "kinds"),
        school_endings=_words(schools, "endings"),
        titles=_titles(models),
        values={group: _value_table(models, names) for group, names in VALUE_GROUPS.items()},
    )


def _words(models: Iterable[Strict], key: str) -> tuple[str, ...]:
    """The folded words of a key in all models, longest first."""
    words = {fold(word) for model in models for word in getattr(model, key)}
    return tuple(sorted(words, key=lambda word: (-len(word), word)))


def _fields(models: Iterable[LayoutModel]) -> dict[str, str]:
    return {fold(word): name for model in models for name, words in model.fields.items() for word in words}


def _titles(models: Sequence[LayoutModel]) -> dict[str, tuple[str, ...]]:
    by_kind: dict[str, list[LayoutModel]] = {}
    for model in models:
        by_kind.setdefault(model.code, []).append(model)
    return {kind: _words(of_kind, "titles") for kind, of_kind in by_kind.items()}


def _value_table(models: Iterable[LayoutModel], names: tuple[str, ...]) -> dict[str, str]:
    table = {
        fold(word): name for model in models for name, words in model.values.items() if name in names for word in words
    }
    return dict(sorted(table.items(), key=lambda item: -len(item[0])))
