"""What pip-audit says of a lock file: vulnerabilities, none, or that it could not ask."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

PIP_AUDIT = (sys.executable, "-m", "pip_audit")
_OPTIONS = ("--disable-pip", "--require-hashes", "--format", "json", "--progress-spinner", "off", "--timeout", "15")
# As pip-audit and what it asks with tell of a network that is not there; without one it was not even installed.
_NO_NETWORK = ("Connection", "connect", "resolve", "Max retries", "timed out", "Timeout", "No module named pip_audit")


@dataclass(frozen=True, slots=True)
class Audited:
    """``asked``: after so many packages; None where nobody could be asked, and ``why``. ``found``: a line for each."""

    asked: int | None
    found: Sequence[str] = field(default_factory=list)
    why: str = ""


def audited(lock: Path, command: Sequence[str] = PIP_AUDIT) -> Audited:
    """Ask for the packages of a lock file; raises RuntimeError where pip-audit itself fails."""
    done = subprocess.run([*command, *_OPTIONS, "-r", lock], capture_output=True, encoding="utf-8", check=False)
    try:
        said: dict[str, Any] = json.loads(done.stdout)
    except ValueError:
        why = done.stderr.strip().splitlines()[-1:] or ["nothing was said"]
        if any(sign in done.stderr for sign in _NO_NETWORK):
            return Audited(None, why=why[0])
        raise RuntimeError(f"pip-audit failed: {why[0]}") from None  # noqa: TRY003 - shown as it is
    packages = said["dependencies"]
    # A package that was not asked after is not one without faults.
    skipped = [f"{one['name']}: not asked after: {one['skip_reason']}" for one in packages if "skip_reason" in one]
    known = [
        f"{one['name']} {one['version']}: {fault['id']}, mended in {', '.join(fault['fix_versions']) or 'no version'}"
        for one in packages
        for fault in one.get("vulns", ())
    ]
    if len(skipped) == len(packages):  # a mirror has the files of packages, but not what is known of them
        return Audited(None, why=str(packages[0]["skip_reason"]) if packages else "no package was named")
    return Audited(len(packages) - len(skipped), [*known, *skipped])
