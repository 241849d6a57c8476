"""A large order takes seconds to make, release and write: it is a job then, with progress, and done once."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from aidledger.operations import jobs as kept
from aidledger.operations import ordering
from aidledger.operations.jobs import JobRecord
from tests.operations.offices import Office
from tests.store.ledgers import opened
from tests.web.site import OURS, visited
from tests.web.test_jobs import Held, ended, held, job_number
from tests.web.test_paying import DRAFT, MAKE, button, clerk, lines_of, office, orders, reviewer

if TYPE_CHECKING:
    from httpx2 import Response
    from starlette.testclient import TestClient

__all__ = ["clerk", "held", "office", "reviewer"]
Hold = Callable[[str, int], Held]


@pytest.fixture(autouse=True)
def hurried(patient: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """No page waits for its work."""
    monkeypatch.setattr("aidledger.web.jobs._WAITED_SECONDS", 0.0)


def asked(client: TestClient, path: str, **told: str) -> Response:
    return client.post(path, headers=OURS, data=told)


def reasons(office: Office) -> list[str]:
    return [one["reason"] for one in office.json("--actor", "clerk", "access-log")["accesses"]]


def test_an_order_is_made_once_whatever_is_clicked_meanwhile(office: Office, clerk: TestClient, held: Hold) -> None:
    hold = held("progress", 1)
    told = button(clerk.get(DRAFT).text)
    first = asked(clerk, MAKE, **told)
    hold.wait()
    second = asked(clerk, MAKE, **told)
    assert first.url == second.url
    assert re.search(r"/jobs/\d+$", str(first.url))
    assert "data-running" in clerk.get(first.url.path).text  # after a reload, too
    hold.go_on.set()
    page = ended(clerk, first.url.path)
    assert "Order 1 is made: 4 payments, 4,000.00 yuan." in page
    assert 'href="/payments/1"' in page
    assert len(orders(office)) == 1


def test_a_making_that_is_cancelled_leaves_no_order(office: Office, clerk: TestClient, held: Hold) -> None:
    hold = held("progress", 1)
    told = button(clerk.get(DRAFT).text)
    page = asked(clerk, MAKE, **told)
    hold.wait()
    asked(clerk, f"/jobs/{job_number(clerk.get(page.url.path).text)}/cancel")
    hold.go_on.set()
    assert "Cancelled by clerk" in ended(clerk, page.url.path)
    assert orders(office) == []
    again = asked(clerk, MAKE, **told)
    assert "Order 1 is made" in ended(clerk, again.url.path)


def test_the_bank_s_file_waits_for_whom_it_was_made(office: Office, clerk: TestClient, reviewer: TestClient) -> None:
    ended(clerk, asked(clerk, MAKE, **button(clerk.get(DRAFT).text)).url.path)
    page = asked(clerk, "/payments/1/file", why="term payment", format="csv")
    job = page.url.path
    assert f'action="{job}/file"' in ended(clerk, job)
    assert reasons(office) == ["term payment"]
    assert len(lines_of(asked(clerk, f"{job}/file"))) == 4
    assert reasons(office) == ["term payment"]
    assert len(lines_of(asked(clerk, f"{job}/file"))) == 4  # each download further on has its own line in the log
    assert reasons(office) == ["term payment", "term payment"]


def test_somebody_else_does_not_get_it(office: Office, clerk: TestClient) -> None:
    ended(clerk, asked(clerk, MAKE, **button(clerk.get(DRAFT).text)).url.path)
    job = asked(clerk, "/payments/1/file", why="term payment", format="csv").url.path
    ended(clerk, job)
    door = clerk.app.state.door  # type: ignore[attr-defined]
    clerk.cookies.clear()
    door.actor = "other"
    clerk.get(door.link())
    refused = asked(clerk, f"{job}/file")
    assert refused.status_code == 409
    assert "clerk asked for this file" in refused.text
    assert asked(clerk, "/jobs/999/file").status_code == 409


def test_the_file_of_an_order_that_was_withdrawn_meanwhile_is_not_given(office: Office, clerk: TestClient) -> None:
    ended(clerk, asked(clerk, MAKE, **button(clerk.get(DRAFT).text)).url.path)
    job = asked(clerk, "/payments/1/file", why="term payment", format="xlsx").url.path
    ended(clerk, job)
    assert asked(clerk, "/payments/1/withdraw", why="wrong term").status_code == 200
    refused = asked(clerk, f"{job}/file")
    assert refused.status_code == 409
    assert reasons(office) == ["term payment"]


def test_a_release_says_why_it_failed_on_its_job_s_page(office: Office, clerk: TestClient) -> None:
    ended(clerk, asked(clerk, MAKE, **button(clerk.get(DRAFT).text)).url.path)
    page = asked(clerk, "/payments/1/release", digest="0" * 64)
    said = ended(clerk, page.url.path) if "/jobs/" in page.url.path else page.text
    assert "clerk exported payment order 1" in said
    assert [one["state"] for one in orders(office)] == ["exported"]


@pytest.mark.parametrize("what", [ordering.MAKING, ordering.RELEASING])
def test_after_a_restart_it_says_whether_the_order_stands(office: Office, what: str) -> None:
    """The computer went off between the ledger's commit and the job's last word."""
    with visited(str(office.ledger), actor="clerk") as client:
        ended(client, asked(client, MAKE, **button(client.get(DRAFT).text)).url.path)
    ledger = opened(office.ledger)
    by = "clerk" if what == ordering.MAKING else "reviewer"
    kept.begin(ledger, JobRecord(what, by, "2022-03-01T08:00:00Z", 1))
    ledger.close()
    with visited(str(office.ledger), actor="clerk") as client:
        page = client.get("/jobs").text
        if what == ordering.MAKING:
            assert page.count("Order 1 is made: 4 payments") == 2
        else:
            assert "Order 1 is released" not in page
            assert "It was running when aidledger ended. Nothing of it is kept." in page
