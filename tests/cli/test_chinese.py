"""What an aid office reads: its own words for codes, states, terms and times; JSON keeps the codes."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from openpyxl import load_workbook

from aidledger.domain.table import named_code, time_text
from aidledger.i18n import translator
from tests.builders import roster_grid, roster_xlsx, with_cells, xlsx_bytes
from tests.cli.harness import aidledger
from tests.store.ledgers import new_place

CHINESE = ("--lang", "zh")


@pytest.fixture(scope="module")
def ledger(tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = tmp_path_factory.mktemp("books")
    place = new_place(folder)
    (folder / "one.xlsx").write_bytes(roster_xlsx(3))
    assert aidledger("import", folder / "one.xlsx", "--workers", "1", ledger=place).exit_code == 0
    return place


@pytest.mark.parametrize(
    ("moment", "shown"),
    [("2026-11-30T01:55:09Z", "2026-11-30 09:55"), ("2026-12-31T16:00:00Z", "2027-01-01 00:00")],
)
def test_a_moment_is_shown_as_a_clock_in_china_shows_it(moment: str, shown: str) -> None:
    assert time_text(moment) == shown


def test_a_code_stands_behind_its_name_where_there_is_one() -> None:
    assert named_code("id-checksum", translator("zh")) == "证件号校验不符（id-checksum）"
    assert named_code("id-checksum", translator("en")) == "id-checksum"
    assert named_code("an-offices-own", translator("zh")) == "an-offices-own"


def test_times_are_utc_in_json_alone(ledger: str) -> None:
    [batch] = aidledger("batches", "--format", "json", ledger=ledger).json["batches"]
    shown = time_text(batch["posted_at"])
    assert batch["posted_at"].endswith("Z")
    for command in (["batches"], ["batch", "1"], ["trace", "1"]):
        said = aidledger(*CHINESE, *command, ledger=ledger).stdout
        assert shown in said
        assert batch["posted_at"] not in said


def test_the_columns_of_csv_are_named_in_the_readers_language(ledger: str) -> None:
    heads = {
        language: next(csv.reader(io.StringIO(aidledger(*lang, "batches", "--format", "csv", ledger=ledger).stdout)))
        for language, lang in (("en", ()), ("zh", CHINESE))
    }
    assert heads["en"][:2] == ["batch", "posted_at"]
    assert heads["zh"][:2] == ["批次", "入账时间"]


def test_a_problem_is_called_by_its_name(ledger: str, tmp_path: Path) -> None:
    path = tmp_path / "二.xlsx"
    path.write_bytes(xlsx_bytes(with_cells(roster_grid(3, title="东山中学花名册", total=False), {"B3": None})))
    said = aidledger(*CHINESE, "check", path, "--workers", "1", ledger=ledger).stdout
    assert "缺姓名（name-missing）" in said
    assert "项目未识别 学期未识别" in said


@pytest.mark.parametrize(("program", "each"), [("preschool-fee-waiver", "每名幼儿"), ("high-school-grant", "每名学生")])
def test_a_template_calls_children_what_they_are(tmp_path: Path, program: str, each: str) -> None:
    target = tmp_path / "blank.xlsx"
    aidledger(*CHINESE, "template", program, "--period", "2021秋", "--rows", "3", "-o", target)
    words = [row[0] for row in load_workbook(target).worksheets[1].iter_rows(values_only=True)]
    assert each in words
    assert not {"每名幼儿", "每名学生"} - {each} & set(words)
