"""The way of a payment order on the page: made as shown, released by another, answered by the bank, issued again."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import openpyxl
import pytest

from aidledger.operations import actors, paying
from aidledger.operations import ledgers as books
from tests.builders import Grid, people
from tests.cli.harness import aidledger
from tests.operations.offices import TITLE, Office, card, row
from tests.store.ledgers import opened, tamper
from tests.web.site import OURS, Read, stranger, visited, walk

if TYPE_CHECKING:
    from httpx2 import Response
    from starlette.testclient import TestClient

SCOPE = "program=high-school-grant&period=2021-autumn"
DRAFT = f"/payments/draft?{SCOPE}"
MAKE = f"/payments/make?{SCOPE}"
PEOPLE = 4


@pytest.fixture
def office(tmp_path: Path) -> Office:
    """Four pupils of one school are due 1,000 yuan each; a fifth has no card."""
    office = Office(tmp_path)
    office.roster([*map(row, range(PEOPLE)), row(PEOPLE, 银行卡号=None)])
    return office


@pytest.fixture
def clerk(office: Office) -> Iterator[TestClient]:
    with visited(str(office.ledger), actor="clerk") as client:
        yield client


@pytest.fixture
def reviewer(office: Office) -> Iterator[TestClient]:
    with visited(str(office.ledger), actor="reviewer") as client:
        yield client


def button(page: str) -> dict[str, str]:
    """What the form that makes an order sends."""
    order = re.search(r'name="order" value="(\d+)"', page)
    assert order is not None, page
    return {"order": order[1], **digest(page)}


def digest(page: str) -> dict[str, str]:
    found = re.search(r'name="digest" value="([0-9a-f]{64})"', page)
    assert found is not None, page
    return {"digest": found[1]}


def made(client: TestClient, scope: str = SCOPE) -> int:
    page = client.get(f"/payments/draft?{scope}").text
    answer = client.post(f"/payments/make?{scope}", headers=OURS, data=button(page))
    assert answer.status_code == 200, answer.text
    return int(str(answer.url).rsplit("/", 1)[1])


def released(client: TestClient, order: int) -> Response:
    shown = client.get(f"/payments/{order}").text
    return client.post(f"/payments/{order}/release", headers=OURS, data=digest(shown))


def file_of(client: TestClient, order: int, form: str = "csv", why: str = "term payment") -> Response:
    return client.post(f"/payments/{order}/file", headers=OURS, data={"why": why, "format": form})


def lines_of(answer: Response) -> list[list[str]]:
    assert answer.status_code == 200, answer.text
    return list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))[1:]


def answer(office: Office, lines: list[list[str]], said: dict[int, str]) -> None:
    """The bank's return is imported: by place, why a line was not paid; all others were paid."""
    header: list[Any] = ["流水号", "户名", "证件号码", "收款账号", "金额", "用途", "处理结果", "失败原因", "入账日期"]
    grid: Grid = [["代发业务回盘清单"], header]
    for at, line in enumerate(lines):
        result = ["失败", said[at], "2021-12-03"] if at in said else ["成功", None, "2021-12-03"]
        grid.append([*line[:4], float(line[4]), line[5], *result])
    assert office.bring_in(grid).outcome == "posted"


def orders(office: Office) -> list[dict[str, Any]]:
    return list(office.json("--actor", "reviewer", "pay", "orders")["orders"])


def secrets() -> list[str]:
    return [one.number for one in people(PEOPLE + 1)] + [card(at) for at in range(PEOPLE)]


def test_the_whole_way_from_what_is_due_to_what_is_issued_again(
    office: Office, clerk: TestClient, reviewer: TestClient
) -> None:
    due = clerk.get("/payments/due").text
    assert "2021-autumn: prepare an order for 5,000.00 yuan" in due
    page = clerk.get(DRAFT).text
    assert "Make order 1: 4 payments, 4,000.00 yuan" in page
    assert "Due without a card, in no order: 1, 1,000.00 yuan" in page
    number = made(clerk)
    assert number == 1
    lines = lines_of(file_of(clerk, number))
    assert [(line[0], line[3], line[4]) for line in lines] == sorted((line[0], line[3], "1000.00") for line in lines)
    assert {line[3] for line in lines} == {card(at) for at in range(PEOPLE)}
    assert "You made this order; another person releases it." in clerk.get("/payments/1").text
    assert "Order 1 4 payments, 4,000.00 yuan" in text(reviewer.get("/payments").text)
    shown = reviewer.get("/payments/1").text
    assert "Release order 1: 4 payments, 4,000.00 yuan" in shown
    done = released(reviewer, number)
    assert done.status_code == 200
    assert "released reviewer 2022-03-01 16:00" in text(done.text)
    answer(office, lines, {1: "户名不符"})
    page = text(clerk.get("/payments/1").text)
    for said in (
        "paid: 3 payments, 3,000.00 yuan",
        "sent back: 1 payments, 1,000.00 yuan",
        "sent back and due again: 1 payments, 1,000.00 yuan",
        "户名不符",
    ):
        assert said in page
    assert "sent back and due again: 1 payments, 1,000.00 yuan" in text(clerk.get("/payments").text)
    again = clerk.get("/payments/draft?again=1").text
    assert "Make order 2: 1 payments, 1,000.00 yuan" in again
    assert "a card from which the bank sent the money back: 1" in again
    assert made(clerk, "again=1") == 2
    page = text(clerk.get("/payments/1").text)
    assert "Order 2 1 payments, 1,000.00 yuan clerk 2022-03-01 16:00" in page
    assert "due again" not in page
    assert released(reviewer, 2).status_code == 200
    answer(office, lines_of(file_of(reviewer, 2)), {})
    assert [(one["state"], one["paid"], one["failed"], one["open"]) for one in orders(office)] == [
        ("released", 3, 1, 0),
        ("released", 1, 0, 0),
    ]
    ledger = opened(office.ledger)
    assert books.verify(ledger).faults == []
    ledger.close()
    assert "Nothing came back." in clerk.get("/payments").text


def text(html: str) -> str:
    return " ".join("".join(Read(html).texts).split())


def test_only_what_came_back_is_issued_again(office: Office, clerk: TestClient, reviewer: TestClient) -> None:
    """A pupil whose card was corrected is paid to the new card; who came to the roster since is not in that order."""
    made(clerk)
    released(reviewer, 1)
    answer(office, lines_of(file_of(clerk, 1)), dict.fromkeys(range(PEOPLE), "账号错误"))
    other = "6217009876543210987"
    office.roster([row(0, 银行卡号=other), *map(row, range(1, PEOPLE + 2))], supersedes=1)
    assert "Make order 2: 6 payments" in clerk.get(DRAFT).text
    page = clerk.get("/payments/draft?again=1").text
    assert "Make order 2: 4 payments, 4,000.00 yuan" in page
    assert "sent the money back: 3" in page
    made(clerk, "again=1")
    assert other in {line[3] for line in lines_of(file_of(clerk, 2))}
    assert [one["lines"] for one in orders(office)] == [4, 4]
    assert "Make order 3: 2 payments" in clerk.get(DRAFT).text


def test_page_and_command_make_the_same_order(office: Office, clerk: TestClient, tmp_path: Path) -> None:
    shown = json.loads(clerk.get(f"{DRAFT}&format=json").text)
    told = office.json("pay", "due", "--by", "person")["rows"]
    assert shown["lines"] == sum(one["due"] != "0.00" for one in told) - 1
    made(clerk)
    page = {form: file_of(clerk, 1, form).content for form in ("csv", "xlsx")}
    withdrawn = clerk.post("/payments/1/withdraw", headers=OURS, data={"why": "once more"})
    assert withdrawn.status_code == 200
    exported = office.export("bank")
    assert (shown["lines"], shown["amount"]) == (exported.json["lines"], exported.json["amount"])
    assert page["csv"].replace(b"000001-", b"000002-") == (tmp_path / "bank.csv").read_bytes()
    ours, theirs = (
        openpyxl.load_workbook(io.BytesIO(one)) for one in (page["xlsx"], (tmp_path / "bank.xlsx").read_bytes())
    )
    assert ours.sheetnames == theirs.sheetnames
    assert [cell.value for cell in ours["控制总数"]["A"]] == [cell.value for cell in theirs["控制总数"]["A"]]
    assert [one.value for one in ours["代发明细"]["F"]] == [one.value for one in theirs["代发明细"]["F"]]
    assert orders(office)[0]["digest"] == shown["digest"]


def test_the_file_of_the_page_is_released_on_the_terminal_too(
    office: Office, clerk: TestClient, tmp_path: Path
) -> None:
    made(clerk)
    for form in ("csv", "xlsx"):
        (tmp_path / f"bank.{form}").write_bytes(file_of(clerk, 1, form).content)
    assert office.release(1, "bank").exit_code == 0


def test_who_made_an_order_does_not_release_it(office: Office, clerk: TestClient) -> None:
    made(clerk)
    own = clerk.post("/payments/1/release", headers=OURS, data={"digest": orders(office)[0]["digest"]})
    assert own.status_code == 409
    assert "clerk exported payment order 1; somebody else must release it" in own.text
    assert orders(office)[0]["state"] == "exported"
    with visited(str(office.ledger), actor=" CLERK\u200b") as same:
        assert released_raw(same, office).status_code == 409
    assert orders(office)[0]["state"] == "exported"


def released_raw(client: TestClient, office: Office) -> Response:
    return client.post("/payments/1/release", headers=OURS, data={"digest": orders(office)[0]["digest"]})


def test_who_imported_what_is_paid_does_not_release_it(office: Office, clerk: TestClient, reviewer: TestClient) -> None:
    made(clerk)
    for name in ("reviewer", "tester"):  # the second imported the roster
        actors.name(opened_as(office, "reviewer"), name, "reviewer")
    with visited(str(office.ledger), actor="tester") as importer:
        refused = released(importer, 1)
    assert refused.status_code == 409
    assert "imported batch 1" in refused.text
    assert orders(office)[0]["state"] == "exported"
    assert released(reviewer, 1).status_code == 200


def opened_as(office: Office, actor: str) -> Any:  # noqa: ANN401 - a ledger
    from dataclasses import replace

    return replace(opened(office.ledger), actor=actor)


def test_roles_decide_what_is_offered_and_what_is_done(office: Office, clerk: TestClient, reviewer: TestClient) -> None:
    page = button(clerk.get(DRAFT).text)
    for name, role in (("reviewer", "reviewer"), ("clerk", "clerk"), ("auditor", "auditor")):
        actors.name(opened_as(office, "reviewer"), name, role)  # type: ignore[arg-type]
    with visited(str(office.ledger), actor="auditor") as auditor:
        assert "Your role makes no orders." in auditor.get(DRAFT).text
        assert "prepare an order" not in auditor.get("/payments/due").text
        assert auditor.post(MAKE, headers=OURS, data=page).status_code == 403
        assert reviewer.post(MAKE, headers=OURS, data=page).status_code == 403
        assert orders(office) == []
        made(clerk)
        shown = auditor.get("/payments/1").text
        for word in ("Release order", "Withdraw this order", "Download"):
            assert word not in shown
        assert released_raw(auditor, office).status_code == 403
        assert file_of(auditor, 1).status_code == 403
        assert auditor.post("/payments/1/withdraw", headers=OURS, data={"why": "x"}).status_code == 403
    assert clerk.post("/payments/1/withdraw", headers=OURS, data={"why": "x"}).status_code == 403
    assert orders(office)[0]["state"] == "exported"
    with stranger(str(office.ledger), actor="nobody") as nobody:
        assert nobody.get(nobody.app.state.door.link()).status_code == 403  # type: ignore[attr-defined]
        for path in ("/payments", "/payments/1", DRAFT, "/payments/unmatched"):
            assert nobody.get(path).status_code == 403
        assert nobody.put("/payments/1/compare", headers=OURS, content=b"x").status_code == 403


def test_a_double_click_makes_one_order_and_a_replay_none(office: Office, clerk: TestClient) -> None:
    sent = button(clerk.get(DRAFT).text)
    for _ in range(2):
        answer = clerk.post(MAKE, headers=OURS, data=sent)
        assert (answer.status_code, answer.url.path) == (200, "/payments/1")
    assert len(orders(office)) == 1
    clerk.post("/payments/1/withdraw", headers=OURS, data={"why": "wrong term"})
    replay = clerk.post(MAKE, headers=OURS, data=sent)  # all is due again, and it is the form of the withdrawn order
    assert replay.url.path == "/payments/1"
    assert "wrong term" in replay.text
    assert [one["state"] for one in orders(office)] == ["withdrawn"]


def test_two_people_and_two_tabs_make_one_order(office: Office, clerk: TestClient, reviewer: TestClient) -> None:
    sent = button(clerk.get(DRAFT).text)
    theirs = button(reviewer.get(DRAFT).text)
    assert sent == theirs
    clerk.post(MAKE, headers=OURS, data=sent)
    refused = reviewer.post(MAKE, headers=OURS, data=theirs)
    assert refused.status_code == 409
    assert "What is due has changed since this order was shown. No order was made." in refused.text
    assert "there is no order to make" in refused.text  # shown anew
    assert len(orders(office)) == 1


def test_what_changed_since_it_was_shown_is_shown_anew(office: Office, clerk: TestClient) -> None:
    sent = button(clerk.get(DRAFT).text)
    office.roster([row(9)], TITLE.replace("金溪", "河西"))
    refused = clerk.post(MAKE, headers=OURS, data=sent)
    assert refused.status_code == 409
    assert "No order was made." in refused.text
    assert "Make order 1: 5 payments, 5,000.00 yuan" in refused.text
    assert orders(office) == []
    links = Read(refused.text).links
    assert all("/payments/make" not in link for link in links), links
    assert clerk.post(MAKE, headers=OURS, data=button(refused.text)).url.path == "/payments/1"


def test_what_does_not_touch_the_order_does_not_void_it(office: Office, clerk: TestClient) -> None:
    """Somebody looks at full numbers meanwhile, which moves the ledger's head."""
    sent = button(clerk.get(DRAFT).text)
    office.run("person", people(1)[0].number, "--reveal", "--reason", "asked")
    assert clerk.post(MAKE, headers=OURS, data=sent).url.path == "/payments/1"


@pytest.mark.parametrize(
    "changed",
    [{"order": "2"}, {"order": "99999999999"}, {"order": ""}, {"digest": "0" * 64}, {"digest": ""}, {"order": "-1"}],
)
def test_another_form_makes_none(office: Office, clerk: TestClient, changed: dict[str, str]) -> None:
    sent = button(clerk.get(DRAFT).text)
    assert clerk.post(MAKE, headers=OURS, data=sent | changed).status_code in {200, 409}
    assert orders(office) == []


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("", 200),
        ("period=sometime", 400),
        ("period=2021-autumn&school=没有这所学校", 404),
        ("period=2021-autumn&program=none", 404),
        ("again=99", 404),
        ("again=x", 404),
        ("again=1", 200),
        ("period=2030-autumn", 200),
    ],
)
def test_a_draft_of_what_is_not_there(office: Office, clerk: TestClient, query: str, status: int) -> None:
    if query == "again=1":
        made(clerk)
    answer = clerk.get(f"/payments/draft?{query}")
    assert answer.status_code == status, answer.text
    assert "Make order" not in answer.text
    for name in ("release", "withdraw", "file"):
        data = {"why": "x", "digest": "0" * 64}
        assert clerk.post(f"/payments/77/{name}", headers=OURS, data=data).status_code == 404


def test_an_order_is_released_as_it_was_shown_and_once(office: Office, clerk: TestClient, reviewer: TestClient) -> None:
    made(clerk)
    for said in ("", "0" * 64):
        refused = reviewer.post("/payments/1/release", headers=OURS, data={"digest": said})
        assert refused.status_code == 409
        assert "is not what was shown" in refused.text
    shown = digest(reviewer.get("/payments/1").text)
    assert reviewer.post("/payments/1/release", headers=OURS, data=shown).status_code == 200
    again = reviewer.post("/payments/1/release", headers=OURS, data=shown)
    assert again.status_code == 409
    assert "Payment order 1 is already released" in again.text
    late = reviewer.post("/payments/1/withdraw", headers=OURS, data={"why": "late"})
    assert late.status_code == 409
    assert "Withdraw this order" not in late.text


def test_an_order_that_is_no_longer_due_is_not_released(
    office: Office, clerk: TestClient, reviewer: TestClient
) -> None:
    made(clerk)
    office.roster([row(0, 银行卡号="6217009876543210987"), *map(row, range(1, PEOPLE + 1))], supersedes=1)
    refused = released(reviewer, 1)
    assert refused.status_code == 409
    assert "000001-" in refused.text
    assert "Withdraw this order" in refused.text
    assert reviewer.post("/payments/1/withdraw", headers=OURS, data={"why": "stale"}).status_code == 200
    gone = file_of(clerk, 1)
    assert gone.status_code == 409
    assert "withdrawn" in gone.text
    assert made(clerk) == 2


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_a_file_is_given_for_a_reason_as_often_as_needed_and_each_time_logged(
    office: Office, clerk: TestClient, form: str
) -> None:
    made(clerk)
    assert office.json("access-log")["accesses"] == []  # making an order shows nobody a number
    for why in ("", "  ", "\u200b"):
        refused = file_of(clerk, 1, form, why)
        assert refused.status_code == 400
        assert not any(secret in refused.text for secret in secrets())
    first, second = file_of(clerk, 1, form, "first try"), file_of(clerk, 1, form, "it broke off")
    assert "attachment" in first.headers["content-disposition"]
    assert first.headers["cache-control"] == "no-store"
    logged = [(one["actor"], one["seen"], one["reason"]) for one in office.json("access-log")["accesses"]]
    assert logged == [("clerk", "pay export 1", "first try"), ("clerk", "pay export 1", "it broke off")]
    if form == "csv":
        assert first.content == second.content
    assert "it broke off" in clerk.get("/settings/accesses").text


def test_rows_smuggled_in_are_neither_made_nor_released_nor_given(
    office: Office, clerk: TestClient, reviewer: TestClient
) -> None:
    made(clerk)
    tamper(office.ledger, "UPDATE payment_order_line SET account = '6217009999999999999' WHERE serial = 1")
    for answer in (released(reviewer, 1), file_of(clerk, 1)):
        assert answer.status_code == 409
        assert "not as recorded" in answer.text
    assert orders(office)[0]["state"] == "exported"
    assert office.json("access-log")["accesses"] == []


def test_a_file_is_held_against_its_order(office: Office, clerk: TestClient) -> None:
    made(clerk)
    good, book = file_of(clerk, 1).content, file_of(clerk, 1, "xlsx").content
    lines = good.splitlines(keepends=True)

    def compared(content: bytes) -> tuple[int, str]:
        answer = clerk.put("/payments/1/compare", headers=OURS, content=content)
        return answer.status_code, answer.text

    for content in (good, book):
        assert compared(content) == (200, "This is the file of order 1: all 4 lines agree.")
    for content, said in (
        (good.replace(card(0).encode(), b"6217009999999999999"), "Changed lines (1): 000001-"),
        (b"".join(lines[:-1]), "Missing lines (1): 000001-00004."),
        (good + lines[1], "Extra lines (1): 000001-00001."),
        (good + lines[1].replace(b"000001-", b"000007-"), "Extra lines (1): 000007-00001."),
    ):
        status, told = compared(content)
        assert status == 409
        assert "Do not send it to the bank." in told
        assert said in told
    for content in (b"", b"PK\x03\x04", bytes(range(256)), b"a,b\n1,2"):
        status, told = compared(content)
        assert status == 409
        assert "not a payment file" in told
    assert clerk.put("/payments/9/compare", headers=OURS, content=good).status_code == 404
    assert clerk.put("/payments/1/compare", content=good).status_code == 403


def test_every_list_is_reached_from_the_page_and_adds_up(
    office: Office, clerk: TestClient, reviewer: TestClient
) -> None:
    """Due, under way and to be claimed back: yuan on page Paying, sums of the lists, and the command's totals agree."""
    made(clerk)
    released(reviewer, 1)
    answer(office, lines_of(file_of(clerk, 1))[:2], {})
    paid = [line[1] for line in lines_of(file_of(clerk, 1))[:2]]
    kept = [at for at in range(PEOPLE) if people(1, first=at)[0].name != paid[0]]
    office.roster([*map(row, kept), row(7)], supersedes=1)  # one who was paid is struck off
    page = text(clerk.get("/payments").text)
    totals = office.json("pay", "due")["totals"]["aid"]
    assert (totals["due"], totals["under_way"], totals["to_claim_back"]) == ("1000.00", "2000.00", "1000.00")
    assert "Due: 1,000.00 yuan in 1 programs and periods" in page
    assert "Under way: 2 payments, 2,000.00 yuan" in page
    assert "Order 1 without an answer: 2 payments, 2,000.00 yuan" in page
    assert "To be claimed back: 1 persons, 1,000.00 yuan" in page
    links = Read(clerk.get("/payments").text).links
    for figure in ("due", "under_way", "to_claim_back"):
        (link,) = {link for link in links if f"only={figure}" in link}
        shown = json.loads(clerk.get(f"{link}&format=json").text)
        assert shown["totals"]["aid"][figure] == totals[figure]
        told = office.json("pay", "due", "--by", "program,period,school,person")["rows"]
        assert shown["rows"] == [one for one in told if one[figure] != "0.00"]
    assert sum(one.count("only=") for one in links) >= 3


def test_a_figure_of_balances_leads_to_the_people_behind_it(
    office: Office, clerk: TestClient, reviewer: TestClient
) -> None:
    made(clerk)
    released(reviewer, 1)
    answer(office, lines_of(file_of(clerk, 1))[:2], {0: "账号错误"})
    judged = 0
    for path in ("/payments/due", "/payments/due?by=school", "/payments/due?by=period&program=high-school-grant"):
        (table,) = Read(clerk.get(path).text).tables
        for line in table.rows:
            for head, cell in zip(table.heads, line, strict=True):
                if cell.href and cell.href.startswith("/payments/due?"):
                    (behind,) = Read(clerk.get(cell.href).text).tables
                    assert behind.totals[0][behind.heads.index(head)].text == cell.text, (path, cell.href)
                    judged += 1
    assert judged >= 9


def test_lines_of_an_order_are_narrowed_by_what_the_bank_said(
    office: Office, clerk: TestClient, reviewer: TestClient
) -> None:
    made(clerk)
    released(reviewer, 1)
    answer(office, lines_of(file_of(clerk, 1))[:3], {0: "账号错误", 1: "户名不符"})
    links = [link for link in Read(clerk.get("/payments/1").text).links if "state=" in link]
    counted = {}
    for link in links:
        page = Read(clerk.get(link).text)
        counted[link.rsplit("=", 1)[1]] = len(page.tables[0].rows)
        assert len(json.loads(clerk.get(f"{link}&format=json").text)["payments"]) == len(page.tables[0].rows)
    assert counted == {"paid": 1, "failed": 2, "released": 1}
    told = office.json("pay", "order", "1")
    shown = json.loads(clerk.get("/payments/1?format=json").text)
    assert shown == told
    assert clerk.get("/payments/1?state=nonsense").status_code == 200


def test_what_a_bank_said_of_no_payment_is_listed(office: Office, clerk: TestClient) -> None:
    made(clerk)
    line = lines_of(file_of(clerk, 1))[0]
    grid: Grid = [
        ["代发业务回盘清单"],
        ["流水号", "户名", "证件号码", "收款账号", "金额", "处理结果", "入账日期"],
        ["X1", "王无人", people(1, first=99)[0].number, card(99), 5, "成功", "2021-12-03"],
        [*line[:4], float(line[4]), "成功", "2021-12-03"],
    ]
    assert office.bring_in(grid, record_conflicts=True).outcome == "posted"
    page = clerk.get("/payments/unmatched")
    assert "王无人" in page.text
    assert people(1, first=99)[0].number not in page.text
    assert len(json.loads(clerk.get("/payments/unmatched?format=json").text)["unmatched"]) == 1
    assert "/payments/unmatched" in Read(clerk.get("/payments/1").text).links


@pytest.mark.parametrize("language", ["en", "zh"])
def test_no_page_of_the_way_holds_a_full_number(office: Office, reviewer: TestClient, language: Any) -> None:  # noqa: ANN401
    with visited(str(office.ledger), language, actor="clerk") as clerk:
        seen = [clerk.get(path) for path in (DRAFT, f"{DRAFT}&format=csv", f"{DRAFT}&format=json")]
        made(clerk)
        lines = lines_of(file_of(clerk, 1))
        seen += [released_raw(clerk, office), released(reviewer, 1)]
        answer(office, lines, {0: "账号错误"})
        seen += [clerk.get("/payments/draft?again=1"), clerk.get("/payments/draft?again=1&format=xlsx")]
        pages = [page for path, html in walk(clerk, "/payments") for page in (path, html)]
    for one in [*pages, *(answer.text for answer in seen)]:
        assert not any(secret in one for secret in secrets())


def test_an_export_of_a_draft_is_whole(office: Office, clerk: TestClient) -> None:
    book = openpyxl.load_workbook(io.BytesIO(clerk.get(f"{DRAFT}&format=xlsx").content))
    assert len(book.sheetnames) == 2
    assert sum(sheet.max_row for sheet in book) >= PEOPLE + 1


def test_several_programs_and_a_school_narrow_an_order(office: Office, clerk: TestClient) -> None:
    office.roster([row(9)], TITLE.replace("金溪", "河西"))
    assert "Make order 1: 5 payments" in clerk.get("/payments/draft?period=2021-autumn").text
    page = clerk.get(f"{DRAFT}&school=河西中学").text
    assert "Make order 1: 1 payments, 1,000.00 yuan" in page
    assert made(clerk, f"{SCOPE}&school=河西中学") == 1
    assert [(one["school"], one["program"], one["lines"]) for one in orders(office)] == [
        ("河西中学", "high-school-grant", 1)
    ]
    assert made(clerk, "period=2021-autumn") == 2
    assert [one["program"] for one in orders(office)] == ["high-school-grant", None]
    assert paying.orders(opened(office.ledger))[1].lines == PEOPLE
    assert aidledger("verify", ledger=office.ledger).exit_code == 0
