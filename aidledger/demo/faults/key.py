"""The key: exactly what an audit of the district with faults must find."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from dataclasses import astuple, dataclass, fields
from pathlib import Path

from aidledger import private

KEY_FILE = "key.csv"


@dataclass(frozen=True, slots=True, order=True)
class Expected:
    """An expected finding.

    ``subject``: the people's document numbers, sorted and joined by +; for rules about them, a school's name, a
    program's code or a card number. ``program`` and ``period`` are empty for rules that span several. ``file``: where
    the fault is, relative to the district's folder; ``note``: what was done.
    """

    rule: str
    subject: str
    program: str = ""
    period: str = ""
    school: str = ""
    file: str = ""
    note: str = ""


def write_key(expected: Iterable[Expected], folder: Path) -> Path:
    """Write the key, readable by its owner only, as any file with ID numbers; raises CannotWrite."""
    path = folder / KEY_FILE
    page = io.StringIO()
    rows = csv.writer(page)
    rows.writerow([field.name for field in fields(Expected)])
    rows.writerows(astuple(one) for one in sorted(set(expected)))
    private.put(path, page.getvalue().encode("utf-8-sig"))
    return path


def read_key(path: Path) -> list[Expected]:
    """The rows of a key."""
    with path.open(encoding="utf-8-sig", newline="") as lines:
        return [Expected(**row) for row in csv.DictReader(lines)]
