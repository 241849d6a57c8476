"""The page of a ledger, asked without a browser, and what it shows."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import urljoin, urlsplit

from starlette.testclient import TestClient

from aidledger.i18n import Language
from aidledger.web.address import Address
from aidledger.web.app import application
from aidledger.web.door import Door
from aidledger.web.site import Site
from tests.store.ledgers import catalogue, opened

PORT = 8765
HOME = f"http://127.0.0.1:{PORT}"
# What a browser says of a request that a page of ours makes.
OURS = {"sec-fetch-site": "same-origin", "origin": HOME}


class Clock:
    """A door's clock, which a test sets."""

    def __init__(self) -> None:
        self.seconds = 1_700_000_000.0

    def __call__(self) -> float:
        """Now."""
        return self.seconds


@contextmanager
def visited(
    place: Path | str, language: Language = "en", actor: str = "office", clock: Clock | None = None
) -> Iterator[TestClient]:
    """A client with a session."""
    with stranger(place, language, actor, clock) as client:
        door: Door = client.app.state.door  # type: ignore[attr-defined]
        assert client.get(door.link()).status_code == 200
        yield client


@contextmanager
def stranger(
    place: Path | str, language: Language = "en", actor: str = "office", clock: Clock | None = None
) -> Iterator[TestClient]:
    """A client without a session."""
    ledger = replace(opened(place), actor=actor)
    try:
        ended: list[bool] = []
        site = Site(ledger, catalogue(), language, lambda: ended.append(True))
        app = application(site, Door(Address(PORT), actor, clock or Clock()))
        app.state.ended = ended
        with TestClient(app, base_url=HOME, raise_server_exceptions=False) as client:
            yield client
        site.guard.close()
    finally:
        ledger.close()


@dataclass
class Cell:
    """A cell of a table: its text, its class, and where it leads."""

    text: str = ""
    style: str = ""
    href: str | None = None


@dataclass
class Table:
    """A table of a page."""

    caption: str = ""
    heads: list[str] = field(default_factory=list)
    rows: list[list[Cell]] = field(default_factory=list)
    totals: list[list[Cell]] = field(default_factory=list)


class Read(HTMLParser):
    """A page as read: its tables, its links, and all of its text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tables: list[Table] = []
        self.links: list[str] = []
        self.texts: list[str] = []
        self._stack: list[str] = []
        self._row: list[Cell] | None = None
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Begin an element."""
        given = dict(attrs)
        if tag in {"meta", "link", "input", "br"}:
            return
        self._stack.append(tag)
        href = given.get("href")
        if tag == "a" and href:
            self.links.append(href)
            if self._row is not None and self._row:
                self._row[-1].href = href
        if tag == "table":
            self.tables.append(Table())
        elif tag == "tr" and "thead" not in self._stack:
            self._row = []
            (self.tables[-1].totals if "tfoot" in self._stack else self.tables[-1].rows).append(self._row)
        elif tag == "td" and self._row is not None:
            self._row.append(Cell(style=given.get("class") or ""))
        elif tag == "th":
            self.tables[-1].heads.append("")

    def handle_endtag(self, tag: str) -> None:
        """End an element."""
        if tag in self._stack:
            while self._stack.pop() != tag:
                pass
        if tag == "tr":
            self._row = None

    def handle_data(self, data: str) -> None:
        """Text, where it stands."""
        self.texts.append(data)
        if "caption" in self._stack:
            self.tables[-1].caption += data
        elif "th" in self._stack:
            self.tables[-1].heads[-1] += data
        elif self._row and "td" in self._stack:
            self._row[-1].text += data


def walk(client: TestClient, start: str = "/", most: int = 400) -> Iterator[tuple[str, str]]:
    """Every page that can be reached by links, with its HTML; of exports and static files nothing."""
    waiting, seen = [start], {start}
    while waiting and len(seen) < most:
        path = waiting.pop(0)
        answer = client.get(path)
        assert answer.status_code == 200, (path, answer.status_code)
        yield path, answer.text
        for link in Read(answer.text).links:
            found = urlsplit(urljoin(f"{HOME}{path}", link))
            page = f"{found.path}?{found.query}" if found.query else found.path
            if found.path.startswith("/static/") or "format=" in found.query or page in seen:
                continue
            seen.add(page)
            waiting.append(page)
