"""``python -m tools.screens``: the pictures of the page in docs/images, in both languages, from a made-up district.

Takes some minutes, most of them to make the district. Look at the pictures before they are committed.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from playwright import sync_api as playwright

from tests.web.test_browser import BROWSER, served

if TYPE_CHECKING:
    from aidledger.i18n import Language

ROOT = Path(__file__).parents[1]
IMAGES = ROOT / "docs" / "images"
SUFFIXES: dict[Language, str] = {"en": "", "zh": ".zh-CN"}
# Sample rosters that are dropped: two that are right, two that are not.
DROPPED = ("02-compulsory-subsidy-sheet-per-class.xlsx", "22-bad-ids-and-names.xlsx", "23-bad-amounts.xls")
PAGES = {"home": "/", "figures": "/figures?by=program&by=period", "schools": "/schools", "due": "/payments"}
_SIZE = playwright.ViewportSize(width=1200, height=760)
_WAIT_MS = 120_000


def _district(folder: Path) -> str:
    place = str(folder / "demo.db")
    command = [sys.executable, "-m", "aidledger", "--ledger", place, "demo", str(folder / "rosters")]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return place


def _take(page: playwright.Page, base: str, suffix: str) -> None:
    """Drop the samples, and photograph what comes of them, and the other pages."""
    page.goto(f"{base}/inbox")
    page.locator("#files").set_input_files([ROOT / "imports" / name for name in DROPPED])
    page.wait_for_url(re.compile(r"/inbox/\d+$"), timeout=_WAIT_MS)
    page.locator("section.group").first.wait_for(timeout=_WAIT_MS)
    page.screenshot(path=IMAGES / f"inbox{suffix}.png")
    page.locator("section.group.wrong tbody a").first.click()
    page.locator(".problems").wait_for(timeout=_WAIT_MS)
    page.screenshot(path=IMAGES / f"file{suffix}.png")
    for name, path in PAGES.items():
        page.goto(f"{base}{path}")
        page.screenshot(path=IMAGES / f"{name}{suffix}.png")


def main() -> None:
    """Make the district, and take all pictures."""
    IMAGES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, playwright.sync_playwright() as driver:
        place = _district(Path(folder))
        browser = driver.chromium.launch(executable_path=BROWSER, args=["--no-sandbox"])
        for language, suffix in SUFFIXES.items():
            with served(place, language) as link:
                page = browser.new_page(viewport=_SIZE)
                page.goto(link)
                _take(page, link.split("/enter/")[0], suffix)
                page.close()
        browser.close()


if __name__ == "__main__":
    main()
