"""The key: what an audit of the district with faults must find, and nothing else."""

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
    """A finding that is expected.

    ``subject``: the persons' document numbers, sorted and joined by +; the school's name, the program's code or the
    card's number for rules about these. ``program`` and ``period`` are empty for rules that span several. ``file``:
    where the fault was put, relative to the district's folder; ``note``: what was done.
    """

    rule: str
    subject: str
    program: str = ""
    period: str = ""
    school: str = ""
    file: str = ""
    note: str = ""


def write_key(expected: Iterable[Expected], folder: Path) -> Path:
    """Write the key, for nobody but its owner to read, as every file with numbers in it; raises CannotWrite."""
    path = folder / KEY_FILE
    page = io.StringIO()
    rows = csv.writer(page)
    rows.writerow([field.name for field in fields(Expected)])
    rows.writerows(astuple(one) for one in sorted(set(expected)))
    private.put(path, page.getvalue().encode("utf-8-sig"))
    return path


def read_key(path: Path) -> list[Expected]:
    """The rows of a key that was written."""
    with path.open(encoding="utf-8-sig", newline="") as lines:
        return [Expected(**row) for row in csv.DictReader(lines)]
