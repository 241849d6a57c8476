"""Texts of separated values as systems and programs write them: encodings, separators, quotes, endings."""

from __future__ import annotations

from dataclasses import replace

import pytest

from aidledger.domain.roster import RosterFile
from aidledger.sheets.formats.limits import DEFAULT_LIMITS
from tests.builders import TITLE, Cell, csv_bytes, examined, found, people, roster_grid, with_cells

NUMBERS = [p.number for p in people(3)]


def is_read(file: RosterFile) -> bool:
    (table,) = file.tables
    assert file.problems == []
    assert table.rosters[0].amounts_fen == [100_000] * 3
    return (table.lines.names, table.lines.numbers) == ([p.name for p in people(3)], NUMBERS)


def lines(separator: str = ",", quote: str = "{}", end: str = "\r\n") -> str:
    rows = [["姓名", "身份证号", "发放金额"], *([p.name, quote.format(p.number), "1000"] for p in people(3))]
    return end.join([TITLE, *map(separator.join, rows), ""])


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("separator", [",", "\t", ";"])
def test_utf_16_without_its_mark_is_read(encoding: str, separator: str) -> None:
    assert is_read(examined(csv_bytes(roster_grid(), encoding=encoding, separator=separator), "名册.csv"))


@pytest.mark.parametrize("separator", [",", "\t", ";", "|"])
@pytest.mark.parametrize(
    "quote", ["{}", '"{}"', ' "{}"', '="{}"', '"=""{}"""', "'{}", "\t{}\t", '"{}\t"', '"{}"\t', " {} ", "＇{}"]
)
def test_cells_are_read_however_they_are_kept_from_being_numbers(separator: str, quote: str) -> None:
    if separator in quote:
        return
    assert is_read(examined(lines(separator, quote).encode("gb18030"), "名册.csv"))


@pytest.mark.parametrize("name", ["名册.xls", "名册.txt", "名册.csv", "名册"])
@pytest.mark.parametrize("encoding", ["gbk", "utf-16", "utf-8"])
def test_a_text_saved_as_xls_is_told_by_its_content(name: str, encoding: str) -> None:
    assert is_read(examined(lines("\t").encode(encoding), name))


@pytest.mark.parametrize("sign", [",", ";", "\t", "|"])
@pytest.mark.parametrize("first", ["sep={}\r\n", "SEP={}\n", '"sep={}"\r\n', "\ufeffsep={}\r\n"])
def test_a_line_that_names_the_separator_is_obeyed_and_not_counted(sign: str, first: str) -> None:
    file = examined((first.format(sign) + lines(sign)).encode(), "名册.csv")
    assert is_read(file)
    assert file.tables[0].header_row == 2


@pytest.mark.parametrize("end", ["\r\n", "\n", "\r"])
@pytest.mark.parametrize("padding", ["", "\x1a", "\0" * 512, "\x1a" + "\0" * 300, "\r\n\r\n", ",,,,,\r\n" * 40, " \n"])
def test_what_fills_the_end_of_a_file_is_nothing(end: str, padding: str) -> None:
    file = examined((lines(end=end) + padding).encode("gb18030"), "名册.csv")
    assert is_read(file)


def test_separators_behind_the_last_column_are_no_columns() -> None:
    content = "\r\n".join(line + "," * 16_383 for line in lines().splitlines()).encode()
    assert is_read(examined(content, "名册.csv"))


def test_separators_in_notes_do_not_make_columns() -> None:
    notes = "说明,请,核对,后,上报\r\n" * 3
    assert is_read(examined((notes + lines("\t")).encode(), "名册.csv"))


@pytest.mark.parametrize(
    "content",
    [
        lines().replace(people(1)[0].name, f'"{people(1)[0].name}'),
        lines().replace("姓名", '"姓名'),
        lines().replace("1000\r\n", '"1000"\r\n')[:-3],
        # The second of two lone quotes ends what the first begins: a person would vanish into the cell of another.
        lines().replace(people(1)[0].name, f'"{people(1)[0].name}').replace(people(3)[2].name, f'{people(3)[2].name}"'),
    ],
)
def test_a_quote_without_its_pair_is_refused_and_swallows_nobody(content: str) -> None:
    (problem,) = examined(content.encode(), "名册.csv").problems
    assert (problem.code, problem.facts) == ("unreadable-file", {"why": "its quotation marks are not balanced"})


def test_a_quote_within_a_cell_is_a_sign_like_others() -> None:
    file = examined(lines().replace("姓名", '姓"名"').encode(), "名册.csv")
    assert [code for code, *_ in found(file)] == ["missing-column"]


@pytest.mark.parametrize(
    ("cell", "value"), [("B4", "#N/A"), ("C4", "#REF!"), ("F4", "#VALUE!"), ("F4", "#####"), ("E4", "#NAME?")]
)
def test_a_failed_formula_in_a_text_is_a_problem_at_its_cell(cell: str, value: Cell) -> None:
    file = examined(csv_bytes(with_cells(roster_grid(total=False), {cell: value})), "名册.csv")
    assert found(file) == [("cell-error", "CSV", 4, cell[0])]
    assert file.problems[0].facts == {"value": value}


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"\0" * 10_000 + b"1", "unreadable-file"),
        (b"a,b\0c\n" * 100, "unreadable-file"),
        (b"," * 500_000, "no-header"),
        (b"1" * 5_000_000, "file-too-large"),
        (b"1," * 200_000, "file-too-large"),
        (b"1\n" * 350_000, "file-too-large"),
        (b"\n" * 350_000 + b"1", "file-too-large"),
        (b"1\n" * 600 + b"," * 511 + b"1", "file-too-large"),
        (b'"' + b"1\n" * 100_000, "unreadable-file"),
        (b"<1> a,b\n", "no-header"),
    ],
)
def test_a_text_without_end_or_sense_is_refused(content: bytes, code: str) -> None:
    limits = replace(DEFAULT_LIMITS, cells_max=300_000)
    assert [problem.code for problem in examined(content, "名册.csv", limits=limits).problems] == [code]
