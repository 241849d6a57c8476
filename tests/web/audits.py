"""An audit run from the page."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.web.site import OURS

if TYPE_CHECKING:
    from starlette.testclient import TestClient


def audited(client: TestClient) -> None:
    """Run the audit to its end."""
    client.post("/findings/run", headers=OURS)
    for _ in range(600):
        if "data-running" not in client.get("/findings").text:
            return
    pytest.fail("the audit did not end")
