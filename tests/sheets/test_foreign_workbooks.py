"""Workbooks that nobody wrote on purpose: our samples spoiled in many ways, read by workers as an import reads them."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from aidledger.domain.problem import KINDS
from aidledger.domain.roster import RosterFile
from aidledger.operations.examining import examined
from aidledger.operations.files import InputFile
from aidledger.operations.workers import without_waits
from aidledger.sheets.formats.limits import DEFAULT_LIMITS, MIB
from aidledger.sheets.recognition.hints import Hints
from tests.builders import examined as read_here
from tests.builders import roster_grid, shipped, xlsx_bytes
from tools.fuzz.mutations import ANY, PACKED, cut, flipped, missing_part, swapped_parts, torn, with_parts
from tools.fuzz.originals import SAMPLES, ZIPPED

LIMITS = replace(DEFAULT_LIMITS, memory_max_bytes=512 * MIB, seconds_max=10)
SEED = 20211203


def spoiled_files() -> dict[str, bytes]:
    """Some 180 files, the same each time."""
    rng = random.Random(SEED)
    files = {}
    for name, content in SAMPLES.items():
        ways = rng.sample(ANY, 2) + (rng.sample(PACKED, 4) if name in ZIPPED else [flipped, torn, flipped])
        for at, spoil in enumerate(ways):
            files[f"{at}-{spoil.__name__}-{name}"] = spoil(content, rng)
    return files


FILES = spoiled_files()


@pytest.fixture(scope="module")
def results() -> Mapping[str, RosterFile]:
    files = {**FILES, **{f"good-{name}": content for name, content in SAMPLES.items()}}
    sources = [InputFile(Path(name), raw, hashlib.sha256(raw).hexdigest()) for name, raw in files.items()]
    read = list(without_waits(examined(iter(sources), shipped(), lambda _: Hints(), LIMITS, workers=1)))
    assert [source.path.name for source, _ in read] == [*files]
    return {source.path.name: file for source, file in read}


def entries(file: RosterFile) -> set[tuple[object, ...]]:
    """What would be posted of a file."""
    if file.blocked(record_conflicts=False):
        return set()
    return {
        (number, name, roster.program, roster.period, fen)
        for table in file.tables
        for roster in table.rosters
        for number, name, fen in zip(table.lines.numbers, table.lines.names, roster.amounts_fen, strict=True)
        if fen is not None
    }


def test_there_are_enough_of_every_kind() -> None:
    assert len(FILES) > 150
    endings = {Path(name).suffix for name in FILES}
    assert endings >= {".xlsx", ".xls", ".ods", ".csv"}


@pytest.mark.parametrize("name", FILES)
def test_a_spoiled_file_comes_out_as_a_file_does(results: Mapping[str, RosterFile], name: str) -> None:
    file = results[name]
    assert sum(file.fates.values()) == file.rows_read
    assert {problem.code for problem in file.problems} <= KINDS.keys()
    for problem in file.problems:
        assert problem.kind.message.format(**problem.facts)
    assert file.problems or file.tables or file.listings


@pytest.mark.parametrize("name", [name for name in FILES if name.endswith((".xlsx", ".ods"))])
def test_of_an_archive_that_was_spoiled_everything_is_posted_or_nothing(
    results: Mapping[str, RosterFile], name: str
) -> None:
    _, way, sample = name.split("-", 2)
    if way in {spoil.__name__ for spoil in (flipped, cut, torn, missing_part, swapped_parts)}:
        assert entries(results[name]) in (set(), entries(results[f"good-{sample}"]))


@pytest.mark.parametrize("replacement", [None, b"", b"<x/>", b'<?xml version="1.0"?><worksheet/>', b"nothing"])
@pytest.mark.parametrize("sheet", ["sheet1", "sheet2"])
def test_a_class_whose_sheet_is_no_sheet_is_not_lost_in_silence(sheet: str, replacement: bytes | None) -> None:
    def change(parts: dict[str, bytes]) -> None:
        name = f"xl/worksheets/{sheet}.xml"
        del parts[name]
        if replacement is not None:
            parts[name] = replacement

    two_classes = xlsx_bytes({"一班": roster_grid(), "二班": roster_grid(first=10)})
    assert not entries(read_here(with_parts(two_classes, change)))


def test_the_good_ones_are_read_as_ever_among_the_spoiled(results: Mapping[str, RosterFile]) -> None:
    read = [results[f"good-{name}"] for name in SAMPLES]
    assert sum(bool(entries(file)) for file in read) > 10
