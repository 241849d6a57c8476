"""``import`` and ``check`` as a clerk and a script call them."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.builders import roster_grid, roster_xlsx, with_cells, xlsx_bytes
from tests.builders.archives import zipped
from tests.cli.harness import aidledger
from tests.imports.make_samples import SAMPLES
from tests.store.ledgers import contents, new_place


@pytest.fixture
def ledger(tmp_path: Path) -> str:
    (tmp_path / "books").mkdir()
    return new_place(tmp_path / "books")


def _entries(ledger: str) -> int:
    return int(aidledger("verify", "--format", "json", ledger=ledger).json["entries"])


def test_the_receipt_is_the_ledgers_head(ledger: str, tmp_path: Path) -> None:
    (tmp_path / "one.xlsx").write_bytes(roster_xlsx(3))
    run = aidledger("import", tmp_path / "one.xlsx", "--workers", "1", ledger=ledger)
    head = aidledger("verify", "--format", "json", ledger=ledger).json["head"]
    assert run.exit_code == 0
    assert run.stdout.splitlines()[-1].endswith(head)
    assert "3,000" in run.stdout or "3000.00" in run.stdout


def test_a_check_keeps_nothing_and_says_so(ledger: str, tmp_path: Path) -> None:
    (tmp_path / "one.xlsx").write_bytes(roster_xlsx(3))
    before = contents(ledger)
    for command in (["check"], ["import", "--dry-run"]):
        run = aidledger(*command, tmp_path / "one.xlsx", "--workers", "1", "--format", "json", ledger=ledger)
        assert (run.exit_code, run.json["files"][0]["outcome"], run.json["files"][0]["batch"]) == (
            0,
            "would-post",
            None,
        )
        assert run.json["totals"]["posted"] == 1
    assert contents(ledger) == before


def test_a_file_is_imported_reversed_and_imported_again(ledger: str, tmp_path: Path) -> None:
    path = tmp_path / "one.xlsx"
    path.write_bytes(roster_xlsx(3))

    def outcome() -> tuple[int, str, int]:
        run = aidledger("import", path, "--workers", "1", "--format", "json", ledger=ledger)
        [file] = run.json["files"]
        return run.exit_code, file["outcome"], file["batch"]

    assert outcome() == (0, "posted", 1)
    assert outcome() == (0, "unchanged", 1)
    assert aidledger("reverse", "1", "--reason", "sent in error", ledger=ledger).exit_code == 0
    assert outcome() == (0, "posted", 3)
    assert outcome() == (0, "unchanged", 3)
    batches = aidledger("batches", "--format", "json", ledger=ledger).json["batches"]
    assert [(batch["state"], batch["reverses"], batch["reversed_by"], batch["person_times"]) for batch in batches] == [
        ("reversed", None, 2, 3),
        ("in-force", 1, None, -3),
        ("in-force", None, None, 3),
    ]
    assert _entries(ledger) == 9


def test_conflicts_are_posted_where_the_clerk_says_so(ledger: str, tmp_path: Path) -> None:
    path = tmp_path / "total.xlsx"
    path.write_bytes(SAMPLES["24-bad-total.xlsx"]())
    assert aidledger("import", path, "--workers", "1", ledger=ledger).exit_code == 1
    run = aidledger("import", path, "--record-conflicts", "--workers", "1", "--format", "json", ledger=ledger)
    [file] = run.json["files"]
    assert (run.exit_code, file["outcome"], _entries(ledger)) == (0, "posted", 5)
    assert {problem["severity"] for problem in file["problems"]} == {"conflict"}


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ([], (None, None, "东山中学", "3000.00")),
        (["--program", "high-school-grant"], ("high-school-grant", "2021-autumn", "东山中学", "3000.00")),
        (
            ["--program", "vocational-grant", "--period", "2022-spring", "--school", "南江职业技术学校"],
            ("vocational-grant", "2022-spring", "南江职业技术学校", "3000.00"),
        ),
        (["--map", "发放金额=high-school-grant"], ("high-school-grant", "2021-autumn", "东山中学", "3000.00")),
    ],
)
def test_what_the_clerk_says_overrules_the_file(
    ledger: str, tmp_path: Path, options: list[str], expected: tuple[str | None, ...]
) -> None:
    path = tmp_path / "plain.xlsx"
    path.write_bytes(SAMPLES["26-bad-no-program.xlsx"]())
    run = aidledger("check", path, *options, "--workers", "1", "--format", "json", ledger=ledger)
    [roster] = run.json["files"][0]["rosters"]
    assert (roster["program"], roster["period"], roster["school"], roster["amount"]) == expected
    assert run.exit_code == (0 if options else 1)


def test_a_column_can_be_named_by_hand(ledger: str, tmp_path: Path) -> None:
    grid = with_cells(roster_grid(3), {"C2": "社会信用编号", "F2": "钱"})
    path = tmp_path / "odd.xlsx"
    path.write_bytes(xlsx_bytes(grid))
    assert aidledger("check", path, "--workers", "1", ledger=ledger).exit_code == 1
    mapped = ("--map", "社会信用编号=number", "--map", "钱=amount")
    assert aidledger("check", path, *mapped, "--workers", "1", ledger=ledger).exit_code == 0


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_screen_names_file_cell_and_code(ledger: str, tmp_path: Path, language: str) -> None:
    path = tmp_path / "bad.xlsx"
    path.write_bytes(SAMPLES["22-bad-ids-and-names.xlsx"]())
    run = aidledger("--lang", language, "import", path, "--workers", "1", ledger=ledger)
    assert run.exit_code == 1
    for word in ("bad.xlsx", "id-checksum", "C3", "id-birthdate", "C6", "name-missing", "B7"):
        assert word in run.stdout


def test_the_screen_shows_the_first_of_many_and_json_all(ledger: str, tmp_path: Path) -> None:
    grid = with_cells(roster_grid(12), {f"C{row}": None for row in range(3, 15)})
    path = tmp_path / "many.xlsx"
    path.write_bytes(xlsx_bytes(grid))
    screen = aidledger("check", path, "--workers", "1", ledger=ledger).stdout
    problems = aidledger("check", path, "--workers", "1", "--format", "json", ledger=ledger).json["files"][0][
        "problems"
    ]
    assert screen.count("id-missing") == 6
    assert [problem["row"] for problem in problems] == list(range(3, 15))


def test_a_table_of_files_can_be_kept_as_csv(ledger: str, tmp_path: Path) -> None:
    (tmp_path / "one.xlsx").write_bytes(roster_xlsx(3))
    target = tmp_path / "result.csv"
    run = aidledger(*("check", tmp_path / "one.xlsx", "--workers", "1", "--format", "csv", "-o", target), ledger=ledger)
    assert (run.exit_code, run.stdout) == (0, "")
    header, row = target.read_text(encoding="utf-8-sig").splitlines()
    assert header == "file,outcome,batch,sheet,program,period,school,person_times,amount,problems"
    assert row.endswith("2021-autumn,金溪中学,3,3000.00,0")


def test_what_is_in_an_archive_is_imported_and_what_is_not_is_named(ledger: str, tmp_path: Path) -> None:
    path = tmp_path / "金溪中学.zip"
    path.write_bytes(zipped({"高一.xlsx": roster_xlsx(3), "公示.pdf": b"%PDF"}, encoding="gbk", flags=0))
    checked = aidledger("--lang", "zh", "check", path, "--workers", "1", ledger=ledger)
    assert checked.exit_code == 0
    assert f"{path}/公示.pdf：文档" in checked.stdout.replace(": ", "：")
    done = aidledger("import", path, "--workers", "1", "--format", "json", ledger=ledger).json
    assert [(file["path"], file["outcome"]) for file in done["files"]] == [(f"{path}/高一.xlsx", "posted")]
    assert done["passed_over"] == [{"path": f"{path}/公示.pdf", "why": "document"}]
