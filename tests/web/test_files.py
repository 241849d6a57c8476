"""One file that waits: its sheet as it was sent, what is wrong in it, what is said by hand; a posted file's sheet."""

from __future__ import annotations

import io
import re
import threading
import zipfile
from collections.abc import Mapping
from html import unescape
from html.parser import HTMLParser
from pathlib import Path
from typing import TYPE_CHECKING

import openpyxl
import pytest

from aidledger.domain.identity import masked_source
from aidledger.operations import actors, ledgers, reporting
from aidledger.operations import inbox as deliveries
from tests.builders import people, roster_grid, roster_xlsx, with_cells, xlsx_bytes
from tests.cli.harness import aidledger
from tests.store.ledgers import bring_in, catalogue, opened
from tests.web.site import OURS, visited
from tests.web.test_inbox import checked, post, send, settled

if TYPE_CHECKING:
    from starlette.testclient import TestClient

IMPORTS = Path(__file__).parents[2] / "imports"
GOOD = roster_xlsx(5)
BAD = xlsx_bytes(with_cells(roster_grid(3, first=40), {"C4": "51130020060101"}))
# What nobody can know from it: which program, and which term.
UNTITLED = roster_xlsx(3, title="东山中学发放花名册", first=60)


class Sheet(HTMLParser):
    """The cells of a sheet on a page, by their anchors: class and text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.cells: dict[str, tuple[str, str]] = {}
        self.rows: dict[str, str] = {}
        self._at: str | None = None
        self._unseen = False
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Begin an element."""
        given = dict(attrs)
        if tag == "td":
            self._at = given.get("id")
            if self._at:
                self.cells[self._at] = given.get("class") or "", ""
        elif tag == "tr" and given.get("id"):
            self.rows[given["id"] or ""] = given.get("class") or ""
        elif tag == "span":
            self._unseen = given.get("class") == "unseen"

    def handle_endtag(self, tag: str) -> None:
        """End an element."""
        if tag == "td":
            self._at = None
        elif tag == "span":
            self._unseen = False

    def handle_data(self, data: str) -> None:
        """Text, where it stands."""
        if self._at and not self._unseen:
            style, text = self.cells[self._at]
            self.cells[self._at] = style, text + data


def links_of(page: str) -> list[str]:
    """The pages of the files of a delivery, in its order."""
    return list(dict.fromkeys(re.findall(r'href="(/inbox/\d+/files/[0-9a-f]{16})"', page)))


def only_file(page: str) -> str:
    (link,) = links_of(page)
    return link


def said(client: TestClient, link: str, fields: Mapping[str, str | list[str]]) -> str:
    """Say something about a file; the file's page after the check."""
    answer = client.post(f"{link}/instruct", headers=OURS, data=dict(fields))
    assert answer.status_code == 200, answer.text
    settled(client, int(link.split("/")[2]))
    return client.get(link).text


def test_the_sheet_stands_as_it_was_sent_with_the_bad_cells_marked(client: TestClient) -> None:
    _, page = checked(client, {"东城/bad.xlsx": BAD})
    page = client.get(only_file(page)).text
    cells = Sheet(page).cells
    book = openpyxl.load_workbook(io.BytesIO(BAD)).active
    assert book is not None
    for row in book.iter_rows():
        for cell in row:
            if cell.value is not None:
                assert cells[cell.coordinate][1] == masked_source(str(cell.value)), cell.coordinate
    assert {name for name, (style, _) in cells.items() if style} == {"C4"}
    assert cells["C4"][0] == "error"
    assert 'href="#C4"' in page
    assert "<td>ID number</td>" in page  # what the column was understood as


def test_every_problem_leads_to_its_cell(client: TestClient, place: str) -> None:
    """Of all samples, with the problems that the terminal names."""
    samples = sorted(path for path in IMPORTS.iterdir() if path.suffix in {".xlsx", ".xls", ".ods", ".csv"})
    _, page = checked(client, {path.name: path.read_bytes() for path in samples})
    told = aidledger("check", *samples, "--format", "json", ledger=place).json["files"]
    links = {deliveries.file_key(Path(file["path"]).name): file for file in told}
    assert {link[-16:] for link in links_of(page)} == links.keys()
    for key, file in links.items():
        page = client.get(f"/inbox/1/files/{key}").text
        for number in re.findall(r'sheet=(\d+)"', page) or ["1"]:
            page = client.get(f"/inbox/1/files/{key}", params={"sheet": number}).text
            sheet = (re.findall(r"<caption>Sheet (.*?)</caption>", page) or [""])[0]
            read, anchors = Sheet(page), re.findall(r'<li class="\w+"><b>[^<]*</b> <a href="#([^"]+)"', page)
            for anchor in anchors:
                style = read.rows[anchor] if anchor.startswith("row-") else read.cells[anchor][0]
                assert style in {"error", "conflict", "warning"}, (file["path"], anchor)
            assert len(anchors) == len([one for one in file["problems"] if one["sheet"] == sheet and one["row"]])


def test_a_file_that_cannot_be_read_has_a_page(client: TestClient) -> None:
    _, page = checked(client, {"a.xlsx": (IMPORTS / "30-bad-password.xlsx").read_bytes()})
    page = client.get(only_file(page)).text
    assert "The sheet cannot be shown." in page
    assert "protected by a password" in page


def test_program_and_term_said_by_hand_make_a_file_right(client: TestClient, place: str) -> None:
    delivery, page = checked(client, {"a.xlsx": UNTITLED, "good.xlsx": GOOD})
    link = links_of(page)[1]
    assert "program-unknown" in client.get(link).text or "none of title" in client.get(link).text.lower()
    page = said(client, link, {"program": "high-school-grant", "period": "2021年秋季", "school": "东山中学"})
    assert "Post 1 files: 3 person-times, 3,000.00 yuan" in page
    assert 'value="2021-autumn"' in page
    page = client.get(f"/inbox/{delivery}").text
    assert "Post 2 files: 8 person-times, 8,000.00 yuan" in page
    post(client, delivery, page)
    ledger = opened(place)
    figures = reporting.summary(ledger, catalogue(), None, None, ("program", "period")).found
    assert [(one.by["program"], one.by["period"], one.figures.person_times) for one in figures.groups] == [
        ("high-school-grant", "2021-autumn", 8)
    ]
    ledger.close()


def test_what_was_said_outlives_the_server_and_can_be_forgotten(
    place: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    with visited(place) as client:
        delivery, page = checked(client, {"a.xlsx": UNTITLED})
        link = only_file(page)
        said(client, link, {"program": "high-school-grant", "period": "2021-autumn", "part": "第一批"})
    with visited(place) as client:
        assert client.get(link).url.path == f"/inbox/{delivery}"  # not checked since
        client.post(f"/inbox/{delivery}/check", headers=OURS)
        settled(client, delivery)
        page = client.get(link).text
        assert "Post 1 files: 3 person-times" in page
        assert 'value="instalment-1"' in page
        page = said(client, link, {"forget": "yes"})
        assert "Post 1 files" not in page


def test_a_column_said_by_hand_is_remembered_for_the_school(client: TestClient, place: str) -> None:
    grid = with_cells(roster_grid(3), {"C2": "证件"})
    again = with_cells(roster_grid(3, first=20), {"C2": "证件"})
    delivery, page = checked(client, {"a.xlsx": xlsx_bytes(grid)})
    link = only_file(page)
    page = client.get(link).text
    assert 'value="证件=number"' in page
    page = said(client, link, {"column": ["证件=number", "姓名="], "remember": "yes"})
    assert "Post 1 files: 3 person-times" in page
    post(client, delivery, client.get(f"/inbox/{delivery}").text)
    _, page = checked(client, {"b.xlsx": xlsx_bytes(again)})
    assert "Post 1 files: 3 person-times" in page  # understood without a word
    mappings = aidledger("mappings", "--format", "json", ledger=place).json
    assert [(one["header"], one["field"]) for one in mappings["mappings"]] == [("证件", "number")]


def corrected() -> bytes:
    """The roster of GOOD: the second pupil gets 800, the fourth is gone, the sixth is new."""
    grid = roster_grid(6)
    del grid[5]
    return xlsx_bytes(with_cells(grid, {"F4": 800, "A6": 4, "A7": 5, "F8": 4800}))


def test_a_new_version_is_shown_row_by_row_and_posts_the_difference(client: TestClient, place: str) -> None:
    ledger = opened(place)
    batch = bring_in(ledger, GOOD, "good.xlsx").batch
    ledger.close()
    delivery, page = checked(client, {"good.xlsx": corrected()})
    link = only_file(page)
    page = client.get(link).text
    rows = re.findall(r"<tr>(.*?)</tr>", page.split(f"Compared with batch {batch}")[2], re.DOTALL)
    told = [[unescape(re.sub("<[^>]*>", "", cell)) for cell in re.findall(r"<td.*?</td>", row)] for row in rows if row]
    names = [one.name for one in people(6)]
    shown = sorted((row[0], row[1], row[5], row[6]) for row in told if len(row) == 8)
    assert shown == sorted(
        [
            ("changed", names[1], "1,000.00", "800.00"),
            ("removed", names[3], "1,000.00", ""),
            ("added", names[5], "", "1,000.00"),
        ]
    )
    page = said(client, link, {"supersedes": str(batch)})
    post(client, delivery, client.get(f"/inbox/{delivery}").text)
    ledger = opened(place)
    figures = reporting.summary(ledger, catalogue(), None, None, ("program",)).found.groups
    assert [(one.figures.person_times, one.figures.amount_fen) for one in figures] == [(5, 480_000)]
    assert ledgers.verify(ledger).faults == []
    ledger.close()


def test_what_was_really_paid_can_be_posted_against_the_ledger(client: TestClient, place: str) -> None:
    """A total that does not agree is a conflict; the clerk says that it was paid so."""
    grid = with_cells(roster_grid(3, first=70), {"F6": 9_999})
    delivery, page = checked(client, {"a.xlsx": xlsx_bytes(grid)})
    assert "Contradict the ledger (1)" in page
    page = said(client, only_file(page), {"record_conflicts": "yes"})
    assert "Post 1 files: 3 person-times" in page
    post(client, delivery, client.get(f"/inbox/{delivery}").text)
    ledger = opened(place)
    assert [one.person_times for one in ledgers.batches(ledger)] == [3]
    ledger.close()


def test_one_file_can_be_posted_alone_and_as_it_was_checked(client: TestClient, place: str) -> None:
    other = roster_xlsx(4, title="东山中学2021年秋季学期普通高中国家助学金发放花名册", first=20)
    delivery, page = checked(client, {"good.xlsx": GOOD, "other.xlsx": other})
    first, second = links_of(page)
    digests = [re.search(r'name="checked" value="(\w+)"', client.get(one).text)[1] for one in (first, second)]  # type: ignore[index]
    assert client.post(f"{first}/post", headers=OURS, data={"checked": digests[1]}).status_code == 409
    assert client.post(f"{first}/post", headers=OURS, data={"checked": digests[0]}).status_code == 200
    assert "posted: 1" in settled(client, delivery)
    assert client.post(f"{second}/post", headers=OURS, data={"checked": digests[1]}).status_code == 409
    ledger = opened(place)
    assert [one.file for one in ledgers.batches(ledger)] == ["good.xlsx"]
    ledger.close()
    client.post(f"/inbox/{delivery}/check", headers=OURS)
    assert "Post 1 files: 4 person-times" in settled(client, delivery)


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({"program": "no-such-program"}, 404),
        ({"period": "someday"}, 400),
        ({"part": "??"}, 400),
        ({"column": ["证件=no-such-field"]}, 404),
        ({"supersedes": "99"}, 404),
        ({"kind": "no-such-kind"}, 200),
    ],
)
def test_nonsense_said_by_hand_is_refused(client: TestClient, fields: dict[str, str], status: int) -> None:
    _, page = checked(client, {"a.xlsx": UNTITLED})
    link = only_file(page)
    assert client.post(f"{link}/instruct", headers=OURS, data=fields).status_code == status
    assert "Post 1 files" not in client.get(link).text


def test_files_that_are_not_there_are_not_found(client: TestClient) -> None:
    delivery, page = checked(client, {"a.xlsx": UNTITLED})
    assert client.get(f"/inbox/{delivery}/files/{'0' * 16}").status_code == 409
    assert client.get(f"/inbox/9/files/{'0' * 16}").status_code == 404
    assert client.get(only_file(page), params={"sheet": "99"}).status_code == 200
    assert client.get(only_file(page), params={"first": "99999999"}).status_code == 200


def test_whoever_may_not_import_says_nothing_about_files(
    place: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    with visited(place) as client:
        _, page = checked(client, {"a.xlsx": UNTITLED})
        ledger = opened(place)
        actors.name(ledger, ledger.actor, "reviewer")
        actors.name(ledger, "office", "auditor")
        ledger.close()
        link = only_file(page)
        assert client.post(f"{link}/instruct", headers=OURS, data={"program": "high-school-grant"}).status_code == 403
        assert client.get(link).status_code == 403


def test_full_numbers_of_a_sheet_need_a_reason_that_is_logged(client: TestClient, place: str) -> None:
    _, page = checked(client, {"a.xlsx": GOOD})
    link, number = only_file(page), people(1)[0].number
    assert number not in client.get(link).text
    assert client.post(link, headers=OURS, data={"reveal": "yes", "reason": " "}).status_code == 400
    assert number in client.post(link, headers=OURS, data={"reveal": "yes", "reason": "compare"}).text
    accesses = aidledger("access-log", "--format", "json", ledger=place).json
    assert [one["reason"] for one in accesses["accesses"]] == ["compare"]


def test_each_school_has_its_text_and_its_copies(client: TestClient) -> None:
    other = xlsx_bytes(
        with_cells(roster_grid(3, first=40, title="东山中学2021年秋季学期普通高中国家助学金发放花名册"), {"C4": "1"})
    )
    delivery, _ = checked(client, {"a/bad.xlsx": BAD, "b/bad.xlsx": other, "good.xlsx": GOOD})
    page = client.get(f"/inbox/{delivery}/schools").text
    texts = re.findall(r"<textarea[^>]*>(.*?)</textarea>", page, re.DOTALL)
    assert len(texts) == 2
    assert sum("东山中学" in text for text in texts) == 1
    assert all("C4" in text for text in texts)
    with zipfile.ZipFile(io.BytesIO(client.post(f"/inbox/{delivery}/copies", headers=OURS).content)) as packed:
        assert {name.split("/")[0] for name in packed.namelist()} == {"东山中学", "金溪中学"}
    answer = client.post(f"/inbox/{delivery}/copies", headers=OURS, data={"school": "东山中学"})
    with zipfile.ZipFile(io.BytesIO(answer.content)) as packed:
        assert [name.split("/")[0] for name in packed.namelist()] == ["东山中学"]


def test_an_entry_stands_in_its_row_of_the_school_s_sheet(client: TestClient, place: str) -> None:
    ledger = opened(place)
    bring_in(ledger, roster_xlsx(30), "good.xlsx")
    ledger.close()
    found = aidledger("report", "entries", "program=high-school-grant", "--format", "json", ledger=place).json
    for entry in found["entries"]:
        read = Sheet(client.get(f"/entries/{entry['entry']}").text)
        (row,) = [name for name, style in read.rows.items() if style == "marked"]
        (cell,) = [name for name, (style, _) in read.cells.items() if style == "marked"]
        assert row == f"row-{entry['row']}"
        assert read.cells[cell][1] == "1000"
        assert read.cells[f"B{entry['row']}"][1] == entry["name"]
    whole = Sheet(client.get(f"/batches/{found['entries'][0]['batch']}/sheet").text)
    assert len(whole.rows) == 33


def test_a_long_sheet_comes_in_pages_with_all_its_problems(client: TestClient) -> None:
    grid = with_cells(roster_grid(1_600), {"C1500": "1"})
    _, page = checked(client, {"a.xlsx": xlsx_bytes(grid)})
    link = only_file(page)
    read = Sheet(client.get(link).text)
    assert len(read.rows) == 1_001
    assert read.cells["C1500"][0] == "error"
    second = Sheet(client.get(link, params={"first": "1001"}).text)
    assert {f"row-{at}" for at in (2, 1_001, 1_500)} <= set(second.rows)
    assert "row-1000" not in second.rows


def test_what_could_not_be_checked_at_once_is_not_said_either(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another delivery is being checked; what was refused must not count at the next check."""
    _, page = checked(client, {"a.xlsx": UNTITLED})
    link = only_file(page)
    begun, ending = threading.Event(), threading.Event()
    real = deliveries.check

    def held(*given: object) -> object:
        begun.set()
        assert ending.wait(30)
        return real(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(deliveries, "check", held)
    other = send(client, {"b.xlsx": GOOD})
    client.post(f"/inbox/{other}/check", headers=OURS)
    assert begun.wait(30)
    fields = {"program": "high-school-grant", "period": "2021-autumn", "school": "东山中学"}
    assert client.post(f"{link}/instruct", headers=OURS, data=fields).status_code == 409
    ending.set()
    settled(client, other)
    client.post("/inbox/1/check", headers=OURS)
    assert "Post 1 files" not in settled(client, 1)


def test_what_was_said_of_a_batch_that_is_gone_stops_nothing(client: TestClient, place: str) -> None:
    """Somebody corrects the batch meanwhile, or the file is said to be another roster: all others are still checked."""
    ledger = opened(place)
    batch = bring_in(ledger, GOOD, "good.xlsx").batch
    delivery, _ = checked(client, {"good.xlsx": corrected(), "new.xlsx": UNTITLED})
    link = f"/inbox/{delivery}/files/{deliveries.file_key('good.xlsx')}"
    said(client, link, {"supersedes": str(batch)})
    later = bring_in(ledger, roster_xlsx(4), "good.xlsx", supersedes=batch).batch
    client.post(f"/inbox/{delivery}/check", headers=OURS)
    settled(client, delivery)
    page = client.get(link).text
    assert f"Compared with batch {later}" in page  # and not the one that was said
    page = said(client, link, {"supersedes": str(later), "period": "2022-spring"})
    assert "Post 1 files: 5 person-times" in page  # another term's: nothing of that batch is superseded
    page = said(client, link, {"supersedes": str(later)})
    post(client, delivery, client.get(f"/inbox/{delivery}").text)
    figures = reporting.summary(ledger, catalogue(), None, None, ("program",)).found.groups
    assert [(one.figures.person_times, one.figures.amount_fen) for one in figures] == [(5, 480_000)]
    assert ledgers.verify(ledger).faults == []
    ledger.close()
