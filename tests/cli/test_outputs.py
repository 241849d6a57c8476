"""No command writes over what it was not asked to: each way in which one writes, against each file that must stay."""

from __future__ import annotations

import ast
import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import click
import pytest

import aidledger as package
from aidledger import private
from aidledger.catalogue.files import shipped_folder
from aidledger.cli.main import cli
from aidledger.cli.paths import READS, WRITES
from tests.cli.harness import aidledger
from tests.cli.walking import COMMANDS, LOOKS, World, build, paper_of
from tests.cli.writing import Way, ways
from tests.store.encrypted import encrypted_path
from tests.store.ledgers import new_path

# Files are written in the same way whatever engine the ledger is on; where it is no file, it cannot be written over.
pytestmark = [pytest.mark.sqlite_only, pytest.mark.plain_only]

WAYS = list(ways())
_KEY = "5e" * 32
Made = Callable[[World], Path]


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """An office's folder with everything in it that must stay."""
    world = build(tmp_path_factory.mktemp("office"))
    folder = world.folder
    (folder / "x").mkdir()
    paper_of(world)
    world.does("backup", folder / "backup-1.db")
    new_path(folder, "other.db")
    encrypted_path(folder, "encrypted.db")
    world.does("export", "key", folder / "lake.key")
    world.does("export", "parquet", folder / "lake", "--district", "511303", "--key", folder / "lake.key")
    texts = {
        "seal.key": f"{_KEY}\n",
        "seal2.key": f"\ufeff{_KEY.upper()}\r\n",
        "tls.pem": "-----BEGIN PRIVATE KEY-----\nMIIB\n-----END PRIVATE KEY-----\n",
        "ledger.sql": "--\n-- PostgreSQL database dump\n--\n",
        "ledger.dump": "PGDMP\1\2",
        "passphrase": "correct horse battery staple\n",
    }
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8", newline="")
        (folder / name).chmod(0o600)
    (folder / "schemas").mkdir()
    shutil.copytree(shipped_folder() / "reports", folder / "schemas" / "reports")
    for name, target in {"link.csv": "aidledger.db", "backup.csv": "backup-1.db", "key.csv": "seal.key"}.items():
        (folder / name).symlink_to(target)
    os.link(folder / "aidledger.db", folder / "hard.csv")
    os.link(folder / "seal.key", folder / "hard-key.csv")
    (folder / "other.db-journal").write_bytes(b"\xd9\xd5\x05\xf9\x20\xa1\x63\xd7" + bytes(504))
    held = os.open(folder / "aidledger.db", os.O_RDONLY)
    (folder / "held").symlink_to(f"/dev/fd/{held}")
    os.mkfifo(folder / "pipe")
    yield world
    os.close(held)


def _named(name: str) -> Made:
    return lambda world: world.folder / name


PRECIOUS: Mapping[str, Made] = {
    "the ledger": _named("aidledger.db"),
    "the ledger by a detour": _named("x/../aidledger.db"),
    "a link to the ledger": _named("link.csv"),
    "a hard link to the ledger": _named("hard.csv"),
    "the ledger in an open file": _named("held"),
    "where its journal will be": _named("aidledger.db-journal"),
    "where its log will be": _named("aidledger.db-wal"),
    "where its inbox will be": _named("aidledger.db.inbox"),
    "another ledger": _named("other.db"),
    "another ledger's journal": _named("other.db-journal"),
    "where another ledger's log will be": _named("other.db-wal"),
    "an encrypted ledger": _named("encrypted.db"),
    "where its journal is": _named("encrypted.db-journal"),
    "a backup": _named("backup-1.db"),
    "a link to a backup": _named("backup.csv"),
    "a server's backup": _named("ledger.dump"),
    "a server's backup in SQL": _named("ledger.sql"),
    "a seal key": _named("seal.key"),
    "a key as Windows writes it": _named("seal2.key"),
    "a link to a key": _named("key.csv"),
    "a hard link to a key": _named("hard-key.csv"),
    "a key of pseudonyms": _named("lake.key"),
    "a key of TLS": _named("tls.pem"),
    "the passphrase in use": _named("passphrase"),
    "a report in the office's schemas": lambda world: next((world.folder / "schemas" / "reports").iterdir()),
    "a report as it is shipped": lambda _world: next((shipped_folder() / "reports").iterdir()),
    "a file of the program": lambda _world: Path(package.__file__),
    "a pipe": _named("pipe"),
}
# As root, what goes wrong here goes wrong for the whole machine.
_OF_THE_MACHINE = ("/dev/full", "/dev/stdout", "/dev/null", "/dev/new", "/dev/fd/1", "/proc/self/fd/1", "/proc/self/x")
_FOLDERS: Mapping[str, Made] = {"a folder": _named("x"), "the folder": _named(""), "nothing": lambda _world: Path()}


def _kept(world: World) -> dict[str, tuple[int, int, int]]:
    """What a folder holds: a file that is written, or replaced, is another by one of these."""
    found = {path: path.lstat() for path in world.folder.rglob("*")}
    return {str(path): (one.st_ino, one.st_size, one.st_mtime_ns) for path, one in found.items()}


def _devices() -> list[int]:
    return [Path("/dev", name).lstat().st_ino for name in ("null", "full", "stdout", "stderr")]


def _refused(world: World, way: Way, target: Path, *more: str) -> str:
    """What is said to a command that must not do what it is told; nothing in the folder has changed."""
    before, devices = _kept(world), _devices()
    office = ("--schemas", world.folder / "schemas", "--key-file", world.folder / "passphrase")
    ran = world.run(*office, *way.typed(world, target), *more)
    assert ran.exit_code in {2, 3}, (target, ran)
    assert ran.stdout == ""
    assert "Error: " in ran.stderr
    assert _kept(world) == before, target
    assert _devices() == devices
    return ran.stderr


@pytest.mark.parametrize("way", WAYS, ids=str)
def test_nothing_that_is_precious_is_written_over(world: World, way: Way) -> None:
    contents = {path: path.read_bytes() for path in world.folder.iterdir() if path.is_file()}
    for made in PRECIOUS.values():
        target = made(world)
        if way.into_a_folder and not target.exists():
            continue
        for more in ([], ["--force"]) if way.of_results else ([],):
            _refused(world, way, target, *more)
    for made in () if way.into_a_folder else _FOLDERS.values():
        _refused(world, way, made(world))
    assert {path: path.read_bytes() for path in world.folder.iterdir() if path.is_file()} == contents


@pytest.mark.parametrize("way", [way for way in WAYS if not way.into_a_folder], ids=str)
def test_a_file_that_is_there_stays_unless_force_is_said(world: World, way: Way) -> None:
    letter, nowhere = world.folder / "letter.txt", world.folder / "nowhere.txt"
    letter.write_text("Dear Mr Wang,\n", encoding="utf-8")
    nowhere.symlink_to("not-there")
    try:
        of_a_key = way.name in {"rekey", "seal"} and not way.of_results  # where a letter is no key
        for target in () if of_a_key else (letter, nowhere):
            said = _refused(world, way, target)
            assert "already exists" in said or "already something at" in said
            assert ("--force" in said) == way.of_results
        if not way.of_results:
            _refused(world, way, letter, "--force")
    finally:
        letter.unlink()
        nowhere.unlink()


@pytest.mark.parametrize("way", [way for way in WAYS if way.of_results], ids=str)
def test_what_a_command_reads_is_not_written_over(world: World, way: Way) -> None:
    for path in way.reads(world):
        if "." in path.name:
            _refused(world, way, path, "--force")
            linked = world.folder / "linked.txt"
            os.link(path, linked)
            try:
                _refused(world, way, linked, "--force")
            finally:
                linked.unlink()


@pytest.mark.parametrize(
    "way", [way for way in WAYS if way.of_results and way.name in {*LOOKS, "template", "export person"}], ids=str
)
def test_force_replaces_a_file_as_a_whole(world: World, way: Way) -> None:
    letter = world.folder / "letter.txt"
    letter.write_text("Dear Mr Wang,\n", encoding="utf-8")
    linked = world.folder / "linked.txt"
    linked.symlink_to(letter)
    try:
        ran = world.run(*way.typed(world, linked), "--force")
        assert ran.exit_code in {0, 1}, ran
        assert letter.read_text(encoding="utf-8") == "Dear Mr Wang,\n"
        assert not linked.is_symlink()
        assert linked.read_bytes()
        ran = world.run(*way.typed(world, letter), "--force")
        assert letter.read_bytes()[:4] != b"Dear"
        assert [path.name for path in world.folder.iterdir() if path.name.startswith(".")] == []
    finally:
        letter.unlink()
        linked.unlink()


def test_files_of_a_folder_that_is_read_are_not_written_over(world: World) -> None:
    rosters = world.folder / "rosters"
    rosters.mkdir()
    shutil.copy(next(world.folder.glob("错*.xlsx")), rosters / "名册.xlsx")
    (world.folder / "same.xlsx").hardlink_to(rosters / "名册.xlsx")
    lake = next((world.folder / "lake").rglob("*.parquet"))
    some: list[tuple[list[str | Path], Path]] = [
        (["check", rosters], rosters / "名册.xlsx"),
        (["check", rosters], world.folder / "same.xlsx"),
        (["audit", "--lake", world.folder / "lake"], lake),
    ]
    for command, target in some:
        before = target.read_bytes()
        ran = world.run(*command, "--force", "-o", target)
        assert (ran.exit_code, target.read_bytes()) == (3, before)
        assert "this command reads it" in ran.stderr


def test_two_outputs_of_a_command_are_two_files(world: World) -> None:
    target = world.folder / "both"
    for words in (["backup"], ["copy", "--to"], ["rekey", "--to"], ["seal", "--to"]):
        ran = world.run(*words, target, "-o", world.folder / "x" / ".." / "both")
        assert (ran.exit_code, target.exists()) == (3, False)
        assert "writes something else there" in ran.stderr


def test_a_command_that_may_not_write_does_nothing(world: World) -> None:
    head = world.run("verify", "--format", "json").json["head"]
    for command in (
        ["import", next(world.folder.glob("错*.xlsx")), "--record-conflicts"],
        ["reverse", "3", "--reason", "wrong"],
        ["actors", "name", "王", "--role", "reviewer"],
        ["forget", "1", "--reason", "asked"],
    ):
        for target in ("aidledger.db", "lake.key", "nowhere/x.json", "x", "backup-1.db/x.json"):
            ran = world.run(*command, "--format", "json", "--force", "-o", world.folder / target)
            assert ran.exit_code in {2, 3}, ran
    assert world.run("verify", "--format", "json").json["head"] == head


def test_in_chinese(world: World) -> None:
    ran = world.run("batches", "-o", world.folder / "aidledger.db", "--force", lang="zh")
    assert (ran.exit_code, ran.stdout) == (3, "")
    assert ran.stderr.isascii() is False
    assert "not overwritten" not in ran.stderr
    assert "ledger in use" not in ran.stderr


def test_every_option_that_names_a_file_says_whether_it_is_read_or_written() -> None:
    words = {"FILE", "DIR", "PATH", "URL"}
    for name, command in {**COMMANDS, "aidledger": cli}.items():
        for parameter in command.params:
            shown = (parameter.metavar or "").replace("[", "").replace("]", "").replace(".", "").replace("…", "")
            names = isinstance(parameter.type, (click.Path, click.File)) or bool(words & set(shown.split("|")))
            # The ledger is read and written by its own rules.
            if names and parameter.name != "place":
                assert isinstance(parameter.type, (*READS, *WRITES)), (name, parameter.name)


# Where a file is opened to be written, with the reason why it is not by way of ``private.put``.
_WRITERS = {
    "private.py": "it is that way",
    "lake/writing.py": "a file of many gigabytes is written in pieces, into one that private made",
    "operations/paying.py": "two files get their names together, when the order is kept",
    "store/copies/restoring.py": "a damaged ledger is put aside as it is, into a file that private made",
    "store/database/locks.py": "an empty file to try locks on, gone at once",
    "operations/examining.py": "the null device",
    "sheets/formats/xls.py": "the null device",
    "demo/writing.py": "an archive in memory",
    "operations/templates.py": "an archive in memory",
    "saving.py": "an archive in memory",
    "sheets/formats/mending.py": "an archive in memory",
    "sheets/feedback/formulas.py": "an archive in memory",
    "sheets/feedback/copies.py": "an archive in memory",
}
_CALLS = {"write_text", "write_bytes", "mkstemp", "NamedTemporaryFile", "copyfile", "copy2", "touch", "writestr"}
_MODES = set("wxa+")


def test_files_are_written_in_one_way() -> None:
    root = Path(package.__file__).parent
    found = {str(path.relative_to(root)) for path in root.rglob("*.py") if any(map(_writes, _nodes(path)))}
    assert found <= _WRITERS.keys()


def _nodes(path: Path) -> Iterator[ast.AST]:
    return ast.walk(ast.parse(path.read_bytes()))


def _writes(node: ast.AST) -> bool:
    if not isinstance(node, ast.Call):
        return False
    name = str(getattr(node.func, "id", None) or getattr(node.func, "attr", None))
    said = [*node.args, *(keyword.value for keyword in node.keywords if keyword.arg == "mode")]
    modes = {one.value for one in said if isinstance(one, ast.Constant) and isinstance(one.value, str)}
    flags = {one.attr for one in ast.walk(node) if isinstance(one, ast.Attribute)}
    opens = name in {"open", "fdopen"} and (
        any(set(mode) & _MODES for mode in modes if len(mode) <= 3) or "O_CREAT" in flags
    )
    return opens or name in _CALLS or (name == "save" and bool(node.args))


def test_devices_are_no_place_for_results(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(target: Path) -> None:
        raise AssertionError(target)

    monkeypatch.setattr(private, "unfinished", refuse)  # nothing is made beside a device, were it let through
    for way in WAYS:
        if not way.into_a_folder and "--to" not in way.parameter.opts:
            for name in _OF_THE_MACHINE:
                for more in ([], ["--force"]) if way.of_results else ([],):
                    said = _refused(world, way, Path(name), *more)
                    assert "not a regular file" in said or "is a directory" in said


def test_a_name_of_nothing_is_misuse() -> None:
    for target in ("", ".", "..", "/"):
        assert aidledger("programs", "-o", target).exit_code == 2
