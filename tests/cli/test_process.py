"""The program as it is started: light to start, silent where JSON is asked for, and what the environment says."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.builders import roster_xlsx
from tests.cli.harness import environment, program
from tests.imports.make_samples import SAMPLES

pytestmark = pytest.mark.sqlite_only

# What the database, the catalogue's YAML and spreadsheets are read and written with, and what starts other processes.
DATABASE = ("sqlalchemy",)
MODELS = ("alembic", "sqlmodel", "sqlalchemy.orm")
CATALOGUE = ("pydantic", "yaml")
SPREADSHEETS = ("openpyxl", "python_calamine", "xlrd")
PROCESSES = ("multiprocessing",)
SCREEN = ("rich",)
KEYS = ("sqlcipher3", "keyring")
OTHER_COMMANDS = ("aidledger.cli.commands.imports", "aidledger.cli.commands.demonstration")
COMMANDS = (
    *("init", "import", "check", "template", "mappings", "batches", "reverse", "reconcile", "audit", "rules"),
    *("findings", "finding", "sample", "report", "verify", "upgrade", "person", "trace", "demo"),
    *("rekey", "seal"),
)


def loaded(*arguments: str, of: tuple[str, ...], env: Mapping[str, str] | None = None) -> list[str]:
    """Which of some modules a command loads that succeeds and says something."""
    script = (
        "import sys, atexit\n"
        f"atexit.register(lambda: print([name for name in {of!r} if name in sys.modules], file=sys.stderr))\n"
        f"sys.argv = ['aidledger', *{arguments!r}]\n"
        "from aidledger.__main__ import main\n"
        "main()\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True,
        encoding="utf-8",
        check=False,
        env=environment(**env or {}),
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout
    found: list[str] = ast.literal_eval(done.stderr.splitlines()[-1])
    return found


@pytest.mark.parametrize(
    "arguments", [["--help"], ["--version"], *([command, "--help"] for command in COMMANDS)], ids=" ".join
)
def test_help_loads_neither_a_database_nor_a_spreadsheet_library(arguments: list[str]) -> None:
    heavy = (*DATABASE, *MODELS, *CATALOGUE, *SPREADSHEETS, *PROCESSES, *SCREEN, *KEYS)
    assert loaded(*arguments, of=heavy) == []


@pytest.fixture(scope="module")
def ledger(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A ledger with one roster in it."""
    place = tmp_path_factory.mktemp("ledger") / "aidledger.db"
    (place.parent / "高一.xlsx").write_bytes(roster_xlsx(3))
    assert program("--ledger", place, "init").exit_code == 0
    assert program("--ledger", place, "import", place.parent / "高一.xlsx").exit_code == 0
    return place


ANSWERS = (
    *(("person", "王雨桐"), ("batches",), ("batch", "1"), ("verify",), ("report", "summary")),
    *(("report", "summary", "--format", "json"), ("findings",), ("mappings",), ("access-log",)),
)


@pytest.mark.parametrize("arguments", ANSWERS, ids=" ".join)
def test_a_question_loads_what_answers_it_and_no_more(ledger: Path, arguments: tuple[str, ...]) -> None:
    never = (*MODELS, *CATALOGUE, *SPREADSHEETS, *PROCESSES, *KEYS, *OTHER_COMMANDS)
    assert loaded(*arguments, of=never, env={"AIDLEDGER_LEDGER": str(ledger)}) == []


def test_who_compares_with_published_totals_reads_them_and_loads_no_more(ledger: Path) -> None:
    """They stand in schemas/ alone."""
    never = (*MODELS, *SPREADSHEETS, *PROCESSES, *KEYS)
    assert loaded("reconcile", of=never, env={"AIDLEDGER_LEDGER": str(ledger)}) == []


@pytest.mark.parametrize("arguments", [("trace", "1"), ("check", "高一.xlsx")], ids=" ".join)
def test_a_file_is_read_in_other_processes_alone(ledger: Path, arguments: tuple[str, ...]) -> None:
    command, what = arguments
    what = str(ledger.with_name(what)) if command == "check" else what
    never = (*MODELS, *CATALOGUE, *SPREADSHEETS)
    assert loaded(command, what, of=never, env={"AIDLEDGER_LEDGER": str(ledger)}) == []


def test_who_reads_a_file_loads_no_database() -> None:
    """What a worker process unpickles first: what it is to do."""
    never = (*DATABASE, *MODELS, *CATALOGUE)
    script = (
        "import sys\n"
        "import aidledger.operations.examining, aidledger.sheets.source_row\n"
        f"print([name for name in {never!r} if name in sys.modules])\n"
    )
    said = subprocess.run([sys.executable, "-c", script], capture_output=True, check=True, env=environment())
    assert said.stdout.split() == [b"[]"]


def test_the_page_opens_without_spreadsheets(tmp_path: Path) -> None:
    """The first page, as a browser fetches it: link, cookie, home."""
    ledger = tmp_path / "office.db"
    script = (
        "import sys, threading, urllib.request, webbrowser\n"
        "from aidledger.cli.main import cli\n"
        "said = []\n"
        "def fetch(link):\n"
        "    browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor())\n"
        "    said.append(browser.open(link, timeout=60).read().decode())\n"
        "webbrowser.open = lambda link: threading.Thread(target=fetch, args=(link,)).start()\n"
        f"start = ['--lang', 'en', '--ledger', {str(ledger)!r}]\n"
        "cli([*start, 'init', '--district', 'Gaoping'], standalone_mode=False)\n"
        "cli([*start, 'web', '--idle', '0.05'], standalone_mode=False)\n"
        f"print('Batches' in said[0], [name for name in {SPREADSHEETS!r} if name in sys.modules])\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, check=False, env=environment(HOME=str(tmp_path))
    )
    assert done.stdout.splitlines()[-1:] == [b"True []"], done.stderr.decode()


def test_programs_are_listed_without_a_database() -> None:
    assert loaded("programs", of=(*DATABASE, *MODELS, *CATALOGUE, *SPREADSHEETS, *PROCESSES)) == []


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
