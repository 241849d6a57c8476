"""With a translation that marks each word that it translates, nothing but data is left unmarked on any page."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import TYPE_CHECKING
from urllib.parse import urljoin, urlsplit

import pytest

from aidledger import __version__, i18n
from tests.cli.walking import World
from tests.store.ledgers import copied
from tests.web.site import HOME, OURS, Read, visited
from tests.web.test_inbox import BAD, GOOD, OTHER, button, checked, settled
from tests.web.test_jobs import ended

if TYPE_CHECKING:
    from pathlib import Path

    from starlette.testclient import TestClient

pytestmark = pytest.mark.sqlite_only
# What is read, or read out, beside an element's own text.
_ATTRIBUTES = frozenset({"aria-label", "title", "placeholder", "alt", "data-sending", "data-broken", "data-passed"})
_UNREAD = frozenset({"script", "style"})
# Names, and what a reader of either language types as it is.
_DATA = frozenset(
    {"aidledger", "db", "xlsx", "docx", "csv", "zip", "json", "html", "Excel", "CSV", "JSON", "good", "bad", "other"}
    | {"Sheet", "office", "account"}  # of a workbook; who acts; a field of --map, which is typed as it stands
)
_WORD = re.compile(r"[A-Za-z]{2,}")
# Heads, digests and ids; codes of programs, periods and rules, which both languages show as they are typed.
_CODES = re.compile(r"\b[0-9a-f]{12,64}\b|\b[a-z0-9]+(?:-[a-z0-9]+)+\b|\b\d+\.\d+\S*")


class _Marked:
    """A translation that marks."""

    def gettext(self, message: str) -> str:
        return f"⟦{message}⟧" if message else ""


class _Visible(HTMLParser):
    """What of a page is read."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.read: list[str] = []
        self._stack: list[tuple[str, bool]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        foreign = given.get("lang") in {"en", "zh-CN"} and tag != "html"
        self.read += [value or "" for name, value in attrs if name in _ATTRIBUTES]
        if tag not in {"meta", "link", "input", "br"}:
            self._stack.append((tag, foreign or tag in _UNREAD))

    def handle_endtag(self, tag: str) -> None:
        while self._stack and self._stack.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        if not any(unread for _, unread in self._stack):
            self.read.append(data)


def unmarked(html: str) -> list[str]:
    """The words of a page that no translation made."""
    found = []
    for text in _Visible(html).read:
        rest, before = text, ""
        while rest != before:
            rest, before = re.sub(r"⟦[^⟦⟧]*(?:⟧|…)", " ", rest), rest
        rest = _CODES.sub(" ", rest.replace(__version__, " "))
        found += [f"{word} in {text.strip()!r}" for word in _WORD.findall(rest) if word not in _DATA]
    return found


@pytest.fixture
def marked(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    i18n.translator.cache_clear()
    monkeypatch.setattr("aidledger.i18n.gettext.translation", lambda *_given, **_more: _Marked())
    yield
    i18n.translator.cache_clear()


def test_no_word_of_a_page_is_left_untranslated(world: World, tmp_path: Path, marked: None) -> None:
    found: dict[str, list[str]] = {}
    with visited(copied(world.place, tmp_path), "zh", actor="office") as client:
        client.post("/findings/run", headers=OURS)
        ended(client, "/findings")
        client.post("/batches/verify", headers=OURS)
        ended(client, "/batches")
        delivery, page = checked(client, {"good.xlsx": GOOD, "bad.xlsx": BAD, "other.xlsx": OTHER, "bad.docx": b"x"})
        pages = {"checked": page, **_all(client)}
        client.post(f"/inbox/{delivery}/post", headers=OURS, data={"checked": button(page)})
        pages["posted"] = settled(client, delivery)
        pages |= {path: client.get(path).text for path in ("/jobs", "/jobs/1", "/jobs/4", *_REFUSED)}
        pages |= {f"POST {path}": client.post(path, headers=OURS, data=told).text for path, told in _POSTED.items()}
        for path, html in pages.items():
            words = unmarked(html)
            if words:
                found[path] = words
    assert found == {}


_REFUSED = (
    "/nowhere",
    "/batches/99",
    "/entries/99999",
    "/people/999",
    "/inbox/99",
    "/jobs/99",
    "/figures?from=sometime",
    "/figures?from=2022-spring&to=2021-autumn",
    "/schools/statement?school=没有这所学校",
    "/findings/abcdef012345",
)
_POSTED: dict[str, dict[str, str]] = {
    "/batches/1/reverse": {"why": ""},
    "/payments/1/withdraw": {"why": ""},
    "/people": {"who": "张无人"},
    "/jobs/1/cancel": {},
    "/inbox/1/post": {"checked": "x"},
}


def _all(client: TestClient) -> dict[str, str]:
    """A page of each kind that a link leads to; those that differ in numbers alone are one kind."""
    found: dict[str, str] = {}
    waiting, seen = ["/"], set()
    while waiting:
        path = waiting.pop(0)
        kind = re.sub(r"(?<=/)(?:\d+|[0-9a-f]{12})(?=/|$)", "N", path.split("?")[0])
        if kind in seen:
            continue
        seen.add(kind)
        answer = client.get(path)
        assert answer.status_code == 200, path
        found[path] = answer.text
        for link in Read(answer.text).links:
            to = urlsplit(urljoin(f"{HOME}{path}", link))
            if (
                not to.path.startswith("/static/")
                and "format=" not in to.query
                and not to.path.endswith(("/copies", "/copy"))
            ):
                waiting.append(f"{to.path}?{to.query}" if to.query else to.path)
    return found


def test_a_word_that_is_not_marked_is_found() -> None:
    page = '<p title="⟦Post {n}⟧">⟦Files: ⟦Posted⟧ 3⟧ good.xlsx</p><button aria-label="Close">⟦x⟧ left over</button>'
    assert [one.split(" in ")[0] for one in unmarked(page)] == ["Close", "left", "over"]
