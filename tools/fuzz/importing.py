"""A folder of files through the program itself: its exit code, its messages, and what stands in the ledger then."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from aidledger.domain.identity import resident_fault
from tests.cli.harness import environment
from tests.store.ledgers import new_path, plain

_MINUTES_MAX = 60
_ALLOWED = {0, 1}


def imported(folder: Path) -> Iterator[str]:
    """Check the folder and import it into a new ledger; what is not as the contract has it."""
    with tempfile.TemporaryDirectory() as beside:
        ledger = new_path(Path(beside))
        would_post = _run(ledger, "check", folder)
        posted = _run(ledger, "import", folder)
        verified = _run(ledger, "verify")
        for name, (code, said, complaint) in (("check", would_post), ("import", posted), ("verify", verified)):
            if code not in (_ALLOWED if name != "verify" else {0}) or complaint.strip():
                yield f"{name}: exit code {code} {complaint.strip()[-500:]}"
            elif "files" in said and would_post[1]["totals"]["posted"] != posted[1]["totals"]["posted"]:
                yield f"{name}: check and import do not agree"
        yield from _in_ledger(ledger)


def _run(ledger: Path, *arguments: object) -> tuple[int, dict[str, dict[str, object]], str]:
    more = [] if arguments[0] == "verify" else ["--workers", "1"]
    command = [
        sys.executable,
        "-m",
        "aidledger",
        "--ledger",
        str(ledger),
        *map(str, arguments),
        *more,
        "--format",
        "json",
    ]
    done = subprocess.run(
        command, capture_output=True, env=environment(), encoding="utf-8", check=False, timeout=60 * _MINUTES_MAX
    )
    try:
        return done.returncode, json.loads(done.stdout), done.stderr
    except ValueError:
        return done.returncode, {}, done.stderr or "stdout is no JSON"


def _in_ledger(ledger: Path) -> Iterator[str]:
    with plain(ledger) as books:
        people = books.exec_driver_sql("SELECT document_type, number FROM beneficiary").all()
        amounts = books.exec_driver_sql("SELECT count(*) FROM entry WHERE amount_fen <= 0").scalar_one()
    if amounts:
        yield f"{amounts} entries of nothing"
    for kind, number in people:
        if kind == "resident-id" and resident_fault(number) is not None:
            yield "somebody whose ID is none was entered"
