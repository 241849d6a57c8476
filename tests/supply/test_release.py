"""`make release`, in a repository of its own: what is not ready is refused, what is ready is built and tagged."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from aidledger import __version__
from tools.docs.pages import ROOT
from tools.release import section

GIT, MAKE = shutil.which("git"), shutil.which("make")
NEXT = "8.9.10"
_IDENTITY = ("-c", "user.name=clerk", "-c", "user.email=clerk@localhost", "-c", "commit.gpgsign=false")

pytestmark = [
    pytest.mark.sqlite_only,
    pytest.mark.skipif(not GIT or not MAKE or not (ROOT / ".git").exists(), reason="this is no clone, or without make"),
]


def git(folder: Path, *arguments: str) -> str:
    command = ["git", *_IDENTITY, *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, check=True, encoding="utf-8").stdout.strip()


def commit(folder: Path, message: str) -> None:
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message", message)


def release(folder: Path) -> subprocess.CompletedProcess[str]:
    """Run with this environment as if it were the folder's, and without pip, so that nothing is installed there."""
    environment = Path(sys.prefix)
    command: Sequence[str] = ["make", f"VENV={environment}", "PIP=false", "-o", f"{environment}/.ready-dev", "release"]
    return subprocess.run(command, cwd=folder, capture_output=True, check=False, encoding="utf-8")


@pytest.fixture
def clone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """This folder as it is, committed or not, in a repository with a remote."""
    monkeypatch.delenv("PYTHONPATH", raising=False)
    for name in ("GIT_COMMITTER", "GIT_AUTHOR"):
        monkeypatch.setenv(f"{name}_NAME", "clerk")
        monkeypatch.setenv(f"{name}_EMAIL", "clerk@localhost")
    folder = tmp_path / "clone"
    names = git(ROOT, "ls-files", "-z", "--cached", "--others", "--exclude-standard").split("\0")
    for name in names:
        if (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, folder / name)
    git(tmp_path, "init", "--quiet", "--bare", "remote")
    git(folder, "init", "--quiet", "--initial-branch=main")
    git(folder, "remote", "add", "origin", str(tmp_path / "remote"))
    commit(folder, "As it is")
    return folder


def raise_version(folder: Path) -> None:
    path = folder / "aidledger/__init__.py"
    path.write_text(path.read_text(encoding="utf-8").replace(__version__, NEXT), encoding="utf-8")


def write_section(folder: Path) -> None:
    path = folder / "CHANGELOG.md"
    text = path.read_text(encoding="utf-8")
    path.write_text(
        text.replace("## [Unreleased]\n", f"## [Unreleased]\n\n## [{NEXT}] - 2027-01-31\n"), encoding="utf-8"
    )


def test_a_release_is_built_tagged_and_not_pushed(clone: Path, tmp_path: Path) -> None:
    raise_version(clone)
    write_section(clone)
    commit(clone, "A version")
    done = release(clone)
    assert done.returncode == 0, done.stderr
    assert sorted(path.name for path in (clone / "dist").iterdir()) == [
        f"aidledger-{NEXT}-py3-none-any.whl",
        f"aidledger-{NEXT}.tar.gz",
    ]
    assert git(clone, "rev-parse", f"v{NEXT}^{{commit}}") == git(clone, "rev-parse", "HEAD")
    assert git(tmp_path / "remote", "for-each-ref") == ""

    again = release(clone)
    assert again.returncode != 0
    assert f"There is a tag v{NEXT} already" in again.stderr


def test_what_is_not_ready_is_refused_with_every_reason(clone: Path) -> None:
    raise_version(clone)
    done = release(clone)
    assert done.returncode != 0
    assert "changes that are not committed:\n M aidledger/__init__.py" in done.stderr
    assert f"CHANGELOG.md says nothing under `## [{NEXT}] - YYYY-MM-DD`" in done.stderr
    assert not (clone / "dist").exists()
    assert git(clone, "tag") == ""


@pytest.mark.parametrize(
    ("changelog", "said"),
    [
        ("## [Unreleased]\n\n- x\n", None),
        ("## [1.2.3]\n\n- x\n", None),
        ("## [1.2.3] - 2027-01-31\n\n## [1.2.2] - 2027-01-30\n\n- x\n", ""),
        ("## [1.2.3] - 2027-01-31\n\n- x\n\n## [1.2.2] - 2027-01-30\n\n- y\n", "- x"),
        ("## [1x2.3] - 2027-01-31\n\n- x\n", None),
    ],
)
def test_a_version_has_a_section_with_a_date_and_words(changelog: str, said: str | None) -> None:
    assert section(changelog, "1.2.3") == said


def test_the_version_stands_in_one_place() -> None:
    project = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    assert 'dynamic = ["version"]' in project
    assert not re.search(rf'^version = "{re.escape(__version__)}"', project, re.MULTILINE)
