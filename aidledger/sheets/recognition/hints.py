"""Options that guide recognition."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from aidledger.domain.listing import ListKind
from aidledger.domain.part import Part
from aidledger.domain.term import Period


@dataclass(frozen=True, slots=True)
class Hints:
    """Options of the import, which override what the file says.

    ``columns``: from folded header or column letter to field; ``remembered``: the same by school, saved from earlier
    imports; ``columns`` take precedence.
    """

    program: str | None = None
    period: Period | None = None
    school: str | None = None
    columns: Mapping[str, str] = field(default_factory=dict)
    kind: ListKind | None = None
    remembered: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    part: Part | None = None
