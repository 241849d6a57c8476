"""Schools of a term: posted, sent, returned or missing; reminders; blank rosters."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

import openpyxl
import pytest

from aidledger.operations.templates import file_name
from tests.builders import roster_grid, roster_xlsx, with_cells, xlsx_bytes
from tests.cli.harness import aidledger
from tests.store.ledgers import bring_in, new_place, opened
from tests.web.site import OURS, Cell, Read, visited
from tests.web.test_inbox import checked, send

if TYPE_CHECKING:
    from starlette.testclient import TestClient

    from tests.web.site import Table

GRANT = "{school}{term}普通高中国家助学金发放花名册"
BEFORE, NOW = "2021年春季学期", "2021年秋季学期"
POSTED, GOES_ON, SILENT, FRESH = "金溪中学", "东山中学", "西河中学", "北岭中学"


def roster(school: str, term: str, rows: int, first: int) -> bytes:
    return roster_xlsx(rows, title=GRANT.format(school=school, term=term), first=first)


def wrong(school: str, first: int) -> bytes:
    grid = roster_grid(2, title=GRANT.format(school=school, term=NOW), first=first)
    return xlsx_bytes(with_cells(grid, {"C4": "51130020060101"}))


@pytest.fixture
def place(tmp_path: Path) -> str:
    """Three schools were paid in spring; in autumn one was, and one that is new."""
    place = new_place(tmp_path)
    ledger = opened(place)
    for number, school in enumerate((POSTED, GOES_ON, SILENT)):
        bring_in(ledger, roster(school, BEFORE, 4, number * 10), f"{number}.xlsx")
    bring_in(ledger, roster(POSTED, NOW, 5, 0), "now.xlsx")
    ledger.close()
    return place


@pytest.fixture
def client(place: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[TestClient]:
    monkeypatch.setenv("HOME", str(tmp_path))
    with visited(place) as client:
        yield client


def matrix(client: TestClient, period: str = "2021-autumn") -> Table:
    return Read(client.get(f"/schools?period={period}").text).tables[0]


def cells(table: Table) -> dict[str, Cell]:
    """The cell of the one program, by school."""
    return {row[0].text: row[1] for row in table.rows}


def made(client: TestClient) -> bytes:
    """The archive of blank rosters, once its job is done."""
    for _ in range(3_000):
        page = client.get("/schools?period=2022-spring").text
        if "data-running" not in page:
            assert "3 schools, 3 files (.zip)" in page
            answer = client.get("/schools/templates")
            assert answer.headers["content-type"] == "application/zip"
            return answer.content
    pytest.fail("the job did not end")


def test_a_cell_says_in_words_what_came_and_what_did_not(client: TestClient) -> None:
    table = matrix(client)
    found = cells(table)
    assert {school: cell.text for school, cell in found.items()} == {
        POSTED: "5",
        GOES_ON: "missing",
        SILENT: "missing",
    }
    assert (table.totals[1][0].text, table.totals[1][1].text, table.totals[1][-1].text) == ("Missing", "2", "2")
    assert table.totals[0][1].text == "5"
    page = client.get("/schools?period=2021-autumn").text
    assert "Missing: 2" in page
    for word in ("sent:", "returned:", "missing:", "A number:"):
        assert word in page.split("</table>")[1]  # the legend
    assert found[GOES_ON].href is None
    behind = Read(client.get(str(found[POSTED].href)).text)
    assert len(behind.tables[0].rows) == 5
    assert "missing" in found[SILENT].style


def test_figures_are_those_of_the_command(client: TestClient, place: str) -> None:
    said = json.loads(client.get("/schools?period=2021-autumn&format=json").text)
    summary = aidledger(
        "report", "summary", "--from", "2021-autumn", "--to", "2021-autumn", "--by", "school,program",
        "--format", "json", ledger=place,
    ).json["groups"]  # fmt: skip
    told = {(one["school"], one["program"]): (one["person_times"], one["amount"]) for one in summary}
    shown = {
        (school["school"], code): (one["person_times"], one["amount"])
        for school in said["schools"]
        for code, one in school["programs"].items()
        if one["person_times"]
    }
    assert shown == told


def test_what_lies_in_the_inbox_is_sent_or_returned(client: TestClient) -> None:
    files = {
        "东山.xlsx": roster(GOES_ON, NOW, 3, 10),
        "西河.xlsx": wrong(SILENT, 20),
        "北岭.xlsx": wrong(FRESH, 60),
        "金溪补.xlsx": wrong(POSTED, 70),
    }
    delivery, page = checked(client, files)
    found = cells(matrix(client))
    assert {school: cell.text for school, cell in found.items()} == {
        POSTED: "5; returned: 1",
        GOES_ON: "sent: 1",
        SILENT: "returned: 1",
        FRESH: "returned: 1",
    }
    assert found[SILENT].href == found[GOES_ON].href == f"/inbox/{delivery}"
    assert str(found[POSTED].href).startswith("/entries?")
    assert client.get(str(found[POSTED].href)).status_code == 200
    (link,) = [row[0].href for row in matrix(client).rows if row[0].text == FRESH]
    assert link is None  # the ledger does not know it yet
    owed = Read(client.get("/schools/owing?period=2021-autumn").text).tables[0]
    assert {(row[0].text, row[2].text) for row in owed.rows} == {
        (SILENT, "to be corrected"),
        (FRESH, "to be corrected"),
    }
    client.post(f"/inbox/{delivery}/remove", headers=OURS)
    assert cells(matrix(client))[SILENT].text == "missing"
    assert page


def test_what_was_only_sent_and_not_checked_is_not_told_apart_yet(client: TestClient) -> None:
    send(client, {"东山.xlsx": roster(GOES_ON, NOW, 3, 10)})
    assert cells(matrix(client))[GOES_ON].text == "missing"


def test_what_was_posted_is_no_longer_missing(client: TestClient, place: str) -> None:
    ledger = opened(place)
    bring_in(ledger, roster(SILENT, NOW, 2, 20), "s.xlsx")
    ledger.close()
    assert cells(matrix(client))[SILENT].text == "2"


def test_the_same_term_of_the_year_before_counts_too(client: TestClient, place: str) -> None:
    table = matrix(client, "2022-spring")
    assert {school: cell.text for school, cell in cells(table).items()} == {
        POSTED: "missing",
        GOES_ON: "missing",
        SILENT: "missing",
    }
    assert [row[0].text for row in matrix(client, "2023-spring").rows if len(row) > 1] == []
    ledger = opened(place)
    bring_in(ledger, roster(POSTED, "2022年春季学期", 2, 0), "p.xlsx")
    ledger.close()
    assert cells(matrix(client, "2022-spring"))[POSTED].text == "2"


def test_a_reminder_for_each_school_can_be_copied_and_the_list_exported(client: TestClient) -> None:
    page = client.get("/schools/owing?period=2021-autumn").text
    rows = Read(page).tables[0].rows
    assert [(row[0].text, row[2].text, row[5].text) for row in rows] == [
        (GOES_ON, "missing", "4"),
        (SILENT, "missing", "4"),
    ]
    assert "2 schools owe 2 rosters" in page
    assert page.count("<textarea") == 2
    assert f"{SILENT}, rosters for autumn 2021" in page or f"{SILENT}, rosters for 2021-autumn" in page
    assert "Not received yet:" in page
    book = openpyxl.load_workbook(io.BytesIO(client.get("/schools/owing?period=2021-autumn&format=xlsx").content))
    assert [cell.value for cell in book.worksheets[0]["A"]][2:4] == [GOES_ON, SILENT]
    shown = json.loads(client.get("/schools/owing?period=2021-autumn&format=json").text)["owing"]
    assert [one["before"] for one in shown] == ["2021-spring"] * 2
    assert client.get("/schools?period=2021-spring").text.count("<textarea") == 0
    assert "0 schools owe 0 rosters" in client.get("/schools/owing?period=2021-spring").text


def test_a_blank_roster_is_the_commands(client: TestClient, tmp_path: Path, place: str) -> None:
    path = f"/schools/template?program=high-school-grant&period=2021-autumn&school={SILENT}"
    answer = client.get(path)
    assert quote(SILENT) in answer.headers["content-disposition"]
    written = tmp_path / "t.xlsx"
    aidledger(
        "template", "high-school-grant", "--period", "2021-autumn", "--school", SILENT, "-o", written, ledger=place
    )
    ours, theirs = openpyxl.load_workbook(io.BytesIO(answer.content)), openpyxl.load_workbook(written)
    assert [[cell.value for cell in row] for row in ours.worksheets[0].iter_rows(max_row=5)] == [
        [cell.value for cell in row] for row in theirs.worksheets[0].iter_rows(max_row=5)
    ]


def test_blank_rosters_of_all_schools_come_as_an_archive_that_the_import_understands(
    client: TestClient, place: str, tmp_path: Path
) -> None:
    asked = client.post("/schools/templates", headers=OURS, data={"period": "2022-spring", "program": ""})
    assert asked.status_code == 200
    with zipfile.ZipFile(io.BytesIO(made(client))) as packed:
        assert {name.split("/")[0] for name in packed.namelist()} == {POSTED, GOES_ON, SILENT}
        assert all(name.endswith(" 2022-spring.xlsx") for name in packed.namelist())
        name = next(name for name in packed.namelist() if name.startswith(SILENT))
        book = openpyxl.load_workbook(io.BytesIO(packed.read(name)))
    assert SILENT in str(book.worksheets[0]["A1"].value) + str(book.worksheets[0]["A2"].value)


def test_a_school_is_no_path_and_no_name_that_a_system_refuses(place: str, client: TestClient) -> None:
    for text, wanted in {
        "../../etc": "_.._etc",
        "a/b\\c": "a_b_c",
        'x:y*"<>|?': "x_yx_____",
        "con": "_con",
        "": "_",
        "..": "_",
        "a\r\nb": "a__b",
        "中" * 100: "中" * 40,
    }.items():
        assert file_name(text) == wanted
    assert "511302200601010" not in file_name("511302200601010012")
    assert client.get("/schools/template?program=high-school-grant&school=../../etc").status_code in {200, 400, 409}
    assert place


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/schools?period=sometime", 400),
        ("/schools?period=2099-autumn", 200),
        ("/schools/owing?period=2099-autumn", 200),
        ("/schools/template", 404),
        ("/schools/template?program=none", 404),
        ("/schools/template?program=high-school-grant&period=2021", 200),
        ("/schools/templates", 409),
    ],
)
def test_odd_questions_are_answered_on_a_page(client: TestClient, path: str, status: int) -> None:
    answer = client.get(path)
    assert answer.status_code == status, answer.text
    assert "<nav" in answer.text or status == 200


@pytest.mark.parametrize(
    ("data", "status"),
    [({"period": "2099-autumn"}, 409), ({"program": "none"}, 404), ({"period": "x"}, 400)],
)
def test_blank_rosters_that_make_no_sense_are_not_begun(client: TestClient, data: dict[str, str], status: int) -> None:
    assert client.post("/schools/templates", headers=OURS, data=data).status_code == status
    assert client.get("/schools/templates").status_code == 409


def test_blank_rosters_of_one_program_are_for_every_school(client: TestClient) -> None:
    data = {"period": "2022-spring", "program": "high-school-tuition-waiver"}
    assert client.post("/schools/templates", headers=OURS, data=data).status_code == 200
    with zipfile.ZipFile(io.BytesIO(made(client))) as packed:
        assert len(packed.namelist()) == 3


def test_an_empty_ledger_has_no_schools(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    with visited(new_place(tmp_path)) as client:
        page = client.get("/schools").text
        assert "Nothing here." in page
        assert "Missing: 0" in page
        assert client.get("/schools/templates").status_code == 409
