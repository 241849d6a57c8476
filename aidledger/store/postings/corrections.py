"""Corrected numbers: people whose ID number differs between two versions of a roster."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, select

from aidledger.store.database.bulk import chunks
from aidledger.store.model.tables import Beneficiary
from aidledger.store.postings.versions import PAYMENT_FIELDS, Payment

# How many characters may differ in a number that was mistyped.
_MISTYPED_MAX = 2
_AT = {name: i for i, name in enumerate(PAYMENT_FIELDS)}


@dataclass(frozen=True, slots=True)
class _Person:
    """A person who appears in one version only, with one of their payments."""

    id: int
    number: str
    name: str
    student_number: str | None
    payment: Payment

    def paid(self, field: str) -> Any:  # noqa: ANN401 - a cell
        return self.payment[_AT[field]]

    @property
    def stated_name(self) -> str:
        return self.paid("name_stated") or self.name


def corrected_numbers(
    books: Connection, removed: Mapping[int, Payment], added: Mapping[int, Payment]
) -> list[tuple[int, int]]:
    """Pairs of a person's id in the earlier version and in the new one.

    ``removed``: people in the earlier version only, each with a payment; ``added``: people in the new one only. Two
    match if they are paid under the same program and period and nobody else on either side matches as well: by student
    number; by name and card; by name and class; by name, unless card or class contradict it; by card, if the numbers
    differ in one or two digits. Namesakes who cannot be told apart never match.
    """
    if not removed or not added:
        return []
    left, right = ({person.id: person for person in _people(books, side)} for side in (removed, added))
    pairs: list[tuple[int, int]] = []
    for likeness in _LIKENESSES:
        for earlier, later in _alike(left.values(), right.values(), likeness):
            if likeness in _DOUBTFUL and not _DOUBTFUL[likeness](earlier, later):
                continue
            pairs.append((earlier.id, later.id))
            del left[earlier.id], right[later.id]
    return sorted(pairs)


def _people(books: Connection, payments: Mapping[int, Payment]) -> Iterator[_Person]:
    columns = (Beneficiary.c.id, Beneficiary.c.number, Beneficiary.c.name, Beneficiary.c.student_number)
    for ids in chunks(sorted(payments)):
        for row in books.execute(select(*columns).where(Beneficiary.c.id.in_(ids))):
            yield _Person(*row, payments[row.id])


def _student_number(person: _Person) -> tuple[object, ...]:
    return (person.student_number,)


def _name_and_card(person: _Person) -> tuple[object, ...]:
    return person.stated_name, person.paid("account")


def _name_and_class(person: _Person) -> tuple[object, ...]:
    class_name = person.paid("class_name")
    return person.stated_name, class_name and (person.paid("grade"), class_name)  # 高一(1)班 states both


def _name(person: _Person) -> tuple[object, ...]:
    return (person.stated_name,)


def _card(person: _Person) -> tuple[object, ...]:
    return (person.paid("account"),)


_LIKENESSES = (_student_number, _name_and_card, _name_and_class, _name, _card)


def _alike(
    left: Iterable[_Person], right: Iterable[_Person], likeness: Callable[[_Person], tuple[object, ...]]
) -> Iterator[tuple[_Person, _Person]]:
    """Pairs that are unique in a likeness on both sides; an empty value is like no other."""
    by_key: defaultdict[tuple[object, ...], tuple[list[_Person], list[_Person]]] = defaultdict(lambda: ([], []))
    for side, people in enumerate((left, right)):
        for person in people:
            key = likeness(person)
            if all(key):
                by_key[person.paid("program_id"), person.paid("period"), *key][side].append(person)
    for earlier, later in by_key.values():
        if len(earlier) == len(later) == 1:
            yield earlier[0], later[0]


def _nearly_same_number(one: _Person, other: _Person) -> bool:
    return _nearly(one.number, other.number)


def _not_contradicted(one: _Person, other: _Person) -> bool:
    """Whether two namesakes agree in card and class where both state them, or differ in a mistyped number only."""
    stated = [(one.paid(field), other.paid(field)) for field in ("account", "class_name")]
    return _nearly(one.number, other.number) or all(None in pair or pair[0] == pair[1] for pair in stated)


# Likenesses that do not suffice by themselves, each with the further condition.
_DOUBTFUL: Mapping[Callable[[_Person], tuple[object, ...]], Callable[[_Person, _Person], bool]] = {
    _card: _nearly_same_number,
    _name: _not_contradicted,
}


def _nearly(number: str, other: str) -> bool:
    return len(number) == len(other) and sum(a != b for a, b in zip(number, other, strict=True)) <= _MISTYPED_MAX
