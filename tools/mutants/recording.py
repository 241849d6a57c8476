"""Which test runs which lines, and how long each takes: a plugin of pytest, and what it wrote down.

``pytest -p tools.mutants.recording`` with ``AIDLEDGER_RECORD`` (the file to write) and ``AIDLEDGER_RECORDED`` (the
modules to watch). Tests that failed or were skipped are left out: nobody can tell from them.
"""

from __future__ import annotations

import json
import os
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import coverage
import pytest


@dataclass(frozen=True, slots=True)
class Test:
    """A test that passes: its name, its seconds under coverage, the lines that it runs by module."""

    name: str
    seconds: float
    lines: Mapping[str, Sequence[int]]

    @property
    def file(self) -> str:
        return self.name.partition("::")[0]


def read(path: Path) -> list[Test]:
    """What was written down."""
    return [Test(**one) for one in json.loads(path.read_text(encoding="utf-8"))]


class Recorder:
    """Watches one run of pytest."""

    def __init__(self, path: Path, modules: Sequence[str]) -> None:
        self._path = path
        self._files = {f"aidledger/{module}.py": module for module in modules}
        self._seconds: defaultdict[str, float] = defaultdict(float)
        self._useless: set[str] = set()
        self._coverage = coverage.Coverage(data_file=None, config_file=False, include=list(self._files))
        self._coverage.set_option("run:disable_warnings", ["no-data-collected", "module-not-measured"])

    def pytest_sessionstart(self) -> None:
        self._coverage.start()

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Iterator[None]:
        self._coverage.switch_context(item.nodeid)
        answer = yield
        self._coverage.switch_context("")
        return answer

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self._seconds[report.nodeid] += report.duration
        if not report.passed:
            self._useless.add(report.nodeid)

    def pytest_sessionfinish(self) -> None:
        self._coverage.stop()
        lines: defaultdict[str, defaultdict[str, list[int]]] = defaultdict(lambda: defaultdict(list))
        data = self._coverage.get_data()
        for file, module in self._files.items():
            for line, names in data.contexts_by_lineno(str(Path.cwd() / file)).items():
                for name in names:
                    lines[name][module].append(line)
        tests = [
            {"name": name, "seconds": round(seconds, 3), "lines": lines[name]}
            for name, seconds in self._seconds.items()
            if name not in self._useless
        ]
        self._path.write_text(json.dumps(tests, ensure_ascii=False), encoding="utf-8")


def pytest_configure(config: pytest.Config) -> None:
    config.pluginmanager.register(
        Recorder(Path(os.environ["AIDLEDGER_RECORD"]), os.environ["AIDLEDGER_RECORDED"].split())
    )
