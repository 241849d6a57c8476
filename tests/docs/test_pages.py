"""Shown commands exist, both languages say the same, nothing of this machine is in a file."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import click
import pytest

from aidledger.audit.rules import ACROSS, RULES
from aidledger.cli.main import cli
from tests.docs.tracked import tracked
from tools.docs.pages import DOCS, ROOT, blocks, headings, links, pages, without_blocks

# Written so that this file does not hold what it looks for.
_MACHINE = re.compile(r"(?<![\w.~/-])/(?:work|home|root|Users|mnt|tmp)/[\w.]|[A-Z]:\\Users")
_REGISTRY = re.compile(
    r"py[p]i\.(?:org|python)|python[h]osted\.org|npm[j]s\.(?:org|com)|crates[.]io|(?:extra-)?index[-]url\s*=|\bmirrors?\.\w+\.\w+",
)
_BINARY = {".xlsx", ".xls", ".ods", ".mo", ".png"}


def shown_commands() -> list[tuple[str, str]]:
    return [
        (page.name, command)
        for page in pages()
        for block in blocks(page.read_text(encoding="utf-8"))
        for command in block.commands()
        if re.match(r"(?:\.venv\\Scripts\\)?aidledger ", command)
    ]


@pytest.mark.parametrize(("page", "line"), shown_commands())
def test_every_shown_command_and_option_exists(page: str, line: str) -> None:
    words = iter(shlex.split(line.replace("\\", "/"))[1:])
    command: click.Command = cli
    for word in words:
        if word.startswith("-"):
            name = word.partition("=")[0]
            option = next((one for one in command.params if name in (*one.opts, *one.secondary_opts)), None)
            assert isinstance(option, click.Option), word
            if not option.is_flag and "=" not in word:
                next(words)
        elif isinstance(command, click.Group):
            command = command.commands.get(word) or command.default_command  # type: ignore[attr-defined]
    assert not isinstance(command, click.Group) or command.invoke_without_command


@pytest.mark.parametrize("page", pages(), ids=lambda page: page.name)
def test_commands_named_in_a_sentence_exist(page: Path) -> None:
    text = without_blocks(page.read_text(encoding="utf-8"))
    for named in re.findall(r"`aidledger ((?:report )?[a-z]+(?:-[a-z]+)*)[^`]*`", text):
        command: click.Command = cli
        for word in named.split():
            assert isinstance(command, click.Group)
            assert word in command.commands, named
            command = command.commands[word]


def in_both(english: Path) -> tuple[str, str]:
    chinese = english.with_suffix(".zh-CN.md")
    return english.read_text(encoding="utf-8"), chinese.read_text(encoding="utf-8")


IN_BOTH = [ROOT / "README.md", DOCS / "tutorial.md"]


@pytest.mark.parametrize("page", IN_BOTH, ids=lambda page: page.name)
def test_both_languages_have_the_same_build(page: Path) -> None:
    english, chinese = in_both(page)
    assert [level for level, _ in headings(english)] == [level for level, _ in headings(chinese)]
    ours, theirs = ([(block.said, block.kind) for block in blocks(text)] for text in (english, chinese))
    assert ours == theirs


@pytest.mark.parametrize("page", IN_BOTH, ids=lambda page: page.name)
def test_both_languages_lead_to_the_same_places(page: Path) -> None:
    def places(text: str) -> set[str]:
        led = {link.partition("#")[0].replace(".zh-CN.", ".") for link in links(text)}
        return led - {"", page.name, "handbook.md"}  # the handbook is in Chinese only

    english, chinese = map(places, in_both(page))
    assert english == chinese


def test_the_tutorial_names_every_rule() -> None:
    for text in in_both(DOCS / "tutorial.md"):
        assert {rule.code for rule in RULES} <= set(re.findall(r"`([a-z-]+)`", text))


def test_rules_are_as_many_as_pages_say() -> None:
    english, chinese = in_both(ROOT / "README.md")
    assert f"**audits** with {len(RULES)} rules" in english
    assert f"**审计**有 {len(RULES)} 条规则" in chinese
    scale = (DOCS / "scale.md").read_text(encoding="utf-8")
    _, _, rest = scale.partition(f"Of the {len(RULES)}\n")
    counts = re.findall(r"^- (\d+) ", rest.partition("\n## ")[0], re.MULTILINE)
    assert sum(map(int, counts)) == len(RULES)
    assert all(f"`{rule.code}`" in rest for rule in ACROSS)


def test_the_readme_is_read_in_a_minute_or_two() -> None:
    english, chinese = in_both(ROOT / "README.md")
    assert len(english.split()) <= 800
    assert len(chinese) <= 4_000


def test_no_file_names_a_path_of_this_machine_or_a_registry() -> None:
    found = [
        f"{path.relative_to(ROOT)}:{number}: {match[0]}"
        for path in tracked()
        if path.suffix not in _BINARY
        for number, line in enumerate(path.read_text(encoding="utf-8", errors="ignore").splitlines(), 1)
        for match in [*_MACHINE.finditer(line), *_REGISTRY.finditer(line)]
    ]
    assert not found


@pytest.mark.parametrize("page", [ROOT / "README.md", DOCS / "tutorial.md"], ids=lambda page: page.name)
def test_the_program_is_found_before_it_is_called(page: Path) -> None:
    """`make demo` puts it into .venv, where no shell looks by itself."""
    for text in in_both(page):
        assert text.index(". .venv/bin/activate") < text.index("$ aidledger")
