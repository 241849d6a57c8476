"""Layouts out of their files: the shipped words, and an office's own added to them."""

from __future__ import annotations

from collections.abc import Iterable

from aidledger.catalogue.models import VALUE_GROUPS, LayoutModel
from aidledger.domain.layout import Layout, fold


def _longest_first(parts: Iterable[Iterable[str]]) -> tuple[str, ...]:
    words = {fold(word) for part in parts for word in part}
    return tuple(sorted(words, key=lambda word: (-len(word), word)))


def _value_table(models: list[LayoutModel], names: tuple[str, ...]) -> dict[str, str]:
    table = {
        fold(word): name for model in models for name, words in model.values.items() if name in names for word in words
    }
    return dict(sorted(table.items(), key=lambda item: -len(item[0])))


def merged(models: list[LayoutModel]) -> Layout:
    """One layout of the shipped words and the office's own, which are added to them."""
    return Layout(
        fields={fold(word): name for model in models for name, words in model.fields.items() for word in words},
        own=_longest_first(model.own for model in models),
        others=_longest_first(model.others for model in models),
        money_around=_longest_first(model.money.around for model in models),
        money_nouns=_longest_first(model.money.nouns for model in models),
        money_parts=_longest_first(model.money.parts for model in models),
        money_due=_longest_first(model.money.due for model in models),
        money_paid=_longest_first(model.money.paid for model in models),
        total=_longest_first(model.lines.total for model in models),
        subtotal=_longest_first(model.lines.subtotal for model in models),
        beside_totals=_longest_first(model.lines.beside_totals for model in models),
        closing=_longest_first(model.lines.closing for model in models),
        summary=_longest_first(model.lines.summary for model in models),
        school_labels=_longest_first(model.school.labels for model in models),
        school_kinds=_longest_first(model.school.kinds for model in models),
        school_endings=_longest_first(model.school.endings for model in models),
        titles={
            kind: _longest_first(model.titles for model in models if model.code == kind)
            for kind in dict.fromkeys(model.code for model in models)
        },
        values={group: _value_table(models, names) for group, names in VALUE_GROUPS.items()},
    )
