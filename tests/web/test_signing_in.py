"""Who is at the browser: passwords, sessions and their end; and the pages before there is an open ledger."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from starlette.testclient import TestClient

from aidledger.domain import password
from aidledger.domain.password import SHORTEST, Cost, hashed, matches, required
from aidledger.domain.secret import Secret
from aidledger.errors import PasswordCommon, PasswordLinkUsed, PasswordTooLong, PasswordTooShort, SideDataUnreadable
from aidledger.operations import actors, copies, ledgers, offices, passwords
from aidledger.store.database.keys import Keys
from aidledger.store.ledger import open_ledger
from aidledger.web.address import Address
from aidledger.web.app import ROUTES, application
from aidledger.web.door import IDLE_SECONDS, SESSION_SECONDS, Door, Tries
from aidledger.web.site import Unopened
from tests.store.ledgers import ENCRYPTED, catalogue, clock, new_place, opened
from tests.web.site import HOME, OURS, PORT, Clock, stranger

if TYPE_CHECKING:
    import httpx2

REVIEWER, CLERK = "李老师", "王老师 <b>'\"&%"
WORDS, OTHERS = "correct horse 电池", "four other words 订书机"
KEY = "a passphrase, quite long"


@pytest.fixture(autouse=True)
def cheap(monkeypatch: pytest.MonkeyPatch) -> None:
    """A hash that takes no second."""
    monkeypatch.setattr(password, "COST", Cost(2**10))


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A ledger with a reviewer and a clerk."""
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    place = new_place(tmp_path)
    ledger = replace(opened(place), actor=REVIEWER)
    actors.name(ledger, REVIEWER, "reviewer")
    actors.name(ledger, CLERK, "clerk")
    ledger.close()
    return place


def door_of(client: TestClient) -> Door:
    found: Door = client.app.state.door  # type: ignore[attr-defined]
    return found


def post(client: TestClient, path: str, **data: str) -> httpx2.Response:
    return client.post(path, headers=OURS, data=data, follow_redirects=False)


def sign_in(client: TestClient, actor: str, typed: str, to: str = "/") -> httpx2.Response:
    return post(client, "/sign-in", actor=actor, password=typed, to=to)


def link_for(client: TestClient, actor: str) -> str:
    """What a reviewer does on page Settings: the path of the link."""
    row = next(row for row in client.get("/settings").text.split("<tr>") if _written(actor) in row and "who" in row)
    handle = row.split('name="who" value="')[1].split('"')[0]
    page = post(client, "/settings/password-link", who=handle)
    assert page.status_code == 200
    (path,) = re.findall(r'href="http://127.0.0.1:\d+(/password/[^"]+)"', page.text)
    return str(path)


def _written(name: str) -> str:
    return (
        name.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&#34;").replace("'", "&#39;")
    )


def give(place: str, **given: str) -> None:
    """Passwords by role, set as the page sets them."""
    ledger = replace(opened(place), actor=REVIEWER)
    for role, words in given.items():
        actor = REVIEWER if role == "reviewer" else CLERK
        passwords.set_first(ledger, passwords.invite(ledger, actor), words)
    ledger.close()


@contextmanager
def started(place: str, actor: str = REVIEWER, clock: Clock | None = None) -> Iterator[TestClient]:
    """A browser that the start link was opened in."""
    with stranger(place, actor=actor, clock=clock) as client:
        assert client.get(door_of(client).link(), follow_redirects=False).status_code == 303
        yield client


# --- the end


@pytest.mark.parametrize(
    ("actor", "ends"), [("starter", True), (CLERK, True), (REVIEWER, True), ("zhao", False), ("nobody", False)]
)
def test_who_may_end_it_for_everybody(place: str, actor: str, ends: bool) -> None:
    """Whoever started it, a clerk, a reviewer."""
    ledger = replace(opened(place), actor=REVIEWER)
    actors.name(ledger, "zhao", "auditor")
    ledger.close()
    with started(place, actor) as client:
        door_of(client).actor = "starter"
        answer = client.post("/settings/quit", headers=OURS)
        assert (answer.status_code == 200, bool(client.app.state.ended)) == (ends, ends)  # type: ignore[attr-defined]
        if not ends:
            assert "starter, who started aidledger" in answer.text


# --- passwords


def test_the_start_link_leads_to_the_sign_in_page_once_there_is_a_password(place: str) -> None:
    with started(place) as client:
        assert client.get("/").status_code == 200
        link = link_for(client, REVIEWER)
        assert post(client, link, new=WORDS, again=WORDS).headers["location"] == "/"
        assert client.get("/").status_code == 200
        assert post(client, link, new=OTHERS, again=OTHERS).status_code == 409
    with started(place) as client:
        answer = client.get("/batches", follow_redirects=False)
        assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in?to=%2Fbatches")
        assert "aidledger.db" not in client.get("/").text
        assert sign_in(client, REVIEWER, WORDS, "/batches").headers["location"] == "/batches"
        assert client.get("/batches").status_code == 200


def test_every_route_leads_to_the_sign_in_page_before_somebody_has_signed_in(place: str) -> None:
    give(place, reviewer=WORDS)
    before = {"/sign-in", "/sign-out", "/settings/language", "/settings/quit"}
    with started(place) as client:
        for route in ROUTES:
            path = re.sub(r"\{[^}]*\}", "1", route.path)
            if path.startswith(("/static/", "/enter/", "/password/", "/another-start")) or path in before:
                continue
            for method in route.methods or ():
                answer = client.request(method, path, headers=OURS, follow_redirects=False)
                assert (answer.status_code, answer.headers.get("location", "/sign-in").split("?")[0]) in {
                    (303, "/sign-in"),
                    (401, "/sign-in"),
                }, (method, path)


def test_a_link_that_another_was_made_after_no_longer_works(place: str) -> None:
    with started(place) as client:
        first, second = link_for(client, CLERK), link_for(client, CLERK)
        assert client.get(first).status_code == 409
        assert client.get(second).status_code == 200
        assert client.get("/password/guess").status_code == 409


def test_a_link_is_good_for_a_day(place: str) -> None:
    ledger = replace(opened(place), actor=REVIEWER)
    token = passwords.invite(ledger, CLERK)
    late = replace(ledger, clock=lambda: clock().replace(day=2, hour=9))
    assert passwords.invited(ledger, token) == CLERK
    with pytest.raises(PasswordLinkUsed):
        passwords.set_first(late, token, WORDS)
    ledger.close()


def test_only_a_reviewer_makes_links_and_assigns_roles(place: str) -> None:
    with started(place, CLERK) as client:
        page = client.get("/settings").text
        assert "password-link" not in page
        handle = passwords_handle(REVIEWER)
        assert post(client, "/settings/password-link", who=handle).status_code == 403
        assert post(client, "/settings/roles", actor="x", role="reviewer").status_code == 403
        assert post(client, "/settings/roles/remove", who=handle).status_code == 403


def passwords_handle(actor: str) -> str:
    from aidledger.web.pages.signing import _handle

    return _handle(actor)


def test_who_prepares_and_who_releases_are_two_people_on_one_computer(place: str) -> None:
    give(place, reviewer=WORDS, clerk=OTHERS)
    with started(place) as client:
        sign_in(client, CLERK, OTHERS)
        assert f"Working as {_written(CLERK)}" in client.get("/").text
        assert post(client, "/settings/roles", actor="x", role="clerk").status_code == 403
        assert sign_in(client, REVIEWER, OTHERS).status_code == 403
        assert f"Working as {_written(CLERK)}" in client.get("/").text
        assert sign_in(client, f"  {REVIEWER}\u200b", WORDS).status_code == 303
        assert f"Working as {REVIEWER}" in client.get("/").text
        assert post(client, "/settings/roles", actor="新老师", role="clerk").status_code == 303


def test_a_wrong_name_and_a_wrong_password_look_alike(place: str) -> None:
    give(place, reviewer=WORDS)
    with started(place) as client:
        said = [
            re.sub(r'value="[^"]*"', "", sign_in(client, name, typed).text)
            for name, typed in (
                (REVIEWER, "wrong"),
                ("nobody", WORDS),
                (CLERK, WORDS),
                ("", ""),
                ("\x00\u202e", "\x00"),
            )
        ]
        assert len(set(said)) == 1
        assert "wrong" in said[0]


def test_guessing_takes_longer_and_longer_but_never_locks_out(place: str) -> None:
    give(place, reviewer=WORDS)
    clock = Clock()
    with started(place, clock=clock) as client:
        codes = [sign_in(client, REVIEWER, f"guess {i}").status_code for i in range(5)]
        assert codes == [403, 403, 403, 429, 429]
        assert sign_in(client, f"{REVIEWER} ", WORDS).status_code == 429
        assert sign_in(client, CLERK, "guess").status_code == 403  # another name waits for nobody
        for _ in range(40):
            clock.seconds += 301
            assert sign_in(client, REVIEWER, "guess").status_code == 403
        assert sign_in(client, REVIEWER, WORDS).status_code == 429
        clock.seconds += 301
        assert sign_in(client, REVIEWER, WORDS).status_code == 303
        clock.seconds += 1
        assert sign_in(client, REVIEWER, "slip").status_code == 403
        assert sign_in(client, REVIEWER, WORDS).status_code == 303  # it counts anew


def test_looking_at_the_page_is_no_try(place: str) -> None:
    give(place, reviewer=WORDS)
    with started(place) as client:
        for _ in range(5):
            assert client.head("/sign-in", params={"actor": REVIEWER, "password": "x"}).status_code == 200
        assert sign_in(client, REVIEWER, WORDS).status_code == 303


def test_waits_grow_to_five_minutes() -> None:
    clock = Clock()
    tries, waits = Tries(clock), []
    assert [tries.wait_seconds("a") for _ in range(3)] == [0, 0, 0]
    for _ in range(10):
        waits.append(tries.wait_seconds("a") - 1)
        clock.seconds += waits[-1]
        assert tries.wait_seconds("a") == 0
    assert waits == [2, 4, 8, 16, 32, 64, 128, 256, 300, 300]


def test_a_long_password_costs_nothing(place: str) -> None:
    give(place, reviewer=WORDS)
    with started(place) as client:
        assert sign_in(client, REVIEWER, "x" * 10_000).status_code == 403
        assert sign_in(client, REVIEWER, "x" * 200_000).status_code == 400
        assert sign_in(client, "名" * 5_000, "x").status_code == 403


def test_what_a_password_must_be() -> None:
    for short in ("", "1234567", "七个字的密码呀"):
        with pytest.raises(PasswordTooShort):
            required(short, "x")
    with pytest.raises(PasswordTooLong):
        required("ab3d" * 40, "x")
    for common in (
        "password",
        "Password2026",
        "12345678",
        "woaini1314",
        "aaaaaaab",
        "mima1234!",
        "王老师王老师",
        "qwertyuiop",
    ):
        with pytest.raises((PasswordCommon, PasswordTooShort)):
            required(common, "王老师王老师")
    with pytest.raises(PasswordCommon):
        required("Zhang San ", "zhang san")
    assert matches("cafe\u0301 au lait", hashed(required("caf\u00e9 au lait", "x")))
    assert not matches("cafe au lait", hashed("caf\u00e9 au lait"))
    assert hashed(WORDS) != hashed(WORDS)


def test_none_of_the_3000_most_common_passwords_is_taken() -> None:
    """ASVS 5.0.0, V6.2.4: those that are long enough; as they are, and with what is mostly put behind them."""
    lines = Path(password.__file__).with_name("leaked_passwords.txt").read_text(encoding="utf-8").splitlines()
    common = [line for line in lines if not line.startswith("#")]
    assert len({word for word in common if len(word) >= SHORTEST}) >= 3_000
    for word in common:
        for typed in (word, word.upper(), f"{word}2026!"):
            with pytest.raises(PasswordCommon):
                required(typed, "x")
    for known in ("trustno1", "Trustno1", "trustno1!", "12345678!2026", "starwars77"):
        with pytest.raises(PasswordCommon):
            required(known, "x")
    assert required("horse2026battery", "x")


def test_the_shipped_cost_is_that_of_the_cheat_sheet() -> None:
    assert Cost() == (2**17, 8, 1)


def test_a_refused_password_leaves_the_link(place: str) -> None:
    with started(place) as client:
        link = link_for(client, CLERK)
        for new, again in (
            ("short", "short"),
            ("password1", "password1"),
            (WORDS, OTHERS),
            ("x" * 10_000, "x" * 10_000),
        ):
            answer = post(client, link, new=new, again=again)
            assert answer.status_code == 400
            assert new not in answer.text
        assert post(client, link, new=WORDS, again=WORDS).status_code == 303
        assert f"Working as {_written(CLERK)}" in client.get("/").text


def test_one_changes_ones_own_password(place: str) -> None:
    give(place, reviewer=WORDS)
    with started(place) as client, TestClient(client.app, base_url=HOME) as other:
        sign_in(client, REVIEWER, WORDS)
        other.get(door_of(client).link())
        sign_in(other, REVIEWER, WORDS)
        assert post(client, "/settings/password", old="wrong", new=OTHERS, again=OTHERS).status_code == 409
        assert post(client, "/settings/password", old=WORDS, new=OTHERS, again=WORDS).status_code == 400
        assert post(client, "/settings/password", old=WORDS, new=OTHERS, again=OTHERS).status_code == 303
        assert client.get("/settings", follow_redirects=False).status_code == 200
        assert other.get("/settings", follow_redirects=False).status_code == 303
        assert sign_in(other, REVIEWER, WORDS).status_code == 403
        assert sign_in(other, REVIEWER, OTHERS).status_code == 303


def test_no_password_is_served_or_kept_in_clear(place: str, tmp_path: Path) -> None:
    served = b""
    with started(place) as client:
        link = link_for(client, REVIEWER)
        answers = [
            post(client, link, new=WORDS, again=OTHERS),
            post(client, link, new=WORDS, again=WORDS),
            sign_in(client, REVIEWER, OTHERS),
            sign_in(client, REVIEWER, WORDS),
            client.get("/"),
            client.get("/settings"),
            client.get("/settings/accesses"),
        ]
        served = b"".join(answer.content + repr(answer.headers).encode() for answer in answers)
    files = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    for words in (WORDS, OTHERS, link.rsplit("/", 1)[1]):
        assert words.encode() not in files
        assert words.encode() not in served.replace(link.encode(), b"")
    assert b"scrypt$" not in served


@pytest.mark.sqlite_only
def test_passwords_lie_beside_the_ledger_for_its_owner_only(place: str) -> None:
    give(place, reviewer=WORDS)
    path = Path(f"{place}.access")
    assert path.stat().st_mode & 0o077 == 0
    assert path.read_bytes().startswith(b"SQLite format 3\0") != ENCRYPTED


# --- sessions


def test_a_session_ends_after_half_an_hour_of_nothing(place: str) -> None:
    give(place, reviewer=WORDS)
    clock = Clock()
    with started(place, clock=clock) as client:
        sign_in(client, REVIEWER, WORDS)
        for _ in range(3):
            clock.seconds += IDLE_SECONDS - 1
            assert client.get("/", follow_redirects=False).status_code == 200
        clock.seconds += IDLE_SECONDS + 1
        assert client.get("/", follow_redirects=False).status_code == 303
        assert "Your session has ended" in client.get("/").text
        assert post(client, "/settings/roles", actor="x", role="clerk").headers["location"].startswith("/sign-in")
        scripted = client.post("/inbox/announce", headers={**OURS, "sec-fetch-mode": "cors"}, content="{}")
        assert scripted.status_code == 401
        assert sign_in(client, REVIEWER, WORDS).status_code == 303
        assert client.get("/", follow_redirects=False).status_code == 200


@pytest.mark.parametrize("with_password", [True, False])
def test_no_session_lasts_longer_than_eight_hours(place: str, with_password: bool) -> None:
    clock = Clock()
    if with_password:
        give(place, reviewer=WORDS)
    with started(place, clock=clock) as client:
        sign_in(client, REVIEWER, WORDS)
        for _ in range(SESSION_SECONDS // (IDLE_SECONDS - 60)):
            clock.seconds += IDLE_SECONDS - 60
            assert client.get("/", follow_redirects=False).status_code == 200
        clock.seconds += IDLE_SECONDS - 60
        clock.seconds += IDLE_SECONDS - 60
        assert client.get("/", follow_redirects=False).status_code == 303


def test_one_sees_and_ends_ones_own_sessions_only(place: str) -> None:
    give(place, reviewer=WORDS, clerk=OTHERS)
    with (
        started(place) as client,
        TestClient(client.app, base_url=HOME) as second,
        TestClient(client.app, base_url=HOME) as clerk,
    ):
        for one, actor, words in ((client, REVIEWER, WORDS), (second, REVIEWER, WORDS), (clerk, CLERK, OTHERS)):
            one.get(door_of(client).link())
            assert sign_in(one, actor, words).status_code == 303
        (ends,) = re.findall(r'action="(/settings/sessions/\d+/end)"', client.get("/settings").text)
        assert re.findall(r"/settings/sessions/\d+/end", clerk.get("/settings").text) == []
        assert post(clerk, ends).status_code == 404
        assert second.get("/", follow_redirects=False).status_code == 200
        assert post(client, ends).status_code == 303
        assert second.get("/", follow_redirects=False).status_code == 401
        assert post(client, ends).status_code == 404
        assert client.get("/").status_code == 200


def test_signing_out_ends_the_session(place: str) -> None:
    give(place, reviewer=WORDS)
    with started(place) as client:
        sign_in(client, REVIEWER, WORDS)
        cookie = client.cookies[door_of(client).cookie]
        assert post(client, "/sign-out").headers["location"] == "/sign-in"
        assert client.get("/", follow_redirects=False).status_code == 303
        client.cookies.clear()
        client.cookies[door_of(client).cookie] = cookie
        assert client.get("/").status_code == 401


def test_signing_in_gives_a_new_secret(place: str) -> None:
    give(place, reviewer=WORDS)
    with started(place) as client:
        before = client.cookies[door_of(client).cookie]
        sign_in(client, REVIEWER, WORDS)
        after = client.cookies[door_of(client).cookie]
        assert before != after
        assert after not in repr(door_of(client))
        client.cookies.clear()
        client.cookies[door_of(client).cookie] = before
        assert client.get("/").status_code == 401


def test_who_is_dismissed_is_out_at_once(place: str) -> None:
    give(place, reviewer=WORDS, clerk=OTHERS)
    with started(place, CLERK) as client:
        assert sign_in(client, CLERK, OTHERS).status_code == 303
        assert client.get("/", follow_redirects=False).status_code == 200
        ledger = replace(opened(place), actor=REVIEWER)
        actors.dismiss(ledger, CLERK)
        assert client.get("/", follow_redirects=False).status_code == 303
        assert sign_in(client, CLERK, OTHERS).status_code == 403
        actors.name(ledger, CLERK, "clerk")  # the password of before is gone
        assert sign_in(client, CLERK, OTHERS).status_code == 403
        ledger.close()


def test_roles_are_assigned_and_taken_on_the_page(place: str) -> None:
    with started(place) as client:
        assert post(client, "/settings/roles", actor="赵审计", role="auditor").status_code == 303
        assert "赵审计" in client.get("/settings").text
        assert post(client, "/settings/roles", actor=" \u200b", role="auditor").status_code == 400
        assert post(client, "/settings/roles", actor="x", role="king").status_code == 400
        assert post(client, "/settings/roles/remove", who=passwords_handle("赵审计")).status_code == 303
        assert post(client, "/settings/roles/remove", who=passwords_handle("赵审计")).status_code == 400
        assert post(client, "/settings/roles/remove", who=passwords_handle(REVIEWER)).status_code == 409


def test_signing_in_leads_nowhere_else(place: str) -> None:
    give(place, reviewer=WORDS)
    with started(place) as client:
        for to in ("//evil.example", "https://evil.example", "/\\evil.example", "javascript:alert(1)"):
            assert sign_in(client, REVIEWER, WORDS, to).headers["location"] == "/"


# --- before there is an open ledger


@contextmanager
def unopened(place: str, *, made: bool, clock: Clock | None = None) -> Iterator[TestClient]:
    """The page of a ledger whose key is asked for, or that is not there yet."""
    from tests.store.ledgers import clock as now

    ended: list[bool] = []
    waiting = Unopened(place, "office", now, catalogue(), "en", lambda: ended.append(True), made)
    app = application(waiting, Door(Address(PORT), "office", clock or Clock()))
    with TestClient(app, base_url=HOME, raise_server_exceptions=False) as client:
        yield client
        if app.state.site is not None:
            app.state.site.ledger.close()


@pytest.fixture
def locked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A ledger that a passphrase opens."""
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    place = str(tmp_path / "机密.db")
    with unopened(place, made=False) as client:
        client.get(door_of(client).link())
        answer = post(client, "/new", district="南部县", encrypt="yes", passphrase=KEY, again=KEY)
        assert answer.headers["location"] == "/"
    return place


@pytest.mark.sqlite_only
def test_the_key_is_asked_for_before_anything_is_told(locked: str, tmp_path: Path) -> None:
    with unopened(locked, made=True) as client:
        for route in ROUTES:
            path = re.sub(r"\{[^}]*\}", "1", route.path)
            assert client.get(path).status_code in {401, 403, 404, 405}
        assert client.post("/key", headers=OURS, data={"key": KEY}).status_code == 401
        assert client.get(door_of(client).link()).url.path == "/key"
        told = ""
        for route in ROUTES:
            path = re.sub(r"\{[^}]*\}", "1", route.path)
            if path not in {"/settings/quit", "/settings/language"}:
                answer = client.get(path)
                told += answer.text
        assert "机密" not in told
        assert "南部县" not in told
        assert str(tmp_path) not in told
        wrong = post(client, "/key", key="another passphrase")
        assert wrong.status_code == 403
        assert "机密" not in wrong.text
        assert "another passphrase" not in wrong.text
        assert post(client, "/key", key="").status_code == 403
        assert post(client, "/key", key=KEY).headers["location"] == "/"
        page = client.get("/")
        assert page.status_code == 200
        assert "机密.db" in page.text
        assert KEY not in told + wrong.text + page.text + client.get("/settings").text
        assert post(client, "/key", key="again").headers["location"] == "/"
    files = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    assert KEY.encode() not in files
    assert "南部县".encode() not in files


@pytest.mark.sqlite_only
def test_guessing_the_key_takes_longer_and_longer(locked: str) -> None:
    clock = Clock()
    with unopened(locked, made=True, clock=clock) as client:
        client.get(door_of(client).link())
        assert [post(client, "/key", key=f"guess {i}").status_code for i in range(4)] == [403, 403, 403, 429]
        assert post(client, "/key", key=KEY).status_code == 429
        clock.seconds += 301
        assert post(client, "/key", key=KEY).status_code == 303


@pytest.mark.sqlite_only
def test_behind_the_key_is_the_sign_in_page(locked: str) -> None:
    def opened_with_key() -> object:
        return open_ledger(locked, "office", clock, keys=Keys(file=lambda: Secret(KEY)))

    ledger = opened_with_key()
    actors.name(ledger, "office", "reviewer")  # type: ignore[arg-type]
    passwords.set_first(ledger, passwords.invite(ledger, "office"), WORDS)  # type: ignore[arg-type]
    ledger.close()  # type: ignore[attr-defined]
    with unopened(locked, made=True) as client:
        client.get(door_of(client).link())
        post(client, "/key", key=KEY)
        assert client.get("/", follow_redirects=False).headers["location"].startswith("/sign-in")
        assert sign_in(client, "office", WORDS).status_code == 303
        assert client.get("/").status_code == 200


@pytest.mark.sqlite_only
def test_a_new_key_of_the_ledger_is_that_of_its_passwords(locked: str) -> None:
    ledger = open_ledger(locked, "office", clock, keys=Keys(file=lambda: Secret(KEY)))
    actors.name(ledger, "office", "reviewer")
    passwords.set_first(ledger, passwords.invite(ledger, "office"), WORDS)
    ledger.close()
    fresh = Secret("another long passphrase")
    copies.rekey(locked, "office", clock, Keys(file=lambda: Secret(KEY)), lambda: fresh)
    ledger = open_ledger(locked, "office", clock, keys=Keys(file=lambda: fresh))
    assert passwords.signed_in(ledger, "office", WORDS, "127.0.0.1") == "office"
    ledger.close()


@pytest.mark.sqlite_only
def test_passwords_that_cannot_be_read_let_nobody_in(place: str, tmp_path: Path) -> None:
    give(place, reviewer=WORDS)
    Path(f"{place}.access").write_bytes(b"nonsense" * 1024)
    with pytest.raises(SideDataUnreadable), started(place):
        pass


@pytest.mark.sqlite_only
@pytest.mark.plain_only
def test_a_ledger_is_made_with_the_names_of_the_office(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    place = str(tmp_path / "new.db")
    with unopened(place, made=False) as client:
        assert client.get("/").status_code == 401
        assert client.get(door_of(client).link()).url.path == "/new"
        for wrong in (
            {"district": " \u200b"},
            {"office": "x"},
            {"district": "南部县", "encrypt": "yes", "passphrase": KEY, "again": f"{KEY} "},
            {"district": "南部县", "encrypt": "yes", "passphrase": "short", "again": "short"},
            {"district": "南部县", "encrypt": "yes"},
        ):
            answer = post(client, "/new", **wrong)
            assert answer.status_code == 400, wrong
            assert KEY not in answer.text
            assert not Path(place).exists()
        assert post(client, "/new", district="南部县", office="南部县<学生资助>中心").headers["location"] == "/"
        assert post(client, "/new", district="其他县").headers["location"] == "/"  # a second window
        page = client.get("/").text
        assert "Drop the schools&#39; folder" in page or "Drop the schools' folder" in page
    ledger = opened(place)
    assert offices.settings(ledger).names == offices.OfficeNames("南部县", "南部县<学生资助>中心")
    assert offices.for_ledger(ledger, catalogue()).district == "南部县"
    verdict = ledgers.verify(ledger)
    assert not verdict.faults
    ledger.close()
