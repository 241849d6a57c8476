"""Files that were sent to the page and are not posted yet: a database beside the ledger, under the ledger's own key.

They hold full ID and card numbers. So the file is its owner's alone, what is deleted is overwritten, and a file that is
posted goes: the ledger keeps it from then on. Nothing rests on what lies here.
"""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from aidledger.errors import UnknownDelivery, UploadIncomplete
from aidledger.store import side

if TYPE_CHECKING:
    import sqlite3

    from aidledger.domain.secret import Secret

PIECE_BYTES = 1024 * 1024
_TABLES = """
CREATE TABLE IF NOT EXISTS delivery (id INTEGER PRIMARY KEY AUTOINCREMENT, at TEXT NOT NULL, sender TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS file (
    delivery INTEGER NOT NULL REFERENCES delivery ON DELETE CASCADE, number INTEGER NOT NULL, path TEXT NOT NULL,
    size INTEGER NOT NULL, sha256 TEXT, PRIMARY KEY (delivery, number), UNIQUE (delivery, path));
CREATE TABLE IF NOT EXISTS piece (
    delivery INTEGER NOT NULL, file INTEGER NOT NULL, number INTEGER NOT NULL, content BLOB NOT NULL,
    PRIMARY KEY (delivery, file, number), FOREIGN KEY (delivery, file) REFERENCES file ON DELETE CASCADE);
CREATE TABLE IF NOT EXISTS instruction (
    delivery INTEGER NOT NULL REFERENCES delivery ON DELETE CASCADE, path TEXT NOT NULL, said TEXT NOT NULL,
    PRIMARY KEY (delivery, path));
CREATE TABLE IF NOT EXISTS announcement (
    delivery INTEGER PRIMARY KEY REFERENCES delivery ON DELETE CASCADE, digest TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS passed_over (
    delivery INTEGER NOT NULL REFERENCES delivery ON DELETE CASCADE, path TEXT NOT NULL, why TEXT NOT NULL);
"""
# A delivery that lacks files and was announced in the same words.
_GOES_ON = """
SELECT announcement.delivery FROM announcement JOIN file ON file.delivery = announcement.delivery
WHERE announcement.digest = ? AND file.sha256 IS NULL ORDER BY announcement.delivery DESC LIMIT 1
"""


@dataclass(frozen=True, slots=True)
class AnnouncedFile:
    """A file that will be sent: its path in the folder that was dropped, its size in bytes, and when it was changed.

    ``changed``: in milliseconds since 1970, if the browser told.
    """

    path: str
    size: int
    changed: int | None = None


@dataclass(frozen=True, slots=True)
class Staged:
    """A file of a delivery. ``sha256`` None: announced and not received yet."""

    number: int
    path: str
    size: int
    sha256: str | None


@dataclass(frozen=True, slots=True)
class Delivery:
    """What was sent at once: when, by whom, and the files that still lie here.

    ``passed_over``: what was in the folder and not taken, each with the reason (operations.files.Why).
    """

    id: int
    at: str
    sender: str
    files: Sequence[Staged]
    passed_over: Sequence[tuple[str, str]] = ()

    @property
    def missing(self) -> list[Staged]:
        """The files that were announced and have not been received."""
        return [file for file in self.files if file.sha256 is None]


@dataclass(frozen=True, slots=True)
class Inbox:
    """The files that wait, in a database at ``path``; ``secret``: the ledger's key, if it has one."""

    path: Path
    secret: Secret | None = None

    def announce(
        self, at: str, sender: str, files: Sequence[AnnouncedFile], passed_over: Iterable[tuple[str, str]] = ()
    ) -> int:
        """Open a delivery, or go on with one that lacks files and was announced alike; returns its number."""
        with self._open() as box, box:
            digest = _digest(files)
            found = box.execute(_GOES_ON, (digest,)).fetchone()
            if found is not None:
                return int(found[0])
            number = int(box.execute("INSERT INTO delivery (at, sender) VALUES (?, ?)", (at, sender)).lastrowid or 0)
            rows = ((number, i, file.path, file.size) for i, file in enumerate(files, 1))
            box.executemany("INSERT INTO file (delivery, number, path, size) VALUES (?, ?, ?, ?)", rows)
            box.execute("INSERT INTO announcement VALUES (?, ?)", (number, digest))
            box.executemany("INSERT INTO passed_over VALUES (?, ?, ?)", ((number, *one) for one in passed_over))
        return number

    def receive(self, delivery: int, number: int, pieces: Iterable[bytes]) -> str:
        """Take in a file; sent again, it replaces what came before. Returns its SHA-256.

        Raises UnknownDelivery; UploadIncomplete if more comes than was announced, or less.
        """
        digest, received = hashlib.sha256(), 0
        with self._open() as box, box:
            announced = box.execute("SELECT size FROM file WHERE delivery = ? AND number = ?", (delivery, number))
            size = announced.fetchone()
            if size is None:
                raise UnknownDelivery(number=delivery)
            box.execute("DELETE FROM piece WHERE delivery = ? AND file = ?", (delivery, number))
            for i, piece in enumerate(_of_one_size(pieces)):
                received += len(piece)
                if received > size[0]:
                    raise UploadIncomplete(received=received, size=size[0])
                digest.update(piece)
                box.execute("INSERT INTO piece VALUES (?, ?, ?, ?)", (delivery, number, i, piece))
            if received != size[0]:
                raise UploadIncomplete(received=received, size=size[0])
            told = (digest.hexdigest(), delivery, number)
            box.execute("UPDATE file SET sha256 = ? WHERE delivery = ? AND number = ?", told)
        return digest.hexdigest()

    def deliveries(self) -> list[Delivery]:
        """All that wait, the newest first."""
        if not self.path.exists():
            return []
        with self._open() as box:
            found = box.execute("SELECT id, at, sender FROM delivery ORDER BY id DESC").fetchall()
            return [
                Delivery(number, at, sender, _files(box, number), _passed_over(box, number))
                for number, at, sender in found
            ]

    def delivery(self, number: int) -> Delivery:
        """One delivery; raises UnknownDelivery."""
        found = next((one for one in self.deliveries() if one.id == number), None)
        if found is None:
            raise UnknownDelivery(number=number)
        return found

    def remove(self, delivery: int, files: Iterable[int]) -> None:
        """Remove some files of a delivery, and the delivery with the last of them."""
        with self._open() as box, box:
            box.executemany("DELETE FROM file WHERE delivery = ? AND number = ?", ((delivery, n) for n in files))
            box.execute("DELETE FROM delivery WHERE id = ? AND id NOT IN (SELECT delivery FROM file)", (delivery,))

    def instruct(self, delivery: int, path: str, said: str | None) -> None:
        """Keep what was said by hand about a file, or a file in an archive; None: nothing any more."""
        with self._open() as box, box:
            box.execute("DELETE FROM instruction WHERE delivery = ? AND path = ?", (delivery, path))
            if said is not None:
                box.execute("INSERT INTO instruction VALUES (?, ?, ?)", (delivery, path, said))

    def instructions(self, delivery: int) -> dict[str, str]:
        """What was said by hand, by path."""
        with self._open() as box:
            return dict(box.execute("SELECT path, said FROM instruction WHERE delivery = ?", (delivery,)))

    def clear(self, before: str) -> None:
        """Remove what was announced before a moment."""
        if self.path.exists():
            with self._open() as box, box:
                box.execute("DELETE FROM delivery WHERE at < ?", (before,))

    def shelf(self, delivery: int) -> InboxShelf:
        """The received files of a delivery, in the order of their paths, as those of a folder are read."""
        received = [one for one in self.delivery(delivery).files if one.sha256 is not None]
        received.sort(key=lambda one: [part.encode() for part in one.path.split("/")])
        return InboxShelf(self, delivery, {Path(one.path): one for one in received})

    def piece(self, delivery: int, file: int, number: int) -> bytes:
        """A piece of a file; none is empty but one behind the last."""
        with self._open() as box:
            query = "SELECT content FROM piece WHERE delivery = ? AND file = ? AND number = ?"
            found = box.execute(query, (delivery, file, number)).fetchone()
        return b"" if found is None else bytes(found[0])

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        with side.opened(self.path, self.secret, _TABLES) as box:
            yield box


@dataclass(frozen=True, slots=True)
class InboxShelf:
    """Where an import finds the files of a delivery."""

    inbox: Inbox
    delivery: int
    files: dict[Path, Staged]

    def open(self, path: Path) -> io.RawIOBase:
        """A file's bytes, read piece by piece; raises FileNotFoundError."""
        if path not in self.files:
            raise FileNotFoundError
        return _Pieces(self.inbox, self.delivery, self.files[path])


class _Pieces(io.RawIOBase):
    """A staged file as one to read from anywhere, which an archive needs; one piece at a time is in memory."""

    def __init__(self, inbox: Inbox, delivery: int, file: Staged) -> None:
        super().__init__()
        self._inbox, self._delivery, self._file = inbox, delivery, file
        self._at = 0
        self._piece: tuple[int, bytes] = (-1, b"")

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        start = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._file.size}[whence]
        if start + offset < 0:
            raise ValueError(offset)
        self._at = start + offset
        return self._at

    def readinto(self, buffer: object) -> int:
        """Fill a buffer, at most to the end of the piece."""
        view = memoryview(buffer)  # type: ignore[arg-type]
        number, start = divmod(self._at, PIECE_BYTES)
        if number != self._piece[0]:
            self._piece = number, self._inbox.piece(self._delivery, self._file.number, number)
        some = self._piece[1][start : start + len(view)]
        view[: len(some)] = some
        self._at += len(some)
        return len(some)


def _of_one_size(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """The same bytes in pieces of PIECE_BYTES, but for the last."""
    waiting = bytearray()
    for piece in pieces:
        waiting += piece
        while len(waiting) >= PIECE_BYTES:
            yield bytes(waiting[:PIECE_BYTES])
            del waiting[:PIECE_BYTES]
    if waiting:
        yield bytes(waiting)


def _files(box: sqlite3.Connection, delivery: int) -> list[Staged]:
    query = "SELECT number, path, size, sha256 FROM file WHERE delivery = ? ORDER BY number"
    return [Staged(*row) for row in box.execute(query, (delivery,))]


def _passed_over(box: sqlite3.Connection, delivery: int) -> list[tuple[str, str]]:
    query = "SELECT path, why FROM passed_over WHERE delivery = ? ORDER BY rowid"
    return [(path, why) for path, why in box.execute(query, (delivery,))]


def _digest(files: Iterable[AnnouncedFile]) -> str:
    """Of names, sizes and times: a file that was changed since makes it another delivery."""
    told = sorted((file.path, file.size, file.changed or 0) for file in files)
    return hashlib.sha256(json.dumps(told).encode()).hexdigest()
