"""The files of the project, as git knows them."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

from tools.docs.pages import ROOT


def tracked() -> list[Path]:
    """What is in the project or would be added to it; without git, what its folders hold."""
    git = shutil.which("git")
    if git is None or not (ROOT / ".git").exists():
        return [path for folder in ("aidledger", "docs", "schemas", "tests") for path in (ROOT / folder).rglob("*.*")]
    said = subprocess.run(
        [git, "ls-files", "-z", "--cached", "--others", "--exclude-standard"], cwd=ROOT, capture_output=True, check=True
    )
    names = said.stdout.decode().split("\0")
    return [path for name in names if name and (path := ROOT / name).is_file()]
