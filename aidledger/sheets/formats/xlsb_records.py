"""Records of an .xlsb: type and length, both in 7 bits per byte, then the data."""

from __future__ import annotations

import struct
from collections.abc import Iterator


def records(part: bytes) -> Iterator[tuple[int, bytes]]:
    """The records of a part, in order, as type and data."""
    at, end = 0, len(part)
    while at < end:
        record, at = part[at], at + 1
        if record & 0x80:
            record, at = (record & 0x7F) | part[at] << 7, at + 1
        length = 0
        for shift in (0, 7, 14, 21):
            byte, at = part[at], at + 1
            length |= (byte & 0x7F) << shift
            if not byte & 0x80:
                break
        yield record, part[at : at + length]
        at += length


def wide_text(data: bytes, at: int) -> tuple[str, int]:
    """A length-prefixed UTF-16 text, and the offset after it."""
    (length,) = struct.unpack_from("<I", data, at)
    end = at + 4 + 2 * length
    return data[at + 4 : end].decode("utf-16-le"), end


def short_number(bits: int) -> float:
    """Decode an RK number: 30 bits and two flags, for an integer and for a value times 100."""
    if bits & 0x02:
        value: float = (bits >> 2) - ((bits & 0x80000000) >> 1)
    else:
        (value,) = struct.unpack("<d", struct.pack("<Q", (bits & 0xFFFFFFFC) << 32))
    return value / 100 if bits & 0x01 else value
