"""Parts of a term: five monthly rosters are one person-time in every report, and a cut of their own."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from sqlalchemy import select

from aidledger.domain.notice import NoticeTerm
from aidledger.operations import ledgers
from aidledger.store.ledger import Ledger
from aidledger.store.model.tables import Beneficiary, Entry, School
from aidledger.store.postings.notices import NoticePerson, announce
from tests.audit.ledgers import found
from tests.builders import people, xlsx_bytes
from tests.builders.months import part_grid, part_xlsx
from tests.cli.harness import Ran, aidledger
from tests.store.ledgers import bring_in, catalogue, copied, new_ledger, opened

MONTHS = ("9月份", "10月份", "11月份", "12月份", "1月份")
SCHOOL, OTHER = "江北职业中学", "江南职业中学"
NOTICE = ("--program", "vocational-grant", "--period", "2021-autumn", "--from", "2021-11-01", "--to", "2021-11-12")


@pytest.fixture(scope="module")
def ledger(tmp_path_factory: pytest.TempPathFactory) -> Ledger:
    """Three pupils by the month in autumn, two others at once; one month was posted in error and taken back."""
    ledger = new_ledger(tmp_path_factory.mktemp("parts"))
    for part in MONTHS:
        assert bring_in(ledger, part_xlsx(part, range(3)), f"{part}.xlsx").outcome == "posted"
    assert bring_in(ledger, part_xlsx("", (10, 11), 1000), "at once.xlsx").outcome == "posted"
    wrong = bring_in(ledger, part_xlsx("2月份", range(3), term="2022年春季"), "wrong.xlsx")
    ledgers.reverse(ledger, catalogue(), wrong.batch or 0, "sent in error")
    return ledger


def _report(ledger: Ledger, *arguments: str | Path) -> Ran:
    return aidledger("report", *arguments, ledger=ledger.place)


def _json(ledger: Ledger, *arguments: str) -> Any:  # noqa: ANN401 - what JSON holds
    return _report(ledger, *arguments, "--format", "json").json


def test_the_summary_counts_each_pupil_once(ledger: Ledger) -> None:
    grant = next(one for one in _json(ledger, "summary")["programs"] if one["code"] == "vocational-grant")
    assert (grant["person_times"], grant["persons"], grant["amount"]) == (5, 5, "5000.00")


def test_the_paragraph_counts_each_pupil_once(ledger: Ledger) -> None:
    said = _report(ledger, "summary", "--format", "text").stdout
    assert said == "为5人次家庭经济困难中职学生发放助学金0.5万元。\n"


def test_by_school_and_by_category_as_well(ledger: Ledger) -> None:
    groups = _json(ledger, "summary", "--by", "school,category")["groups"]
    assert [(one["category"], one["person_times"], one["amount"]) for one in groups] == [
        ("低保", 2, "2000.00"),
        (None, 3, "3000.00"),
    ]


def test_by_part_every_part_counts_the_pupils_it_pays(ledger: Ledger) -> None:
    groups = _json(ledger, "summary", "--by", "part")["groups"]
    assert [(one["part"], one["person_times"], one["amount"]) for one in groups] == [
        ("2021-09", 3, "600.00"),
        ("2021-10", 3, "600.00"),
        ("2021-11", 3, "600.00"),
        ("2021-12", 3, "600.00"),
        ("2022-01", 3, "600.00"),
        (None, 2, "2000.00"),
    ]


@pytest.mark.parametrize(("language", "month"), [("en", "2021-9"), ("zh", "2021年9月")])
def test_a_part_is_called_as_the_reader_calls_it(ledger: Ledger, language: str, month: str) -> None:
    said = aidledger("--lang", language, "report", "summary", "--by", "part", ledger=ledger.place).stdout
    assert month in said


def test_parts_stand_in_their_order(tmp_path: Path) -> None:
    ledger = new_ledger(tmp_path)
    for part in ("补差", "第十批", "补发", "第二批", "10月份", "9月份", ""):
        bring_in(ledger, part_xlsx(part, range(2), 100), f"{part}.xlsx", record_conflicts=True)
    groups = _json(ledger, "summary", "--by", "part")["groups"]
    order = ["2021-09", "2021-10", "instalment-2", "instalment-10", "back-payment", "top-up", None]
    assert [one["part"] for one in groups] == order


def test_a_figure_of_a_part_is_explained_by_its_entries(ledger: Ledger) -> None:
    one = _json(ledger, "entries", "program=vocational-grant,part=2021-10")
    assert (one["person_times"], len(one["entries"])) == (3, 3)
    whole = _json(ledger, "entries", "program=vocational-grant")
    assert (whole["person_times"], whole["persons"], len(whole["entries"])) == (5, 5, 17)
    assert _report(ledger, "entries", "part=2021-06").exit_code == 2


def test_each_row_by_part_finds_its_entries(ledger: Ledger, tmp_path: Path) -> None:
    paper = tmp_path / "paper.xlsx"
    _report(ledger, "summary", "--by", "program,part", "--format", "xlsx", "-o", paper)
    cells = [
        str(cell) for row in openpyxl.load_workbook(paper).worksheets[0].iter_rows(values_only=True) for cell in row
    ]
    traces = [cell for cell in cells if "part=" in cell]
    assert len(traces) == 6
    assert sum(_json(ledger, "entries", trace)["person_times"] for trace in traces) == 17


def test_the_national_return_counts_each_pupil_once(ledger: Ledger) -> None:
    lines = _json(ledger, "returns", "--year", "2021", "--school-year")["lines"]
    figures = [(one["category"], one["autumn"]["person_times"], one["whole"]["person_times"]) for one in lines]
    assert figures == [("低保", 2, 2), (None, 3, 3)]


def test_a_statement_counts_each_pupil_once_and_a_roster_its_own_rows(ledger: Ledger) -> None:
    found = _json(ledger, "school", SCHOOL)
    assert [(one["period"], one["person_times"], one["reversed"]) for one in found["lines"]] == [
        ("2021-autumn", 5, 0),
        ("2022-spring", 0, 3),
    ]
    assert (found["aid"]["person_times"], found["aid"]["persons"]) == (5, 5)
    assert [(one["posted"]["person_times"], one["here"]["person_times"]) for one in found["rosters"]] == [
        *[(3, 3)] * 5,
        (2, 2),
        (3, 0),
    ]


def test_a_notice_names_everybody_once(ledger: Ledger) -> None:
    said = _json(ledger, "notice", *NOTICE, "--preview")
    names = [one["name"] for one in said["rows"]]
    assert sorted(names) == sorted(one.name for one in (*people(3), *people(2, first=10)))


def test_a_notice_names_somebody_at_each_of_his_schools_as_he_is_listed_last(tmp_path: Path) -> None:
    ledger = new_ledger(tmp_path)
    grids = [part_grid(part, [0]) for part in MONTHS[:3]]
    grids[1][2][2] = "高二"
    grids[2][0][0] = str(grids[2][0][0]).replace(SCHOOL, OTHER)
    for number, grid in enumerate(grids):
        bring_in(ledger, xlsx_bytes(grid), f"{number}.xlsx", record_conflicts=True)
    named = _json(ledger, "notice", *NOTICE, "--preview")["rows"]
    assert [(one["school"], one["grade"]) for one in named] == [(SCHOOL, "高二"), (OTHER, "高一")]


def test_a_notice_that_named_every_payment_is_still_what_was_recorded(ledger: Ledger, tmp_path: Path) -> None:
    """As notices were made before: somebody stood in it as often as he was paid."""
    place = copied(ledger.place, tmp_path)
    term = NoticeTerm(date(2021, 11, 1), date(2021, 11, 12))
    before = opened(place)
    with before.writing("announce") as books:
        named = [
            NoticePerson(row.id, row.name, row.school, row.grade, row.class_name)
            for row in books.execute(
                select(Entry.c.id, Beneficiary.c.name, School.c.name.label("school"), Entry.c.grade, Entry.c.class_name)
                .join(Beneficiary, Beneficiary.c.id == Entry.c.beneficiary_id)
                .join(School, School.c.id == Entry.c.school_id)
                .where(Entry.c.period == "2021-autumn")
            )
        ]
        announce(books, "vocational-grant", "2021-autumn", None, term, named, before.moment(), before.actor)
    assert len(named) == 17
    assert ledgers.verify(before).faults == []
    assert found(before, "notice-differs-from-payment") == []
    before.close()


def test_who_was_named_once_is_announced_for_every_part(ledger: Ledger, tmp_path: Path) -> None:
    place = copied(ledger.place, tmp_path)
    assert aidledger("report", "notice", *NOTICE, ledger=place).exit_code == 0
    later = opened(place)
    bring_in(later, part_xlsx("补差", (0, 12), 100), "more.xlsx", record_conflicts=True)
    (finding,) = found(later, "notice-differs-from-payment")
    assert (finding.persons, finding.amount_fen, finding.facts["paid"]) == (1, 10_000, 1)
    later.close()
