"""Public notices of some schools: in time, or with faults: while the money was paid, for too few days, then changed."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from aidledger.demo import compulsory
from aidledger.demo.faults.corrections import LAST, Correction
from aidledger.demo.faults.money import BankStatement
from aidledger.demo.faults.planting import DraftRoster, Planting
from aidledger.domain.notice import NoticeTerm
from aidledger.domain.term import Period

_AUTUMN = "2021-autumn"
_SCHOOLS = 2
"""Schools with a notice of each kind."""
# Faults that are none of the whole school's payments.
_OF_ONE_PAYMENT = frozenset({"returned-not-reissued", "paid-twice-by-bank"})
_IN_TIME = NoticeTerm(date(2021, 10, 11), date(2021, 10, 15))
# The bank pays on 25 November.
_TOO_LATE = NoticeTerm(date(2021, 11, 22), date(2021, 11, 26))
# Over the National Day holiday.
_TOO_SHORT = NoticeTerm(date(2021, 9, 30), date(2021, 10, 8))
_IN_SPRING = NoticeTerm(date(2022, 4, 11), date(2022, 4, 15))


@dataclass(frozen=True, slots=True)
class PlannedNotice:
    """A notice to be posted once the rosters are imported, before any is corrected."""

    program: str
    period: Period
    school: str
    term: NoticeTerm


def plant(
    planting: Planting, statements: Sequence[BankStatement], corrected: Sequence[Correction]
) -> list[PlannedNotice]:
    """The notices, with their faults in the key."""
    paid, other = _rosters(planting, statements)
    notices = [_notice(draft, _IN_TIME) for draft in paid[_SCHOOLS:]]
    for term, drafts, rule, note in (
        (_TOO_LATE, paid[:_SCHOOLS], "notice-after-payment", "paid while the notice was still posted"),
        (_TOO_SHORT, other[:_SCHOOLS], "notice-too-short", "posted over the National Day holiday"),
    ):
        for draft in drafts:
            notices.append(_notice(draft, term))
            planting.expect(rule, draft.school, compulsory.PROGRAM, _AUTUMN, draft=draft, note=note)
    files = [str(one.of) for one in corrected[:_SCHOOLS]]
    for draft in [draft for draft in planting.rosters(compulsory.PROGRAM, LAST) if draft.file in files]:
        notices.append(_notice(draft, _IN_SPRING))
        note = "the notice names the pupil who was struck off later"
        rule = "notice-differs-from-payment"
        planting.expect(rule, draft.school, compulsory.PROGRAM, LAST, draft=draft, note=note)
    return notices


def _rosters(planting: Planting, statements: Sequence[BankStatement]) -> tuple[list[DraftRoster], list[DraftRoster]]:
    """The autumn's rosters with no fault but in single payments, and nobody on two: those that a bank reports on first.

    Raises ValueError if there are too few.
    """
    rosters = planting.rosters(compulsory.PROGRAM, _AUTUMN)
    times = Counter(number for draft in rosters for number in {line.person.number for line in draft.lines})
    faults: dict[str, set[str]] = defaultdict(set)
    for one in planting.expected:
        faults[one.file].add(one.rule)
    reported = {statement.draft.file for statement in statements}
    sides: tuple[list[DraftRoster], list[DraftRoster]] = [], []
    for draft in rosters:
        alone = all(times[line.person.number] == 1 for line in draft.lines)
        if alone and draft.codes == (compulsory.PROGRAM,) and faults[draft.file] <= _OF_ONE_PAYMENT:
            sides[draft.file not in reported].append(draft)
    if min(map(len, sides)) <= _SCHOOLS:
        raise ValueError(sides)
    return sides


def _notice(draft: DraftRoster, term: NoticeTerm) -> PlannedNotice:
    return PlannedNotice(compulsory.PROGRAM, draft.period, draft.school, term)
