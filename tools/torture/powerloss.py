"""Power cuts: what a disk may hold when writes that were not synced are dropped, torn or come out of order.

An import is recorded once. After its calls the disk is built anew as it might be: what was synced is there; of what was
written since, nothing, all, any part, in sectors of 512 bytes. A file's removal counts once its folder was synced.
"""

from __future__ import annotations

import random
import shutil
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from tests.cli.harness import importing
from tests.store.ledgers import new_path
from tools.torture.recording import Call, calls_of
from tools.torture.rosters import Tried, acknowledged, broken, write_rosters

FILES, ROWS = 6, 20
SECTOR = 512
FATES = ("all lost", "some lost", "torn", "out of order", "all there")


class _Disk:
    """Files as they were synced, and what was done to each since."""

    def __init__(self, files: Mapping[Path, bytes]) -> None:
        self.synced: dict[Path, bytearray] = {path: bytearray(content) for path, content in files.items()}
        self.since: dict[Path, list[Call]] = {}
        self.removed: set[Path] = set()

    def take(self, call: Call) -> None:
        if call.what == "remove":
            self.removed.add(call.path)
        elif call.what in {"write", "cut"}:
            if call.path in self.removed:  # a new file of that name
                self._forget(call.path)
            self.since.setdefault(call.path, []).append(call)
        elif call.what == "sync":
            for path in [path for path in self.removed if path.parent == call.path]:
                self._forget(path)
            content = self.synced.setdefault(call.path, bytearray())
            for done in self.since.pop(call.path, []):
                _apply(content, done)

    def _forget(self, path: Path) -> None:
        self.removed.discard(path)
        self.synced.pop(path, None)
        self.since.pop(path, None)

    def after_a_cut(self, rng: random.Random, fate: str) -> Iterator[tuple[Path, bytes]]:
        """The files that are found when the power is back."""
        for path in self.synced.keys() | self.since.keys():
            if path in self.removed and rng.random() < 1 / 2:
                continue
            content = bytearray(self.synced.get(path, b""))
            for call in _what_came_through(self.since.get(path, []), rng, fate):
                _apply(content, call)
            if path.suffix != ".db" and not content and path not in self.synced:
                continue  # it was never seen by the disk
            yield path, bytes(content)


def _apply(content: bytearray, call: Call) -> None:
    if call.what == "cut":
        del content[call.offset :]
        return
    if len(content) < call.offset:
        content.extend(bytes(call.offset - len(content)))
    content[call.offset : call.offset + len(call.data)] = call.data


def _what_came_through(calls: Sequence[Call], rng: random.Random, fate: str) -> Sequence[Call]:
    if fate == "all lost":
        return []
    if fate == "some lost":
        return [call for call in calls if rng.random() < 1 / 2]
    if fate == "torn":
        return [part for call in calls for part in _sectors(call) if rng.random() < 1 / 2]
    if fate == "out of order":
        return rng.sample(calls, rng.randint(0, len(calls)))
    return calls


def _sectors(call: Call) -> Iterator[Call]:
    if call.what != "write":
        yield call
    for at in range(0, len(call.data), SECTOR):
        yield Call(call.what, call.path, call.offset + at, call.data[at : at + SECTOR])


def cut_power(folder: Path, shim: Path, images: int, seed: int, more: Mapping[str, str] | None = None) -> Tried:
    """Record an import, build ``images`` disks as power cuts may leave them, and look at the ledger on each."""
    rosters = write_rosters(folder / "rosters", FILES, ROWS)
    home = folder / "recorded"
    home.mkdir()
    place = new_path(home)
    disk = _Disk({place: place.read_bytes()})
    log = folder / "calls"
    env = {"LD_PRELOAD": str(shim), "TORTURE_FOLDER": str(home), "TORTURE_LOG": str(log), **(more or {})}
    importing(place, rosters, **env).communicate()
    calls = list(calls_of(log))
    rng, done, said = random.Random(seed), Tried(), ""
    cuts = sorted(rng.randrange(len(calls) + 1) for _ in range(images))
    for number, call in enumerate([*calls, None]):
        for cut in [at for at in cuts if at == number]:
            fate = rng.choice(FATES)
            back = folder / "back"
            back.mkdir()
            for path, content in disk.after_a_cut(rng, fate):
                (back / path.name).write_bytes(content)
            done.tried += 1
            wrong = broken(back / place.name, rosters, acknowledged(said), ROWS)
            if wrong is not None:
                done.broken.append(f"cut after call {cut} of {len(calls)}, {fate}: {wrong}")
            shutil.rmtree(back)
        if call is not None and call.what == "said":
            said += call.data.decode()
        elif call is not None:
            disk.take(call)
    return done
