"""The short form of `make torture`; kills at random moments are in tests/cli/test_kill.py, clerks in test_clerks.py."""

from __future__ import annotations

from pathlib import Path

from tools.torture.__main__ import NO_JOURNAL, NO_SYNC, SEED
from tools.torture.faults import fail_everywhere
from tools.torture.powerloss import cut_power
from tools.torture.rosters import unsafe


def test_a_fault_at_any_call_to_the_disk_leaves_whole_files(shim: Path, tmp_path: Path) -> None:
    done = fail_everywhere(tmp_path, shim, every=16)
    assert (done.tried > 20, done.broken) == (True, [])


def test_without_a_journal_it_would_not(shim: Path, tmp_path: Path) -> None:
    assert fail_everywhere(tmp_path, shim, every=16, more=unsafe(NO_JOURNAL)).broken


def test_no_file_that_was_told_of_is_lost_in_a_power_cut(shim: Path, tmp_path: Path) -> None:
    done = cut_power(tmp_path, shim, 80, SEED)
    assert (done.tried, done.broken) == (80, [])


def test_without_syncing_some_would_be(shim: Path, tmp_path: Path) -> None:
    assert cut_power(tmp_path, shim, 40, SEED, unsafe(NO_SYNC)).broken
