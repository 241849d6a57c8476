"""Workbooks that nobody wrote on purpose: our samples spoiled in many ways, read by workers as an import reads them."""

from __future__ import annotations

import hashlib
import random
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import pytest

from aidledger.domain.problem import KINDS
from aidledger.domain.roster import RosterFile
from aidledger.operations.examining import examined
from aidledger.operations.files import SPREADSHEETS, SourceFile
from aidledger.sheets.hints import Hints
from aidledger.sheets.limits import DEFAULT_LIMITS, MIB
from tests.builders import examined as read_here
from tests.builders import roster_grid, shipped, xlsx_bytes

LIMITS = replace(DEFAULT_LIMITS, memory_max_bytes=512 * MIB, seconds_max=10)
FOLDER = Path(__file__).parents[2] / "imports"
SAMPLES = {path.name: path.read_bytes() for path in sorted(FOLDER.iterdir()) if path.suffix in SPREADSHEETS}
ZIPPED = [name for name, content in SAMPLES.items() if content.startswith(b"PK")]
SEED = 20211203


def flipped(content: bytes, rng: random.Random) -> bytes:
    """Some bits turned over."""
    spoiled = bytearray(content)
    for _ in range(rng.choice([1, 3, 20])):
        spoiled[rng.randrange(len(spoiled))] ^= 1 << rng.randrange(8)
    return bytes(spoiled)


def cut(content: bytes, rng: random.Random) -> bytes:
    """Only the beginning, as a download that broke off."""
    return content[: rng.randrange(1, len(content))]


def torn(content: bytes, rng: random.Random) -> bytes:
    """A stretch taken out, or put in twice."""
    begin = rng.randrange(len(content))
    end = min(len(content), begin + rng.randrange(1, 2_000))
    return content[:begin] + content[begin:end] * rng.choice([0, 2]) + content[end:]


def mixed(content: bytes, rng: random.Random) -> bytes:
    """One file's beginning and another one's end."""
    other = SAMPLES[rng.choice([*SAMPLES])]
    return content[: rng.randrange(1, len(content))] + other[rng.randrange(len(other)) :]


def with_parts(content: bytes, change: Callable[[dict[str, bytes]], None]) -> bytes:
    """An archive whose parts are changed, and packed as they should be."""
    with zipfile.ZipFile(BytesIO(content)) as archive:
        parts = {info.filename: archive.read(info) for info in archive.infolist()}
    change(parts)
    target = BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, part in parts.items():
            archive.writestr(name, part)
    return target.getvalue()


def swapped_parts(content: bytes, rng: random.Random) -> bytes:
    """Two parts under each other's names."""

    def change(parts: dict[str, bytes]) -> None:
        one, two = rng.sample(sorted(parts), 2)
        parts[one], parts[two] = parts[two], parts[one]

    return with_parts(content, change)


def foreign_part(content: bytes, rng: random.Random) -> bytes:
    """A part out of another sample: its shared strings, its styles, its sheet."""

    def change(parts: dict[str, bytes]) -> None:
        with zipfile.ZipFile(BytesIO(SAMPLES[rng.choice(ZIPPED)])) as other:
            both = sorted(set(parts) & set(other.namelist())) or sorted(parts)
            name = rng.choice(both)
            parts[name] = other.read(name) if name in other.namelist() else b""

    return with_parts(content, change)


def missing_part(content: bytes, rng: random.Random) -> bytes:
    """A part that is not there."""
    return with_parts(content, lambda parts: void(parts.pop(rng.choice(sorted(parts)))))


def void(_: object) -> None:
    """Nothing comes of it."""


def spoiled_part(content: bytes, rng: random.Random) -> bytes:
    """A part with some of its signs changed, though packed well, so that no checksum tells."""

    def change(parts: dict[str, bytes]) -> None:
        name = rng.choice(sorted(parts))
        spoil = rng.choice([flipped, cut, torn])
        parts[name] = spoil(parts[name] or b" ", rng)

    return with_parts(content, change)


def spoiled_attributes(content: bytes, rng: random.Random) -> bytes:
    """A sheet whose references, types and counts are beyond what there is."""
    edits = [
        (b't="s"', b't="n"'),
        (b't="n"', b't="s"'),
        (b'r="A', b'r="XFD'),
        (b"<v>", b"<v>9999999"),
        (b'<row r="2"', b'<row r="1048576"'),
        (b"</row>", b""),
        (b"<sheetData>", b"<sheetData><sheetData>"),
        (b"office:value-type", b"office:value"),
        (b"<table:table-row", b'<table:table-row table:number-rows-repeated="1048576"'),
        (b"<table:table-cell", b'<table:table-cell table:number-columns-repeated="16384"'),
    ]

    def change(parts: dict[str, bytes]) -> None:
        for name in [name for name in parts if "sheet" in name or name == "content.xml"]:
            old, new = rng.choice([edit for edit in edits if edit[0] in parts[name]] or [(b"<", b"<<")])
            parts[name] = parts[name].replace(old, new, rng.choice([1, -1]))

    return with_parts(content, change)


ANY = (flipped, cut, torn, mixed)
PACKED = (swapped_parts, foreign_part, missing_part, spoiled_part, spoiled_attributes)


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
    sources = [SourceFile(Path(name), raw, hashlib.sha256(raw).hexdigest()) for name, raw in files.items()]
    read = list(examined(iter(sources), shipped(), Hints(), LIMITS, workers=1))
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
