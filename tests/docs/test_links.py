"""Links lead somewhere, every page is reached, pictures fetch nothing."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pytest

from tests.docs.tracked import tracked
from tools.docs.pages import DOCS, ROOT, anchors, links, pages

PAGES = pages()
_NAMED_PAGE = re.compile(r"\bdocs/[\w.-]+\.md\b")


@cache
def text(page: Path) -> str:
    return page.read_text(encoding="utf-8")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_relative_link_leads_to_a_file_and_a_heading(page: Path) -> None:
    for link in links(text(page)):
        if "://" in link:
            continue
        name, _, place = link.partition("#")
        target = (page.parent / name).resolve() if name else page
        assert target.exists(), link
        assert target.is_relative_to(ROOT), link
        if place:
            assert place in anchors(text(target)), link


@pytest.mark.parametrize("start", ["README.md", "README.zh-CN.md"])
def test_every_page_of_docs_is_reached_from_the_readme(start: str) -> None:
    waiting, reached = [ROOT / start], set[Path]()
    while waiting:
        page = waiting.pop()
        if page not in reached:
            reached.add(page)
            named = (link.partition("#")[0] for link in links(text(page)))
            waiting += [(page.parent / name).resolve() for name in named if name.endswith(".md") and "://" not in name]
    assert set(DOCS.glob("*.md")) <= reached


def test_a_page_that_code_or_prose_names_exists() -> None:
    missing = {
        f"{path.relative_to(ROOT)}: {name}"
        for path in tracked()
        if path.suffix in {".py", ".md", ".toml"} or path.name == "Makefile"
        for name in _NAMED_PAGE.findall(text(path))
        if not (ROOT / name).exists()
    }
    assert not missing


@pytest.mark.parametrize("picture", sorted(DOCS.glob("*.svg")), ids=lambda picture: picture.name)
def test_a_picture_fetches_nothing(picture: Path) -> None:
    svg = text(picture).replace('xmlns="http://www.w3.org/2000/svg"', "")
    assert not re.search(r"//|href|@import|@font-face|<script|url\((?!#)", svg)
