"""Somebody closes the window: each file is wholly in or absent, and the next import finishes the job."""

from __future__ import annotations

from pathlib import Path

from tools.torture.interruptions import kill_imports


def test_an_import_that_is_killed_leaves_whole_files(tmp_path: Path) -> None:
    done = kill_imports(tmp_path, 12, seed=1)
    assert (done.tried, done.broken) == (12, [])
