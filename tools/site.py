"""`make docs`: this folder's pages as a site in build/site. Nothing is fetched."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from tools.docs.pages import ROOT

BUILD = ROOT / "build"
# Pages link to them.
FILES = ("LICENSE",)
FOLDERS = ("docs", "imports", "schemas")
_ELSEWHERE = re.compile(r'(?:\bsrc|<link\b[^>]*\bhref)="(?:https?:)?//[^"]*')
_LANGUAGE = re.compile(r'(<html lang=")en(")')


def lay_out(root: Path, pages: Path) -> None:
    """Copy the pages, and what they link to, into a folder that holds nothing else."""
    shutil.rmtree(pages, ignore_errors=True)
    pages.mkdir(parents=True)
    for path in (*root.glob("*.md"), *(root / name for name in FILES)):
        shutil.copy(path, pages)
    for name in FOLDERS:
        shutil.copytree(root / name, pages / name)


def name_languages(site: Path) -> None:
    """Say in Chinese pages that they are Chinese: it decides on glyphs, and on a screen reader's voice."""
    for path in site.rglob("*.zh-CN.html"):
        text, found = _LANGUAGE.subn(r"\1zh-CN\2", path.read_text(encoding="utf-8"), count=1)
        assert found, path
        path.write_text(text, encoding="utf-8")


def loaded_from_elsewhere(site: Path) -> Iterator[str]:
    """What pages would load from other sites, where an office may have no way, and which need not know its readers."""
    for path in sorted(site.rglob("*.html")):
        for match in _ELSEWHERE.finditer(path.read_text(encoding="utf-8")):
            yield f"{path.relative_to(site)}: {match[0]}"


def main() -> int:
    lay_out(ROOT, BUILD / "pages")
    subprocess.run([sys.executable, "-m", "zensical", "build", "--clean", "--strict"], cwd=ROOT, check=True)
    name_languages(BUILD / "site")
    faults = list(loaded_from_elsewhere(BUILD / "site"))
    for fault in faults:
        print(fault, file=sys.stderr)
    return 1 if faults else 0


if __name__ == "__main__":
    raise SystemExit(main())
