"""The documentation as it stands in the files: headings, links, fenced blocks and what is said about them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
_BLOCK = re.compile(r"(?:^<!-- (?P<said>[^\n]*) -->\n)?^```(?P<kind>\w*)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)
_HEADING = re.compile(r"^(#+) (.+)$", re.MULTILINE)
_LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")


@dataclass(frozen=True, slots=True)
class Block:
    """A fenced block: what the comment above it says of it, its kind, its text and where the text stands."""

    said: str
    kind: str
    text: str
    start: int
    end: int

    def commands(self) -> list[str]:
        """The command lines in it, without the prompt."""
        if self.kind == "console":
            return [line.removeprefix("$ ") for line in self.text.splitlines() if line.startswith("$ ")]
        return self.text.splitlines() if self.kind in {"sh", "bat"} else []


def pages() -> list[Path]:
    """Every page for readers."""
    return [*sorted(ROOT.glob("*.md")), *sorted(DOCS.glob("*.md")), *sorted((ROOT / "imports").glob("*.md"))]


def blocks(page: str) -> Iterator[Block]:
    """The fenced blocks of a page."""
    for match in _BLOCK.finditer(page):
        yield Block(match["said"] or "", match["kind"], match["text"], match.start("text"), match.end("text"))


def without_blocks(page: str) -> str:
    """A page's prose."""
    return _BLOCK.sub("", page)


def headings(page: str) -> list[tuple[int, str]]:
    """Level and text of each heading."""
    return [(len(match[1]), match[2]) for match in _HEADING.finditer(without_blocks(page))]


def links(page: str) -> list[str]:
    """Where a page's links lead."""
    return _LINK.findall(without_blocks(page))


def anchor(heading: str) -> str:
    """What a heading is linked as, by the rule of the sites that show Markdown."""
    kept = "".join(sign for sign in heading.lower() if sign.isalnum() or sign in " -_")
    return kept.replace(" ", "-")


def anchors(page: str) -> set[str]:
    """What the headings of a page are linked as: the second of one name ends in -1."""
    seen: Counter[str] = Counter()
    found = set()
    for _, heading in headings(page):
        name = anchor(heading)
        found.add(f"{name}-{seen[name]}" if seen[name] else name)
        seen[name] += 1
    return found
