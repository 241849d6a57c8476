"""Files made to burst whoever opens them: each is refused in words, and soon; no test here waits for a time limit."""

from __future__ import annotations

import struct
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import pytest

from aidledger.domain.problem import KINDS
from aidledger.operations.examining import examined as in_workers
from aidledger.operations.files import InputFile
from aidledger.operations.workers import without_waits
from aidledger.sheets.formats.limits import DEFAULT_LIMITS, MIB, Limits
from aidledger.sheets.recognition.hints import Hints
from tests.builders import edited_package, examined, roster_grid, roster_ods, roster_xlsx, shipped, with_cells
from tests.builders.books import Page, html_book, ods_book, xlsx_book
from tests.builders.packages import MAIN, archive, ods_parts, text_rows, workbook_parts
from tests.builders.spreadsheetml import spreadsheetml_book
from tests.builders.xlsb import xlsb_book

DECLARES = ("unreadable-file", "it declares XML entities, which no spreadsheet program writes")
XLSX, ODS = roster_xlsx(), roster_ods()
XLSB = xlsb_book([Page("高一", roster_grid())])
LAUGHS = "".join(f'<!ENTITY l{i} "{f"&l{i - 1};" * 10 if i else "哈"}">' for i in range(12))
TYPES = {
    "laughs": f"<!DOCTYPE x [{LAUGHS}]>",
    "quadratic": f'<!DOCTYPE x [<!ENTITY a "{"a" * 50_000}">]>',
    "parameter": '<!DOCTYPE x [<!ENTITY % a SYSTEM "file:///etc/passwd"><!ENTITY % b "%a;"> %b; ]>',
    "external": '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>',
    "external subset": '<!DOCTYPE x SYSTEM "http://localhost:1/x.dtd">',
    "public": '<!DOCTYPE x PUBLIC "-//X//Y" "http://localhost:1/x.dtd">',
}
ENCODINGS = ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "gb18030", "iso-8859-1")


def only(content: bytes, name: str = "名册.xlsx", limits: Limits = DEFAULT_LIMITS) -> tuple[str, object]:
    file = examined(content, name, limits=limits)
    (problem,) = file.problems
    assert file.tables == []
    return problem.code, problem.facts.get("why", problem.facts.get("what"))


def declaring(part: bytes, doctype: str, encoding: str) -> bytes:
    """A part that begins with a document type, in some encoding."""
    text = part.decode("utf-8-sig")
    if text.startswith("<?xml"):
        text = text.partition("?>")[2]
    named = encoding.removesuffix("-le").removesuffix("-be").removesuffix("-sig")
    return f'<?xml version="1.0" encoding="{named}"?>{doctype}{text}'.encode(encoding, "replace")


def parts_of(content: bytes) -> list[str]:
    with zipfile.ZipFile(BytesIO(content)) as zipped:
        return [name for name in zipped.namelist() if name.endswith((".xml", ".rels"))]


EVERY_PART = [(name, part) for name, content in (("xlsx", XLSX), ("ods", ODS)) for part in parts_of(content)]
EVERY_PART.append(("xlsb", "xl/_rels/workbook.bin.rels"))
BOOKS = {"xlsx": XLSX, "ods": ODS, "xlsb": XLSB}


@pytest.mark.parametrize("kind", TYPES)
@pytest.mark.parametrize(("book", "part"), EVERY_PART)
def test_no_part_of_an_archive_may_declare_entities(book: str, part: str, kind: str) -> None:
    content = edited_package(BOOKS[book], {part: lambda xml: declaring(xml, TYPES[kind], "utf-8")})
    assert only(content) == DECLARES


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize(
    ("book", "part"),
    [
        *[("xlsx", part) for part in ("xl/workbook.xml", "xl/_rels/workbook.xml.rels", "xl/worksheets/sheet1.xml")],
        ("ods", "content.xml"),
        ("ods", "META-INF/manifest.xml"),
    ],
)
def test_nor_in_another_encoding(book: str, part: str, encoding: str) -> None:
    content = edited_package(BOOKS[book], {part: lambda xml: declaring(xml, TYPES["laughs"], encoding)})
    assert only(content) == DECLARES


@pytest.mark.parametrize("name", ["xl/workbook.bin", "xl/worksheets/sheet1.bin"])
def test_nor_in_a_part_that_is_called_something_else(name: str) -> None:
    parts = workbook_parts(text_rows(("a",)).replace(' r="A1"', ""))
    old = "worksheets/sheet1"
    parts["xl/_rels/workbook.xml.rels"] = str(parts["xl/_rels/workbook.xml.rels"]).replace(f"{old}.xml", f"{old}.bin")
    part = f"{TYPES['laughs']}<worksheet xmlns='{MAIN}'><sheetData><row><c t='e'><v>&l11;</v></c></row></sheetData>"
    parts["xl/worksheets/sheet1.bin"] = f"{part}</worksheet>"
    del parts["xl/worksheets/sheet1.xml"]
    assert only(archive(parts))[0] == "unreadable-file"


@pytest.mark.parametrize("kind", TYPES)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "gb18030"])
def test_nor_in_the_xml_of_2003(kind: str, encoding: str) -> None:
    text = spreadsheetml_book([Page("高一", roster_grid())]).decode().partition("?>")[2]
    content = f'<?xml version="1.0"?>{TYPES[kind]}{text}'.encode(encoding)
    # Behind a subset of some length nobody sees any more that it is a workbook; then it is some XML.
    assert only(content, "名册.xml") in {
        DECLARES,
        ("unreadable-file", "it is an XML document named like a spreadsheet"),
    }


@pytest.mark.parametrize("kind", TYPES)
def test_entities_of_a_web_page_are_nothing(kind: str) -> None:
    page = html_book([Page("高一", with_cells(roster_grid(), {"E3": "&l11;"}))]).replace(b"&amp;l11;", b"&l11;")
    file = examined(TYPES[kind].replace("DOCTYPE x", "DOCTYPE html").encode() + page, "名册.xls")
    assert file.tables == [] or file.tables[0].lines.numbers[0] == str(roster_grid()[2][2])


# --- archives ---------------------------------------------------------------------------------------------------------


def overlapping(count: int) -> bytes:
    """Many entries of the directory that all mean the same packed bytes."""
    content = archive({**workbook_parts(text_rows(("姓名",))), "xl/media/a.bin": b"\0" * 900_000})
    end = content.rindex(b"PK\x05\x06")
    begin = struct.unpack_from("<I", content, end + 16)[0]
    entry = content[content.rindex(b"PK\x01\x02", begin, end) : end]
    directory = content[begin:end] + entry * count
    entries = struct.unpack_from("<H", content, end + 10)[0] + count
    tail = struct.pack("<4sHHHHIIH", b"PK\x05\x06", 0, 0, entries, entries, len(directory), begin, 0)
    return content[:begin] + directory + tail


def test_entries_that_overlap_are_counted_as_often_as_they_are_named() -> None:
    found = only(overlapping(100), limits=replace(DEFAULT_LIMITS, inflated_size_max_bytes=20 * MIB))
    # Newer versions of Python refuse such an archive themselves.
    assert found in {("file-too-large", "the unpacked size"), ("unreadable-file", "the archive is damaged")}


def test_an_archive_within_an_archive_is_not_opened() -> None:
    inner = archive({"bomb.xml": b"0" * 1_000_000})
    for _ in range(5):
        inner = archive({f"{i}.zip": inner for i in range(5)})
    content = edited_package(XLSX, {"xl/styles.xml": lambda part: part})
    with BytesIO(content) as target:
        with zipfile.ZipFile(target, "a") as zipped:
            zipped.writestr("xl/embeddings/book.xlsx", inner)
        assert len(examined(target.getvalue()).tables[0].lines) == 3


def test_many_parts_are_too_many() -> None:
    many = {f"xl/media/{i}.png": b"" for i in range(DEFAULT_LIMITS.parts_max)}
    assert only(archive({**workbook_parts(text_rows(("a",))), **many})) == ("file-too-large", "the number of parts")


@pytest.mark.parametrize("stated", [0, 10, 2**32 - 2])
@pytest.mark.parametrize("offset", [20, 24])
def test_sizes_that_an_archive_states_are_not_believed(stated: int, offset: int) -> None:
    content = bytearray(archive({**workbook_parts(text_rows(("a",))), "xl/zeros.xml": b"0" * 30_000_000}))
    at = content.rindex(b"PK\x01\x02", 0, content.rindex(b"xl/zeros.xml"))
    content[at + offset : at + offset + 4] = stated.to_bytes(4, "little")
    assert only(bytes(content))[0] in {"file-too-large", "unreadable-file"}


@pytest.mark.parametrize(
    "name",
    [
        "../../evil.xml",
        "..\\..\\evil.xml",
        "/evil.xml",
        "C:\\Windows\\evil.xml",
        "C:evil.xml",
        "//server/share/evil.xml",
        "xl/worksheets/../../../evil.xml",
        "evil\0.xml",
        "con",
        "a" * 60_000,
        "\x1b]0;evil\x07.xml",
    ],
)
def test_a_path_in_an_archive_leads_nowhere(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    target = BytesIO(XLSX)
    with zipfile.ZipFile(target, "a") as zipped:
        info = zipfile.ZipInfo("x")
        info.filename = name
        zipped.writestr(info, b"<evil/>")
    file = examined(target.getvalue())
    assert file.problems == []
    assert len(file.tables[0].lines) == 3
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "target", ["../../../../etc/passwd", "file:///etc/passwd", "C:\\x.xml", "http://localhost:1/s.xml"]
)
def test_a_sheet_is_looked_for_nowhere_but_in_its_archive(target: str) -> None:
    parts = workbook_parts(text_rows(("姓名", "身份证号")))
    relations = str(parts["xl/_rels/workbook.xml.rels"]).replace("worksheets/sheet1.xml", target)
    assert only(archive(parts | {"xl/_rels/workbook.xml.rels": relations}))[0] == "unreadable-file"


# --- what is large only when it is read -------------------------------------------------------------------------------


def nested(depth: int, tag: str) -> str:
    return f"<{tag}>" * depth + "x" + f"</{tag}>" * depth


DEEP: Mapping[str, Callable[[], bytes]] = {
    "xlsx": lambda: archive(workbook_parts(text_rows(("a",)), after=nested(200_000, "x"))),
    "strings": lambda: archive(
        workbook_parts('<row r="1"><c r="A1" t="s"><v>0</v></c></row>', strings=f"<si>{nested(200_000, 'r')}</si>")
    ),
    "ods": lambda: archive(
        ods_parts(f'<table:table table:name="a">{nested(200_000, "table:table-row-group")}</table:table>')
    ),
    "cells without references": lambda: archive(workbook_parts(f'<row><c t="e">{nested(200_000, "v")}</c></row>')),
    "workbook": lambda: archive(workbook_parts("", properties=nested(200_000, "x"))),
    "xml": lambda: spreadsheetml_book([Page("a", [["x"]])]).replace(
        b"</Worksheet>", nested(200_000, "x").encode() + b"</Worksheet>"
    ),
    "html": lambda: b"<html>" + nested(200_000, "div").encode() + b"<table><tr><td>a</table></html>",
    "tables": lambda: b"<html>" + b"<table><tr><td>" * 200_000,
    "parts of a web archive": lambda: (
        b"MIME-Version: 1.0\nContent-Type: multipart/related; boundary=B\n\n"
        + b"--B\nContent-Type: multipart/related; boundary=B\n\n" * 20_000
    ),
}


@pytest.fixture(scope="module")
def limited() -> Callable[[Mapping[str, bytes]], dict[str, str]]:
    """What comes of files in a worker, as an import has it: the code of the first problem, or how many lines."""

    def read(files: Mapping[str, bytes]) -> dict[str, str]:
        limits = replace(DEFAULT_LIMITS, memory_max_bytes=512 * MIB)
        sources = [InputFile(Path(name), content, "") for name, content in files.items()]
        found = {}
        for source, file in without_waits(in_workers(sources, shipped(), lambda _: Hints(), limits, workers=1)):
            assert {problem.code for problem in file.problems} <= KINDS.keys()
            too_slow = any(problem.facts.get("what") == "the reading time" for problem in file.problems)
            found[source.path.name] = "too slow" if too_slow else file.problems[0].code if file.problems else "read"
        return found

    return read


Read = Callable[[Mapping[str, bytes]], dict[str, str]]


def test_what_is_nested_two_hundred_thousand_deep_is_read_or_refused(limited: Read) -> None:
    found = limited({name: build() for name, build in DEEP.items()} | {"good": XLSX})
    assert found["good"] == "read"
    assert set(found.values()) <= {"read", "unreadable-file", "no-header", "file-too-large"}


def test_what_needs_more_memory_than_it_may_have_is_refused_and_the_next_one_read(limited: Read) -> None:
    shared = "".join(f'<row r="{r}"><c r="A{r}" t="s"><v>0</v></c></row>' for r in range(1, 300_001))
    cell = '<table:table-cell table:number-columns-repeated="16384" office:value-type="string"><text:p>x</text:p>'
    rows = f'<table:table-row table:number-rows-repeated="1048576">{cell}</table:table-cell></table:table-row>'
    hidden = '<table:table-row table:visibility="collapse" table:number-rows-repeated="99999"/>' * 30_000
    long = f"<si><t>{'长' * 32_000}</t></si>"
    noise = "".join(f"<!--{i * 7919 % 999_983}-->" for i in range(200_000))
    found = limited(
        {
            "strings": archive(workbook_parts(shared, strings=long)),
            "repeated": archive(ods_parts(f'<table:table table:name="a">{rows}</table:table>')),
            "hidden": archive(ods_parts(f'<table:table table:name="a">{hidden}{noise}</table:table>')),
            "dimension": archive(workbook_parts(text_rows(("a",)), before='<dimension ref="A1:XFD1048576"/>')),
            "indexes": archive(workbook_parts(shared.replace("<v>0<", "<v>999999999<"), strings=long)),
            "good": XLSX,
        }
    )
    assert found.pop("good") == "read"
    assert (found.pop("dimension"), found.pop("hidden")) == ("no-header", "no-header")
    assert set(found.values()) <= {"unreadable-file", "file-too-large"}


# What once took a reader years: each is read at full length in every place where a pattern looks.
SLOW = (
    "a",
    "省",
    "((",
    "（",
    "：",
    "年",
    "2021",
    "1,",
    "元",
    "'a",
    "学期",
    "第",
    " 　",
    "壹",
    "、",
    "班",
    "万",
    "-",
    "1 ",
)

LOOKED_AT = ("A1", "B2", "F2", "A3", "B3", "C3", "D3", "F3", "B6", "A6", "F6")


def test_no_text_is_too_slow_to_be_looked_at(limited: Read) -> None:
    files = {}
    for unit in SLOW:
        text = unit * (DEFAULT_LIMITS.text_length_max // len(unit) - 1) + "!"
        grids = {cell: with_cells(roster_grid(), {cell: text}) for cell in LOOKED_AT}
        files[unit] = xlsx_book([Page(cell, grid) for cell, grid in grids.items()])
    found = limited(files)
    assert [name for name, code in found.items() if code == "too slow"] == []


def test_a_name_of_forty_letters_is_no_riddle() -> None:
    assert examined(with_cells(roster_grid(), {"B3": "a" * 40 + "1"})).tables[0].lines.names[0] == "a" * 40 + "1"


UNENDING: Mapping[str, Callable[[], bytes]] = {
    "rows": lambda: archive(workbook_parts('<row hidden="1" ' * 60_000)),
    "columns": lambda: archive(workbook_parts("", before='<col hidden="1" ' * 60_000)),
    "values": lambda: archive(workbook_parts('<row r="1"><c r="A1" t="e">' + "<v" * 60_000 + "</c></row>")),
    "null dates": lambda: archive(ods_parts("<table:null-date 1904-01-01 " * 60_000)),
    "names": lambda: b"<html><x:Name>" + b" " * 2_000_000 + b"<table><tr><td>1</table>",
    "sources": lambda: (
        b"MIME-Version: 1.0\nContent-Type: multipart/related; boundary=B\n\n--B\nContent-Type: text/html\n\n<html>"
        + b'<x:Name></x:Name> <x:WorksheetSource HRef="' * 40_000
        + b"\n--B--\n"
    ),
    "merged": lambda: spreadsheetml_book([Page("a", [["x"]])]).replace(
        b"</Table>", b'<Row><Cell ss:MergeAcross="16000" ss:MergeDown="9"/></Row>' * 20_000 + b"</Table>"
    ),
}


def test_tags_that_never_end_are_not_looked_through_for_each_that_begins(limited: Read) -> None:
    found = limited({name: build() for name, build in UNENDING.items()})
    assert "too slow" not in found.values()


@pytest.mark.parametrize(
    "text",
    ["王\0雨桐", "王\ud800雨桐", "王\u202e雨桐", "王\u2066雨\u2069桐", "王\x1b[2J雨桐", "王\x9b2J雨桐", "王\uffff雨桐"],
)
@pytest.mark.parametrize("build", [xlsx_book, ods_book, spreadsheetml_book, html_book])
def test_characters_that_no_name_has_come_to_nothing_worse_than_a_problem(
    build: Callable[[list[Page]], bytes], text: str
) -> None:
    placed = build([Page("高一", with_cells(roster_grid(), {"B3": "MARK"}))])
    if build in {xlsx_book, ods_book}:
        part = "xl/worksheets/sheet1.xml" if build is xlsx_book else "content.xml"
        content = edited_package(
            placed, {part: lambda xml: xml.replace(b"MARK", text.encode("utf-8", "surrogatepass"))}
        )
    else:
        content = placed.replace(b"MARK", text.encode("utf-8", "surrogatepass"))
    file = examined(content)
    assert {problem.code for problem in file.problems} <= KINDS.keys()
    names = [name for table in file.tables for name in table.lines.names]
    assert not any(sign in name for name in names for sign in "\0\x1b\x9b\ud800\u202e")
