"""What a figure counts, as one line of text that papers print, so that its entries can be found again."""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import unquote

from aidledger.errors import FigureNotUnderstood
from aidledger.reports.cuts import DIMENSIONS

# Every cut; aid or loan; posted or paid; the span of periods; one person (the ledger's number); one roster of a batch
# (3.1: the first of batch 3); the rosters of a school that state totals of their own.
KEYS = (*DIMENSIONS, "kind", "count", "from", "to", "person", "roster", "declared")
_FORBIDDEN = re.compile(r"[%,\x00-\x1f\x7f]|^ | $")


def figure_text(of: Mapping[str, str | None]) -> str:
    """``program=high-school-grant,school=金溪中学``; an unstated value is left empty.

    Delimiters are percent-encoded: a comma is %2C, a percent sign %25.
    """
    return ",".join(f"{key}={_escaped(value or '')}" for key, value in of.items())


def parse_figure(text: str) -> Mapping[str, str | None]:
    """Parse a figure; raises FigureNotUnderstood for an unknown or repeated key."""
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
