"""What a command has not finished when it is killed, or when the disk is full, holds full numbers: none of it stays."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from aidledger import private
from tests.cli.harness import Ran, aidledger, environment
from tests.cli.walking import PEOPLE, REASON, World, build

pytestmark = [
    pytest.mark.sqlite_only,
    pytest.mark.plain_only,
    pytest.mark.skipif(sys.platform != "linux", reason="a process is killed, and a disk filled, as on Linux"),
]

# Dies between writing and renaming: at the so-and-so-manieth file that gets its name.
_KILLED = """
import os, signal, sys
from aidledger import private
left, real = int(sys.argv.pop(1)), private.publish

def publish(*arguments, **settings):
    global left
    left -= 1
    if left < 0:
        os.kill(os.getpid(), signal.SIGKILL)
    real(*arguments, **settings)

private.publish = publish
from aidledger.cli.main import main
main()
"""
_GRANT = ("--program", "high-school-grant", "--period", "2021-autumn", "--reason", REASON)
# What each command is told, and what it then has written; {} is a folder of its own.
COMMANDS: Mapping[str, tuple[Sequence[str], Sequence[str]]] = {
    "report": (("report", "summary", "--format", "xlsx", "-o", "{}/summary.xlsx"), ["summary.xlsx"]),
    "template": (("template", "high-school-grant", "-o", "{}/blank.xlsx"), ["blank.xlsx"]),
    "audit": (("audit", "--format", "csv", "-o", "{}/audit.csv"), ["audit.csv"]),
    "person": (("export", "person", PEOPLE[1].number, "--reason", REASON, "-o", "{}/copy.json"), ["copy.json"]),
    "bank": (("pay", "export", *_GRANT, "-o", "{}/new"), ["new.csv", "new.xlsx"]),
    "key": (("export", "key", "{}/new.key"), ["new.key"]),
    "lake": (("export", "parquet", "{}/lake", "--district", "511303", "--key", "{}/../lake.key"), ["lake"]),
    "feedback": (("import", "{}/../bad", "--feedback", "{}/back", "--workers", "1"), ["back"]),
    "backup": (("backup", "{}/backup.db"), ["backup.db"]),
    "copy": (("copy", "--to", "{}/copy.db"), ["copy.db"]),
    "init": (("--ledger", "{}/new.db", "init"), ["new.db"]),
    "sealed": (("--ledger", "{}/new.db", "--seal-key-file", "{}/seal", "init"), ["new.db", "seal"]),
}


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> World:
    world = build(tmp_path_factory.mktemp("office"))
    world.does("pay", "withdraw", "1", "--reason", REASON)
    world.does("export", "key", world.folder / "lake.key")
    (world.folder / "bad").mkdir()
    bad = next(world.folder.glob("错*.xlsx"))
    bad.rename(world.folder / "bad" / bad.name)
    return world


def _ran(world: World, folder: Path, name: str, *how: str, **env: str) -> Ran:
    command = [part.replace("{}", str(folder)) for part in COMMANDS[name][0]]
    start = [*(how or ("-m", "aidledger")), "--ledger", world.place, "--actor", "walker"]
    done = subprocess.run(
        [sys.executable, *start, *command], capture_output=True, encoding="utf-8", env=environment(**env), check=False
    )
    return Ran(done.returncode, done.stdout, done.stderr)


def _unfinished(folder: Path) -> list[Path]:
    return [path for path in folder.rglob(".*") if path.is_file()]


def _head(world: World) -> str:
    return str(aidledger("verify", "--format", "json", ledger=world.place).json["head"])


@pytest.mark.parametrize("name", COMMANDS)
def test_a_kill_before_a_file_has_its_name_leaves_what_the_next_command_clears_away(
    office: World, tmp_path_factory: pytest.TempPathFactory, name: str
) -> None:
    folder = office.folder / name
    folder.mkdir()
    killed = _ran(office, folder, name, "-c", _KILLED, "0")
    assert killed.exit_code == -9, killed
    assert _unfinished(folder)
    assert all(path.name.startswith(".aidledger.") for path in _unfinished(folder))
    if name == "bank":  # the order was kept; it is taken back, and what it would pay is due again
        (order,) = [
            one["order"]
            for one in aidledger("pay", "orders", "--format", "json", ledger=office.place).json["orders"]
            if one["state"] == "exported"
        ]
        office.does("pay", "withdraw", str(order), "--reason", REASON)
    done = _ran(office, folder, name)
    assert done.exit_code in {0, 1}, done
    assert "Traceback" not in done.stderr
    assert sorted(path.name for path in folder.iterdir()) == COMMANDS[name][1]
    assert _unfinished(folder) == []
    assert aidledger("verify", ledger=office.place).exit_code == 0
    if name == "bank":
        office.does("pay", "withdraw", str(order + 1), "--reason", REASON)


@pytest.mark.parametrize("name", [name for name in COMMANDS if name != "feedback"])
def test_a_full_disk_is_said_and_leaves_nothing(office: World, shim: Path, name: str) -> None:
    head = _head(office)
    for at in (1, 2, 3, 5, 9):
        folder = office.folder / f"{name}-full-{at}"
        folder.mkdir()
        env = {"LD_PRELOAD": str(shim), "TORTURE_FOLDER": str(folder), "TORTURE_AT": str(at), "TORTURE_HOW": "enospc"}
        ran = _ran(office, folder, name, **env)
        if ran.exit_code == 0 or (name in {"audit", "bank"} and ran.exit_code == 1):
            break  # it makes fewer calls to the disk than that
        assert ran.exit_code == 3, ran
        *_, said = ran.stderr.splitlines()
        assert said.startswith("Error: "), ran.stderr
        assert "No space left on device" in said or "is full" in said, ran.stderr
        assert "Traceback" not in ran.stderr
        left = [path for path in folder.rglob("*") if path.is_file() and path.name != "seal"]
        assert left == []
    assert at > 1
    if name not in {"person", "bank"}:  # which are logged in the ledger itself
        assert _head(office) == head
    if name == "bank":
        orders = aidledger("pay", "orders", "--format", "json", ledger=office.place).json["orders"]
        for order in (one["order"] for one in orders if one["state"] == "exported"):
            office.does("pay", "withdraw", str(order), "--reason", REASON)


def test_a_restore_onto_a_full_disk_leaves_the_ledger_and_nothing_beside_it(shim: Path, tmp_path: Path) -> None:
    office = tmp_path / "office"
    office.mkdir()
    world = build(office)
    world.does("backup", tmp_path / "backup.db")
    world.does("actors", "name", "walker", "--role", "reviewer")
    head, before = _head(world), sorted(office.iterdir())
    for at in (1, 40, 80, 120, 160, 200, 240):
        env = {"LD_PRELOAD": str(shim), "TORTURE_FOLDER": str(office), "TORTURE_AT": str(at), "TORTURE_HOW": "enospc"}
        command = ["--ledger", world.place, "--actor", "walker", "restore", str(tmp_path / "backup.db")]
        ran = subprocess.run(
            [sys.executable, "-m", "aidledger", *command, "--discard-newer"],
            capture_output=True,
            encoding="utf-8",
            env=environment(**env),
            check=False,
        )
        if ran.returncode == 0:
            break
        assert ran.returncode == 3, ran.stderr
        assert "Traceback" not in ran.stderr
        assert (_head(world), sorted(office.iterdir())) == (head, before), at
    assert at > 1


def test_what_is_left_is_known_from_what_is_being_written(tmp_path: Path) -> None:
    """Only files of our own naming go, and none that another command is writing."""
    with private.unfinished(tmp_path / "a") as mine:
        machine, process, run, _ = mine.name.removeprefix(".aidledger.").replace(".part", "").split("-")
        ended = subprocess.Popen([sys.executable, "-c", ""])
        ended.wait()
        old = tmp_path / f".aidledger.{'0' * 8}-1-{'1' * 8}-{'3' * 8}.part"
        left = [
            tmp_path / f".aidledger.{machine}-{ended.pid}-{'1' * 8}-{'2' * 8}.part",
            tmp_path / f".aidledger.{machine}-{ended.pid}-{'1' * 8}-{'2' * 8}.part-journal",
            tmp_path / f".aidledger.{machine}-{process}-{'1' * 8}-{'2' * 8}.part",  # of a container before this one
            tmp_path / f".aidledger.{machine}-9999999999-{run}-{'2' * 8}.part",
            old,
        ]
        kept = [
            mine,
            tmp_path / f".aidledger.{machine}-{os.getppid()}-{'1' * 8}-{'2' * 8}.part",
            tmp_path / f".aidledger.{'0' * 8}-1-{'1' * 8}-{'2' * 8}.part",  # of another machine
            tmp_path / ".aidledger.db.part",
            tmp_path / ".movie.mp4.4711.part",
        ]
        for path in (*left, *kept[1:]):
            path.write_bytes(b"x")
        os.utime(old, (0, 0))
        folder = tmp_path / f".aidledger.{machine}-{ended.pid}-{'1' * 8}-{'4' * 8}.part"
        (folder / "spilled").mkdir(parents=True)
        with private.unfinished(tmp_path / "b") as another:
            assert sorted(tmp_path.iterdir()) == sorted([*kept, another])


def test_a_link_in_the_way_of_clearing_is_not_followed(tmp_path: Path) -> None:
    away, there = tmp_path / "away", tmp_path / "there"
    away.mkdir()
    there.mkdir()
    (there / "kept").write_bytes(b"x")
    with private.unfinished(away / "a") as mine:
        machine = mine.name.removeprefix(".aidledger.")[:8]
        (away / f".aidledger.{machine}-9999999999-{'1' * 8}-{'2' * 8}.part").symlink_to(there)
        private.clear_away(away)
        assert list(away.iterdir()) == [mine]
    assert (there / "kept").read_bytes() == b"x"
