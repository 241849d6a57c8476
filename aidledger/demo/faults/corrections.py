"""Faults after payment: rosters that were corrected, and money that was not recovered."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import PurePosixPath

from aidledger.demo import compulsory
from aidledger.demo.faults.lists import Lists
from aidledger.demo.faults.money import PAID, BankStatement, CameBack
from aidledger.demo.faults.papers import corrected_path, recoveries, recovery_path
from aidledger.demo.faults.planting import DraftRoster, Life, Planting
from aidledger.demo.listings import ListLine
from aidledger.demo.people import Person
from aidledger.demo.sheets import DemoRoster, roster_of

LAST = "2022-spring"
_ALL, _HALF, _NOTHING = (1, 1), (1, 2), (0, 1)
_CAME_BACK = (
    (_ALL, _NOTHING),
    (_NOTHING, _ALL),
    (_HALF, _NOTHING),
    (_NOTHING, _NOTHING),
    (_NOTHING, _NOTHING),
)
"""School by school: of what the one who was struck off owes, and of what the one whose amount fell."""
_POOREST = frozenset({"特困供养", "残疾学生", "脱贫户", "低保"})
_CAME_BACK_ON = date(2022, 6, 10)


@dataclass(frozen=True, slots=True)
class Correction:
    """The new version of a roster, and the path of the version that it supersedes."""

    roster: DemoRoster
    of: PurePosixPath


@dataclass(frozen=True, slots=True)
class _Owed:
    """What somebody must pay back, and why."""

    person: Person
    amount_fen: int
    reason: str
    fault: str


def plant(
    planting: Planting, lists: Lists, statements: Iterable[BankStatement]
) -> tuple[Sequence[Correction], Sequence[DemoRoster]]:
    """Correct some paid rosters; returns new versions and lists of recoveries.

    At the first school the removed pupil paid everything back, at the second the one with the lower amount; at the
    third only half was recovered, at the others nothing.
    """
    corrections: list[Correction] = []
    lists_of_recoveries: list[DemoRoster] = []
    drafts = _paid(planting, statements)[: len(_CAME_BACK)]
    for draft, (struck_part, lowered_part) in zip(drafts, _CAME_BACK, strict=True):
        correction, struck, lowered = _correct(planting, lists, draft)
        corrections.append(correction)
        came_back = []
        for one, (times, parts) in ((struck, struck_part), (lowered, lowered_part)):
            back = one.amount_fen * times // parts
            note = f"paid, and then {one.fault} by {correction.roster.path}"
            if back:
                receipt = f"缴款书{len(lists_of_recoveries) + 1:04}"
                came_back.append(CameBack(one.person, back, _CAME_BACK_ON, receipt, one.reason))
                note += f"; only a part came back by {recovery_path(draft)}"
            if back < one.amount_fen:
                number = one.person.number
                planting.expect("to-be-recovered", number, compulsory.PROGRAM, LAST, draft=draft, note=note)
        if came_back:
            lists_of_recoveries.append(recoveries(draft, came_back))
    return corrections, lists_of_recoveries


def _paid(planting: Planting, statements: Iterable[BankStatement]) -> list[DraftRoster]:
    """The last term's rosters without a fault that the bank reports as fully paid."""
    with_faults = {one.file for one in planting.expected}
    found = [
        statement.draft
        for statement in statements
        if statement.draft.codes == (compulsory.PROGRAM,)
        and statement.draft.period.code == LAST
        and statement.draft.file not in with_faults
        and all(one.outcome == PAID for one in statement.returns)
    ]
    return sorted(found, key=lambda draft: draft.file)


def _correct(planting: Planting, lists: Lists, draft: DraftRoster) -> tuple[Correction, _Owed, _Owed]:
    """Remove a pupil who had left, pay a boarder as a day pupil, correct another pupil's class."""

    def here(life: Life) -> bool:
        on_roster = any(stay.draft is draft for stay in life.stays)
        return on_roster and life.only(compulsory.PROGRAM) and len(life.schools) == 1

    def boards(life: Life) -> bool:
        stay = life.stay(LAST)
        return here(life) and stay is not None and stay.line.boarding == "boarder" and stay.line.category in _POOREST

    (boarder,), (struck, moved) = planting.pick(1, boards), planting.pick(2, here, apart=lambda life: life.person)
    register = lists.enrolled[draft.school, draft.period]
    register[struck.person.number] = register[struck.person.number].gone(draft.period)
    register[boarder.person.number] = replace(register[boarder.person.number], boarding="day")
    paid = {line.person.number: line for line in draft.lines}
    day_pupil = next(line for line in draft.lines if line.boarding == "day")
    changed = {
        boarder.person.number: replace(paid[boarder.person.number], boarding="day", amounts_fen=day_pupil.amounts_fen),
        moved.person.number: replace(paid[moved.person.number], class_no=paid[moved.person.number].class_no + 1),
    }
    lines = [changed.get(number, line) for number, line in paid.items() if number != struck.person.number]
    corrected = roster_of(DraftRoster(draft.listing, lines).finished(), planting.catalogue.layout)
    correction = Correction(replace(corrected, path=corrected_path(draft)), PurePosixPath(draft.file))
    less = _amount(paid[boarder.person.number]) - _amount(day_pupil)
    return (
        correction,
        _Owed(struck.person, _amount(paid[struck.person.number]), "已转出", "struck off"),
        _Owed(boarder.person, less, "就读方式更正", "no boarder any more"),
    )


def _amount(line: ListLine) -> int:
    return sum(amount or 0 for amount in line.amounts_fen)
