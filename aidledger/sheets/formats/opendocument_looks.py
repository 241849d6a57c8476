"""Styles of an .ods that strike through or hide values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

_STYLE = "urn:oasis:names:tc:opendocument:xmlns:style:1.0 "
_FORMATTING = "urn:oasis:names:tc:opendocument:xmlns:xsl-fo-compatible:1.0 "
_WHITE = "#ffffff"
_PAPER = {None, "transparent", _WHITE}
_NO_LENGTH = 0.01  # of whatever unit


@dataclass(slots=True)
class Styles:
    """Names of styles: cells ``struck`` through or in ``white``, text runs that are ``crossing`` out a part.

    ``flat``: rows and columns without height or width.
    """

    struck: set[str] = field(default_factory=set)
    white: set[str] = field(default_factory=set)
    crossing: set[str] = field(default_factory=set)
    flat: set[str] = field(default_factory=set)
    name: str = ""
    family: str = ""
    background: str | None = None

    @property
    def matter(self) -> bool:
        """Whether any cell style matters."""
        return bool(self.struck or self.white)

    def add(self, tag: str, attributes: Mapping[str, str]) -> None:
        """Add an element outside all cells."""
        if not tag.startswith(_STYLE):
            return
        tag = tag.removeprefix(_STYLE)
        if tag == "style":
            self.name, self.family = attributes.get(f"{_STYLE}name", ""), attributes.get(f"{_STYLE}family", "")
            self.background = None
        elif tag == "table-cell-properties":
            self.background = attributes.get(f"{_FORMATTING}background-color")
        elif tag == "text-properties":
            self._add_font(attributes)
        elif tag in {"table-row-properties", "table-column-properties"}:
            length = attributes.get(f"{_STYLE}row-height", attributes.get(f"{_STYLE}column-width", ""))
            if _number(length) < _NO_LENGTH:
                self.flat.add(self.name)

    def _add_font(self, attributes: Mapping[str, str]) -> None:
        struck = attributes.get(f"{_STYLE}text-line-through-style", "none") != "none"
        struck |= attributes.get(f"{_STYLE}text-line-through-type", "none") != "none"
        position = attributes.get(f"{_STYLE}text-position", "0%")
        raised = not position.startswith("0%")
        if self.family == "text" and (struck or raised):
            self.crossing.add(self.name)
        elif self.family == "table-cell" and struck:
            self.struck.add(self.name)
        white = attributes.get(f"{_FORMATTING}color", "").lower() == _WHITE
        if self.family == "table-cell" and white and self.background in _PAPER:
            self.white.add(self.name)


def _number(length: str) -> float:
    """The number in a length such as 0.45cm; 1 without one."""
    try:
        return float(length.rstrip("abcdefghijklmnopqrstuvwxyz"))
    except ValueError:
        return 1
