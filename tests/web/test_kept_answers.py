"""Answers are kept while the ledger's head stands: nobody sees an old figure, or one that is not theirs to see."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from aidledger.operations import actors, ledgers, reporting
from tests.builders import roster_xlsx
from tests.store.ledgers import bring_in, catalogue, new_place, opened
from tests.web.site import OURS, visited

if TYPE_CHECKING:
    from starlette.testclient import TestClient

PAGES = (
    "/",
    "/figures?by=program",
    "/schools?period=2021-autumn",
    "/schools/statement?school=金溪中学",
    "/payments",
    "/payments/due",
    "/reports",
    "/reports/returns",
    "/batches",
)


def figures(client: TestClient) -> list[str]:
    pages = [client.get(page) for page in PAGES]
    assert [page.status_code for page in pages] == [200] * len(PAGES)
    return [page.text for page in pages]


@pytest.fixture
def place(tmp_path: Path) -> str:
    place = new_place(tmp_path)
    ledger = opened(place)
    bring_in(ledger, roster_xlsx(5), "a.xlsx")
    ledger.close()
    return place


def test_what_another_posts_or_reverses_is_seen_at_once(place: str, tmp_path: Path) -> None:
    with visited(place) as client:
        before = figures(client)
        assert figures(client) == before  # kept
        ledger = opened(place)
        bring_in(ledger, roster_xlsx(4, first=20), "b.xlsx")
        after = figures(client)
        assert [old == new for old, new in zip(before, after, strict=True)] == [False] * len(PAGES)
        ledgers.reverse(ledger, catalogue(), 2, "a mistake")
        ledger.close()
        assert all(old != new for old, new in zip(after, figures(client), strict=True))
    with visited(place) as fresh:
        assert figures(fresh) == figures(fresh)


def test_kept_or_not_the_page_is_the_same(place: str) -> None:
    with visited(place) as client:
        kept = [figures(client), figures(client)][-1]
    with visited(place) as fresh:
        assert figures(fresh) == kept


def test_an_answer_that_is_kept_is_not_for_whom_the_office_does_not_let_read(place: str) -> None:
    with visited(place) as client:
        figures(client)
        ledger = opened(place)
        actors.name(ledger, ledger.actor, "reviewer")
        ledger.close()
        assert {client.get(page).status_code for page in PAGES} == {403}


def test_a_question_asked_while_the_ledger_moves_on_is_not_kept(place: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody posts between the look at the head and the answer."""
    asked = reporting.summary

    def posting_meanwhile(*given: object) -> object:
        answer = asked(*given)  # type: ignore[arg-type]
        if moving:
            ledger = opened(place)
            bring_in(ledger, roster_xlsx(4, first=moving.pop()), "c.xlsx")
            ledger.close()
        return answer

    moving: list[int] = []
    monkeypatch.setattr(reporting, "summary", posting_meanwhile)
    with visited(place) as client:
        moving.append(60)
        first = client.get("/figures?by=program", headers=OURS).text
        second = client.get("/figures?by=program", headers=OURS).text
    assert ">5</a>" in first
    assert ">9</a>" in second
