"""`make release`: is this folder ready to be a release (`check`), and the tag (`tag`). Pushes nothing."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from aidledger import __version__
from tools.docs.pages import ROOT

TAG = f"v{__version__}"


def git(*arguments: str) -> str:
    return subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, check=True, encoding="utf-8").stdout


def section(changelog: str, version: str) -> str | None:
    """What CHANGELOG.md says of a version, if it says since when; blank where it says nothing."""
    title = rf"^## \[{re.escape(version)}\] - \d{{4}}-\d{{2}}-\d{{2}}$"
    found = re.search(rf"{title}\n(?P<text>.*?)(?=^## |\Z)", changelog, re.MULTILINE | re.DOTALL)
    return found["text"].strip() if found else None


def faults() -> Iterator[str]:
    """Why this is not to be released."""
    if not re.fullmatch(r"\d+\.\d+\.\d+", __version__):
        yield f"aidledger/__init__.py: {__version__} is not a version X.Y.Z"
    if changed := git("status", "--porcelain"):
        yield f"The work tree has changes that are not committed:\n{changed.rstrip()}"
    if git("tag", "--list", TAG):
        yield f"There is a tag {TAG} already: raise __version__ in aidledger/__init__.py"
    if not section((ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), __version__):
        yield f"CHANGELOG.md says nothing under `## [{__version__}] - YYYY-MM-DD`"


def unbuilt(dist: Path) -> Iterator[str]:
    """The archives of this version that are not there, and a wheel that is of another one."""
    names = (f"aidledger-{__version__}.tar.gz", f"aidledger-{__version__}-py3-none-any.whl")
    missing = [name for name in names if not (dist / name).is_file()]
    if missing:
        yield from (f"dist/{name} was not built" for name in missing)
        return
    said = subprocess.run(
        [sys.executable, "-m", "aidledger", "--version"],
        cwd=dist,
        env={**os.environ, "PYTHONPATH": str(dist / names[1])},
        capture_output=True,
        check=False,
        encoding="utf-8",
    )
    if said.stdout.strip() != f"aidledger {__version__}":
        yield f"dist/{names[1]} calls itself {said.stdout.strip() or said.stderr.strip()}"


def main() -> int:
    step = sys.argv[1]
    found = list(faults())
    if step == "tag":
        found += unbuilt(ROOT / "dist")
    for fault in found:
        print(fault, file=sys.stderr)
    if found:
        return 1
    if step == "tag":
        git("tag", "--annotate", TAG, "--message", f"aidledger {__version__}")
        print(f"{TAG} is tagged, dist/ is built, nothing is pushed. To publish the tag: git push origin {TAG}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
