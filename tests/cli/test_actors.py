"""Who is named may do what the office named him for, and nothing else; who is not named is refused."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.builders import Grid, people, roster_xlsx, xlsx_bytes
from tests.cli.harness import Ran, aidledger
from tests.store.ledgers import contents, copied, new_place, no_ledger_yet, tamper

TITLE = "金溪中学2021年秋季学期普通高中国家助学金花名册"
NAMED = {"李老师": "reviewer", "王老师": "clerk", "赵审计": "auditor", "金溪中学": "school"}
CLERK, REVIEWER, AUDITOR, SCHOOL, STRANGER = "王老师", "李老师", "赵审计", "金溪中学", "somebody"
EXPORT = ("pay", "export", "--program", "high-school-grant", "--period", "2021-autumn", "--reason", "term")
NOTICE = ("report", "notice", "--program", "high-school-grant", "--period", "2021-autumn", "--from", "2022-03-01")

# A command, and who of all may run it; {…} stands for a file.
COMMANDS: Sequence[tuple[tuple[str, ...], set[str]]] = [
    (("verify",), {CLERK, REVIEWER, AUDITOR, SCHOOL, STRANGER}),
    (("actors",), {CLERK, REVIEWER, AUDITOR, SCHOOL, STRANGER}),
    (("office",), {CLERK, REVIEWER, AUDITOR, SCHOOL, STRANGER}),
    (("office", "programs"), {CLERK, REVIEWER, AUDITOR, SCHOOL, STRANGER}),
    (("batches",), {CLERK, REVIEWER, AUDITOR}),
    (("report", "summary"), {CLERK, REVIEWER, AUDITOR}),
    (("reconcile",), {CLERK, REVIEWER, AUDITOR}),
    (("audit",), {CLERK, REVIEWER, AUDITOR}),
    (("findings",), {CLERK, REVIEWER, AUDITOR}),
    (("person", "王雨桐"), {CLERK, REVIEWER, AUDITOR}),
    (("trace", "1"), {CLERK, REVIEWER, AUDITOR}),
    (("pay", "orders"), {CLERK, REVIEWER, AUDITOR}),
    (("access-log",), {CLERK, REVIEWER, AUDITOR}),
    (("mappings",), {CLERK, REVIEWER, AUDITOR}),
    ((*NOTICE, "--to", "2022-03-31", "--preview"), {CLERK, REVIEWER, AUDITOR}),
    (("batch", "1", "--reveal", "--reason", "a parent asked"), {CLERK, REVIEWER}),
    (("backup", "{new}"), {CLERK, REVIEWER}),
    (("copy", "--to", "{new}"), {CLERK, REVIEWER}),
    (("upgrade",), {CLERK, REVIEWER}),
    (("check", "{roster}", "--workers", "1"), {CLERK, SCHOOL}),
    (("import", "{roster}", "--workers", "1"), {CLERK}),
    (("reverse", "1", "--reason", "sent twice"), {CLERK}),
    ((*EXPORT, "-o", "{new}"), {CLERK}),
    ((*NOTICE, "--to", "2022-03-31"), {CLERK}),
    (("actors", "name", "新老师", "--role", "clerk"), {REVIEWER}),
    (("actors", "dismiss", CLERK), {REVIEWER}),
    (("office", "--region", "sichuan"), {REVIEWER}),
    (("office", "programs", "--on", "yulu"), {REVIEWER}),
    (("restore", "{backup}"), {REVIEWER}),
]  # fmt: skip


def _roster(folder: Path, first: int = 0) -> Path:
    grid: Grid = [[TITLE], ["姓名", "身份证号", "银行卡号", "金额"]]
    cards = ("6217001234567890123", "6217001234567890456", "6217001234567890456")  # two share one: a finding
    grid += [[one.name, one.number, card, 1000] for one, card in zip(people(3, first=first), cards, strict=True)]
    path = folder / f"roster{first}.xlsx"
    path.write_bytes(xlsx_bytes(grid))
    return path


def _name(ledger: str, by: str, who: str, role: str) -> Ran:
    return aidledger("--actor", by, "actors", "name", who, "--role", role, ledger=ledger)


@pytest.fixture(scope="module")
def named(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A ledger with a roster that its reviewer brought in before there were roles, and somebody named for each."""
    folder = tmp_path_factory.mktemp("named")
    path = new_place(folder)
    _bring_in(path, folder, REVIEWER)
    for who, role in NAMED.items():
        assert _name(path, REVIEWER, who, role).exit_code == 0
    return path


@pytest.fixture
def ledger(named: str, tmp_path: Path) -> str:
    return copied(named, tmp_path)


def _bring_in(ledger: str, folder: Path, actor: str, first: int = 0) -> None:
    file = _roster(folder, first)
    assert aidledger("--actor", actor, "import", file, "--workers", "1", ledger=ledger).exit_code == 0


def _files(folder: Path) -> dict[str, Path]:
    files = {"new": folder / "new.db", "roster": folder / "more.xlsx", "backup": folder / "backup.db"}
    files["roster"].write_bytes(roster_xlsx(3, first=50))
    return files


@pytest.mark.parametrize(("command", "allowed"), COMMANDS, ids=[" ".join(command) for command, _ in COMMANDS])
def test_each_does_what_the_role_is_for_and_a_refusal_changes_nothing(
    ledger: str, tmp_path: Path, command: tuple[str, ...], allowed: set[str]
) -> None:
    if "://" in ledger and command[0] in {"backup", "restore"}:
        pytest.skip("a server's ledger is kept by what keeps the server")
    files = _files(tmp_path)
    if command[0] == "restore":
        assert aidledger("--actor", REVIEWER, "backup", files["backup"], ledger=ledger).exit_code == 0
    words = [word.format(**files) for word in command]
    before, there = contents(ledger), set(tmp_path.iterdir())
    for actor in {*NAMED, STRANGER} - allowed:
        ran = aidledger("--actor", actor, *words, ledger=ledger)
        assert (ran.exit_code, ran.stdout) == (3, "")
        for said in (actor, "one of these roles is needed", "Nothing was changed"):
            assert said in ran.stderr
    assert contents(ledger) == before
    assert set(tmp_path.iterdir()) == there
    for actor in sorted(allowed):
        folder = tmp_path / actor
        folder.mkdir()
        words = [word.format(**{**_files(folder), "backup": files["backup"]}) for word in command]
        ran = aidledger("--actor", actor, *words, ledger=copied(ledger, folder))
        assert ran.exit_code in {0, 1}, ran.stderr


def test_while_nobody_is_named_nothing_is_refused(tmp_path: Path) -> None:
    path = no_ledger_yet(tmp_path)
    assert aidledger("init", ledger=path).exit_code == 0
    assert aidledger("actors", ledger=path).stdout == "No roles are assigned: everybody may do everything\n"
    _bring_in(path, tmp_path, "one")
    assert aidledger("--actor", "two", *EXPORT, "-o", tmp_path / "bank.xlsx", ledger=path).exit_code == 0
    released = aidledger("--actor", "one", "pay", "release", "1", "--file", tmp_path / "bank.csv", ledger=path)
    assert released.exit_code == 0
    assert aidledger("--actor", "three", "reverse", "1", "--reason", "twice", ledger=path).exit_code == 0


def test_the_list_says_since_when_and_by_whom(ledger: str) -> None:
    listed = aidledger("actors", "--format", "json", ledger=ledger).json["actors"]
    assert [(one["actor"], one["role"], one["by"]) for one in listed] == [(*one, "李老师") for one in NAMED.items()]
    assert all(one["since"].endswith("Z") for one in listed)
    assert _name(ledger, REVIEWER, CLERK, "auditor").exit_code == 0
    assert {one["actor"]: one["role"] for one in _listed(ledger)} == {**NAMED, CLERK: "auditor"}
    assert aidledger("--actor", REVIEWER, "actors", "dismiss", CLERK, ledger=ledger).exit_code == 0
    assert CLERK not in {one["actor"] for one in _listed(ledger)}
    assert aidledger("--actor", REVIEWER, "actors", "dismiss", CLERK, ledger=ledger).exit_code == 2
    assert aidledger("verify", ledger=ledger).exit_code == 0


def _listed(ledger: str) -> list[dict[str, str]]:
    found: list[dict[str, str]] = aidledger("actors", "--format", "json", ledger=ledger).json["actors"]
    return found


def test_naming_somebody_as_what_he_is_records_nothing(ledger: str) -> None:
    before = contents(ledger)
    assert _name(ledger, REVIEWER, " 王老师 ", "clerk").exit_code == 0
    assert contents(ledger) == before


def test_the_only_reviewer_stays_until_there_is_another(ledger: str) -> None:
    before = contents(ledger)
    for command in (("dismiss", REVIEWER), ("name", REVIEWER, "--role", "clerk")):
        ran = aidledger("--actor", REVIEWER, "actors", *command, ledger=ledger)
        assert (ran.exit_code, REVIEWER in ran.stderr) == (3, True)
    assert contents(ledger) == before
    assert _name(ledger, REVIEWER, "陈老师", "reviewer").exit_code == 0
    assert aidledger("--actor", "陈老师", "actors", "dismiss", REVIEWER, ledger=ledger).exit_code == 0


def test_an_office_that_named_a_clerk_first_is_not_locked_out(tmp_path: Path) -> None:
    path = new_place(tmp_path)
    first = _name(path, "anybody", CLERK, "clerk")
    assert "There is no reviewer" in first.stdout
    assert aidledger("--actor", "anybody", "batches", ledger=path).exit_code == 3
    assert _name(path, "anybody", REVIEWER, "reviewer").exit_code == 0
    assert _name(path, "anybody", "anybody", "reviewer").exit_code == 3


def test_who_imported_does_not_release_whatever_the_role_is_now(ledger: str, tmp_path: Path) -> None:
    """The reviewer brought the roster in before there were roles."""
    assert aidledger("--actor", CLERK, *EXPORT, "-o", tmp_path / "bank.xlsx", ledger=ledger).exit_code == 0
    release = ("pay", "release", "1", "--file", str(tmp_path / "bank.csv"))
    before = contents(ledger)
    for typed in (REVIEWER, f" {REVIEWER} "):
        ran = aidledger("--actor", typed, *release, ledger=ledger)
        assert (ran.exit_code, "batch 1" in ran.stderr) == (3, True)
    assert contents(ledger) == before
    assert _name(ledger, REVIEWER, "陈老师", "reviewer").exit_code == 0
    assert aidledger("--actor", "陈老师", *release, ledger=ledger).exit_code == 0


def test_what_another_clerk_imported_is_released_by_who_imported_none_of_it(ledger: str, tmp_path: Path) -> None:
    assert aidledger("--actor", CLERK, "reverse", "1", "--reason", "by a reviewer", ledger=ledger).exit_code == 0
    _bring_in(ledger, tmp_path, CLERK, first=10)
    assert aidledger("--actor", CLERK, *EXPORT, "-o", tmp_path / "bank.xlsx", ledger=ledger).exit_code == 0
    release = ("pay", "release", "1", "--file", str(tmp_path / "bank.csv"))
    for actor in (CLERK, AUDITOR, SCHOOL, STRANGER):
        assert aidledger("--actor", actor, *release, ledger=ledger).exit_code == 3
    assert aidledger("--actor", REVIEWER, *release, ledger=ledger).exit_code == 0


def test_findings_are_decided_by_reviewers(ledger: str) -> None:
    ran = aidledger("--actor", CLERK, "audit", "--format", "json", ledger=ledger)
    finding = ran.json["findings"][0]["id"]
    decide = ("finding", finding, "--justify", "looked at the file")
    for actor in (CLERK, AUDITOR, SCHOOL, STRANGER):
        assert aidledger("--actor", actor, *decide, ledger=ledger).exit_code == 3
    assert aidledger("--actor", REVIEWER, *decide, ledger=ledger).exit_code == 0


def test_a_naming_that_was_tampered_with_opens_nothing(ledger: str) -> None:
    tamper(ledger, "UPDATE event SET facts = 'x' WHERE action = 'name-actor'")
    assert aidledger("--actor", STRANGER, "batches", ledger=ledger).exit_code == 3
    assert aidledger("--actor", STRANGER, "verify", ledger=ledger).exit_code == 1


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize(
    "arguments", [("name", "x"), ("name", "x", "--role", "boss"), ("name", " ", "--role", "clerk")]
)
def test_a_naming_that_is_asked_for_wrongly(tmp_path: Path, arguments: tuple[str, ...], language: str) -> None:
    path = new_place(tmp_path)
    assert aidledger("--lang", language, "actors", *arguments, ledger=path).exit_code == 2
    assert _listed(path) == []
