"""Few packages, each pinned to a version and its hashes, and an audit that says what it did not do."""

from __future__ import annotations

import json
import sys
import tomllib
from pathlib import Path

import pytest

from tools.supply.auditing import audited
from tools.supply.pins import REQUIREMENTS, faults, packages

LOCKS = sorted(REQUIREMENTS.glob("*.txt"))
RUNTIME = REQUIREMENTS / "runtime.txt"
# Each more is one more whom an office trusts: raise it for a reason, in the same change as the package.
PACKAGES_MAX = 30


@pytest.mark.parametrize("lock", LOCKS, ids=lambda path: path.name)
def test_everything_is_pinned_by_version_and_hash_and_names_no_place(lock: Path) -> None:
    assert len(packages(lock)) > 5
    assert list(faults(lock)) == []


def test_what_is_installed_at_run_time_is_little_and_all_that_is_asked_for() -> None:
    project = tomllib.loads((REQUIREMENTS.parent / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    asked = {one.split(">")[0].casefold() for one in project["dependencies"]}
    there = {name.casefold() for name in packages(RUNTIME)}
    assert asked <= there
    assert len(there) <= PACKAGES_MAX


@pytest.mark.parametrize(
    "line", ["a==1", "a>=1 --hash=sha256:00", "a @ https://localhost/a.whl --hash=sha256:00", "-e ."]
)
def test_what_is_not_pinned_is_found(tmp_path: Path, line: str) -> None:
    (tmp_path / "lock.txt").write_text(f"# a comment\n{line}\n    # via b\n", encoding="utf-8")
    assert list(faults(tmp_path / "lock.txt"))


def pip_audit(tmp_path: Path, stdout: str, stderr: str = "") -> tuple[str, str]:
    """What pip-audit would say, said by a script: a test does not hang on a network."""
    script = tmp_path / "pip_audit.py"
    script.write_text(f"import sys\nprint({stdout!r})\nsys.stderr.write({stderr!r})\nsys.exit(1)\n", encoding="utf-8")
    return sys.executable, str(script)


def test_known_vulnerabilities_and_what_was_not_asked_after_are_told_of(tmp_path: Path) -> None:
    said = {
        "dependencies": [
            {"name": "a", "version": "1", "vulns": [{"id": "PYSEC-1", "fix_versions": ["2"]}]},
            {"name": "b", "version": "1", "vulns": []},
            {"name": "c", "skip_reason": "not found"},
        ]
    }
    result = audited(RUNTIME, pip_audit(tmp_path, json.dumps(said)))
    assert (result.asked, result.found) == (2, ["a 1: PYSEC-1, mended in 2", "c: not asked after: not found"])


def test_a_mirror_that_knows_of_no_vulnerabilities_was_not_asked(tmp_path: Path) -> None:
    said = {"dependencies": [{"name": "a", "skip_reason": "not found"}, {"name": "b", "skip_reason": "not found"}]}
    result = audited(RUNTIME, pip_audit(tmp_path, json.dumps(said)))
    assert (result.asked, result.found, result.why) == (None, [], "not found")


def test_without_a_network_nothing_was_asked(tmp_path: Path) -> None:
    result = audited(RUNTIME, pip_audit(tmp_path, "", "ConnectionError: Max retries exceeded"))
    assert result.asked is None
    assert "Max retries" in result.why


def test_another_failure_is_no_want_of_a_network(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match="broken"):
        audited(RUNTIME, pip_audit(tmp_path, "", "it is broken"))
