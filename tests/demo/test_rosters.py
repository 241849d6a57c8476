"""What is true of the lists as they are written: that a reader has all it needs, and that totals are the rows'."""

from __future__ import annotations

import re
from collections import Counter
from decimal import Decimal

from aidledger.catalogue.catalogue import Catalogue
from aidledger.demo.listings import DemoList
from aidledger.demo.sheets import DemoRoster, DemoSheet
from aidledger.demo.wording import term_text
from aidledger.domain.layout import fold
from aidledger.domain.published import PublishedReport
from aidledger.domain.term import Period


def named_by(title: str, catalogue: Catalogue) -> set[str]:
    return {
        program.code
        for program in catalogue.programs.values()
        if all(any(word in title for word in group) for group in program.words.title)
        and not any(word in title for word in program.words.never)
    }


def test_title_and_file_name_say_the_programs_and_no_others(
    catalogue: Catalogue, listings: list[DemoList], rosters: list[DemoRoster]
) -> None:
    for listing, roster in zip(listings, rosters, strict=True):
        meant = {program.code for program in listing.programs}
        assert named_by(roster.path.name, catalogue) == meant
        for sheet in roster.sheets:
            assert named_by(sheet.title, catalogue) == meant


def test_title_and_path_say_the_term(listings: list[DemoList], rosters: list[DemoRoster]) -> None:
    for listing, roster in zip(listings, rosters, strict=True):
        assert roster.path.parts[0] == listing.period.code
        words = term_text(listing.period, listing.style)
        assert all(sheet.title.startswith(listing.sender + words) for sheet in roster.sheets)


def test_a_term_is_written_in_the_usual_ways() -> None:
    assert {term_text(Period(2021, "autumn"), style) for style in range(10)} == {
        "2021年秋季学期",
        "2021-2022学年第一学期",
        "2021-2022学年度上学期",
        "2021年秋季",
        "2021年秋期",
        "2021年秋",
        "2021年下半年",
        "二〇二一年秋季学期",
    }
    assert {term_text(Period(2022, "spring"), style) for style in (1, 5, 8)} == {
        "2021-2022学年第二学期",
        "2021-2022学年度下学期",
        "2022年上半年",
    }
    assert term_text(Period(2021), 3) == "2021年"


def test_schools_have_names_that_a_reader_knows_as_schools(catalogue: Catalogue, listings: list[DemoList]) -> None:
    schools = {line.school for listing in listings for line in listing.lines}

    assert all(school.endswith(catalogue.layout.school_endings) for school in schools)
    assert len({listing.sender for listing in listings}) in range(115, 146)


def test_headers_are_ones_that_a_reader_knows(catalogue: Catalogue, rosters: list[DemoRoster]) -> None:
    headers = {header for roster in rosters for sheet in roster.sheets for header in sheet.header}
    unknown = {header for header in headers if not known(header, catalogue)}

    assert unknown == {"备注"}
    assert len({sheet.header for roster in rosters for sheet in roster.sheets}) > 20


def known(header: str, catalogue: Catalogue) -> bool:
    bare = fold(re.sub(r"\(.*?\)", "", header))
    words = [fold(word) for program in catalogue.programs.values() for word in program.words.column]
    return {fold(header), bare} & catalogue.layout.fields.keys() != set() or any(word in bare for word in words)


def test_nobody_lacks_what_the_standard_hangs_on(
    catalogue: Catalogue, listings: list[DemoList], rosters: list[DemoRoster]
) -> None:
    for listing, roster in zip(listings, rosters, strict=True):
        for sheet in roster.sheets:
            fields = {catalogue.layout.fields.get(fold(header)) for header in sheet.header}
            assert {"serial", "name", "number"} <= fields
            if listing.programs[0].stage == "compulsory":
                assert {"grade", "boarding"} <= fields
            if listing.programs[0].entry_years:
                assert "entry_year" in fields
            if listing.programs[0].stage == "college":
                assert {"school", "level"} <= fields


def test_sheets_hold_every_line_once_with_its_amounts(
    catalogue: Catalogue, listings: list[DemoList], rosters: list[DemoRoster], report: PublishedReport
) -> None:
    rows, sums = 0, Counter[str]()
    for listing, roster in zip(listings, rosters, strict=True):
        assert sum(len(sheet.rows) for sheet in roster.sheets) == len(listing.lines)
        rows += len(listing.lines)
        for sheet in roster.sheets:
            assert {len(row) for row in sheet.rows} == {len(sheet.header)}
            assert [row[0] for row in sheet.rows] == list(range(1, len(sheet.rows) + 1))
        if len(listing.programs) == 1:
            sums[listing.programs[0].code] += sum(line.amounts_fen[0] or 0 for line in listing.lines)
    assert rows > 100_000
    assert sums["compulsory-living-subsidy"] == next(
        line.amount_fen for line in report.lines if line.program == "compulsory-living-subsidy"
    )


def money_columns(sheet: DemoSheet) -> list[int]:
    last = sheet.rows[-1]
    return [
        i
        for i, cell in enumerate(sheet.total)
        if isinstance(cell, int | Decimal) and (last[i] is None or isinstance(last[i], int | Decimal))
    ]


def test_totals_are_those_of_the_rows(listings: list[DemoList], rosters: list[DemoRoster]) -> None:
    counted = 0
    for listing, roster in zip(listings, rosters, strict=True):
        for sheet in roster.sheets:
            columns = money_columns(sheet)
            assert len(columns) >= len(listing.programs)
            for i in columns:
                cells = [cell for row in sheet.rows if isinstance(cell := row[i], int | Decimal)]
                assert sheet.total[i] == sum(map(Decimal, cells))
            assert sheet.total[0] in {"合计", "总计"}
            if f"{len(sheet.rows)}人" in sheet.total:
                counted += 1
                assert not any(row[i] is None for row in sheet.rows for i in columns)
    assert counted > 300


def test_numbers_that_are_names_are_text_and_money_is_a_number(rosters: list[DemoRoster]) -> None:
    for roster in rosters:
        for sheet in roster.sheets:
            for row in (*sheet.rows, sheet.total):
                assert not any(isinstance(cell, int | Decimal) and cell >= 10**8 for cell in row)


def test_both_shapes_of_vocational_rosters_are_there(listings: list[DemoList]) -> None:
    shapes = {len(listing.programs) for listing in listings if listing.programs[0].stage == "vocational"}

    assert {1, 3} <= shapes


def test_some_schools_send_a_sheet_for_each_grade(rosters: list[DemoRoster]) -> None:
    assert any([sheet.name for sheet in roster.sheets] == ["高一", "高二", "高三"] for roster in rosters)
    assert any(sheet.name == "一年级" for roster in rosters for sheet in roster.sheets)


def test_rosters_are_in_name_order_and_each_has_a_path_of_its_own(rosters: list[DemoRoster]) -> None:
    paths = [roster.path for roster in rosters]

    assert paths == sorted(set(paths))
    assert 250 <= len(paths) <= 420
