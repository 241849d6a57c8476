"""The balances of many claims by program, period and school, mostly summed by the database."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    FromClause,
    Select,
    and_,
    case,
    func,
    literal,
    null,
    select,
    union_all,
)

from aidledger.store.database.bulk import chunks
from aidledger.store.model.tables import BatchTotal, Entry, NumberCorrection
from aidledger.store.payables.claims import (
    EVERYTHING,
    ClaimScope,
    Key,
    LinkedBeneficiaries,
    Sums,
    claims,
    movements,
    needing_no_bank,
)
from aidledger.store.postings.person_times import CLAIM

# Program (id), period, school (id).
Cut = tuple[int, str, int | None]


@dataclass(slots=True)
class Balance:
    """The sums of many claims in 分; each claim counts either as due or as to be claimed back."""

    claimed_fen: int = 0
    paid_fen: int = 0
    under_way_fen: int = 0
    due_fen: int = 0
    to_claim_back_fen: int = 0

    def add(self, sums: Sums) -> None:
        """Add a claim, or one school's share of it."""
        self.claimed_fen += sums.claimed_fen
        self.paid_fen += sums.paid_fen
        self.under_way_fen += sums.under_way_fen
        self.due_fen += max(0, sums.rest_fen)
        self.to_claim_back_fen += max(0, -sums.rest_fen)

    def include(self, other: Balance) -> None:
        """Add the balance of other claims."""
        self.claimed_fen += other.claimed_fen
        self.paid_fen += other.paid_fen
        self.under_way_fen += other.under_way_fen
        self.due_fen += other.due_fen
        self.to_claim_back_fen += other.to_claim_back_fen

    @property
    def open(self) -> bool:
        """Whether anything is under way, due or to be claimed back."""
        return bool(self.under_way_fen or self.due_fen or self.to_claim_back_fen)


def balances(books: Connection, scope: ClaimScope = EVERYTHING) -> dict[Cut, Balance]:
    """The balances by program, period and school.

    Only claims with several schools or several numbers are read one by one. Claims with no payment are due in full, or
    need no bank.
    """
    found: dict[Cut, Balance] = defaultdict(Balance)
    unpaid: dict[Cut, int] = defaultdict(int)
    cuts = (BatchTotal.c.program_id, BatchTotal.c.period, BatchTotal.c.school_id)
    totals = select(*cuts, func.sum(BatchTotal.c.amount_fen)).group_by(*cuts)
    for program, period, school, fen in books.execute(totals.where(*scope.narrowed(*cuts[:2], literal(0)))):
        unpaid[program, period, school] += int(fen)
    no_bank, people = needing_no_bank(books), LinkedBeneficiaries(books)
    others: set[Key] = set()
    for person, program, period, school, *fens in books.execute(_simple(books, scope)):
        if person is not None:
            others.add((program, period, people.first(person)))
            continue
        balance = Balance(*map(int, fens))
        unpaid[program, period, school] -= balance.claimed_fen
        if program in no_bank:
            balance.paid_fen, balance.due_fen = balance.paid_fen + balance.due_fen, 0
        found[program, period, school].include(balance)
    for persons in chunks(sorted({person for *_, person in others})):
        for claim in claims(books, replace(scope, persons=persons), paid_only=True):
            for school, sums in claim.schools.items() if claim.key in others else ():
                found[claim.program_id, claim.period, school].add(sums)
                unpaid[claim.program_id, claim.period, school] -= sums.claimed_fen
    for cut, fen in unpaid.items():
        if fen:
            found[cut].add(Sums(fen, fen if cut[0] in no_bank else 0))
    return found


def _simple(books: Connection, scope: ClaimScope) -> Select[Any]:
    """Claims with payments: summed up by cut if a claim has one school and one number.

    Columns: person, program_id, period, school_id, and those of Balance. Any other claim has a row of its own, with its
    ``person``.
    """
    moved = movements(books, scope).subquery("moved")
    of_claim = [moved.c[name] for name in CLAIM]
    touched = (
        select(*of_claim, *(func.sum(moved.c[name]).label(name) for name in ("paid_fen", "under_way_fen")))
        .add_columns(*_ends(moved))
        .group_by(*of_claim)
        .subquery("touched")
    )
    of_claim = [touched.c[name] for name in CLAIM]
    same = and_(*(Entry.c[name] == touched.c[name] for name in CLAIM))
    claimed = func.sum(Entry.c.amount_fen).label("claimed_fen")
    claim = select(touched, claimed, *_ends(Entry, "entered_")).join(Entry, same).group_by(*touched.c).subquery("claim")
    corrected = union_all(select(NumberCorrection.c.earlier_id), select(NumberCorrection.c.beneficiary_id))
    simple = and_(
        claim.c.first == claim.c.last,
        claim.c.entered_first == claim.c.first,
        claim.c.entered_last == claim.c.first,
        claim.c.beneficiary_id.not_in(corrected),
    )
    rest = claim.c.claimed_fen - claim.c.paid_fen - claim.c.under_way_fen
    keys = (
        case((simple, null()), else_=claim.c.beneficiary_id).label("person"),
        claim.c.program_id,
        claim.c.period,
        func.nullif(claim.c.first, _NO_SCHOOL).label("school_id"),
    )
    each = select(*keys, claim.c.claimed_fen, claim.c.paid_fen, claim.c.under_way_fen, rest.label("rest")).subquery()
    over = case((each.c.rest < 0, -each.c.rest), else_=0)
    under = case((each.c.rest > 0, each.c.rest), else_=0)
    sums = (each.c.claimed_fen, each.c.paid_fen, each.c.under_way_fen, under, over)
    cut = [each.c[name] for name in ("person", "program_id", "period", "school_id")]
    return select(*cut, *map(func.sum, sums)).group_by(*cut)


# Stands for no school; ids start at 1.
_NO_SCHOOL = 0


def _ends(rows: FromClause, prefix: str = "") -> tuple[ColumnElement[Any], ColumnElement[Any]]:
    """The lowest and highest school (id) of rows: equal if all rows have the same one."""
    school = func.coalesce(rows.c.school_id, _NO_SCHOOL)
    return func.min(school).label(f"{prefix}first"), func.max(school).label(f"{prefix}last")
