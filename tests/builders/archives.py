"""Archives of lists as schools and their programs pack them, written by hand: names in any bytes, any flags."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Mapping

UTF_8_NAMES, ENCRYPTED = 0x800, 0x1
_STORED, _DEFLATED = 0, 8


def zipped(
    files: Mapping[str | bytes, bytes], *, encoding: str = "utf-8", deflated: bool = True, flags: int = UTF_8_NAMES
) -> bytes:
    """An archive of files by name, in that order; ``flags`` are those of all files."""
    body, listed = b"", b""
    for said, content in files.items():
        name = said.encode(encoding) if isinstance(said, str) else said
        packer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
        packed = packer.compress(content) + packer.flush() if deflated else content
        sizes = (zlib.crc32(content), len(packed), len(content))
        head = struct.pack("<5H3I2H", 20, flags, _DEFLATED if deflated else _STORED, 0, 33, *sizes, len(name), 0)
        listed += b"PK\x01\x02\x14\x00" + head + struct.pack("<3H2I", 0, 0, 0, 0, len(body)) + name
        body += b"PK\x03\x04" + head + name + packed
    end = struct.pack("<4H2IH", 0, 0, len(files), len(files), len(listed), len(body), 0)
    return body + listed + b"PK\x05\x06" + end
