"""Findings: several decided at once, a working paper that comes back, what is new; and what a stranger would try."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import openpyxl
import pytest

from aidledger.operations import actors, auditing, ledgers
from aidledger.store.chain.decisions import history
from tests.builders import people, roster_xlsx
from tests.cli.harness import aidledger
from tests.store.ledgers import bring_in, catalogue, copied, new_place, opened
from tests.web.site import OURS, Read, visited

if TYPE_CHECKING:
    from starlette.testclient import TestClient

OTHER = "东山中学2021年秋季学期普通高中国家助学金发放花名册"
WHY = {"decision": "explained", "why": "查过底册，系两校同名学生"}
Change = Callable[[openpyxl.Workbook], object]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Five people who were paid by two schools for the same term."""
    place = new_place(tmp_path_factory.mktemp("findings"))
    ledger = opened(place)
    bring_in(ledger, roster_xlsx(5), "a.xlsx")
    bring_in(ledger, roster_xlsx(5, title=OTHER), "b.xlsx", record_conflicts=True)
    ledger.close()
    return place


@pytest.fixture
def place(made: str, tmp_path: Path) -> str:
    return copied(made, tmp_path)


@pytest.fixture
def client(place: str) -> Iterator[TestClient]:
    with visited(place) as client:
        audited(client)
        yield client


def audited(client: TestClient) -> None:
    client.post("/findings/run", headers=OURS)
    for _ in range(3_000):
        if "data-running" not in client.get("/findings").text:
            return
    pytest.fail("the audit did not end")


def marks(page: str) -> list[str]:
    """What the checkboxes of a list say."""
    return re.findall(r'name="finding" value="([^"]+)"', page)


def whole(page: str) -> str:
    found = re.search(r'name="all" value="([0-9a-f]{64})"', page)
    assert found is not None
    return found[1]


def states(place: str) -> dict[str, str]:
    """Each finding's state, as the command says it."""
    found = aidledger("findings", "--format", "json", ledger=place).json["findings"]
    return {one["id"]: one["state"] for one in found}


def send(client: TestClient, content: bytes) -> int:
    return client.put("/findings/answers", headers=OURS, content=content).status_code


def paper(client: TestClient, change: Change = lambda _book: None) -> bytes:
    """The working paper as the page exports it, filled in."""
    book = openpyxl.load_workbook(io.BytesIO(client.get("/findings?format=xlsx").content))
    change(book)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def places(book: openpyxl.Workbook) -> dict[str, int]:
    return {str(cell.value): int(cell.column or 0) for cell in book.worksheets[0][2]}


def fill(book: openpyxl.Workbook, row: int, decision: object, reason: object, until: object = None) -> None:
    at = places(book)
    for title, value in (("Decision", decision), ("Reason", reason), ("Until", until)):
        book.worksheets[0].cell(row, at[title]).value = value  # type: ignore[assignment]


def button(page: str) -> str:
    found = re.search(r'name="paper" value="([0-9a-f]{64})"', page)
    assert found is not None, page
    return found[1]


def test_the_list_says_what_the_command_says(client: TestClient, place: str) -> None:
    said = json.loads(client.get("/findings?format=json").text)
    assert said == aidledger("findings", "--format", "json", ledger=place).json
    assert len(marks(client.get("/findings").text)) == len(said["findings"]) == 5


def test_several_are_decided_after_a_page_that_names_their_number_and_sum(client: TestClient, place: str) -> None:
    chosen = marks(client.get("/findings").text)[:3]
    asked = client.post("/findings/decide?state=open", headers=OURS, data={**WHY, "finding": chosen})
    amount = sum(
        one.amount_fen
        for one in auditing.audit(opened(place), catalogue()).found.findings
        if one.id in {mark.partition(".")[0] for mark in chosen}
    )
    assert f"3 findings, {amount / 100:,.2f} yuan in question: Justify" in asked.text
    assert set(states(place).values()) == {"open"}
    fields = re.findall(r'type="hidden" name="([a-z]+)" value="([^"]*)"', asked.text.split("<main")[1])
    assert ("confirmed", "3") in fields
    data = {name: [value for one, value in fields if one == name] for name, _ in fields}
    done = client.post("/findings/decide?state=open", headers=OURS, data=data)
    assert done.status_code == 200
    assert f"Recorded on 3 findings, {amount / 100:,.2f} yuan in question: Justify" in done.text
    assert sorted(states(place).values()) == ["explained"] * 3 + ["open"] * 2
    assert ledgers.verify(opened(place)).faults == []


def test_a_button_that_named_the_number_needs_no_page_between(client: TestClient, place: str) -> None:
    chosen = marks(client.get("/findings").text)[:2]
    data = {"decision": "accepted", "until": "2099-01-01", "why": "待退回", "finding": chosen, "confirmed": "2"}
    assert "Recorded on 2 findings" in client.post("/findings/decide", headers=OURS, data=data).text
    assert sorted(states(place).values()) == ["accepted"] * 2 + ["open"] * 3
    assert client.post("/findings/decide", headers=OURS, data=data).status_code == 409  # sent again
    ledger = opened(place)
    found = auditing.audit(ledger, catalogue()).found.findings
    assert sum(len(auditing.history_of(ledger, one).found.decisions) for one in found) == 2
    ledger.close()


def test_a_number_in_a_reason_is_neither_shown_nor_kept(client: TestClient, place: str) -> None:
    number, chosen = people(1)[0].number, marks(client.get("/findings").text)[0]
    data = {"decision": "explained", "why": f"家长 {number}", "finding": chosen}
    assert number not in client.post("/findings/decide", headers=OURS, data=data).text
    assert number not in client.post("/findings/decide", headers=OURS, data={**data, "confirmed": "1"}).text
    ledger = opened(place)
    with ledger.reading() as books:
        assert number not in repr(history(books))
    ledger.close()


def test_all_of_a_list_are_decided_if_it_is_the_list_that_was_shown(client: TestClient, place: str) -> None:
    page = client.get("/findings?state=open&rule=duplicate-disbursement").text
    data = {**WHY, "all": whole(page), "confirmed": "5"}
    one = marks(page)[0]
    with visited(place) as second:
        audited(second)
        second.post("/findings/decide", headers=OURS, data={**WHY, "finding": one, "confirmed": "1"})
    path = "/findings/decide?state=open&rule=duplicate-disbursement"
    refused = client.post(path, headers=OURS, data=data)
    assert refused.status_code == 409
    assert "has changed since it was shown" in refused.text
    data = {**WHY, "all": whole(client.get("/findings?state=open&rule=duplicate-disbursement").text), "confirmed": "4"}
    assert "Recorded on 4 findings" in client.post(path, headers=OURS, data=data).text
    assert set(states(place).values()) == {"explained"}


def test_a_decision_in_a_second_tab_is_said_and_nothing_is_recorded(client: TestClient, place: str) -> None:
    chosen = marks(client.get("/findings").text)
    number, _, shown = chosen[2].partition(".")
    first = client.post(f"/findings/{number}/decide", headers=OURS, data={**WHY, "shown": shown})
    assert first.status_code == 200
    assert "Justify" in first.text
    again = client.post(f"/findings/{number}/decide", headers=OURS, data={**WHY, "shown": shown})
    assert again.status_code == 409
    assert "Somebody has decided on" in again.text
    assert "State: explained" in again.text
    several = client.post(
        "/findings/decide", headers=OURS, data={**WHY, "finding": chosen, "confirmed": str(len(chosen))}
    )
    assert several.status_code == 409
    assert number in several.text
    assert sorted(states(place).values()) == ["explained"] + ["open"] * 4


def test_findings_whose_facts_have_changed_are_refused_by_name(client: TestClient, place: str) -> None:
    """A third school pays one of them: that finding rests on other facts; the others can be decided still."""
    chosen = marks(client.get("/findings").text)
    ledger = opened(place)
    third = roster_xlsx(1, title=OTHER.replace("东山", "西河"))
    bring_in(ledger, third, "c.xlsx", record_conflicts=True)
    found = auditing.audit(ledger, catalogue()).found.findings
    (changed,) = (one.id for one in found if f"{one.id}.{one.shown}" not in chosen)
    ledger.close()
    refused = client.post("/findings/decide", headers=OURS, data={**WHY, "finding": chosen, "confirmed": "5"})
    assert refused.status_code == 409
    assert changed in refused.text
    assert set(states(place).values()) == {"open"}
    left = [one for one in chosen if not one.startswith(changed)]
    done = client.post("/findings/decide", headers=OURS, data={**WHY, "finding": left, "confirmed": "4"})
    assert "Recorded on 4 findings" in done.text
    number, _, shown = next(one for one in chosen if one.startswith(changed)).partition(".")
    alone = client.post(f"/findings/{number}/decide", headers=OURS, data={**WHY, "shown": shown})
    assert alone.status_code == 409
    assert sorted(states(place).values()) == ["explained"] * 4 + ["open"]


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"finding": "abcdef012345.0000"},
        {"finding": "../../x"},
        {"finding": ""},
        {"finding": ["abcdef012345.x"] * 1_000},
        {"all": "0" * 64},
        {"all": "x"},
    ],
)
@pytest.mark.parametrize("confirmed", ["", "1", "1000", "-1", "x"])
def test_what_was_never_shown_is_not_decided(
    client: TestClient, place: str, data: dict[str, object], confirmed: str
) -> None:
    answer = client.post("/findings/decide", headers=OURS, data={**WHY, **data, "confirmed": confirmed})
    assert answer.status_code in {400, 404, 409}
    assert "<nav" in answer.text
    assert set(states(place).values()) == {"open"}


@pytest.mark.parametrize(
    "data",
    [
        {"decision": "explained", "why": " "},
        {"decision": "explained", "why": "\u200b"},
        {"decision": "explained", "why": "x" * 501},
        {"decision": "explained", "why": "x", "until": "2030-01-01"},
        {"decision": "accepted", "why": "x"},
        {"decision": "accepted", "why": "x", "until": "2000-01-01"},
        {"decision": "accepted", "why": "x", "until": "tomorrow"},
        {"decision": "closed", "why": "x"},
        {"why": "x"},
    ],
)
def test_a_decision_that_makes_no_sense_is_refused(client: TestClient, place: str, data: dict[str, str]) -> None:
    chosen = marks(client.get("/findings").text)[:2]
    sent = {**data, "finding": chosen, "confirmed": "2"}
    assert client.post("/findings/decide", headers=OURS, data=sent).status_code in {400, 404}
    number, _, shown = chosen[0].partition(".")
    assert client.post(f"/findings/{number}/decide", headers=OURS, data={**data, "shown": shown}).status_code >= 400
    assert set(states(place).values()) == {"open"}


def test_five_thousand_ids_are_more_than_a_form_holds(client: TestClient, place: str) -> None:
    page = client.get("/findings").text
    answer = client.post(
        "/findings/decide", headers=OURS, data={**WHY, "finding": marks(page) * 1_000, "confirmed": "5000"}
    )
    assert answer.status_code == 400
    assert set(states(place).values()) == {"open"}


def test_whoever_imports_decides_nothing(place: str) -> None:
    with visited(place) as client:
        audited(client)
        chosen, content = marks(client.get("/findings").text), paper(client)
        ledger = opened(place)
        actors.name(ledger, ledger.actor, "reviewer")
        actors.name(ledger, "office", "clerk")
        ledger.close()
        number, _, shown = chosen[0].partition(".")
        for answer in (
            client.post("/findings/decide", headers=OURS, data={**WHY, "finding": chosen}),
            client.post("/findings/decide", headers=OURS, data={**WHY, "finding": chosen, "confirmed": "5"}),
            client.post(f"/findings/{number}/decide", headers=OURS, data={**WHY, "shown": shown}),
            client.put("/findings/answers", headers=OURS, content=content),
            client.get("/findings/answers"),
            client.post("/findings/answers", headers=OURS, data={"paper": "0" * 64}),
        ):
            assert answer.status_code == 403
    ledger = opened(place)
    assert {one.decision for one in auditing.audit(ledger, catalogue()).found.findings} == {None}
    ledger.close()


def test_without_an_audit_nothing_is_decided(place: str) -> None:
    with visited(place) as client:
        for answer in (
            client.get("/findings/abcdef012345"),
            client.post("/findings/abcdef012345/decide", headers=OURS, data={**WHY, "shown": "x"}),
            client.post("/findings/decide", headers=OURS, data={**WHY, "finding": "abcdef012345.x"}),
        ):
            assert answer.status_code == 409
            assert "Run it first" in answer.text


def test_the_next_one_is_that_of_the_list_and_the_way_back_keeps_its_filter(client: TestClient) -> None:
    listed = client.get("/findings?state=open").text
    ids = [mark.partition(".")[0] for mark in marks(listed)]
    path = next(link for link in Read(listed).links if re.fullmatch(r"/findings/[0-9a-f]{12}\?state=open", link))
    seen = []
    while path:
        page = client.get(path).text
        seen.append(path.split("/")[2].partition("?")[0])
        assert f"{len(seen)} of 5" in page
        assert 'href="/findings?state=open"' in page
        following = re.search(r'rel="next" href="([^"]+)"', page)
        path = following[1] if following else ""
    assert seen == ids
    shown = client.get("/findings").text
    number, _, mark = marks(shown)[1].partition(".")
    done = client.post(f"/findings/{number}/decide?state=open", headers=OURS, data={**WHY, "shown": mark})
    assert str(done.url).endswith(f"/findings/{number}?state=open")
    assert "No longer in the filtered list" in done.text
    assert f'rel="next" href="/findings/{ids[2]}?state=open"' in done.text
    assert f'rel="prev" href="/findings/{ids[0]}?state=open"' in done.text


def test_evidence_names_people_and_masks_their_numbers(client: TestClient) -> None:
    number = marks(client.get("/findings").text)[0].partition(".")[0]
    page = client.get(f"/findings/{number}").text
    (table,) = Read(page).tables
    assert len(table.rows) == 2
    names = {person.name for person in people(5)}
    assert {row[table.heads.index("Name")].text for row in table.rows} <= names
    assert all("*" in row[table.heads.index("ID number")].text for row in table.rows)


def test_what_is_new_since_the_audit_before_is_marked(client: TestClient, place: str) -> None:
    assert "since=" not in client.get("/findings").text
    ledger = opened(place)
    bring_in(ledger, roster_xlsx(2, first=50), "d.xlsx")
    bring_in(ledger, roster_xlsx(2, title=OTHER, first=50), "e.xlsx", record_conflicts=True)
    ledgers.reverse(ledger, catalogue(), 1, "错发")
    ledger.close()
    audited(client)
    page = client.get("/findings").text
    assert "5 findings of the previous audit no longer occur." in page
    fresh = Read(client.get("/findings?since=new").text).tables[0].rows
    assert len(fresh) == len(Read(page).tables[0].rows) >= 2
    assert page.count('<span class="new">') == len(fresh)
    audited(client)
    assert '<span class="new">' not in client.get("/findings").text
    assert len(Read(client.get("/findings?since=known").text).tables[0].rows) == len(fresh)


def test_what_is_new_is_known_after_a_restart(client: TestClient, place: str) -> None:
    ledger = opened(place)
    bring_in(ledger, roster_xlsx(2, first=50), "d.xlsx")
    bring_in(ledger, roster_xlsx(2, title=OTHER, first=50), "e.xlsx", record_conflicts=True)
    ledger.close()
    audited(client)
    fresh = client.get("/findings?since=new").text
    with visited(place) as later:
        assert Read(later.get("/findings?since=new").text).tables == Read(fresh).tables
        audited(later)  # of an audit before the restart nothing is new
        assert '<span class="new">' not in later.get("/findings").text


def test_a_working_paper_outlives_a_restart(client: TestClient, place: str) -> None:
    assert send(client, paper(client, lambda book: fill(book, 3, "Justify", "底册已核"))) == 200
    shown = client.get("/findings/answers").text
    with visited(place, actor="another") as other:
        assert "Filled-in working paper" in other.get("/findings/answers").text
    with visited(place) as later:
        page = later.get("/findings/answers").text
        assert Read(page).tables == Read(shown).tables
        assert (
            "Recorded on 1 findings" in later.post("/findings/answers", headers=OURS, data={"paper": button(page)}).text
        )
    with visited(place) as last:
        assert "Filled-in working paper" in last.get("/findings/answers").text
    assert sorted(states(place).values()) == ["explained", "open", "open", "open", "open"]


def test_a_paper_is_answered_on_the_terminal(client: TestClient, place: str, tmp_path: Path) -> None:
    def answer(book: openpyxl.Workbook) -> None:
        fill(book, 3, "Justify", "底册已核")
        fill(book, 4, "Accept until a date", "退回中", date(2099, 1, 1))
        fill(book, 6, "maybe", "不知道")

    file = tmp_path / "paper.xlsx"
    run = aidledger("audit", "--format", "xlsx", "-o", file, ledger=place)
    assert run.exit_code == 1
    book = openpyxl.load_workbook(file)
    answer(book)
    book.save(file)
    said = aidledger("answers", file, "--dry-run", ledger=place)
    assert said.exit_code == 1
    assert "Will be recorded: 2 decisions" in said.stdout
    assert "Audit!N6" in said.stdout
    assert set(states(place).values()) == {"open"}
    shown = aidledger("answers", file, "--dry-run", "--format", "json", ledger=place).json
    assert [(one["state"], one["findings"]) for one in shown["recorded"]] == [("explained", 1), ("accepted", 1)]
    assert shown["dry_run"]
    done = aidledger("answers", file, ledger=place)
    assert done.exit_code == 1
    assert "Recorded: 2 decisions" in done.stdout
    assert sorted(states(place).values()) == ["accepted", "explained", "open", "open", "open"]
    again = aidledger("answers", file, ledger=place)  # the findings are no longer as they were shown
    assert "Recorded: 0 decisions" in again.stdout
    for content in (b"", b"hello", roster_xlsx(3)):
        file.write_bytes(content)
        refused = aidledger("answers", file, ledger=place)
        assert refused.exit_code == 2
        assert "not a working paper" in refused.stderr


def test_a_working_paper_comes_back_is_shown_and_recorded_once(client: TestClient, place: str) -> None:
    def answer(book: openpyxl.Workbook) -> None:
        fill(book, 3, "Justify", "底册已核")
        fill(book, 4, "Accept until a date", "退回中", date(2099, 1, 1))
        fill(book, 5, "recovered", "已收回")
        fill(book, 6, "maybe", "不知道")

    assert send(client, paper(client, answer)) == 200
    page = client.get("/findings/answers").text
    read = Read(page)
    amounts = json.loads(client.get("/findings?format=json").text)["findings"]
    total = sum(float(one["amount"]) for one in amounts[:3])
    assert [[cell.text for cell in row[:2]] for row in read.tables[0].rows] == [
        ["Justify", "1"], ["Money came back", "1"], ["Accept until a date", "1"],
    ]  # fmt: skip
    assert [row[1].text for row in read.tables[1].rows] == ["Audit!N6"]
    assert "This is not a decision" in read.tables[1].rows[0][2].text
    assert f"Record on 3 findings: {total:,.2f} yuan" in page
    assert set(states(place).values()) == {"open"}
    data = {"paper": button(page)}
    done = client.post("/findings/answers", headers=OURS, data=data)
    assert f"Recorded on 3 findings, {total:,.2f} yuan" in done.text
    assert "1 lines of the paper were not recorded" in done.text
    assert sorted(states(place).values()) == ["accepted", "explained", "open", "open", "recovered"]
    assert client.post("/findings/answers", headers=OURS, data=data).status_code == 409
    assert "Filled-in working paper" in client.get("/findings/answers").text


def _twice(book: openpyxl.Workbook) -> None:
    sheet = book.worksheets[0]
    for column in range(1, sheet.max_column + 1):
        sheet.cell(4, column).value = sheet.cell(3, column).value
    fill(book, 3, "explained", "一")
    fill(book, 4, "explained", "二")


def _set(title: str, value: object) -> Change:
    def change(book: openpyxl.Workbook) -> None:
        fill(book, 3, "explained", "查过")
        book.worksheets[0].cell(3, places(book)[title]).value = value  # type: ignore[assignment]

    return change


@pytest.mark.parametrize(
    ("change", "recorded", "cells", "why"),
    [
        (_twice, 1, ["A4"], "twice"),
        (_set("Finding", "abcdef012345"), 0, ["A3"], "no such finding"),
        (_set("Finding", ""), 0, ["A3"], "no such finding"),
        (_set("Basis (leave as it is)", "x"), 0, ["Q3"], "have changed since the paper"),
        (_set("Basis (leave as it is)", None), 0, ["Q3"], "have changed since the paper"),
        (_set("Decision", "=1/0"), 0, ["N3"], "formula without a value"),
        (_set("Decision", '=HYPERLINK("http://x","explained")'), 0, ["N3"], "formula without a value"),
        (_set("Decision", None), 0, ["N3"], "not a decision"),
        (_set("Decision", "accepted"), 0, ["O3"], "an acceptance needs a date"),
        (_set("Until", "2030-01-01"), 0, ["O3"], "an acceptance needs a date"),
        (_set("Until", "sometime"), 0, ["O3"], "not a date"),
        (_set("Reason", "x" * 501), 0, ["P3"], "longer than 500"),
        (_set("Reason", "\u200b"), 0, ["P3"], "needs a reason"),
        (lambda _book: None, 0, [], ""),
    ],
)
def test_lines_that_make_no_sense_are_refused_with_their_cell(
    client: TestClient, place: str, change: Change, recorded: int, cells: list[str], why: str
) -> None:
    assert send(client, paper(client, change)) == 200
    page = client.get("/findings/answers").text
    refused = Read(page).tables[1]
    assert [row[1].text for row in refused.rows if len(row) > 1] == [f"Audit!{cell}" for cell in cells]
    assert all(why in row[2].text for row in refused.rows if len(row) > 1), page
    assert len(re.findall('name="paper"', page)) == bool(recorded)
    if recorded:
        client.post("/findings/answers", headers=OURS, data={"paper": button(page)})
    assert sum(state != "open" for state in states(place).values()) == recorded


def test_what_was_decided_since_the_paper_was_made_is_refused(client: TestClient, place: str) -> None:
    def answer(book: openpyxl.Workbook) -> None:
        fill(book, 3, "explained", "查过")
        fill(book, 4, "explained", "查过")

    content, chosen = paper(client, answer), marks(client.get("/findings").text)
    assert send(client, content) == 200
    before = button(client.get("/findings/answers").text)
    client.post(
        "/findings/decide",
        headers=OURS,
        data={"decision": "recovered", "why": "收回", "finding": chosen[0], "confirmed": "1"},
    )
    assert client.post("/findings/answers", headers=OURS, data={"paper": before}).status_code == 409
    page = client.get("/findings/answers").text
    assert "Somebody has decided on" in page
    assert "Record on 1 findings" in page
    client.post("/findings/answers", headers=OURS, data={"paper": button(page)})
    assert sorted(states(place).values()) == ["explained", "open", "open", "open", "recovered"]


def test_the_paper_of_another_ledger_is_refused(client: TestClient, tmp_path: Path) -> None:
    """Of one with the same people, schools and findings."""
    other = new_place(tmp_path, "other.db")
    ledger = opened(other)
    bring_in(ledger, roster_xlsx(5), "a.xlsx")
    bring_in(ledger, roster_xlsx(5, title=OTHER), "b.xlsx", record_conflicts=True)
    bring_in(ledger, roster_xlsx(1, first=70), "c.xlsx")
    ledger.close()
    with visited(other) as second:
        audited(second)
        content = paper(second, lambda book: fill(book, 3, "explained", "查过"))
    answer = client.put("/findings/answers", headers=OURS, content=content)
    assert answer.status_code == 400
    assert "belongs to another ledger" in answer.text


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"hello", roster_xlsx(3), b"x" * 1_000_000])
def test_what_is_no_working_paper_is_refused(client: TestClient, content: bytes) -> None:
    answer = client.put("/findings/answers", headers=OURS, content=content)
    assert answer.status_code == 400
    assert "not a working paper" in answer.text
    assert "Filled-in working paper" in client.get("/findings/answers").text


def test_a_paper_without_the_ledgers_head_is_refused(client: TestClient) -> None:
    def cut(book: openpyxl.Workbook) -> None:
        sheet = book.worksheets[0]
        sheet.delete_rows(8, sheet.max_row)

    assert send(client, paper(client, cut)) == 400


def test_somebody_elses_paper_is_not_shown(place: str) -> None:
    from starlette.testclient import TestClient as Client

    with visited(place) as client:
        audited(client)
        assert send(client, paper(client, lambda book: fill(book, 3, "explained", "查过"))) == 200
        assert "Record on 1 findings" in client.get("/findings/answers").text
        app = client.app
        app.state.door.actor = "another"  # type: ignore[attr-defined]
        with Client(app, base_url=str(client.base_url)) as second:
            second.get(app.state.door.link())  # type: ignore[attr-defined]
            assert "Record on" not in second.get("/findings/answers").text
