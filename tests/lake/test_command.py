"""``export parquet``, ``export key`` and ``audit --lake`` as they are called."""

from __future__ import annotations

from pathlib import Path

from pyarrow import parquet

from tests.audit.cases import grid, person
from tests.builders import xlsx_bytes
from tests.cli.harness import aidledger
from tests.lake.lakes import BORN, DISTRICT, OTHER, grant, ledger_of
from tests.store.ledgers import bring_in


def test_two_districts_from_key_to_finding(tmp_path: Path) -> None:
    key, lake = tmp_path / "key", tmp_path / "lake"
    assert aidledger("export", "key", key).exit_code == 0
    assert aidledger("export", "key", key).exit_code == 3
    for name, district, school in (("here", DISTRICT, "金溪中学"), ("there", OTHER, "东山中学")):
        ledger_of(tmp_path, name, grant("ab", school))
        place = tmp_path / f"{name}.db"
        ran = aidledger("export", "parquet", lake, "--district", district, "--key", key, ledger=place)
        assert (ran.exit_code, f"{district}, export 1: batches 1 to 1; 2 person-times" in ran.stdout) == (0, True)

    ran = aidledger("audit", "--lake", lake, "--rule", "duplicate-disbursement", "--format", "json")

    assert ran.exit_code == 1
    findings = ran.json["findings"]
    assert len(findings) == 2
    assert [row["district"] for row in findings[0]["evidence"]] == [DISTRICT, OTHER]
    assert person("a", BORN).name not in ran.stdout
    assert len(findings[0]["evidence"][0]["number"]) == 32
    nothing = aidledger("audit", "--lake", lake, "--district", OTHER, "--rule", "duplicate-disbursement")
    assert nothing.exit_code == 0
    again = aidledger(
        "export", "parquet", lake, "--district", OTHER, "--key", key, "--format", "json", ledger=tmp_path / "there.db"
    )
    assert again.json == {"district": OTHER, "part": None}


def test_a_school_that_no_district_has_is_refused_with_near_names(tmp_path: Path) -> None:
    key, lake = tmp_path / "key", tmp_path / "lake"
    aidledger("export", "key", key)
    for name, district, school in (("here", DISTRICT, "金溪中学"), ("there", OTHER, "东山中学")):
        ledger_of(tmp_path, name, grant("ab", school), grant("c", "第一中学", 5000))
        asked = ("export", "parquet", lake, "--district", district, "--key", key)
        assert aidledger(*asked, ledger=tmp_path / f"{name}.db").exit_code == 0

    mistyped = aidledger("audit", "--lake", lake, "--school", "金西中学")
    assert (mistyped.exit_code, mistyped.stdout) == (2, "")
    assert "The lake has no school named 金西中学. Similar: 金溪中学" in mistyped.stderr

    found = aidledger("audit", "--lake", lake, "--school", "金溪 中学", "--format", "json").json["findings"]
    assert {one["rule"] for one in found} >= {"duplicate-disbursement"}
    both = aidledger("audit", "--lake", lake, "--school", "第一中学", "--format", "json").json["findings"]
    assert {row["district"] for one in both for row in one["evidence"]} == {DISTRICT, OTHER}


def test_people_in_full_need_a_reason_and_leave_a_trace(tmp_path: Path) -> None:
    place, key, lake = tmp_path / "one.db", tmp_path / "key", tmp_path / "lake"
    ledger_of(tmp_path, "one", grant("a")).close()
    aidledger("export", "key", key)
    asked = ("export", "parquet", lake, "--district", DISTRICT, "--key", key, "--people", "full")

    assert aidledger(*asked, ledger=place).exit_code == 2
    assert not lake.exists()
    assert aidledger(*asked, "--reason", "province audit 2022", ledger=place).exit_code == 0

    assert "province audit 2022" in aidledger("access-log", ledger=place).stdout
    shown = aidledger("audit", "--lake", lake, "--format", "json", "--at-least", "info").stdout
    assert person("a", BORN).number not in shown


def test_what_goes_with_a_lake_only_and_what_does_not(tmp_path: Path) -> None:
    ledger_of(tmp_path, "one", grant("a")).close()

    alone = aidledger("audit", "--memory", "1GB", ledger=tmp_path / "one.db")
    revealed = aidledger("audit", "--lake", tmp_path, "--reveal", "--reason", "because")
    none = aidledger("audit", "--lake", tmp_path)

    much = aidledger("audit", "--lake", tmp_path, "--memory", "much")

    assert (alone.exit_code, revealed.exit_code, none.exit_code, much.exit_code) == (2, 2, 3, 2)
    assert "--memory works on a lake only" in alone.stderr
    assert "There is no lake at" in none.stderr


def test_a_number_in_the_name_of_a_file_or_sheet_is_no_secret_to_be_told(tmp_path: Path) -> None:
    number, key, lake = person("a", BORN).number, tmp_path / "key", tmp_path / "lake"
    ledger = ledger_of(tmp_path, "one")
    roster = xlsx_bytes({f"高一 {number}": grid(grant("a", amount=5000), BORN)})
    assert bring_in(ledger, roster, f"某生{number}名册.xlsx").outcome == "posted"
    aidledger("export", "key", key)
    aidledger("export", "parquet", lake, "--district", DISTRICT, "--key", key, ledger=tmp_path / "one.db")

    ran = aidledger("audit", "--lake", lake, "--format", "json", "--at-least", "info")

    assert "名册.xlsx" in ran.stdout
    assert number not in ran.stdout
    assert [path for path in lake.rglob("*.parquet") if number.encode() in _all_of(path)] == []


def _all_of(path: Path) -> bytes:
    return repr(parquet.read_table(path).to_pylist()).encode()


def test_a_copy_for_a_person_says_that_all_were_once_taken_out_in_full(tmp_path: Path) -> None:
    place, key = tmp_path / "one.db", tmp_path / "key"
    ledger_of(tmp_path, "one", grant("a")).close()
    aidledger("export", "key", key)
    to = ("export", "parquet", tmp_path / "lake", "--district", DISTRICT, "--key", key)
    aidledger(*to, "--people", "full", "--reason", "province audit 2022", ledger=place)
    aidledger("export", "1", "--reason", "asked in writing", "-o", tmp_path / "copy.json", ledger=place)
    assert "province audit 2022" in (tmp_path / "copy.json").read_text(encoding="utf-8")
