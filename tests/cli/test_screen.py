"""What a person sees: lines that fit, signs that the console has, nothing that a file could do to a terminal."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from rich.cells import cell_len

from tests.builders import roster_grid, roster_xlsx, with_cells, xlsx_bytes
from tests.cli.harness import aidledger, environment
from tests.cli.terminal import on_terminal
from tests.store.ledgers import bring_in, new_ledger, new_place, sample_place


@pytest.fixture(scope="module")
def ledger(tmp_path_factory: pytest.TempPathFactory) -> str:
    return sample_place(tmp_path_factory.mktemp("screen"))


@pytest.mark.parametrize(
    "command",
    [
        ("--lang", "en", "report", "summary"),
        ("--lang", "zh", "report", "summary"),
        ("--lang", "en", "report", "summary", "--by", "program,period"),
        ("--lang", "en", "report", "compare", "gaoping-2021-2022h1"),
        ("--lang", "zh", "report", "compare", "gaoping-2021-2022h1"),
        ("--lang", "en", "reconcile", "--all"),
        ("--lang", "zh", "reconcile", "--details", "--report", "gaoping-2021-2022h1"),
        ("--lang", "en", "report", "bridge", "--from-cut", "calendar-year:2021", "--to-cut", "school-year:2021"),
        ("--lang", "zh", "batches"),
        ("--lang", "en", "batch", "1"),
        ("--lang", "zh", "programs"),
        ("--lang", "en", "verify"),
    ],
    ids=" ".join,
)
def test_nothing_is_wider_than_a_terminal_of_80_columns(ledger: str, command: tuple[str, ...]) -> None:
    code, lines = on_terminal("--ledger", str(ledger), *command)
    assert code in {0, 1}
    assert [line for line in lines if cell_len(line) > 80] == []
    assert len(lines) > 2


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_summary_shows_every_figure_whole(ledger: str, language: str) -> None:
    _, lines = on_terminal("--lang", language, "--ledger", str(ledger), "report", "summary")
    summary = aidledger("report", "summary", "--format", "json", ledger=ledger).json
    text = "\n".join(lines)
    for program in summary["programs"]:
        assert f"{int(program['amount'][:-3]):,}{program['amount'][-3:]}" in text
    assert "…" not in text


def test_a_pipe_gets_every_row_on_one_line(ledger: str) -> None:
    run = aidledger("reconcile", "--all", ledger=ledger)
    lines = aidledger("reconcile", "--all", "--format", "json", ledger=ledger).json["lines"]
    for line in lines:
        assert any(line["period"] in text and (line["school"] or "") in text for text in run.stdout.splitlines())
    assert "\x1b" not in run.stdout


def test_signs_that_a_terminal_would_obey_are_not_passed_on(tmp_path: Path) -> None:
    path = new_place(tmp_path)
    (tmp_path / "evil\x1b[31m.xlsx").write_bytes(roster_xlsx(3))
    (tmp_path / "worse\x1b]0;title\x07.xls").write_bytes(b"<html></html>")
    run = aidledger("import", tmp_path, "--workers", "1", ledger=path)
    shown = aidledger("batches", ledger=path)
    assert run.exit_code == 1
    assert "\x1b" not in run.stdout + shown.stdout
    assert "\x07" not in run.stdout + shown.stdout


def test_brackets_in_a_name_are_not_taken_for_markup(tmp_path: Path) -> None:
    ledger = new_ledger(tmp_path)
    grid = with_cells(roster_grid(2), {"B3": "王[bold]", "E3": "[/nonsense]"})
    bring_in(ledger, xlsx_bytes(grid), "[red]roster.xlsx")
    assert "[red]roster.xlsx" in aidledger("batches", ledger=ledger.place).stdout
    assert "王[bold]" in aidledger("batch", "1", ledger=ledger.place).stdout


@pytest.mark.parametrize("encoding", ["gbk", "ascii", "cp1252"])
def test_a_console_that_lacks_a_sign_gets_another(ledger: str, encoding: str) -> None:
    """A redirected Windows console is GBK: neither a tick nor a rare surname may bring the program down."""
    run = subprocess.run(
        [sys.executable, "-m", "aidledger", "--lang", "zh", "--ledger", str(ledger), "reconcile", "--all"],
        capture_output=True,
        check=False,
        env=environment(PYTHONIOENCODING=encoding),
        timeout=60,
    )
    assert (run.returncode, run.stderr) == (0, b"")
    assert run.stdout.decode(encoding)
