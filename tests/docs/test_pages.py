"""Links lead somewhere, shown commands exist, both READMEs say the same, nothing of this machine is in a file."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
from pathlib import Path

import click
import pytest

from aidledger.cli.main import cli
from tools.docs.pages import ROOT, anchor, blocks, headings, links, pages, without_blocks

# Written so that this file does not hold what it looks for.
_MACHINE = re.compile(r"(?<![\w.~/-])/(?:work|home|root|Users|mnt|tmp)/[\w.]|[A-Z]:\\Users")
_REGISTRY = re.compile(
    r"py[p]i\.(?:org|python)|python[h]osted\.org|npm[j]s\.(?:org|com)|crates[.]io|(?:extra-)?index[-]url\s*=|\bmirrors?\.\w+\.\w+",
)
_BINARY = {".xlsx", ".xls", ".ods", ".mo", ".png"}


def tracked() -> list[Path]:
    git = shutil.which("git")
    if git is None or not (ROOT / ".git").exists():
        return [path for folder in ("aidledger", "docs", "schemas", "tests") for path in (ROOT / folder).rglob("*.*")]
    said = subprocess.run(
        [git, "ls-files", "-z", "--cached", "--others", "--exclude-standard"], cwd=ROOT, capture_output=True, check=True
    )
    names = said.stdout.decode().split("\0")
    return [path for name in names if name and (path := ROOT / name).is_file()]


@pytest.mark.parametrize("page", pages(), ids=lambda page: page.name)
def test_every_link_between_pages_and_to_files_leads_somewhere(page: Path) -> None:
    for link in links(page.read_text(encoding="utf-8")):
        if "://" in link:
            continue
        name, _, place = link.partition("#")
        target = (page.parent / name).resolve() if name else page
        assert target.exists(), link
        if place:
            assert place in {anchor(text) for _, text in headings(target.read_text(encoding="utf-8"))}, link


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


def test_both_readmes_have_the_same_build() -> None:
    english, chinese = ((ROOT / name).read_text(encoding="utf-8") for name in ("README.md", "README.zh-CN.md"))
    assert [level for level, _ in headings(english)] == [level for level, _ in headings(chinese)]
    ours, theirs = ([(block.said, block.kind) for block in blocks(text)] for text in (english, chinese))
    assert ours == theirs


def test_both_readmes_lead_to_the_same_places() -> None:
    english, chinese = ((ROOT / name).read_text(encoding="utf-8") for name in ("README.md", "README.zh-CN.md"))
    ours, theirs = ([link for link in links(text) if not link.startswith("#")] for text in (english, chinese))
    assert sorted(set(ours) - {"README.zh-CN.md"}) == sorted(set(theirs) - {"README.md"})


def test_no_file_names_a_path_of_this_machine_or_a_registry() -> None:
    found = [
        f"{path.relative_to(ROOT)}:{number}: {match[0]}"
        for path in tracked()
        if path.suffix not in _BINARY
        for number, line in enumerate(path.read_text(encoding="utf-8", errors="ignore").splitlines(), 1)
        for match in [*_MACHINE.finditer(line), *_REGISTRY.finditer(line)]
    ]
    assert not found
