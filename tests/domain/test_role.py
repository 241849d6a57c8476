from __future__ import annotations

from typing import get_args

import pytest

from aidledger.domain.role import PERMISSIONS, ROLES, Action, Role, require, same_name
from aidledger.errors import NotNamed, OtherRole

NAMED: dict[str, Role] = {"wang": "clerk", "li": "reviewer", "zhao": "auditor", "no. 1 school": "school"}


def _may(actor: str) -> set[str]:
    allowed = set()
    for action in get_args(Action):
        try:
            require(action, actor, NAMED)
        except (NotNamed, OtherRole):
            continue
        allowed.add(action)
    return allowed


def test_everything_that_can_be_done_is_judged() -> None:
    assert set(PERMISSIONS) == set(get_args(Action))


@pytest.mark.parametrize("action", get_args(Action))
def test_while_nobody_is_named_everybody_may_do_everything(action: Action) -> None:
    require(action, "anybody", {})


def test_what_each_role_may_do() -> None:
    clerk = {"open", "read", "check", "import", "reverse", "export", "announce", "reveal", "copy", "upgrade"}
    assert _may("wang") == clerk
    keeps = {"copy", "restore", "upgrade", "rekey", "seal"}
    assert _may("li") == {"open", "read", "release", "decide", "name", "office", "reveal", "forget", *keeps}
    assert _may("zhao") == {"open", "read"}
    assert _may("No. 1 School") == {"open", "check"}
    assert _may("somebody else") == {"open"}


@pytest.mark.parametrize("role", ROLES)
def test_nobody_both_makes_and_checks(role: Role) -> None:
    makes, checks = {"import", "reverse", "export"}, {"release", "decide", "name", "restore"}
    may = {action for action, permission in PERMISSIONS.items() if role in permission.roles}
    assert not (may & makes and may & checks)


def test_anybody_names_the_first_reviewer_and_only_reviewers_name_after_that() -> None:
    require("name", "anybody", {"wang": "clerk"})
    for actor in ("anybody", "wang", "zhao"):
        with pytest.raises((NotNamed, OtherRole)):
            require("name", actor, NAMED)


@pytest.mark.parametrize("typed", ["wang", "Wang", " WANG ", "ｗａｎｇ"])
def test_a_name_is_the_same_however_it_is_typed(typed: str) -> None:
    assert same_name(typed) == "wang"
    require("import", typed, NAMED)


def test_a_refusal_says_who_is_what_and_what_is_needed() -> None:
    with pytest.raises(OtherRole) as refused:
        require("release", "Wang", NAMED)
    assert refused.value.facts["actor"] == "Wang"
    assert refused.value.facts["role"] == "clerk"
    assert refused.value.facts["roles"] == ("reviewer",)
