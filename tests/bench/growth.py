"""The audit's rules: what they find of the planted faults, and how they grow from one district to ten.

The districts are copies of the first in the same tables, with other people, schools and cards; the digests are not
made anew, as no rule looks at them.
"""

from __future__ import annotations

import json
import shutil
import sqlite3
import sys
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from math import log
from pathlib import Path

from aidledger.catalogue.loading import load
from aidledger.demo.faults.key import KEY_FILE, read_key
from aidledger.operations import auditing
from aidledger.store.ledger import open_ledger
from tests.audit.scores import Score, scores
from tests.bench.measure import Failed, job, watched
from tests.bench.table import Row, number

HEADER = ("rule", "planted", "found", "recall", "precision", "district s", "ten districts s", "exponent")
_COPIES = 9
_GROWING = (
    *("school", "beneficiary", "batch", "roster", "entry", "kept_entry", "listing", "certification", "enrolment"),
    *("allotment", "bank_return"),
)
_SURNAMES = "欧褚卫蒋沈韩尤许吕施"
# What tells a copy's people from the first's, as SQL with the copy's number in it.
_REGION = "printf('%06d', 110000 + {copy} * 8237)"
_OTHER = {
    ("school", "name"): "name || '{copy}'",
    ("beneficiary", "number"): f"{_REGION} || substr(number, 7)",
    ("beneficiary", "name"): "'{surname}' || name",
    ("beneficiary", "student_number"): f"substr(student_number, 1, 1) || {_REGION} || substr(student_number, 8)",
    ("entry", "account"): "substr(account, 1, 4) || printf('%02d', {copy}) || substr(account, 7)",
    ("entry", "name_stated"): "'{surname}' || name_stated",
    ("allotment", "document"): "document || '{copy}'",
}


def grown(place: Path, larger: Path, copies: int = _COPIES) -> None:
    """A copy of a ledger with as many further districts in it."""
    shutil.copyfile(place, larger)
    with closing(sqlite3.connect(larger, isolation_level=None)) as books:
        books.execute("PRAGMA synchronous = OFF")
        there = [name for name in _GROWING if books.execute(_HAS, (name,)).fetchone()]
        offsets = {
            name: books.execute(f"SELECT coalesce(max(id), 0) FROM {name}").fetchone()[0]  # noqa: S608
            for name in there
            if name != "kept_entry"
        }
        books.execute("BEGIN")
        for copy in range(1, copies + 1):
            for name in there:
                books.execute(_copying(books, name, offsets, copy))
        books.execute("COMMIT")
        books.execute("ANALYZE")


_HAS = "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?"


def _copying(books: sqlite3.Connection, table: str, offsets: dict[str, int], copy: int) -> str:
    """The statement that adds a table's rows once more, as those of another district."""
    points_to = {row[3]: row[2] for row in books.execute(f"PRAGMA foreign_key_list({table})")}
    columns, values = [], []
    for _, column, *_ in books.execute(f"PRAGMA table_info({table})").fetchall():
        columns.append(f'"{column}"')
        target = {"id": table, "first_entry": "entry"}.get(column) or points_to.get(column)
        if (table, column) in _OTHER:
            values.append(_OTHER[table, column].format(copy=copy, surname=_SURNAMES[copy]))
        elif target in offsets:
            values.append(f'"{column}" + {offsets[target] * copy}')
        else:
            values.append(f'"{column}"')
    own = f"WHERE id <= {offsets[table]}" if table in offsets else ""
    return f"INSERT INTO {table} ({', '.join(columns)}) SELECT {', '.join(values)} FROM {table} {own}"  # noqa: S608


def measured(folder: Path, tell: Callable[[str], None]) -> list[Row]:
    """The rows of the table: what each rule finds in the district with faults, its time there and over ten such."""
    place, larger = folder / "faults.db", folder / "ten.db"
    tell("audit: the district with faults")
    aidledger = [sys.executable, "-m", "aidledger", "--ledger", str(place)]
    try:
        watched([*aidledger, "demo", "--with-faults", str(folder / "faults")])
    except Failed as failure:
        return [("audit", f"failed: {failure}")]
    tell("audit: ten districts")
    grown(place, larger)
    tell("audit: rules")
    try:
        small, large = (json.loads(job("auditing", place=str(one)).answer) for one in (place, larger))
    except Failed as failure:
        return [("audit", f"failed: {failure}")]
    rows = []
    for one in _scored(place, folder / "faults" / KEY_FILE):
        seconds, more = small[one.rule], large[one.rule]
        shares = f"{one.recall:.3f}", f"{one.precision:.3f}"
        exponent = f"{log(more / seconds, _COPIES + 1):.2f}"
        rows.append((one.rule, str(one.expected), str(one.found), *shares, number(seconds), number(more), exponent))
    total = [sum(some.values()) for some in (small, large)]
    whole = f"{log(total[1] / total[0], _COPIES + 1):.2f}"
    return [*rows, ("all rules", "", "", "", "", number(total[0]), number(total[1]), whole)]


def _scored(place: Path, key: Path) -> list[Score]:
    catalogue = load()
    audit = auditing.audit(open_ledger(str(place), "bench", lambda: datetime.now(UTC)), catalogue)
    return scores(audit.findings, read_key(key), audit.ran)
