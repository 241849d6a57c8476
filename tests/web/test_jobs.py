"""Long work: it outlives a reload, a second tab and a restart, is cancelled cleanly, and says what it did."""

from __future__ import annotations

import json
import os
import re
import signal
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import httpx2
import pytest

from aidledger.operations import auditing, ledgers
from aidledger.operations import inbox as deliveries
from aidledger.operations import jobs as kept
from aidledger.web import jobs
from tests.builders import roster_xlsx
from tests.cli.harness import aidledger
from tests.cli.walking import World
from tests.store.ledgers import bring_in, catalogue, copied, new_place, opened
from tests.web.site import OURS, PORT, visited
from tests.web.test_inbox import BAD, GOOD, OTHER, button, checked, post, send, settled
from tests.web.test_serving import link_in, serving

if TYPE_CHECKING:
    from starlette.testclient import TestClient


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("HOME", str(tmp_path))
    return new_place(tmp_path)


def files(count: int) -> dict[str, bytes]:
    """Rosters of two pupils each, of schools of their own."""
    title = "{}中学2021年秋季学期普通高中国家助学金发放花名册"
    return {f"{i:02}.xlsx": roster_xlsx(2, title=title.format(f"第{i}"), first=i * 2) for i in range(count)}


class Held:
    """Makes the page's work wait where it tells of its progress, until it is let go."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, name: str, after: int) -> None:
        self.there, self.go_on = threading.Event(), threading.Event()
        told: Callable[..., None] = getattr(jobs.Job, name)
        calls = [0]

        def telling(job: jobs.Job, *facts: int) -> None:
            told(job, *facts)
            calls[0] += 1
            if calls[0] == after:
                self.there.set()
                assert self.go_on.wait(60)

        monkeypatch.setattr(jobs.Job, name, telling)
        monkeypatch.setattr("aidledger.operations.importing.SECONDS_MAX", 0.0)  # no file shares another's commit

    def wait(self) -> None:
        assert self.there.wait(60)


@pytest.fixture
def held(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str, int], Held]]:
    made: list[Held] = []

    def hold(name: str, after: int) -> Held:
        made.append(Held(monkeypatch, name, after))
        return made[-1]

    yield hold
    for one in made:
        one.go_on.set()


def job_number(page: str) -> int:
    found = re.search(r'action="/jobs/(\d+)/cancel"', page)
    assert found is not None, page
    return int(found[1])


def ended(client: TestClient, path: str) -> str:
    for _ in range(2_000):
        page = client.get(path).text
        if "data-running" not in page:
            return page
        time.sleep(0.01)
    pytest.fail("the job did not end")


def posted(place: str) -> list[str | None]:
    ledger = opened(place)
    try:
        assert ledgers.verify(ledger).faults == []
        return [one.file for one in ledgers.batches(ledger)]
    finally:
        ledger.close()


# --- a restart -------------------------------------------------------------------------------------------------------


@pytest.mark.sqlite_only
def test_killed_in_the_middle_of_posting_it_says_what_was_posted(place: str, tmp_path: Path) -> None:
    """A real server, killed with -9 once some files stand in the ledger: none is lost, none is posted twice."""
    given = files(40) | {"bad.xlsx": BAD}
    with serving(Path(place), tmp_path) as (process, line), httpx2.Client(follow_redirects=True, timeout=60) as client:
        client.get(link_in(line))
        home = f"http://{link_in(line).split('/')[2]}"
        delivery = _sent(client, home, given)
        page = _settled(client, f"{home}/inbox/{delivery}")
        client.post(f"{home}/inbox/{delivery}/post", headers=_OURS, data={"checked": button(page)})
        _wait_for_batches(place, 3)
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
    stand = posted(place)
    assert 3 <= len(stand) < 40
    with serving(Path(place), tmp_path) as (_, line), httpx2.Client(follow_redirects=True, timeout=60) as client:
        assert f"{len(stand)} of 40 files are posted, each whole" in client.get(link_in(line)).text
        home = f"http://{link_in(line).split('/')[2]}"
        page = client.get(f"{home}/inbox/{delivery}").text
        assert f"{len(stand)} of 40 files are posted, each whole" in page
        done, left = page.split("Not posted; still in the inbox")
        assert [name for name in given if f"> {name}" in done] == sorted(stand)  # type: ignore[type-var]
        assert {name for name in given if f">{name}<" in left} == given.keys() - {*stand, "bad.xlsx"}
        assert f"Announced: {41 - len(stand)} files" in page
        job = client.get(f"{home}/jobs").text
        assert "broken-off" in job
        # What was not posted is checked and posted now.
        client.post(f"{home}/inbox/{delivery}/check", headers=_OURS)
        page = _settled(client, f"{home}/inbox/{delivery}")
        client.post(f"{home}/inbox/{delivery}/post", headers=_OURS, data={"checked": button(page)})
        assert f"posted: {40 - len(stand)}" in _settled(client, f"{home}/inbox/{delivery}")
        assert "It was running when" not in client.get(home).text
    names = posted(place)
    assert sorted(filter(None, names)) == sorted(files(40))
    assert aidledger("verify", ledger=place).exit_code == 0


_OURS = {"sec-fetch-site": "same-origin"}


def _sent(client: httpx2.Client, home: str, given: dict[str, bytes]) -> int:
    told = {"files": [{"path": path, "size": len(content)} for path, content in given.items()]}
    answer = client.post(f"{home}/inbox/announce", headers=_OURS, content=json.dumps(told)).json()
    for one in answer["files"]:
        content = list(given.values())[one["given"]]
        client.put(f"{home}/inbox/{answer['delivery']}/{one['number']}", headers=_OURS, content=content)
    client.post(f"{home}/inbox/{answer['delivery']}/check", headers=_OURS)
    return int(answer["delivery"])


def _settled(client: httpx2.Client, url: str) -> str:
    for _ in range(600):
        page = client.get(url).text
        if "data-running" not in page:
            return page
        time.sleep(0.1)
    pytest.fail("the job did not end")


def _wait_for_batches(place: str, count: int) -> None:
    ledger = opened(place)
    try:
        for _ in range(6_000):
            if len(ledgers.batches(ledger)) >= count:
                return
            time.sleep(0.005)
    finally:
        ledger.close()
    pytest.fail("nothing was posted")


def test_a_receipt_outlives_a_restart(place: str) -> None:
    with visited(place) as client:
        delivery, page = checked(client, {"good.xlsx": GOOD, "bad.xlsx": BAD})
        post(client, delivery, page)
    with visited(place) as client:
        page = client.get(f"/inbox/{delivery}").text
        assert "posted: 1" in page
        assert '/batches/1"' in page
        assert "Receipt:" in page
        assert "bad.xlsx" not in page.split("Not posted; still in the inbox")[1].split("</ul>")[0]


def test_the_last_audit_opens_at_once_after_a_restart(world: World, tmp_path: Path) -> None:
    place = copied(world.place, tmp_path)
    with visited(place) as client:
        client.post("/findings/run", headers=OURS)
        ended(client, "/findings")
        before = client.get("/findings?format=json").json()
    with visited(place) as client:
        assert client.get("/findings?format=json").json() == before
        assert "The ledger has changed since this audit." not in client.get("/findings").text
        client.post("/batches/1/reverse", headers=OURS, data={"why": "sent in error"})
    with visited(place) as client:
        assert "The ledger has changed since this audit." in client.get("/findings").text


def test_an_audit_that_is_kept_is_the_same_audit(world: World, tmp_path: Path) -> None:
    ledger = opened(copied(world.place, tmp_path))
    told: list[tuple[int, int]] = []
    audited = auditing.audit_and_keep(ledger, catalogue(), lambda done, total: told.append((done, total))).audited
    kept = auditing.kept(ledger)
    assert kept is not None
    held_for = kept.audited
    assert held_for.head == audited.head
    now = auditing.decided_since(ledger, held_for.found).found
    assert list(now.findings) == list(audited.found.findings)
    assert [one.id for one in now.findings] == [one.id for one in audited.found.findings]
    assert list(now.ran) == list(audited.found.ran)
    assert {code: list(needs) for code, needs in now.not_run.items()} == {
        code: list(needs) for code, needs in audited.found.not_run.items()
    }
    assert told[0][0] == 0
    assert told[-1][0] == told[-1][1]
    ledger.close()


def test_an_audit_of_another_version_is_not_shown(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ledger = opened(copied(world.place, tmp_path))
    auditing.audit_and_keep(ledger, catalogue(), lambda _done, _total: None)
    monkeypatch.setattr("aidledger.store.kept.__version__", "0")
    assert auditing.kept(ledger) is None
    ledger.close()


def test_a_check_whose_result_is_lost_runs_again_when_it_is_looked_for(place: str) -> None:
    with visited(place) as client:
        delivery, page = checked(client, {"good.xlsx": GOOD})
        shown = button(page)
    with visited(place) as client:
        assert "data-running" in client.get(f"/inbox/{delivery}").text
        page = ended(client, f"/inbox/{delivery}")
        assert button(page) == shown
        assert "posted: 1" in post(client, delivery, page)
    with visited(place) as client:
        page = client.get(f"/inbox/{delivery}").text
        assert "data-running" not in page
        assert "posted: 1" in page


def test_a_check_of_the_ledger_that_was_broken_off_can_begin_again(place: str) -> None:
    ledger = opened(place)
    bring_in(ledger, GOOD, "good.xlsx")
    job = jobs.Job("Check of the whole ledger", "office", ledger.moment())
    kept.begin(ledger, job.record())
    ledger.close()
    with visited(place) as client:
        assert "It was running when aidledger ended. Nothing of it is kept." in client.get("/").text
        client.post("/batches/verify", headers=OURS)
        assert "every digest and total agrees" in ended(client, "/batches")
        assert "It was running when" not in client.get("/").text


def test_what_others_posted_is_not_said_to_be_the_jobs(place: str) -> None:
    """The same bytes, posted by somebody else after the job began: in the ledger, but not by this job."""
    with visited(place) as client:
        delivery = send(client, {"good.xlsx": GOOD})
    ledger = opened(place)
    found = deliveries.check(ledger, catalogue(), delivery)
    job = jobs.Job("Posting of the files", "陈会计", ledger.moment(), delivery, files=deliveries.files_of(found))
    kept.begin(ledger, job.record())
    bring_in(ledger, GOOD, "good.xlsx")
    (record,) = kept.break_off(ledger)
    assert (record.state, record.done, record.total) == ("broken-off", 0, 1)
    ledger.close()


# --- cancelling ------------------------------------------------------------------------------------------------------


def test_posting_is_cancelled_between_files(place: str, held: Callable[[str, int], Held]) -> None:
    with visited(place) as client:
        delivery, page = checked(client, files(12))
        hold = held("advance", 1)
        client.post(f"/inbox/{delivery}/post", headers=OURS, data={"checked": button(page)})
        hold.wait()
        running = client.get(f"/inbox/{delivery}").text
        number = job_number(running)
        assert client.post(f"/jobs/{number}/cancel", headers=OURS).status_code == 200
        assert "Cancelled by office; it stops" in client.get(f"/inbox/{delivery}").text
        assert client.post(f"/jobs/{number}/cancel", headers=OURS).status_code == 200  # a double click
        hold.go_on.set()
        page = ended(client, f"/inbox/{delivery}")
        stand = posted(place)
        assert 1 <= len(stand) < 12
        assert f"Cancelled by office after {len(stand)} of 12." in page
        done, left = page.split("Not posted; still in the inbox")
        assert all(f"> {name}<" in done for name in stand)
        assert {name for name in files(12) if f">{name}<" in left} == files(12).keys() - set(stand)
        assert f"Announced: {12 - len(stand)} files" in page
        assert client.post(f"/jobs/{number}/cancel", headers=OURS).status_code == 409
        client.post(f"/inbox/{delivery}/check", headers=OURS)
        assert f"posted: {12 - len(stand)}" in post(client, delivery, settled(client, delivery))
    assert len(posted(place)) == 12


def test_a_check_is_cancelled_and_keeps_nothing(place: str, held: Callable[[str, int], Held]) -> None:
    with visited(place) as client:
        hold = held("advance", 1)
        delivery = send(client, files(6))
        client.post(f"/inbox/{delivery}/check", headers=OURS)
        hold.wait()
        client.post(f"/jobs/{job_number(client.get(f'/inbox/{delivery}').text)}/cancel", headers=OURS)
        hold.go_on.set()
        page = ended(client, f"/inbox/{delivery}")
        assert "Cancelled by office after" in page
        assert 'name="checked"' not in page
    assert posted(place) == []


@pytest.mark.parametrize(("begin", "path"), [("/batches/verify", "/batches"), ("/findings/run", "/findings")])
def test_long_questions_are_cancelled(
    world: World, tmp_path: Path, held: Callable[[str, int], Held], begin: str, path: str
) -> None:
    with visited(copied(world.place, tmp_path)) as client:
        hold = held("progress", 1)
        client.post(begin, headers=OURS)
        hold.wait()
        client.post(f"/jobs/{job_number(client.get(path).text)}/cancel", headers=OURS)
        hold.go_on.set()
        assert "Cancelled by office after" in ended(client, path)
        client.post(begin, headers=OURS)  # the next may begin at once
        assert "Cancelled by" not in ended(client, path)


def test_a_job_that_is_not_the_running_one_is_not_cancelled(place: str, held: Callable[[str, int], Held]) -> None:
    """The second tab shows yesterday's button."""
    with visited(place) as client:
        checked(client, {"good.xlsx": GOOD})
        hold = held("advance", 1)
        delivery = send(client, {"other.xlsx": OTHER})
        client.post(f"/inbox/{delivery}/check", headers=OURS)
        hold.wait()
        number = job_number(client.get(f"/inbox/{delivery}").text)
        for other in (number - 1, number + 1, 999):
            assert client.post(f"/jobs/{other}/cancel", headers=OURS).status_code == 409
        hold.go_on.set()
        assert "Post 1 files" in settled(client, delivery)


# --- two tabs, two people --------------------------------------------------------------------------------------------


def test_a_second_person_sees_who_runs_what_and_may_cancel_it(place: str, held: Callable[[str, int], Held]) -> None:
    with visited(place, actor="王会计") as client:
        delivery, page = checked(client, files(6))
        hold = held("advance", 1)
        client.post(f"/inbox/{delivery}/post", headers=OURS, data={"checked": button(page)})
        hold.wait()
        second = _second(client, "李会计")
        assert "started by 王会计" in second.get(f"/inbox/{delivery}").text
        refused = second.post("/batches/verify", headers=OURS)
        assert refused.status_code == 409
        assert "王会计 has another job running" in refused.text
        number = job_number(second.get(f"/inbox/{delivery}").text)
        assert second.post(f"/jobs/{number}/cancel", headers=OURS).status_code == 200
        hold.go_on.set()
        assert "Cancelled by 李会计 after" in ended(client, f"/inbox/{delivery}")
    assert 1 <= len(posted(place)) < 6


def test_whoever_may_not_post_may_not_cancel_it(place: str, held: Callable[[str, int], Held]) -> None:
    from aidledger.operations import actors

    ledger = opened(place)
    actors.name(ledger, ledger.actor, "reviewer")
    actors.name(ledger, "王会计", "clerk")
    actors.name(ledger, "审计员", "auditor")
    ledger.close()
    with visited(place, actor="王会计") as client:
        delivery, page = checked(client, files(3))
        hold = held("advance", 1)
        client.post(f"/inbox/{delivery}/post", headers=OURS, data={"checked": button(page)})
        hold.wait()
        number = job_number(client.get(f"/inbox/{delivery}").text)
        assert _second(client, "审计员").post(f"/jobs/{number}/cancel", headers=OURS).status_code == 403
        hold.go_on.set()
        assert "posted: 3" in ended(client, f"/inbox/{delivery}")


def test_a_school_cannot_stop_a_clerks_check(place: str, held: Callable[[str, int], Held]) -> None:
    from aidledger.operations import actors

    ledger = opened(place)
    actors.name(ledger, ledger.actor, "reviewer")
    actors.name(ledger, "王会计", "clerk")
    actors.name(ledger, "学校", "school")
    ledger.close()
    with visited(place, actor="王会计") as client:
        hold = held("advance", 1)
        delivery = send(client, files(3))
        client.post(f"/inbox/{delivery}/check", headers=OURS)
        hold.wait()
        number = job_number(client.get(f"/inbox/{delivery}").text)
        assert _second(client, "学校", home=403).post(f"/jobs/{number}/cancel", headers=OURS).status_code == 403
        hold.go_on.set()
        assert "Post 3 files" in settled(client, delivery)


def _second(client: TestClient, actor: str, home: int = 200) -> TestClient:
    """Somebody else at the same server; ``home``: the status of the first page."""
    from starlette.testclient import TestClient as Client

    app = client.app
    door = app.state.door  # type: ignore[attr-defined]
    before, door.actor = door.actor, actor
    second = Client(app, base_url=f"http://127.0.0.1:{PORT}", raise_server_exceptions=False)
    assert second.get(door.link()).status_code == home
    door.actor = before
    return second


def test_every_job_is_listed_with_its_outcome(place: str) -> None:
    with visited(place) as client:
        delivery, page = checked(client, {"good.xlsx": GOOD, "bad.xlsx": BAD})
        post(client, delivery, page)
        client.post("/batches/verify", headers=OURS)
        ended(client, "/batches")
        told = client.get("/jobs?format=json").json()["jobs"]
        assert [(one["what"], one["state"]) for one in told] == [
            ("Check of the whole ledger", "done"),
            ("Posting of the files", "done"),
            ("Check of the files", "done"),
        ]
        assert [(one["path"], one["state"], one["batch"]) for one in told[1]["files"]] == [
            ("bad.xlsx", "rejected", None),
            ("good.xlsx", "posted", 1),
        ]
        page = client.get("/jobs/2").text
        assert "Posted: 1 files; not posted and still in the inbox: 0." in page
        assert client.get("/jobs/99").status_code == 404


# --- sending ---------------------------------------------------------------------------------------------------------


def _announced(client: TestClient, given: dict[str, bytes], changed: int = 5) -> dict[str, object]:
    told = [{"path": path, "size": len(content), "changed": changed} for path, content in given.items()]
    answer = client.post("/inbox/announce", headers=OURS, content=json.dumps({"files": told}))
    assert answer.status_code == 200, answer.text
    found: dict[str, object] = answer.json()
    return found


def test_a_folder_dropped_again_goes_on_with_what_is_missing(place: str) -> None:
    """Found in another order, as browsers find files."""
    given = {"东城/good.xlsx": GOOD, "other.xlsx": OTHER}
    with visited(place) as client:
        first = _announced(client, given)
        client.put(f"/inbox/{first['delivery']}/1", headers=OURS, content=GOOD)
    with visited(place) as client:
        again = _announced(client, dict(reversed(given.items())))
        assert again["delivery"] == first["delivery"]
        assert again["files"] == [{"number": 2, "given": 0}]
        client.put(f"/inbox/{again['delivery']}/2", headers=OURS, content=OTHER)
        client.post(f"/inbox/{again['delivery']}/check", headers=OURS)
        assert "Post 2 files: 9 person-times" in settled(client, int(str(again["delivery"])))
        whole = _announced(client, given)  # nothing is missing any more: dropped once more, it is another delivery
        assert whole["delivery"] != first["delivery"]


def test_a_folder_with_a_changed_file_is_another_delivery(place: str) -> None:
    """Of the same name and size, but saved since: what came before is not what the school means now."""
    given = {"a.csv": b"x" * 50, "b.csv": b"y" * 50}
    with visited(place) as client:
        first = _announced(client, given)
        client.put(f"/inbox/{first['delivery']}/1", headers=OURS, content=b"x" * 50)
        assert _announced(client, given, changed=6)["delivery"] != first["delivery"]


def test_what_is_passed_over_is_not_sent_and_listed(place: str) -> None:
    given = {
        "东城/good.xlsx": GOOD,
        "东城/~$good.xlsx": b"x",
        ".DS_Store": b"x",
        "通知.docx": b"x",
        "照片.jpg": b"x",
        "Thumbs.db": b"x",
    }
    with visited(place) as client:
        answer = _announced(client, given)
        assert answer["passed_over"] == 5
        assert answer["files"] == [{"number": 1, "given": 0}]
        client.put(f"/inbox/{answer['delivery']}/1", headers=OURS, content=GOOD)
        page = client.get(f"/inbox/{answer['delivery']}").text
        assert "Passed over: 5" in page
        assert "~$good.xlsx" in page
        assert "a hidden file" in page
        assert "通知.docx: a document" in page
        nothing = {"files": [{"path": "通知.docx", "size": 1}]}
        refused = client.post("/inbox/announce", headers=OURS, content=json.dumps(nothing))
        assert refused.status_code == 400
        assert "There is no spreadsheet" in refused.text


def test_what_waits_goes_after_ninety_days(place: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with visited(place) as client:
        old = send(client, {"good.xlsx": GOOD})
        assert "for at most 90 days" in client.get(f"/inbox/{old}").text
    ledger = opened(place)
    box = deliveries.inbox_of(ledger)
    box.clear("2000-01-01T00:00:00Z")
    assert [one.id for one in box.deliveries()] == [old]
    later = ledger.clock() + timedelta(days=91)
    deliveries.clear_old(replace(ledger, clock=lambda: later))
    assert box.deliveries() == []
    assert GOOD[:64] not in box.path.read_bytes()
    ledger.close()
