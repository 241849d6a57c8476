"""What a figure is of, as one line of text: so that a paper can carry it, and whoever has the paper can ask."""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import unquote

from aidledger.errors import FigureNotUnderstood
from aidledger.reports.cuts import DIMENSIONS

# Every cut; aid or loan; posted or paid; and the span of periods.
KEYS = (*DIMENSIONS, "kind", "count", "from", "to")
_FORBIDDEN = re.compile(r"[%,\x00-\x1f\x7f]|^ | $")


def figure_text(of: Mapping[str, str | None]) -> str:
    """``program=high-school-grant,school=金溪中学``; a value that was not stated is left empty.

    What would end a value stands as in an address: a comma is %2C, a percent sign %25.
    """
    return ",".join(f"{key}={_escaped(value or '')}" for key, value in of.items())


def parse_figure(text: str) -> Mapping[str, str | None]:
    """What a figure is of; raises FigureNotUnderstood for what is no key, or a key that comes twice."""
    found: dict[str, str | None] = {}
    for part in text.strip().split(","):
        key, equals, value = part.partition("=")
        key = key.strip()
        if not equals or key not in KEYS or key in found:
            raise FigureNotUnderstood(text=part or text, keys=", ".join(KEYS))
        found[key] = unquote(value.strip()) or None
    return found


def _escaped(value: str) -> str:
    return _FORBIDDEN.sub(lambda sign: f"%{ord(sign[0]):02X}", value)
