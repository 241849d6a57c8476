"""Fifty people read the page at once while one of them posts: nobody meets an error, and nothing is posted twice."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import Sequence
from itertools import cycle, islice
from pathlib import Path
from typing import TYPE_CHECKING

import httpx2
import pytest

from aidledger.operations import ledgers
from aidledger.web.address import Address
from aidledger.web.app import application
from aidledger.web.door import Door
from aidledger.web.site import Site
from tests.builders import roster_xlsx
from tests.store.ledgers import bring_in, catalogue, new_place, opened
from tests.web.site import HOME, OURS, PORT
from tests.web.test_inbox import button
from tests.web.test_jobs import files

if TYPE_CHECKING:
    from starlette.applications import Starlette

READERS, PAGES_EACH, FILES = 50, 6, 8
PAGES = (
    "/",
    "/inbox",
    "/figures",
    "/figures?by=school&by=period",
    "/entries?figure=program=high-school-grant,period=2021-autumn",
    "/comparisons",
    "/payments",
    "/payments/due?by=person",
    "/payments/draft?period=2021-autumn",
    "/schools?period=2021-autumn",
    "/batches",
    "/batches/1",
    "/jobs",
    "/settings",
)


def client(app: Starlette) -> httpx2.AsyncClient:
    return httpx2.AsyncClient(
        transport=httpx2.ASGITransport(app=app, raise_app_exceptions=False),
        base_url=HOME,
        follow_redirects=True,
        timeout=120,
    )


async def read(app: Starlette, first: int) -> Sequence[int]:
    """What a reader is answered, with a session of their own."""
    async with client(app) as reader:
        await reader.get(app.state.door.link())
        return [(await reader.get(path)).status_code for path in islice(cycle(PAGES), first, first + PAGES_EACH)]


async def posts(app: Starlette) -> str:
    """Send in a delivery and post it; returns the receipt's page."""
    async with client(app) as clerk:
        await clerk.get(app.state.door.link())
        given = files(FILES)
        told = {"files": [{"path": name, "size": len(content)} for name, content in given.items()]}
        announced = (await clerk.post("/inbox/announce", headers=OURS, content=json.dumps(told))).json()
        home, contents = f"/inbox/{announced['delivery']}", list(given.values())
        for one in announced["files"]:
            sent = await clerk.put(f"{home}/{one['number']}", headers=OURS, content=contents[one["given"]])
            assert sent.status_code == 204
        assert (await clerk.post(f"{home}/check", headers=OURS)).status_code == 200
        data = {"checked": button(await settled(clerk, home))}
        # A double click, while fifty others read.
        answers = await asyncio.gather(*(clerk.post(f"{home}/post", headers=OURS, data=data) for _ in range(2)))
        assert sorted(answer.status_code for answer in answers) == [200, 409]
        return await settled(clerk, home)


async def settled(clerk: httpx2.AsyncClient, home: str) -> str:
    for _ in range(3_000):
        answer = await clerk.get(home)
        assert answer.status_code == 200
        if "data-running" not in answer.text:
            return answer.text
        await asyncio.sleep(0.05)
    pytest.fail("the job did not end")


async def together(app: Starlette) -> tuple[str, list[Sequence[int]]]:
    readers = asyncio.gather(*(read(app, at) for at in range(READERS)))
    receipt, answers = await asyncio.gather(posts(app), readers)
    return receipt, answers


def test_fifty_read_while_one_posts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    place = new_place(tmp_path)
    ledger = opened(place)
    bring_in(ledger, roster_xlsx(20, first=500), "before.xlsx")
    site = Site(ledger, catalogue(), "en", lambda: None)
    try:
        receipt, answers = asyncio.run(together(application(site, Door(Address(PORT), "office"))))
        assert Counter(status for each in answers for status in each) == {200: READERS * PAGES_EACH}
        assert f"posted: {FILES}" in receipt
        assert ledgers.verify(ledger).faults == []
        assert sorted(str(one.file) for one in ledgers.batches(ledger)) == sorted(["before.xlsx", *files(FILES)])
    finally:
        site.close()
