"""What stands before the pages: other sites in the same browser, other users of the machine, and links used twice."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest

from aidledger.web.app import ROUTES
from aidledger.web.door import Door
from tests.store.ledgers import new_place
from tests.web.site import HOME, OURS, stranger, visited

if TYPE_CHECKING:
    from starlette.routing import Route
    from starlette.testclient import TestClient

CHANGES = [
    route.path.replace("{number:ours}", "1").replace("{number}", "1")
    for route in ROUTES
    if "POST" in (route.methods or ()) and route.path != "/another-start"
]
OPEN = {"/static/{name}", "/enter/{token}", "/password/{token}", "/another-start"}


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> str:
    return new_place(tmp_path_factory.mktemp("protection"))


@pytest.fixture(scope="module")
def client(place: str) -> Iterator[TestClient]:
    with visited(place) as client:
        yield client


@pytest.fixture(scope="module")
def outside(place: str) -> Iterator[TestClient]:
    with stranger(place) as client:
        yield client


@pytest.mark.parametrize(
    "host", ["evil.example:8765", "127.0.0.1", "127.0.0.1:8766", "localhost.evil.example:8765", ""]
)
def test_another_name_for_this_machine_is_refused(client: TestClient, host: str) -> None:
    assert client.get("/", headers={"host": host}).status_code == 400


def test_both_names_of_this_machine_are_taken(client: TestClient) -> None:
    assert client.get("/").status_code == 200
    assert client.get("/settings", headers={"host": "localhost:8765"}).status_code == 200


@pytest.mark.parametrize(
    "route", [route for route in ROUTES if route.path not in OPEN], ids=lambda route: str(route.path)
)
def test_without_a_session_nothing_is_told(outside: TestClient, route: Route) -> None:
    path = route.path.replace("{number:ours}", "1").replace("{number}", "1")
    for method in route.methods or ():
        answer = outside.request(method, path, headers=OURS)
        assert answer.status_code == 401
        assert "aidledger.db" not in answer.text


def test_without_a_session_it_says_what_to_do_in_the_offices_language(place: str) -> None:
    with stranger(place, language="zh") as client:
        assert "请重新启动 aidledger" in client.get("/").text


@pytest.mark.parametrize("path", CHANGES)
@pytest.mark.parametrize(
    "said",
    [
        {},
        {"origin": "https://evil.example"},
        {"origin": "null"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site", "origin": "http://127.0.0.1:8766"},
        {"sec-fetch-site": "none"},
        {"sec-fetch-site": "same-origin", "origin": "https://evil.example"},
    ],
    ids=lambda said: ",".join(said.values()) or "nothing",
)
def test_what_changes_something_comes_from_our_page(client: TestClient, path: str, said: dict[str, str]) -> None:
    assert client.post(path, headers=said).status_code == 403


def test_an_old_browser_that_says_only_its_origin_may(client: TestClient) -> None:
    answer = client.post(
        "/settings/language", headers={"origin": HOME}, data={"language": "zh"}, follow_redirects=False
    )
    assert answer.status_code == 303


def test_another_site_can_open_a_page_but_not_read_it(client: TestClient) -> None:
    assert client.get("/", headers={"sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate"}).status_code == 200
    for mode in ("no-cors", "cors"):
        assert client.get("/", headers={"sec-fetch-site": "cross-site", "sec-fetch-mode": mode}).status_code == 403


def test_a_link_opens_one_session(place: str) -> None:
    with stranger(place) as client:
        door: Door = client.app.state.door  # type: ignore[attr-defined]
        link = door.link()
        assert client.get(link, follow_redirects=False).status_code == 303
        assert (
            "HttpOnly; Path=/; SameSite=strict" in client.get(door.link(), follow_redirects=False).headers["set-cookie"]
        )
        client.cookies.clear()
        assert client.get(link).status_code == 403
        assert client.get("/enter/guess").status_code == 403
        assert client.get("/").status_code == 401


def test_another_start_needs_the_secret_of_the_first(client: TestClient) -> None:
    assert client.post("/another-start", headers=OURS).status_code == 403
    assert client.post("/another-start", headers={**OURS, "x-aidledger": ""}).status_code == 403


@pytest.mark.parametrize("path", ["/", "/nothing", "/batches/99", "/figures?from=nonsense"])
def test_every_answer_says_what_a_browser_may_do(client: TestClient, path: str) -> None:
    answer = client.get(path)
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["referrer-policy"] == "no-referrer"


def test_only_static_files_may_be_kept(client: TestClient) -> None:
    style = client.get("/").text.split('rel="stylesheet" href="')[1].split('"')[0]
    answer = client.get(style)
    assert "immutable" in answer.headers["cache-control"]
    assert answer.headers["content-type"].startswith("text/css")
    assert client.get("/static/../app.py").status_code == 404
    assert client.get("/static/page.css").status_code == 404


def test_the_language_does_not_lead_elsewhere(client: TestClient) -> None:
    for back in ("//evil.example", "https://evil.example", "/\\evil.example"):
        data = {"language": "zh", "back": back}
        answer = client.post("/settings/language", headers=OURS, data=data, follow_redirects=False)
        assert answer.headers["location"] in {"/", "/%5Cevil.example"}


def test_a_form_is_no_upload(client: TestClient) -> None:
    answer = client.post("/people", headers=OURS, data={"who": "x" * 200_000})
    assert answer.status_code == 400


@pytest.mark.parametrize("path", ["//evil.example/", "/%2fevil.example/", "///evil.example//x/"])
def test_no_redirect_leads_elsewhere(tmp_path: Path, path: str) -> None:
    with visited(new_place(tmp_path)) as client:
        answer = client.get(f"{HOME}{path}", follow_redirects=False)
        assert urlsplit(answer.headers.get("location", "/")).netloc == ""


@pytest.mark.parametrize("name", ["/etc/passwd", "../../../etc/passwd", "pyproject.toml", "x" * 5_000])
def test_no_file_of_the_computer_is_a_report(tmp_path: Path, name: str) -> None:
    with visited(new_place(tmp_path)) as client:
        answer = client.get("/reports/published", params={"report": name})
        assert answer.status_code == 404
        assert "expected" not in answer.text
