"""What the benchmarks measure with: ledgers that verify, and files that are imported whole."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import openpyxl
import pytest
from sqlalchemy import func, select

from aidledger.catalogue.loading import load
from aidledger.demo import write_rosters
from aidledger.demo.sheets import roster_of
from aidledger.domain.identity import resident_fault, sex_of
from aidledger.operations import auditing, importing, ledgers
from aidledger.operations.results import ImportResult
from aidledger.store.ledger import Ledger
from aidledger.store.model.tables import Certification, Enrolment, Entry
from tests import postgresql
from tools.bench import province, rosters, workbooks
from tools.bench.districts import Districts, copies, districts_over, name_of, payments, region_of
from tools.bench.kept import kept
from tools.bench.rosters import Shape

pytestmark = pytest.mark.sqlite_only
_FEW = 6_000


@pytest.fixture(scope="module")
def districts() -> Districts:
    return districts_over()


@pytest.fixture(scope="module")
def ledger(tmp_path_factory: pytest.TempPathFactory) -> Ledger:
    made = province.make(str(tmp_path_factory.mktemp("province") / "province.db"), _FEW)
    made.close()
    return made


def test_every_district_has_people_of_its_own(districts: Districts) -> None:
    who = range(0, len(districts.people), 50)
    first, third = districts.numbers(0, who), districts.numbers(2, who)

    assert not set(first) & set(third)
    assert {resident_fault(number) for number in third} == {None}
    assert [sex_of(number) for number in first] == [sex_of(number) for number in third]
    assert not set(districts.cards(0, who)) & set(districts.cards(2, who))
    assert districts.names(0, who) != districts.names(2, who)


@pytest.mark.parametrize("told", [name_of, region_of])
def test_no_two_districts_share_a_name_or_a_region(told: Callable[[int], str]) -> None:
    assert len({told(district) for district in range(1, 900)}) == 899


def test_no_district_has_the_region_of_the_first(districts: Districts) -> None:
    first = districts.people[0].number[:6]

    assert first not in {region_of(district) for district in range(1, 900)}


@pytest.mark.parametrize("wanted", [20_000, 300_000])
def test_about_as_many_payments_as_wanted(districts: Districts, wanted: int) -> None:
    made = sum(payments(roll.listing) for _, rolls in copies(districts, wanted) for roll in rolls)

    assert wanted * 0.95 < made <= wanted


def test_a_province_verifies(ledger: Ledger) -> None:
    verdict = ledgers.verify(ledger)

    assert verdict.faults == []
    assert _FEW * 0.95 < verdict.entries < _FEW * 1.05


def test_a_province_verifies_on_a_server(tmp_path: Path) -> None:
    url = postgresql.new_database(tmp_path)
    made = province.make(url.render_as_string(hide_password=False), _FEW // 3)
    verdict = ledgers.verify(made)
    made.close()

    assert verdict.faults == []
    assert verdict.entries > 0


def test_a_province_has_lists_beside_its_payments(ledger: Ledger) -> None:
    with ledger.reading() as books:
        enrolled, certified, entries = [
            books.execute(select(func.count()).select_from(model)).scalar_one()
            for model in (Enrolment, Certification, Entry)
        ]
        entry = Entry.c
        kinds = [func.count(column.distinct()) for column in (entry.program_id, entry.period)]
        programs, periods = tuple(books.execute(select(*kinds)).one())

    assert enrolled > entries / 2
    assert certified > entries / 10
    assert programs >= 3
    assert periods >= 5


def test_the_audit_finds_some_of_everything_in_a_province(ledger: Ledger) -> None:
    found = Counter(one.rule for one in auditing.audit(ledger, load()).found.findings)

    assert found.keys() >= {"duplicate-disbursement", "name-id-mismatch", "not-enrolled", "missing-disbursement"}
    assert sum(found.values()) < _FEW / 5


def test_rosters_of_two_districts_are_posted_whole(districts: Districts, tmp_path: Path) -> None:
    shape = Shape("some", districts.payments // 40, 3)
    rosters.write(shape, tmp_path / "rosters")
    posted = _imported(tmp_path).counted("posted")

    assert len(posted) == 3
    assert shape.payments * 0.8 < sum(file.person_times for file in posted) <= shape.payments


def test_the_large_table_is_posted_whole(tmp_path: Path) -> None:
    rosters.write_table(3_000, tmp_path / "rosters")
    (file,) = _imported(tmp_path).files

    assert (file.outcome, file.person_times) == ("posted", 3_000)


def test_a_table_with_wrong_numbers_is_rejected_for_them(tmp_path: Path) -> None:
    rosters.write_table(300, tmp_path / "rosters", wrong_every=50)
    (file,) = _imported(tmp_path).files

    assert Counter(problem.code for problem in file.problems) == {"id-checksum": 6}


def test_a_quick_workbook_says_what_a_careful_one_says(districts: Districts, tmp_path: Path) -> None:
    roster = roster_of(min((roll.listing for roll in districts.rolls), key=payments), load().layout)
    (careful,) = write_rosters([roster], tmp_path / "careful", workers=1)
    sheets = [
        (one.name, [(one.title,), *([one.note] if one.note else []), one.header, *one.rows, one.total, *one.foot])
        for one in roster.sheets
    ]
    quick = tmp_path / "quick.xlsx"
    workbooks.write(quick, sheets)

    assert _values(quick) == _values(careful)


def test_what_was_made_is_not_made_again_unless_it_was_left_unfinished(tmp_path: Path) -> None:
    def fail(path: Path) -> None:
        path.mkdir()
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        kept(tmp_path, "thing", fail)
    made = kept(tmp_path, "thing", lambda path: path.write_text("made"))

    assert kept(tmp_path, "thing", fail) == made
    assert made.read_text() == "made"


def _imported(folder: Path) -> ImportResult:
    catalogue = load()
    ledger = ledgers.init(str(folder / "ledger.db"), catalogue, "bench", lambda: datetime.now(UTC))
    result = importing.import_files(ledger, catalogue, importing.ImportRequest([folder / "rosters"], workers=1))
    ledger.close()
    return result


def _values(path: Path) -> list[tuple[str, list[list[object]]]]:
    book = openpyxl.load_workbook(path)
    found: list[tuple[str, list[list[object]]]] = []
    for sheet in book.worksheets:
        rows: list[list[object]] = [list(row) for row in sheet.iter_rows(values_only=True)]
        for row in rows:
            while row and row[-1] is None:
                row.pop()
        found.append((sheet.title, rows))
    return found
