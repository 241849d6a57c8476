"""The program as it is started: light to start, silent where JSON is asked for, and what the environment says."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.builders import roster_xlsx
from tests.cli.harness import environment, program
from tests.imports.make_samples import SAMPLES

pytestmark = pytest.mark.sqlite_only

HEAVY = (
    "sqlalchemy",
    "sqlmodel",
    "alembic",
    "openpyxl",
    "python_calamine",
    "xlrd",
    "rich",
    "pebble",
    "pydantic",
    "yaml",
    "sqlcipher3",
    "keyring",
)
COMMANDS = (
    *("init", "import", "check", "template", "mappings", "batches", "reverse", "reconcile", "audit", "explain"),
    *("findings", "finding", "sample", "report", "verify", "upgrade", "person", "trace", "demo"),
    *("rekey", "seal"),
)


@pytest.mark.parametrize(
    "arguments", [["--help"], ["--version"], *([command, "--help"] for command in COMMANDS)], ids=" ".join
)
def test_help_loads_neither_a_database_nor_a_spreadsheet_library(arguments: list[str]) -> None:
    script = (
        "import sys, atexit\n"
        f"atexit.register(lambda: print(sorted(set(sys.modules) & set({HEAVY!r})), file=sys.stderr))\n"
        f"sys.argv = ['aidledger', *{arguments!r}]\n"
        "from aidledger.cli.main import main\n"
        "main()\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True,
        encoding="utf-8",
        check=False,
        env=environment(),
        timeout=60,
    )
    assert (done.returncode, done.stderr) == (0, "[]\n")
    assert done.stdout


def test_an_office_works_through_a_term(tmp_path: Path) -> None:
    """From nothing to a report, each step in a process of its own, the ledger where the environment says."""
    rosters = tmp_path / "花名册"
    rosters.mkdir()
    (rosters / "高一.xlsx").write_bytes(roster_xlsx(3))
    (rosters / "高二.xlsx").write_bytes(SAMPLES["24-bad-total.xlsx"]())
    place = {"AIDLEDGER_LEDGER": "台账.db", "AIDLEDGER_ACTOR": "李老师"}

    assert program("init", cwd=tmp_path, **place).exit_code == 0
    assert (tmp_path / "台账.db").stat().st_mode & 0o777 == 0o600
    assert program("init", cwd=tmp_path, **place).exit_code == 3

    imported = program("import", "花名册", "--workers", "1", "--format", "json", cwd=tmp_path, **place)
    assert (imported.exit_code, imported.stderr) == (1, "")
    assert [file["outcome"] for file in imported.json["files"]] == ["posted", "rejected"]
    again = program("import", str(rosters / "高一.xlsx"), "--format", "json", cwd=tmp_path, **place)
    assert (again.exit_code, again.json["files"][0]["outcome"], again.json["files"][0]["batch"]) == (0, "unchanged", 1)

    [batch] = program("batches", "--format", "json", cwd=tmp_path, **place).json["batches"]
    assert (batch["posted_by"], batch["file"], batch["amount"]) == ("李老师", "高一.xlsx", "3000.00")
    text = program("report", "summary", "--format", "text", cwd=tmp_path, **place)
    assert text.stdout == "为3人次家庭经济困难普高学生发放助学金0.3万元。\n"
    verdict = program("verify", "--expect", imported.json["head"], "--format", "json", cwd=tmp_path, **place)
    assert (verdict.exit_code, verdict.json["ok"]) == (0, True)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_an_import_says_the_same_to_a_script_in_both_languages(tmp_path: Path, language: str) -> None:
    (tmp_path / "bad.xlsx").write_bytes(SAMPLES["22-bad-ids-and-names.xlsx"]())
    place = {"AIDLEDGER_LEDGER": "aidledger.db", "AIDLEDGER_LANG": language}
    assert program("init", cwd=tmp_path, **place).exit_code == 0
    run = program("check", "bad.xlsx", "--workers", "1", "--format", "json", cwd=tmp_path, **place)
    assert (run.exit_code, run.stderr) == (1, "")
    codes = [problem["code"] for problem in json.loads(run.stdout)["files"][0]["problems"]]
    assert codes == ["id-checksum", "id-format", "id-missing", "id-birthdate", "name-missing"]


def test_a_reader_that_stops_listening_is_no_traceback(tmp_path: Path) -> None:
    command = f"{sys.executable} -m aidledger programs --format json | head -c 10"
    done = subprocess.run(
        ["sh", "-c", command], capture_output=True, encoding="utf-8", check=False, env=environment(), timeout=60
    )
    assert "Traceback" not in done.stderr


def test_a_bad_ledger_in_the_environment_is_refused_in_words(tmp_path: Path) -> None:
    run = program("batches", AIDLEDGER_LEDGER=str(tmp_path / "none.db"))
    assert (run.exit_code, run.stdout) == (3, "")
    assert "none.db" in run.stderr
    assert "Traceback" not in run.stderr
