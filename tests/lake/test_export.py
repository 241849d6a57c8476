"""A ledger into a lake: bit by bit, never half, never over what is there."""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa
import pytest
from pyarrow import parquet

from aidledger.audit.rules import rule
from aidledger.domain.finding import Finding
from aidledger.errors import (
    LakeDamaged,
    LakeKeyOpen,
    LakeKeyUnusable,
    LakeMissing,
    LakeOfAnother,
    LakeOfAnotherFormat,
    UnknownDistrict,
)
from aidledger.lake import writing
from aidledger.operations import auditing, lakes, ledgers
from tests.lake.lakes import DISTRICT, audited, certified, exported, grant, key_in, ledger_of, monthly, post, said
from tests.store.ledgers import catalogue


def _files(lake: Path) -> dict[str, bytes]:
    return {str(path.relative_to(lake)): path.read_bytes() for path in lake.rglob("*") if path.is_file()}


def _entries(lake: Path) -> list[dict[str, object]]:
    return [row for path in sorted(lake.glob("entry/**/*.parquet")) for row in parquet.read_table(path).to_pylist()]


def test_a_second_export_adds_what_was_posted_since_and_touches_nothing(tmp_path: Path) -> None:
    ledger = ledger_of(tmp_path, "one", grant("abc"))
    before = _files(exported(ledger, tmp_path))
    assert _files(exported(ledger, tmp_path)) == before

    post(ledger, certified("ab"), grant("a", term="2022年春季"))
    after = _files(exported(ledger, tmp_path))

    assert {path: after[path] for path in before} == before
    added = {path for path in after if path not in before}
    assert {path.split("/")[0] for path in added} >= {"entry", "certification", "batch", "_manifests"}
    assert "school" not in {path.split("/")[0] for path in added}
    own = auditing.audit(ledger, catalogue()).found.findings
    assert said(audited(tmp_path / "lake").findings) == said(own)


def test_a_batch_that_is_taken_back_leaves_the_net_figures(tmp_path: Path) -> None:
    ledger = ledger_of(tmp_path, "one", grant("abc"), grant("ab", term="2022年春季"))
    exported(ledger, tmp_path)
    ledgers.reverse(ledger, catalogue(), 2, "sent in error")

    lake = exported(ledger, tmp_path)

    entries = _entries(lake)
    assert sum(int(str(row["amount_fen"])) for row in entries) == 300_000
    assert sum(row["reversal_of"] is not None for row in entries) == 2


def test_an_export_that_is_killed_was_never_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its files have their names, and no manifest says so; one that is killed before is in tests/cli."""
    ledger = ledger_of(tmp_path, "one", grant("abc"))

    def killed(*_: object) -> None:
        raise SystemExit

    with monkeypatch.context() as patched:
        patched.setattr(writing, "put", killed)
        with pytest.raises(SystemExit):
            exported(ledger, tmp_path)
    lake = tmp_path / "lake"
    left = {path for path in _files(lake) if not path.startswith("_manifests")}
    assert left
    with pytest.raises(LakeMissing):
        audited(lake)

    post(ledger, grant("a", term="2022年春季"))
    exported(ledger, tmp_path)

    assert len(_entries(lake)) == 4
    manifest = json.loads((lake / "_manifests" / DISTRICT / "000001.json").read_text(encoding="utf-8"))
    assert {file["path"] for file in manifest["files"]} == {
        path for path in _files(lake) if not path.startswith("_manifests")
    }
    assert not left & set(_files(lake))


def test_files_say_whose_they_are_and_their_columns_have_types(tmp_path: Path) -> None:
    ledger = ledger_of(tmp_path, "one", grant("abc"))
    lake = exported(ledger, tmp_path, "digest")

    (path,) = lake.glob("entry/period=2021-autumn/district=511303/*.parquet")
    schema = parquet.read_schema(path)
    facts = json.loads(schema.metadata[b"aidledger"])
    assert (facts["head"], facts["people"], facts["batches"]) == (ledgers.verify(ledger).head, "digest", [1, 1])
    assert schema.field("amount_fen").type == pa.int64()
    assert schema.field("person").type == pa.int64()
    assert schema.field("program").type == pa.dictionary(pa.int32(), pa.string())
    (people,) = lake.glob("beneficiary/district=511303/*.parquet")
    assert parquet.read_schema(people).field("birth_date").type == pa.date32()


@pytest.mark.skipif(os.name != "posix", reason="Windows keeps no such bits")
def test_nobody_else_can_read_it(tmp_path: Path) -> None:
    lake = exported(ledger_of(tmp_path, "one", grant("abc")), tmp_path)

    modes = {stat.S_IMODE(path.stat().st_mode) for path in lake.rglob("*") if path.is_file()}
    folders = {stat.S_IMODE(path.stat().st_mode) for path in (lake, *lake.rglob("*")) if path.is_dir()}
    assert (modes, folders) == ({0o600}, {0o700})

    key_in(tmp_path).chmod(0o644)
    with pytest.raises(LakeKeyOpen):
        exported(ledger_of(tmp_path, "two", grant("a")), tmp_path)


def test_a_district_goes_on_as_it_began(tmp_path: Path) -> None:
    ledger = ledger_of(tmp_path, "one", grant("abc"))
    lake = exported(ledger, tmp_path, "digest")
    post(ledger, grant("a", term="2022年春季"))
    before = _files(lake)

    with pytest.raises(LakeOfAnother):
        exported(ledger, tmp_path, "masked")
    with pytest.raises(LakeOfAnother):
        exported(ledger_of(tmp_path, "other", grant("ab")), tmp_path, "digest")
    other = tmp_path / "other"
    other.mkdir()
    with pytest.raises(LakeOfAnother):
        lakes.export(ledger, catalogue(), lake, DISTRICT, key_in(other), "digest", None)
    assert _files(lake) == before


def test_a_lake_that_lost_something_is_refused(tmp_path: Path) -> None:
    ledger = ledger_of(tmp_path, "one", grant("abc"))
    lake = exported(ledger, tmp_path)
    post(ledger, grant("a", term="2022年春季"))
    exported(ledger, tmp_path)
    first, (cut, *_) = lake / "_manifests" / DISTRICT / "000001.json", sorted(lake.glob("entry/**/*.parquet"))
    content = cut.read_bytes()

    cut.write_bytes(content[:-1])
    with pytest.raises(LakeDamaged):
        audited(lake)
    cut.write_bytes(content)
    assert audited(lake).ran
    first.unlink()
    with pytest.raises(LakeDamaged):
        audited(lake)


def test_a_lake_of_an_earlier_format_is_neither_read_nor_added_to(tmp_path: Path) -> None:
    ledger = ledger_of(tmp_path, "one", grant("abc"))
    lake = exported(ledger, tmp_path)
    manifest = lake / "_manifests" / DISTRICT / "000001.json"
    manifest.write_text(manifest.read_text(encoding="utf-8").replace('"format": 2', '"format": 1'), encoding="utf-8")

    with pytest.raises(LakeOfAnotherFormat, match="format 1"):
        audited(lake)
    post(ledger, grant("a", term="2022年春季"))
    with pytest.raises(LakeOfAnotherFormat, match="into an empty folder"):
        exported(ledger, tmp_path)


def test_parts_and_what_came_back_go_with_the_rest(tmp_path: Path) -> None:
    ledger = ledger_of(tmp_path, "one", monthly("9月份", "ab"), monthly("10月份", "a"))
    header = ["who", "退款金额", "退款日期", "文号"]
    title = "江北职业中学2021年秋季学期中职国家助学金退款名单"
    post(ledger, {"title": title, "header": header, "rows": [["b", 200, "2022-01-05", "川财教〔2022〕1号"]]})
    lake = exported(ledger, tmp_path)

    assert [row["part"] for row in _entries(lake)] == ["2021-09", "2021-09", "2021-10"]
    (back,) = [row for path in lake.glob("recovery/**/*.parquet") for row in parquet.read_table(path).to_pylist()]
    assert (back["amount_fen"], back["recovered_on"]) == (20_000, "2022-01-05")
    assert said(audited(lake).findings) == said(_of_lakes(auditing.audit(ledger, catalogue()).found.findings))


def _of_lakes(findings: Sequence[Finding]) -> list[Finding]:
    """Without those that only a ledger can make: a lake has no payment orders."""
    return [one for one in findings if "payment-orders" not in rule(one.rule).needs]


def test_what_is_no_district_and_what_is_no_key(tmp_path: Path) -> None:
    ledger = ledger_of(tmp_path, "one", grant("a"))
    (tmp_path / "short").write_text("abc", encoding="ascii")

    with pytest.raises(UnknownDistrict):
        exported(ledger, tmp_path, "digest", "高坪区")
    with pytest.raises(LakeKeyUnusable):
        lakes.export(ledger, catalogue(), tmp_path / "lake", DISTRICT, tmp_path / "short", "digest", None)
    assert not (tmp_path / "lake").exists()
