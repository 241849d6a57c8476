"""What axe-core finds against WCAG 2.1 AA on every page, in a real browser: nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright import sync_api as playwright

from tests.builders import roster_xlsx
from tests.cli.walking import World
from tests.store.ledgers import copied
from tests.web.site import Read
from tests.web.test_browser import BROWSER, at, served
from tests.web.test_inbox import BAD

pytestmark = [
    pytest.mark.sqlite_only,
    pytest.mark.skipif(BROWSER is None, reason="there is no Chromium on this machine, and it cannot be installed"),
]
_LEVELS = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"], "resultTypes": ["violations"]}
# A number, a finding's id or a query in a path: pages that differ in it alone are made by the same template.
_OWN = re.compile(r"\?.*$|(?<=/)(?:\d+|[0-9a-f]{12}|[0-9a-f]{16})(?=/|$)")
_BESIDE = ("/nowhere", "/batches?page=2", "/entries?figure=program=high-school-grant", "/figures?by=school")
# What is saved, not shown.
_FILES = ("/copies", "/copy")
_TITLE = "新设中学2021年秋季学期普通高中国家助学金发放花名册"


@pytest.fixture(scope="module")
def page(world: World, tmp_path_factory: pytest.TempPathFactory) -> Iterator[playwright.Page]:
    """A page of a ledger in which everything has happened that a page can show."""
    flags = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
    folder = tmp_path_factory.mktemp("axe") / "秋季"
    folder.mkdir()
    (folder / "good.xlsx").write_bytes(roster_xlsx(3, title=_TITLE, first=60))
    (folder / "bad.xlsx").write_bytes(BAD)
    (folder / "~$bad.xlsx").write_bytes(b"x")
    with (
        served(copied(world.place, folder.parent), "zh") as link,
        playwright.sync_playwright() as driver,
        driver.chromium.launch(executable_path=BROWSER, args=flags) as browser,
    ):
        page = browser.new_context(viewport={"width": 1366, "height": 768}).new_page()
        page.goto(link)
        at(page, "/findings")
        page.locator("form[action='/findings/run'] button").click()
        playwright.expect(page.locator(".facets")).to_be_visible(timeout=60_000)
        at(page, "/batches")
        page.locator("form[action='/batches/verify'] button").click()
        playwright.expect(page.locator(".verdict")).to_be_visible(timeout=60_000)
        at(page, "/inbox")
        page.locator("#folder").set_input_files(folder)
        page.wait_for_url(re.compile("/inbox/[0-9]+$"), timeout=60_000)
        playwright.expect(page.locator("form.post button")).to_be_visible(timeout=60_000)
        yield page


def violations(page: playwright.Page) -> list[str]:
    found = Axe().run(page, options=_LEVELS).response["violations"]
    return [
        f"{one['id']} ({one['help']}): {node['target']} {node['html'][:200]}" for one in found for node in one["nodes"]
    ]


def _kinds(page: playwright.Page) -> dict[str, str]:
    """A page of each kind that can be reached by links: its path by what it looks like without numbers."""
    found: dict[str, str] = {}
    waiting = ["/"]
    while waiting:
        path = waiting.pop(0)
        kind = _OWN.sub("N", path.split("#")[0])
        if kind in found:
            continue
        found[kind] = path
        answer = page.request.get(f"http://{page.url.split('/')[2]}{path}")
        assert answer.status == 200, path
        links = [link for link in Read(answer.text()).links if link.startswith("/") and "format=" not in link]
        waiting += [
            link for link in links if not link.startswith("/static/") and not link.split("?")[0].endswith(_FILES)
        ]
    return found


def test_no_page_has_a_barrier(page: playwright.Page) -> None:
    paths = [*_kinds(page).values(), *_BESIDE]
    assert len(paths) > 25
    found = {}
    for path in paths:
        page.goto(f"http://{page.url.split('/')[2]}{path}")
        barriers = violations(page)
        if barriers:
            found[path] = barriers
    assert found == {}


def test_a_barrier_is_found(page: playwright.Page) -> None:
    at(page, "/inbox")
    page.evaluate("document.querySelector('main').insertAdjacentHTML('beforeend', '<input><img src=/x.svg>')")
    assert {one.split(" ")[0] for one in violations(page)} == {"image-alt", "label"}


def test_a_receipt_has_no_barrier(page: playwright.Page) -> None:
    at(page, "/inbox/1")
    assert violations(page) == []
    page.locator("form.post button").click()
    playwright.expect(page.locator(".receipt")).to_be_visible(timeout=60_000)
    assert violations(page) == []


def test_a_page_that_is_zoomed_is_not_cut_off(page: playwright.Page) -> None:
    """At 400 % of a screen of 1280 pixels nothing is cut off sideways but tables, which scroll by themselves."""
    page.set_viewport_size({"width": 320, "height": 640})
    for path in ("/", "/inbox", "/findings", "/payments", "/settings"):
        at(page, path)
        assert page.evaluate("document.documentElement.scrollWidth") <= 320, path
    page.set_viewport_size({"width": 1366, "height": 768})
