"""Faults in monthly rosters: pupils left out of one month."""

from __future__ import annotations

from dataclasses import replace

from aidledger.demo import vocational
from aidledger.demo.faults.money import schools_with_statements
from aidledger.demo.faults.planting import DraftRoster, Life, Planting
from aidledger.demo.listings import ListLine

AUTUMN = "2021-autumn"
_MONTHS = (9, 10, 11, 12, 1)
_SHORT_MONTH = 11
_FORGOTTEN = 6


def plant(planting: Planting) -> None:
    """Send a school's vocational grants of a past term as monthly lists, and leave some pupils out of one."""
    whole = _roster_without_faults(planting)

    def granted(life: Life) -> bool:
        return life.only(vocational.GRANT, vocational.WAIVER) and any(stay.draft is whole for stay in life.stays)

    short = frozenset(life.person.number for life in planting.pick(_FORGOTTEN, granted, apart=_each))
    monthly = [_of_month(whole, month) for month in _MONTHS]
    forgetful = monthly[_MONTHS.index(_SHORT_MONTH)]
    forgetful.lines = [line for line in forgetful.lines if line.person.number not in short]
    at = next(i for i, draft in enumerate(planting.drafts) if draft is whole)
    planting.drafts[at : at + 1] = monthly
    for rule in ("part-missing", "amount-off-standard"):
        for number in sorted(short):
            note = f"not on the list of month {_SHORT_MONTH}"
            planting.expect(rule, number, vocational.GRANT, AUTUMN, draft=forgetful, note=note)


def _roster_without_faults(planting: Planting) -> DraftRoster:
    """The first roster with grants only that has neither a fault nor a bank statement."""
    with_faults, told = {one.file for one in planting.expected}, schools_with_statements(planting.drafts)
    alone = (draft for draft in planting.rosters(vocational.GRANT, AUTUMN) if draft.codes == (vocational.GRANT,))
    return next(draft for draft in alone if draft.file not in with_faults and draft.school not in told)


def _of_month(whole: DraftRoster, month: int) -> DraftRoster:
    return DraftRoster(replace(whole.listing, month=month), [_monthly(line) for line in whole.lines])


def _monthly(line: ListLine) -> ListLine:
    """A line with a month's share of its amounts."""
    shares = (None if amount is None else amount // len(_MONTHS) for amount in line.amounts_fen)
    return replace(line, amounts_fen=tuple(shares))


def _each(life: Life) -> object:
    return life.person
