"""What several rules ask is asked once, and anew where the question is narrowed."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, cast

import pytest

from aidledger.audit.rule import Scope
from tests.audit.ledgers import TODAY

pytestmark = [pytest.mark.sqlite_only, pytest.mark.plain_only]


def test_an_answer_is_kept_for_its_scope_and_for_no_narrower_one() -> None:
    asked: list[str | None] = []

    def program(scope: Scope) -> str:
        asked.append(scope.program)
        return f"of {scope.program}"

    whole = Scope(cast("Any", None), cast("Any", None), TODAY)
    grant = replace(whole, program="high-school-grant")
    assert [scope.once(program) for scope in (whole, grant, whole, grant)] == [
        "of None",
        "of high-school-grant",
        "of None",
        "of high-school-grant",
    ]
    assert asked == [None, "high-school-grant"]
