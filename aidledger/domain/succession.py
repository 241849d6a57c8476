"""Schools that were renamed, or merged into another: which name stands for which school now."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

SuccessionKind = Literal["rename", "merge"]
# Into which name a school's rows go, by its name and, if only a stage's programs are meant, that stage.
SuccessionRules: TypeAlias = Mapping[tuple[str, str | None], str]


@dataclass(frozen=True, slots=True)
class Succession:
    """That a school counts as another, or under another name, from a day on for all that was ever recorded of it.

    ``number``: the event that recorded it. ``stage``: only the rows under that stage's programs (None: all). ``date``:
    the day of the decision (ISO); figures of earlier terms are joined as well. ``undone_…``: when, by whom and why it
    was taken back.
    """

    number: int
    kind: SuccessionKind
    school: str
    into: str
    stage: str | None
    date: str
    reason: str
    at: str
    by: str
    undone_at: str | None = None
    undone_by: str | None = None
    undone_for: str | None = None

    @property
    def in_force(self) -> bool:
        """Whether it was not taken back."""
        return self.undone_at is None


def rules_of(successions: Iterable[Succession]) -> dict[tuple[str, str | None], str]:
    """What is in force, by school and stage."""
    return {(one.school, one.stage): one.into for one in successions if one.in_force}


def successor(rules: SuccessionRules, name: str, stage: str | None = None) -> str:
    """The name under which a school's rows count: of one stage's programs, or of none in particular."""
    passed = {name}
    while (following := rules.get((name, stage)) or rules.get((name, None))) and following not in passed:
        passed.add(following)
        name = following
    return name


def runs_in_circles(rules: SuccessionRules) -> bool:
    """Whether some school would count as itself in the end."""
    stages = {stage for _, stage in rules}
    return any(_comes_back(rules, name, stage) for name, _ in rules for stage in {*stages, None})


def _comes_back(rules: SuccessionRules, name: str, stage: str | None) -> bool:
    passed = set()
    while name not in passed:
        passed.add(name)
        following = rules.get((name, stage)) or rules.get((name, None))
        if following is None:
            return False
        name = following
    return True
