"""``export parquet``, ``export key`` and ``audit --lake`` as they are called."""

from __future__ import annotations

from pathlib import Path

from tests.audit.cases import person
from tests.cli.harness import aidledger
from tests.lake.lakes import BORN, DISTRICT, OTHER, grant, ledger_of


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
    assert "--memory goes with --lake only" in alone.stderr
    assert "There is no lake at" in none.stderr
