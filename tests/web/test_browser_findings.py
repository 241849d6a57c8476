"""Findings and schools in a real browser: what the button says, keys, a working paper sent in, a text copied."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import openpyxl
import pytest
from playwright import sync_api as playwright

from tests.builders import roster_xlsx
from tests.store.ledgers import bring_in, new_place, opened
from tests.web.test_browser import BROWSER, at, chromium, served
from tests.web.test_findings import OTHER, fill
from tests.web.test_schools import BEFORE, SILENT, roster

__all__ = ["chromium"]  # a fixture
pytestmark = [
    pytest.mark.sqlite_only,
    pytest.mark.skipif(BROWSER is None, reason="there is no Chromium on this machine, and it cannot be installed"),
]


@pytest.fixture(scope="module")
def page(chromium: playwright.Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[playwright.Page]:
    """Five people paid by two schools, and a school that sent nothing this term; the audit has run."""
    place = new_place(tmp_path_factory.mktemp("browser"))
    ledger = opened(place)
    bring_in(ledger, roster_xlsx(5), "a.xlsx")
    bring_in(ledger, roster_xlsx(5, title=OTHER), "b.xlsx", record_conflicts=True)
    bring_in(ledger, roster(SILENT, BEFORE, 2, 40), "c.xlsx")
    ledger.close()
    said: list[str] = []
    with served(place, "en") as link:
        context = chromium.new_context(viewport={"width": 1366, "height": 768})
        context.grant_permissions(["clipboard-read", "clipboard-write"])
        page = context.new_page()
        page.on("console", lambda message: said.append(message.text))
        page.on("pageerror", lambda error: said.append(str(error)))
        page.goto(link)
        at(page, "/findings")
        page.locator("form[action='/findings/run'] button").click()
        playwright.expect(page.locator(".facets")).to_be_visible(timeout=60_000)
        yield page
        context.close()
    assert said == []


def test_the_button_names_how_many_and_how_much_and_asks_no_more(page: playwright.Page) -> None:
    at(page, "/findings?rule=duplicate-disbursement")
    button, boxes = page.locator("button.some"), page.locator("input[name=finding]")
    assert not button.is_enabled()
    boxes.nth(0).check()
    boxes.nth(1).check()
    assert button.inner_text() == "Decide on 2 findings: 2,000.00 yuan"
    page.locator("label.all input").check()
    assert button.inner_text() == "Decide on 5 findings: 5,000.00 yuan"
    page.locator("label.all input").uncheck()
    boxes.nth(0).check()
    page.locator("input[value=explained]").check()
    page.locator("input[name=why]").fill("已核对底册")
    button.click()
    playwright.expect(page.locator(".receipt strong")).to_contain_text("Recorded on 1 findings, 1,000.00 yuan")


def test_j_and_k_go_down_the_list_and_from_one_finding_to_the_next(page: playwright.Page) -> None:
    at(page, "/findings")
    ids = page.locator("a.row").all_inner_texts()
    for key, wanted in (("j", 0), ("j", 1), ("j", 2), ("k", 1)):
        page.keyboard.press(key)
        assert page.evaluate("document.activeElement.textContent") == ids[wanted]
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/findings/{ids[1]}")
    page.keyboard.press("j")
    page.wait_for_url(f"**/findings/{ids[2]}")
    page.locator("input[name=why]").press("k")  # types
    assert page.url.endswith(ids[2])
    page.keyboard.press("Tab")
    page.locator("main").focus()
    page.keyboard.press("k")
    page.wait_for_url(f"**/findings/{ids[1]}")


def test_a_working_paper_goes_out_and_comes_back(page: playwright.Page, tmp_path: Path) -> None:
    at(page, "/findings")
    with page.expect_download() as download:
        page.locator(".deeds a[download]").click()
    paper = tmp_path / "paper.xlsx"
    download.value.save_as(paper)
    book = openpyxl.load_workbook(paper)
    fill(book, 4, "Money came back", "已退回")
    book.save(paper)
    at(page, "/findings/answers")
    page.locator("#paper input").set_input_files(paper)
    playwright.expect(page.locator("form.post button")).to_have_text(
        "Record on 1 findings: 1,000.00 yuan in question", timeout=60_000
    )
    page.locator("form.post button").click()
    playwright.expect(page.locator(".receipt")).to_be_visible(timeout=60_000)


def test_a_reminder_is_copied(page: playwright.Page) -> None:
    at(page, "/schools/owing?period=2021-autumn")
    button = page.locator("button.copy").first
    button.click()
    playwright.expect(button).to_have_text("Copied")
    assert SILENT in str(page.evaluate("navigator.clipboard.readText()"))


@pytest.mark.parametrize("path", ["/findings", "/findings/answers", "/schools/owing?period=2021-autumn", "/schools"])
def test_the_pages_fit_a_small_screen(page: playwright.Page, path: str) -> None:
    at(page, path)
    page.set_viewport_size({"width": 1093, "height": 614})
    assert page.evaluate("document.documentElement.scrollWidth") <= 1093
    page.set_viewport_size({"width": 1366, "height": 768})


def test_without_javascript_a_page_asks_before_it_records(chromium: playwright.Browser, tmp_path: Path) -> None:
    place = new_place(tmp_path)
    ledger = opened(place)
    bring_in(ledger, roster_xlsx(3), "a.xlsx")
    bring_in(ledger, roster_xlsx(3, title=OTHER), "b.xlsx", record_conflicts=True)
    ledger.close()
    with served(place, "en") as link:
        context = chromium.new_context(java_script_enabled=False)
        page = context.new_page()
        page.goto(link)
        at(page, "/findings")
        page.locator("form[action='/findings/run'] button").click()
        playwright.expect(page.locator(".facets")).to_be_visible(timeout=60_000)
        for box in (0, 2):
            page.locator("input[name=finding]").nth(box).check()
        page.locator("input[value=explained]").check()
        page.locator("input[name=why]").fill("查过")
        page.locator("button.some").click()
        assert "2 findings, 2,000.00 yuan in question: Justify" in page.locator(".confirm strong").inner_text()
        page.locator(".confirm button").click()
        assert "Recorded on 2 findings" in page.locator(".receipt strong").inner_text()
        context.close()
