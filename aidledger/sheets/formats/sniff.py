"""Detection of the file format by content, as names are unreliable."""

from __future__ import annotations

import re
from typing import Literal

from aidledger.sheets.formats.failures import FileRefused

Format = Literal["zip", "xls", "text", "web-page", "web-archive", "xml"]

_ZIP = b"PK\x03\x04"
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_BIFF = (b"\x09\x08", b"\x09\x04", b"\x09\x02", b"\x09\x00")
# Reasons in English, translated on output.
_OTHERS = {
    b"%PDF": "it is a PDF document",
    b"\x89PNG": "it is a picture",
    b"\xff\xd8\xff": "it is a picture",
    b"GIF8": "it is a picture",
    b"{\\rtf": "it is a text document",
    b"Rar!": "it is an archive; unpack it first",
    b"7z\xbc\xaf": "it is an archive; unpack it first",
    b"\x1f\x8b": "it is an archive; unpack it first",
}
_HEAD_BYTES = 4_096
_XML_WORKBOOK = "urn:schemas-microsoft-com:office:spreadsheet"
_WEB_PAGE = re.compile(
    r"<(?:!doctype\s+html|html|head|meta|title|style|script|body|table|tr|td|div|p|center|font|h[1-6])\b"
)
_XML_PROLOGUE = re.compile(r"\s*(?:<\?[^>]*>|<!--.*?-->|\s+)*", re.DOTALL)
_WEB_ARCHIVE = re.compile(r"(?:[a-z][a-z0-9-]*:[^\n]*\n|[ \t][^\n]*\n)*?mime-version:", re.IGNORECASE)
_LOCKED_BY_OFFICE = b"E-SafeNet"  # transparent encryption of all documents of an office
_WORKBOOKS = ("Workbook", "WORKBOOK", "Book", "BOOK")  # names of the stream that holds the workbook
# Streams of Office documents protected by a password or rights management.
_LOCKED = ("EncryptedPackage", "DRMEncryptedTransform", "\x09DRMContent")


def sniff(content: bytes) -> Format:
    """The format of a file; raises FileRefused if it is no spreadsheet."""
    if content.startswith(_ZIP):
        return "zip"
    if content.startswith(_OLE):
        return _compound(content)
    if content.startswith(_BIFF):
        return "xls"
    if not content.strip(b"\0 \r\n\t"):
        raise FileRefused("unreadable-file", why="it is empty")
    why = next((why for magic, why in _OTHERS.items() if content.startswith(magic)), None)
    if _LOCKED_BY_OFFICE in content[:_HEAD_BYTES]:
        why = "it was encrypted by the office that sent it; ask for a decrypted copy"
    if why is not None:
        raise FileRefused("unreadable-file", why=why)
    return _text(content)


def _compound(content: bytes) -> Format:
    """The format of an OLE compound file: an old workbook, a new one with a password, or another document."""
    if any(name.encode("utf-16-le") in content for name in _LOCKED):
        raise FileRefused("encrypted-file")
    if any(name.encode("utf-16-le") in content for name in _WORKBOOKS):
        return "xls"
    raise FileRefused("unreadable-file", why="it is an Office document, but not a workbook")


def _text(content: bytes) -> Format:
    """The format of a text: markup by its beginning, else delimited."""
    utf_16 = content.startswith((b"\xff\xfe", b"\xfe\xff"))
    head = content[:_HEAD_BYTES].decode("utf-16" if utf_16 else "latin-1", "ignore")
    head = head.removeprefix("\xef\xbb\xbf").lstrip().lower()
    if head.startswith("<"):
        begin = _XML_PROLOGUE.match(head)
        root = head[begin.end() :] if begin else head
        if _XML_WORKBOOK in head and not root.startswith(("<html", "<!doctype html")):
            return "xml"
        if _WEB_PAGE.match(root) or (head.startswith("<!--") and _WEB_PAGE.search(root)):
            return "web-page"
        if re.match(r"<[a-z!?]", head):
            raise FileRefused("unreadable-file", why="it is an XML document named like a spreadsheet")
    return "web-archive" if _WEB_ARCHIVE.match(head) and "multipart/related" in head else "text"
