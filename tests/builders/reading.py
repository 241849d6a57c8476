"""Reading what was built, as a worker does it; every file read is also checked to account for all of its rows."""

from __future__ import annotations

from functools import cache

from aidledger.catalogue.catalogue import Catalogue
from aidledger.catalogue.loading import load
from aidledger.domain.roster import RosterFile
from aidledger.operations.examining import examine
from aidledger.sheets.formats.limits import DEFAULT_LIMITS, Limits
from aidledger.sheets.recognition.hints import Hints
from tests.builders.files import Grid, xlsx_bytes

Found = tuple[str, str | None, int | None, str | None]
NO_HINTS = Hints()


@cache
def shipped() -> Catalogue:
    """The catalogue without an office's own folder."""
    return load()


def examined(
    content: bytes | Grid | dict[str, Grid],
    path: str = "名册.xlsx",
    hints: Hints = NO_HINTS,
    limits: Limits = DEFAULT_LIMITS,
) -> RosterFile:
    """A file (or a grid, as .xlsx) as it is read and checked."""
    raw = content if isinstance(content, bytes) else xlsx_bytes(content)
    file = examine(raw, path, hints, shipped(), limits)
    assert sum(file.fates.values()) == file.rows_read
    return file


def found(file: RosterFile) -> list[Found]:
    """Its problems as code, sheet, row and column."""
    return [(p.code, p.place.sheet, p.place.row, p.place.column) for p in file.problems]


def codes(file: RosterFile) -> list[str]:
    """The codes of its problems, each once."""
    return sorted({problem.code for problem in file.problems})
