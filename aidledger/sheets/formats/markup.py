"""Web pages, XML Spreadsheet 2003 and web archives (.mht) under the name of a workbook."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from aidledger.sheets.formats.delimited import decode
from aidledger.sheets.formats.failures import FileRefused
from aidledger.sheets.formats.html_tables import html_sheets
from aidledger.sheets.formats.limits import Limits
from aidledger.sheets.formats.sheet import Sheet
from aidledger.sheets.formats.spreadsheetml import spreadsheetml_sheets

if TYPE_CHECKING:
    from email.message import Message

_HEAD_BYTES = 4_096
# Any other declared charset is as often wrong as right: try UTF-8, then GB18030.
_BIG5 = re.compile(rb"""charset\s*=\s*["']?\s*big5""", re.IGNORECASE)
_SHEET_FILE = re.compile(r"<x:Name>([^<]*)</x:Name>\s{0,99}<x:WorksheetSource\s{1,99}HRef=\"([^\"<]*)\"", re.IGNORECASE)


def web_page_sheets(content: bytes, limits: Limits) -> Iterator[Sheet]:
    """The sheets of a web page; raises FileRefused."""
    sheets = html_sheets(_page(content), limits)
    if not sheets:
        raise FileRefused("unreadable-file", why="it is a web page without a table")
    yield from sheets


def xml_sheets(content: bytes, limits: Limits) -> Iterator[Sheet]:
    """The sheets of a workbook in XML Spreadsheet 2003; raises FileRefused."""
    yield from spreadsheetml_sheets(decode(content), limits)


def web_archive_sheets(content: bytes, limits: Limits) -> Iterator[Sheet]:
    """The sheets of a web archive, each a separate page named by the first one; raises FileRefused."""
    from email import message_from_bytes  # noqa: PLC0415 - needed for few files

    parts = [part for part in message_from_bytes(content).walk() if part.get_content_type() == "text/html"]
    if len(parts) > limits.parts_max:
        raise FileRefused("file-too-large", what="the number of parts", limit=limits.parts_max)
    pages = [(_location(part), _page(_payload(part))) for part in parts]
    names = {file: name for _, page in pages for name, file in _SHEET_FILE.findall(page)}
    empty = True
    for location, page in pages:
        for sheet in html_sheets(page, limits):
            if location == "tabstrip.htm":
                continue
            file = next((file for file in names if location.endswith(file.rpartition("/")[2])), None)
            sheet.name = names.get(file or "", sheet.name)
            empty = False
            yield sheet
    if empty:
        raise FileRefused("unreadable-file", why="it is a web page without a table")


def _page(content: bytes) -> str:
    return decode(content, *(["big5hkscs"] if _BIG5.search(content[:_HEAD_BYTES]) else []))


def _location(part: Message) -> str:
    return str(part.get("Content-Location", "")).replace("\\", "/").rpartition("/")[2]


def _payload(part: Message) -> bytes:
    payload = part.get_payload(decode=True)
    return payload if isinstance(payload, bytes) else b""
