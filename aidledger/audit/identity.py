"""likely-same-person: two ID numbers that seem to belong to one person, with the evidence and a score.

SQL finds pairs of people who share something (name and birth date, name and most of the number, card, 学籍号, school
and birth date), and only those are compared, so that the work does not grow with the square of the ledger. How a name
sounds is no column: who was born on one day is read once, and grouped by it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from itertools import combinations, groupby, product
from typing import Any

from sqlalchemy import ColumnElement, Select, Subquery, Text, cast, func, select, union

from aidledger.audit.people import people
from aidledger.audit.rule import Case, Rule, Scope
from aidledger.domain.identity import RESIDENT_RULES, mask_number
from aidledger.domain.naming import sound_of
from aidledger.i18n import N_
from aidledger.store.database.bulk import chunks
from aidledger.store.database.queryable import Queryable
from aidledger.store.model.tables import Beneficiary, Certification, Enrolment, Entry
from aidledger.store.postings.entries import current, in_force

STUDENT_NUMBER = N_("the same student number (学籍号)")
TYPING_ERROR = N_("ID numbers one typing error apart")
CARD = N_("the same card")
NAME_AND_BIRTH = N_("the same name and birth date")
SOUND = N_("names that sound alike, the same birth date, the same school")
SOUND_ELSEWHERE = N_("names that sound alike, the same birth date, two schools")
# The probability that each sign alone suggests, in percent; several add up, but never to certainty.
WEIGHTS = {STUDENT_NUMBER: 90, TYPING_ERROR: 80, CARD: 40, NAME_AND_BIRTH: 60, SOUND: 60, SOUND_ELSEWHERE: 60}
SCORE_MIN = 60
# Digits before the check digit: a wrong one among them changes the check digit as well.
_CHECKED = 17
# A card shared by more people is a case for account-shared, and no sign of one person.
_CARD_PERSONS_MAX = 4
# What more people share is no sign, and comparing them all would take too long.
_SHARERS_MAX = 12
Pair = tuple[int, int]


def _find(scope: Scope) -> Iterator[Case]:
    pairs = _pairs(scope.books)
    known = people(scope, {person for pair in pairs for person in pair})
    names = {number: {person.name} for number, person in known.items()}
    for number, name in scope.books.execute(union(*_stated_names())):
        names.setdefault(number, set()).add(name)
    likely = []
    for (one, other), shared in sorted(pairs.items()):
        signs = _signs(known[one], known[other], names[one], names[other], shared)
        if _score(signs) >= SCORE_MIN:
            likely.append((one, other, signs))
    paid = _paid(scope.books, {person for one, other, _ in likely for person in (one, other)})
    for one, other, signs in likely:
        if paid[one] and paid[other]:
            yield _case(known[one], known[other], names, signs, paid)


def _case(
    one: Any,  # noqa: ANN401 - rows
    other: Any,  # noqa: ANN401
    names: Mapping[int, set[str]],
    signs: list[str],
    paid: dict[int, dict[int, int]],
) -> Case:
    both = sorted((one, other), key=lambda person: (person.document_type, person.number))
    documents = [(person.document_type, person.number) for person in both]
    return Case(
        about=tuple(text for document in documents for text in document),
        entries=tuple(sorted([*paid[one.id], *paid[other.id]])),
        persons=2,
        amount_fen=min(sum(paid[person.id].values()) for person in (one, other)),
        facts={
            "names": " / ".join("、".join(sorted(names[person.id])) for person in both),
            "numbers": " / ".join(mask_number(number) for _, number in documents),
            "signs": tuple(signs),
            "score": _score(signs),
        },
        # In a district of 45,000 pupils, some three pairs are so by chance.
        severity="info" if signs == [SOUND_ELSEWHERE] else None,
    )


def _pairs(books: Queryable) -> dict[Pair, set[str]]:
    """Pairs of people who share something that few people share, and what that is."""
    person, card, school = Beneficiary.c, _paid_by("account"), _paid_by("school_id")
    pupils = school.join(Beneficiary, person.id == school.c.beneficiary_id)
    # Region, birth date, serial: one wrong digit, or two swapped ones, leave the others as they are.
    region, serial = func.substr(person.number, 1, 6), func.substr(person.number, 15, 3)
    resident = person.document_type.in_(sorted(RESIDENT_RULES))
    student, named = _student_numbers(), _names()
    people_named = named.join(Beneficiary, person.id == named.c.beneficiary_id)
    pupils_named = school.join(named, named.c.beneficiary_id == school.c.beneficiary_id)
    name = named.c.name
    few = {
        "name and birth": _few(person.id, name, person.birth_date).select_from(people_named),
        "name, region and serial": _few(person.id, name, region, serial).where(resident).select_from(people_named),
        "name and first digits": _few(person.id, name, func.substr(person.number, 1, 13))
        .where(resident)
        .select_from(people_named),
        "student number": _few(student.c.beneficiary_id, student.c.student_number),
        "school and name": _few(named.c.beneficiary_id, school.c.school_id, name).select_from(pupils_named),
        "school and birth": _few(person.id, school.c.school_id, person.birth_date).select_from(pupils),
        "card": _few(card.c.beneficiary_id, card.c.account, most=_CARD_PERSONS_MAX),
    }
    found: dict[Pair, set[str]] = defaultdict(set)
    for shared, query in few.items():
        for (ids,) in books.execute(query):
            for pair in combinations(sorted(map(int, ids.split(","))), 2):
                found[pair].add(shared)
    for pair in _sounding_alike(books):
        found[pair].add("sound and birth")
    return found


def _names() -> Subquery:
    """People with every name: as first recorded, and as files in force state it, so that no order of files matters."""
    first = select(Beneficiary.c.id.label("beneficiary_id"), Beneficiary.c.name)
    return union(first, *_stated_names()).subquery("named")


def _stated_names() -> Iterator[Select[Any]]:
    """Names in force other than first recorded, with their people; few have one."""
    for table in (Entry, Certification, Enrolment):
        row = table.c
        in_use = in_force(table) if table is Entry else current(table)
        yield select(row.beneficiary_id, row.name_stated.label("name")).where(row.name_stated.is_not(None), in_use)


def _student_numbers() -> Subquery:
    """People with the 学籍号 that any file in force states for them."""
    person = Beneficiary.c
    first = select(person.id.label("beneficiary_id"), person.student_number)
    later = select(Enrolment.c.beneficiary_id, Enrolment.c.student_number).where(current(Enrolment))
    rosters = select(Entry.c.beneficiary_id, Entry.c.student_number).where(in_force(Entry))
    return union(*(one.where(one.selected_columns[1].is_not(None)) for one in (first, later, rosters))).subquery()


def _sounding_alike(books: Queryable) -> Iterator[Pair]:
    """Pairs of people born on one day whose names sound alike but are written otherwise."""
    person, named = Beneficiary.c, _names()
    query = select(person.id, named.c.name, person.birth_date).join(named, named.c.beneficiary_id == person.id)
    query = query.where(person.birth_date.is_not(None)).order_by(person.birth_date)
    for _, group in groupby(books.execute(query), key=lambda row: row.birth_date):
        alike: dict[tuple[str, ...], set[tuple[int, str]]] = defaultdict(set)
        for row in group:
            alike[sound_of(row.name)].add((row.id, row.name))
        for some in alike.values():
            if len(some) <= _SHARERS_MAX:
                for (one, name), (other, written) in combinations(sorted(some), 2):
                    if one != other and name != written:
                        yield one, other


def _few(person: ColumnElement[int], *shared: ColumnElement[Any], most: int = _SHARERS_MAX) -> Select[Any]:
    """The ids, separated by commas, of each small group of people who share something; needs no self-join."""
    ids = func.aggregate_strings(cast(person, Text), ",")
    stated = (column.is_not(None) for column in shared)
    return select(ids).where(*stated).group_by(*shared).having(func.count().between(2, most))


def _paid_by(name: str) -> Subquery:
    """People with the distinct values of a column in their payments in force."""
    return select(Entry.c.beneficiary_id, Entry.c[name]).where(in_force(Entry)).distinct().subquery()


def _signs(
    one: Any,  # noqa: ANN401 - rows
    other: Any,  # noqa: ANN401
    names: set[str],
    others: set[str],
    shared: set[str],
) -> list[str]:
    alike = bool(names & others) or "sound and birth" in shared
    alike = alike or ("card" in shared and any(sounds_alike(*pair) for pair in product(names, others)))
    # A boy and a girl of one name and birth date are two; twins go to one school and have names of their own.
    opposite = None not in {one.sex, other.sex} and one.sex != other.sex
    found = []
    if "student number" in shared:
        found.append(STUDENT_NUMBER)
    if alike and one.document_type in RESIDENT_RULES and typing_error_apart(one.number, other.number):
        found.append(TYPING_ERROR)
    if "card" in shared and alike:
        found.append(CARD)
    if "name and birth" in shared and not opposite:
        found.append(NAME_AND_BIRTH)
    elif {"sound and birth", "school and birth"} <= shared:
        found.append(SOUND)
    elif "sound and birth" in shared and not opposite:
        found.append(SOUND_ELSEWHERE)
    return found


def _score(signs: Iterable[str]) -> int:
    """The score in percent: 100 less the product of the doubts that each sign leaves."""
    doubt = 1.0
    for sign in signs:
        doubt *= 1 - WEIGHTS[sign] / 100
    return round(100 * (1 - doubt))


def typing_error_apart(one: str, other: str) -> bool:
    """Whether two ID numbers differ in one digit, or in two swapped neighbours."""
    from rapidfuzz.distance import OSA  # noqa: PLC0415 - only the audit needs it

    return OSA.distance(one[:_CHECKED], other[:_CHECKED], score_cutoff=1) == 1


def sounds_alike(one: str, other: str) -> bool:
    """Whether two names have the same pinyin, tones aside."""
    return len(one) == len(other) and sound_of(one) == sound_of(other)


def _paid(books: Queryable, people: Iterable[int]) -> dict[int, dict[int, int]]:
    """The entries in force with their amounts (分), by person."""
    found: dict[int, dict[int, int]] = defaultdict(dict)
    for ids in chunks(sorted(people)):
        query = select(Entry.c.beneficiary_id, Entry.c.id, Entry.c.amount_fen)
        for row in books.execute(query.where(Entry.c.beneficiary_id.in_(ids), in_force(Entry))):
            found[row.beneficiary_id][row.id] = row.amount_fen
    return found


RULE = Rule(
    code="likely-same-person",
    severity="warning",
    message=N_("{names}, with the ID numbers {numbers}, seem to be one person (score {score} of 100): {signs}."),
    explanation=N_(
        "A pupil with two ID numbers in the ledger can be paid twice unnoticed. The signs are listed with a score, "
        "but none is proof: twins share a birth date, and names repeat. Pupils of two schools whose names only sound "
        "alike are noted, not warned of. Compare both numbers with the household register, then supersede the roster "
        "that has the wrong one. Traits shared by more than twelve people (such as a name within one school) are not "
        "compared."
    ),
    reference=N_("common audit practice"),
    find=_find,
    needs=("people-in-full",),
)
