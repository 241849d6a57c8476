"""What docs/security.md promises and no other test shows; and that every test that it names is there."""

from __future__ import annotations

import ast
import json
import re
from pathlib import Path
from typing import TYPE_CHECKING

from starlette.routing import Route

import aidledger.web
from aidledger.web.app import ROUTES
from tests.store.ledgers import new_place
from tests.web.site import HOME, OURS, stranger
from tests.web.test_inbox import BAD, GOOD, checked

if TYPE_CHECKING:
    import pytest
    from starlette.testclient import TestClient

ROOT = Path(__file__).parents[2]
WEB = Path(aidledger.web.__file__).parent
DOCUMENT = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
HOSTILE = "<img src=x onerror=alert(1)>'\";--.xlsx"


def test_every_test_that_the_document_names_is_there() -> None:
    named = re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", DOCUMENT)
    assert len(named) > 40
    for path, name in named:
        tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
        assert name in {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}, f"{path}::{name}"


def test_every_item_has_a_test_or_a_reason() -> None:
    rows = [line.split(" | ") for line in DOCUMENT.splitlines() if re.match(r"\| V\d", line)]
    assert len(rows) > 50
    for item, kept, *shown in rows:
        assert "`tests/" in "".join(shown) or "**not met**" in kept, item


def test_a_name_is_text_wherever_it_is_shown(client: TestClient) -> None:
    delivery, page = checked(client, {HOSTILE: GOOD, f"bad{HOSTILE}": BAD})
    for html in (page, client.get("/jobs/1").text, client.get(f"/inbox/{delivery}").text):
        assert "<img" not in html
    refused = client.get("/schools/statement", params={"school": HOSTILE})
    assert "<img" not in refused.text


def test_what_is_asked_for_is_no_sql(client: TestClient) -> None:
    for path in ("/figures?by=program'--", "/entries?figure=program='%20OR%201=1", "/findings?rule=%27%3B%20DROP"):
        assert client.get(path).status_code < 500
    answer = client.post("/people", headers=OURS, data={"who": "' OR 1=1 --"})
    assert answer.status_code == 404
    assert client.get("/batches").status_code == 200


def test_the_page_starts_no_other_program() -> None:
    """Nor does it run text as code: no module of the page imports or calls what could."""
    for path in WEB.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import | ast.ImportFrom):
                names = {one.name for one in node.names} | {getattr(node, "module", None)}
                assert not names & {"subprocess", "pickle", "marshal", "shelve"}, path
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                assert node.func.id not in {"eval", "exec", "compile"}, path
    script = (WEB / "static" / "page.js").read_text(encoding="utf-8")
    assert not re.search(r"\beval\(|new Function|innerHTML|document\.write", script)


def test_the_cookie_is_for_this_page_alone(tmp_path: Path) -> None:
    with stranger(new_place(tmp_path)) as client:
        door = client.app.state.door  # type: ignore[attr-defined]
        told = client.get(door.link(), follow_redirects=False).headers["set-cookie"]
    assert "HttpOnly" in told
    assert "samesite=strict" in told.lower()
    assert "domain" not in told.lower()


def test_no_other_site_may_read(client: TestClient) -> None:
    for path in ("/", "/jobs", "/batches?format=json"):
        answer = client.get(path, headers={"origin": "http://evil.example"})
        assert "access-control-allow-origin" not in answer.headers


def test_every_answer_says_its_type(client: TestClient) -> None:
    for path in ("/", "/batches?format=csv", "/nowhere", "/static/nothing", "/enter/nothing"):
        assert client.get(path).headers["content-type"].endswith("charset=utf-8"), path
    assert client.get("/batches?format=json").headers["content-type"] == "application/json"


def test_what_a_proxy_would_say_is_not_heard(client: TestClient) -> None:
    said = {"x-forwarded-host": "evil.example", "x-forwarded-proto": "https", "x-forwarded-for": "10.0.0.1"}
    answer = client.get("/inbox/", headers=said, follow_redirects=False)
    assert "evil.example" not in answer.headers.get("location", "")
    assert client.get("/", headers=said | {"host": "evil.example"}).status_code == 400


def test_a_download_is_named_by_us(client: TestClient) -> None:
    checked(client, {HOSTILE: BAD})
    paths = ("/batches?format=xlsx", "/jobs/1?format=csv")
    for answer in (client.post("/inbox/1/copies", headers=OURS), *map(client.get, paths)):
        told = answer.headers["content-disposition"]
        assert re.fullmatch(r"attachment; filename\*=UTF-8''[\w%.-]+", told), told


def test_nothing_else_is_served(client: TestClient) -> None:
    for path in ("/static/", "/static/../app.py", "/static/%2e%2e/app.py", "/.git/config", "/docs", "/openapi.json"):
        assert client.get(path).status_code == 404, path
    assert client.request("TRACE", "/", headers=OURS).status_code in {403, 405}
    assert all(isinstance(route, Route) for route in ROUTES)


def test_an_unexpected_error_says_nothing_of_itself(
    client: TestClient, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fails(*_given: object) -> None:
        raise ValueError("511300200601010010 in C:/office")  # noqa: TRY003

    monkeypatch.setattr("aidledger.web.pages.batches.ledgers.batches", fails)
    answer = client.get("/batches")
    assert answer.status_code == 500
    for secret in ("ValueError", "Traceback", "511300200601010010", "C:/office", ".py"):
        assert secret not in answer.text
    said = capsys.readouterr().err
    assert "ValueError" in said
    assert "511300200601010010" not in said


def test_the_script_keeps_nothing(client: TestClient) -> None:
    script = (WEB / "static" / "page.js").read_text(encoding="utf-8")
    assert not re.search(r"localStorage|sessionStorage|indexedDB|document\.cookie|caches\b", script)
    assert client.post("/inbox/announce", headers=OURS, content=json.dumps({"files": []})).status_code == 400
    assert list(client.cookies.keys()) == [f"aidledger-{HOME.rsplit(':', 1)[1]}"]
