"""Archives written part by part, as other programs write them and openpyxl does not."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping
from io import BytesIO

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATIONSHIPS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
STRICT_MAIN = "http://purl.oclc.org/ooxml/spreadsheetml/main"
STRICT_RELATIONSHIPS = "http://purl.oclc.org/ooxml/officeDocument/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
SHEET = "xl/worksheets/sheet1.xml"
_ODS = (
    'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
    'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" '
    'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" '
    'xmlns:calcext="urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0"'
)


def archive(parts: Mapping[str, str | bytes]) -> bytes:
    """A zip file of parts by name."""
    target = BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as zipped:
        for name, part in parts.items():
            zipped.writestr(zipfile.ZipInfo(name), part, zipfile.ZIP_DEFLATED)
    return target.getvalue()


def workbook_parts(
    rows: str,
    *,
    strings: str = "",
    before: str = "",
    after: str = "",
    sheets: str = '<sheet name="Sheet1" sheetId="1" r:id="rId1"/>',
    properties: str = "",
    main: str = MAIN,
    relationships: str = RELATIONSHIPS,
) -> dict[str, str | bytes]:
    """The parts of an .xlsx by hand: ``rows`` is the inside of <sheetData>, ``strings`` that of <sst>."""
    relation = f'Type="{relationships}/%s" Target="%s"/>'
    own = f'<Relationship Id="rId1" {relation % ("worksheet", "worksheets/sheet1.xml")}'
    own += f'<Relationship Id="rId2" {relation % ("sharedStrings", "sharedStrings.xml")}' if strings else ""
    root = f'<Relationship Id="rId1" {relation % ("officeDocument", "xl/workbook.xml")}'
    parts: dict[str, str | bytes] = {
        "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/content-types"/>',
        "_rels/.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">{root}</Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{main}" xmlns:r="{relationships}">{properties}'
        f"<sheets>{sheets}</sheets></workbook>",
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">{own}</Relationships>',
        SHEET: f'<worksheet xmlns="{main}">{before}<sheetData>{rows}</sheetData>{after}</worksheet>',
    }
    if strings:
        parts["xl/sharedStrings.xml"] = f'<sst xmlns="{main}">{strings}</sst>'
    return parts


def text_rows(*rows: tuple[str, ...]) -> str:
    """Rows of texts that stand in their cells, as XML."""
    return "".join(
        f'<row r="{r}">'
        + "".join(f'<c r="{chr(64 + c)}{r}" t="inlineStr"><is><t>{text}</t></is></c>' for c, text in enumerate(row, 1))
        + "</row>"
        for r, row in enumerate(rows, 1)
    )


def ods_parts(tables: str, *, before: str = "") -> dict[str, str | bytes]:
    """The parts of an .ods by hand: ``tables`` is the inside of <office:spreadsheet>."""
    body = f"<office:body><office:spreadsheet>{tables}</office:spreadsheet></office:body>"
    return {
        "mimetype": "application/vnd.oasis.opendocument.spreadsheet",
        "META-INF/manifest.xml": '<manifest xmlns="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>',
        "content.xml": f'<office:document-content {_ODS} office:version="1.2">{before}{body}</office:document-content>',
    }
