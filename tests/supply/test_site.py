"""The site has every page, and its pages load nothing from elsewhere. Building it takes `make docs`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tools.docs.pages import ROOT, pages
from tools.site import FILES, lay_out, loaded_from_elsewhere, name_languages


class Loader(yaml.SafeLoader):
    """Reads what names a Python function, without calling any."""


Loader.add_multi_constructor("tag:yaml.org,2002:python/", lambda _loader, suffix, _node: suffix)


def named(entries: list[Any]) -> Iterator[str]:
    for entry in entries:
        (target,) = entry.values()
        yield from named(target) if isinstance(target, list) else [target]


def test_every_page_is_in_the_navigation_once() -> None:
    settings = yaml.load((ROOT / "mkdocs.yml").read_text(encoding="utf-8"), Loader)  # noqa: S506 - a SafeLoader
    there = list(named(settings["nav"]))
    assert len(set(there)) == len(there)
    assert {path.relative_to(ROOT).as_posix() for path in pages()} <= set(there)


def test_pages_are_laid_out_as_in_the_folder(tmp_path: Path) -> None:
    target = tmp_path / "pages"
    target.mkdir()
    (target / "of-before.md").write_text("# Gone\n", encoding="utf-8")
    lay_out(ROOT, target)
    there = {path.relative_to(target).as_posix() for path in target.rglob("*.md")}
    assert there == {path.relative_to(ROOT).as_posix() for path in pages()}
    assert all((target / name).is_file() for name in FILES)
    assert (target / "schemas/programs").is_dir()


def test_chinese_pages_say_that_they_are_chinese(tmp_path: Path) -> None:
    page = '<!doctype html>\n<html lang="en" class="no-js"><body lang="en">\n'
    for name in ("a.html", "a.zh-CN.html"):
        (tmp_path / name).write_text(page, encoding="utf-8")
    name_languages(tmp_path)
    assert (tmp_path / "a.html").read_text(encoding="utf-8") == page
    assert (tmp_path / "a.zh-CN.html").read_text(encoding="utf-8") == page.replace('"en"', '"zh-CN"', 1)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ('<script src="https://cdn.example/a.js"></script>', True),
        ('<img src="//cdn.example/a.png">', True),
        ('<link rel="stylesheet" href="https://cdn.example/a.css">', True),
        ('<a href="https://cdn.example">a link that a reader may follow</a>', False),
        ('<script src="assets/a.js"></script><link rel="icon" href="a.png">', False),
    ],
)
def test_what_a_page_loads_from_elsewhere_is_found(tmp_path: Path, text: str, found: bool) -> None:
    (tmp_path / "a.html").write_text(text, encoding="utf-8")
    assert bool(list(loaded_from_elsewhere(tmp_path))) is found
