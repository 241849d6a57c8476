"""The page for the whole office: over TLS, or without it where that was accepted; nobody else's name for it counts."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import httpx2
import pytest
from playwright import sync_api as playwright
from starlette.testclient import TestClient

from aidledger.domain import password
from aidledger.domain.password import Cost
from aidledger.errors import CertificateUnusable, ConnectionsUnprotected, HostUnknown, OtherRole
from aidledger.operations import actors, ledgers, passwords
from aidledger.store import accounts
from aidledger.web.address import Address, Certificate, address_of
from aidledger.web.app import application
from aidledger.web.door import Door
from aidledger.web.site import Site
from tests.cli.harness import aidledger
from tests.store.ledgers import catalogue, new_path, new_place, opened
from tests.web.test_browser import BROWSER
from tests.web.test_serving import ended, link_in, serving, started

HERE = Path(__file__).parent
TLS = Certificate(HERE / "server.crt", HERE / "server.key")
PORT, NAME = 8765, "office.example"
EVERYWHERE = "0.0.0.0"  # noqa: S104 - what an office types
WORDS = "correct horse 电池"


@contextmanager
def reached(place: str, address: Address, *, actor: str = "office", base: str | None = None) -> Iterator[TestClient]:
    """A browser at another computer, without a session."""
    ledger = replace(opened(place), actor=actor)
    site = Site(ledger, catalogue(), "en", lambda: None)
    try:
        app = application(site, Door(address, actor))
        with TestClient(app, base_url=base or address.origin, client=("192.0.2.7", 50000)) as client:
            yield client
    finally:
        site.guard.close()
        ledger.close()


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A ledger with a reviewer, who has a password, and a clerk, who has none."""
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setattr(password, "COST", Cost(2**10))
    place = new_place(tmp_path)
    ledger = replace(opened(place), actor="李老师")
    actors.name(ledger, "李老师", "reviewer")
    actors.name(ledger, "王老师", "clerk")
    passwords.set_first(ledger, passwords.invite(ledger, "李老师"), WORDS)
    ledger.close()
    return place


@pytest.mark.parametrize(
    ("host", "known", "unknown"),
    [
        (None, ["127.0.0.1:8765", "LOCALHOST:8765"], [NAME, "127.0.0.1", "[::1]:8765", "10.0.0.5:8765"]),
        (NAME, [f"{NAME}:8765", f"{NAME.upper()}:8765", "10.0.0.5:8765", "[fe80::1]:8765"], ["evil.example:8765"]),
        ("192.0.2.7", ["192.0.2.7:8765"], ["127.0.0.1:8765", f"{NAME}:8765", "192.0.2.8:8765"]),
        (EVERYWHERE, ["192.0.2.7:8765", "127.0.0.1:8765"], ["evil.example:8765", f"{NAME}:8765"]),
        ("::", ["[2001:db8::7]:8765", "192.0.2.7:8765"], ["evil.example:8765"]),
    ],
)  # fmt: skip
def test_a_name_that_somebody_points_here_is_refused(host: str | None, known: list[str], unknown: list[str]) -> None:
    address = address_of(host, PORT, TLS, plain=False)
    assert [one for one in known if not address.knows(one)] == []
    strange = [None, "", ":8765", "127.0.0.1:8765@evil.example:8765", "127.0.0.1:8765.", "127.0.0.1:99999999999"]
    assert [one for one in [*unknown, *strange] if address.knows(one)] == []


def test_the_usual_port_goes_without_saying() -> None:
    assert address_of(NAME, 443, TLS, plain=False).knows(NAME)
    assert not address_of(NAME, 443, TLS, plain=False).knows(f"{NAME}:80")
    assert address_of(NAME, 80, None, plain=True).knows(NAME)


@pytest.mark.parametrize("host", ["", "a b", "http://office", "office/../x", "-x", "x" * 64, "office:80", "李"])
def test_what_is_no_host_is_refused(host: str) -> None:
    with pytest.raises(HostUnknown):
        address_of(host, PORT, TLS, plain=False)


@pytest.mark.parametrize("host", [NAME, "192.0.2.7", EVERYWHERE, "::", "2001:db8::7"])
def test_other_computers_are_not_served_without_tls_unasked(host: str) -> None:
    with pytest.raises(ConnectionsUnprotected):
        address_of(host, PORT, None, plain=False)
    assert address_of(host, PORT, None, plain=True).unprotected
    assert not address_of(host, PORT, TLS, plain=False).unprotected


@pytest.mark.parametrize("host", [None, "localhost", "127.0.0.1", "::1"])
def test_this_computer_needs_no_tls(host: str | None) -> None:
    address = address_of(host, PORT, None, plain=False)
    assert not address.others
    assert not address.unprotected


def test_a_certificate_that_cannot_be_used_is_named(tmp_path: Path) -> None:
    broken = tmp_path / "broken.key"
    broken.write_text("no key")
    for key in (broken, TLS.certificate, tmp_path / "absent.key"):
        with pytest.raises(CertificateUnusable) as caught:
            address_of(NAME, PORT, Certificate(TLS.certificate, key), plain=False)
        assert key.name in str(caught.value.facts)


def test_at_another_computer_one_signs_in_without_a_link(place: str) -> None:
    address = address_of(NAME, PORT, TLS, plain=False)
    ours = {"sec-fetch-site": "same-origin", "origin": address.origin}
    with reached(place, address) as client:
        first = client.get("/batches", headers={"sec-fetch-mode": "navigate"})
        assert first.url.path == "/sign-in"
        assert first.url.params["to"] == "/batches"
        assert Path(place).name not in first.text
        assert client.get("/batches?format=json", headers={"sec-fetch-mode": "cors"}).status_code == 401
        assert client.put("/findings/answers", headers=ours).status_code == 401
        wrong = client.post("/sign-in", headers=ours, data={"actor": "李老师", "password": "not the password"})
        assert wrong.status_code == 403
        assert client.cookies.jar is not None
        right = client.post("/sign-in", headers=ours, data={"actor": "李老师", "password": WORDS, "to": "/batches"})
        assert (right.status_code, right.url.path) == (200, "/batches")
        (cookie,) = client.cookies.jar
        assert (cookie.name, cookie.secure, cookie.path) == (f"__Host-aidledger-{PORT}", True, "/")
        link = client.post("/settings/password-link", headers=ours, data={"who": _handle(client, "王老师")})
        assert f"{address.origin}/password/" in link.text
        assert "on this computer" not in link.text


def _handle(client: TestClient, actor: str) -> str:
    row = next(part for part in client.get("/settings").text.split("<tr>") if f"<td>{actor}</td>" in part)
    return row.split('name="who" value="')[1].split('"')[0]


def test_every_try_to_sign_in_is_listed_for_reviewers(place: str) -> None:
    address = address_of(NAME, PORT, TLS, plain=False)
    ours = {"sec-fetch-site": "same-origin", "origin": address.origin}
    with reached(place, address) as client:
        for name, typed in (("李老师", "wrong words"), (WORDS, "in the wrong field"), ("李老师", WORDS)):
            client.post("/sign-in", headers=ours, data={"actor": name, "password": typed})
        listed = client.get("/settings/sign-ins?format=json").json()["sign_ins"]
        assert [(one["name"], one["outcome"]) for one in listed] == [
            ("李老师", "signed in"),
            (None, "refused"),
            ("李老师", "refused"),
        ]
        assert {one["computer"] for one in listed} == {"192.0.2.7"}
        assert WORDS not in client.get("/settings/sign-ins").text
    with reached(place, address, actor="王老师") as client:
        door: Door = client.app.state.door  # type: ignore[attr-defined]
        client.get(door.link())
        assert client.get("/settings/sign-ins").status_code == 403
        assert "/settings/sign-ins" not in client.get("/settings").text


def test_what_is_kept_of_tries_has_a_limit(place: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(accounts, "SIGN_INS_KEPT", 3)
    ledger = replace(opened(place), actor="李老师")
    for number in range(5):
        passwords.signed_in(ledger, "李老师", "wrong", f"192.0.2.{number}")
    assert [one.computer for one in passwords.sign_ins(ledger)] == ["192.0.2.4", "192.0.2.3", "192.0.2.2"]


def test_without_passwords_nobody_comes_in_by_the_network(tmp_path: Path) -> None:
    with reached(new_place(tmp_path), address_of(NAME, PORT, TLS, plain=False)) as client:
        assert "Nobody has a password" in client.get("/").text
        assert client.get("/settings/language").url.path == "/sign-in"


def test_guessing_at_one_computer_keeps_nobody_else_waiting(place: str) -> None:
    address = address_of(NAME, PORT, TLS, plain=False)
    ours = {"sec-fetch-site": "same-origin", "origin": address.origin}
    with reached(place, address) as client:
        tried = [
            client.post("/sign-in", headers=ours, data={"actor": "李老师", "password": str(one)}).status_code
            for one in range(5)
        ]
        assert tried[-1] == 429
        client._transport.client = ("192.0.2.8", 50000)  # type: ignore[attr-defined]
        right = client.post("/sign-in", headers=ours, data={"actor": "李老师", "password": WORDS})
        assert right.status_code == 200


def test_plain_http_is_recorded_by_whom_the_office_lets_decide(place: str) -> None:
    address = address_of(NAME, PORT, None, plain=True)
    before = ledgers.verify(opened(place)).head
    with pytest.raises(OtherRole), reached(place, address, actor="王老师"):
        pass
    assert ledgers.verify(opened(place)).head == before
    with reached(place, address, actor="李老师") as client:
        answer = client.get("/")
        assert answer.headers["referrer-policy"] == "same-origin"
        assert "cross-origin-opener-policy" not in answer.headers
        old = {"origin": address.origin}  # what a browser says of a form without TLS
        right = client.post("/sign-in", headers=old, data={"actor": "李老师", "password": WORDS})
        assert right.status_code == 200
        assert client.post("/settings/language", headers={"origin": "null"}, data={"language": "zh"}).status_code == 403
    assert ledgers.verify(opened(place)).head != before


def test_over_tls_nothing_is_recorded(place: str) -> None:
    before = ledgers.verify(opened(place)).head
    with reached(place, address_of(NAME, PORT, TLS, plain=False), actor="王老师"):
        pass
    assert ledgers.verify(opened(place)).head == before


@pytest.mark.sqlite_only
def test_the_office_reaches_a_server_over_tls_and_a_second_start_finds_it(tmp_path: Path) -> None:
    place = new_path(tmp_path)
    options = ("--host", "127.0.0.1", "--tls-cert", str(TLS.certificate), "--tls-key", str(TLS.key))
    trusting = ssl.create_default_context(cafile=str(TLS.certificate))
    with (
        serving(place, tmp_path, *options) as (process, line),
        httpx2.Client(follow_redirects=True, verify=trusting) as client,
    ):
        link = link_in(line)
        assert link.startswith("https://127.0.0.1:")
        assert client.get(link).status_code == 200
        origin = "/".join(link.split("/")[:3])
        with pytest.raises(httpx2.HTTPError):
            httpx2.get(origin.replace("https", "http"))
        second = started(place, tmp_path, *options)
        said, _ = second.communicate(timeout=60)
        assert "already running" in said
        assert link_in(said).startswith(origin)
        ours = {"sec-fetch-site": "same-origin", "origin": origin}
        assert client.post(f"{origin}/settings/quit", headers=ours).status_code == 200
        assert ended(process) == (0, "")


@pytest.mark.sqlite_only
@pytest.mark.parametrize(
    ("options", "code", "said"),
    [
        (["--host", NAME], 2, "--plain-http"),
        (["--tls-cert", str(TLS.certificate)], 2, "--tls-key"),
        (["--host", "a b"], 2, "not a name or address"),
        (["--host", "192.0.2.7", "--plain-http"], 2, "not a name or address of this computer"),
        (["--tls-cert", str(TLS.key), "--tls-key", str(TLS.key)], 3, "server.key"),
    ],
)
def test_what_cannot_be_served_is_said(tmp_path: Path, options: list[str], code: int, said: str) -> None:
    ran = aidledger("web", "--no-browser", *options, ledger=new_path(tmp_path), env={"HOME": str(tmp_path)})
    assert (ran.exit_code, ran.stdout) == (code, "")
    assert said in ran.stderr


@pytest.mark.sqlite_only
@pytest.mark.skipif(BROWSER is None, reason="there is no Chromium on this machine, and it cannot be installed")
def test_over_plain_http_every_button_of_a_real_browser_works(tmp_path: Path) -> None:
    """Chromium sends no Sec-Fetch-Site to a name without TLS, and hides the Origin where there is no referrer."""
    said: list[str] = []
    options = ("--host", NAME, "--plain-http")
    with serving(new_path(tmp_path), tmp_path, *options) as (_, line), playwright.sync_playwright() as driver:
        flags = ["--no-sandbox", "--disable-gpu", f"--host-resolver-rules=MAP {NAME} 127.0.0.1"]
        browser = driver.chromium.launch(executable_path=BROWSER, args=flags)
        page = browser.new_page()
        page.on("console", lambda message: said.append(message.text))
        page.goto(link_in(line))
        page.get_by_role("button", name="中文").click()
        playwright.expect(page.locator("html")).to_have_attribute("lang", "zh-CN")
        browser.close()
    assert said == []
