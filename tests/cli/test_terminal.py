"""Nothing that a stranger wrote is obeyed by a terminal: not in a table, not in an error, not in what Click says."""

from __future__ import annotations

import json
import unicodedata
from pathlib import Path

import pytest

from aidledger.presentation.printable import escaped, printable, printable_lines
from tests.builders.hostile import ESCAPES, write_all
from tests.cli.harness import Ran, aidledger
from tests.cli.terminal import on_terminal_raw
from tests.store.ledgers import no_ledger_yet

# What is shown and written is the same whatever engine the ledger is on.
pytestmark = pytest.mark.sqlite_only

EVIL = "".join(ESCAPES)
every_escape = pytest.mark.parametrize("sign", ESCAPES, ids=ascii)
_OBEYED = {"Cc", "Cf", "Cs", "Zl", "Zp"}


def obeyed(text: str) -> set[str]:
    return {sign for sign in text.replace("\r\n", "\n") if sign != "\n" and unicodedata.category(sign) in _OBEYED}


def assert_harmless(run: Ran) -> None:
    assert obeyed(run.stdout) == set()
    assert obeyed(run.stderr) == set()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("evil")


@pytest.fixture(scope="module")
def ledger(folder: Path) -> str:
    place = no_ledger_yet(folder)
    assert aidledger("--actor", EVIL, "init", ledger=place).exit_code == 0
    rosters = write_all(folder / "rosters")
    run = aidledger("--actor", EVIL, "import", rosters, "--feedback", folder / "copies", "--workers", "1", ledger=place)
    assert run.exit_code == 1
    assert_harmless(run)
    for arguments in (
        ("person", "王雨桐", "--reveal", "--reason", f"{EVIL}why"),
        ("reverse", "2", "--reason", f"{EVIL}why"),
        ("import", rosters / "=1+1.xlsx", "--map", "备注=account", "--school", f"{EVIL}金溪中学", "--remember"),
    ):
        assert_harmless(aidledger("--actor", EVIL, *arguments, ledger=place))
    return place


PAID = ("--program", "high-school-grant", "--period", "2021-autumn")
READING = [
    ("batches",),
    ("batch", "1"),
    ("batch", "4"),
    ("reconcile", "--all"),
    ("reconcile", "--details"),
    ("audit",),
    ("findings",),
    ("person", "王雨桐"),
    ("trace", "1"),
    ("trace", "40"),
    ("report", "summary", "--by", "school,grade,category"),
    ("report", "entries", "kind=aid"),
    ("report", "notice", *PAID, "--from", "2022-03-01", "--to", "2022-03-31", "--preview"),
    ("sample", "--seed", EVIL, "--size", "100"),
    ("mappings",),
    ("access-log",),
    ("pay", "orders"),
    ("verify",),
    ("check", "rosters"),
]


@pytest.mark.parametrize("form", ["table", "json", "csv"])
@pytest.mark.parametrize("command", READING, ids=lambda command: ascii(" ".join(command)))
@pytest.mark.parametrize("language", ["en", "zh"])
def test_no_answer_is_obeyed(folder: Path, ledger: str, command: tuple[str, ...], form: str, language: str) -> None:
    arguments = [folder / word if word == "rosters" else word for word in command]
    run = aidledger("--lang", language, *arguments, "--format", form, ledger=ledger)
    assert run.exit_code in {0, 1} or (command == ("verify",) and form == "csv")
    assert_harmless(run)
    if form == "json":
        assert run.json


def test_json_says_what_stood_there(folder: Path, ledger: str) -> None:
    files = aidledger("check", folder / "rosters", "--format", "json", "--workers", "1", ledger=ledger).json["files"]
    assert {Path(one["path"]).name for one in files} >= {
        f"{sign}名册{i}.xls" for i, sign in enumerate(ESCAPES) if "\\" not in sign and "/" not in sign
    }
    logged = aidledger("access-log", "--format", "json", ledger=ledger).stdout
    assert f"{EVIL}why" in json.dumps(json.loads(logged), ensure_ascii=True).encode().decode(
        "unicode_escape"
    ) or EVIL in str(json.loads(logged))


REFUSED = [
    ("{}",),
    ("--{}", "batches"),
    ("--lang", "{}", "batches"),
    ("--schemas", "{}", "programs"),
    ("batches", "--{}"),
    ("batches", "{}"),
    ("batches", "--format", "{}"),
    ("batches", "-o", "{}/x/y"),
    ("batch", "{}"),
    ("import", "{}.xlsx"),
    ("import", ".", "--program", "{}"),
    ("import", ".", "--period", "{}"),
    ("import", ".", "--kind", "{}"),
    ("import", ".", "--map", "{}"),
    ("import", ".", "--map", "{}=name{}"),
    ("import", ".", "--workers", "{}"),
    ("template", "{}", "-o", "x.xlsx"),
    ("template", "high-school-grant", "--school", "{}", "-o", "x.xlsx"),
    ("reconcile", "--check", "{}"),
    ("reconcile", "--school", "{}"),
    ("reconcile", "--cut", "{}"),
    ("reconcile", "--report", "{}"),
    ("report", "summary", "--by", "{}"),
    ("report", "entries", "{}"),
    ("report", "entries", "school={}"),
    ("report", "compare", "{}"),
    ("report", "{}"),
    ("audit", "--rule", "{}"),
    ("rules", "{}"),
    ("finding", "{}"),
    ("person", "{}"),
    ("program", "{}"),
    ("programs", "--on", "{}"),
    ("mappings", "forget", "{}"),
    ("pay", "release", "1", "--file", "{}"),
    ("sample", "--seed", "1", "--by", "{}"),
    ("backup", "missing/{}.db"),
    ("restore", "{}.db"),
    ("copy", "--to", "{}://x"),
    ("verify", "--expect", "{}"),
]


@every_escape
@pytest.mark.parametrize("command", REFUSED, ids=" ".join)
def test_no_message_is_obeyed(
    ledger: str, command: tuple[str, ...], sign: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    run = aidledger(*(word.replace("{}", f"{sign}x") for word in command), ledger=ledger)
    assert run.exit_code in {0, 1, 2, 3}
    assert_harmless(run)


@every_escape
def test_the_place_of_a_ledger_is_not_obeyed(sign: str, tmp_path: Path) -> None:
    for place in (tmp_path / f"{sign}x.db", f"{sign}://x", f"sqlite+{sign}:///x"):
        run = aidledger("batches", ledger=place)
        assert run.exit_code in {2, 3}
        assert_harmless(run)


def test_a_terminal_itself_gets_none_of_it(folder: Path, ledger: str) -> None:
    """On a terminal the program's own colours and bars are escapes, too: so what is looked for are theirs."""
    for command in (
        ("check", str(folder / "rosters"), "--workers", "1"),
        ("batches",),
        ("batch", "1"),
        ("nonsense" + EVIL,),
    ):
        text = on_terminal_raw("--ledger", ledger, *command)
        assert "名册" in text or command[0] != "check"
        for theirs in ("\x1b]0;", "\x1b]8;", "\x1bc", "\x9b", "\x9d", "\x07", "\u202e", "\u2066", "\u2028", "\x1b[5m"):
            assert theirs not in text
        assert "\x1b[2J" not in text


@every_escape
def test_a_sign_that_would_be_obeyed_is_shown_as_one_that_is_not(sign: str) -> None:
    assert obeyed(printable(f"a{sign}b")) == set()
    assert printable_lines(f"a\n{sign}").startswith("a\n")
    assert json.loads(escaped(json.dumps({"a": sign}, ensure_ascii=False))) == {"a": sign}
    assert obeyed(escaped(json.dumps({"a": sign}, ensure_ascii=False))) == set()


@pytest.mark.parametrize("text", ["王雨桐", "高一 (1)班", "金溪\u3000中学", "a\u00a0b", "𠮷野", "√×✓"])
def test_what_is_read_is_shown(text: str) -> None:
    assert printable(text) == text == escaped(text)


def test_a_lone_half_of_a_character_is_an_escape_in_json() -> None:
    assert json.loads(escaped(json.dumps("\udcff\U000e0001", ensure_ascii=False))) == "\udcff\U000e0001"
