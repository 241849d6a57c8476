"""Ways to spoil a file: its bytes, or a part of an archive that is then packed again as it should be."""

from __future__ import annotations

import random
import zipfile
from collections.abc import Callable
from io import BytesIO

from tools.fuzz.originals import SAMPLES, ZIPPED


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
            archive.writestr(zipfile.ZipInfo(name), part, zipfile.ZIP_DEFLATED)  # without the time of day
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


_PACKED_SHARE = 0.7


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


def spoiled(content: bytes, rng: random.Random) -> tuple[str, bytes]:
    """A file spoiled in one of these ways, and what the way is called."""
    way = rng.choice(PACKED if content.startswith(b"PK") and rng.random() < _PACKED_SHARE else ANY)
    return way.__name__, way(content, rng)
