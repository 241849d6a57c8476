"""Web pages and web archives under the name of an .xls: the same roster as a workbook of it."""

from __future__ import annotations

from html import escape

import pytest

from aidledger.domain.roster import Fate, RosterFile
from aidledger.sheets.formats.grid import read_grid
from aidledger.sheets.formats.limits import DEFAULT_LIMITS
from tests.builders import (
    TITLE,
    Cell,
    Grid,
    examined,
    found,
    people,
    resident_number,
    roster_grid,
    with_cells,
)
from tests.builders.webarchive import web_archive

ROWS = roster_grid(title=None, total=False)
GOOD = resident_number(1)


def cells(row: list[Cell], tag: str = "td") -> str:
    return "".join(f"<{tag}>{escape('' if v is None else str(v))}</{tag}>" for v in row)


def rows(grid: Grid) -> str:
    return "".join(f"<tr>{cells(row)}</tr>\n" for row in grid)


def table(grid: Grid) -> str:
    return f"<table border=1>{rows(grid)}</table>"


def paid(file: RosterFile) -> tuple[list[str], list[str], list[int | None]]:
    (one,) = file.tables
    (roster,) = one.rosters
    assert (roster.program, str(roster.period)) == ("high-school-grant", "2021-autumn")
    return one.lines.names, one.lines.numbers, roster.amounts_fen


EVERYBODY = ([p.name for p in people(3)], [p.number for p in people(3)], [100_000] * 3)
EXCEL_PAGE = f"""<html xmlns:v="urn:schemas-microsoft-com:vml" xmlns:x="urn:schemas-microsoft-com:office:excel">
<head><meta http-equiv=Content-Type content="text/html; charset=utf-8"><title>系统</title>
<style><!--table {{mso-displayed-decimal-separator:"\\."}} td {{display:none}} --></style>
<!--[if gte mso 9]><xml><x:ExcelWorkbook><x:ExcelWorksheets><x:ExcelWorksheet><x:Name>高一</x:Name>
</x:ExcelWorksheet></x:ExcelWorksheets></x:ExcelWorkbook></xml><![endif]-->
<script>document.write("<table><tr><td>5113</td></tr></table>")</script></head><body>
<table x:str border=0><col width=72 span=6><tr height=19><td colspan=6>{TITLE}</td></tr>
{rows(ROWS)}<![if supportMisalignedColumns]><tr height=0 style='display:none'><td width=72></td></tr><![endif]>
</table></body></html>"""


@pytest.mark.parametrize(
    "page",
    [
        f"<table><caption>{TITLE}</caption>{rows(ROWS)}</table>",
        f"<html><body><h2 align=center>{TITLE}</h2>{table(ROWS)}</body></html>",
        f"<!DOCTYPE html>\n<html><body><center>{TITLE}<br>单位:元</center>{table(ROWS)}<p>制表人:张三</p></body>",
        f"<html><body>{table([[TITLE]])}{table(ROWS)}{table([['制表人:张三', '审核人:李四']])}</body></html>",
        f"<html><body><table><tr><td>菜单</td><td>{table([[TITLE], *ROWS])}</td></tr></table></body></html>",
        f"<table><tr><td>{TITLE}<tr>" + "<tr>".join(cells(row).replace("</td>", "") for row in ROWS),
        f"<TABLE><TR><TH COLSPAN='6'>{TITLE}</TH></TR><TR>{cells(ROWS[0], 'TH')}</TR>{rows(ROWS[1:])}</TABLE>",
        f"<html><table><thead><tr><td>{TITLE}<tr>{cells(ROWS[0])}</thead><tbody>{rows(ROWS[1:])}</tbody></table>",
        f"<div><div><table>{rows([[TITLE], ROWS[0]])}</table></div><div>{table(ROWS[1:])}</div></div>",
        f"<html>{table([[TITLE], *ROWS])}".replace("<td>", "<td><font face=宋体>&nbsp;").replace(
            "</td>", " </font>\r\n</td>"
        ),
        f"<html>{table([[TITLE], *ROWS])}".replace("<td>", "<td><div><span>\n\t").replace(
            "</td>", "\n</span></div></td>"
        ),
        f"<html>{table([[TITLE], *ROWS])}".replace("<td>王", "<td><table><tr><td>王</table>"),
        f"<?xml version='1.0'?><!-- saved --><html>{table([[TITLE], *ROWS])}</html>",
        f"<!-- saved from url --><table>{rows([[TITLE], *ROWS])}</table>",
        EXCEL_PAGE,
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_a_web_page_is_read_however_it_is_laid_out(page: str, encoding: str) -> None:
    file = examined(f"\r\n{page}".encode(encoding), "导出.xls")
    assert paid(file) == EVERYBODY
    assert file.problems == []
    assert file.notes == []


def test_what_a_page_says_of_its_charset_is_believed_less_than_its_bytes() -> None:
    page = f"<html><meta charset=gb2312><h1>{TITLE}</h1>{table(ROWS)}"
    assert paid(examined(page.encode(), "导出.xls")) == EVERYBODY
    page = page.replace("gb2312", "utf-8")
    assert paid(examined(page.encode("gb18030"), "导出.xls")) == EVERYBODY


def test_a_page_in_big5_is_read_as_such() -> None:
    page = "<html><meta charset=big5><table><tr><td>學生姓名</td><td>身分證號</td></tr></table>"
    (sheet,) = read_grid(page.encode("big5"), DEFAULT_LIMITS)
    assert sheet.rows == [["學生姓名", "身分證號"]]


def test_rows_are_counted_as_excel_shows_the_page() -> None:
    bad = with_cells(ROWS, {"C3": GOOD[:-1]})
    file = examined(f"<html><h1>{TITLE}</h1><p>单位:元</p>{table(bad)}".encode(), "导出.xls")
    assert found(file) == [("id-format", "Sheet1", 5, "C")]
    assert file.fates == {Fate.HEADING: 3, Fate.STUDENT: 3, Fate.TOTAL: 0, Fate.BLANK: 0, Fate.OTHER: 0}


def test_the_sheet_is_called_what_the_page_calls_it() -> None:
    assert [one.sheet for one in examined(EXCEL_PAGE.encode(), "导出.xls").tables] == ["高一"]


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        (f"<td x:str>{GOOD}</td>", GOOD),
        (f"<td style='mso-number-format:\"\\@\"'>{GOOD}</td>", GOOD),
        (f"<td>{GOOD}</td>", GOOD),
        (f'<td x:str="\'{GOOD}">{GOOD}</td>', GOOD),
        (f"<td x:num>{GOOD}</td>", int(GOOD)),
        (f'<td x:num="{GOOD}">5.113E+17</td>', int(GOOD)),
        (f'<td x:num="5.1130020060315E+17">{GOOD}</td>', 5.1130020060315e17),
        (f'<td sdval="{GOOD}" sdnum="2052;">5.11E+17</td>', int(GOOD)),
        ('<td x:num="1000.456">1,000.46</td>', 1000.456),
        ("<td x:num>1,000.50</td>", 1000.5),
        ("<td>1,000.50</td>", "1,000.50"),
        ('<td x:num="38791">2006-3-15</td>', "2006-3-15"),
        ('<td x:num="38791">2006年3月15日</td>', "2006年3月15日"),
        ("<td x:num>无</td>", "无"),
        ("<td>甲<br>乙</td>", "甲\n乙"),
        ("<td><p>甲</p><p>乙</p></td>", "甲\n乙"),
        ("<td>甲\r\n   乙</td>", "甲 乙"),
        ("<td>&#25105;&amp;&lt;b&gt;</td>", "我&<b>"),
        ("<td>a < b</td>", "a < b"),
        ("<td><select><option>男<option>女</select></td>", ""),
        ("<td><!-- 张三 -->李四</td>", "李四"),
    ],
)
def test_a_cell_of_a_page_holds_what_was_typed(cell: str, expected: Cell) -> None:
    page = f"<html><table><tr><td>前</td>{cell}<td>后</td></tr></table></html>"
    assert read_grid(page.encode(), DEFAULT_LIMITS)[0].rows == [["前", expected, "后"]]


def test_an_id_number_that_excel_holds_as_a_number_has_lost_digits() -> None:
    page = f"<html><h1>{TITLE}</h1>{table(ROWS)}".replace(f"<td>{GOOD}", f'<td x:num="{GOOD}">5.113E+17')
    assert found(examined(page.encode(), "导出.xls")) == [("id-precision-lost", "Sheet1", 4, "C")]


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        ('<td x:err="#N/A">#N/A</td>', "cell-error"),
        ("<td>#N/A</td>", "cell-error"),
        ("<td>#REF!</td>", "cell-error"),
        ("<td>########</td>", "cell-error"),
        ('<td x:num x:fmla="=E2*2"></td>', "formula-without-value"),
        ('<td x:fmla="=E2*2" x:num="1000">1,000</td>', None),
    ],
)
def test_an_error_in_a_page_is_a_problem_at_its_cell(cell: str, code: str | None) -> None:
    page = f"<html>{table([[TITLE], *ROWS])}".replace("<td>1000</td>", cell, 1)
    assert found(examined(page.encode(), "导出.xls")) == ([(code, "Sheet1", 3, "F")] if code else [])


def test_merged_classes_of_a_page_are_filled_down() -> None:
    page = (
        f"<table><tr><td colspan=4>{TITLE}</td></tr>"
        "<tr><td rowspan=2>班级</td><td colspan=2>学生信息</td><td rowspan=2>发放金额</td></tr>"
        "<tr><td>姓名</td><td>身份证号</td></tr>"
    )
    one, two, three = (f"<td>{p.name}</td><td>{p.number}</td><td>1000</td></tr>" for p in people(3))
    page += f"<tr><td rowspan=2>1班</td>{one}<tr>{two}<tr><td rowspan=9>2班</td>{three}</table>"
    file = examined(page.encode(), "导出.xls")
    assert file.problems == []
    assert file.tables[0].lines.classes == ["1班", "1班", "2班"]


def test_hidden_rows_and_columns_of_a_page_count_and_are_told() -> None:
    page = f"<table><col span=3><col style='display: none'>{rows([[TITLE], *ROWS])}</table>"
    page = page.replace(
        f"<tr><td>2</td><td>{people(2)[1].name}", f"<tr style='DISPLAY:NONE'><td>2</td><td>{people(2)[1].name}"
    )
    file = examined(page.encode(), "导出.xls")
    assert paid(file) == EVERYBODY
    assert [(note.code, note.count) for note in file.notes] == [("hidden-rows", 1), ("hidden-columns", 1)]


def test_several_sheets_on_a_page_of_libreoffice_are_sheets() -> None:
    page = "<html><p><center><h1>Overview</h1><a href='#table0'>Sheet 1: 高一</a><br></center></p>"
    for i, (name, first) in enumerate({"高一": 0, "高二": 10}.items()):
        page += f"<a name='table{i}'><h1>Sheet {i + 1}: <em>{name}</em></h1></a>{table(roster_grid(first=first))}"
    file = examined(page.encode(), "名册.html")
    assert [(one.sheet, len(one.lines)) for one in file.tables] == [("高一", 3), ("高二", 3)]
    assert file.problems == []


@pytest.mark.parametrize(
    "content",
    [
        b"<html></html>",
        b"<html><body>\xc7\xeb\xd6\xd8\xd0\xc2\xb5\xc7\xc2\xbc</body></html>",
        b"<html><frameset><frame src='x.files/sheet001.htm'></frameset></html>",
        b"<script>location='/login'</script>",
        b"<div>502 Bad Gateway</div>",
    ],
)
def test_a_page_without_a_table_is_refused_in_words(content: bytes) -> None:
    (problem,) = examined(content, "导出.xls").problems
    assert (problem.code, problem.facts) == ("unreadable-file", {"why": "it is a web page without a table"})


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"<table><tr><td>" * 60, "unreadable-file"),
        (b"<table><tr>" + b"<td>1" * 600, "file-too-large"),
        (b"<table><tr><td rowspan=60000 colspan=60000>1<tr><td>2</table>", "file-too-large"),
        (b"<table>" + b"<tr><td>" * 200_000 + b"1", None),
        (b"<table><tr><td rowspan=-1 colspan=x>1<td rowspan=0>2</table>", None),
        (b"<table><![what is this", "unreadable-file"),
        (b"</table></tr></td><table></table></table><tr>", None),
        (b"<table>" + b"<col span=65000>" * 1000 + b"<tr><td>1</table>", None),
    ],
)
def test_a_broken_or_hostile_page_is_refused_or_read(content: bytes, code: str | None) -> None:
    file = examined(content, "导出.xls")
    assert file.problems[0].code == (code or "no-header")


# --- web archives ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("encoding", ["base64", "quoted-printable"])
def test_a_web_archive_of_one_sheet_is_read(encoding: str) -> None:
    file = examined(web_archive({"名册.htm": f"<html>{table([[TITLE], *ROWS])}</html>"}, encoding), "名册.xls")
    assert paid(file) == EVERYBODY
    assert file.problems == []


def test_the_sheets_of_a_web_archive_have_their_names() -> None:
    sheet = (
        '<x:ExcelWorksheet><x:Name>%s</x:Name>\r\n<x:WorksheetSource HRef="x.files/sheet00%d.htm"/></x:ExcelWorksheet>'
    )
    main = (
        f"<html><!--[if gte mso 9]><xml>{sheet % ('高一', 1)}{sheet % ('高二', 2)}</xml><![endif]--><frameset></html>"
    )
    parts = {"x.htm": main, "x.files/tabstrip.htm": "<html><table><tr><td>高一<td>高二</table></html>"}
    parts |= {f"x.files/sheet00{i}.htm": f"<html>{table(roster_grid(first=i * 10))}</html>" for i in (1, 2)}
    file = examined(web_archive(parts), "名册.xls")
    assert [(one.sheet, len(one.lines)) for one in file.tables] == [("高一", 3), ("高二", 3)]
    assert file.problems == []


def test_a_web_archive_without_a_table_is_refused_in_words() -> None:
    (problem,) = examined(web_archive({"x.htm": "<html>空</html>"}), "名册.mht").problems
    assert problem.facts == {"why": "it is a web page without a table"}
