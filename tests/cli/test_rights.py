"""What people may ask: a copy of all that is held about them, and that what is not needed is removed."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from aidledger.operations import rights
from tests.builders import Grid, Person, csv_bytes, people, roster_xlsx, xlsx_bytes
from tests.builders.lists import bank_return_grid, certification_grid, register_grid
from tests.cli.harness import Ran, aidledger
from tests.cli.test_json import keys
from tests.store.ledgers import bring_in, contents, copied, new_place, opened, plain, tamper

HEADERS = ["姓名", "证件类型", "身份证号", "性别", "学籍号", "班级", "银行卡号", "家长姓名", "金额"]
TITLE = "金溪中学2021年秋季学期普通高中国家助学金花名册"
STUDENT_NUMBER = "2021990188"
EXPORTED = {
    "person": dict.fromkeys(
        ("person", "document_type", "number", "name", "other_names", "birth_date", "sex", "student_number")
    ),
    "entries": [
        dict.fromkeys(
            (
                *("entry", "batch", "file", "sheet", "row", "program", "period", "school", "name_stated", "amount"),
                *("account", "level", "boarding", "grade", "class", "tier", "category", "entry_year", "reversal_of"),
                *("in_force", "guardian"),
            )
        )
    ],
    "certifications": [
        dict.fromkeys(
            (
                *("batch", "file", "sheet", "row", "period", "school", "level", "grade", "class", "name_stated"),
                *("categories", "category_stated", "in_force"),
            )
        )
    ],
    "enrolments": [
        dict.fromkeys(
            (
                *("batch", "file", "sheet", "row", "period", "school", "level", "grade", "class", "name_stated"),
                *("student_number", "status", "status_stated", "left_on", "boarding", "entry_year", "in_force"),
            )
        )
    ],
    "bank_returns": [
        dict.fromkeys(
            (
                *("batch", "file", "sheet", "row", "entry", "name", "number", "account", "amount", "outcome"),
                *("reason", "paid_on", "serial_no", "in_force"),
            )
        )
    ],
    "payment_orders": [
        dict.fromkeys(("order", "serial", "entry", "account", "amount", "exported_at", "exported_by", "state"))
    ],
    "notices": [dict.fromkeys(("notice", "entry", "program", "period", "posted_from", "posted_until"))],
    "findings": [dict.fromkeys(("finding", "rule", "severity", "program", "period", "state"))],
    "decisions": [dict.fromkeys(("finding", "at", "by", "state", "text", "until"))],
    "accesses": [dict.fromkeys(("event", "at", "by", "seen", "reason", "certain"))],
    "requests": [dict.fromkeys(("event", "at", "by", "removed", "reason"))],
    "files": [dict.fromkeys(("batch", "file", "sha256", "posted_at", "posted_by", "state"))],
}


def _card(person: Person) -> str:
    return f"6217{person.number[-15:-1]}0"


def _roster() -> Grid:
    """The pupil of the student number, another with his card, and one with a passport."""
    one, two = people(2)
    grid: Grid = [[TITLE], [*HEADERS]]
    grid.append([one.name, "居民身份证", one.number, one.sex, STUDENT_NUMBER, "高一(1)班", _card(one), "王大明", 1000])
    grid.append([two.name, "居民身份证", two.number, two.sex, "2021990189", "高一(1)班", _card(one), "李大明", 1000])
    grid.append(["SMITH ANNA", "护照", "E12345678", "女", None, "高一(1)班", "6217001234567890123", None, 1000])
    return grid


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A ledger that holds something about the first pupil in every table that knows people."""
    folder = tmp_path_factory.mktemp("rights")
    path = new_place(folder)
    grids = (_roster(), certification_grid(3), register_grid(2), bank_return_grid(1))
    for name, grid in zip(("roster", "certified", "register", "returns"), grids, strict=True):
        assert bring_in(opened(path), xlsx_bytes(grid), f"{name}.xlsx").outcome == "posted"
        if name == "roster":
            _export_payment(path, folder)
    return path


def _export_payment(path: str, folder: Path) -> None:
    what = ("--program", "high-school-grant", "--period", "2021-autumn")
    target = ("--reason", "term", "-o", str(folder / "bank.xlsx"))
    days = ("--from", "2022-03-01", "--to", "2022-03-31")
    assert aidledger("pay", "export", *what, *target, ledger=path).exit_code == 0
    assert aidledger("report", "notice", *what, *days, ledger=path).exit_code == 0
    ran = aidledger("audit", "--rule", "account-shared", "--format", "json", ledger=path)
    (finding,) = ran.json["findings"]
    said = ("--explain", f"siblings, see {people(2)[1].number}")
    assert aidledger("--actor", "li", "finding", finding["id"], *said, ledger=path).exit_code == 0
    looked = ("--reveal", "--reason", "the bank asked")
    assert aidledger("batch", "1", *looked, ledger=path).exit_code == 0
    assert aidledger("person", people(2)[1].number, *looked, ledger=path).exit_code == 0
    assert aidledger("audit", *looked, ledger=path).exit_code in {0, 1}


@pytest.fixture
def ledger(made: str, tmp_path: Path) -> str:
    return copied(made, tmp_path)


def _export(ledger: str, target: Path, who: str = "1", reason: str = "his father asked") -> Any:  # noqa: ANN401
    ran = aidledger("--actor", "li", "export", who, "--reason", reason, "-o", target, ledger=ledger)
    assert (ran.exit_code, ran.stdout) == (0, "")
    return json.loads(target.read_text(encoding="utf-8"))


def _forget(ledger: str, who: str = "1", reason: str = "his father asked") -> Ran:
    return aidledger("--actor", "li", "forget", who, "--reason", reason, "--format", "json", ledger=ledger)


def _log(ledger: str) -> list[tuple[str, str, str]]:
    log = aidledger("access-log", "--format", "json", ledger=ledger).json["accesses"]
    return [(one["actor"], one["seen"], one["reason"]) for one in log]


def test_a_copy_has_all_that_is_held_about_one_person_and_nobody_else(ledger: str, tmp_path: Path) -> None:
    one, two = people(2)
    copy = _export(ledger, tmp_path / "copy.json")
    assert list(keys(copy, EXPORTED)) == []
    assert copy["person"] == {
        "person": 1, "document_type": "resident-id", "number": one.number, "name": one.name, "other_names": None,
        "birth_date": one.born.isoformat(), "sex": "female", "student_number": STUDENT_NUMBER,
    }  # fmt: skip
    (entry,) = copy["entries"]
    assert (entry["amount"], entry["account"], entry["guardian"]) == ("1000.00", _card(one), "王大明")
    assert (entry["file"], entry["row"]) == ("roster.xlsx", 3)
    assert [row["file"] for row in copy["certifications"]] == ["certified.xlsx"]
    assert [row["student_number"] for row in copy["enrolments"]] == [f"G{one.number}"]
    assert [(row["entry"], row["outcome"]) for row in copy["bank_returns"]] == [(1, "paid")]
    assert [(row["account"], row["state"]) for row in copy["payment_orders"]] == [(_card(one), "exported")]
    assert [row["posted_until"] for row in copy["notices"]] == ["2022-03-31"]
    assert [row["state"] for row in copy["findings"] if row["rule"] == "account-shared"] == ["explained"]
    assert [row["text"] for row in copy["decisions"]] == [f"siblings, see {two.number[:6]}********{two.number[-4:]}"]
    assert [(row["seen"], row["certain"]) for row in copy["accesses"]] == [
        ("pay export 1", True),
        ("batch 1", True),
        ("audit", False),
    ]
    files = [row["file"] for row in copy["files"]]
    assert files == ["roster.xlsx", "certified.xlsx", "register.xlsx", "returns.xlsx"]
    text = (tmp_path / "copy.json").read_text(encoding="utf-8")
    assert two.name not in text
    assert two.number not in text


def test_the_copy_as_a_workbook_has_the_same_rows(ledger: str, tmp_path: Path) -> None:
    copy = _export(ledger, tmp_path / "copy.json")
    ran = aidledger("export", "1", "--reason", "paper", "-o", tmp_path / "copy.xlsx", ledger=ledger)
    assert ran.exit_code == 0
    book = load_workbook(tmp_path / "copy.xlsx")
    assert len(book.worksheets) == len(EXPORTED)
    cells = {str(cell.value) for sheet in book for row in sheet.iter_rows() for cell in row}
    assert {people(1)[0].number, _card(people(1)[0]), STUDENT_NUMBER, "王大明", "register.xlsx"} <= cells
    assert {str(row["event"]) for row in copy["accesses"]} <= cells
    assert (tmp_path / "copy.xlsx").stat().st_mode & 0o777 == 0o600


def test_a_copy_is_kept_in_the_access_log_before_it_is_handed_out(ledger: str, tmp_path: Path) -> None:
    before = _log(ledger)
    _export(ledger, tmp_path / "copy.json")
    assert _log(ledger) == [*before, ("li", "export 1", "his father asked")]
    said = aidledger("access-log", ledger=ledger).stdout
    assert "a copy of all that is held about person 1" in said
    assert _export(ledger, tmp_path / "again.json")["accesses"][-1]["seen"] == "export 1"


@pytest.mark.parametrize("missing", ["--reason", "-o"])
def test_without_a_reason_and_a_file_there_is_no_copy(ledger: str, tmp_path: Path, missing: str) -> None:
    options = {"--reason": "he asked", "-o": str(tmp_path / "copy.json")}
    del options[missing]
    before = contents(ledger)
    ran = aidledger("export", "1", *(word for pair in options.items() for word in pair), ledger=ledger)
    assert (ran.exit_code, ran.stdout) == (2, "")
    assert contents(ledger) == before
    assert not (tmp_path / "copy.json").exists()


def test_what_nothing_rests_on_is_removed_and_the_rest_stays_with_the_reason(ledger: str, tmp_path: Path) -> None:
    before = aidledger("report", "summary", "--format", "json", ledger=ledger).json["programs"]
    ran = _forget(ledger, people(1)[0].number)
    assert (ran.exit_code, ran.json["removed"]) == (0, ["student_number"])
    stays = {one["what"]: one["count"] for one in ran.json["stays"]}
    assert stays == {
        "identity": 1, "birth-date-and-sex": 1, "entries": 1, "certifications": 1, "enrolments": 1,
        "bank-returns": 1, "payment-orders": 1, "notices": 1, "accesses": 2, "files": 4,
    }  # fmt: skip
    assert all(one["why"] for one in ran.json["stays"])
    assert people(1)[0].number not in ran.stdout
    assert STUDENT_NUMBER not in ran.stdout
    copy = _export(ledger, tmp_path / "copy.json")
    assert (copy["person"]["student_number"], copy["person"]["sex"]) == (None, "female")
    assert [(one["removed"], one["by"]) for one in copy["requests"]] == [("student_number", "li")]
    assert len(copy["entries"]) == 1
    assert aidledger("verify", ledger=ledger).exit_code == 0
    assert aidledger("report", "summary", "--format", "json", ledger=ledger).json["programs"] == before
    assert aidledger("person", "2", "--format", "json", ledger=ledger).exit_code == 2
    assert aidledger("person", "2021990189", "--format", "json", ledger=ledger).exit_code == 0


def test_who_has_another_document_has_no_sex_in_the_number(ledger: str) -> None:
    ran = _forget(ledger, "E12345678")
    assert (ran.exit_code, ran.json["removed"]) == (0, ["sex"])
    assert "birth-date-and-sex" not in {one["what"] for one in ran.json["stays"]}


def test_entries_are_kept_by_law_and_a_request_for_nothing_else_is_refused(ledger: str) -> None:
    assert _forget(ledger).exit_code == 0
    ran = _forget(ledger)
    assert (ran.exit_code, ran.json["removed"]) == (3, [])
    said = aidledger("forget", "1", "--reason", "again", ledger=ledger)
    assert said.exit_code == 3
    assert "Refused" in said.stdout
    assert "会计档案管理办法" in said.stdout
    assert [seen for _, seen, _ in _log(ledger)][-3:] == ["forget 1"] * 3


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
    assert bring_in(opened(path), csv_bytes(_roster()), "a.csv").batch == 1
    assert _forget(path).exit_code == 0
    with plain(path) as books:
        assert STUDENT_NUMBER.encode() in bytes(books.exec_driver_sql("SELECT content FROM source_file").scalar_one())


def test_a_later_file_does_not_bring_it_back_and_the_import_says_whom_it_names(ledger: str, tmp_path: Path) -> None:
    assert _forget(ledger).exit_code == 0
    spring = _roster()
    spring[0] = [TITLE.replace("2021年秋季", "2022年春季")]
    (tmp_path / "spring.xlsx").write_bytes(xlsx_bytes(spring))
    (tmp_path / "others.xlsx").write_bytes(roster_xlsx(3, first=50))
    files = [tmp_path / "others.xlsx", tmp_path / "spring.xlsx"]
    ran = aidledger("check", *files, "--workers", "1", ledger=ledger)
    assert "1 of the people in it asked" in ran.stdout
    done = aidledger("import", *files, "--workers", "1", "--format", "json", ledger=ledger)
    notes = [[(note["code"], note["count"]) for note in file["notes"]] for file in done.json["files"]]
    assert notes == [[], [("forgotten-people", 1)]]
    assert _export(ledger, tmp_path / "copy.json")["person"]["student_number"] is None


def test_the_audit_copes_with_what_is_gone(ledger: str) -> None:
    def found() -> list[tuple[str, str]]:
        ran = aidledger("audit", "--at-least", "info", "--format", "json", ledger=ledger)
        return [(one["id"], one["state"]) for one in ran.json["findings"]]

    before = found()
    for who in ("1", "2", "3"):
        assert _forget(ledger, who).exit_code == 0
    assert found() == before


def _namesakes(ledger: str) -> Iterator[str]:
    grid: Grid = [["江北中学2021年秋季学期普通高中国家助学金花名册"], ["姓名", "身份证号", "金额"]]
    grid += [[people(1)[0].name, people(1, first=700)[0].number, 1000]]
    assert bring_in(opened(ledger), xlsx_bytes(grid), "namesake.xlsx").outcome == "posted"
    for number in (people(1)[0].number, people(1, first=700)[0].number):
        yield f"{number[:6]}********{number[-4:]}"


@pytest.mark.parametrize("command", ["forget", "export"])
def test_a_name_of_several_people_is_refused_with_the_masked_candidates(
    ledger: str, tmp_path: Path, command: str
) -> None:
    masked = list(_namesakes(ledger))
    before = contents(ledger)
    target = ["-o", str(tmp_path / "copy.json")] if command == "export" else []
    ran = aidledger(command, people(1)[0].name, "--reason", "asked", *target, ledger=ledger)
    assert (ran.exit_code, ran.stdout) == (3, "")
    assert all(number in ran.stderr for number in masked)
    assert people(1)[0].number not in ran.stderr
    assert contents(ledger) == before
    assert aidledger(command, "nobody", "--reason", "asked", *target, ledger=ledger).exit_code == 2
    assert aidledger(command, "1", "--reason", "asked", *target, ledger=ledger).exit_code == 0


def test_a_request_that_was_tampered_with_stops_no_import(ledger: str, tmp_path: Path) -> None:
    assert _forget(ledger).exit_code == 0
    tamper(ledger, "UPDATE event SET facts = '[]' WHERE action = 'forget-person'")
    (tmp_path / "others.xlsx").write_bytes(roster_xlsx(3, first=50))
    assert aidledger("import", tmp_path / "others.xlsx", "--workers", "1", ledger=ledger).exit_code == 0
    assert aidledger("access-log", ledger=ledger).exit_code == 0
    assert aidledger("verify", ledger=ledger).exit_code == 1


def test_reviewers_remove_clerks_and_reviewers_copy_and_others_do_neither(ledger: str, tmp_path: Path) -> None:
    for who, role in {"li": "reviewer", "wang": "clerk", "zhao": "auditor", "school": "school"}.items():
        assert aidledger("--actor", "li", "actors", "name", who, "--role", role, ledger=ledger).exit_code == 0
    before = contents(ledger)
    for actor in ("wang", "zhao", "school", "somebody"):
        assert aidledger("--actor", actor, "forget", "1", "--reason", "asked", ledger=ledger).exit_code == 3
    target = tmp_path / "copy.json"
    for actor in ("zhao", "school", "somebody"):
        ran = aidledger("--actor", actor, "export", "1", "--reason", "asked", "-o", target, ledger=ledger)
        assert (ran.exit_code, target.exists()) == (3, False)
    assert contents(ledger) == before
    assert _forget(ledger).exit_code == 0
    ran = aidledger("--actor", "wang", "export", "1", "--reason", "asked", "-o", target, ledger=ledger)
    assert ran.exit_code == 0
