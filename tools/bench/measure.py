"""A command in a process of its own: its wall and processor time with its children's, and how much memory it took."""

from __future__ import annotations

import json
import resource
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from time import perf_counter
from typing import Any

try:
    import psutil
except ImportError:  # figures without memory are better than none
    psutil = None

ROOT = Path(__file__).parents[2]
_SAMPLE_SECONDS = 0.025
_SAMPLES_PER_LOOK_AROUND = 10  # to look for new children costs some milliseconds
_MIB = 2**20
_SECONDS_MAX = 3_600


class Failed(Exception):
    """The command ended in failure; its last words."""


@dataclass(frozen=True, slots=True)
class Measured:
    """What a command took. Memory is what was resident at its peak: of the process, and with all of its children."""

    wall_seconds: float
    cpu_seconds: float
    own_mib: float | None
    all_mib: float | None
    answer: str


def cpu_seconds() -> float:
    """What this process has used, and those of its children that have ended."""
    parts = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(part.ru_utime + part.ru_stime for part in parts)


def watched(command: Sequence[str]) -> Measured:
    """Run a command and watch its memory; raises Failed, also where it does not come to an end."""
    before = cpu_seconds()
    started = perf_counter()
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        memory = _Memory(process.pid)
        while True:
            try:
                answer, last_words = process.communicate(timeout=_SAMPLE_SECONDS)
                break
            except subprocess.TimeoutExpired:
                memory.look()
                if perf_counter() - started > _SECONDS_MAX:
                    process.kill()
    wall = perf_counter() - started
    if process.returncode:
        raise _failed(last_words, process.returncode)
    # Without the few milliseconds that watching took.
    return Measured(wall, cpu_seconds() - before - memory.cost_seconds, memory.own_mib, memory.all_mib, answer)


def timed(command: Sequence[str]) -> float:
    """The wall time of a short command, unwatched; raises Failed."""
    started = perf_counter()
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    wall = perf_counter() - started
    if done.returncode:
        raise _failed(done.stderr, done.returncode)
    return wall


def _failed(last_words: str, code: int) -> Failed:
    return Failed((last_words.strip().splitlines() or [f"exit code {code}"])[-1][:100])


def job(name: str, **task: object) -> Measured:
    """Run a yardstick; its own clock counts, which leaves out what it prepares. Raises Failed."""
    measured = watched([sys.executable, "-m", "tools.bench.job", name, json.dumps(task)])
    said = json.loads(measured.answer)
    return replace(
        measured, wall_seconds=said["wall_seconds"], cpu_seconds=said["cpu_seconds"], answer=json.dumps(said["answer"])
    )


class _Memory:
    def __init__(self, pid: int) -> None:
        self.own_mib: float | None = None
        self.all_mib: float | None = None
        self.cost_seconds = 0.0
        self._pid = pid
        self._family: list[Any] = []
        self._looks = 0

    def look(self) -> None:
        if psutil is None:
            return
        started = cpu_seconds()
        if self._looks % _SAMPLES_PER_LOOK_AROUND == 0:
            self._family = self._everybody()
        self._looks += 1
        sizes = [_resident(process) / _MIB for process in self._family]
        if sizes:
            self.own_mib = max(self.own_mib or 0, sizes[0])
            self.all_mib = max(self.all_mib or 0, sum(sizes))
        self.cost_seconds += cpu_seconds() - started

    def _everybody(self) -> list[Any]:
        try:
            parent = psutil.Process(self._pid)
            return [parent, *parent.children(recursive=True)]
        except psutil.Error:
            return []


def _resident(process: Any) -> int:  # noqa: ANN401 - psutil may be missing
    try:
        return int(process.memory_info().rss)
    except psutil.Error:
        return 0
