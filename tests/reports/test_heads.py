"""The ledger's head stands on every paper, and is that of the very view in which its figures were read."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from openpyxl import load_workbook

from aidledger.operations import ledgers
from aidledger.operations.views import view
from aidledger.store.ledger import Books
from aidledger.store.verifying.verify import verify
from tests.builders import roster_xlsx
from tests.cli.harness import aidledger
from tests.store.ledgers import ON_POSTGRESQL, bring_in, opened, sample_place

NOTICE = ("--program", "high-school-grant", "--period", "2021-autumn", "--from", "2021-11-01", "--to", "2021-11-12")
REPORTS = [
    ("report", "summary"),
    ("report", "summary", "--by", "program,school"),
    ("report", "school", "金溪中学"),
    ("report", "returns", "--year", "2021"),
    ("report", "entries", "kind=aid"),
    ("report", "bridge", "--from-cut", "calendar-year:2021", "--to-cut", "school-year:2021"),
    ("report", "compare", "gaoping-2021-2022h1"),
    ("report", "notice", *NOTICE, "--preview"),
    ("reconcile", "--all"),
    ("reconcile", "--details"),
    ("audit",),
    ("findings",),
    ("sample", "--seed", "7"),
    ("person", "王雨桐"),
]


@pytest.fixture(scope="module")
def ledger(tmp_path_factory: pytest.TempPathFactory) -> str:
    return sample_place(tmp_path_factory.mktemp("heads"))


def _head(ledger: str) -> str:
    return str(aidledger("verify", "--format", "json", ledger=ledger).json["head"])


@pytest.mark.parametrize("report", REPORTS, ids=" ".join)
def test_every_report_says_of_which_state_it_is(ledger: str, tmp_path: Path, report: tuple[str, ...]) -> None:
    head = _head(ledger)
    assert aidledger(*report, "--format", "json", ledger=ledger).json["head"] == head
    assert aidledger(*report, ledger=ledger).stdout.splitlines()[-1] == f"Ledger head: {head}"
    said = aidledger("--lang", "zh", *report, ledger=ledger).stdout
    assert said.splitlines()[-1] == f"台账指纹：{head}"
    if report[0] != "person":
        paper = tmp_path / "paper.xlsx"
        aidledger(*report, "--format", "xlsx", "-o", paper, ledger=ledger)
        sheets = load_workbook(paper).worksheets
        told = [any(f"Ledger head: {head}" in row for row in sheet.iter_rows(values_only=True)) for sheet in sheets]
        # The second sheet of a summary is its chart.
        assert all(told[:1] if report[:2] == ("report", "summary") else told)


def test_the_reports_paragraph_is_kept_to_the_letter(ledger: str) -> None:
    assert _head(ledger) not in aidledger("report", "summary", "--format", "text", ledger=ledger).stdout


def test_what_a_report_records_is_in_its_head(tmp_path: Path) -> None:
    place = sample_place(tmp_path)
    before = _head(place)
    said = aidledger("report", "notice", *NOTICE, "--format", "json", ledger=place).json["head"]
    assert said == _head(place) != before
    number = aidledger("findings", "--format", "json", ledger=place).json["findings"][0]["id"]
    decided = aidledger("finding", number, "--justify", "it is right", "--format", "json", ledger=place).json
    assert decided["head"] == _head(place) != said


def test_a_request_for_full_numbers_follows_the_head_that_is_printed(tmp_path: Path) -> None:
    """The figures are those of before the request; both heads are in the ledger's history."""
    place = sample_place(tmp_path)
    before = _head(place)
    run = aidledger("person", "王雨桐", "--reveal", "--reason", "asked", "--format", "json", ledger=place)
    assert run.json["head"] == before != _head(place)
    assert aidledger("verify", "--expect", before, ledger=place).exit_code == 0


def test_figures_and_head_are_of_one_moment(tmp_path: Path) -> None:
    """Whatever is read in a view is as it was when the view began, also when somebody posts meanwhile."""
    place = sample_place(tmp_path)
    ledger, other = opened(place), opened(place)
    posting = threading.Thread(target=bring_in, args=(other, roster_xlsx(3, first=60)))

    def read(books: Books) -> tuple[str, str]:
        before = verify(books).head
        posting.start()
        # On SQLite it waits for this view to end before it commits, on PostgreSQL it need not.
        posting.join(None if ON_POSTGRESQL else 0.2)
        return before, verify(books).head

    viewed = view(ledger, read)
    assert viewed.found == (viewed.head, viewed.head)
    posting.join()
    assert ledgers.verify(other).head != viewed.head
    ledger.close()
    other.close()
