"""What a file is, by its content; its name is only what somebody called it."""

from __future__ import annotations

from typing import Literal

from aidledger.sheets.failures import FileRefused

Format = Literal["zip", "xls", "text"]

_ZIP = b"PK\x03\x04"
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_BIFF = (b"\x09\x08", b"\x09\x04", b"\x09\x02", b"\x09\x00")
# English words of a problem, translated where it is shown.
_OTHERS = {
    b"%PDF": "it is a PDF document",
    b"\x89PNG": "it is a picture",
    b"\xff\xd8\xff": "it is a picture",
    b"GIF8": "it is a picture",
    b"{\\rtf": "it is a text document",
    b"Rar!": "it is a packed archive; unpack it first",
    b"7z\xbc\xaf": "it is a packed archive; unpack it first",
    b"\x1f\x8b": "it is a packed archive; unpack it first",
}
_MARKUP_SEEN_BYTES = 2_048


def sniff(content: bytes) -> Format:
    """The kind of reader a file needs; raises FileRefused for what is no spreadsheet."""
    if content.startswith(_ZIP):
        return "zip"
    if content.startswith(_OLE):
        return _compound(content)
    if content.startswith(_BIFF):
        return "xls"
    why = _other(content)
    if why is not None:
        raise FileRefused("unreadable-file", why=why)
    return "text"


def _compound(content: bytes) -> Format:
    """OLE compound files: old workbooks, new ones under a password, and other documents."""
    if "EncryptedPackage".encode("utf-16-le") in content:
        raise FileRefused("encrypted-file")
    if any(name.encode("utf-16-le") in content for name in ("Workbook", "Book")):
        return "xls"
    raise FileRefused("unreadable-file", why="it is an Office document, but no workbook")


def _other(content: bytes) -> str | None:
    """Why a file cannot be a spreadsheet, or None where it may be a text of one."""
    if not content.strip(b"\0 \r\n\t"):
        return "it is empty"
    why = next((why for magic, why in _OTHERS.items() if content.startswith(magic)), None)
    head = content[:_MARKUP_SEEN_BYTES].lstrip(b"\xef\xbb\xbf \r\n\t").lower()
    if head.startswith((b"<!doctype html", b"<html", b"<table", b"<head", b"<meta")):
        return "it is a web page under the name of a spreadsheet"
    return "it is an XML document under the name of a spreadsheet" if head.startswith(b"<") else why
