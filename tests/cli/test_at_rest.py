"""Whatever a command leaves on the disk is its owner's alone, also where the system would let everybody in."""

from __future__ import annotations

import os
import sqlite3
import stat
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from openpyxl import load_workbook

from aidledger import private
from aidledger.errors import CannotWrite, FileExists
from aidledger.store.ledger import REVISION
from tests.cli.harness import aidledger, program
from tests.cli.walking import LOOKS, REASON, WRITES, World, build, forms
from tests.store.ledgers import new_path
from tests.store.next_version import next_version

pytestmark = [
    pytest.mark.sqlite_only,
    pytest.mark.skipif(sys.platform == "win32", reason="a mode says nothing on Windows"),
]


@pytest.fixture
def nothing_masked() -> Iterator[None]:
    """The most careless of all settings: what is made without a mode of its own may be read and written by all."""
    before = os.umask(0)
    yield
    os.umask(before)


def _others_can(folder: Path, *, but: set[Path]) -> dict[str, str]:
    """What was made and is not 0600, or 0700 as a folder."""
    modes = {path: path.lstat().st_mode for path in folder.rglob("*") if path not in but}
    wanted = {path: 0o700 if stat.S_ISDIR(mode) else 0o600 for path, mode in modes.items()}
    return {
        str(path.relative_to(folder)): oct(stat.S_IMODE(mode))
        for path, mode in modes.items()
        if stat.S_IMODE(mode) != wanted[path]
    }


@pytest.mark.usefixtures("nothing_masked")
def test_all_that_commands_write_is_the_owners_alone(tmp_path: Path) -> None:
    given = tmp_path / "given"
    given.mkdir()
    world = build(given)
    ours = {path for path in given.rglob("*") if path.suffix == ".xlsx" and not path.name.startswith("bank")}
    made = tmp_path / "made"
    made.mkdir(mode=0o700)
    for name, some in LOOKS.items():
        for number, arguments in enumerate(some):
            for form in forms(name):
                target = made / f"{name.replace(' ', '-')}-{number}.{form}"
                run = world.run(*name.split(), *arguments(world), "--format", form, "-o", target)
                assert (run.exit_code in {0, 1}, target.is_file()) == (True, True), run.stderr
    for name, some in WRITES.items():
        for arguments in some:
            world.run(*name.split(), *arguments(world))
    left = {path.name for path in given.iterdir()} - {path.name for path in ours}
    assert {"aidledger.db", "bank.xlsx", "bank.csv", "bank2.csv", "backup.db", "copy.db", "template.xlsx"} <= left
    assert any(".before-restore-" in name for name in left)
    assert list((given / "new" / "feedback").rglob("*.xlsx"))
    assert _others_can(tmp_path, but={given, *ours}) == {}
    assert list(tmp_path.rglob(".*")) == []


@pytest.mark.usefixtures("nothing_masked")
def test_an_upgrade_keeps_the_old_ledger_as_privately(tmp_path: Path) -> None:
    home = tmp_path / "office"
    home.mkdir(mode=0o700)
    path = new_path(home)
    with next_version(tmp_path):
        assert aidledger("upgrade", ledger=path).exit_code == 0
    assert (home / f"aidledger.db.version-{REVISION}").is_file()
    assert _others_can(home, but=set()) == {}


@pytest.mark.usefixtures("nothing_masked")
def test_a_ledger_that_cannot_be_read_is_kept_as_privately(tmp_path: Path) -> None:
    path = new_path(tmp_path)
    assert aidledger("backup", tmp_path / "backup.db", ledger=path).exit_code == 0
    path.write_bytes(b"no database")
    assert aidledger("restore", tmp_path / "backup.db", "--discard-newer", ledger=path).exit_code == 0
    assert len(list(tmp_path.glob("*.before-restore-*"))) == 1
    assert _others_can(tmp_path, but=set()) == {}


@pytest.mark.usefixtures("nothing_masked")
def test_an_output_that_is_there_is_replaced_by_one_of_the_owner(tmp_path: Path) -> None:
    path = new_path(tmp_path)
    target = tmp_path / "out.csv"
    target.write_text("old")
    assert aidledger("batches", "--format", "csv", "--force", "-o", target, ledger=path).exit_code == 0
    assert stat.S_IMODE(target.stat().st_mode) == 0o600


def test_the_programs_own_umask_keeps_others_out_of_what_libraries_write(tmp_path: Path) -> None:
    """A second wall: what is made by somebody who knows nothing of modes."""
    before = os.umask(0)
    try:
        (tmp_path / "sitecustomize.py").write_text(
            "import atexit, pathlib\n"
            f"atexit.register(lambda: pathlib.Path({str(tmp_path / 'made')!r}).write_text('x'))\n"
        )
        assert program("--version", PYTHONPATH=f"{tmp_path}:{Path(__file__).parents[2]}").exit_code == 0
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "made").stat().st_mode) == 0o600


@pytest.mark.parametrize("mode", [0o755, 0o770, 0o707, 0o777, 0o1777])
def test_who_else_may_write_to_the_folder_of_a_new_ledger_is_said_once(tmp_path: Path, mode: int) -> None:
    folder = tmp_path / "shared"
    folder.mkdir()
    folder.chmod(mode)
    for language, word in (("en", "Warning: others can write"), ("zh", str(folder))):
        place = folder / f"{language}.db"
        run = aidledger("--lang", language, "init", ledger=place)
        assert (run.exit_code, word in run.stderr) == (0, bool(mode & 0o022))
        assert aidledger("batches", ledger=place).stderr == ""
    assert stat.S_IMODE(folder.stat().st_mode) == mode & 0o1777


def test_a_bank_file_is_not_left_where_its_order_could_not_be_kept(tmp_path: Path) -> None:
    world = build(tmp_path)
    world.does("pay", "withdraw", "1", "--reason", REASON)
    # Refused by the last word of the transaction, when the files are written.
    _execute(world, "CREATE TABLE late (entry INTEGER REFERENCES entry (id) DEFERRABLE INITIALLY DEFERRED)")
    _execute(world, "CREATE TRIGGER refuses AFTER INSERT ON event BEGIN INSERT INTO late VALUES (-1); END")
    wanted = ("--program", "high-school-grant", "--period", "2021-autumn", "--reason", REASON)
    assert world.run("pay", "export", *wanted, "-o", tmp_path / "later.xlsx").exit_code == 3
    _execute(world, "DROP TRIGGER refuses")
    _execute(world, "DROP TABLE late")
    assert list(tmp_path.glob("later*")) == []
    assert world.run("pay", "export", *wanted, "-o", tmp_path / "later.xlsx").exit_code == 0
    control = {row[0].value: row[1].value for row in load_workbook(tmp_path / "later.xlsx")["控制总数"].iter_rows()}
    assert world.run("verify", "--expect", str(control["台账指纹"])).exit_code == 0


def _execute(world: World, sql: str) -> None:
    with closing(sqlite3.connect(world.place)) as books:
        books.execute(sql)
        books.commit()


def test_a_file_that_is_put_in_place_is_whole_or_the_old_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target = tmp_path / "out"
    target.write_text("old")

    def half(part: Path, content: bytes) -> int:
        with part.open("wb") as file:
            file.write(content[:2])
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as failing:
        failing.setattr(Path, "write_bytes", half)
        with pytest.raises(CannotWrite, match="No space"):
            private.put(target, b"new", over=True)
    with pytest.raises(FileExists):
        private.put(target, b"new")
    assert (target.read_text(), sorted(path.name for path in tmp_path.iterdir())) == ("old", ["out"])
    private.put(target, b"new", over=True)
    assert (target.read_text(), sorted(path.name for path in tmp_path.iterdir())) == ("new", ["out"])
