"""What a clerk sees who works in Chinese, from the program as it is started."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from aidledger.catalogue.loading import load
from aidledger.cli.main import cli
from aidledger.cli.remedies import FILES
from aidledger.domain.problem import KINDS, Problem
from aidledger.i18n import Language, translator
from aidledger.presentation.wording import problem_text
from aidledger.sheets.formats.failures import FileRefused
from aidledger.sheets.formats.grid import read_grid
from aidledger.sheets.formats.limits import DEFAULT_LIMITS
from tests.cli.harness import Ran, program

SCREEN_WIDTH = 80
# A command is typed in English.
_TYPED = re.compile(r"`[^`]*`")
_ENGLISH = re.compile(r"[A-Za-z]{2,} [a-z]+ [a-z]+")
_TYPED = re.compile(r"'[^']*'|`[^`]*`")
_PLACEHOLDER = re.compile(r"\{(\w+)\}")


def _run(*arguments: str, at: Path | None = None) -> Ran:
    """The program on a narrow screen, in a console whose own language is English."""
    return program(*arguments, cwd=at, PYTHONUTF8="1", COLUMNS=str(SCREEN_WIDTH))


def _english_in(text: str) -> list[str]:
    """English sentences, as three words in a row; usage lines and what is to be typed are no sentences."""
    lines = [_TYPED.sub("", line) for line in text.splitlines() if not line.startswith("用法:")]
    return [line for line in lines if _ENGLISH.search(line)]


def _width(line: str) -> int:
    return sum(2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in line)


def _commands(command: click.Command, *names: str) -> Iterator[tuple[str, ...]]:
    yield names
    if isinstance(command, click.Group):
        for name, below in command.commands.items():
            yield from _commands(below, *names, name)


@pytest.mark.parametrize("names", [*_commands(cli)], ids=lambda names: " ".join(names) or "aidledger")
def test_every_help_page_is_in_chinese_and_fits_the_screen(names: tuple[str, ...]) -> None:
    page = _run("--lang", "zh", *names, "--help").stdout
    assert "用法:" in page
    assert "选项:" in page
    assert _english_in(page) == []
    assert [line for line in page.splitlines() if _width(line) > SCREEN_WIDTH] == []


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("names", [(), ("report",), ("pay",), ("export",), ("actors",), ("mappings",)])
def test_no_line_in_a_list_of_commands_is_cut_off(names: tuple[str, ...], language: Language) -> None:
    lines = _run("--lang", language, *names, "--help").stdout.splitlines()
    assert not [line for line in lines if line.startswith(" ") and line.endswith("...")]
    assert not [line for line in lines if _width(line) > SCREEN_WIDTH]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["import", "--nonsense"], "没有选项 '--nonsense'。"),
        (["import"], "缺少参数 'PATH...'"),
        (["nonsense"], "没有命令 'nonsense'。"),
        (["reverse", "1"], "缺少选项 '--reason'"),
        (["import", "nowhere"], "'nowhere' 不存在。"),
        (["batch", "first"], "'first' 不是有效的数值。"),
        (["batches", "--format", "pdf"], "'pdf' 不在可选值之内"),
        (["import", "--period", "spring", "."], "“spring”不是有效的学期或年度。"),
        (["program", "nonsense"], "没有资助项目“nonsense”。"),
    ],
)
def test_a_misused_command_is_told_of_in_chinese(arguments: list[str], said: str, tmp_path: Path) -> None:
    run = _run("--lang", "zh", *arguments, at=tmp_path)
    assert run.exit_code == 2
    assert said in run.stderr
    assert _english_in(run.stderr) == []


def test_a_ledger_that_is_not_there_is_told_of_in_both_languages(tmp_path: Path) -> None:
    chinese, english = (_run("--lang", language, "batches", at=tmp_path) for language in ("zh", "en"))
    assert chinese.exit_code == english.exit_code == 3
    assert "请用 `aidledger init` 新建" in chinese.stderr
    assert "Create one with `aidledger init`" in english.stderr


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("code", KINDS)
def test_every_problem_has_its_facts_filled_in(code: str, language: Language) -> None:
    facts = dict.fromkeys(_PLACEHOLDER.findall(KINDS[code].message + KINDS[code].hint + FILES.get(code, "")), "X")
    facts |= {"period": "2021-autumn"}
    text = problem_text(Problem(code, facts=facts), FILES, load(None).programs, language)
    assert not set("{}?") & set(text)
    assert bool(_ENGLISH.search(_TYPED.sub("", text))) is (language == "en")


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_problems_of_a_broken_roster_have_all_their_facts(language: Language, tmp_path: Path) -> None:
    roster = tmp_path / "2021年秋季学期普高国家助学金花名册.csv"
    roster.write_text(
        "姓名,性别,身份证号,出生日期,银行卡号,发放金额\n"
        "李明,女,511303200603171234,2006-03-17,62220,一千元\n"
        ",男,51130320060317,,,0\n"
        "王芳,男,,2006-03-18,6222021234567890123,1700\n"
        "合计,,,,,9999\n",
        encoding="utf-8",
    )
    ledger = str(tmp_path / "ledger.db")
    _run("--ledger", ledger, "init")
    run = _run("--lang", language, "--ledger", ledger, "check", str(roster), "--format", "json")
    problems = run.json["files"][0]["problems"]
    assert {problem["code"] for problem in problems} > {"name-missing", "id-missing", "id-format", "amount-format"}
    for problem in problems:
        assert not set("{}?") & set(problem["message"])
        assert bool(_ENGLISH.search(problem["message"])) is (language == "en"), problem["message"]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"%PDF-1.7",
        b"\x89PNG\r\n",
        b"{\\rtf1}",
        b"Rar!\x1a\x07",
        b"<html></html>",
        b"<?xml version='1.0'?>",
        b"PK\x03\x04 and no more",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 and no more",
        b"\x00\x01\x02\xff\xfe",
    ],
)
def test_why_a_file_cannot_be_read_is_said_in_chinese(content: bytes) -> None:
    with pytest.raises(FileRefused) as caught:
        read_grid(content, DEFAULT_LIMITS)
    why = str(caught.value.facts["why"])
    assert translator("zh")(why) != why
