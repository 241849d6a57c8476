"""Repairs workbooks that calamine rejects for harmless faults."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Mapping
from io import BytesIO

_ENCODING = re.compile(r"""^(<\?xml[^<>]*?)\s+encoding=["'][^"']*["']""")
_UTF_16 = {b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16", b"<\0": "utf-16-le", b"\0<": "utf-16-be"}


def in_utf_8(part: bytes | bytearray) -> bytes | None:
    """Recode a part from UTF-16 to UTF-8; None if it is not in UTF-16. Raises ValueError if it is invalid."""
    encoding = _UTF_16.get(bytes(part[:2]))
    if encoding is None:
        return None
    return _ENCODING.sub(r"\1", part.decode(encoding).lstrip("\ufeff")).encode()


def mended(content: bytes, parts: Mapping[str, bytes]) -> bytes:
    """The archive with parts, given by name, replaced or added."""
    target = BytesIO()
    with zipfile.ZipFile(BytesIO(content)) as source, zipfile.ZipFile(target, "w") as copy:
        names = [info.filename for info in source.infolist()]
        for name in dict.fromkeys([*(name for name in parts if name not in names), *names]):
            copy.writestr(zipfile.ZipInfo(name), parts[name] if name in parts else source.read(name))
    return target.getvalue()
