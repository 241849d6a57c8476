"""Claims against confirmed payments."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

from sqlalchemy import Connection, and_, func, select

from aidledger.domain.part import person_times
from aidledger.reconcile.line import Figures, Line
from aidledger.store.model.tables import Entry, ProgramRow, School
from aidledger.store.payables.claims import ClaimScope, Key, LinkedBeneficiaries, claims, payments
from aidledger.store.postings.entries import in_force

# A program, a period, a school: ids, but for the period.
_Cut = tuple[int, str, int | None]


def payment_lines(books: Connection) -> list[Line]:
    """One line per program, period and school with any bank return.

    Expected is what is claimed, actual what was paid, from the account of each claim (store/payables/claims.py). A line
    is right if every claim was paid, and nothing beyond. A person-time paid in part counts as paid.
    """
    answered = _answered(books)
    if not answered:
        return []
    terms = {cut[:2] for cut in answered}
    scope = ClaimScope(periods={period for _, period in terms})
    several = _several(books, scope)
    sides: defaultdict[_Cut, list[int]] = defaultdict(lambda: [0, 0, 0, 0])
    for claim in claims(books, scope):
        for school, sums in claim.schools.items():
            cut = claim.program_id, claim.period, school
            if sums.paid_fen and cut[:2] in terms:
                answered.add(cut)
            times = several.get((claim.key, school), 1)
            sides[cut][0] += times if sums.claimed_fen > 0 else 0
            sides[cut][1] += sums.claimed_fen
            sides[cut][2] += times if sums.paid_fen > 0 else 0
            sides[cut][3] += sums.paid_fen
    programs = {row.id: row.code for row in books.execute(select(ProgramRow.c.id, ProgramRow.c.code))}
    schools = {None: None} | {row.id: row.name for row in books.execute(select(School.c.id, School.c.name))}
    lines = []
    for cut in sorted(answered & sides.keys(), key=lambda cut: (*cut[:2], schools[cut[2]] or "")):
        times, fen, paid_times, paid_fen = sides[cut]
        claimed, paid = Figures(times, fen), Figures(paid_times, paid_fen)
        lines.append(Line("payment", programs[cut[0]], cut[1], schools[cut[2]], claimed == paid, claimed, paid))
    return lines


def _answered(books: Connection) -> set[_Cut]:
    """The programs, periods and schools of payments with a bank return."""
    payment = payments(books)
    query = (
        select(Entry.c.program_id, Entry.c.period, Entry.c.school_id)
        .join(payment, payment.c.entry_id == Entry.c.id)
        .where(payment.c.outcome.is_not(None))
        .distinct()
    )
    return {(program, period, school) for program, period, school in books.execute(query)}


def _several(books: Connection, scope: ClaimScope) -> Mapping[tuple[Key, int | None], int]:
    """The person-times by claim and school, for the few claims with several entries."""
    claim = (Entry.c.program_id, Entry.c.period, Entry.c.beneficiary_id)
    repeated = select(*claim).where(in_force(Entry), *scope.narrowed(*claim)).group_by(*claim).having(func.count() > 1)
    several = repeated.subquery("several")
    same = and_(*(column == several.c[column.name] for column in claim))
    query = select(*claim, Entry.c.school_id, Entry.c.part).join(several, same).where(in_force(Entry))
    people = LinkedBeneficiaries(books)
    parts: defaultdict[tuple[Key, int | None], list[str | None]] = defaultdict(list)
    for program, period, person, school, part in books.execute(query):
        parts[(program, period, people.first(person)), school].append(part)
    return {key: person_times(("", part) for part in of_claim) for key, of_claim in parts.items()}
