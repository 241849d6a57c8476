"""Tries mutants: a plugin of pytest that runs their tests, once they are collected, in a process for each mutant.

``pytest -p tools.mutants.trying`` with ``AIDLEDGER_MUTANTS``, a file (see ``Plan``). A process is a copy of this one,
with the fault put into the module that it holds already, so that nothing is loaded or collected anew. What reads files
in workers of its own does so without the fault.
"""

from __future__ import annotations

import ast
import functools
import json
import math
import os
import select
import signal
import sys
import time
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from importlib import import_module
from inspect import unwrap
from itertools import pairwise
from pathlib import Path
from types import FunctionType, ModuleType
from typing import Any

import pytest
from _pytest.runner import runtestprotocol

from tests.builders.reading import shipped
from tests.store import ledgers
from tools.mutants.mutations import Mutant, mutants
from tools.mutants.recording import Test

_HANGING_SECONDS = 120


@dataclass(frozen=True, slots=True)
class Plan:
    """Which mutants of which module (their places among all of them) are tried, by which tests, and for how long."""

    chosen: Sequence[tuple[str, int]]
    tests: Mapping[str, Sequence[Test]]
    seconds: float


@dataclass(frozen=True, slots=True)
class Fate:
    """What became of a mutant: ``by`` the test that noticed it (None: it lived), after so many others."""

    module: str
    line: int
    was: str
    now: str
    by: str | None
    tried: int
    seconds: float


def in_turn(module: str, mutant: Mutant, tests: Iterable[Test], noticed: Mapping[str, int]) -> list[Test]:
    """The tests of a mutant's line: the quick ones first, and those that noticed others, or whose file has such.

    ``noticed``: how often, by test and by file. Of what runs when the module is loaded, or in no test that can be
    watched, those that run anything of the module.
    """
    of_module = [test for test in tests if module in test.lines]
    of_statement = [test for test in of_module if not mutant.statement.isdisjoint(test.lines[module])]
    of_line = [test for test in of_statement if mutant.line in test.lines[module]]
    of_file: Counter[str] = Counter()
    weighed: list[tuple[float, str, Test]] = []
    for test in sorted(of_line or of_statement or of_module, key=lambda one: one.seconds):
        of_file[test.file] += 1
        likely = 1 + 20 * noticed.get(test.name, 0) + noticed.get(test.file, 0)
        weight = test.seconds * math.sqrt(of_file[test.file]) / likely
        weighed.append((weight, test.name, test))
    return [test for *_, test in sorted(weighed, key=lambda one: one[:2])]


def put(module: ModuleType, mutant: Mutant) -> None:
    """Put a fault into a module that others have imported from: its functions and classes stay the same objects."""
    faulty, names = mutant.module(), vars(module)
    before = dict(names)
    exec(compile(faulty, str(module.__file__), "exec", dont_inherit=True), names)  # noqa: S102 - the module itself, but for the fault
    after = dict(names)
    names.update(before)
    for name, old in before.items():
        if getattr(old, "__module__", None) == module.__name__:
            _exchange(old, after[name])
    if not mutant.statement:
        constants = [one for one in faulty.body if isinstance(one, ast.Assign | ast.AnnAssign | ast.AugAssign)]
        faulty.body = list[ast.stmt](constants)
        exec(compile(faulty, str(module.__file__), "exec", dont_inherit=True), names)  # noqa: S102
        for other in list(sys.modules.values()):
            for name, old in before.items():
                if names[name] is not old and getattr(other, name, None) is old:
                    setattr(other, name, names[name])


def _exchange(old: Any, new: Any) -> None:  # noqa: ANN401 - whatever a module holds
    if isinstance(old, type):
        kinds = (FunctionType, property, classmethod, staticmethod)
        for name, value in vars(new).items():
            if isinstance(value, kinds):
                setattr(old, name, value)
    elif callable(old) and isinstance(unwrap(old), FunctionType):
        function, other = unwrap(old), unwrap(new)
        function.__code__, function.__defaults__ = other.__code__, other.__defaults__
        function.__kwdefaults__ = other.__kwdefaults__


class _Trial:
    """All mutants of a plan, one after the other, instead of the tests themselves."""

    def __init__(self, path: Path) -> None:
        plan = json.loads(path.read_text(encoding="utf-8"))
        tests = {module: [Test(**one) for one in some] for module, some in plan["tests"].items()}
        self._plan = Plan(plan["chosen"], tests, plan["seconds"])
        self._found = path.with_suffix(".found")
        self._noticed: Counter[str] = Counter()

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        shipped(), ledgers.catalogue(), ledgers._empty()  # the same for every test, and slow
        items = {item.nodeid: item for item in session.items}
        with self._found.open("a", encoding="utf-8") as found:
            for name, at in self._plan.chosen:
                fate = self._tried(name, at, items)
                if fate.by is not None:
                    self._noticed.update([fate.by, fate.by.partition("::")[0]])
                found.write(json.dumps(asdict(fate), ensure_ascii=False) + "\n")
                found.flush()
        return True

    def _tried(self, name: str, at: int, items: Mapping[str, pytest.Item]) -> Fate:
        module = import_module(f"aidledger.{name.replace('/', '.')}")
        mutant = _mutants(str(module.__file__))[at]
        tests = [test.name for test in in_turn(name, mutant, self._plan.tests[name], self._noticed)]
        start = time.monotonic()
        said = _apart(functools.partial(_judged, module, mutant, [items[one] for one in tests], self._plan.seconds))
        by, tried = json.loads(said)
        return Fate(name, mutant.line, mutant.was, mutant.now, by, tried, round(time.monotonic() - start, 1))


@functools.cache
def _mutants(path: str) -> Sequence[Mutant]:
    return list(mutants(Path(path).read_text(encoding="utf-8")))


def _judged(module: ModuleType, mutant: Mutant, items: Sequence[pytest.Item], seconds: float) -> str:
    """Which test notices a fault, and how many did not; a module that cannot be loaded with it is noticed by any."""
    try:
        put(module, mutant)
    except Exception as error:  # noqa: BLE001 - whatever a fault brings about
        return json.dumps([f"loading: {error!r}", 0])
    start, tried = time.monotonic(), 0
    for item, following in pairwise([*items, None]):
        if item is None or time.monotonic() - start > seconds:
            break
        if any(report.failed for report in runtestprotocol(item, log=False, nextitem=following)):
            return json.dumps([item.nodeid, tried])
        tried += 1
    return json.dumps([None, tried])


def _apart(function: functools.partial[str]) -> str:
    """What a function says in a copy of this process, in JSON; or that it does not end, or dies."""
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        os.setsid()
        try:
            os.write(writing, function().encode())
        finally:
            os._exit(0)
    os.close(writing)
    ready, _, _ = select.select([reading], [], [], function.args[-1] + _HANGING_SECONDS)
    said = os.read(reading, 10_000).decode() if ready else json.dumps(["no test: they do not end", 0])
    os.close(reading)
    with suppress(ProcessLookupError):  # with all that it started
        os.killpg(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return said or json.dumps(["no test: the process dies", 0])


def pytest_configure(config: pytest.Config) -> None:
    config.pluginmanager.register(_Trial(Path(os.environ["AIDLEDGER_MUTANTS"])))
