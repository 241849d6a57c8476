"""Excel's XML of 2003 under the name of an .xls: the same roster as a workbook of it."""

from __future__ import annotations

from datetime import date

import pytest

from aidledger.domain.roster import RosterFile
from aidledger.sheets.formats.grid import read_grid
from aidledger.sheets.formats.limits import DEFAULT_LIMITS
from tests.builders import HEADERS, TITLE, ErrorCell, examined, found, people, resident_number, roster_grid, with_cells
from tests.builders.books import Page
from tests.builders.spreadsheetml import spreadsheetml_book

GOOD = resident_number(1)


def is_read(file: RosterFile) -> bool:
    (table,) = file.tables
    assert file.problems == []
    assert [roster.amounts_fen for roster in table.rosters] == [[100_000] * 3]
    return (table.lines.names, table.lines.numbers) == ([p.name for p in people(3)], [p.number for p in people(3)])


XML_HEAD = (
    '<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?>'
    '<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet" '
    'xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet"><Worksheet ss:Name="高一"><Table>'
)
XML_END = "</Table></Worksheet></Workbook>"


def xml_rows(inner: str, encoding: str = "utf-8") -> bytes:
    return (XML_HEAD + inner + XML_END).encode(encoding)


def string(text: str) -> str:
    return f'<Cell><Data ss:Type="String">{text}</Data></Cell>'


def test_a_workbook_in_xml_is_read() -> None:
    grid = roster_grid(headers=(*HEADERS, "出生日期"), fill={"出生日期": date(2006, 3, 15)}, total=False)
    file = examined(spreadsheetml_book([Page("高一", grid)]), "导出.xls")
    assert is_read(file)
    assert file.tables[0].lines.births == ["2006-03-15"] * 3


@pytest.mark.parametrize("declared", ["utf-8", "gb2312", "GBK"])
@pytest.mark.parametrize("encoding", ["utf-8", "gb18030", "utf-16"])
def test_a_workbook_in_xml_is_read_in_every_encoding(declared: str, encoding: str) -> None:
    page = spreadsheetml_book([Page("高一", roster_grid())]).decode()
    page = page.replace('<?xml version="1.0"?>', f'<?xml version="1.0" encoding="{declared}"?>')
    assert is_read(examined(page.encode(encoding), "导出.xls"))


def test_cells_of_xml_are_what_their_type_says() -> None:
    inner = f"""<Row><Cell><Data ss:Type="Number">1000.5</Data></Cell><Cell><Data ss:Type="Number">{GOOD}</Data></Cell>
    <Cell><Data ss:Type="Boolean">1</Data></Cell><Cell ss:Index="6"><Data ss:Type="String">甲&#10;乙</Data>
    <Comment><Data ss:Type="String">批注</Data></Comment></Cell><Cell ss:Formula="=1"><Data ss:Type="Number">7</Data>
    </Cell>    <Cell><ss:Data ss:Type="String" xmlns="http://www.w3.org/TR/REC-html40"><B>张</B><Font>三</Font></ss:Data></Cell>
    <Cell><Data ss:Type="DateTime">2006-03-15T08:30:00.000</Data></Cell></Row>"""
    (sheet,) = read_grid(xml_rows(inner), DEFAULT_LIMITS)
    *known, moment = sheet.rows[0]
    assert known == [1000.5, int(GOOD), True, "", "", "甲\n乙", 7, "张三"]
    assert str(moment) == "2006-03-15 08:30:00"


def test_an_id_number_of_type_number_has_lost_digits() -> None:
    file = examined(spreadsheetml_book([Page("高一", with_cells(roster_grid(), {"C4": int(GOOD)}))]), "导出.xls")
    assert found(file) == [("id-precision-lost", "高一", 4, "C")]


def test_errors_and_uncalculated_formulas_of_xml_are_problems_at_their_cells() -> None:
    content = spreadsheetml_book([Page("高一", with_cells(roster_grid(total=False), {"C4": ErrorCell("#REF!")}))])
    amount = b'<Cell ss:Index="6"><Data ss:Type="Number">1000</Data></Cell></Row>\n</Table>'
    assert amount in content
    content = content.replace(amount, b'<Cell ss:Index="6" ss:Formula="=R[-1]C"/></Row></Table>')
    assert found(examined(content, "导出.xls")) == [
        ("cell-error", "高一", 4, "C"),
        ("formula-without-value", "高一", 5, "F"),
    ]


def test_cells_under_a_merged_one_need_not_say_where_they_stand() -> None:
    inner = f"<Row>{string(TITLE)}</Row><Row>{''.join(map(string, ('班级', '姓名', '身份证号', '发放金额')))}</Row>"
    one, two = ("".join(map(string, (p.name, p.number, "1000"))) for p in people(2))
    inner += f'<Row><Cell ss:MergeDown="1"><Data ss:Type="String">1班</Data></Cell>{one}</Row><Row>{two}</Row>'
    file = examined(xml_rows(inner), "导出.xls")
    assert file.problems == []
    assert file.tables[0].lines.classes == ["1班", "1班"]


@pytest.mark.parametrize(
    ("inner", "code"),
    [
        ("<Row><Cell><Data>1</Row>", "unreadable-file"),
        ('<Row ss:Index="5"/><Row ss:Index="2"/>', "unreadable-file"),
        ('<Row ss:Index="x"/>', "unreadable-file"),
        ('<Row ss:Index="9999999999">' + string("1") + "</Row>", "unreadable-file"),
        ('<Row><Cell ss:MergeDown="-1"/></Row>', "unreadable-file"),
        (
            '<Row ss:Index="1048576"><Cell ss:Index="9">' + string("1")[6:] + f"</Row><Row>{string('1')}</Row>",
            "unreadable-file",
        ),
        (
            f"<Row>{string('1')}</Row>" + '<Row ss:Index="1048576"><Cell ss:Index="9">' + string("1")[6:] + "</Row>",
            "file-too-large",
        ),
        ('<Row><Cell ss:Index="600">' + string("1")[6:] + "</Row>", "file-too-large"),
        ("", "no-header"),
    ],
)
def test_broken_or_hostile_xml_is_refused(inner: str, code: str) -> None:
    assert [problem.code for problem in examined(xml_rows(inner), "导出.xls").problems] == [code]


def test_entities_in_xml_are_refused() -> None:
    bomb = '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]>'
    content = xml_rows(f"<Row>{string('&b;')}</Row>").decode().replace("<Workbook", f"{bomb}<Workbook", 1).encode()
    (problem,) = examined(content, "导出.xls").problems
    assert problem.facts == {"why": "it declares XML entities, which no spreadsheet program writes"}


@pytest.mark.parametrize(
    "content", [b"<?xml version='1.0'?><office:document/>", b"<note><to>x</to></note>", b"<?xml ?>"]
)
def test_other_xml_is_refused_in_words(content: bytes) -> None:
    (problem,) = examined(content, "导出.xls").problems
    assert problem.facts == {"why": "it is an XML document named like a spreadsheet"}
