"""Every page: that it opens, that a figure is the sum of what it leads to, that it says what the command says."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import openpyxl
import pytest

from aidledger.i18n import Language
from aidledger.reports.cuts import DIMENSIONS
from tests.cli.walking import ACTOR, PEOPLE, World
from tests.store.ledgers import copied, sample_place
from tests.web.site import OURS, Cell, Read, visited, walk

if TYPE_CHECKING:
    from starlette.testclient import TestClient

TOTALS = re.compile(r"([\d,]+) person-times, persons: ([\d,]+), ([\d,.]+) yuan")


@pytest.fixture(scope="module")
def client(world: World) -> Iterator[TestClient]:
    with visited(world.place) as client:
        _audited(client)
        yield client


@pytest.fixture(scope="module")
def samples(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """The page of a ledger with all nine programs."""
    with visited(sample_place(tmp_path_factory.mktemp("samples"))) as client:
        yield client


def _audited(client: TestClient) -> None:
    client.post("/findings/run", headers=OURS)
    for _ in range(600):
        if "data-running" not in client.get("/findings").text:
            return
    pytest.fail("the audit did not end")


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_page_that_a_link_leads_to_opens(world: World, language: Language) -> None:
    with visited(world.place, language) as client:
        _audited(client)
        seen = [path for path, _ in walk(client, most=1_000)]
    for start in (
        "/figures",
        "/entries?",
        "/entries/1",
        "/batches/1",
        "/findings/",
        "/payments/1",
        "/people/",
        "/schools/statement",
        "/reports/published",
        "/settings/accesses",
    ):
        assert any(path.startswith(start) for path in seen), start


def test_nothing_served_in_a_day_holds_a_full_number(world: World) -> None:
    with visited(world.place, actor=ACTOR) as client:
        _audited(client)
        for path, html in walk(client):
            for form in ("", "format=csv", "format=json"):
                answer = client.get(f"{path}{'&' if '?' in path else '?'}{form}")
                assert answer.status_code == 200, (path, form)
                served = answer.text if form else html
                for secret in world.secrets:
                    assert secret not in served, (path, form)
                    assert secret not in path


FIGURES = (
    "/",
    *(f"/figures?by={name}" for name in DIMENSIONS),
    "/figures?by=program&by=school&by=period",
    "/figures?by=program&count=paid",
    "/figures?from=2021-autumn&to=2022-spring",
    "/schools",
    "/schools?period=2021-autumn",
    "/schools/statement?school=金溪中学",
)


@pytest.mark.parametrize("path", FIGURES)
def test_a_figure_is_the_sum_of_the_entries_behind_it(samples: TestClient, path: str) -> None:
    """Of every table: person-times, persons, yuan, 万元; the total rows too."""
    judged = 0
    for table in Read(samples.get(path).text).tables:
        for row in (*table.rows, *table.totals):
            for head, cell in zip(table.heads, row, strict=len(row) > 1):
                if cell.href and cell.href.startswith("/entries?"):
                    judged += _agrees(samples, path, head, cell)
    assert judged > 3


def _agrees(client: TestClient, path: str, head: str, cell: Cell) -> int:
    page = Read(client.get(str(cell.href)).text)
    behind = TOTALS.search(page.tables[0].caption)
    assert behind is not None, (path, page.tables[0].caption)
    times, persons, amount = (float(text.replace(",", "")) for text in behind.groups())
    shown = float(cell.text.replace(",", ""))
    yuan = dict.fromkeys(("Amount (yuan)", "Claimed", "In force here (yuan)"), amount)
    wanted = {"Person-times": times, "Persons": persons, "Amount (10k yuan)": amount / 10_000, **yuan}
    assert shown == pytest.approx(wanted.get(head, times), abs=1e-9), (path, head, cell.href)
    if page.tables[0].totals:
        assert float(page.tables[0].totals[0][-1].text.replace(",", "")) == amount
    return 1


# A page, and the command that answers the same.
SAME = {
    "/figures?by=program&by=period": ("report", "summary", "--by", "program,period"),
    "/figures?by=school&count=paid": ("report", "summary", "--by", "school", "--count", "paid"),
    "/batches": ("batches",),
    "/batches/1": ("batch", "1"),
    "/entries/1": ("trace", "1"),
    "/payments": ("pay", "orders"),
    "/payments/1": ("pay", "order", "1"),
    "/payments/due": ("pay", "due"),
    "/payments/due?by=person&by=program&all=yes": ("pay", "due", "--by", "person,program", "--all"),
    "/comparisons?all=yes": ("reconcile", "--all"),
    "/findings": ("findings",),
    "/reports/returns": ("report", "returns"),
    "/settings/rules": ("rules",),
    "/settings/accesses": ("access-log",),
    "/schools/statement?school=金溪中学": ("report", "school", "金溪中学"),
}


@pytest.mark.parametrize("path", SAME)
def test_page_and_command_say_the_same(world: World, client: TestClient, path: str) -> None:
    said = client.get(f"{path}{'&' if '?' in path else '?'}format=json")
    assert said.status_code == 200
    printed = world.run(*SAME[path], "--format", "json").json
    if path == "/batches":
        printed["batches"].reverse()
    assert json.loads(said.text) == printed


@pytest.mark.parametrize("path", [path for path in SAME if path not in {"/batches/1", "/entries/1"}])
def test_an_export_is_whole(client: TestClient, path: str) -> None:
    page = Read(client.get(path).text)
    answer = client.get(f"{path}{'&' if '?' in path else '?'}format=xlsx")
    book = openpyxl.load_workbook(io.BytesIO(answer.content))
    rows = sum(len([row for row in table.rows if len(row) > 1]) for table in page.tables)
    assert sum(sheet.max_row for sheet in book) >= rows
    assert "attachment" in answer.headers["content-disposition"]


def test_full_numbers_are_shown_for_a_reason_and_that_is_logged(world: World, tmp_path: Path) -> None:
    with visited(copied(world.place, tmp_path)) as client:
        number = PEOPLE[0].number
        assert number not in client.get("/people/1").text
        refused = client.post("/people/1", headers=OURS, data={"reveal": "yes", "reason": " "})
        assert refused.status_code in {400, 409}
        assert number not in refused.text
        shown = client.post("/people/1", headers=OURS, data={"reveal": "yes", "reason": "asked by the parents"})
        assert number in shown.text
        assert "asked by the parents" in client.get("/settings/accesses").text


def test_somebody_is_found_by_number_without_a_trace_in_a_url(client: TestClient) -> None:
    answer = client.post("/people", headers=OURS, data={"who": PEOPLE[0].number})
    assert answer.status_code == 200
    assert PEOPLE[0].name in answer.text
    assert PEOPLE[0].number not in answer.text
    assert client.post("/people", headers=OURS, data={"who": "张无人"}).status_code == 404


def test_a_batch_is_reversed_once(world: World, tmp_path: Path) -> None:
    with visited(copied(world.place, tmp_path)) as client:
        assert client.post("/batches/1/reverse", headers=OURS, data={"why": ""}).status_code in {400, 409}
        done = client.post("/batches/1/reverse", headers=OURS, data={"why": "sent in error"})
        assert done.status_code == 200
        assert "/batches/" in str(done.url)
        again = client.post("/batches/1/reverse", headers=OURS, data={"why": "sent in error"})
        assert again.status_code in {400, 409}
        assert "Reverse this batch" not in client.get("/batches/1").text


def test_a_finding_is_decided_and_says_by_whom(world: World, tmp_path: Path) -> None:
    with visited(copied(world.place, tmp_path), actor="刘会计") as client:
        _audited(client)
        finding = re.findall(r"/findings/[0-9a-f]{12}", client.get("/findings?state=open").text)[0]
        (shown,) = re.findall(r'name="shown" value="([^"]+)"', client.get(finding).text)
        for data in (
            {"decision": "explained", "why": ""},
            {"decision": "accepted", "why": "x"},
            {"why": "x"},
            {"decision": "explained", "why": "x", "until": "2027-01-01"},
        ):
            answer = client.post(f"{finding}/decide", headers=OURS, data={**data, "shown": shown})
            assert answer.status_code in {400, 409}
        data = {"decision": "explained", "why": "二人同卡系兄弟", "shown": shown}
        done = client.post(f"{finding}/decide", headers=OURS, data=data)
        assert done.status_code == 200
        assert "刘会计" in done.text
        assert "二人同卡系兄弟" in done.text
        assert f"{finding}?" not in client.get("/findings?state=open").text
        assert f"{finding}?" in client.get("/findings?state=explained").text
        assert "The ledger has changed since this audit." in client.get("/findings").text


def test_an_order_is_withdrawn_once(world: World, tmp_path: Path) -> None:
    with visited(copied(world.place, tmp_path)) as client:
        data = {"why": "wrong account"}
        assert client.post("/payments/1/withdraw", headers=OURS, data=data).status_code == 200
        assert client.post("/payments/1/withdraw", headers=OURS, data=data).status_code in {400, 409}
        assert "Withdraw this order" not in client.get("/payments/1").text


def test_the_whole_ledger_is_checked_as_a_job(client: TestClient) -> None:
    assert client.post("/batches/verify", headers=OURS).status_code == 200
    for _ in range(600):
        page = client.get("/batches").text
        if "data-running" not in page:
            break
    assert "every digest and total agrees" in page


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/batches/99", 404),
        ("/entries/99999", 404),
        ("/payments/9", 404),
        ("/people/999", 404),
        ("/findings/abcdef012345", 404),
        ("/schools/statement?school=没有这所学校", 404),
        ("/figures?from=2022-spring&to=2021-autumn", 400),
        ("/figures?from=sometime", 400),
        ("/entries?figure=nonsense", 400),
        ("/reports/bridge?from-cut=x&to-cut=y", 400),
        ("/nowhere", 404),
        ("/batches/99999999999999999999999", 404),
    ],
)
def test_what_is_not_there_is_said_on_a_page(client: TestClient, path: str, status: int) -> None:
    answer = client.get(path)
    assert answer.status_code == status, answer.text
    assert "<nav" in answer.text


def test_a_long_table_is_shown_in_pages_and_its_totals_are_of_all(client: TestClient) -> None:
    for number in ("1", "0", "-3", "999", "x"):
        assert client.get("/batches", params={"page": number}).status_code == 200
