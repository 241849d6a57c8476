"""Columns named by hand: remembered for a school, used for its next files, shown, forgotten."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.builders import Grid, roster_grid, xlsx_bytes
from tests.cli.harness import aidledger
from tests.store.ledgers import no_ledger_yet

SCHOOL = "金溪中学"


@pytest.fixture
def ledger(tmp_path: Path) -> str:
    path = no_ledger_yet(tmp_path)
    assert aidledger("init", ledger=path).exit_code == 0
    return path


def _odd(rows: int = 3, *, school: str = SCHOOL, term: str = "2021年秋季") -> Grid:
    """A roster whose money and ID columns are called what nobody else calls them."""
    grid = roster_grid(rows, total=False, title=f"{school}{term}学期普通高中国家助学金花名册")
    grid[1] = ["序号", "姓名", "身份标识", "性别", "年级", "到手"]
    return grid


def _import(ledger: str, folder: Path, grid: Grid, *options: str, name: str = "名册.xlsx") -> dict[str, object]:
    file = folder / name
    file.write_bytes(xlsx_bytes(grid))
    result: dict[str, object] = aidledger("import", file, "--format", "json", *options, ledger=ledger).json["files"][0]
    return result


def test_a_mapping_is_used_for_the_schools_next_file(ledger: str, tmp_path: Path) -> None:
    assert _import(ledger, tmp_path, _odd())["outcome"] == "rejected"
    said = ("--map", "身份标识=number", "--map", "到手=amount")
    assert _import(ledger, tmp_path, _odd(), *said, "--remember")["outcome"] == "posted"
    spring = _odd(term="2022年春季")
    assert _import(ledger, tmp_path, spring)["outcome"] == "posted"
    elsewhere = _odd(school="东山中学")
    assert _import(ledger, tmp_path, elsewhere)["outcome"] == "rejected"


def test_what_is_remembered_is_shown_and_forgotten(ledger: str, tmp_path: Path) -> None:
    _import(ledger, tmp_path, _odd(), "--map", "身份标识=number", "--map", "到手=amount", "--remember")
    shown = aidledger("mappings", "--format", "json", ledger=ledger).json["mappings"]
    assert [(one["school"], one["header"], one["field"]) for one in shown] == [
        (SCHOOL, "到手", "amount"),
        (SCHOOL, "身份标识", "number"),
    ]
    assert SCHOOL in aidledger("mappings", ledger=ledger).stdout
    assert aidledger("mappings", "forget", SCHOOL, "--header", "到手", ledger=ledger).exit_code == 0
    assert len(aidledger("mappings", "--format", "json", ledger=ledger).json["mappings"]) == 1
    assert aidledger("mappings", "forget", SCHOOL, ledger=ledger).exit_code == 0
    assert aidledger("mappings", "--format", "json", ledger=ledger).json["mappings"] == []
    assert _import(ledger, tmp_path, _odd(term="2022年春季"))["outcome"] == "rejected"
    assert aidledger("mappings", "forget", SCHOOL, ledger=ledger).exit_code == 2
    assert aidledger("verify", ledger=ledger).exit_code == 0


def test_a_check_remembers_nothing_nor_does_a_file_that_was_not_understood(ledger: str, tmp_path: Path) -> None:
    file = tmp_path / "名册.xlsx"
    file.write_bytes(xlsx_bytes(_odd()))
    said = ("--map", "身份标识=number", "--map", "到手=amount", "--remember")
    aidledger("check", file, *said, ledger=ledger)
    aidledger("import", file, *said[:2], "--remember", ledger=ledger)
    assert aidledger("mappings", "--format", "json", ledger=ledger).json["mappings"] == []


def test_what_is_said_now_counts_more_than_what_was_said_before(ledger: str, tmp_path: Path) -> None:
    _import(ledger, tmp_path, _odd(), "--map", "身份标识=number", "--map", "到手=amount", "--remember")
    grid = _odd(term="2022年春季")
    grid[1] = ["身份标识", "姓名", "号", "性别", "年级", "到手"]
    said = ("--map", "身份标识=serial", "--map", "号=number")
    assert _import(ledger, tmp_path, grid, *said)["outcome"] == "posted"
