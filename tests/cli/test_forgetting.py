"""What nothing rests on is removed on request, and stands nowhere then; the rest stays, with the reason."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from aidledger.operations import rights
from tests.builders import Grid, csv_bytes, people, roster_xlsx, xlsx_bytes
from tests.cli.harness import aidledger
from tests.cli.held import STUDENT_NUMBER, TITLE, export, forget, held_ledger, log, roster
from tests.store.ledgers import bring_in, copied, new_place, opened, plain, tamper


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> str:
    return held_ledger(tmp_path_factory.mktemp("held"))


@pytest.fixture
def ledger(made: str, tmp_path: Path) -> str:
    return copied(made, tmp_path)


def test_what_nothing_rests_on_is_removed_and_the_rest_stays_with_the_reason(ledger: str, tmp_path: Path) -> None:
    before = aidledger("report", "summary", "--format", "json", ledger=ledger).json["programs"]
    ran = forget(ledger, people(1)[0].number)
    assert (ran.exit_code, ran.json["removed"]) == (0, ["student_number"])
    stays = {one["what"]: one["count"] for one in ran.json["stays"]}
    assert stays == {
        "identity": 1, "birth-date-and-sex": 1, "entries": 1, "certifications": 1, "enrolments": 1,
        "bank-returns": 1, "recoveries": 1, "populations": 1, "fee-receipts": 1, "deaths": 1, "national-payments": 1,
        "payment-orders": 1, "notices": 1, "accesses": 2, "files": 9,
    }  # fmt: skip
    assert all(one["why"] for one in ran.json["stays"])
    assert people(1)[0].number not in ran.stdout
    assert STUDENT_NUMBER not in ran.stdout
    copy = export(ledger, tmp_path / "copy.json")
    assert (copy["person"]["student_number"], copy["person"]["sex"]) == (None, "female")
    assert [(one["removed"], one["by"]) for one in copy["requests"]] == [("student_number", "li")]
    assert len(copy["entries"]) == 1
    assert aidledger("verify", ledger=ledger).exit_code == 0
    assert aidledger("report", "summary", "--format", "json", ledger=ledger).json["programs"] == before
    assert aidledger("person", STUDENT_NUMBER, "--format", "json", ledger=ledger).exit_code == 2
    assert aidledger("person", "2021990189", "--format", "json", ledger=ledger).exit_code == 0


def test_who_has_another_document_has_no_sex_in_the_number(ledger: str) -> None:
    ran = forget(ledger, "E12345678")
    assert (ran.exit_code, ran.json["removed"]) == (0, ["sex"])
    assert "birth-date-and-sex" not in {one["what"] for one in ran.json["stays"]}


def test_entries_are_kept_by_law_and_a_request_for_nothing_else_is_refused(ledger: str) -> None:
    assert forget(ledger).exit_code == 0
    ran = forget(ledger)
    assert (ran.exit_code, ran.json["removed"]) == (3, [])
    said = aidledger("forget", "1", "--reason", "again", ledger=ledger)
    assert said.exit_code == 3
    assert "Refused" in said.stdout
    assert "会计档案管理办法" in said.stdout
    assert [seen for _, seen, _ in log(ledger)][-3:] == ["forget 1"] * 3


def _of_many(folder: Path) -> tuple[Path, list[bytes]]:
    """A ledger of so many that rows move between pages, and their student numbers; the file is compressed."""
    path = new_place(folder)
    numbers = [f"STU{i:05}WXYZ" for i in range(100)]
    grid: Grid = [[TITLE], ["姓名", "身份证号", "学籍号", "金额"]]
    grid += [[one.name, one.number, number, 1000] for one, number in zip(people(100), numbers, strict=True)]
    assert bring_in(opened(path), xlsx_bytes(grid)).outcome == "posted"
    return Path(path), [number.encode() for number in numbers]


def _left(path: Path, numbers: list[bytes]) -> int:
    content = path.read_bytes()
    return sum(number in content for number in numbers)


@pytest.mark.sqlite_only
def test_what_was_removed_stands_nowhere_in_the_file(tmp_path: Path) -> None:
    path, numbers = _of_many(tmp_path)
    assert _left(path, numbers) == 100
    ledger = opened(path)
    for person in range(1, 101):
        rights.forget(ledger, str(person), "please remove 20219901880001")
    ledger.close()
    assert _left(path, numbers) == 0
    assert b"20219901880001" not in path.read_bytes()
    assert not Path(f"{path}-journal").exists()
    assert aidledger("verify", ledger=path).exit_code == 0


@pytest.mark.sqlite_only
def test_without_secure_delete_it_would_stand_there(tmp_path: Path) -> None:
    """The control: the same by a tool that does not set it."""
    path, numbers = _of_many(tmp_path)
    with closing(sqlite3.connect(path)) as books:
        books.execute("PRAGMA secure_delete=OFF")
        for person in range(1, 101):
            books.execute("UPDATE beneficiary SET student_number = NULL WHERE id = ?", (person,))
            books.commit()
    assert _left(path, numbers) > 0


def test_a_file_kept_as_text_still_says_it(tmp_path: Path) -> None:
    """docs/privacy.md says so: the file is the voucher."""
    path = new_place(tmp_path)
    assert bring_in(opened(path), csv_bytes(roster()), "a.csv").batch == 1
    assert forget(path).exit_code == 0
    with plain(path) as books:
        assert STUDENT_NUMBER.encode() in bytes(books.exec_driver_sql("SELECT content FROM source_file").scalar_one())


def test_a_later_file_does_not_bring_it_back_and_the_import_says_whom_it_names(ledger: str, tmp_path: Path) -> None:
    assert forget(ledger).exit_code == 0
    spring = roster()
    spring[0] = [TITLE.replace("2021年秋季", "2022年春季")]
    (tmp_path / "spring.xlsx").write_bytes(xlsx_bytes(spring))
    (tmp_path / "others.xlsx").write_bytes(roster_xlsx(3, first=50))
    files = [tmp_path / "others.xlsx", tmp_path / "spring.xlsx"]
    ran = aidledger("check", *files, "--workers", "1", ledger=ledger)
    assert "1 of its people asked" in ran.stdout
    done = aidledger("import", *files, "--workers", "1", "--format", "json", ledger=ledger)
    notes = [[(note["code"], note["count"]) for note in file["notes"]] for file in done.json["files"]]
    assert notes == [[], [("forgotten-people", 1)]]
    copy = export(ledger, tmp_path / "copy.json")
    assert copy["person"]["student_number"] is None
    assert [one["student_number"] for one in copy["entries"]] == [None, None]
    assert aidledger("verify", ledger=ledger).exit_code == 0


def test_another_number_in_a_later_file_is_not_kept_either(ledger: str, tmp_path: Path) -> None:
    """A school may send the number that begins with G and holds the ID number."""
    assert forget(ledger).exit_code == 0
    grid: Grid = [[TITLE.replace("2021年秋季", "2022年春季")], ["姓名", "身份证号", "学籍号", "金额"]]
    grid += [[one.name, one.number, f"G{one.number}", 1000] for one in people(2)]
    assert bring_in(opened(ledger), xlsx_bytes(grid), "spring.xlsx").outcome == "posted"

    with plain(ledger) as books:
        query = "SELECT beneficiary_id, student_number FROM entry WHERE student_number IS NOT NULL"
        assert books.exec_driver_sql(query).all() == [(2, f"G{people(2)[1].number}")]
    copy = export(ledger, tmp_path / "copy.json")
    assert [one["student_number"] for one in copy["entries"]] == [None, None]
    assert aidledger("verify", ledger=ledger).exit_code == 0


def test_a_new_version_of_a_roster_changes_nothing_of_who_was_forgotten(ledger: str) -> None:
    assert forget(ledger).exit_code == 0
    corrected = roster()
    corrected[3][-1] = 1500
    result = bring_in(opened(ledger), xlsx_bytes(corrected), "corrected.xlsx", supersedes=1, record_conflicts=True)
    assert result.changes is not None
    assert (result.changes.kept, result.changes.changed) == (2, 1)


def test_the_audit_copes_with_what_is_gone(ledger: str) -> None:
    def found() -> list[tuple[str, str]]:
        ran = aidledger("audit", "--at-least", "info", "--format", "json", ledger=ledger)
        return [(one["id"], one["state"]) for one in ran.json["findings"]]

    before = found()
    for who in ("1", "2", "3"):
        assert forget(ledger, who).exit_code == 0
    assert found() == before


def test_a_request_that_was_tampered_with_stops_no_import(ledger: str, tmp_path: Path) -> None:
    assert forget(ledger).exit_code == 0
    tamper(ledger, "UPDATE event SET facts = '[]' WHERE action = 'forget-person'")
    (tmp_path / "others.xlsx").write_bytes(roster_xlsx(3, first=50))
    assert aidledger("import", tmp_path / "others.xlsx", "--workers", "1", ledger=ledger).exit_code == 0
    assert aidledger("access-log", ledger=ledger).exit_code == 0
    assert aidledger("verify", ledger=ledger).exit_code == 1
