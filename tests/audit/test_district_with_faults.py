"""The made-up district with its faults through the whole program: written, imported, audited, compared with its key."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from aidledger.audit.rules import RULES
from aidledger.demo.faults.key import KEY_FILE, read_key
from aidledger.operations import auditing, offices
from tests.audit.scores import scores
from tests.cli.harness import aidledger
from tests.store.ledgers import catalogue, opened


@pytest.mark.sqlite_only  # a minute and a half
def test_the_audit_finds_the_faults_of_the_key_and_nothing_else(tmp_path: Path) -> None:
    folder, ledger = tmp_path / "district", tmp_path / "district.db"

    ran = aidledger("demo", "--with-faults", folder, "--workers", "2", ledger=ledger)

    assert ran.exit_code == 0, ran.stdout[-2000:]
    assert "rejected: 0" in ran.stdout
    key = read_key(folder / KEY_FILE)
    assert f"must find these {len(key)}, and no others" in ran.stdout
    assert stat.S_IMODE((folder / KEY_FILE).stat().st_mode) == 0o600

    made = opened(ledger)
    audit = auditing.audit(made, offices.for_ledger(made, catalogue())).found
    found = scores(audit.findings, key, audit.ran)

    # The office states neither shares nor fees.
    absent = {"shares", "public-fees"}
    assert list(audit.ran) == [rule.code for rule in RULES if not absent & {*rule.needs}]
    assert [(str(one), one.missed, one.extra) for one in found if one.missed or one.extra] == []
    assert {one.rule for one in key} <= {one.rule for one in found}
