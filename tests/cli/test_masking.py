"""Nobody's full number leaves, whichever command is run in whichever form, and whatever a clerk wrote where."""

from __future__ import annotations

import subprocess
import sys
import unicodedata
import zipfile
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.cli.harness import Ran, aidledger, environment, program
from tests.cli.walking import (
    ACTOR,
    APART,
    CARDS,
    COMMANDS,
    LOOKS,
    PEOPLE,
    REASON,
    REFUSED,
    WRITES,
    WRITTEN,
    World,
    build,
    forms,
)
from tests.store.ledgers import ON_POSTGRESQL, plain

SQLITE_ONLY = {"backup", "restore"}
ID, CARD = WRITTEN[0], CARDS[0]


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    return build(tmp_path_factory.mktemp("walk"))


def _written(path: Path) -> str:
    """All that stands in a file, of a workbook in each of its parts."""
    if not zipfile.is_zipfile(path):
        return path.read_text(encoding="utf-8-sig")
    with zipfile.ZipFile(path) as parts:
        return "\n".join(parts.read(name).decode("utf-8", "replace") for name in parts.namelist())


def _leaks(text: str, secrets: Sequence[str]) -> list[str]:
    folded = unicodedata.normalize("NFKC", text)
    return [secret for secret in secrets if any(part in folded for part in (secret, secret[:-1], secret[-12:]))]


def _said(run: Ran) -> str:
    return run.stdout + run.stderr


def test_the_walk_knows_every_command() -> None:
    assert set(COMMANDS) == {*LOOKS, *WRITES, *APART}


def test_the_numbers_are_there_to_be_shown(world: World) -> None:
    """The control: with --reveal they are, and what clerks wrote into names and reasons lies in the ledger."""
    run = world.run("batch", "1", "--reveal", "--reason", REASON, "--format", "json")
    assert {PEOPLE[0].number, CARDS[0], WRITTEN[5]} <= set(_leaks(run.stdout, world.secrets))
    with plain(world.place) as books:
        kept = books.exec_driver_sql("SELECT file_name, posted_by, reason FROM batch").all()
        asked = books.exec_driver_sql("SELECT facts FROM event").all()
    assert {*WRITTEN[:4], WRITTEN[6]} - {WRITTEN[0], WRITTEN[1]} <= set(_leaks(f"{kept}{asked}", world.secrets))


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("name", LOOKS)
def test_what_is_looked_at_shows_no_full_number_in_any_form(world: World, tmp_path: Path, name: str, lang: str) -> None:
    shown = forms(name) if lang == "en" else ["table"]
    for arguments in LOOKS[name]:
        for form in shown:
            output: list[str | Path] = ["-o", tmp_path / "out.xlsx", "--force"] if form == "xlsx" else []
            run = world.run(*name.split(), *arguments(world), "--format", form, *output, lang=lang)
            assert run.exit_code in {0, 1}, (form, run.stderr)
            written = _written(tmp_path / "out.xlsx") if output else ""
            assert _leaks(_said(run) + written, world.secrets) == [], form


@pytest.mark.parametrize("form", ["table", "json"])
def test_what_is_done_shows_no_full_number(tmp_path: Path, form: str) -> None:
    """From init to restore, one after the other on one ledger; files for the bank and for the person have them."""
    world = build(tmp_path)
    before = set(tmp_path.rglob("*"))
    for name, some in WRITES.items():
        if ON_POSTGRESQL and name in SQLITE_ONLY:
            continue
        for arguments in some:
            as_form: list[str] = ["--format", form] if form in forms(name) else []
            run = world.run(*name.split(), *arguments(world), *as_form)
            assert (run.exit_code not in {0, 1}) == (name in REFUSED), (name, run.stderr)
            assert _leaks(_said(run), world.secrets) == [], name
    made = sorted(path for path in set(tmp_path.rglob("*")) - before if path.is_file())
    assert [path for path in made if _leaks(str(path.relative_to(tmp_path)), world.secrets)] == []
    readable = [path for path in made if path.suffix in {".xlsx", ".csv"} and "feedback" not in path.parts]
    assert {path.name for path in readable if _leaks(_written(path), world.secrets)} == {
        "bank2.xlsx",
        "bank2.csv",
        "copy.xlsx",
    }


# What was typed wrongly is said back, by us or by Click.
MISTYPED: Sequence[tuple[str, ...]] = [
    (ID,),
    ("person", ID),
    ("person", f"{ID[:10]} {ID[10:]}9"),
    ("batch", ID),
    ("trace", CARD),
    ("batches", f"--{ID}"),
    ("batches", "--format", ID),
    ("import", f"张三{ID}.xlsx"),
    ("check", f"{ID}.xlsx", "--period", ID),
    ("import", "there.xlsx", "--program", ID),
    ("import", "there.xlsx", "--map", f"{ID}=nonsense"),
    ("import", "there.xlsx", "--kind", CARD),
    ("report", "compare", ID),
    ("report", "school", ID),
    ("report", "entries", f"person={ID}"),
    ("report", "entries", ID),
    ("report", "summary", "--by", ID),
    ("report", "bridge", "--from-cut", ID, "--to-cut", ID),
    ("finding", ID),
    ("rules", ID),
    ("reconcile", "--school", ID),
    ("pay", "order", "1", "--reveal", ID),
    ("pay", "release", "1", "--file", f"{CARD}.csv"),
    ("mappings", "forget", ID),
    ("program", ID),
    ("template", "high-school-grant", "--school", ID, "-o", "x.xlsx"),
    ("restore", f"{ID}.db"),
    ("backup", f"nowhere/{ID}.db"),
    ("--ledger", f"{ID}.db", "batches"),
    ("--schemas", f"{ID}", "programs"),
    ("--lang", ID, "batches"),
]


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("arguments", MISTYPED, ids=lambda arguments: " ".join(arguments).replace(ID, "ID"))
def test_what_is_mistyped_is_said_back_masked(world: World, arguments: tuple[str, ...], lang: str) -> None:
    given = [str(world.folder / "认定.xlsx") if one == "there.xlsx" else one for one in arguments]
    run = aidledger("--lang", lang, *([] if "--ledger" in given else ["--ledger", world.place]), *given)
    assert run.exit_code in {2, 3}, run.stdout
    assert _leaks(_said(run), [*world.secrets, f"{ID}9"]) == []


def test_a_refusal_of_the_database_shows_no_number(tmp_path: Path) -> None:
    """A guard that somebody else put there, and that speaks of what was to be written."""
    world = build(tmp_path)
    raising = {
        True: "CREATE FUNCTION tell() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        "RAISE EXCEPTION 'no: %%', (SELECT min(number) FROM beneficiary); END $$; "
        "CREATE TRIGGER tells BEFORE INSERT ON event FOR EACH ROW EXECUTE FUNCTION tell()",
        False: f"CREATE TRIGGER tells BEFORE INSERT ON event BEGIN SELECT RAISE(ABORT, 'no: {PEOPLE[0].number}'); END",
    }
    with plain(world.place) as books:
        books.exec_driver_sql(raising[ON_POSTGRESQL])
        books.commit()
    run = world.run("reverse", "1", "--reason", REASON)
    assert (run.exit_code, "no: 511" in run.stderr) == (3, True)
    assert _leaks(_said(run), world.secrets) == []


_BUG = """
import sys
from aidledger.cli import main as program
from aidledger.operations import people
def bug(*_): raise KeyError({number!r})
people.person = bug
program.main()
"""


def test_the_traceback_of_a_bug_shows_no_number(world: World) -> None:
    command = [sys.executable, "-c", _BUG.format(number=ID), "--ledger", world.place, "person", "x"]
    done = subprocess.run(command, capture_output=True, encoding="utf-8", check=False, env=environment())
    assert done.returncode == 1
    assert "KeyError" in done.stderr
    assert _leaks(done.stdout + done.stderr, world.secrets) == []


_NO_EVENTS = {
    True: "CREATE OR REPLACE FUNCTION tell() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'no'; END $$;"
    " CREATE TRIGGER tells BEFORE INSERT ON event FOR EACH ROW EXECUTE FUNCTION tell()",
    False: "CREATE TRIGGER tells BEFORE INSERT ON event BEGIN SELECT RAISE(ABORT, 'no'); END",
}
_EVENTS_AGAIN = {True: "DROP TRIGGER tells ON event", False: "DROP TRIGGER tells"}
REVEALING = sorted(name for name, one in COMMANDS.items() if any(option.name == "reveal" for option in one.params))


@pytest.mark.parametrize("name", REVEALING)
def test_full_numbers_are_logged_before_they_are_shown(world: World, name: str) -> None:
    """Every command that has --reveal: where the request cannot be kept, nothing is shown either."""
    arguments = [*name.split(), *LOOKS[name][-1](world), "--reveal", "--reason", f"to see {name}"]
    arguments += ["--details"] if name == "reconcile" and "--details" not in arguments else []
    run = world.run(*arguments, "--format", "json")
    assert run.exit_code in {0, 1}
    last = world.run("access-log", "--format", "json").json["accesses"][-1]
    assert last["reason"] == f"to see {name}"
    with plain(world.place) as books:
        books.exec_driver_sql(_NO_EVENTS[ON_POSTGRESQL])
        books.commit()
    try:
        refused = world.run(*arguments)
    finally:
        with plain(world.place) as books:
            books.exec_driver_sql(_EVENTS_AGAIN[ON_POSTGRESQL])
            books.commit()
    assert (refused.exit_code, refused.stdout) == (3, "")


def test_a_bank_file_is_a_request_for_full_numbers(world: World) -> None:
    log = world.run("access-log", "--format", "json").json["accesses"]
    assert "pay export 1" in {one["seen"] for one in log}


def test_the_program_itself_masks_who_asks(world: World) -> None:
    run = program("--ledger", world.place, "--actor", ACTOR, "access-log")
    assert (run.exit_code, _leaks(_said(run), world.secrets)) == (0, [])
