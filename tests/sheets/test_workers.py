"""Hostile workbooks in worker processes: the process may die, the file is refused, the others are read."""

from __future__ import annotations

import errno
import hashlib
import os
import random
import time
from dataclasses import replace
from multiprocessing.context import SpawnProcess
from pathlib import Path

import pytest

from aidledger.errors import WorkerNotStarted
from aidledger.operations.examining import Examined, examined
from aidledger.operations.files import InputFile
from aidledger.operations.workers import Ended, NotReady, run_in_order, without_waits
from aidledger.sheets.formats.limits import DEFAULT_LIMITS, MIB
from aidledger.sheets.recognition.hints import Hints
from tests.builders import edited_package, roster_grid, roster_xls, roster_xlsx, shipped, with_cells, xlsx_bytes

LIMITS = replace(DEFAULT_LIMITS, memory_max_bytes=512 * MIB, seconds_max=20)
PART = "xl/worksheets/sheet1.xml"


def source(name: str, content: bytes) -> InputFile:
    return InputFile(Path(name), content, hashlib.sha256(content).hexdigest())


def corners() -> bytes:
    """A sheet with cells at A1 and XFD1048576: 2 KB that ask the reader for 550 GB."""

    def far(part: bytes) -> bytes:
        cell = b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'
        return part.replace(b"</sheetData>", cell)

    return edited_package(roster_xlsx(), {PART: far})


def spoiled(part: bytes) -> bytes:
    return part.replace(b't="n"', b't="s"').replace(b"<v>", b"<v>99999")


HOSTILE = {
    "corners.xlsx": corners(),
    "strings.xlsx": edited_package(roster_xlsx(), {PART: spoiled}),
    "half.xlsx": edited_package(roster_xlsx(), {PART: lambda part: part[: len(part) // 2]}),
    "nothing.xlsx": edited_package(roster_xlsx(), {PART: lambda _: b""}),
    "reference.xlsx": edited_package(roster_xlsx(), {PART: lambda part: part.replace(b'r="A1"', b'r="A0"')}),
    "letters.xlsx": edited_package(roster_xlsx(), {PART: lambda part: part.replace(b'r="A1"', b'r="ZZZZZZZZ1"')}),
    "dimension.xlsx": edited_package(roster_xlsx(), {PART: lambda part: part.replace(b'"A1:F6"', b'"A1:XFD9999999"')}),
}


@pytest.fixture(scope="module")
def results() -> dict[str, Examined]:
    sources = [source("first.xlsx", roster_xlsx())]
    sources += [source(name, content) for name, content in HOSTILE.items()]
    sources += [source("last.xls", roster_xls(first=10)), source("none.xlsx", b"")]
    done = list(without_waits(examined(iter(sources), shipped(), lambda _: Hints(), LIMITS, workers=2)))
    assert [one.path.name for one, _ in done] == [one.path.name for one in sources]  # in the order given
    return {one.path.name: (one, file) for one, file in done}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_workbook_is_refused_or_read_and_never_more(results: dict[str, Examined], name: str) -> None:
    _, file = results[name]
    assert file.problems or len(file.tables[0].lines) == 3
    assert sum(file.fates.values()) == file.rows_read
    assert not {problem.code for problem in file.problems} - {
        *{"unreadable-file", "file-too-large", "no-header", "program-unknown", "period-unknown"},
        *{"declared-total-mismatch", "amount-off-standard"},
    }


def test_two_far_corners_are_too_large_or_unreadable(results: dict[str, Examined]) -> None:
    _, file = results["corners.xlsx"]
    (problem,) = file.problems
    assert problem.code in {"file-too-large", "unreadable-file"}
    assert file.blocked(record_conflicts=True)


@pytest.mark.parametrize("name", ["first.xlsx", "last.xls"])
def test_the_files_before_and_after_a_hostile_one_are_read(results: dict[str, Examined], name: str) -> None:
    _, file = results[name]
    assert file.problems == []
    assert file.tables[0].rosters[0].amount_fen == 300_000


def test_an_empty_file_is_unreadable(results: dict[str, Examined]) -> None:
    assert [problem.code for problem in results["none.xlsx"][1].problems] == ["unreadable-file"]


@pytest.mark.parametrize("workers", [1, 3])
def test_the_number_of_workers_changes_nothing(workers: int) -> None:
    sources = [source(f"{i}.xlsx", roster_xlsx(i, first=i * 10)) for i in range(1, 8)]
    sources.append(source("8.xlsx", xlsx_bytes(with_cells(roster_grid(), {"C4": "1"}))))
    done = list(without_waits(examined(sources, shipped(), lambda _: Hints(), DEFAULT_LIMITS, workers=workers)))
    assert [len(file.tables[0].lines) for _, file in done] == [1, 2, 3, 4, 5, 6, 7, 3]
    assert [problem.code for _, file in done for problem in file.problems] == ["id-format"]


@pytest.mark.parametrize("slow", [0, 1, 5])
@pytest.mark.parametrize("workers", [1, 2, 3])
def test_no_job_is_lost_behind_a_slow_one(workers: int, slow: int) -> None:
    # While one file takes its time, the others are read so far ahead that nobody has anything to do when it is done.
    jobs = [(0.3 if i == slow else 0.0,) for i in range(20)]
    done = list(without_waits(run_in_order(time.sleep, jobs, workers=workers, seconds_max=20, prepare=random.seed)))
    assert done == [None] * 20


def die_of(number: int) -> int:
    """What a reader that aborts on a file does to its process."""
    if number in {0, 3, 4}:
        os._exit(1)
    return number


@pytest.mark.parametrize("workers", [1, 2])
def test_a_death_is_that_of_its_own_job_and_the_jobs_given_ahead_are_done(workers: int) -> None:
    jobs = [(number,) for number in range(8)]
    done = list(without_waits(run_in_order(die_of, jobs, workers=workers, seconds_max=20, prepare=random.seed)))
    assert done == [Ended("died"), 1, 2, Ended("died"), Ended("died"), 5, 6, 7]


class NotTakenIn:
    """What finds no memory so many times when it comes to a worker; who counts them is a folder."""

    def __init__(self, folder: Path, times: int) -> None:
        self.folder, self.times = folder, times

    def __reduce__(self) -> tuple[object, ...]:
        return _taken_in, (self.folder, self.times)


def _taken_in(folder: Path, times: int) -> Path:
    if len(list(folder.iterdir())) < times:
        (folder / str(time.monotonic_ns())).touch()
        raise MemoryError
    return folder


@pytest.mark.parametrize(("times", "ends"), [(1, False), (2, True)])
def test_a_job_given_ahead_that_finds_no_memory_beside_another_is_done_after_it(
    tmp_path: Path, times: int, *, ends: bool
) -> None:
    jobs: list[tuple[object]] = [("first",), (NotTakenIn(tmp_path, times),), ("last",)]
    done = list(without_waits(run_in_order(str, jobs, workers=1, seconds_max=20, prepare=random.seed)))
    assert done == ["first", Ended("died") if ends else str(tmp_path), "last"]


def test_a_job_that_takes_too_long_is_ended_and_the_next_has_its_own_time() -> None:
    jobs = [(0.0,), (20.0,), (0.4,), (0.0,)]
    done = list(without_waits(run_in_order(time.sleep, jobs, workers=1, seconds_max=2, prepare=random.seed)))
    assert done == [None, Ended("too-slow"), None, None]


def test_a_worker_goes_on_while_nobody_asks_for_its_results(tmp_path: Path) -> None:
    jobs = [(tmp_path / str(number),) for number in range(4)]
    results = without_waits(run_in_order(Path.touch, jobs, workers=1, seconds_max=20, prepare=random.seed))
    next(results)
    deadline = time.monotonic() + 20
    while not jobs[2][0].exists() and time.monotonic() < deadline:
        time.sleep(0.01)
    assert jobs[2][0].exists()
    assert list(results) == [None] * 3


def test_who_takes_results_is_told_before_each_wait() -> None:
    results = run_in_order(time.sleep, [(0.3,)] * 3, workers=1, seconds_max=20, prepare=random.seed)
    seen = ["wait" if isinstance(result, NotReady) else "done" for result in results]
    assert seen == ["wait", "done"] * 3


def test_a_system_that_starts_no_process_is_told_of_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_process: SpawnProcess) -> None:
        raise OSError(errno.EAGAIN, "Resource temporarily unavailable")

    monkeypatch.setattr(SpawnProcess, "start", full)
    with pytest.raises(WorkerNotStarted, match="temporarily unavailable"):
        list(without_waits(run_in_order(str, [("one",)], workers=2, seconds_max=20, prepare=random.seed)))
