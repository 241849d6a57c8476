"""What is claimed, paid, under way, due, and to be claimed back: by program, period, school and person."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, cast, get_args

from sqlalchemy import Connection, select

from aidledger.catalogue.catalogue import Catalogue
from aidledger.reports.cuts import rank
from aidledger.store.database.bulk import chunks
from aidledger.store.model.tables import Beneficiary, ProgramRow, School
from aidledger.store.payables.balances import Balance, balances
from aidledger.store.payables.claims import ClaimScope, Sums, at_school, claims

DueCut = Literal["program", "period", "school", "person"]
DUE_CUTS: Sequence[DueCut] = get_args(DueCut)
# A figure of an open claim.
DueFigure = Literal["due", "under_way", "to_claim_back"]
DUE_FIGURES: Sequence[DueFigure] = get_args(DueFigure)
# Which claims have rows by person: open ones, all, or those with one such figure.
DueRows = Literal["open", "all"] | DueFigure
_Key = tuple[str | int | None, ...]


@dataclass(frozen=True, slots=True)
class DuePerson:
    """A person: the ledger's number, and the name and document first recorded."""

    person: int
    name: str
    number: str


@dataclass(frozen=True, slots=True)
class DueRow:
    """The balance of one group; None for dimensions that are not grouped by, or not stated.

    ``whole``: no claim of the group is left out, as one for which nothing is open may be.
    """

    program: str | None
    period: str | None
    school: str | None
    person: DuePerson | None
    balance: Balance
    whole: bool = True


@dataclass(frozen=True, slots=True)
class Dues:
    """The balances of a scope by group, and its totals: aid and loans separately.

    ``asked``: the scope as keys of a figure; None if no figure says it.
    """

    by: Sequence[DueCut]
    rows: Sequence[DueRow]
    aid: Balance
    loans: Balance
    asked: Mapping[str, str] | None = None


def dues(
    books: Connection,
    catalogue: Catalogue,
    scope: ClaimScope,
    by: Sequence[DueCut],
    school: str | None = None,
    *,
    rows: DueRows = "open",
) -> Dues:
    """The balances of a scope.

    By person, only claims with something due, under way or to be claimed back have rows, unless ``rows`` says all; the
    totals are of all claims. If it names a figure, rows and totals are of the claims, at each school, that have it.
    """
    only = None if rows in {"open", "all"} else cast("DueFigure", rows)
    by_person = "person" in by
    groups: defaultdict[_Key, Balance] = defaultdict(Balance)
    whole = {"aid": Balance(), "loans": Balance()}
    short: set[_Key] = set()
    for program, told, balance in _parts(books, scope, only, school, by_person=by_person):
        whole["loans" if catalogue.programs[program].nature == "loan" else "aid"].include(balance)
        key = tuple(told[cut] if cut in by else None for cut in DUE_CUTS)
        if by_person and rows == "open" and not balance.open:
            short.add(key)
        else:
            groups[key].include(balance)
    # Claims that were picked by a figure are not all that a cut of the ledger holds.
    asked = None if only else _asked(scope, school)
    return Dues(by, _rows(books, catalogue, groups, short), whole["aid"], whole["loans"], asked)


def _parts(
    books: Connection, scope: ClaimScope, only: DueFigure | None, school: str | None, *, by_person: bool
) -> Iterator[tuple[str, Mapping[DueCut, str | int | None], Balance]]:
    """The balances of a scope's parts, each with its program and its values by cut."""
    programs = {row.id: row.code for row in books.execute(select(ProgramRow.c.id, ProgramRow.c.code))}
    schools = {None: None} | {row.id: row.name for row in books.execute(select(School.c.id, School.c.name))}
    parts = _by_person(books, scope, only, school) if only or by_person else _by_school(books, scope)
    for program, period, at, person, balance in parts:
        if school in {None, schools[at]} and (only is None or _FIGURES[only](balance)):
            told: Mapping[DueCut, str | int | None] = {
                "program": programs[program],
                "period": period,
                "school": schools[at],
                "person": person,
            }
            yield programs[program], told, balance


def _asked(scope: ClaimScope, school: str | None) -> Mapping[str, str] | None:
    if scope.persons or max(len(scope.programs), len(scope.periods)) > 1:
        return None
    told = {"program": next(iter(scope.programs), None), "period": next(iter(scope.periods), None), "school": school}
    return {key: value for key, value in told.items() if value is not None}


_FIGURES: Mapping[DueFigure, Callable[[Balance], int]] = {
    "due": lambda balance: balance.due_fen,
    "under_way": lambda balance: balance.under_way_fen,
    "to_claim_back": lambda balance: balance.to_claim_back_fen,
}
_Part = tuple[int, str, int | None, int | None, Balance]


def _by_school(books: Connection, scope: ClaimScope) -> Iterator[_Part]:
    for (program, period, school), balance in balances(books, scope).items():
        yield program, period, school, None, balance


def _by_person(books: Connection, scope: ClaimScope, only: DueFigure | None, called: str | None) -> Iterator[_Part]:
    """Claim by claim, at each of its schools; ``called``: of the claims at this school, which need not read all."""
    paid_only = only is not None and only != "due"  # where nothing was paid, nothing is under way or to come back
    for part in [scope] if called is None else at_school(books, scope, called):
        for claim in claims(books, part, paid_only=paid_only):
            for school, sums in claim.schools.items():
                yield claim.program_id, claim.period, school, claim.person, _balance(sums)


def _balance(sums: Sums) -> Balance:
    balance = Balance()
    balance.add(sums)
    return balance


def _rows(
    books: Connection, catalogue: Catalogue, groups: Mapping[_Key, Balance], short: Collection[_Key]
) -> list[DueRow]:
    people = _people(books, {key[-1] for key in groups if isinstance(key[-1], int)})
    rows = [
        DueRow(
            program=None if program is None else str(program),
            period=None if period is None else str(period),
            school=None if school is None else str(school),
            person=people[person] if isinstance(person, int) else None,
            balance=balance,
            whole=(program, period, school, person) not in short,
        )
        for (program, period, school, person), balance in groups.items()
    ]
    return sorted(rows, key=lambda row: _in_order(row, catalogue))


def _in_order(row: DueRow, catalogue: Catalogue) -> tuple[object, ...]:
    cuts = (("program", row.program), ("period", row.period), ("school", row.school))
    order = tuple(rank(name, value, catalogue.programs) for name, value in cuts)
    return (*order, (row.person.name, row.person.number) if row.person else ("", ""))


def _people(books: Connection, ids: Iterable[int]) -> dict[int, DuePerson]:
    columns = (Beneficiary.c.id, Beneficiary.c.name, Beneficiary.c.number)
    return {
        row.id: DuePerson(*row)
        for some in chunks(sorted(ids))
        for row in books.execute(select(*columns).where(Beneficiary.c.id.in_(some)))
    }
