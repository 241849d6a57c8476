"""The workflow says what pyproject.toml and the Makefile say: which Pythons, which targets, and nothing that moves."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from typing import Any

import pytest
import yaml

from tools.docs.pages import ROOT

SYSTEMS = ("ubuntu", "windows", "macos")
_PYTHON = "Programming Language :: Python :: "


def read(name: str) -> dict[Any, Any]:
    found: dict[Any, Any] = yaml.safe_load((ROOT / name).read_text(encoding="utf-8"))
    return found


@pytest.fixture(scope="module")
def jobs() -> dict[str, Any]:
    if not (ROOT / ".github").exists():
        pytest.skip("the source archive has no workflows")
    found: dict[str, Any] = read(".github/workflows/ci.yml")["jobs"]
    return found


@pytest.fixture(scope="module")
def project() -> dict[str, Any]:
    found: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return found


def steps(jobs: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for job in jobs.values():
        yield from job["steps"]


def commands(jobs: dict[str, Any]) -> Iterator[str]:
    return (step["run"] for step in steps(jobs) if "run" in step)


def pythons(project: dict[str, Any]) -> list[str]:
    """The versions that the classifiers name."""
    return [line.removeprefix(_PYTHON) for line in project["classifiers"] if line.startswith(_PYTHON)]


def test_the_oldest_python_is_the_required_one(project: dict[str, Any]) -> None:
    assert project["requires-python"] == f">={pythons(project)[0]}"


def test_every_python_is_tried_on_every_system(jobs: dict[str, Any], project: dict[str, Any]) -> None:
    tried = set()
    for job in jobs.values():
        matrix = job.get("strategy", {}).get("matrix", {})
        for system in matrix.get("system", [job["runs-on"]]):
            tried |= {(system.partition("-")[0], version) for version in matrix.get("python", ())}
    assert tried == {(system, version) for system in SYSTEMS for version in pythons(project)}


def test_no_job_uses_a_python_that_is_not_supported(jobs: dict[str, Any], project: dict[str, Any]) -> None:
    asked = {step["with"]["python-version"] for step in steps(jobs) if "setup-python" in step.get("uses", "")}
    assert asked - {"${{ matrix.python }}"} <= set(pythons(project))


def test_jobs_call_targets_of_the_makefile(jobs: dict[str, Any]) -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    called = [name for command in commands(jobs) for name in re.findall(r"^make ([a-z-]+)", command, re.MULTILINE)]
    assert {"test", "fast", "lowest", "build", "docs", "audit-deps", "spark", "sail"} == set(called)
    for name in called:
        assert re.search(rf"^{name}:.*##", makefile, re.MULTILINE), name


def test_every_pull_request_is_tried_and_may_write_nothing() -> None:
    workflow = read(".github/workflows/ci.yml")
    events = workflow[True]  # YAML 1.1 reads `on` as true
    assert "pull_request" in events
    assert events["push"] == {"branches": ["main"]}
    assert workflow["permissions"] == {"contents": "read"}


def test_actions_are_pinned_to_a_commit(jobs: dict[str, Any]) -> None:
    used = [step["uses"] for step in steps(jobs) if "uses" in step]
    assert used
    assert all(re.fullmatch(r"actions/[a-z-]+@[0-9a-f]{40}", name) for name in used)


@pytest.mark.usefixtures("jobs")
@pytest.mark.parametrize(
    "name",
    [".github/dependabot.yml", *(f".github/ISSUE_TEMPLATE/{name}.yml" for name in ("config", "bug", "header"))],
)
def test_the_other_files_are_yaml(name: str) -> None:
    assert read(name)


def test_hooks_before_a_commit_call_targets_of_the_makefile() -> None:
    path = ROOT / ".pre-commit-config.yaml"
    if not path.exists():
        pytest.skip("the source archive has no hooks")
    (repository,) = read(path.name)["repos"]
    assert repository["repo"] == "local"
    for hook in repository["hooks"]:
        assert hook["language"] == "system"
        assert re.match(r"make --silent (lint|fast)\b", hook["entry"])
