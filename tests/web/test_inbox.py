"""A delivery: what is announced is received, what was checked is posted, what is wrong goes back."""

from __future__ import annotations

import io
import json
import re
import sqlite3
import threading
import warnings
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import openpyxl
import pytest

from aidledger.operations import ledgers
from aidledger.store.inbox import PIECE_BYTES, AnnouncedFile, Inbox
from aidledger.store.postings import posting as postings
from aidledger.web.jobs import Job
from tests.builders import people, roster_grid, roster_xlsx, with_cells, xlsx_bytes
from tests.cli.harness import aidledger
from tests.store.ledgers import ENCRYPTED, ON_POSTGRESQL, bring_in, opened
from tests.web.site import OURS, Read, stranger, visited

if TYPE_CHECKING:
    from starlette.testclient import TestClient

GOOD, OTHER = roster_xlsx(5), roster_xlsx(4, title="东山中学2021年秋季学期普通高中国家助学金发放花名册", first=20)
BAD = xlsx_bytes(with_cells(roster_grid(3, first=40), {"C4": "51130020060101"}))


def inbox_path(place: str, home: Path) -> Path:
    """Beside a ledger's file; in the user's folder for one on a server."""
    if ON_POSTGRESQL:
        (path,) = (home / ".aidledger" / "inbox").glob("*.db")
        return path
    return Path(f"{place}.inbox")


def announce(client: TestClient, files: Mapping[str, bytes]) -> int:
    told = {"files": [{"path": path, "size": len(content)} for path, content in files.items()]}
    answer = client.post("/inbox/announce", headers=OURS, content=json.dumps(told))
    assert answer.status_code == 200, answer.text
    return int(answer.json()["delivery"])


def send(client: TestClient, files: Mapping[str, bytes]) -> int:
    """Send what the announcement is answered with: neither what is passed over nor what is there."""
    told = {"files": [{"path": path, "size": len(content)} for path, content in files.items()]}
    answer = client.post("/inbox/announce", headers=OURS, content=json.dumps(told)).json()
    delivery, given = answer["delivery"], list(files.values())
    for one in answer["files"]:
        put = client.put(f"/inbox/{delivery}/{one['number']}", headers=OURS, content=given[one["given"]])
        assert put.status_code == 204
    return int(delivery)


def checked(client: TestClient, files: Mapping[str, bytes]) -> tuple[int, str]:
    """A delivery that was checked, and its page."""
    delivery = send(client, files)
    client.post(f"/inbox/{delivery}/check", headers=OURS)
    return delivery, settled(client, delivery)


def settled(client: TestClient, delivery: int) -> str:
    for _ in range(2_000):
        page = client.get(f"/inbox/{delivery}").text
        if "data-running" not in page:
            return page
    pytest.fail("the job did not end")


def button(page: str) -> str:
    found = re.search(r'name="checked" value="([0-9a-f]{64})"', page)
    assert found is not None, page
    return found[1]


def post(client: TestClient, delivery: int, page: str) -> str:
    answer = client.post(f"/inbox/{delivery}/post", headers=OURS, data={"checked": button(page)})
    assert answer.status_code == 200, answer.text
    return settled(client, delivery)


def test_what_is_right_is_posted_and_what_is_wrong_stays(client: TestClient, place: str) -> None:
    files = {"东城/good.xlsx": GOOD, "东城/bad.xlsx": BAD, "other.xlsx": OTHER, "东城/notes.docx": b"x"}
    delivery, page = checked(client, files)
    assert "Post 2 files: 9 person-times, 9,000.00 yuan" in page
    assert "Can be posted (2)" in page
    assert "Have errors (1)" in page
    assert "notes.docx" in page
    assert "Nothing is posted yet" in client.get("/").text  # a check keeps nothing
    page = post(client, delivery, page)
    assert "posted: 2" in page
    ledger = opened(place)
    assert [(one.file, one.person_times) for one in ledgers.batches(ledger)] == [("other.xlsx", 4), ("good.xlsx", 5)]
    assert ledgers.verify(ledger).faults == []
    ledger.close()
    assert "Deliveries that wait in the inbox: 1" in client.get("/").text
    client.post(f"/inbox/{delivery}/check", headers=OURS)
    page = settled(client, delivery)
    assert "Announced: 1 files" in page
    assert "bad.xlsx" in page
    assert "good.xlsx" not in page


def test_a_delivery_is_read_as_the_same_folder_is(client: TestClient, tmp_path: Path, place: str) -> None:
    """A browser names files in the order in which it finds them; of two rosters that say the same, the first counts."""
    files = {"b/2.xlsx": GOOD, "a/1.xlsx": OTHER, "b/10.xlsx": GOOD, "a.xlsx": BAD, "Ü.xlsx": roster_xlsx(2, first=50)}
    folder = tmp_path / "folder"
    for path, content in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(content)
    _, page = checked(client, files)
    result = aidledger("check", folder, "--format", "json", ledger=place).json
    told = {Path(one["path"]).relative_to(folder).as_posix(): one["outcome"] for one in result["files"]}
    posted = page.split('class="group right"')[1].split("</section>")[0]
    shown = [row[0].text for row in Read(posted).tables[0].rows]
    assert shown == [path for path, outcome in told.items() if outcome == "would-post"]


def test_nothing_else_is_posted_than_the_button_said(client: TestClient, place: str) -> None:
    delivery, page = checked(client, {"good.xlsx": GOOD})
    ledger = opened(place)
    bring_in(ledger, OTHER, "meanwhile.xlsx")
    ledger.close()
    client.post(f"/inbox/{delivery}/post", headers=OURS, data={"checked": button(page)})
    page = settled(client, delivery)
    assert "has changed since these files were checked. Nothing was posted." in page
    ledger = opened(place)
    assert len(ledgers.batches(ledger)) == 1
    ledger.close()
    client.post(f"/inbox/{delivery}/check", headers=OURS)  # checked again, it can be posted
    assert "posted: 1" in post(client, delivery, settled(client, delivery))


CSV = (
    "金溪中学2021年秋季学期普通高中国家助学金发放花名册\n序号,姓名,身份证号,年级,发放金额\n"
    + "".join(f"{i},{one.name},{one.number},高一,1000\n" for i, one in enumerate(people(3, first=30), 1))
).encode()


def test_other_content_than_was_checked_is_not_posted(client: TestClient, place: str) -> None:
    """The same name and size, another amount: sent again, or put into the inbox from behind."""
    delivery, page = checked(client, {"a.csv": CSV, "good.xlsx": GOOD})
    dearer = CSV.replace(b",1000", b",1500")
    assert client.put(f"/inbox/{delivery}/1", headers=OURS, content=dearer).status_code == 204
    page = post(client, delivery, page)
    assert "posted: 1" in page
    assert "a.csv" in page
    ledger = opened(place)
    assert [(one.file, one.amount_fen) for one in ledgers.batches(ledger)] == [("good.xlsx", 500_000)]
    ledger.close()
    client.post(f"/inbox/{delivery}/check", headers=OURS)
    assert "Post 1 files: 3 person-times, 4,500.00 yuan" in settled(client, delivery)


def test_what_comes_after_the_check_waits_for_the_next(client: TestClient) -> None:
    delivery = announce(client, {"good.xlsx": GOOD, "other.xlsx": OTHER})
    client.put(f"/inbox/{delivery}/1", headers=OURS, content=GOOD)
    client.post(f"/inbox/{delivery}/check", headers=OURS)
    page = settled(client, delivery)
    client.put(f"/inbox/{delivery}/2", headers=OURS, content=OTHER)
    assert "posted: 1" in post(client, delivery, page)
    client.post(f"/inbox/{delivery}/check", headers=OURS)
    assert "Post 1 files: 4 person-times" in settled(client, delivery)


def test_a_receipt_outlives_a_check_of_what_is_gone(client: TestClient) -> None:
    delivery, page = checked(client, {"good.xlsx": GOOD})
    post(client, delivery, page)
    assert client.post(f"/inbox/{delivery}/check", headers=OURS).status_code == 404
    assert "posted: 1" in client.get(f"/inbox/{delivery}").text


@pytest.mark.parametrize("told", ["", "0" * 64])
def test_another_button_posts_nothing(client: TestClient, told: str) -> None:
    delivery, _ = checked(client, {"good.xlsx": GOOD})
    assert client.post(f"/inbox/{delivery}/post", headers=OURS, data={"checked": told}).status_code == 409
    assert "Nothing is posted yet" in client.get("/").text


def test_a_double_click_posts_once(client: TestClient, place: str) -> None:
    delivery, page = checked(client, {"good.xlsx": GOOD})
    told = {"checked": button(page)}
    first = client.post(f"/inbox/{delivery}/post", headers=OURS, data=told)
    second = client.post(f"/inbox/{delivery}/post", headers=OURS, data=told)
    assert (first.status_code, second.status_code) == (200, 409)
    settled(client, delivery)
    ledger = opened(place)
    assert [one.person_times for one in ledgers.batches(ledger)] == [5]
    ledger.close()


def test_the_schools_copies_come_as_a_zip(client: TestClient) -> None:
    delivery, _ = checked(client, {"东城/good.xlsx": GOOD, "东城/bad.xlsx": BAD})
    answer = client.post(f"/inbox/{delivery}/copies", headers=OURS)
    with zipfile.ZipFile(io.BytesIO(answer.content)) as packed:
        (name,) = packed.namelist()
        assert name.endswith("bad.xlsx")
        book = openpyxl.load_workbook(io.BytesIO(packed.read(name)))
    assert len(book.sheetnames) == 2


def test_what_did_not_come_is_said_and_can_be_sent(client: TestClient) -> None:
    files = {"good.xlsx": GOOD, "other.xlsx": OTHER}
    delivery = announce(client, files)
    assert client.put(f"/inbox/{delivery}/1", headers=OURS, content=GOOD).status_code == 204
    page = client.get(f"/inbox/{delivery}").text
    assert "Announced: 2 files, received: 1." in page
    assert "other.xlsx" in page
    assert client.put(f"/inbox/{delivery}/2", headers=OURS, content=OTHER).status_code == 204
    assert "received: 2." in client.get(f"/inbox/{delivery}").text


@pytest.mark.parametrize("content", [GOOD[:-1], GOOD + b"x", b""])
def test_other_bytes_than_were_announced_are_refused(client: TestClient, content: bytes) -> None:
    delivery = announce(client, {"good.xlsx": GOOD})
    assert client.put(f"/inbox/{delivery}/1", headers=OURS, content=content).status_code == 409
    assert "received: 0." in client.get(f"/inbox/{delivery}").text


@pytest.mark.parametrize(
    "told",
    [
        "",
        "{}",
        "[]",
        '{"files": []}',
        '{"files": [{"path": "a.xlsx"}]}',
        '{"files": [{"path": "a.xlsx", "size": -1}]}',
        '{"files": [{"path": "a.xlsx", "size": 999999999}]}',
        '{"files": [{"path": "a.xlsx", "size": "x"}]}',
        '{"files": [{"path": "a.xlsx", "size": 1e400}]}',
        "[" * 100_000,
        json.dumps({"files": [{"path": f"{i}.xlsx", "size": 1} for i in range(5_001)]}),
    ],
)
def test_an_announcement_that_makes_no_sense_is_refused(client: TestClient, told: str) -> None:
    assert client.post("/inbox/announce", headers=OURS, content=told).status_code == 400
    assert "Nothing waits." in client.get("/inbox").text


def test_a_name_is_a_label_and_no_path(client: TestClient, tmp_path: Path) -> None:
    delivery, page = checked(client, {"../../../etc/good.xlsx": GOOD, "C:\\x\\good.xlsx": BAD, "C:/x/good.xlsx": OTHER})
    assert "etc/good.xlsx" in page
    assert ".." not in page.split("<main")[1]
    assert "(2)" in page  # two labels that became alike are two files
    assert not list(tmp_path.rglob("good.xlsx"))
    assert delivery == 1


def test_a_name_that_is_no_text_is_a_label_all_the_same(client: TestClient) -> None:
    told = '{"files": [{"path": "\\ud800.xlsx", "size": 1}]}'
    assert client.post("/inbox/announce", headers=OURS, content=told).status_code == 200
    assert client.get("/inbox/1").status_code == 200


def test_an_archive_is_unpacked_and_goes_when_all_of_it_is_posted(client: TestClient) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("a/good.xlsx", GOOD)
        archive.writestr("a/other.xlsx", OTHER)
    delivery, page = checked(client, {"东山镇.zip": packed.getvalue()})
    assert "Post 2 files" in page
    post(client, delivery, page)
    assert "Nothing waits." in client.get("/inbox").text


def test_a_delivery_can_be_removed(client: TestClient) -> None:
    delivery = send(client, {"good.xlsx": GOOD})
    assert client.post(f"/inbox/{delivery}/remove", headers=OURS).status_code == 200
    assert "Nothing waits." in client.get("/inbox").text
    assert client.get(f"/inbox/{delivery}").status_code == 404


def test_what_waits_is_its_owners_and_is_gone_when_it_is_posted(client: TestClient, place: str, tmp_path: Path) -> None:
    delivery, page = checked(client, {"good.xlsx": GOOD})
    path = inbox_path(place, tmp_path)
    assert path.stat().st_mode & 0o077 == 0
    if ENCRYPTED:
        assert GOOD[:64] not in path.read_bytes()
        with pytest.raises(sqlite3.DatabaseError):
            sqlite3.connect(path).execute("SELECT * FROM file")
    else:
        assert GOOD[:64] in path.read_bytes()
    post(client, delivery, page)
    assert GOOD[:64] not in path.read_bytes()


def test_a_delivery_outlives_the_server(place: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    with visited(place) as client:
        delivery = send(client, {"good.xlsx": GOOD})
    with visited(place) as client:
        client.post(f"/inbox/{delivery}/check", headers=OURS)
        assert "Post 1 files" in settled(client, delivery)


def test_a_large_file_is_read_from_anywhere(tmp_path: Path) -> None:
    """An archive is read from its end, and then from wherever a member begins."""
    content = bytes(range(256)) * (PIECE_BYTES // 100)
    box = Inbox(tmp_path / "box")
    delivery = box.announce("2026-11-30T00:00:00Z", "office", [AnnouncedFile("a.zip", len(content))])
    box.receive(delivery, 1, (content[i : i + 70_001] for i in range(0, len(content), 70_001)))
    with io.BufferedReader(box.shelf(delivery).open(Path("a.zip"))) as file:
        for at in (0, PIECE_BYTES - 1, PIECE_BYTES, len(content) - 5, len(content), len(content) + 9):
            file.seek(at)
            assert file.read(9) == content[at : at + 9]
        file.seek(-3, io.SEEK_END)
        assert file.read() == content[-3:]


def test_whoever_may_not_import_sends_nothing(place: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from aidledger.operations import actors

    monkeypatch.setenv("HOME", str(tmp_path))
    ledger = opened(place)
    actors.name(ledger, ledger.actor, "reviewer")
    ledger.close()
    with stranger(place, actor="somebody") as client:
        assert client.get(client.app.state.door.link()).status_code == 403  # type: ignore[attr-defined]
        told = json.dumps({"files": [{"path": "a.xlsx", "size": 1}]})
        assert client.post("/inbox/announce", headers=OURS, content=told).status_code == 403
        assert client.put("/inbox/1/1", headers=OURS, content=b"x").status_code == 403
        assert client.post("/inbox/1/remove", headers=OURS).status_code == 403


def test_no_number_of_a_pupil_is_served(client: TestClient) -> None:
    _, page = checked(client, {f"{people(1)[0].number}.xlsx": GOOD, "bad.xlsx": BAD})
    for person in people(60):
        assert person.number not in page


def in_ledger(place: str) -> list[tuple[str | None, int]]:
    ledger = opened(place)
    found = [(one.file, one.person_times) for one in ledgers.batches(ledger)]
    ledger.close()
    return found


def test_a_roster_that_was_not_posted_is_never_removed(client: TestClient, place: str) -> None:
    """Of two alike, the second is as the first would be; the first is sent again with other content, and rejected."""
    other = CSV.replace(b",1000", b",1500")
    delivery, page = checked(client, {"a.csv": CSV, "b.csv": CSV})
    assert "the same as another of these files" in page
    assert client.put(f"/inbox/{delivery}/1", headers=OURS, content=other).status_code == 204
    page = post(client, delivery, page)
    assert in_ledger(place) == []
    client.post(f"/inbox/{delivery}/check", headers=OURS)
    page = settled(client, delivery)
    assert "Announced: 2 files, received: 2." in page
    assert "a.csv" in page
    assert "b.csv" in page


def test_the_second_of_two_alike_goes_when_the_first_was_posted(client: TestClient, place: str) -> None:
    delivery, page = checked(client, {"a.csv": CSV, "b.csv": CSV})
    post(client, delivery, page)
    assert in_ledger(place) == [("a.csv", 3)]
    assert "Nothing waits." in client.get("/inbox").text


def test_two_files_of_one_name_are_told_apart(client: TestClient, place: str) -> None:
    """An archive and a folder of the same name; two members of an archive with the same name."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        archive.writestr("x.xlsx", GOOD)
        archive.writestr("x.xlsx", OTHER)
    delivery, page = checked(client, {"z.zip": packed.getvalue(), "z.zip/x.xlsx": BAD})
    assert "z.zip/x (2).xlsx" in page or "z (2).zip" in page
    assert "another file here has the same name" in client.get(f"/inbox/{delivery}/schools").text + page
    post(client, delivery, page)
    assert len(in_ledger(place)) == 1
    assert "z.zip" in client.get(f"/inbox/{delivery}").text + client.get("/inbox").text  # what was not right stays
    client.post(f"/inbox/{delivery}/check", headers=OURS)
    assert "Announced: 2 files, received: 2." in settled(client, delivery)


def test_what_runs_on_a_delivery_is_not_disturbed_by_its_removal(
    client: TestClient, place: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    delivery, page = checked(client, {"good.xlsx": GOOD, "other.xlsx": OTHER})
    posting, removing = threading.Event(), threading.Event()
    real = postings.post

    def held(*given: object) -> object:
        posting.set()
        assert removing.wait(30)
        return real(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(postings, "post", held)
    client.post(f"/inbox/{delivery}/post", headers=OURS, data={"checked": button(page)})
    assert posting.wait(60)
    assert client.post(f"/inbox/{delivery}/remove", headers=OURS).status_code == 409
    removing.set()
    assert "posted: 2" in settled(client, delivery)
    assert len(in_ledger(place)) == 2


def test_a_delivery_that_is_gone_still_has_its_receipt(
    client: TestClient, place: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """As when its ninety days end in the middle."""
    delivery, page = checked(client, {"good.xlsx": GOOD})
    real = postings.post

    def gone(*given: object) -> object:
        Inbox(inbox_path(place, tmp_path), opened(place).secret).clear("9999")
        return real(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(postings, "post", gone)
    assert "posted: 1" in post(client, delivery, page)


def test_the_head_is_compared_where_the_first_file_is_posted(
    client: TestClient, place: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody posts between the button and the first file."""
    delivery, page = checked(client, {"good.xlsx": GOOD})
    expect = Job.expect

    def meanwhile(job: Job, total: int) -> None:
        ledger = opened(place)
        bring_in(ledger, OTHER, "meanwhile.xlsx")
        ledger.close()
        expect(job, total)

    monkeypatch.setattr(Job, "expect", meanwhile)
    client.post(f"/inbox/{delivery}/post", headers=OURS, data={"checked": button(page)})
    assert "Nothing was posted." in settled(client, delivery)
    assert in_ledger(place) == [("meanwhile.xlsx", 4)]


def test_who_has_no_permission_sees_no_delivery_and_disturbs_none(
    place: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from aidledger.operations import actors

    monkeypatch.setenv("HOME", str(tmp_path))
    ledger = opened(place)
    actors.name(ledger, ledger.actor, "reviewer")
    actors.name(ledger, "school one", "school")
    actors.name(ledger, "auditor", "auditor")
    actors.name(ledger, "clerk", "clerk")
    ledger.close()
    with visited(place, actor="clerk") as client:
        delivery, page = checked(client, {"bad.xlsx": BAD, "good.xlsx": GOOD})
        door = client.app.state.door  # type: ignore[attr-defined]
        clerk = dict(client.cookies)
        for actor, reading in (("school one", 403), ("auditor", 200), ("nobody", 403)):
            client.cookies.clear()
            door.actor = actor
            client.get(door.link())
            told = {"checked": button(page)}
            for path in ("/inbox", f"/inbox/{delivery}", f"/inbox/{delivery}/schools"):
                assert client.get(path).status_code == reading, (actor, path)
            assert client.post(f"/inbox/{delivery}/copies", headers=OURS).status_code == 403
            assert client.post(f"/inbox/{delivery}/post", headers=OURS, data=told).status_code == 403
            assert client.post(f"/inbox/{delivery}/check", headers=OURS).status_code == 403
            if reading == 403:
                assert client.post("/findings/run", headers=OURS).status_code == 403
        client.cookies.clear()
        client.cookies.update(clerk)
        assert "posted: 1" in post(client, delivery, client.get(f"/inbox/{delivery}").text)


def test_thousands_of_like_names_are_announced_in_no_time(client: TestClient) -> None:
    told = {"files": [{"path": "a.xlsx", "size": 1}] * 5_000}
    assert client.post("/inbox/announce", headers=OURS, content=json.dumps(told)).status_code == 200
    told = {"files": [{"path": f"{'x' * 5_000}.xlsx", "size": 1}]}
    assert client.post("/inbox/announce", headers=OURS, content=json.dumps(told)).status_code == 400
