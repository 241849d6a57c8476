"""What was said by hand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from aidledger.domain.listing import ListKind
from aidledger.domain.part import Part
from aidledger.domain.term import Period


@dataclass(frozen=True, slots=True)
class Hints:
    """What was said by hand and overrules what the file says of itself.

    ``columns``: folded headers (or a column's letter) and the fields that they are; ``remembered``: such columns by
    school, which count where the file says nothing else.
    """

    program: str | None = None
    period: Period | None = None
    school: str | None = None
    columns: Mapping[str, str] = field(default_factory=dict)
    kind: ListKind | None = None
    remembered: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    part: Part | None = None
