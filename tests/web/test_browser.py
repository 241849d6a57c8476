"""The page in a real browser: what it does under its own policy, by keyboard, on a small screen, and printed."""

from __future__ import annotations

import re
import shutil
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
import uvicorn
from playwright import sync_api as playwright

from aidledger.i18n import Language
from aidledger.web.address import Address
from aidledger.web.app import application
from aidledger.web.door import Door
from aidledger.web.site import Site
from tests.builders import roster_grid, roster_xlsx, with_cells, xlsx_bytes
from tests.operations.offices import Office, row
from tests.store.ledgers import catalogue, new_place, opened, sample_place

BROWSER = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
pytestmark = [
    pytest.mark.sqlite_only,
    pytest.mark.skipif(BROWSER is None, reason="there is no Chromium on this machine, and it cannot be installed"),
]
PAGES = (
    "/",
    "/inbox",
    "/figures?by=program&by=period",
    "/entries?figure=program=high-school-grant",
    "/comparisons",
    "/findings",
    "/payments",
    "/payments/due",
    "/payments/draft?period=2021-autumn",
    "/payments/unmatched",
    "/schools",
    "/people",
    "/reports",
    "/batches",
    "/batches/1",
    "/entries/1",
    "/settings",
    "/settings/programs",
)

# What a screen reader calls an element.
_NAME = "e => e.textContent + (e.ariaLabel ?? '') + [...(e.labels ?? [])].map(label => label.textContent).join('')"


@contextmanager
def served(place: str, language: Language) -> Iterator[str]:
    """The page of a ledger on a real port: a link that opens it."""
    ledger = replace(opened(place), actor="office")
    site = Site(ledger, catalogue(), language, lambda: None)
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        port = listening.getsockname()[1]
        door = Door(Address(port), "office")
        app = application(site, door)
        server = uvicorn.Server(uvicorn.Config(app, log_level="critical", lifespan="off", ws="none"))
        thread = threading.Thread(target=server.run, args=([listening],))
        thread.start()
        try:
            yield f"http://127.0.0.1:{port}{door.link()}"
        finally:
            server.should_exit = True
            thread.join()
            site.guard.close()
            ledger.close()


@pytest.fixture(scope="module")
def chromium() -> Iterator[playwright.Browser]:
    flags = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=BROWSER, args=flags)
        yield browser
        browser.close()


@pytest.fixture(scope="module", params=["zh", "en"])
def page(
    chromium: playwright.Browser, request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[playwright.Page]:
    """A page in each language at a clerk's resolution; whatever its console says fails the test."""
    said: list[str] = []
    with served(sample_place(tmp_path_factory.mktemp("browser")), request.param) as link:
        context = chromium.new_context(viewport={"width": 1366, "height": 768})
        page = context.new_page()
        page.on("console", lambda message: said.append(message.text))
        page.on("pageerror", lambda error: said.append(str(error)))
        page.goto(link)
        yield page
        context.close()
    assert said == []


def at(page: playwright.Page, path: str) -> None:
    answer = page.goto(f"http://{page.url.split('/')[2]}{path}")
    assert answer is not None
    assert answer.status == 200


@pytest.mark.parametrize("path", PAGES)
def test_a_page_fits_a_small_screen_and_has_one_heading(page: playwright.Page, path: str) -> None:
    at(page, path)
    page.set_viewport_size({"width": 1093, "height": 614})  # 1366 × 768 at 125 %
    assert page.evaluate("document.documentElement.scrollWidth") <= 1093
    page.set_viewport_size({"width": 1366, "height": 768})
    assert page.locator("h1").count() == 1
    assert page.locator("nav [aria-current]").count() <= 1
    for unnamed in ("a", "button", "input:not([type=hidden])", "select"):
        for element in page.locator(unnamed).all():
            assert element.evaluate(_NAME).strip(), unnamed


def test_from_a_figure_to_its_row_by_keyboard_alone(page: playwright.Page) -> None:
    at(page, "/figures")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    figure = page.locator("td.figure a").first
    shown = figure.inner_text()
    figure.focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/entries?**")
    assert page.locator("tbody tr").count() == int(shown)
    page.locator("tbody tr td a").first.focus()
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("/entries/[0-9]+$"))
    assert page.locator("tbody tr").count() > 3
    page.go_back()
    page.go_back()
    assert page.locator("td.figure a").first.inner_text() == shown


def test_an_audit_runs_and_its_findings_are_narrowed(page: playwright.Page) -> None:
    at(page, "/findings")
    page.locator("form[action='/findings/run'] button").click()
    playwright.expect(page.locator(".facets")).to_be_visible(timeout=60_000)
    chosen = page.locator(".facets li a").first
    count = page.locator(".facets li span").first.inner_text()
    chosen.click()
    assert page.locator(".facets [aria-current]").count() == 1
    assert count in page.locator(".pager").inner_text()


def test_the_language_is_changed_where_one_is(page: playwright.Page) -> None:
    at(page, "/batches")
    before = page.locator("html").get_attribute("lang")
    page.locator(".tongue button").click()
    assert page.locator("html").get_attribute("lang") != before
    assert page.url.endswith("/batches")
    page.locator(".tongue button").click()


def test_a_print_repeats_heads_and_leaves_out_what_is_no_paper(page: playwright.Page, tmp_path: Path) -> None:
    at(page, "/entries?figure=kind=aid")
    page.emulate_media(media="print")
    assert not page.locator("header").is_visible()
    assert not page.locator(".exports").is_visible()
    assert page.evaluate("getComputedStyle(document.querySelector('thead')).display") == "table-header-group"
    page.emulate_media(media="screen")


def test_a_folder_is_sent_checked_and_posted(chromium: playwright.Browser, tmp_path: Path) -> None:
    """Of 130 files, so that a folder takes more than one look, two are rosters."""
    folder = tmp_path / "秋季花名册" / "东山镇"
    folder.mkdir(parents=True)
    (folder / "good.xlsx").write_bytes(roster_xlsx(5))
    (folder / "bad.xlsx").write_bytes(xlsx_bytes(with_cells(roster_grid(3, first=40), {"C4": "51130020060101"})))
    (folder / "~$good.xlsx").write_bytes(b"x")
    for i in range(130):
        (folder / f"{i}.docx").write_bytes(b"x")
    with served(new_place(tmp_path), "zh") as link:
        context = chromium.new_context()
        page = context.new_page()
        page.goto(link)
        at(page, "/inbox")
        page.locator("#folder").set_input_files(tmp_path / "秋季花名册")
        page.wait_for_url(re.compile("/inbox/1$"), timeout=60_000)
        playwright.expect(page.locator("form.post button")).to_be_visible(timeout=60_000)
        assert "2" in page.locator("main p").first.inner_text()
        assert "131" in page.locator("main section h2").last.inner_text()  # passed over, the lock file too
        assert page.locator("form.post button").inner_text() == "入账1份：5人次，5,000.00元"
        assert page.locator(".group.wrong tbody tr").count() == 1
        page.locator("form.post button").click()
        playwright.expect(page.locator(".receipt")).to_be_visible(timeout=60_000)
        page.locator(".receipt a").click()
        assert page.locator("tbody tr").count() == 5
        context.close()


def test_an_order_is_made_once_by_a_double_click_and_its_file_is_compared(
    chromium: playwright.Browser, tmp_path: Path
) -> None:
    office = Office(tmp_path)
    office.roster(map(row, range(3)))
    with served(str(office.ledger), "zh") as link:
        context = chromium.new_context(accept_downloads=True)
        page = context.new_page()
        page.goto(link)
        at(page, "/payments/draft?period=2021-autumn")
        page.locator("form.post button").dblclick()
        page.wait_for_url(re.compile("/payments/1$"))
        page.locator("input[name=why]").first.fill("代发")
        with page.expect_download() as coming:
            page.locator("button[value=csv]").click()
        given = tmp_path / "given.csv"
        coming.value.save_as(given)
        assert coming.value.suggested_filename.endswith("-000001.csv")
        said = page.locator(".compare [role=status]")
        page.locator(".compare input").set_input_files(given)
        playwright.expect(said).to_contain_text("3", timeout=60_000)
        assert said.get_attribute("class") == ""
        given.write_bytes(given.read_bytes().replace(b",1000.00,", b",9000.00,", 1))
        page.locator(".compare input").set_input_files(given)
        playwright.expect(said).to_have_class("failure", timeout=60_000)
        assert page.url.endswith("/payments/1")
        context.close()
    assert len(office.json("pay", "orders")["orders"]) == 1


def test_without_javascript_nothing_is_missing(chromium: playwright.Browser, tmp_path: Path) -> None:
    with served(sample_place(tmp_path), "zh") as link:
        context = chromium.new_context(java_script_enabled=False)
        page = context.new_page()
        page.goto(link)
        at(page, "/figures?by=school")
        page.locator("td.figure a").first.click()
        assert page.locator("tbody tr").count() > 0
        context.close()


def test_two_people_sign_in_by_turns_without_javascript(chromium: playwright.Browser, tmp_path: Path) -> None:
    """A reviewer assigns roles, makes a link for each of two, and both sign in at the same browser."""
    with served(new_place(tmp_path), "zh") as link:
        context = chromium.new_context(java_script_enabled=False, viewport={"width": 1093, "height": 614})
        page = context.new_page()
        page.goto(link)
        for name, role in (("office", "reviewer"), ("王老师", "clerk")):
            at(page, "/settings")
            form = page.locator("form[action='/settings/roles']")
            form.locator("[name=actor]").fill(name)
            form.locator("[name=role]").select_option(role)
            form.locator("button").click()
        for i, name in enumerate(("office", "王老师")):
            at(page, "/settings")
            page.locator("form[action$='/password-link'] button").nth(i).click()
            page.locator("main a[href*='/password/']").click()
            for field in ("new", "again"):
                page.locator(f"[name={field}]").fill(f"{name} 订书机 台灯")
            page.locator("main form button").click()
            assert name in page.locator("footer").inner_text()
        at(page, "/settings")
        assert page.locator("form[action$='/password-link']").count() == 0  # the clerk makes no links
        assert page.evaluate("document.documentElement.scrollWidth") <= 1093
        page.locator("footer a[href='/sign-in']").click()
        page.locator("[name=actor]").fill("office")
        page.locator("[name=password]").fill("office 订书机 台灯")
        page.locator("main form button").click()
        assert "office" in page.locator("footer").inner_text()
        page.locator("footer form[action='/sign-out'] button").click()
        at(page, "/")
        assert page.url.endswith("/sign-in?to=%2F")
        context.close()
