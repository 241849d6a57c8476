"""A folder sent from a real browser whose connection breaks, and work that is cancelled by its button."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright import sync_api as playwright

from tests.builders import roster_xlsx
from tests.store.ledgers import new_place
from tests.web.test_browser import BROWSER, at, served
from tests.web.test_jobs import Held

pytestmark = [
    pytest.mark.sqlite_only,
    pytest.mark.skipif(BROWSER is None, reason="there is no Chromium on this machine, and it cannot be installed"),
]


@pytest.fixture
def page(tmp_path: Path) -> Iterator[playwright.Page]:
    flags = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
    with (
        served(new_place(tmp_path), "en") as link,
        playwright.sync_playwright() as driver,
        driver.chromium.launch(executable_path=BROWSER, args=flags) as browser,
    ):
        page = browser.new_context(viewport={"width": 1366, "height": 768}).new_page()
        page.goto(link)
        yield page


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "秋季" / "东城"
    folder.mkdir(parents=True)
    title = "{}中学2021年秋季学期普通高中国家助学金发放花名册"
    for i in range(6):
        (folder / f"{i}.xlsx").write_bytes(roster_xlsx(2, title=title.format(f"第{i}"), first=2 * i))
    (folder / "~$1.xlsx").write_bytes(b"x")
    (folder / "通知.docx").write_bytes(b"x")
    return folder.parent


def test_a_broken_connection_goes_on_with_what_is_missing(page: playwright.Page, folder: Path) -> None:
    at(page, "/inbox")
    page.route(re.compile("/inbox/1/[25]$"), lambda route: route.abort())
    page.locator("#folder").set_input_files(folder)
    playwright.expect(page.locator("#sending")).to_contain_text("2 files were not received", timeout=30_000)
    page.unroute_all()
    at(page, "/inbox/1")
    assert "Announced: 6 files, received: 4." in page.locator("main").inner_text()
    assert "Passed over: 2" in page.locator("main").inner_text()
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.url) if request.method == "PUT" else None)
    at(page, "/inbox")
    page.locator("#folder").set_input_files(folder)
    page.wait_for_url(re.compile("/inbox/1$"), timeout=30_000)
    playwright.expect(page.locator("form.post button")).to_have_text("Post 6 files: 12 person-times, 12,000.00 yuan")
    assert sorted(url.rsplit("/", 1)[1] for url in sent) == ["2", "5"]


def test_work_is_cancelled_by_its_button_and_that_stays_on_the_page(
    page: playwright.Page, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    at(page, "/inbox")
    page.locator("#folder").set_input_files(folder)
    playwright.expect(page.locator("form.post button")).to_be_visible(timeout=30_000)
    hold = Held(monkeypatch, "advance", 1)
    page.locator("form.post button").click()
    hold.wait()
    button = page.get_by_role("button", name="Cancel")
    button.focus()
    page.wait_for_timeout(2_500)  # the page looks again each second; the focus stays where it was
    assert page.evaluate("document.activeElement.textContent") == "Cancel"
    page.keyboard.press("Enter")
    playwright.expect(page.locator("[data-running]")).to_contain_text("Cancelled by office; it stops")
    assert button.count() == 0
    hold.go_on.set()
    playwright.expect(page.locator(".stale").first).to_contain_text("Cancelled by office after", timeout=30_000)
    page.reload()
    playwright.expect(page.locator(".stale").first).to_contain_text("Cancelled by office after")
    assert page.locator(".left li a").count() >= 1
