"""Corrected numbers: who in a new version of a roster is somebody whom the one before called by another number."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, select

from aidledger.store.database.bulk import chunks
from aidledger.store.model.tables import Beneficiary
from aidledger.store.postings.versions import PAYMENT_FIELDS, Payment

# So many characters of two numbers may differ, where nothing but the card says that they are of one person.
_MISTYPED_MAX = 2
_AT = {name: i for i, name in enumerate(PAYMENT_FIELDS)}


@dataclass(frozen=True, slots=True)
class _Person:
    """A person of one version only: who it is, and what a payment says beside that."""

    id: int
    number: str
    name: str
    student_number: str | None
    payment: Payment

    def said(self, field: str) -> Any:  # noqa: ANN401 - a cell
        return self.payment[_AT[field]]


def corrected_numbers(
    books: Connection, gone: Mapping[int, Payment], come: Mapping[int, Payment]
) -> list[tuple[int, int]]:
    """Pairs of a person's id in the earlier version and in the new one.

    ``gone``: who stands in the earlier version only, with a payment; ``come``: who stands in the new one only. Two are
    the same where they are paid for the same, and nobody else on either side is as like: by student number, by name
    and card, by name and class, by name where neither card nor class speaks against it; by card where the numbers
    differ in a digit or two. Of namesakes who cannot be told apart none is.
    """
    if not gone or not come:
        return []
    left, right = ({one.id: one for one in _people(books, some)} for some in (gone, come))
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
    for some in chunks(sorted(payments)):
        for row in books.execute(select(*columns).where(Beneficiary.c.id.in_(some))):
            yield _Person(*row, payments[row.id])


def _student_number(one: _Person) -> tuple[object, ...]:
    return (one.student_number,)


def _name_and_card(one: _Person) -> tuple[object, ...]:
    return one.said("name_stated") or one.name, one.said("account")


def _name_and_class(one: _Person) -> tuple[object, ...]:
    in_class = one.said("class_name")
    return one.said("name_stated") or one.name, in_class and (one.said("grade"), in_class)  # 高一(1)班 says both


def _name(one: _Person) -> tuple[object, ...]:
    return (one.said("name_stated") or one.name,)


def _card(one: _Person) -> tuple[object, ...]:
    return (one.said("account"),)


_LIKENESSES = (_student_number, _name_and_card, _name_and_class, _name, _card)


def _alike(
    left: Iterable[_Person], right: Iterable[_Person], likeness: Callable[[_Person], tuple[object, ...]]
) -> Iterator[tuple[_Person, _Person]]:
    """Those whom a likeness tells from all others on both sides; what is not stated makes nobody alike."""
    by_key: defaultdict[tuple[object, ...], tuple[list[_Person], list[_Person]]] = defaultdict(lambda: ([], []))
    for side, people in enumerate((left, right)):
        for one in people:
            key = likeness(one)
            if all(key):
                by_key[one.said("program_id"), one.said("period"), *key][side].append(one)
    for earlier, later in by_key.values():
        if len(earlier) == len(later) == 1:
            yield earlier[0], later[0]


def _nearly_same_number(one: _Person, other: _Person) -> bool:
    return _nearly(one.number, other.number)


def _nothing_speaks_against(one: _Person, other: _Person) -> bool:
    """Whether two of one name have no other card and no other class, or numbers that are mistyped at most."""
    told = [(one.said(field), other.said(field)) for field in ("account", "class_name")]
    return _nearly(one.number, other.number) or all(None in pair or pair[0] == pair[1] for pair in told)


# What alone is not enough to tell that two are the same person, and what must come on top.
_DOUBTFUL: Mapping[Callable[[_Person], tuple[object, ...]], Callable[[_Person, _Person], bool]] = {
    _card: _nearly_same_number,
    _name: _nothing_speaks_against,
}


def _nearly(number: str, other: str) -> bool:
    return len(number) == len(other) and sum(a != b for a, b in zip(number, other, strict=True)) <= _MISTYPED_MAX
