"""Files that are no readable spreadsheet: each is refused with one problem of the whole file, none raises."""

from __future__ import annotations

import io
import struct
import zipfile
from dataclasses import replace

import pytest

from aidledger.domain.problem import Severity
from aidledger.domain.roster import RosterFile
from aidledger.sheets.formats.limits import DEFAULT_LIMITS, Limits
from tests.builders import (
    csv_bytes,
    edited_package,
    examined,
    roster_csv,
    roster_grid,
    roster_ods,
    roster_xls,
    roster_xlsx,
)
from tests.builders.books import Page, html_book
from tests.builders.spreadsheetml import spreadsheetml_book
from tests.builders.xlsb import xlsb_bytes

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
XLSX = roster_xlsx()


def zipped(parts: dict[str, bytes]) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, part in parts.items():
            archive.writestr(name, part)
    return target.getvalue()


def compound(*streams: str) -> bytes:
    """A compound file with one sector of directory: as much as tells one kind from another."""
    head = OLE + b"\0" * 16 + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6)
    entries = b"".join(name.encode("utf-16-le").ljust(128, b"\0") for name in ("Root Entry", *streams))
    return head.ljust(512, b"\0") + entries.ljust(512, b"\0")


def only(file: RosterFile) -> tuple[str, str]:
    (problem,) = file.problems
    assert problem.severity is Severity.ERROR
    assert file.blocked(record_conflicts=True)
    assert file.tables == []
    return problem.code, str(problem.facts.get("why", problem.facts.get("what", "")))


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "empty"),
        (b" \r\n\t\0\0", "empty"),
        (b"<html><body>Please log in again.</body></html>", "web page without a table"),
        (b"\xef\xbb\xbf\r\n<!DOCTYPE HTML><html></html>", "web page without a table"),
        (b"<HTML xmlns:x='urn:schemas-microsoft-com:office:excel'>", "web page without a table"),
        (b"<?xml version='1.0'?><Workbook/>", "XML"),
        (b"%PDF-1.7\n%...", "PDF"),
        (b"\x89PNG\r\n\x1a\n", "picture"),
        (b"\xff\xd8\xff\xe0", "picture"),
        (b"{\\rtf1 }", "text document"),
        (b"Rar!\x1a\x07", "archive"),
        (b"7z\xbc\xaf\x27\x1c", "archive"),
        (b"\x1f\x8b\x08\0", "archive"),
        (b"b\x14#e\x1c\0\0\0E-SafeNet\0\0\0LOCK" + bytes(range(256)), "encrypted by the office"),
        (XLSX[:200], "damaged"),
        (XLSX[: len(XLSX) // 2], "damaged"),
        (XLSX[:-30], "damaged"),
        (roster_ods()[:-100], "damaged"),
        (zipped({"a.txt": b"hello"}), "not a workbook"),
        (zipped({"word/document.xml": b"<w/>"}), "not a workbook"),
        (zipped({}), ""),
        (zipped({"xl/workbook.xml": b"<broken"}), "damaged"),
        (zipped({"content.xml": b"<broken"}), "damaged"),
        (compound("WordDocument"), "not a workbook"),
        (compound("Workbook"), "damaged"),
        (roster_xls()[:1000], ""),
        (b"\x09\x08\x10\x00" + b"\0" * 100, "damaged"),
        (b"\xff\xff\xff\xfe\x81\x20", "neither"),
        (bytes(range(256)), "neither"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
@pytest.mark.parametrize("name", ["名册.xlsx", "名册.xls", "名册.csv"])
def test_what_is_no_spreadsheet_is_unreadable_whatever_its_name(content: bytes, why: str, name: str) -> None:
    code, said = only(examined(content, name))
    assert code == "unreadable-file"
    assert why in said


def test_a_part_with_entities_is_unreadable() -> None:
    bomb = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa">]>'
    content = edited_package(XLSX, {"xl/worksheets/sheet1.xml": lambda part: bomb + part})
    why = "it declares XML entities, which no spreadsheet program writes"
    assert only(examined(content)) == ("unreadable-file", why)


@pytest.mark.parametrize(
    "content",
    [
        compound("EncryptionInfo", "EncryptedPackage"),
        compound("EncryptedPackage") + b"\0" * 5000,
        compound("\x09DRMContent", "\x06DataSpaces"),
        zipped({"mimetype": b"application/vnd.oasis.opendocument.spreadsheet", "encrypted-package": b"\1\2\3"}),
        edited_package(
            roster_ods(),
            {"META-INF/manifest.xml": lambda part: part.replace(b"/>", b"><manifest:encryption-data/></x>", 1)},
        ),
    ],
    ids=["xlsx", "longer xlsx", "rights management", "whole ods", "ods"],
)
def test_a_workbook_under_a_password_is_encrypted(content: bytes) -> None:
    assert only(examined(content))[0] == "encrypted-file"


def test_an_old_workbook_under_a_password_is_encrypted() -> None:
    content = roster_xls()
    at = content.index(b"\x09\x08\x10\x00", 512)  # the first record, BOF; FILEPASS stands behind it
    after = at + 4 + 16
    record = struct.pack("<HHHHH", 0x2F, 6, 0, 0x1234, 0x5678)
    assert only(examined(content[:after] + record + content[after + len(record) :], "名册.xls"))[0] == "encrypted-file"


def test_a_zipped_part_under_a_password_is_encrypted() -> None:
    flags = bytearray(zipped({"xl/workbook.xml": b"<workbook/>"}))
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        flags[flags.index(mark) + offset] |= 1
    assert only(examined(bytes(flags)))[0] == "encrypted-file"


SMALL = replace(DEFAULT_LIMITS, file_size_max_bytes=100_000)


@pytest.mark.parametrize(
    ("content", "limits", "what"),
    [
        (b"a,b\n" * 30_000, SMALL, "the size"),
        (
            edited_package(XLSX, {"xl/styles.xml": lambda part: part + b" " * 3_000_000}),
            DEFAULT_LIMITS,
            "the compression ratio",
        ),
        (
            edited_package(XLSX, {"xl/styles.xml": lambda part: part + b" " * 900_000}),
            replace(DEFAULT_LIMITS, inflated_size_max_bytes=500_000),
            "the unpacked size",
        ),
        (
            zipped({"xl/workbook.xml": b"<w/>", **{f"p{i}.xml": b"" for i in range(20)}}),
            replace(DEFAULT_LIMITS, parts_max=20),
            "the number of parts",
        ),
        (roster_xlsx(50), replace(DEFAULT_LIMITS, cells_max=100), "the number of cells"),
        (roster_xls(50), replace(DEFAULT_LIMITS, cells_max=100), "the number of cells"),
        (roster_ods(50), replace(DEFAULT_LIMITS, cells_max=100), "the number of cells"),
        (roster_csv(50), replace(DEFAULT_LIMITS, cells_max=100), "the number of cells"),
        (xlsb_bytes(roster_grid(50)), replace(DEFAULT_LIMITS, cells_max=100), "the number of cells"),
        (html_book([Page("a", roster_grid(50))]), replace(DEFAULT_LIMITS, cells_max=100), "the number of cells"),
        (
            spreadsheetml_book([Page("a", roster_grid(50))]),
            replace(DEFAULT_LIMITS, cells_max=100),
            "the number of cells",
        ),
        (roster_xlsx(), replace(DEFAULT_LIMITS, columns_max=5), "the number of columns"),
        (roster_xls(), replace(DEFAULT_LIMITS, columns_max=5), "the number of columns"),
        (roster_ods(), replace(DEFAULT_LIMITS, columns_max=5), "the number of columns"),
        (roster_csv(), replace(DEFAULT_LIMITS, columns_max=5), "the number of columns"),
        (xlsb_bytes(roster_grid()), replace(DEFAULT_LIMITS, columns_max=5), "the number of columns"),
        (html_book([Page("a", roster_grid())]), replace(DEFAULT_LIMITS, columns_max=5), "the number of columns"),
        (
            spreadsheetml_book([Page("a", roster_grid())]),
            replace(DEFAULT_LIMITS, columns_max=5),
            "the number of columns",
        ),
    ],
)
def test_what_is_beyond_a_limit_is_too_large(content: bytes, limits: Limits, what: str) -> None:
    assert only(examined(content, limits=limits)) == ("file-too-large", what)


@pytest.mark.parametrize(
    "content",
    [roster_xlsx(), roster_xls(), roster_ods(), roster_csv(), xlsb_bytes(roster_grid())],
    ids=["xlsx", "xls", "ods", "csv", "xlsb"],
)
@pytest.mark.parametrize("name", ["名册.csv", "名册.xls", "名册.xlsx", "名册"])
def test_the_content_counts_and_not_the_name(content: bytes, name: str) -> None:
    file = examined(content, name)
    assert file.problems == []
    assert file.tables[0].rosters[0].amount_fen == 300_000


def test_mixed_encodings_are_refused_and_not_read_as_something_else() -> None:
    grid = roster_grid(5)
    mixed = csv_bytes(grid[:4]) + csv_bytes(grid[4:], encoding="gb18030")
    assert examined(mixed, "名册.csv").blocked(record_conflicts=True)


@pytest.mark.parametrize("kept", [0, 1, 30, 200, 700])
def test_an_xlsb_whose_sheet_breaks_off_is_damaged_and_stops_no_import(kept: int) -> None:
    """calamine says so by an OSError, which once ended the whole import."""
    content = edited_package(xlsb_bytes(roster_grid()), {"xl/worksheets/sheet1.bin": lambda part: part[:kept]})
    assert only(examined(content, "名册.xlsb")) == ("unreadable-file", "the workbook is damaged")
