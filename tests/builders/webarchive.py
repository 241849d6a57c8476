"""Web archives (.mht): the pages that Excel makes of a workbook's sheets, in one file."""

from __future__ import annotations

from base64 import encodebytes
from quopri import encodestring
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.builders.books import Page

_NAMED = '<x:ExcelWorksheet><x:Name>{}</x:Name>\r\n<x:WorksheetSource HRef="x.files/{}"/></x:ExcelWorksheet>'


def web_archive(parts: dict[str, str], encoding: str = "base64") -> bytes:
    """Pages by their names."""
    encode = encodebytes if encoding == "base64" else encodestring
    head = b'MIME-Version: 1.0\r\nX-Document-Type: Workbook\r\nContent-Type: multipart/related; boundary="--B"\r\n\r\n'
    body = b"".join(
        b"----B\r\nContent-Location: file:///C:/x/"
        + name.encode()
        + b'\r\nContent-Type: text/html; charset="gb2312"\r\n'
        b"Content-Transfer-Encoding: " + encoding.encode() + b"\r\n\r\n" + encode(page.encode("gb18030")) + b"\r\n"
        for name, page in parts.items()
    )
    return head + body + b"----B--\r\n"


def web_archive_book(book: list[Page]) -> bytes:
    """The book as .mht: the first page names the others, each of which is a sheet."""
    from tests.builders.books import html_book  # it makes a web archive in its turn

    files = {f"sheet{i:03}.htm": page for i, page in enumerate(book, 1)}
    names = "".join(_NAMED.format(page.name, file) for file, page in files.items())
    pages = {f"x.files/{file}": html_book([page]).decode() for file, page in files.items()}
    return web_archive({"x.htm": f"<html><xml>{names}</xml><frameset></html>", **pages})
