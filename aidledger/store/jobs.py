"""The page's long work, kept beside the ledger, so that what was under way when a server ended is known to the next."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Literal, cast

from aidledger.i18n import N_
from aidledger.store import side

if TYPE_CHECKING:
    import sqlite3

    from aidledger.domain.secret import Secret

JobState = Literal["running", "done", "failed", "cancelled", "broken-off"]
# Only marks the words for translation.
_STATE_WORDS = (N_("running"), N_("done"), N_("failed"), N_("cancelled"), N_("broken-off"), N_("waiting"))
# An English template and its facts, to be said in the reader's language.
Said = tuple[str, Mapping[str, object]]
_TABLES = """
CREATE TABLE IF NOT EXISTS job (
    id INTEGER PRIMARY KEY AUTOINCREMENT, what TEXT NOT NULL, about INTEGER NOT NULL, actor TEXT NOT NULL,
    since TEXT NOT NULL, batches INTEGER NOT NULL, before TEXT, done INTEGER NOT NULL DEFAULT 0, total INTEGER,
    state TEXT NOT NULL DEFAULT 'running', ended TEXT, stopped_by TEXT, head TEXT, said TEXT, failure TEXT,
    forgotten INTEGER NOT NULL DEFAULT 0);
CREATE TABLE IF NOT EXISTS job_file (
    job INTEGER NOT NULL REFERENCES job ON DELETE CASCADE, number INTEGER NOT NULL, path TEXT NOT NULL,
    sha256 TEXT NOT NULL, state TEXT NOT NULL, batch INTEGER, PRIMARY KEY (job, number));
"""
_COLUMNS = (
    "id, what, about, actor, since, batches, before, done, total, state, ended, stopped_by, head, said, failure, "
    "forgotten"
)


@dataclass(frozen=True, slots=True)
class JobFile:
    """A file that a job is about: ``waiting`` to be posted, or what became of it, and as which batch."""

    path: str
    sha256: str
    state: str
    batch: int | None = None


@dataclass(frozen=True, slots=True)
class JobRecord:
    """Work that was begun. ``what``: in English, to translate; ``of``: which delivery, 0 if none.

    ``batches``, ``before``: how many batches the ledger had then, and its head; ``head``: the head when it ended.
    ``stopped_by``: who cancelled it. ``failure``: the class of the error and its facts.
    """

    what: str
    by: str
    since: str
    of: int = 0
    batches: int = 0
    before: str | None = None
    id: int = 0
    done: int = 0
    total: int | None = None
    state: JobState = "running"
    ended: str | None = None
    stopped_by: str | None = None
    head: str | None = None
    said: Said | None = None
    failure: Said | None = None
    forgotten: bool = False
    files: Sequence[JobFile] = field(default=())


@dataclass(frozen=True, slots=True)
class JobLog:
    """The jobs of a ledger, in the database at ``path``; ``secret``: the ledger's key, if it has one."""

    path: Path
    secret: Secret | None = None

    def begin(self, record: JobRecord) -> int:
        """Write down what begins; returns its number."""
        columns = "what, about, actor, since, batches, before"
        told = (record.what, record.of, record.by, record.since, record.batches, record.before)
        with self._open() as box, box:
            number = box.execute(f"INSERT INTO job ({columns}) VALUES (?, ?, ?, ?, ?, ?)", told).lastrowid  # noqa: S608
            _put_files(box, int(number or 0), record.files)
        return int(number or 0)

    def advance(self, number: int, done: int, total: int | None) -> None:
        """Write down how far it is."""
        with self._open() as box, box:
            box.execute("UPDATE job SET done = ?, total = ? WHERE id = ?", (done, total, number))

    def end(self, record: JobRecord) -> None:
        """Write down how it ended."""
        told = (
            record.done,
            record.total,
            record.state,
            record.ended,
            record.stopped_by,
            record.head,
            _json(record.said),
            _json(record.failure),
            record.id,
        )
        columns = "done = ?, total = ?, state = ?, ended = ?, stopped_by = ?, head = ?, said = ?, failure = ?"
        with self._open() as box, box:
            box.execute(f"UPDATE job SET {columns} WHERE id = ?", told)  # noqa: S608 - the columns are ours
            _put_files(box, record.id, record.files)

    def forget(self, number: int) -> None:
        """Forget the job as the last of its kind, so that another may start."""
        with self._open() as box, box:
            box.execute("UPDATE job SET forgotten = 1 WHERE id = ?", (number,))

    def records(self) -> list[JobRecord]:
        """All of them, in the order in which they began."""
        if not self.path.exists():
            return []
        with self._open() as box:
            rows = box.execute(f"SELECT {_COLUMNS} FROM job ORDER BY id").fetchall()  # noqa: S608 - the columns are ours
            return [_record(row, _files(box, row[0])) for row in rows]

    def clear(self, before: str) -> None:
        """Remove those that began before a moment."""
        if self.path.exists():
            with self._open() as box, box:
                box.execute("DELETE FROM job WHERE since < ? AND state <> 'running'", (before,))

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        with side.opened(self.path, self.secret, _TABLES) as box:
            yield box


def _put_files(box: sqlite3.Connection, job: int, files: Iterable[JobFile]) -> None:
    box.execute("DELETE FROM job_file WHERE job = ?", (job,))
    rows = ((job, i, one.path, one.sha256, one.state, one.batch) for i, one in enumerate(files, 1))
    box.executemany("INSERT INTO job_file VALUES (?, ?, ?, ?, ?, ?)", rows)


def _files(box: sqlite3.Connection, job: int) -> list[JobFile]:
    query = "SELECT path, sha256, state, batch FROM job_file WHERE job = ? ORDER BY number"
    return [JobFile(*row) for row in box.execute(query, (job,))]


def _record(row: Sequence[object], files: Sequence[JobFile]) -> JobRecord:
    names = ("id", "what", "of", "by", "since", "batches", "before", "done", "total", "state", "ended", "stopped_by")
    known = dict(zip((*names, "head", "said", "failure", "forgotten"), row, strict=True))
    state = cast("JobState", known.pop("state"))
    said, failure, forgotten = (known.pop(name) for name in ("said", "failure", "forgotten"))
    return JobRecord(
        **known,  # type: ignore[arg-type]  # as the columns are declared
        state=state,
        said=_said(said),
        failure=_said(failure),
        forgotten=bool(forgotten),
        files=files,
    )


def _json(said: Said | None) -> str | None:
    return None if said is None else json.dumps([said[0], dict(said[1])], ensure_ascii=False, default=str)


def _said(text: object) -> Said | None:
    if text is None:
        return None
    template, facts = json.loads(str(text))
    return template, {name: tuple(fact) if isinstance(fact, list) else fact for name, fact in facts.items()}
