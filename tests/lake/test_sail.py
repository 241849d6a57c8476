"""The same on Sail, where it is installed (make sail)."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

from aidledger.audit import rule
from aidledger.operations import lakes, ledgers
from tests.lake.lakes import (
    DISTRICT,
    OTHER,
    TODAY,
    asked_of,
    audited,
    certified,
    exported,
    grant,
    ledger_of,
    post,
    said,
)
from tests.store.ledgers import catalogue

pytestmark = [
    pytest.mark.skipif(importlib.util.find_spec("pysail") is None, reason="Sail is not installed: make sail"),
    pytest.mark.filterwarnings("ignore"),  # of Spark's client
]


@pytest.mark.parametrize("listed", [0, 1_000])
def test_sail_finds_what_duckdb_finds(lake_of_cases: Path, listed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Schools of many districts are a sub-select, those of a few a list: both forms."""
    monkeypatch.setattr(rule, "_IDS_MAX", listed)

    embedded, running = (audited(lake_of_cases, engine=engine) for engine in ("duckdb", "sail"))

    assert said(running.findings) == said(embedded.findings)
    assert (list(running.ran), dict(running.not_run)) == (list(embedded.ran), dict(embedded.not_run))
    assert len({one.rule for one in embedded.findings}) > len(embedded.ran) / 2


def test_what_one_office_is_judged_by_is_the_same_too(lake_of_cases: Path) -> None:
    one = min(path.name for path in (lake_of_cases / "_manifests").iterdir())

    embedded, running = (
        lakes.audit(asked_of(lake_of_cases, engine, one), catalogue(), TODAY).found for engine in ("duckdb", "sail")
    )

    assert said(running.findings) == said(embedded.findings)
    assert list(running.ran) == list(embedded.ran)


def test_a_file_that_no_manifest_names_is_not_read(tmp_path: Path) -> None:
    """As an export leaves it that was killed: a whole folder read at once would count it."""
    here = ledger_of(tmp_path, "here", grant("ab", amount=9000))
    lake = exported(here, tmp_path)
    exported(ledger_of(tmp_path, "there", grant("cd", "东山中学")), tmp_path, "full", OTHER)
    before = audited(lake, engine="sail").findings
    (entries,) = (lake / "entry").glob(f"*/district={DISTRICT}/*.parquet")
    entries.with_name(f"000002-{'0' * 12}.parquet").write_bytes(entries.read_bytes())

    assert said(audited(lake, engine="sail").findings) == said(before)


def test_what_a_later_export_takes_back_is_gone_and_what_it_adds_is_there(tmp_path: Path) -> None:
    here = ledger_of(tmp_path, "here", grant("ab", amount=9000), certified("ab"))
    exported(here, tmp_path)
    ledgers.reverse(here, catalogue(), 1, "sent in error")
    post(here, grant("a", amount=8000))
    lake = exported(here, tmp_path)

    embedded, running = (audited(lake, engine=engine).findings for engine in ("duckdb", "sail"))

    assert said(running) == said(embedded)
    assert "8000.00" in repr(embedded)


def test_nothing_of_the_lake_stays_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lake = exported(ledger_of(tmp_path, "here", grant("a", amount=9000)), tmp_path)
    aside = tmp_path / "aside"
    aside.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(aside))

    assert audited(lake, engine="sail").findings

    assert list(aside.iterdir()) == []
